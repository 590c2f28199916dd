// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {IClearingAccounts} from "../../../contracts/interfaces/IClearingAccounts.sol";
import {Match} from "../../../contracts/interfaces/INovation.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {ISettlement, SettlementView} from "../../../contracts/interfaces/ISettlement.sol";
import {HALTED} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice Wind-down: one price, one haircut, no order that pays.
/// @dev BTC: 0 is long 10,000 with 600 of margin, 1 and 2 are short; 3 is long of some, and of ETH against 4.
contract SettlementTest is ClearingWorld {
    uint256 private constant POOR = 0;

    function setUp() public override {
        super.setUp();
        _fund(POOR, 600);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(BTC, POOR, 1, 10_000, 10_000);
        _trade(BTC, 3, 2, 5_000, 10_000);
        _trade(ETH, 3, 4, 5_000, 1_000);
        hub.setSpent(BTC, true);
    }

    /* CLOSING */

    function test_CloseMarket_FixesTheAverageOfADay() public {
        _settleAt(9_000);
        SettlementView memory view_ = house.settlementOf(BTC);
        uint256 price = (uint256(9_000) * 1e2) << 32;
        assertApproxEqRel(view_.priceX32, price, 1e15, "after ten days the average is the price");
        assertFalse(view_.isConcluded);

        // Whatever the source says from here on.
        _setPrice(BTC, 20_000);
        assertEq(house.reportOf(BTC).priceX32, view_.priceX32);
    }

    function test_CloseMarket_AnHourAtAnotherPriceHardlyMovesIt() public {
        _setPrice(BTC, 5_000);
        house.poke(BTC);
        _pass(1 hours);
        house.poke(BTC);
        house.closeMarket(BTC);
        // A 25th of the way.
        assertApproxEqRel(house.settlementOf(BTC).priceX32, (uint256(9_800) * 1e2) << 32, 1e14);
    }

    /// @dev A source that dies with a wrong price on its lips.
    function test_CloseMarket_APriceNobodySawAgainCountsForAnHour() public {
        _setPrice(BTC, 5_000);
        house.poke(BTC);
        _pass(10 days);
        house.poke(BTC);
        house.closeMarket(BTC);
        assertApproxEqRel(house.settlementOf(BTC).priceX32, (uint256(9_800) * 1e2) << 32, 1e14);
    }

    function test_CloseMarket_TheProtocolsBudgetIsEnough() public {
        hub.setSpent(BTC, false);
        hub.setSpent(0, true);
        house.closeMarket(BTC);
        assertGt(house.settlementOf(BTC).priceX32, 0);
    }

    function test_CloseMarket_RevertGiven_BudgetNotSpent() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_BudgetNotSpent.selector, ETH));
        house.closeMarket(ETH);
    }

    function test_CloseMarket_RevertWhen_NotOwner() public {
        vm.prank(traders[1]);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, traders[1]));
        house.closeMarket(BTC);
    }

    function test_CloseMarket_RevertGiven_Closed() public {
        house.closeMarket(BTC);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Closed.selector, BTC));
        house.closeMarket(BTC);
    }

    /* WHILE CLOSED */

    function test_Closed_NothingTradesAndNobodyIsLiquidatedThere() public {
        _settleAt(9_500);
        Match memory next = _match(BTC, 1, 2, 1, 9_500);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Closed.selector, BTC));
        house.fill(next);
        vm.prank(traders[4]);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Closed.selector, BTC));
        house.liquidate(traders[POOR], BTC, 1);
    }

    function test_Closed_OthersGoOn() public {
        _settleAt(9_500);
        _trade(ETH, 3, 4, 1_000, 1_000);
        vm.prank(traders[4]);
        house.withdraw(1_000 * ONE, traders[4]);
        _assertSound();
    }

    function test_Closed_NeitherPriceNorTimeChangesAnything() public {
        _settleAt(9_500);
        int256[2] memory before = [_equity(POOR), _equity(1)];
        _setPrice(BTC, 30_000);
        _pass(30 days);
        house.poke(BTC);
        assertEq(_equity(POOR), before[0]);
        assertEq(_equity(1), before[1]);
        _assertSound();
    }

    function test_Closed_AHaltOfItSuspendsNothing() public {
        _settleAt(9_000);
        hub.set(BTC, HALTED, 0);
        house.resolve(traders[POOR]);
        assertEq(house.openMarkets(traders[POOR]), 0);
    }

    /* SETTLING */

    function test_SettleAccount_ADebtorPaysAndAGainBecomesAClaim() public {
        _settleAt(9_500);
        _settle(POOR);
        assertEq(house.standing(traders[POOR]).cashFine, _equity(POOR));
        assertApproxEqAbs(_equityUnits(POOR), int256(100 * ONE), 10 * ONE);

        int256 cash = house.standing(traders[1]).cashFine;
        _settle(1);
        assertEq(house.standing(traders[1]).cashFine, cash, "paid before everybody was settled");
        assertApproxEqAbs(house.claimOf(traders[1], BTC) / UNIT_FINE, 500 * ONE, 10 * ONE);
        _assertSound();
    }

    /// @dev A tear-up leaves positions that are no round number any more.
    function test_SettleAccount_WhatDoesNotDivideIntoAClaimIsDust() public {
        _setPrice(BTC, 9_000);
        house.resolve(traders[POOR]);
        _assertSound();
        _settleAt(8_900);
        _settle(1);
        assertGt(house.claimOf(traders[1], BTC), 0);
        _assertSound();
    }

    function test_Settle_EverybodyIsPaidInFullWhenDebtorsCan() public {
        _settleAt(9_500);
        int256[TRADERS] memory before = _equities();
        _settleAll(0x12345);
        house.concludeSettlement(BTC);
        _payAll(0x54321);
        for (uint256 i; i < TRADERS; ++i) {
            assertApproxEqAbs(_equity(i), before[i], UNIT_FINE / 1e9);
            assertEq(_size(i, BTC), 0);
        }
        assertEq(house.reportOf(BTC).skewFine, 0);
        assertEq(house.settlementOf(BTC).claimsFine, 0);
        _assertSound();
    }

    function test_Settle_AShortfallIsTheSamePartOfEveryClaim() public {
        // POOR loses about 1,000 of 600; claims are 1,000 and 500; the fund pays 100.
        _settleAt(9_000);
        house.contribute(BTC, 100 * ONE);
        uint256 deficit = uint256(-_equity(POOR)) / UNIT_FINE;
        _settleAll(7);
        uint256[2] memory claims = [house.claimOf(traders[1], BTC), house.claimOf(traders[2], BTC)];
        house.concludeSettlement(BTC);

        assertEq(house.fundOf(BTC) / UNIT_FINE, 0);
        uint256 all = (claims[0] + claims[1]) / UNIT_FINE;
        uint256 rate = house.settlementOf(BTC).rate;
        assertApproxEqAbs(all - (all * rate) / (1 << 72), deficit - 100 * ONE, 2, "the haircut is what is missing");
        _payAll(3);
        _assertSound();
    }

    function test_Settle_BorneByFundsInOrder() public {
        _settleAt(9_000);
        house.contribute(BTC, 100 * ONE);
        house.contribute(0, 10_000 * ONE);
        uint256 deficit = uint256(-_equity(POOR));
        _settleAll(1);
        vm.expectEmit();
        emit IRecovery.FundDrawn(BTC, false, 100 * ONE * UNIT_FINE);
        vm.expectEmit();
        emit IRecovery.FundDrawn(BTC, true, deficit - 100 * ONE * UNIT_FINE);
        house.concludeSettlement(BTC);
        assertEq(house.settlementOf(BTC).rate, 1 << 72);
        _assertSound();
    }

    /// @dev The invariant of the wind-down, by two orders of everything.
    function testFuzz_Settle_NoOrderPaysAnybodyMore(uint256 price, uint256 first, uint256 second) public {
        _settleAfter(8, bound(price, 4_000, 16_000));
        house.contribute(BTC, 30 * ONE);
        uint256 snapshot = vm.snapshotState();
        int256[TRADERS] memory one = _runOut(first);
        vm.revertToState(snapshot);
        int256[TRADERS] memory other = _runOut(second);
        for (uint256 i; i < TRADERS; ++i) assertEq(one[i], other[i], "an order of settling paid more");
    }

    function test_SettleAccount_RevertGiven_DebtorIsBankrupt() public {
        _settleAt(9_000);
        vm.expectPartialRevert(ISettlement.Settlement_Bankrupt.selector);
        house.settleAccount(traders[POOR], BTC);
    }

    /// @dev Whether a debtor can pay depends on what it holds elsewhere. A market that has lost its price for good keeps this one
    /// waiting until it is wound down as well, for which no price is needed.
    function test_SettleAccount_GivenNoPriceElsewhere_WaitsForThatWindDownAtMost() public {
        _settleAt(9_500);
        feeds[ETH].publish(0);
        vm.expectRevert(abi.encodeWithSelector(IClearingAccounts.ClearingAccounts_NoPrice.selector, ETH));
        _settle(3);
        // Neither those who have gained nor those who hold nothing else wait for it.
        for (uint256 i; i < 3; ++i) _settle(i);
        vm.expectPartialRevert(ISettlement.Settlement_PositionsLeft.selector);
        house.concludeSettlement(BTC);

        hub.setSpent(ETH, true);
        house.closeMarket(ETH);
        _settle(3);
        house.concludeSettlement(BTC);
        _payAll(1);
        _assertSound();
    }

    function test_SettleAccount_RevertGiven_NotConcluded() public {
        _settleAt(9_500);
        _settle(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NothingDue.selector, traders[1], BTC));
        house.settleAccount(traders[1], BTC);
    }

    function test_SettleAccount_RevertGiven_PaidAlready() public {
        _settleAt(9_500);
        _settleAll(2);
        house.concludeSettlement(BTC);
        _pass(1_000 days);
        _settle(1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NothingDue.selector, traders[1], BTC));
        house.settleAccount(traders[1], BTC);
    }

    function test_SettleAccount_RevertGiven_Trading() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotClosed.selector, ETH));
        house.settleAccount(traders[3], ETH);
    }

    function test_Conclude_TellsWhatDidNotDivide() public {
        _settleAt(9_500);
        _settleAll(1);
        vm.expectEmit(true, false, false, false, address(house));
        emit ISettlement.DustSwept(BTC, 0);
        house.concludeSettlement(BTC);
    }

    function test_Conclude_RevertGiven_PositionsLeft() public {
        _settleAt(9_500);
        _settle(1);
        vm.expectPartialRevert(ISettlement.Settlement_PositionsLeft.selector);
        house.concludeSettlement(BTC);
    }

    function test_Conclude_RevertGiven_Concluded() public {
        _settleAt(9_500);
        _settleAll(1);
        house.concludeSettlement(BTC);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Concluded.selector, BTC));
        house.concludeSettlement(BTC);
    }

    /// @dev A claim backs other positions against losses, and neither a withdrawal nor a new risk, until it is known.
    function test_Claim_CountsAgainstLossesAlone() public {
        _settleAt(9_500);
        uint256 free = house.freeUnits(traders[2]);
        int256 equity = _equity(2);
        _settle(2);
        assertApproxEqAbs(_equity(2), equity, UNIT_FINE / 1e9);
        assertEq(house.freeUnits(traders[2]), free);
    }

    /// @dev What nobody could be found for before is borne with the rest.
    function test_Conclude_TakesOverAnOldShortfall() public {
        _settleAt(7_000);
        uint256 missing = uint256(-_equity(POOR));
        assertGt(missing, 1_500 * ONE * UNIT_FINE);
        _settleAll(9);
        house.concludeSettlement(BTC);
        assertEq(house.shortfallOf(BTC), 0);
        _payAll(1);
        _assertSound();
    }

    /* HELPERS */

    /// @dev Ten days at `price`: the average is there.
    function _settleAt(uint256 price) private {
        _settleAfter(240, price);
    }

    function _settleAfter(uint256 lapse, uint256 price) private {
        _holdPrice(BTC, price, lapse);
        house.closeMarket(BTC);
    }

    function _settle(uint256 trader) private {
        house.settleAccount(traders[trader], BTC);
    }

    function _runOut(uint256 seed) private returns (int256[TRADERS] memory) {
        _settleAll(seed);
        house.concludeSettlement(BTC);
        _payAll(seed >> 128);
        _assertSound();
        return _equities();
    }

    /// @dev In an order that `seed` draws; the bankrupt by the waterfall.
    function _settleAll(uint256 seed) private {
        uint256[TRADERS] memory order = _drawOrder(seed);
        for (uint256 i; i < TRADERS; ++i) {
            uint256 trader = order[i];
            if (_size(trader, BTC) == 0) continue;
            if (_equity(trader) < 0) house.resolve(traders[trader]);
            else _settle(trader);
            _assertSound();
        }
    }

    function _payAll(uint256 seed) private {
        uint256[TRADERS] memory order = _drawOrder(seed);
        for (uint256 i; i < TRADERS; ++i) {
            if (house.claimOf(traders[order[i]], BTC) != 0) _settle(order[i]);
        }
    }

    function _drawOrder(uint256 seed) private pure returns (uint256[TRADERS] memory order) {
        for (uint256 i; i < TRADERS; ++i) order[i] = i;
        for (uint256 i = TRADERS - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }
}
