// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {FeedConfig} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {BandReading} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {ScriptedFeed} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {PriceAggregator} from "../../../../contracts/oracle/PriceAggregator.sol";
import {PriceBandSensor} from "../../../../contracts/sensors/price-band/PriceBandSensor.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {BandPresets} from "../../../../contracts/sensors/price-band/BandPresets.sol";

/// @dev One market with three feeds of eight decimals, a sensor with the preset band, and a hub that records.
abstract contract SensorWorld is Test {
    uint8 internal constant MARKET = 1;
    uint256 internal constant NOW = 1_584_000_000;
    int256 internal constant PAR = 10_000e8;

    RecordingHub internal recorder;
    PriceAggregator internal aggregator;
    PriceBandSensor internal sensor;
    ScriptedFeed[3] internal feeds;

    function setUp() public virtual {
        vm.warp(NOW);
        recorder = new RecordingHub();
        _build(IIncidentState(address(recorder)));
    }

    function _build(IIncidentState hub) internal {
        aggregator = new PriceAggregator(address(this));
        FeedConfig[] memory configs = new FeedConfig[](3);
        for (uint256 i; i < 3; ++i) {
            feeds[i] = new ScriptedFeed(8, "BTC / USD");
            configs[i] = FeedConfig(feeds[i], 1 hours, 1);
        }
        aggregator.setFeeds(MARKET, configs, 2);
        sensor = new PriceBandSensor(hub, aggregator, address(this));
        sensor.setMarket(MARKET, BandPresets.standard());
    }

    function _publish(int256 answer) internal {
        for (uint256 i; i < 3; ++i) {
            feeds[i].publish(answer);
        }
    }

    function _publishThree(int256 a, int256 b, int256 c) internal {
        feeds[0].publish(a);
        feeds[1].publish(b);
        feeds[2].publish(c);
    }

    /// @dev Publishes `answer` after `elapsed` seconds, and pokes.
    function _after(uint256 elapsed, int256 answer) internal returns (Rungs) {
        vm.warp(block.timestamp + elapsed);
        _publish(answer);
        return sensor.poke(MARKET);
    }

    function _seed() internal {
        _publish(PAR);
        sensor.poke(MARKET);
    }

    /// @dev A price at which the reading's deviation is `bps`.
    function _away(int256 bps) internal view returns (int256) {
        return (int256(_reading().referenceE18 / 1e10) * (10_000 + bps)) / 10_000 + (bps > 0 ? int256(1) : int256(-1));
    }

    function _reading() internal view returns (BandReading memory) {
        return sensor.reading(MARKET);
    }

    function _assertRungs(Rungs asserted, uint8 breaker, uint8 margin) internal pure {
        assertEq(asserted.breaker(), breaker);
        assertEq(asserted.margin(), margin);
    }
}
