// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../../contracts/hub/IncidentHub.sol";
import {FeedConfig} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {ScriptedFeed} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {EndpointModel} from "../../../../contracts/mocks/hub/EndpointModel.sol";
import {PriceAggregator} from "../../../../contracts/oracle/PriceAggregator.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {VolatilitySensor} from "../../../../contracts/sensors/volatility/VolatilitySensor.sol";
import {Cause, SensorGrant} from "../../../../contracts/types/Incident.sol";
import {M1, M2, M4, NORMAL, Rungs} from "../../../../contracts/types/Rungs.sol";
import {deployHub} from "../../hub/HubArtifact.sol";
import {HubBuilders} from "../../hub/HubBuilders.sol";

/// @dev From feeds to a posture: the real aggregator and the real hub around the sensor.
contract VolatilityAtHubTest is HubBuilders {
    uint8 private constant MARKET = 1;
    uint256 private constant START = 1_650_000_000;
    int256 private constant PAR = 20_000e8;

    IncidentHub private hub;
    PriceAggregator private aggregator;
    VolatilitySensor private sensor;
    ScriptedFeed[3] private feeds;

    function setUp() public {
        vm.warp(START);
        address[] memory operators = _addressesOf(_sortedKeys(2));
        address endpoint = address(new EndpointModel(50_901));
        hub = deployHub(endpoint, address(this), keccak256("mesh"), _defaultLeases(), _defaultLimits(), operators);
        hub.registerMarket(0);
        hub.registerMarket(MARKET);
        aggregator = new PriceAggregator(address(this));
        FeedConfig[] memory configs = new FeedConfig[](3);
        for (uint256 i; i < 3; ++i) {
            feeds[i] = new ScriptedFeed(8, "BTC / USD");
            configs[i] = FeedConfig(feeds[i], 2 hours, 1);
        }
        aggregator.setFeeds(MARKET, configs, 2);
        sensor = new VolatilitySensor(hub, aggregator, VolatilityPresets.pooledModel(), address(this));
        sensor.setMarket(MARKET, VolatilityPresets.majors());
        hub.setSensor(address(sensor), _volatilityGrant());
        _poke(0, PAR);
    }

    function test_Poke_RaisesThePostureInTheSameTransaction() public {
        Rungs asserted = _fallFor(3);

        assertEq(hub.postureNow().at(MARKET), asserted, "posture");
        assertEq(hub.postureNow().at(MARKET).breaker(), NORMAL);
        assertTrue(hub.postureNow().own(0).isCalm());
    }

    function test_Poke_ReachesTheMeshUpToItsCeilingOnly() public {
        assertEq(_fallFor(20).margin(), M4);

        assertEq(hub.meshWord(MARKET).inForce(_defaultLeases(), block.timestamp), _rungs(NORMAL, M2), "mesh");
        assertEq(hub.postureNow().at(MARKET), _rungs(NORMAL, M4), "here");
    }

    function test_Lift_MarginComesDownInStepsWhenNobodySaysItAnyMore() public {
        _fallFor(20);
        uint256 tripped = block.timestamp;
        uint256[4] memory ends = [uint256(1 hours), 3 hours, 8 hours, 24 hours];
        for (uint8 i; i < 4; ++i) {
            vm.warp(tripped + ends[i] - 1);
            assertEq(hub.lift(MARKET).margin(), M4 - i);
            vm.warp(tripped + ends[i]);
            assertEq(hub.lift(MARKET).margin(), M4 - i - 1);
        }
    }

    /// @dev Two of three feeds agree: the third's nonsense is not even seen.
    function test_Poke_IsBlindToOneFeedThatLies() public {
        vm.warp(START + 1 hours);
        feeds[0].publish(PAR);
        feeds[1].publish(PAR);
        feeds[2].publish(PAR * 100);

        assertTrue(sensor.poke(MARKET).isCalm());
        assertLt(sensor.reading(MARKET).fastE18, 0.05e18);
    }

    function test_Poke_RevertGiven_NoGrant() public {
        SensorGrant memory none;
        hub.setSensor(address(sensor), none);
        _publish(PAR / 2);
        vm.warp(START + 1 hours);
        _publish(PAR / 2);

        vm.expectRevert(
            abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, address(sensor), MARKET)
        );
        sensor.poke(MARKET);
    }

    function _fallFor(uint256 hoursLong) private returns (Rungs asserted) {
        int256 price = PAR;
        for (uint256 i; i < hoursLong; ++i) {
            price = (price * 93) / 100;
            asserted = _poke(1 hours, price);
        }
        assertGe(asserted.margin(), M1);
    }

    function _poke(uint256 elapsed, int256 answer) private returns (Rungs) {
        vm.warp(block.timestamp + elapsed);
        _publish(answer);
        return sensor.poke(MARKET);
    }

    function _publish(int256 answer) private {
        for (uint256 i; i < 3; ++i) {
            feeds[i].publish(answer);
        }
    }

    function _volatilityGrant() private pure returns (SensorGrant memory grant) {
        grant = _grant(_rungs(NORMAL, M4), _rungs(NORMAL, M2));
        grant.cause = Cause.Volatility;
    }
}
