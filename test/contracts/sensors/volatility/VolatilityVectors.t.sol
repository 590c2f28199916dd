// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {VolatilityModel, VolatilityParameters} from "../../../../contracts/interfaces/IVolatilitySensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {VolatilitySensor} from "../../../../contracts/sensors/volatility/VolatilitySensor.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {PriceScript} from "./PriceScript.sol";

/// @dev The whole sensor against `test/vectors/volatility.json`, which the TypeScript rule is held against too: after
/// every price the slot that it remembers, bit by bit, and the rung that it asserts.
contract VolatilityVectorsTest is Test {
    uint8 private constant MARKET = 3;
    string private constant FILE = "test/vectors/volatility.json";
    uint256 private constant CASES = 12;
    /// @dev Storage: assertions in slot 0, owner in slot 1, markets from slot 2; of a market the rule, what is remembered, the parameters.
    uint256 private constant MARKETS_SLOT = 2;
    uint256 private constant VARIANCES_OFFSET = 1;

    PriceScript private prices;
    RecordingHub private hub;
    VolatilitySensor private sensor;

    function test_Poke_KeepsAndAssertsWhatTheVectorsSay() public {
        string memory json = vm.readFile(FILE);
        assertFalse(vm.keyExistsJson(json, _key(CASES, "why")), "a case is not run");
        for (uint256 index; index < CASES; ++index) {
            _build(json, index);
            _replay(json, index);
        }
    }

    function test_Presets_AreThoseOfTheVectors() public view {
        string memory json = vm.readFile(FILE);
        bytes32 model = keccak256(abi.encode(VolatilityPresets.pooledModel()));
        bytes32 majors = keccak256(abi.encode(VolatilityPresets.majors()));

        assertEq(keccak256(abi.encode(_model(json, 0))), model);
        assertEq(keccak256(abi.encode(_parameters(json, 0))), majors);
    }

    function _build(string memory json, uint256 index) private {
        prices = new PriceScript();
        hub = new RecordingHub();
        sensor = new VolatilitySensor(
            IIncidentState(address(hub)),
            IPriceAggregator(address(prices)),
            _model(json, index),
            address(this)
        );
        sensor.setMarket(MARKET, _parameters(json, index));
    }

    function _replay(string memory json, uint256 index) private {
        string memory why = vm.parseJsonString(json, _key(index, "why"));
        uint256[] memory pricesE18 = vm.parseJsonUintArray(json, _key(index, "pricesE18"));
        uint256[] memory times = vm.parseJsonUintArray(json, _key(index, "times"));
        uint256[] memory packed = vm.parseJsonUintArray(json, _key(index, "packed"));
        uint256[] memory rungs = vm.parseJsonUintArray(json, _key(index, "rungs"));
        assertGt(pricesE18.length, 2, why);
        for (uint256 i; i < pricesE18.length; ++i) {
            vm.warp(times[i]);
            prices.tell(pricesE18[i], 0, times[i]);
            uint256 before = hub.assertions();

            Rungs asserted = sensor.poke(MARKET);

            assertEq(asserted.margin(), rungs[i], why);
            assertEq(asserted.breaker(), 0, why);
            assertEq(hub.assertions(), before + (rungs[i] == 0 ? 0 : 1), why);
            assertEq(_remembered(), packed[i], why);
        }
    }

    function _remembered() private view returns (uint256) {
        uint256 slot = uint256(keccak256(abi.encode(MARKET, MARKETS_SLOT)));
        return uint256(vm.load(address(sensor), bytes32(slot + VARIANCES_OFFSET)));
    }

    function _model(string memory json, uint256 index) private pure returns (VolatilityModel memory) {
        int256[] memory fields = vm.parseJsonIntArray(json, _key(index, "model"));
        return
            VolatilityModel({
                fastSeconds: uint32(uint256(fields[0])),
                middleSeconds: uint32(uint256(fields[1])),
                slowSeconds: uint32(uint256(fields[2])),
                fastPowerE6: uint32(uint256(fields[3])),
                middlePowerE6: uint32(uint256(fields[4])),
                slowPowerE6: uint32(uint256(fields[5])),
                scaleE6: int32(fields[6]),
                clipSigmas: uint8(uint256(fields[7])),
                gapSeconds: uint32(uint256(fields[8])),
                fallSeconds: uint32(uint256(fields[9]))
            });
    }

    function _parameters(string memory json, uint256 index) private pure returns (VolatilityParameters memory) {
        uint256[] memory fields = vm.parseJsonUintArray(json, _key(index, "parameters"));
        return
            VolatilityParameters({
                multiplierMilli: uint16(fields[0]),
                periodSeconds: uint24(fields[1]),
                baseBps: uint16(fields[2]),
                m1Bps: uint16(fields[3]),
                m2Bps: uint16(fields[4]),
                m3Bps: uint16(fields[5]),
                m4Bps: uint16(fields[6]),
                longRunVolatilityE6: uint24(fields[7]),
                stressedVolatilityE6: uint24(fields[8]),
                stressWeightBps: uint16(fields[9]),
                bufferBps: uint16(fields[10]),
                seedMaxAgeSeconds: uint8(fields[11])
            });
    }

    function _key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
