// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Flow, IOutflowSensor} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {HungryHub} from "../../../../contracts/mocks/sensors/HungryHub.sol";
import {MisbehavingContract, Misbehaviour} from "../../../../contracts/mocks/sensors/MisbehavingContract.sol";
import {FlowReport} from "../../../../contracts/sensors/outflow/FlowReport.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../../contracts/sensors/outflow/OutflowSensor.sol";
import {CAUTION, HALTED, M2, NORMAL} from "../../../../contracts/types/Rungs.sol";
import {OutflowWorld} from "./OutflowWorld.sol";

/// @notice Whatever sensor or hub a venue is given, its flows go on; whatever gas a caller brings, a trip is not lost.
contract FlowReportTest is OutflowWorld {
    uint256 private constant AMPLE = 5_000_000;

    /* A SENSOR THAT IS NONE */

    function test_Report_SurvivesAnAddressWithoutCode() public {
        venue.reportTo(IOutflowSensor(makeAddr("nobody")));

        venue.deposit{gas: AMPLE}(MILLION);
        venue.withdraw{gas: AMPLE}(MILLION);

        assertEq(venue.held(), HELD);
    }

    function test_Report_SurvivesEverySensorThatMisbehaves() public {
        MisbehavingContract stranger = new MisbehavingContract();
        venue.reportTo(IOutflowSensor(address(stranger)));

        for (uint256 i; i <= uint256(type(Misbehaviour).max); ++i) {
            stranger.behave(Misbehaviour(i));
            venue.deposit{gas: AMPLE}(MILLION);
            venue.withdraw{gas: AMPLE}(MILLION);
        }

        assertEq(venue.held(), HELD);
    }

    function test_Report_SaysThatItFailed() public {
        MisbehavingContract stranger = new MisbehavingContract();
        venue.reportTo(IOutflowSensor(address(stranger)));

        vm.expectEmit(address(venue));
        emit FlowReport.FlowUnreported(address(stranger), MARKET);
        venue.withdraw{gas: AMPLE}(MILLION);
    }

    function test_Report_BoundsWhatASensorCanBurn() public {
        MisbehavingContract stranger = new MisbehavingContract();
        stranger.behave(Misbehaviour.BurnGas);
        venue.reportTo(IOutflowSensor(address(stranger)));

        uint256 left = gasleft();
        venue.withdraw(MILLION);
        assertLt(left - gasleft(), 560_000);
    }

    function test_Report_SurvivesASensorThatIsNotSetUp() public {
        OutflowSensor fresh = new OutflowSensor(sensor.hub(), address(venue), UNIT, address(this));
        venue.reportTo(fresh);

        vm.expectEmit(address(fresh));
        emit IOutflowSensor.FlowIgnored(address(venue), MARKET);
        venue.withdraw(HELD);
    }

    function test_Report_SurvivesTheSensorOfAnotherVenue() public {
        OutflowSensor others = new OutflowSensor(sensor.hub(), makeAddr("other venue"), UNIT, address(this));
        others.setMarket(MARKET, OutflowPresets.standard(FLOOR_UNITS));
        venue.reportTo(others);

        vm.expectEmit(address(others));
        emit IOutflowSensor.FlowIgnored(address(venue), MARKET);
        venue.withdraw(HELD);
        assertEq(others.reading(MARKET).recordedAt, 1);
    }

    /* A HUB THAT IS NONE */

    function test_Report_SurvivesEveryHubThatMisbehaves() public {
        MisbehavingContract hub = new MisbehavingContract();
        _build(address(hub), OutflowPresets.standard(FLOOR_UNITS), HELD);

        for (uint256 i; i <= uint256(type(Misbehaviour).max); ++i) {
            hub.behave(Misbehaviour(i));
            _pass(1 hours);
            venue.withdraw{gas: AMPLE}(100 * MILLION);
        }

        assertEq(venue.held(), HELD - 600 * MILLION);
        assertLt(_reading().shortRoom, 0);
    }

    function test_Report_AFlowThatTheHubRefusesIsRecordedAndSaidByTheNext() public {
        recorder.refuse(true);

        vm.expectEmit(address(sensor));
        emit IOutflowSensor.AssertionFailed(MARKET, _rungs(CAUTION, NORMAL));
        venue.withdraw{gas: AMPLE}(20 * MILLION);
        assertEq(_reading().shortRoom, -int256(10 * MILLION));
        assertEq(_reading().assertedAt, 0);

        recorder.refuse(false);
        venue.withdraw(0);
        _assertLatest(1, CAUTION, NORMAL);
    }

    /* A CALLER WITH LITTLE GAS */

    /// @dev The gas with which a withdrawal that trips goes through, whatever it is, brings the assertion along.
    function testFuzz_Report_NoAmountOfGasLosesATrip(uint256 gasGiven) public {
        gasGiven = bound(gasGiven, 30_000, 700_000);

        try venue.withdraw{gas: gasGiven}(60 * MILLION) {
            _assertLatest(1, HALTED, M2);
        } catch {
            assertEq(venue.held(), HELD);
            assertEq(_reading().shortRoom, int256(10 * MILLION));
        }
    }

    /// @dev The same where the hub needs nearly all that it may have.
    function testFuzz_Report_NoAmountOfGasLosesATripAtAHungryHub(uint256 gasGiven) public {
        HungryHub hub = new HungryHub();
        _build(address(hub), OutflowPresets.standard(FLOOR_UNITS), HELD);
        gasGiven = bound(gasGiven, 30_000, 700_000);

        try venue.withdraw{gas: gasGiven}(60 * MILLION) {
            assertEq(hub.assertions(), 1);
        } catch {
            assertEq(venue.held(), HELD);
        }
    }

    function test_Report_RevertWhen_GasIsTooLowForAHungryHub() public {
        HungryHub hub = new HungryHub();
        _build(address(hub), OutflowPresets.standard(FLOOR_UNITS), HELD);

        (bool ok, bytes memory reason) = address(venue).call{gas: 400_000}(
            abi.encodeCall(venue.withdraw, (60 * MILLION))
        );

        assertFalse(ok);
        assertEq(bytes4(reason), FlowReport.FlowReport_GasTooLow.selector);
    }

    function test_OnOutflow_RevertWhen_GasIsTooLowForAHungryHub() public {
        HungryHub hub = new HungryHub();
        _build(address(hub), OutflowPresets.standard(FLOOR_UNITS), HELD);

        vm.prank(address(venue));
        (bool ok, bytes memory reason) = address(sensor).call{gas: 400_000}(
            abi.encodeCall(sensor.onOutflow, (Flow(MARKET, 60 * MILLION, HELD)))
        );

        assertFalse(ok);
        assertEq(bytes4(reason), IOutflowSensor.OutflowSensor_GasTooLow.selector);
    }

    /// @dev A flow within the limits needs no more gas than it uses: no wallet has to set a limit for the worst case.
    function test_Report_WithinLimitsNeedsLittleGas() public {
        venue.withdraw{gas: 60_000}(MILLION);

        assertEq(_reading().shortRoom, int256(9 * MILLION));
    }
}
