// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {InsuranceFund} from "../../../../contracts/clearing/funds/InsuranceFund.sol";
import {ExitTerms, FundTerms, IClearingFunds} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice Owners of a fund that stands behind a wind-down leave before its losses are known as little as its creditors are paid.
/// @dev BTC is wound down; {POOR} lacks what the fall beyond 600 has cost.
contract WindDownTest is FundsWorld {
    uint256 private constant IN_FUND = 400;
    address private constant STRANGER = address(0xbad);
    /// @dev What it costs whoever waits for an account that nobody else settles.
    uint256 private constant SETTLE_GAS_MOST = 150_000;

    function setUp() public override {
        super.setUp();
        house.setExitTerms(ExitTerms([uint32(1 days), 2 days, 3 days], [uint32(1_000_000), 500_000, 100_000]));
        for (uint256 i = ANN; i <= BOB; ++i) {
            _enter(vault, i, (IN_FUND / 2) * coin);
            _enter(shared, i, (IN_FUND / 2) * coin);
        }
        hub.setSpent(BTC, true);
    }

    /* EXITS */

    function test_PayDue_WaitsForTheConclusion() public {
        _assertHeld(vault, BTC, 0);
    }

    function test_PayDue_OfTheSharedFundWaitsToo() public {
        _assertHeld(shared, 0, 0);
    }

    /// @dev The fund of a market that trades is no party to it.
    function test_PayDue_OfAnotherMarketGoesOn() public {
        hub.setSpent(ETH, true);
        _askToLeave(vault);
        house.closeMarket(ETH);
        assertEq(vault.payDue(), 1);
        (, uint256 room) = house.exitRoom(0);
        assertEq(room, 0, "the shared fund stands behind ETH as well");
        house.concludeSettlement(ETH);
        (, room) = house.exitRoom(0);
        assertGt(room, 0);
    }

    /// @dev Two at once: the shared fund waits for both.
    function test_PayDue_OfTheSharedFundWaitsForEveryMarket() public {
        hub.setSpent(ETH, true);
        house.closeMarket(ETH);
        _close(10_000);
        house.concludeSettlement(ETH);
        (, uint256 room) = house.exitRoom(0);
        assertEq(room, 0);
        _settleAll();
        house.concludeSettlement(BTC);
        (, room) = house.exitRoom(0);
        assertGt(room, 0);
    }

    /// @dev Nobody whom it concerns does anything. Nothing that ends the wait asks who calls it, nor for a price.
    function test_PayDue_AStrangerEndsTheWait() public {
        _askToLeave(vault);
        _askToLeave(shared);
        _close(9_200);
        feeds[BTC].publish(0);
        vm.startPrank(STRANGER);
        house.resolve(traders[POOR]);
        vm.cool(address(house));
        uint256 spent = gasleft();
        house.settleAccount(traders[RICH], BTC);
        spent -= gasleft();
        assertEq(vault.payDue() + shared.payDue(), 0);
        house.concludeSettlement(BTC);
        assertEq(vault.payDue(), 1);
        assertEq(shared.payDue(), 1);
        vm.stopPrank();
        assertLt(spent, SETTLE_GAS_MOST);
        assertGt(_claim(vault, ANN), 0);
        assertGt(_claim(shared, ANN), 0);
    }

    /// @dev The invariant: who has asked, who tries to be paid when, changes neither what claims bring nor what an owner loses.
    function testFuzz_Exits_NoOrderPaysAnybodyMore(uint256 price, uint256 seed) public {
        price = bound(price, 4_000, 9_999);
        _askToLeave(vault);
        _askToLeave(shared);
        uint256 snapshot = vm.snapshotState();
        uint256[5] memory patient = _runOut(price, 0);
        vm.revertToState(snapshot);
        uint256[5] memory eager = _runOut(price, seed | 1);
        for (uint256 i; i < patient.length; ++i) assertEq(patient[i], eager[i], "an order of leaving paid more");
    }

    /* MOVES */

    function test_MoveInsurance_RevertGiven_WindDownOfTheMarket() public {
        _moves();
        _close(9_700);
        for (uint8 from; from <= BTC; ++from) {
            vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_WindingDown.selector, from));
            house.moveInsurance(from, from == 0 ? BTC : 0, 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_WindingDown.selector, 0));
        house.moveInsurance(0, ETH, 1);
        _settleAll();
        house.concludeSettlement(BTC);
        house.moveInsurance(BTC, 0, 1);
        house.moveInsurance(0, ETH, 1);
    }

    /* STRESS */

    function test_CoverTarget_OfAMarketWoundDownHasNoGap() public {
        _moves();
        assertGt(house.coverTarget(BTC), 0);
        _close(9_700);
        assertEq(house.coverTarget(BTC), 0);
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).gapUnits, 0);
    }

    function test_StressOf_ThePriceOfAMarketWoundDownMovesNoMore() public {
        _moves();
        (int256 equity, int256 fallen, ) = house.stressOf(traders[POOR], BTC);
        assertLt(fallen, equity);
        _close(9_700);
        int256 risen;
        (equity, fallen, risen) = house.stressOf(traders[POOR], BTC);
        assertEq(fallen, equity);
        assertEq(risen, equity);
    }

    /// @dev Whoever has a claim instead of a position is worth what it was, and nobody can be held up by naming it.
    function test_NameWorst_AClaimIsNoHole() public {
        _moves();
        // {RICH} has taken out what it could, so that without its claim it would be below zero.
        _close(9_700);
        uint256 free = house.freeUnits(traders[RICH]);
        vm.prank(traders[RICH]);
        house.withdraw(free, traders[RICH]);
        house.settleAccount(traders[RICH], BTC);
        (int256 equity, , ) = house.stressOf(traders[RICH], BTC);
        assertEq(equity, _equity(RICH));
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotWorse.selector, BTC, traders[RICH]));
        house.nameWorst(traders[RICH], BTC);
    }

    /// @dev What a bankrupt debtor could not pay is nobody's negative equity any more, and nobody has borne it yet.
    function test_Assess_KnowsWhatWaitsForTheConclusion() public {
        _close(9_000);
        house.resolve(traders[POOR]);
        uint256 waiting = house.settlementOf(BTC).deficitFine / UNIT_FINE + 1;
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).deficitUnits, waiting);
        assertEq(house.stressedLoss(BTC), waiting);
        house.assess(0);
        assertEq(house.assessmentOf(0).deficitUnits, waiting);
        house.settleAccount(traders[RICH], BTC);
        house.concludeSettlement(BTC);
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).deficitUnits, 0);
    }

    /// @dev The conclusion draws all of the market's own fund, whatever its daily cap.
    function test_ReportOf_InsuranceOfAWindDownHasNoDailyCap() public {
        _close(9_700);
        uint256 cover = house.reportOf(BTC).insurance;
        assertEq(cover, (house.fundOf(BTC) + house.fundOf(0)) / UNIT_FINE);
    }

    /* HELPERS */

    function _assertHeld(InsuranceFund from, uint8 market, uint256 shares) private {
        shares = _askToLeave(from);
        _close(9_000);
        (uint256 notice, uint256 room) = house.exitRoom(market);
        assertEq(notice, 1 days, "notice is not the reason");
        assertEq(room, 0);
        assertEq(from.payDue(), 0, "an owner left before the losses were known");
        house.resolve(traders[POOR]);
        assertEq(from.payDue(), 0);
        house.settleAccount(traders[RICH], BTC);
        assertEq(from.payDue(), 0);
        house.concludeSettlement(BTC);
        assertEq(from.payDue(), house.fundOf(market) / UNIT_FINE == 0 ? 0 : 1, "nobody may leave after it");
        assertGt(shares, 0);
    }

    function _moves() private {
        FundTerms memory terms = _terms();
        house.setFundTerms(BTC, terms);
        terms.gapPpm = 0;
        house.setFundTerms(0, terms);
    }

    /// @dev Everything of ANN's; due by its notice.
    function _askToLeave(InsuranceFund from) private returns (uint256 shares) {
        shares = from.balanceOf(traders[ANN]);
        _request(from, ANN, shares);
        _pass(2 days);
    }

    /// @dev At `price`, from which the average of a day is not far after sixty hours.
    function _close(uint256 price) private {
        _closeAfter(60, price);
    }

    function _closeAfter(uint256 lapse, uint256 price) private {
        _holdPrice(BTC, price, lapse);
        house.closeMarket(BTC);
    }

    function _settleAll() private {
        if (_equity(POOR) < 0) house.resolve(traders[POOR]);
        else house.settleAccount(traders[POOR], BTC);
        house.settleAccount(traders[RICH], BTC);
    }

    /// @dev Settles and concludes; before each step, where a bit of `seed` is set, those who may be paid are.
    /// @return found What a claim brings, what is left in the funds, and what ANN has for her shares of both.
    function _runOut(uint256 price, uint256 seed) private returns (uint256[5] memory found) {
        _closeAfter(8, price);
        _try(seed);
        if (_equity(POOR) < 0) house.resolve(traders[POOR]);
        else house.settleAccount(traders[POOR], BTC);
        _try(seed >> 2);
        house.settleAccount(traders[RICH], BTC);
        _try(seed >> 4);
        house.concludeSettlement(BTC);
        house.settleAccount(traders[RICH], BTC);
        found[0] = house.settlementOf(BTC).rate;
        found[1] = house.fundOf(BTC);
        found[2] = house.fundOf(0);
        vault.payDue();
        shared.payDue();
        found[3] = _claim(vault, ANN);
        found[4] = _claim(shared, ANN);
        _assertSound();
    }

    function _try(uint256 bits) private {
        if (bits & 1 != 0) assertEq(vault.payDue(), 0);
        if (bits & 2 != 0) assertEq(shared.payDue(), 0);
    }
}
