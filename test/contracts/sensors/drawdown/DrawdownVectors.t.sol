// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {DrawdownParameters} from "../../../../contracts/interfaces/IDrawdownSensor.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {DrawdownPresets} from "../../../../contracts/sensors/drawdown/DrawdownPresets.sol";
import {DrawdownSensor} from "../../../../contracts/sensors/drawdown/DrawdownSensor.sol";
import {PriceScript} from "../volatility/PriceScript.sol";

/// @dev The whole sensor against `test/vectors/drawdown.json`, which the TypeScript rule is held against too: after every
/// price the two slots that it remembers, bit by bit, and the tier.
contract DrawdownVectorsTest is Test {
    uint8 private constant MARKET = 3;
    string private constant FILE = "test/vectors/drawdown.json";
    uint256 private constant CASES = 12;
    /// @dev Storage: assertions in slot 0, owner in slot 1, markets from slot 2; of a market the parameters, the short window, the long one.
    uint256 private constant MARKETS_SLOT = 2;

    PriceScript private prices;
    RecordingHub private hub;
    DrawdownSensor private sensor;

    function test_Poke_KeepsAndAssertsWhatTheVectorsSay() public {
        string memory json = vm.readFile(FILE);
        assertFalse(vm.keyExistsJson(json, _key(CASES, "why")), "a case is not run");
        for (uint256 index; index < CASES; ++index) {
            prices = new PriceScript();
            hub = new RecordingHub();
            sensor = new DrawdownSensor(IIncidentState(address(hub)), IPriceAggregator(address(prices)), address(this));
            sensor.setMarket(MARKET, _parameters(json, index));
            _replay(json, index);
        }
    }

    function test_Presets_AreThoseOfTheVectors() public view {
        bytes32 majors = keccak256(abi.encode(DrawdownPresets.majors()));
        assertEq(keccak256(abi.encode(_parameters(vm.readFile(FILE), 0))), majors);
    }

    function _replay(string memory json, uint256 index) private {
        string memory why = vm.parseJsonString(json, _key(index, "why"));
        uint256[] memory pricesE18 = vm.parseJsonUintArray(json, _key(index, "pricesE18"));
        uint256[] memory confidencesE18 = vm.parseJsonUintArray(json, _key(index, "confidencesE18"));
        uint256[] memory times = vm.parseJsonUintArray(json, _key(index, "times"));
        uint256[] memory ages = vm.parseJsonUintArray(json, _key(index, "ages"));
        uint256[] memory tiers = vm.parseJsonUintArray(json, _key(index, "tiers"));
        uint256[] memory short = vm.parseJsonUintArray(json, _key(index, "short"));
        uint256[] memory long = vm.parseJsonUintArray(json, _key(index, "long"));
        assertGt(pricesE18.length, 2, why);
        for (uint256 i; i < pricesE18.length; ++i) {
            vm.warp(times[i] + ages[i]);
            prices.tell(pricesE18[i], confidencesE18[i], times[i]);
            // The preset's margin rungs count the tiers.
            assertEq(sensor.poke(MARKET).margin(), tiers[i], why);
            assertEq(_slot(1), short[i], why);
            assertEq(_slot(2), long[i], why);
        }
    }

    function _slot(uint256 offset) private view returns (uint256) {
        uint256 slot = uint256(keccak256(abi.encode(MARKET, MARKETS_SLOT)));
        return uint256(vm.load(address(sensor), bytes32(slot + offset)));
    }

    function _parameters(
        string memory json,
        uint256 index
    ) private pure returns (DrawdownParameters memory parameters) {
        uint256[] memory fields = vm.parseJsonUintArray(json, _key(index, "parameters"));
        parameters = DrawdownPresets.majors();
        parameters.shortTier1Bps = uint16(fields[0]);
        parameters.shortTier2Bps = uint16(fields[1]);
        parameters.shortTier3Bps = uint16(fields[2]);
        parameters.longTier1Bps = uint16(fields[3]);
        parameters.longTier2Bps = uint16(fields[4]);
        parameters.longTier3Bps = uint16(fields[5]);
        parameters.shortBucketSeconds = uint24(fields[6]);
        parameters.longBucketSeconds = uint24(fields[7]);
        parameters.clipBps = uint16(fields[8]);
        parameters.gapSeconds = uint16(fields[9]);
        parameters.seedMaxAgeSeconds = uint8(fields[10]);
    }

    function _key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
