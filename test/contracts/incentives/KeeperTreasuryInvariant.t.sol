// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Budget} from "../../../contracts/interfaces/IKeeperTreasury.sol";
import {KeeperTreasury} from "../../../contracts/incentives/KeeperTreasury.sol";
import {TreasuryHandler} from "./TreasuryHandler.sol";

/// @dev Deployed from this file because the runner knows only the contracts of files that hold tests.
contract GreedyKeeper is TreasuryHandler {
    function world() external view returns (KeeperTreasury) {
        return treasury;
    }
}

/// @notice What can be drained at most, whatever a keeper does. See docs/incentives.md.
contract KeeperTreasuryInvariantTest is Test {
    GreedyKeeper private keeper;
    KeeperTreasury private treasury;

    function setUp() public {
        keeper = new GreedyKeeper();
        treasury = keeper.world();
        targetContract(address(keeper));
        // The runner funds whoever it calls from; were it one whose balance is in the books, they would not add up.
        targetSender(address(0x5e4de5));
        targetSelector(FuzzSelector(address(keeper), _steps()));
    }

    /// @dev One function, because each invariant function would be given the same sequences of calls.
    function invariant_DrainIsBounded() public view {
        Budget memory budget = treasury.budget();
        assertLe(keeper.mostInAnHour(), budget.perHour, "more than an hour's budget");
        assertLe(keeper.mostInADay(), budget.perDay, "more than a day's budget");
        uint256 open = (uint256(budget.perDay) * (10_000 - budget.reserveBps)) / 10_000;
        assertLe(keeper.mostOrdinaryInADay(), open, "noise used the reserve");
        assertEq(keeper.tooSoon(), 0, "paid again within the interval");
        assertEq(keeper.tooLarge(), 0, "paid more than the cap at the price");
        assertEq(keeper.undeserved(), 0, "paid for nothing");
        assertEq(keeper.taken() + address(treasury).balance, keeper.FUNDED(), "value is not conserved");
        assertEq(keeper.taken() + treasury.totalOwed(), keeper.totalPaid(), "paid, and neither taken nor owed");
        assertEq(treasury.available() + treasury.totalOwed(), address(treasury).balance, "owed more than is there");
    }

    /// @dev Invariants over steps that are never paid would hold too. This walk shows that each kind of step is.
    function test_Handler_ReachesEveryKindOfPayment() public {
        keeper.poke(1, 0, true);
        keeper.change(3, 2);
        keeper.poke(1, 1, true);
        keeper.poke(1, 200, false);
        keeper.poke(1, 1, false);
        keeper.broadcast(1);
        keeper.lift(1, 4 hours - 1);
        keeper.misbehave(1);
        keeper.poke(2, 1, true);
        keeper.collect();
        for (uint256 kind; kind < 4; ++kind) {
            assertGt(keeper.kinds(kind), 0);
        }
        invariant_DrainIsBounded();
    }

    /// @dev The hour's budget is used to its last wei, so the bound is one that is reached.
    function test_Handler_ReachesTheHoursBudget() public {
        for (uint8 i; i < 24; ++i) {
            keeper.change(i % 2 == 0 ? 1 : 2, 0);
            keeper.poke(i % 3, 120, false);
        }
        assertGt(keeper.mostInAnHour(), 0.05 ether);
        invariant_DrainIsBounded();
    }

    function _steps() private pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](8);
        selectors[0] = TreasuryHandler.poke.selector;
        selectors[1] = TreasuryHandler.pokeByOneself.selector;
        selectors[2] = TreasuryHandler.lift.selector;
        selectors[3] = TreasuryHandler.broadcast.selector;
        selectors[4] = TreasuryHandler.change.selector;
        selectors[5] = TreasuryHandler.price.selector;
        selectors[6] = TreasuryHandler.misbehave.selector;
        selectors[7] = TreasuryHandler.collect.selector;
    }
}
