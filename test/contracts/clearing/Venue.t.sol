// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VenueHandler} from "./VenueHandler.sol";

/// @notice P6, P11, P12 and P13 of docs/protocol.md over a whole venue, whatever anybody does.
/// @dev Is its own handler: a venue is too large to be created by a constructor inside another.
contract VenueInvariantTest is VenueHandler {
    function setUp() public override {
        super.setUp();
        targetContract(address(this));
        bytes4[] memory selectors = new bytes4[](21);
        selectors[0] = this.trade.selector;
        selectors[1] = this.move.selector;
        selectors[2] = this.pass.selector;
        selectors[3] = this.deposit.selector;
        selectors[4] = this.withdraw.selector;
        selectors[5] = this.contribute.selector;
        selectors[6] = this.halt.selector;
        selectors[7] = this.settle.selector;
        selectors[8] = this.liquidate.selector;
        selectors[9] = this.resolve.selector;
        selectors[10] = this.follow.selector;
        selectors[11] = this.budget.selector;
        selectors[12] = this.close.selector;
        selectors[13] = this.windDown.selector;
        selectors[14] = this.enterFund.selector;
        selectors[15] = this.leaveFund.selector;
        selectors[16] = this.payDue.selector;
        selectors[17] = this.moveInsurance.selector;
        selectors[18] = this.nameWorst.selector;
        selectors[19] = this.strand.selector;
        selectors[20] = this.resume.selector;
        targetSelector(FuzzSelector(address(this), selectors));
    }

    /// @dev One function, because each invariant function would be given the same sequences of calls.
    function invariant_PropertiesHold() public view {
        if (steps % 10 == 0) {
            _assertSound();
            _assertFundsSound();
        }
        assertEq(violations[6], 0, "P6: a liquidation cost more than there was");
        assertEq(violations[11], 0, "P11: somebody gained by a loss, or a stranger changed what somebody has");
        assertEq(violations[12], 0, "P12: a defaulter was left with something");
        assertEq(violations[46], 0, "ERC-4626: a claim paid something else than it was said to");
        assertEq(violations[47], 0, "ERC-4626: somebody's entering or leaving cost those who stay");
        assertEq(violations[13], 0, "P13: what was missing is not what was given");
    }

    /// @dev A venue in which nothing came through would hold every invariant. Walks the steps with fixed draws.
    function test_Steps_ReachEveryPart() public {
        uint256 seed = 7;
        for (uint256 i; i < 600; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _step(seed % 16, seed >> 8);
            if (seed % 5 == 0) _fundStep((seed >> 4) % 5, seed >> 16);
            if (i % 50 == 0) this.strand(seed);
            // Halted for so many steps; then the grace.
            if (i % 50 == 10) this.resume(seed);
            for (uint256 t; i % 40 == 0 && t < TRADERS; ++t) this.settle(t, 0);
        }
        this.close(16);
        for (uint256 i; i < 3 * TRADERS; ++i) {
            _pass(1 hours);
            this.resolve(i);
            this.windDown(i);
        }
        invariant_PropertiesHold();
        _assertSound();
        _assertFundsSound();
        assertGt(done["trade"], 5);
        assertGt(done["withdraw"], 0);
        assertGt(done["liquidate"], 0);
        assertGt(done["resolve"], 0);
        assertGt(done["estate"], 0);
        assertGt(done["estateClosed"], 0);
        assertGt(done["sweep"], 0);
        assertGt(done["follow"], 0);
        assertGt(done["nominate"], 0);
        assertGt(done["budget"], 0);
        assertGt(done["settleAccount"], 0);
        assertGt(done["conclude"], 0);
        assertGt(done["reward"], 0);
        assertGt(done["enterFund"], 0);
        assertGt(done["leaveFund"], 0);
        assertGt(done["payDue"], 0);
        assertGt(done["moveInsurance"], 0);
        assertGt(done["nameWorst"], 0);
    }

    function _fundStep(uint256 kind, uint256 seed) private {
        if (kind == 0) this.enterFund(seed, seed >> 64);
        else if (kind == 1) this.leaveFund(seed, seed >> 64);
        else if (kind == 2) this.payDue(seed);
        else if (kind == 3) this.moveInsurance(seed, seed >> 64);
        else this.nameWorst(seed);
    }

    function _step(uint256 kind, uint256 seed) private {
        if (kind < 5) this.trade(seed, uint64(seed >> 128));
        else if (kind == 5) this.move(seed);
        else if (kind == 6) this.liquidate(seed >> 8, type(uint64).max);
        else if (kind == 7) this.deposit(seed, seed >> 64);
        else if (kind == 8) this.withdraw(seed, seed >> 64);
        else if (kind == 9) this.liquidate(seed, type(uint64).max);
        else if (kind == 10) this.resolve(seed);
        else if (kind == 11) this.settle(seed, seed >> 64);
        else if (kind == 12) this.follow(seed);
        else if (kind == 13) this.budget(seed, uint96(seed >> 64));
        else this.move(seed);
    }
}
