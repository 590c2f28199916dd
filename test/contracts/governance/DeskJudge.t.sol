// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DeskJudge} from "../../../contracts/governance/judges/DeskJudge.sol";
import {DeskLimits, InstructionKind, IOperatorDesk} from "../../../contracts/interfaces/IOperatorDesk.sol";
import {DeskWorld} from "../clearing/DeskWorld.sol";

/// @dev What of a desk's limits may change at once, and what waits (P9).
contract DeskJudgeTest is DeskWorld {
    DeskJudge private judge;

    function setUp() public override {
        super.setUp();
        judge = new DeskJudge();
    }

    function test_Tightens_TakesCapsThatMaySayMore() public {
        DeskLimits memory limits = DeskLimits(1_000, 9_000, 0, 2 hours);
        // Operators could say nothing before.
        assertFalse(_judge(InstructionKind.OpenInterestCap, limits), "first");
        desk.setDeskLimits(InstructionKind.OpenInterestCap, BTC, limits);

        assertTrue(_judge(InstructionKind.OpenInterestCap, limits), "same");
        assertTrue(_judge(InstructionKind.OpenInterestCap, DeskLimits(999, 9_000, 0, 2 hours)), "lower");
        assertTrue(_judge(InstructionKind.OpenInterestCap, DeskLimits(1_000, 9_001, 0, 2 hours)), "higher");
        assertTrue(_judge(InstructionKind.OpenInterestCap, DeskLimits(1_000, 9_000, 0, 3 hours)), "longer");
        assertFalse(_judge(InstructionKind.OpenInterestCap, DeskLimits(1_001, 9_000, 0, 2 hours)), "least up");
        assertFalse(_judge(InstructionKind.OpenInterestCap, DeskLimits(1_000, 8_999, 0, 2 hours)), "most down");
        assertFalse(_judge(InstructionKind.OpenInterestCap, DeskLimits(1_000, 9_000, 0, 1 hours)), "shorter");
        assertFalse(_judge(InstructionKind.OpenInterestCap, DeskLimits(0, 0, 0, 0)), "silenced");
    }

    function test_Tightens_TakesMovesThatMayMoveLess() public {
        DeskLimits memory limits = DeskLimits(10, 400, 600, 0);
        assertFalse(_judge(InstructionKind.InsuranceMove, limits), "first");
        desk.setDeskLimits(InstructionKind.InsuranceMove, BTC, limits);

        assertTrue(_judge(InstructionKind.InsuranceMove, limits), "same");
        assertTrue(_judge(InstructionKind.InsuranceMove, DeskLimits(11, 400, 600, 0)), "least up");
        assertTrue(_judge(InstructionKind.InsuranceMove, DeskLimits(10, 399, 600, 0)), "most down");
        assertTrue(_judge(InstructionKind.InsuranceMove, DeskLimits(10, 400, 599, 0)), "daily down");
        assertTrue(_judge(InstructionKind.InsuranceMove, DeskLimits(0, 0, 0, 0)), "nothing");
        assertFalse(_judge(InstructionKind.InsuranceMove, DeskLimits(9, 400, 600, 0)), "least down");
        assertFalse(_judge(InstructionKind.InsuranceMove, DeskLimits(10, 401, 600, 0)), "most up");
        assertFalse(_judge(InstructionKind.InsuranceMove, DeskLimits(10, 400, 601, 0)), "daily up");
    }

    function test_Tightens_LetsBudgetsWait() public {
        desk.setDeskLimits(InstructionKind.DeleveragingBudget, BTC, DeskLimits(0, 5_000, 0, 1 hours));
        assertFalse(_judge(InstructionKind.DeleveragingBudget, DeskLimits(0, 5_001, 0, 1 hours)));
        assertFalse(_judge(InstructionKind.DeleveragingBudget, DeskLimits(0, 4_999, 0, 1 hours)));
    }

    function test_Tightens_KnowsNothingElse() public view {
        assertFalse(judge.tightens(address(desk), abi.encodeWithSignature("transferOwnership(address)", address(1))));
        assertFalse(judge.tightens(address(desk), ""));
    }

    function _judge(InstructionKind kind, DeskLimits memory limits) private view returns (bool) {
        return judge.tightens(address(desk), abi.encodeCall(IOperatorDesk.setDeskLimits, (kind, BTC, limits)));
    }
}
