// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingFunds} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IOutflowSensor} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {MisbehavingContract, Misbehaviour} from "../../../../contracts/mocks/sensors/MisbehavingContract.sol";
import {FlowReport} from "../../../../contracts/sensors/outflow/FlowReport.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../../contracts/sensors/outflow/OutflowSensor.sol";
import {CAUTION, HALTED, M2, NORMAL} from "../../../../contracts/types/Rungs.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice What leaves the house, seen by the real outflow sensor; and a house that goes on whatever sensor it is given.
/// @dev The house holds 10,600 and 1,000,000 more. A hundredth of it may leave in an hour.
contract FlowsTest is FundsWorld {
    uint256 private constant AMPLE = 3_000_000;

    RecordingHub private recorder;
    OutflowSensor private sensor;

    function setUp() public override {
        super.setUp();
        recorder = new RecordingHub();
        sensor = new OutflowSensor(IIncidentState(address(recorder)), address(house), 1, address(this));
        sensor.setMarket(0, OutflowPresets.standard(uint64(100 * ONE)));
        _deposit(ANN, 1_000_000);
        house.setFlowSensor(sensor);
        _deposit(ANN, 1);
    }

    function test_Withdraw_IsReported() public {
        int256 room = sensor.reading(0).shortRoom;
        assertEq(sensor.reading(0).valueLocked, 1_010_600 * ONE);
        _withdraw(ANN, 5_000);
        assertEq(sensor.reading(0).shortRoom, room - int256(5_000 * ONE));
        assertEq(recorder.assertions(), 0);
    }

    function test_Withdraw_BeyondTheLimitAsserts() public {
        _withdraw(ANN, 15_000);
        assertEq(recorder.assertions(), 1);
        assertEq(recorder.latestMarket(), 0);
        assertEq(recorder.latestRungs().breaker(), CAUTION);
        assertEq(recorder.latestRungs().margin(), NORMAL);
        _withdraw(ANN, 100_000);
        assertEq(recorder.latestRungs().breaker(), HALTED);
        assertEq(recorder.latestRungs().margin(), M2);
    }

    function test_Deposit_GivesRoomBack() public {
        _withdraw(ANN, 9_000);
        _deposit(BOB, 9_000);
        _withdraw(ANN, 9_000);
        assertEq(recorder.assertions(), 0);
    }

    /// @dev Insurance is the same tokens: what its holders take counts too.
    function test_PayOut_IsReported() public {
        _request(vault, ANN, _enter(vault, ANN, 100_000 * coin));
        _pass(10 days);
        vault.payDue();
        assertEq(recorder.assertions(), 1);
    }

    /* SENSORS THAT ARE NONE */

    function test_Flows_GoOnWhateverTheSensorDoes() public {
        MisbehavingContract stranger = new MisbehavingContract();
        house.setFlowSensor(IOutflowSensor(address(stranger)));
        for (uint256 i; i <= uint256(type(Misbehaviour).max); ++i) {
            stranger.behave(Misbehaviour(i));
            house.deposit{gas: AMPLE}(traders[BOB], 10 * ONE);
            vm.prank(traders[BOB]);
            house.withdraw{gas: AMPLE}(10 * ONE, traders[BOB]);
        }
        _assertSound();
    }

    function test_Flows_SayThatTheSensorFailed() public {
        MisbehavingContract stranger = new MisbehavingContract();
        house.setFlowSensor(IOutflowSensor(address(stranger)));
        vm.expectEmit(address(house));
        emit FlowReport.FlowUnreported(address(stranger), 0);
        house.deposit(traders[BOB], 1);
    }

    function test_Flows_BoundWhatASensorBurns() public {
        house.setFlowSensor(IOutflowSensor(address(0)));
        uint256 left = gasleft();
        house.deposit(traders[BOB], 1);
        uint256 plain = left - gasleft();

        MisbehavingContract stranger = new MisbehavingContract();
        stranger.behave(Misbehaviour.BurnGas);
        house.setFlowSensor(IOutflowSensor(address(stranger)));
        left = gasleft();
        house.deposit(traders[BOB], 1);
        assertLt(left - gasleft(), plain + 520_000);
    }

    function test_SetFlowSensor_RevertWhen_NoContract() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidSensor.selector, address(1)));
        house.setFlowSensor(IOutflowSensor(address(1)));
    }

    function _withdraw(uint256 trader, uint256 coins) private {
        vm.prank(traders[trader]);
        house.withdraw(coins * ONE, traders[trader]);
    }
}
