// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {OutflowHandler} from "./OutflowHandler.sol";

/// @dev Deployed from this file because the runner knows only the contracts of files that hold tests.
contract AnyVenue is OutflowHandler {}

/// @notice An outflow sensor, whatever its venue reports, whoever calls, and whatever governance and hub do.
contract OutflowInvariantTest is Test {
    OutflowHandler private handler;

    function setUp() public {
        handler = new AnyVenue();
        targetContract(address(handler));
        bytes4[] memory steps = new bytes4[](8);
        steps[0] = OutflowHandler.passTime.selector;
        steps[1] = OutflowHandler.withdraw.selector;
        steps[2] = OutflowHandler.deposit.selector;
        steps[3] = OutflowHandler.report.selector;
        steps[4] = OutflowHandler.reportFromStranger.selector;
        steps[5] = OutflowHandler.poke.selector;
        steps[6] = OutflowHandler.setLimits.selector;
        steps[7] = OutflowHandler.refuse.selector;
        targetSelector(FuzzSelector(address(handler), steps));
    }

    function invariant_RoomsAverageAndRungsAreTheModels() public view {
        assertEq(handler.violations("unlike the model"), 0, "unlike the model");
    }

    function invariant_NoFlowReverts() public view {
        assertEq(handler.violations("flow reverted"), 0, "flow reverted");
    }

    function invariant_OnlyTheVenueIsRecorded() public view {
        assertEq(handler.violations("stranger recorded"), 0, "stranger recorded");
    }

    function invariant_WhatIsDueIsSaidAndNothingElse() public view {
        assertEq(handler.violations("not said"), 0, "not said");
        assertEq(handler.violations("said wrongly"), 0, "said wrongly");
        assertEq(handler.violations("poke"), 0, "poke");
    }

    function invariant_SettingLimitsRefillsNothing() public view {
        assertEq(handler.violations("refilled"), 0, "refilled");
    }

    function invariant_NoMoreThanTwoLimitsAndTheRefillLeaveQuietly() public view {
        assertEq(handler.violations("quiet drain"), 0, "quiet drain");
    }

    /// @dev Long enough to see everything at least once: the steps above are not out of reach.
    function test_Steps_ReachEverything() public {
        for (uint256 i; i < 400; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("step", i)));
            handler.passTime(seed);
            handler.withdraw(seed >> 1);
            handler.deposit(seed >> 2);
            handler.report(seed >> 3, seed, seed >> 200);
            handler.poke();
            if (i % 7 == 0) handler.setLimits(seed >> 4);
            handler.refuse(seed >> 5);
        }

        assertGt(handler.happened("compared"), 400);
        assertGt(handler.happened("flow asserted"), 20);
        assertGt(handler.happened("poke asserted"), 20);
        assertGt(handler.happened("absurd report"), 20);
        invariant_RoomsAverageAndRungsAreTheModels();
        invariant_NoFlowReverts();
        invariant_WhatIsDueIsSaidAndNothingElse();
        invariant_SettingLimitsRefillsNothing();
        invariant_NoMoreThanTwoLimitsAndTheRefillLeaveQuietly();
    }
}
