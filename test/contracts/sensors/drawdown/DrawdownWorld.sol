// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {DrawdownReading} from "../../../../contracts/interfaces/IDrawdownSensor.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {DrawdownPresets} from "../../../../contracts/sensors/drawdown/DrawdownPresets.sol";
import {DrawdownSensor} from "../../../../contracts/sensors/drawdown/DrawdownSensor.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {PriceScript} from "../volatility/PriceScript.sol";

/// @dev One market with the preset, a hub that records, and prices that say what they are told to.
abstract contract DrawdownWorld is Test {
    uint8 internal constant MARKET = 1;
    /// @dev The beginning of a short and of a long bucket.
    uint256 internal constant START = 1_649_894_400;
    uint256 internal constant PAR = 20_000e18;

    PriceScript internal prices;
    RecordingHub internal recorder;
    DrawdownSensor internal sensor;

    function setUp() public virtual {
        vm.warp(START);
        prices = new PriceScript();
        recorder = new RecordingHub();
        sensor = new DrawdownSensor(
            IIncidentState(address(recorder)),
            IPriceAggregator(address(prices)),
            address(this)
        );
        sensor.setMarket(MARKET, DrawdownPresets.majors());
    }

    /// @dev Publishes `percent` of par after `elapsed` seconds, and pokes.
    function _after(uint256 elapsed, uint256 percent) internal returns (Rungs) {
        vm.warp(block.timestamp + elapsed);
        prices.tell((PAR * percent) / 100, 0, block.timestamp);
        return sensor.poke(MARKET);
    }

    function _seed() internal {
        _after(0, 100);
    }

    function _reading() internal view returns (DrawdownReading memory) {
        return sensor.reading(MARKET);
    }
}
