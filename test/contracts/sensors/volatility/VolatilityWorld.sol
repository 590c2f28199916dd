// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {VolatilitySensor} from "../../../../contracts/sensors/volatility/VolatilitySensor.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {PriceScript} from "./PriceScript.sol";

/// @dev One market with the presets, a hub that records, and prices that say what they are told to.
abstract contract VolatilityWorld is Test {
    uint8 internal constant MARKET = 1;
    uint256 internal constant START = 1_650_000_000;
    uint256 internal constant PAR = 20_000e18;
    uint256 internal constant GAP = 1 hours;

    PriceScript internal prices;
    RecordingHub internal recorder;
    VolatilitySensor internal sensor;

    function setUp() public virtual {
        vm.warp(START);
        prices = new PriceScript();
        recorder = new RecordingHub();
        sensor = new VolatilitySensor(
            IIncidentState(address(recorder)),
            IPriceAggregator(address(prices)),
            VolatilityPresets.pooledModel(),
            address(this)
        );
        sensor.setMarket(MARKET, VolatilityPresets.majors());
    }

    /// @dev Publishes `priceE18` after `elapsed` seconds, and pokes.
    function _after(uint256 elapsed, uint256 priceE18) internal returns (Rungs) {
        vm.warp(block.timestamp + elapsed);
        prices.tell(priceE18, 0, block.timestamp);
        return sensor.poke(MARKET);
    }

    function _seed() internal {
        _after(0, PAR);
    }

    /// @dev Hourly samples that move up and down by `bps` in turn.
    function _shake(uint256 hoursLong, uint256 bps) internal returns (Rungs asserted) {
        for (uint256 i; i < hoursLong; ++i) {
            asserted = _after(GAP, i % 2 == 0 ? PAR + (PAR * bps) / 10_000 : PAR);
        }
    }

    /// @dev Everything that the sensor remembers, as a fingerprint.
    function _memory() internal view returns (bytes32) {
        return keccak256(abi.encode(sensor.reading(MARKET)));
    }
}
