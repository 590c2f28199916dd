// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    Flow,
    IOutflowSensor,
    OutflowParameters,
    OutflowReading
} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {MARKETS} from "../../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M2, NORMAL, REDUCE_ONLY, Rungs} from "../../../../contracts/types/Rungs.sol";
import {OutflowWorld} from "./OutflowWorld.sol";

contract OutflowSensorTest is OutflowWorld {
    /* LIMITS */

    function test_OnOutflow_FirstReportSeedsAverageAndRooms() public view {
        OutflowReading memory reading = _reading();

        assertEq(reading.valueLocked, HELD);
        assertEq(reading.shortLimit, 10 * MILLION);
        assertEq(reading.longLimit, 100 * MILLION);
        assertEq(reading.shortRoom, int256(10 * MILLION));
        assertEq(reading.longRoom, int256(100 * MILLION));
        assertEq(reading.recordedAt, NOW);
    }

    function test_OnOutflow_ExactlyTheLimitAssertsNothing() public {
        venue.withdraw(10 * MILLION);

        assertEq(recorder.assertions(), 0);
        assertEq(_reading().shortRoom, 0);
    }

    function test_OnOutflow_OneUnitBeyondTheShortLimitAssertsShortRungs() public {
        venue.withdraw(10 * MILLION);

        vm.expectEmit(address(sensor));
        emit IOutflowSensor.Exceeded(MARKET, _rungs(CAUTION, NORMAL), -int256(UNIT), int256(90 * MILLION - UNIT), HELD);
        venue.withdraw(1);

        _assertLatest(1, CAUTION, NORMAL);
    }

    function test_OnOutflow_SlowDrainExceedsTheLongLimitOnly() public {
        // 6 (1 - e^(-n / 24)) / (1 - e^(-1 / 24)) million are missing after n hours: 100 million in the 28th.
        assertEq(_drainHourly(6 * MILLION, 100), 28);
        _assertLatest(1, REDUCE_ONLY, M1);
        assertGt(_reading().shortRoom, 0);
    }

    function test_OnOutflow_SteadyDrainTripsFromTheLimitPerWindowOn() public {
        // Missing in the end: 98.0 million at 4 million an hour, 100.45 at 4.1.
        assertEq(_drainHourly(4 * MILLION, 1_000), 1_000);
        assertLt(_drainHourly((41 * MILLION) / 10, 1_000), 1_000);
    }

    function test_OnOutflow_FarBeyondAssertsSevereRungs() public {
        venue.withdraw(50 * MILLION);
        _assertLatest(1, CAUTION, NORMAL);

        venue.withdraw(1);
        _assertLatest(2, HALTED, M2);
    }

    function test_OnOutflow_BothWindowsJoin() public {
        OutflowParameters memory parameters = OutflowPresets.standard(FLOOR_UNITS);
        parameters.severeFactor = 100;
        sensor.setMarket(MARKET, parameters);

        venue.withdraw(101 * MILLION);

        _assertLatest(1, REDUCE_ONLY, M1);
    }

    function test_OnOutflow_BelowTheFloorLimitsDoNotShrink() public {
        _build(address(recorder), OutflowPresets.standard(FLOOR_UNITS), 5 * MILLION);

        venue.withdraw(1 * MILLION);
        assertEq(recorder.assertions(), 0);
        venue.withdraw(1);
        _assertLatest(1, CAUTION, NORMAL);
    }

    /* TIME */

    function test_OnOutflow_MissingRoomShrinksByEveryWindow() public {
        venue.withdraw(10 * MILLION);
        _pass(1 hours);

        // 10 (1 - 1/e) and 100 - 10 e^(-1/24) million.
        assertApproxEqRel(_reading().shortRoom, 6.321_205_588e24, 1e12);
        assertApproxEqRel(_reading().longRoom, 90.408_105_433e24, 1e12);
    }

    function test_OnOutflow_RepeatsWhatHoldsAfterFiveMinutesOnly() public {
        venue.withdraw(30 * MILLION);
        _pass(299);
        venue.withdraw(0);
        _assertLatest(1, CAUTION, NORMAL);

        _pass(1);
        venue.withdraw(0);
        _assertLatest(2, CAUTION, NORMAL);
        assertEq(_reading().assertedAt, block.timestamp);
    }

    function test_OnOutflow_FallsSilentOnceThereIsRoom() public {
        venue.withdraw(20 * MILLION);
        _pass(1 hours);
        venue.withdraw(0);

        assertEq(recorder.assertions(), 1);
        assertTrue(_reading().due.isCalm());
    }

    /* INFLOW */

    function test_OnInflow_WhatComesAndGoesTripsNothing() public {
        venue.deposit(10 * MILLION);
        _pass(10);
        venue.withdraw(19 * MILLION);

        assertEq(recorder.assertions(), 0);
    }

    function test_OnInflow_MakesUpForWhatLeft() public {
        venue.withdraw(30 * MILLION);
        venue.deposit(25 * MILLION);

        assertEq(_reading().shortRoom, int256(5 * MILLION));
        assertTrue(sensor.poke(MARKET).isCalm());
    }

    function test_OnInflow_CoversATheftOnlyUpToTheCredit() public {
        // A book gone wrong: a thousand times the value, out of nothing, in two steps so that the second sees the first.
        venue.deposit(500_000 * MILLION);
        venue.deposit(500_000 * MILLION);
        assertEq(_reading().shortRoom, int256(20 * MILLION));

        venue.withdraw(20 * MILLION);
        assertEq(recorder.assertions(), 0);
        venue.withdraw(1);
        assertEq(recorder.assertions(), 1);
    }

    function test_OnInflow_WithoutCreditRoomStopsAtTheLimit() public {
        _build(address(recorder), OutflowPresets.strict(FLOOR_UNITS), HELD);
        venue.deposit(100 * MILLION);

        assertEq(_reading().shortRoom, int256(5 * MILLION));
        assertEq(_reading().longRoom, int256(50 * MILLION));
    }

    /* VALUE LOCKED */

    function test_OnInflow_ADepositForAMomentLiftsNoLimit() public {
        _pass(1 hours);
        venue.deposit(100_000 * MILLION);
        venue.withdraw(100_000 * MILLION);

        assertEq(_reading().valueLocked, HELD);
        assertEq(_reading().shortLimit, 10 * MILLION);
    }

    function test_OnOutflow_ABookGoneWrongLiftsLimitsAtMostTwofoldInAWindow() public {
        vm.startPrank(address(venue));
        _pass(365 days);
        sensor.onOutflow(Flow(MARKET, 0, type(uint256).max));
        assertApproxEqRel(_reading().shortLimit, 20 * MILLION, 1e12);

        _pass(1 days);
        sensor.onOutflow(Flow(MARKET, 0, type(uint256).max));
        assertLt(_reading().shortLimit, 40 * MILLION);
    }

    function test_OnOutflow_AverageFollowsWhatIsHeldOverTheLongWindow() public {
        _pass(1 hours);
        venue.deposit(1_000 * MILLION);
        _pass(1 days);
        venue.deposit(0);

        // 2000 - 1000 / e.
        assertApproxEqRel(_reading().valueLocked, 1_632.120_558_8e24, 1e12);
    }

    function test_OnOutflow_BelievesInFullAsLongAsFloorsRule() public {
        _build(address(recorder), OutflowPresets.standard(FLOOR_UNITS), 0);
        _pass(365 days);
        vm.prank(address(venue));
        sensor.onOutflow(Flow(MARKET, 0, 90 * MILLION));

        assertApproxEqRel(_reading().valueLocked, 90 * MILLION, 1e12);
    }

    /* ROUNDING */

    function test_OnOutflow_RoundsUp_AndInflowDown() public {
        venue.withdraw(UNIT + 1);
        assertEq(_reading().shortRoom, int256(10 * MILLION - 2 * UNIT));

        venue.deposit(2 * UNIT - 1);
        assertEq(_reading().shortRoom, int256(10 * MILLION - UNIT));
    }

    function test_OnOutflow_IgnoresMarketsOutOfRange() public {
        uint256[4] memory absent = [uint256(MARKETS), 256 + MARKET, (1 << 255) + MARKET, type(uint256).max];
        bytes32 before = keccak256(abi.encode(_reading()));
        for (uint256 i; i < absent.length; ++i) {
            vm.startPrank(address(venue));
            vm.expectEmit(address(sensor));
            emit IOutflowSensor.FlowIgnored(address(venue), absent[i]);
            sensor.onOutflow(Flow(absent[i], 60 * MILLION, HELD));
            sensor.onInflow(Flow(absent[i], 60 * MILLION, HELD));
            vm.stopPrank();
        }

        assertEq(keccak256(abi.encode(_reading())), before);
        assertEq(recorder.assertions(), 0);
    }

    /* WHAT WAS SAID */

    function test_LastAsserted_IsZeroBeforeTheFirst() public view {
        _assertLastAsserted(MARKET, NORMAL, NORMAL, 0);
        _assertLastAsserted(ABSENT, NORMAL, NORMAL, 0);
        _assertLastAsserted(type(uint8).max, NORMAL, NORMAL, 0);
    }

    function test_LastAsserted_IsThatOfTheFlowOrThePokeThatAssertedLast() public {
        venue.withdraw(30 * MILLION);
        _assertLastAsserted(MARKET, CAUTION, NORMAL, NOW);

        _pass(60);
        sensor.poke(MARKET);
        _assertLastAsserted(MARKET, CAUTION, NORMAL, NOW + 60);

        _pass(60);
        venue.withdraw(30 * MILLION);
        _assertLastAsserted(MARKET, HALTED, M2, NOW + 120);
    }

    function test_LastAsserted_StandsWhileNothingIsAsserted() public {
        venue.withdraw(11 * MILLION);
        _pass(12 hours);
        venue.withdraw(MILLION);

        assertEq(recorder.assertions(), 1);
        _assertLastAsserted(MARKET, CAUTION, NORMAL, NOW);
    }

    function test_LastAsserted_IsNotWhatTheHubRefused() public {
        recorder.refuse(true);
        venue.withdraw(30 * MILLION);

        _assertLastAsserted(MARKET, NORMAL, NORMAL, 0);
    }

    function _assertLastAsserted(uint8 market, uint8 breaker, uint8 margin, uint256 at) private view {
        (Rungs rungs, uint64 when) = sensor.lastAsserted(market);
        assertTrue(rungs.equals(_rungs(breaker, margin)), "rungs");
        assertEq(when, at, "at");
    }

    /* POKE */

    function test_Poke_AssertsAgainWhileItHolds() public {
        venue.withdraw(30 * MILLION);
        for (uint256 i = 1; i <= 3; ++i) {
            _pass(60);
            assertTrue(sensor.poke(MARKET).equals(_rungs(CAUTION, NORMAL)));
            assertEq(recorder.assertions(), 1 + i);
        }
    }

    function test_Poke_SaysNothingTwiceInASecond() public {
        venue.withdraw(30 * MILLION);

        vm.recordLogs();
        assertTrue(sensor.poke(MARKET).equals(_rungs(CAUTION, NORMAL)));

        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(recorder.assertions(), 1);
    }

    function test_Poke_WithRoomChangesNothing() public {
        venue.withdraw(10 * MILLION);
        OutflowReading memory before = _reading();

        vm.recordLogs();
        assertTrue(sensor.poke(MARKET).isCalm());

        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(abi.encode(_reading()), abi.encode(before));
    }

    function test_Poke_KeepsWhatIsRecorded() public {
        venue.withdraw(30 * MILLION);
        _pass(60);
        OutflowReading memory before = _reading();
        sensor.poke(MARKET);

        assertEq(_reading().shortRoom, before.shortRoom);
        assertEq(_reading().recordedAt, NOW);
        assertEq(_reading().assertedAt, NOW + 60);
    }

    function test_Poke_RevertGiven_HubRefuses() public {
        recorder.refuse(true);
        venue.withdraw(30 * MILLION);

        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        sensor.poke(MARKET);
    }

    function test_Poke_RevertWhen_MarketIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_UnknownMarket.selector, ABSENT));
        sensor.poke(ABSENT);

        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_UnknownMarket.selector, 255));
        sensor.poke(255);
    }

    /// @dev Reports an outflow of `amount` an hour from a venue that always holds the same, until something is asserted.
    function _drainHourly(uint256 amount, uint256 mostHours) private returns (uint256 hoursPassed) {
        uint256 before = recorder.assertions();
        vm.startPrank(address(venue));
        while (recorder.assertions() == before && hoursPassed < mostHours) {
            _pass(1 hours);
            ++hoursPassed;
            sensor.onOutflow(Flow(MARKET, amount, HELD));
        }
        vm.stopPrank();
    }
}
