// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PublicAlarm} from "../../../contracts/incentives/PublicAlarm.sol";
import {AlarmHandler} from "./AlarmHandler.sol";

/// @dev Deployed from this file because the runner knows only the contracts of files that hold tests.
contract Bystanders is AlarmHandler {
    function world() external view returns (PublicAlarm) {
        return alarm;
    }
}

/// @notice What holds of bonds, rewards and the pot, whatever raisers and settlers do.
contract PublicAlarmInvariantTest is Test {
    Bystanders private bystanders;
    PublicAlarm private alarm;

    function setUp() public {
        bystanders = new Bystanders();
        alarm = bystanders.world();
        targetContract(address(bystanders));
        // The runner funds whoever it calls from; were it one whose balance is in the books, they would not add up.
        targetSender(address(0x5e4de5));
        targetSelector(FuzzSelector(address(bystanders), _steps()));
    }

    /// @dev One function, because each invariant function would be given the same sequences of calls.
    function invariant_BondsAndPotAreSafe() public view {
        assertEq(
            address(alarm).balance,
            alarm.pot() + alarm.totalBonds() + alarm.totalOwed(),
            "the balance is not pot, bonds and what is owed"
        );
        assertEq(bystanders.outside() + address(alarm).balance, bystanders.paidIn(), "value is not conserved");
        assertEq(alarm.totalBonds(), _openBonds(), "a bond without an alarm");
        assertLe(bystanders.mostRewardsInADay(), alarm.parameters().rewardsPerDay, "more than a day's rewards");
        assertEq(bystanders.raisedNotCalm(), 0, "raised where something was in force already");
        assertEq(bystanders.wrongVerdicts(), 0, "a verdict that the record does not bear out");
    }

    function test_Handler_ReachesEveryVerdict() public {
        bystanders.raise(1, 0);
        bystanders.confirm(1, 1, 0, 60);
        bystanders.settle(1, 1);
        bystanders.lift(30 hours - 1);
        bystanders.raise(1, 0);
        bystanders.settle(1, 3_601);
        bystanders.lift(30 hours - 1);
        bystanders.raise(1, 0);
        bystanders.confirm(1, 0, 2, 3_601);
        bystanders.misbehave(1, 2);
        bystanders.settle(1, 0);
        bystanders.collect();
        for (uint256 verdict; verdict < 3; ++verdict) {
            assertEq(bystanders.verdicts(verdict), 1);
        }
        assertEq(bystanders.raised(), 3);
        invariant_BondsAndPotAreSafe();
    }

    function _openBonds() private view returns (uint256 sum) {
        for (uint8 market; market < 3; ++market) {
            sum += alarm.alarmOf(market).bond;
        }
    }

    function _steps() private pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](6);
        selectors[0] = AlarmHandler.raise.selector;
        selectors[1] = AlarmHandler.settle.selector;
        selectors[2] = AlarmHandler.confirm.selector;
        selectors[3] = AlarmHandler.lift.selector;
        selectors[4] = AlarmHandler.misbehave.selector;
        selectors[5] = AlarmHandler.collect.selector;
    }
}
