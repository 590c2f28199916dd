// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureGuard} from "../../../../contracts/interfaces/IPostureGuard.sol";
import {FeedConfig} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {GuardedVenue} from "../../../../contracts/mocks/GuardedVenue.sol";
import {Behaviour, ScriptedFeed} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {PriceAggregator} from "../../../../contracts/oracle/PriceAggregator.sol";
import {HealthPresets} from "../../../../contracts/sensors/oracle-health/HealthPresets.sol";
import {OracleHealthSensor} from "../../../../contracts/sensors/oracle-health/OracleHealthSensor.sol";
import {Cause, SensorGrant} from "../../../../contracts/types/Incident.sol";
import {CAUTION, M1, M2, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {HubFixture} from "../../hub/HubFixture.sol";

/// @dev From a dead feed to a refused trade, with the real hub in between.
contract OracleHealthAtHubTest is HubFixture {
    ScriptedFeed[2] private feeds;
    ScriptedFeed private uptime;
    PriceAggregator private aggregator;
    OracleHealthSensor private health;
    GuardedVenue private venue;

    function setUp() public override {
        super.setUp();
        aggregator = new PriceAggregator(address(this));
        FeedConfig[] memory configs = new FeedConfig[](2);
        for (uint256 i; i < 2; ++i) {
            feeds[i] = new ScriptedFeed(8, "BTC / USD");
            feeds[i].publish(10_000e8);
            configs[i] = FeedConfig(feeds[i], 1 hours, 1);
        }
        aggregator.setFeeds(MARKET, configs, 2);
        uptime = new ScriptedFeed(0, "L2 Sequencer Uptime Status Feed");
        uptime.publishAt(0, START - 1 days);
        aggregator.setSequencer(uptime, 1 hours);
        health = new OracleHealthSensor(hub, aggregator, address(this));
        health.setMarket(PROTOCOL, HealthPresets.protocol());
        health.setMarket(MARKET, HealthPresets.standard(2));
        vm.prank(governance);
        hub.setSensor(address(health), _grant());
        venue = new GuardedVenue(hub);
    }

    function test_Poke_NoPriceStopsRiskButNotTheWayOut() public {
        feeds[0].behave(Behaviour.BurnGas);
        health.poke(MARKET);
        venue.increase(MARKET, 1);
        vm.warp(START + 60);
        health.poke(MARKET);

        _expectRungs(MARKET, REDUCE_ONLY, M2);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPostureGuard.PostureGuard_Restricted.selector,
                MARKET,
                RungsLib.pair(REDUCE_ONLY, M2)
            )
        );
        venue.increase(MARKET, 1);
        venue.reduce(MARKET, 1);
        venue.deposit(MARKET, 1);
    }

    /// @dev A chain's own sources and sequencer say nothing of other chains.
    function test_Poke_StaysOnThisChain() public {
        uptime.publishAt(1, START);
        health.poke(PROTOCOL);

        _expectRungs(PROTOCOL, REDUCE_ONLY, M1);
        assertTrue(hub.meshWord(PROTOCOL).inForce(_defaultLeases(), block.timestamp).isCalm());
    }

    function test_Poke_RecoversByLeasesOnceTheSourceIsBack() public {
        uptime.publishAt(1, START);
        health.poke(PROTOCOL);
        uptime.publishAt(0, START + 60);
        vm.warp(START + 60 + 1 hours);
        health.poke(PROTOCOL);
        uint256 last = block.timestamp;
        vm.warp(last + 1);
        assertTrue(health.poke(PROTOCOL).isCalm());

        vm.warp(last + 3 hours);
        Rungs left = hub.lift(PROTOCOL);
        assertEq(left.breaker(), CAUTION);
        vm.warp(last + 24 hours);
        left = hub.lift(PROTOCOL);
        assertEq(left.breaker(), NORMAL);
        assertTrue(left.isCalm());
    }

    function _grant() private pure returns (SensorGrant memory) {
        return
            SensorGrant({
                isActive: true,
                cause: Cause.Oracle,
                localCeiling: RungsLib.pair(REDUCE_ONLY, M2),
                meshCeiling: RungsLib.pair(NORMAL, NORMAL),
                markets: type(uint32).max
            });
    }
}
