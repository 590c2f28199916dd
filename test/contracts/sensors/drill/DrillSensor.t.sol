// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IDrillSensor} from "../../../../contracts/interfaces/IDrillSensor.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {GuardedVenue} from "../../../../contracts/mocks/GuardedVenue.sol";
import {MirroredVenue} from "../../../../contracts/mocks/MirroredVenue.sol";
import {DRILL_MARKET, DrillSensor} from "../../../../contracts/sensors/drill/DrillSensor.sol";
import {Cause, SensorGrant} from "../../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../../contracts/types/Rungs.sol";
import {Posture} from "../../../../contracts/types/Posture.sol";
import {HubFixture} from "../../hub/HubFixture.sol";

contract DrillSensorTest is HubFixture {
    DrillSensor private drill;

    function setUp() public override {
        super.setUp();
        drill = new DrillSensor(hub, address(this), 24 hours);
        vm.startPrank(governance);
        hub.registerMarket(DRILL_MARKET);
        hub.setSensor(
            address(drill),
            SensorGrant(true, Cause.Code, _rungs(HALTED, M4), _rungs(HALTED, M4), uint32(1) << DRILL_MARKET)
        );
        vm.stopPrank();
    }

    function test_Poke_HaltsTheDrillMarketAndNothingElse() public {
        GuardedVenue asking = new GuardedVenue(hub);
        MirroredVenue mirroring = new MirroredVenue(hub);
        vm.prank(governance);
        hub.setMirror(address(mirroring), true);

        vm.prank(stranger);
        vm.expectEmit(address(drill));
        emit IDrillSensor.Drilled(stranger);
        assertTrue(drill.poke(DRILL_MARKET).equals(_rungs(HALTED, M4)));

        _expectRungs(DRILL_MARKET, HALTED, M4);
        _expectRungs(PROTOCOL, NORMAL, NORMAL);
        assertTrue(hub.postureNow().at(MARKET).isCalm());
        asking.increase(MARKET, 1);
        mirroring.increase(MARKET, 1);
        assertEq(Posture.unwrap(mirroring.mirroredPosture()), Posture.unwrap(hub.postureNow()));
    }

    function test_Poke_IsDueForTheMeshAtOnce() public {
        (uint32 before, ) = hub.broadcastDue();
        assertEq(before, 0);
        drill.poke(DRILL_MARKET);
        (uint32 markets, ) = hub.broadcastDue();
        assertEq(markets, uint32(1) << DRILL_MARKET);

        hub.broadcast();
        assertEq(endpoint.packetCount(), 1);
    }

    function test_Poke_OnceADayForWhoeverAsks() public {
        drill.poke(DRILL_MARKET);
        uint64 seq = hub.seq();
        vm.warp(START + 24 hours - 1);
        assertTrue(drill.poke(DRILL_MARKET).isCalm());
        assertEq(hub.seq(), seq);
        vm.warp(START + 24 hours);
        assertFalse(drill.poke(DRILL_MARKET).isCalm());
        assertEq(drill.nextDrillAt(), START + 48 hours);
        (Rungs last, uint64 at) = drill.lastAsserted(DRILL_MARKET);
        assertTrue(last.equals(_rungs(HALTED, M4)));
        assertEq(at, START + 24 hours);
    }

    function test_Poke_ComesBackByLeasesBeforeTheNextDrill() public {
        drill.poke(DRILL_MARKET);
        uint256[5] memory ends = [uint256(1 hours), 3 hours, 8 hours, 12 hours, 24 hours];
        uint8[5] memory breakers = [REDUCE_ONLY, CAUTION, CAUTION, NORMAL, NORMAL];
        uint8[5] memory margins = [M3, M2, M1, M1, NORMAL];
        for (uint256 i; i < 5; ++i) {
            vm.warp(START + ends[i]);
            hub.lift(DRILL_MARKET);
            _expectRungs(DRILL_MARKET, breakers[i], margins[i]);
        }
    }

    function test_Poke_RevertWhen_AnyOtherMarket() public {
        SensorGrant memory grant = hub.sensorGrant(address(drill));
        grant.markets = type(uint32).max;
        vm.prank(governance);
        hub.setSensor(address(drill), grant);
        for (uint8 market; market < DRILL_MARKET; ++market) {
            vm.expectRevert(abi.encodeWithSelector(IDrillSensor.DrillSensor_NotDrillMarket.selector, market));
            drill.poke(market);
        }
    }

    function test_Poke_RevertGiven_NoGrantAndIsThenStillDue() public {
        vm.prank(governance);
        hub.setSensor(address(drill), SensorGrant(false, Cause.Code, Rungs.wrap(0), Rungs.wrap(0), 0));
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, address(drill), DRILL_MARKET)
        );
        drill.poke(DRILL_MARKET);
        assertEq(drill.nextDrillAt(), 0);
    }

    /// @dev The reason of the least interval: drills alone must leave a third of the budget of 7 days in 30.
    function test_MinInterval_LeavesTheHaltBudgetUnspent() public view {
        uint256 drills = 30 days / drill.MIN_INTERVAL_SECONDS();
        assertLe(drills * 1 hours, (7 days * 3) / 4);
    }

    function test_SetInterval_WithinBounds() public {
        vm.expectEmit(address(drill));
        emit IDrillSensor.DrillIntervalSet(6 hours);
        drill.setInterval(6 hours);
        assertEq(drill.intervalSeconds(), 6 hours);

        uint24[2] memory refused = [uint24(6 hours - 1), uint24(30 days + 1)];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IDrillSensor.DrillSensor_OutOfBounds.selector, refused[i], 6 hours, 30 days)
            );
            drill.setInterval(refused[i]);
        }
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        drill.setInterval(6 hours);
    }
}
