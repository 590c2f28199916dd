// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {BandParameters, BandReading} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {BandPresets} from "../../../../contracts/sensors/price-band/BandPresets.sol";
import {PriceBandSensor} from "../../../../contracts/sensors/price-band/PriceBandSensor.sol";
import {PriceScript} from "../volatility/PriceScript.sol";

/// @dev The whole sensor against `test/vectors/price-band.json`, which the TypeScript rule is held against too: after
/// every price what it remembers, and the tier. `npm run study` judges presets by that rule.
contract PriceBandVectorsTest is Test {
    uint8 private constant MARKET = 3;
    string private constant FILE = "test/vectors/price-band.json";
    uint256 private constant CASES = 12;
    uint256 private constant PEGGED_CASE = 8;

    /// @dev Columns of a case.
    struct Columns {
        uint256[] pricesE18;
        uint256[] confidencesE18;
        uint256[] times;
        uint256[] ages;
        uint256[] tiers;
        uint256[] references;
        uint256[] anchors;
        uint256[] pulses;
        uint256[] breachEnds;
        uint256[] breachTiers;
        uint256[] escalated;
    }

    PriceScript private prices;
    PriceBandSensor private sensor;

    function test_Poke_KeepsAndAssertsWhatTheVectorsSay() public {
        string memory json = vm.readFile(FILE);
        assertFalse(vm.keyExistsJson(json, _key(CASES, "why")), "a case is not run");
        for (uint256 index; index < CASES; ++index) {
            prices = new PriceScript();
            sensor = new PriceBandSensor(
                IIncidentState(address(new RecordingHub())),
                IPriceAggregator(address(prices)),
                address(this)
            );
            sensor.setMarket(MARKET, _parameters(json, index));
            _replay(_columns(json, index), vm.parseJsonString(json, _key(index, "why")));
        }
    }

    function test_Presets_AreThoseOfTheVectors() public view {
        string memory json = vm.readFile(FILE);
        bytes32 standard = keccak256(abi.encode(BandPresets.standard()));
        bytes32 pegged = keccak256(abi.encode(BandPresets.pegged()));

        assertEq(keccak256(abi.encode(_parameters(json, 0))), standard);
        assertEq(keccak256(abi.encode(_parameters(json, PEGGED_CASE))), pegged);
    }

    function _replay(Columns memory columns, string memory why) private {
        assertGt(columns.pricesE18.length, 2, why);
        for (uint256 i; i < columns.pricesE18.length; ++i) {
            vm.warp(columns.times[i] + columns.ages[i]);
            prices.tell(columns.pricesE18[i], columns.confidencesE18[i], columns.times[i]);

            // The preset's margin rungs count the tiers.
            assertEq(sensor.poke(MARKET).margin(), columns.tiers[i], why);
            _assertRemembered(columns, i, why);
        }
    }

    function _assertRemembered(Columns memory columns, uint256 i, string memory why) private view {
        BandReading memory reading = sensor.reading(MARKET);
        assertEq(reading.referenceE18, columns.references[i], why);
        assertEq(reading.anchorE18, columns.anchors[i], why);
        assertEq(reading.pulsedAt, columns.pulses[i], why);
        assertEq(reading.breachEndsAt, columns.breachEnds[i], why);
        assertEq(reading.breachTier, columns.breachTiers[i], why);
        assertEq(reading.isEscalated ? 1 : 0, columns.escalated[i], why);
    }

    function _columns(string memory json, uint256 index) private pure returns (Columns memory columns) {
        columns.pricesE18 = vm.parseJsonUintArray(json, _key(index, "pricesE18"));
        columns.confidencesE18 = vm.parseJsonUintArray(json, _key(index, "confidencesE18"));
        columns.times = vm.parseJsonUintArray(json, _key(index, "times"));
        columns.ages = vm.parseJsonUintArray(json, _key(index, "ages"));
        columns.tiers = vm.parseJsonUintArray(json, _key(index, "tiers"));
        columns.references = vm.parseJsonUintArray(json, _key(index, "references"));
        columns.anchors = vm.parseJsonUintArray(json, _key(index, "anchors"));
        columns.pulses = vm.parseJsonUintArray(json, _key(index, "pulses"));
        columns.breachEnds = vm.parseJsonUintArray(json, _key(index, "breachEnds"));
        columns.breachTiers = vm.parseJsonUintArray(json, _key(index, "breachTiers"));
        columns.escalated = vm.parseJsonUintArray(json, _key(index, "escalated"));
    }

    function _parameters(string memory json, uint256 index) private pure returns (BandParameters memory parameters) {
        uint256[] memory fields = vm.parseJsonUintArray(json, _key(index, "parameters"));
        parameters = BandPresets.standard();
        parameters.tier1Bps = uint16(fields[0]);
        parameters.tier2Bps = uint16(fields[1]);
        parameters.tier3Bps = uint16(fields[2]);
        parameters.tier1Seconds = uint24(fields[3]);
        parameters.tier2Seconds = uint24(fields[4]);
        parameters.tier3Seconds = uint24(fields[5]);
        parameters.tauSeconds = uint24(fields[6]);
        parameters.clipBps = uint16(fields[7]);
        parameters.anchorUpBps = uint16(fields[8]);
        parameters.anchorDownBps = uint16(fields[9]);
        parameters.anchorSeconds = uint24(fields[10]);
        parameters.seedMaxAgeSeconds = uint8(fields[11]);
        parameters.minGapSeconds = uint8(fields[12]);
    }

    function _key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
