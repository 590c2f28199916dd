// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Standing} from "../../../contracts/interfaces/IClearingReports.sol";
import {Envelope, IClearingMarkets, MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {INovation, Match, Order, SignedOrder} from "../../../contracts/interfaces/INovation.sol";
import {IPostureGuard} from "../../../contracts/interfaces/IPostureGuard.sol";
import {LOT_FINE, PRICE_ONE, UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {SmartWallet} from "../../../contracts/mocks/clearing/SmartWallet.sol";
import {CAUTION, HALTED, M4, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

contract NovationTest is ClearingWorld {
    function setUp() public override {
        super.setUp();
        for (uint256 i; i < TRADERS; ++i) _fund(i, 1_000);
    }

    /* FILLS */

    function test_Fill_OpensBothSides() public {
        _trade(BTC, 0, 1, 100, 10_000);

        assertEq(_size(0, BTC), _lots(100));
        assertEq(_size(1, BTC), -_lots(100));
        assertEq(house.openMarkets(traders[0]), 1 << BTC);
        assertEq(house.reportOf(BTC).openInterest, 100 * ONE);
        _assertSound();
    }

    function test_Fill_HappensAtTheMakersPrice() public {
        SignedOrder memory maker = _sign(0, _order(BTC, 0, false, 10, 10_000));
        SignedOrder memory taker = _sign(1, _order(BTC, 1, true, 10, 10_500));

        house.fill(Match(maker, taker, 10));

        assertEq(house.positionOf(traders[1], BTC).entryX32, int256(ONE * PRICE_ONE));
        assertEq(_equityUnits(1), int256(1_000 * ONE));
    }

    function test_Fill_FillsInParts() public {
        Order memory order = _order(BTC, 0, false, 100, 10_000);
        SignedOrder memory maker = _sign(0, order);
        house.fill(Match(maker, _sign(1, _order(BTC, 1, true, 60, 10_000)), 60));
        house.fill(Match(maker, _sign(2, _order(BTC, 2, true, 60, 10_000)), 40));

        (uint64 filled, ) = house.orderState(traders[0], order.nonce);
        assertEq(filled, 100);
        assertEq(_size(0, BTC), -_lots(100));

        Match memory more = Match(maker, _sign(3, _order(BTC, 3, true, 1, 10_000)), 1);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_Overfilled.selector, traders[0], order.nonce, 1, 0));
        house.fill(more);
    }

    function test_Fill_TakesFeesFromBothAndFillsTheFund() public {
        MarketParams memory params = _params(1e14);
        (params.takerFeePpm, params.makerFeePpm) = (500, 200);
        house.setMarket(BTC, params);
        _trade(BTC, 0, 1, 100, 10_000);

        assertEq(_equityUnits(0), int256(1_000 * ONE - 50_000));
        assertEq(_equityUnits(1), int256(1_000 * ONE - 20_000));
        assertEq(house.fundOf(BTC) / UNIT_FINE, 35_000);
        assertEq(house.feesCollectable(), 35_000);
        _assertSound();

        house.collectFees(address(0xfee));
        assertEq(token.balanceOf(address(0xfee)), 35_000);
        _assertSound();
    }

    function test_Fill_AcceptsAContractsSignature() public {
        SmartWallet wallet = new SmartWallet();
        house.deposit(address(wallet), 1_000 * ONE);
        Order memory order = _order(BTC, 0, false, 10, 10_000);
        order.trader = address(wallet);
        wallet.sign(house.orderHash(order));

        house.fill(Match(SignedOrder(order, ""), _sign(1, _order(BTC, 1, true, 10, 10_000)), 10));
        assertEq(house.openMarkets(address(wallet)), 1 << BTC);
    }

    function test_FillBatch_LeavesOutWhatCannotBeFilled() public {
        Match[] memory matches = new Match[](3);
        matches[0] = _match(BTC, 0, 1, 10, 10_000);
        matches[1] = _match(BTC, 0, 1, 10, 20_000);
        matches[2] = _match(ETH, 2, 3, 10, 1_000);

        vm.expectEmit(true, false, false, false);
        emit INovation.MatchRefused(1, bytes32(0));
        assertEq(house.fillBatch(matches), 2);
        assertEq(_size(2, ETH), _lots(10));
        _assertSound();
    }

    function test_FillBatch_RevertWhen_NothingCanBeFilled() public {
        Match[] memory matches = new Match[](1);
        matches[0] = _match(BTC, 0, 1, 10, 20_000);
        vm.expectRevert(INovation.Novation_NothingFilled.selector);
        house.fillBatch(matches);
    }

    /* BAD ORDERS */

    function test_Fill_RevertWhen_ZeroSize() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        matched.lots = 0;
        vm.expectRevert(INovation.Novation_ZeroSize.selector);
        house.fill(matched);
    }

    function test_Fill_RevertWhen_SelfCrossing() public {
        Match memory matched = _match(BTC, 0, 0, 10, 10_000);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_SelfCrossing.selector, traders[0]));
        house.fill(matched);
    }

    function test_Fill_RevertWhen_SameSideOrMarketsDiffer() public {
        SignedOrder memory maker = _sign(0, _order(BTC, 0, true, 10, 10_000));
        Match memory same = Match(maker, _sign(1, _order(BTC, 1, true, 10, 10_000)), 10);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_NotAMatch.selector, BTC, BTC, true, true));
        house.fill(same);

        Match memory other = Match(maker, _sign(1, _order(ETH, 1, false, 10, 10_000)), 10);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_NotAMatch.selector, BTC, ETH, true, false));
        house.fill(other);
    }

    function test_Fill_RevertWhen_PricesDoNotCross() public {
        SignedOrder memory maker = _sign(0, _order(BTC, 0, false, 10, 10_001));
        Match memory matched = Match(maker, _sign(1, _order(BTC, 1, true, 10, 10_000)), 10);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_PricesDoNotCross.selector, 10_001e18, 10_000e18));
        house.fill(matched);
    }

    function test_Fill_RevertWhen_Expired() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        _pass(1 hours + 1);
        Order memory maker = matched.maker.order;
        vm.expectRevert(
            abi.encodeWithSelector(INovation.Novation_Expired.selector, maker.trader, maker.nonce, maker.expiry)
        );
        house.fill(matched);
    }

    function test_Fill_RevertWhen_Replayed() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        house.fill(matched);
        vm.expectRevert(
            abi.encodeWithSelector(INovation.Novation_Overfilled.selector, traders[1], matched.maker.order.nonce, 10, 0)
        );
        house.fill(matched);
    }

    function test_Fill_RevertWhen_Cancelled() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        vm.prank(traders[0]);
        house.cancel(matched.taker.order.nonce);
        vm.expectRevert(
            abi.encodeWithSelector(INovation.Novation_Dead.selector, traders[0], matched.taker.order.nonce)
        );
        house.fill(matched);
    }

    function test_RaiseNonceFloor_KillsOlderOrders() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        vm.prank(traders[1]);
        house.raiseNonceFloor(matched.maker.order.nonce + 1);
        vm.expectRevert(
            abi.encodeWithSelector(INovation.Novation_Dead.selector, traders[1], matched.maker.order.nonce)
        );
        house.fill(matched);
        vm.prank(traders[1]);
        vm.expectRevert(
            abi.encodeWithSelector(INovation.Novation_NonceFloor.selector, matched.maker.order.nonce + 1, 1)
        );
        house.raiseNonceFloor(1);
    }

    function test_Fill_RevertWhen_SignedForAnotherDomain() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                INovation.Novation_BadSignature.selector,
                traders[1],
                house.orderHash(matched.maker.order)
            )
        );
        house.fill(matched);
    }

    function test_Fill_RevertWhen_OrderWasChanged() public {
        Match memory matched = _match(BTC, 0, 1, 10, 10_000);
        matched.maker.order.lots = 1_000;
        bytes32 hash = house.orderHash(matched.maker.order);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_BadSignature.selector, traders[1], hash));
        house.fill(matched);
    }

    function test_Fill_RevertWhen_FarFromTheMark() public {
        Match memory matched = _match(BTC, 0, 1, 10, 11_001);
        vm.expectRevert(
            abi.encodeWithSelector(
                INovation.Novation_OffMarket.selector,
                BTC,
                1_100_100 * PRICE_ONE,
                1_000_000 * PRICE_ONE
            )
        );
        house.fill(matched);
    }

    function test_Fill_RevertGiven_UnknownMarket() public {
        Match memory matched = _match(9, 0, 1, 10, 10_000);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotListed.selector, 9));
        house.fill(matched);
    }

    /* MARGIN */

    function test_Fill_RevertGiven_LessThanInitialMargin() public {
        // 5 % of 20,001 is 1,000.05.
        Match memory matched = _match(BTC, 0, 1, 20_001, 10_000);
        vm.expectPartialRevert(INovation.Novation_Margin.selector);
        house.fill(matched);
        _trade(BTC, 0, 1, 20_000, 10_000);
    }

    function test_Fill_NeedsMoreMarginAtEachMarginRung() public {
        uint64[5] memory most = [uint64(20_000), 16_000, 13_333, 10_000, 6_666];
        for (uint8 rung; rung <= M4; ++rung) {
            setUp();
            hub.set(BTC, NORMAL, rung);
            Match memory tooMuch = _match(BTC, 0, 1, most[rung] + 1, 10_000);
            vm.expectPartialRevert(INovation.Novation_Margin.selector);
            house.fill(tooMuch);
            _trade(BTC, 0, 1, most[rung], 10_000);
        }
    }

    function test_Standing_InitialMarginGrowsWithOpenInterest() public {
        MarketParams memory params = _params(1e14);
        (params.openInterestLow, params.openInterestHigh) = (uint96(1_000 * ONE), uint96(5_000 * ONE));
        house.setMarket(BTC, params);
        _trade(BTC, 0, 1, 1_000, 10_000);
        assertEq(house.standing(traders[0]).initialUnits, 50 * ONE);
        _trade(BTC, 2, 3, 1_000, 10_000);
        // A quarter of the way from 5 % to 100 %: 28.75 %.
        assertEq(house.standing(traders[0]).initialUnits, 287_500_000);
    }

    function test_Standing_InitialMarginGrowsWithConcentration() public {
        MarketParams memory params = _params(1e14);
        params.concentrationUnits = uint96(10_000 * ONE);
        house.setMarket(BTC, params);
        _trade(BTC, 0, 1, 1_000, 10_000);
        // 5 % and a tenth.
        assertEq(house.standing(traders[0]).initialUnits, 150 * ONE);
    }

    function test_Standing_OffsetsWithinAClass() public {
        house.setClassOffset(0, 600_000);
        _trade(BTC, 0, 1, 1_000, 10_000);
        _trade(ETH, 1, 0, 500, 1_000);

        Standing memory result = house.standing(traders[0]);
        // 50 and 25, less 60 % of 25.
        assertEq(result.initialUnits, 60 * ONE);
        assertEq(result.maintenanceUnits, 30 * ONE);
    }

    function test_Fill_LetsAnAccountBelowInitialMarginReduce() public {
        _trade(BTC, 0, 1, 20_000, 10_000);
        _setPrice(BTC, 9_800);
        _trade(BTC, 2, 0, 100, 9_800);
        assertEq(_size(0, BTC), _lots(19_900));

        Match memory more = _match(BTC, 0, 2, 1, 9_800);
        vm.expectPartialRevert(INovation.Novation_Margin.selector);
        house.fill(more);
    }

    function test_Fill_RevertWhen_ReducingGivesMarginAway() public {
        _trade(BTC, 0, 1, 20_000, 10_000);
        _setPrice(BTC, 9_800);
        // Selling 5 % below the mark to a friend.
        Match memory gift = _match(BTC, 2, 0, 5_000, 9_310);
        vm.expectPartialRevert(INovation.Novation_Margin.selector);
        house.fill(gift);
    }

    /* RUNGS */

    function test_Fill_AtCautionIsOpen() public {
        hub.set(0, CAUTION, 0);
        _trade(BTC, 0, 1, 10, 10_000);
    }

    function test_Fill_AtReduceOnlyLetsBothSidesReduce() public {
        _trade(BTC, 0, 1, 10, 10_000);
        hub.set(BTC, REDUCE_ONLY, 0);
        _trade(BTC, 1, 0, 4, 10_000);
        assertEq(_size(0, BTC), _lots(6));

        Match memory oneOpens = _match(BTC, 2, 0, 1, 10_000);
        _expectRestricted(BTC, REDUCE_ONLY);
        house.fill(oneOpens);

        Match memory flips = _match(BTC, 1, 0, 7, 10_000);
        _expectRestricted(BTC, REDUCE_ONLY);
        house.fill(flips);
    }

    function test_Fill_RevertGiven_Halted() public {
        _trade(BTC, 0, 1, 10, 10_000);
        hub.set(0, HALTED, 0);
        Match memory closing = _match(BTC, 1, 0, 4, 10_000);
        _expectRestricted(BTC, HALTED);
        house.fill(closing);
    }

    function test_Fill_ReduceOnlyOrder_RevertWhen_ItWouldOpen() public {
        _trade(BTC, 0, 1, 10, 10_000);
        Order memory order = _order(BTC, 0, false, 11, 10_000);
        order.isReduceOnly = true;
        Match memory matched = Match(_sign(0, order), _sign(2, _order(BTC, 2, true, 11, 10_000)), 11);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_NotReducing.selector, traders[0], 11, 10 * LOT_FINE));
        house.fill(matched);
    }

    /* OPEN INTEREST */

    function test_Fill_RevertWhen_OpenInterestWouldPassTheCap() public {
        MarketParams memory params = _params(1e14);
        params.openInterestCap = uint96(100 * ONE);
        house.setMarket(BTC, params);
        _trade(BTC, 0, 1, 100, 10_000);

        Match memory more = _match(BTC, 2, 3, 1, 10_000);
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_OpenInterest.selector, BTC, 101 * ONE, 100 * ONE));
        house.fill(more);
        // Handing on a position adds none.
        _trade(BTC, 2, 0, 50, 10_000);
    }

    function test_SetEnvelope_CapsAndRaisesMarginUntilItLapses() public {
        house.setEnvelopeSetter(address(this));
        uint64 until = uint64(block.timestamp + 1 hours);
        house.setEnvelope(BTC, Envelope(uint96(100 * ONE), uint96(5_500_000 * ONE), until));
        Match memory tooMuch = _match(BTC, 0, 1, 101, 10_000);
        vm.expectPartialRevert(INovation.Novation_OpenInterest.selector);
        house.fill(tooMuch);
        _trade(BTC, 0, 1, 100, 10_000);
        // Half of the way from 5 % to 100 %.
        assertEq(house.standing(traders[0]).initialUnits, 52_500_000);

        _pass(1 hours);
        assertEq(house.standing(traders[0]).initialUnits, 5 * ONE);
        _trade(BTC, 0, 1, 101, 10_000);
    }

    function test_SetEnvelope_RevertWhen_ItLoosensLastsOrComesFromAnother() public {
        house.setEnvelopeSetter(address(this));
        uint64 until = uint64(block.timestamp + 1 hours);
        house.setEnvelope(BTC, Envelope(100, 0, until));
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidEnvelope.selector, BTC, until));
        house.setEnvelope(BTC, Envelope(101, 0, until));
        uint64 late = uint64(block.timestamp + 6 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidEnvelope.selector, BTC, late));
        house.setEnvelope(BTC, Envelope(100, 0, late));
        vm.prank(traders[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotEnvelopeSetter.selector, traders[0])
        );
        house.setEnvelope(BTC, Envelope(99, 0, until));
    }

    function _expectRestricted(uint8 market, uint8 breaker) private {
        Rungs rungs = RungsLib.pair(breaker, 0);
        vm.expectRevert(abi.encodeWithSelector(IPostureGuard.PostureGuard_Restricted.selector, market, rungs));
    }
}
