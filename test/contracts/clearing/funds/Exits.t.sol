// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {IClearingFunds} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {MarketParams} from "../../../../contracts/interfaces/IClearingMarkets.sol";
import {IInsuranceFund} from "../../../../contracts/interfaces/IInsuranceFund.sol";
import {CAUTION, HALTED, NORMAL, REDUCE_ONLY} from "../../../../contracts/types/Rungs.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice No order of exits pays more than another, and nobody leaves faster than the rung allows.
/// @dev Defaults: notice of 3, 7 and 14 days from the end of the day; 25, 5 and 1 % of a fund in a day.
contract ExitsTest is FundsWorld {
    uint256 private constant HOLDERS = 3;

    /* ALL ALIKE */

    /// @dev Three ask in one day, in any order; gifts and a loss come between; the day is paid in parts; they claim
    /// when they like. Each gets the same for a share, to a base unit for a claim.
    function testFuzz_Exits_OfADayAreWorthTheSame(uint256 seed) public {
        uint256[3] memory asked;
        for (uint256 i; i < HOLDERS; ++i) {
            uint256 shares = _enter(vault, ANN + i, coin + (_draw(seed, i) % (1_000 * coin)));
            asked[i] = shares - (_draw(seed, 10 + i) % (shares / 2));
        }
        uint256 day;
        for (uint256 i; i < HOLDERS; ++i) {
            uint256 who = (i + (seed % HOLDERS)) % HOLDERS;
            day = _request(vault, ANN + who, asked[who]);
        }
        uint256[3] memory got;
        bool isLost;
        _pass(3 days);
        for (uint256 i; i < 20; ++i) {
            _pass(1 days);
            uint256 draw = _draw(seed, 20 + i);
            if (draw % 4 == 0) house.contribute(BTC, 1 + ((draw >> 8) % (10 * ONE)));
            if (draw % 7 == 0 && !isLost) {
                isLost = true;
                _lose(1 + ((draw >> 8) % 100));
            }
            vault.payDue();
            uint256 who = (draw >> 128) % (2 * HOLDERS);
            if (who < HOLDERS) got[who] += _claim(vault, ANN + who);
        }
        (uint256 all, uint256 paidShares, uint256 paid) = vault.requestTotals(day);
        assertEq(all, asked[0] + asked[1] + asked[2]);
        for (uint256 i; i < HOLDERS; ++i) {
            got[i] += _claim(vault, ANN + i);
            // Their part of what was paid, whoever they are.
            assertApproxEqAbs(got[i], (paid * asked[i]) / all, 1);
            assertLe(got[i], (paid * asked[i]) / all);
            uint256 left = vault.pendingRedeemRequest(day, traders[ANN + i]);
            assertApproxEqAbs(left, asked[i] - (asked[i] * paidShares) / all, 1);
        }
        assertLe(token.balanceOf(address(vault)), HOLDERS);
        _assertSound();
    }

    function test_Loss_IsBorneByThoseWhoLeaveAndThoseWhoStayAlike() public {
        uint256 shares = _enter(vault, ANN, 1_000 * coin);
        _enter(vault, BOB, 1_000 * coin);
        _request(vault, ANN, shares);
        _pass(3 days);
        // 400 are missing: 200 from each.
        _lose(400);

        _pass(1 days);
        for (uint256 i; i < 12; ++i) {
            vault.payDue();
            _pass(1 days);
        }
        assertApproxEqAbs(_claim(vault, ANN), 800 * coin, 2);
        assertApproxEqAbs(vault.convertToAssets(vault.balanceOf(traders[BOB])), 800 * coin, 2);
    }

    function test_PayDue_AfterADayIsPaid_LossesAreOthers() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        _enter(vault, BOB, 900 * coin);
        _request(vault, ANN, shares);
        _pass(4 days);
        vault.payDue();
        _lose(400);
        assertApproxEqAbs(_claim(vault, ANN), 100 * coin, 1);
        assertApproxEqAbs(vault.convertToAssets(vault.balanceOf(traders[BOB])), 500 * coin, 2);
        _assertSound();
    }

    function test_PayDue_OldestDayFirst() public {
        uint256 first = _request(vault, ANN, _enter(vault, ANN, 1_000 * coin));
        _pass(1 days);
        uint256 second = _request(vault, BOB, _enter(vault, BOB, 1_000 * coin));
        _pass(10 days);
        assertEq(vault.payDue(), 1);
        (, uint256 paidFirst, ) = vault.requestTotals(first);
        (, uint256 paidSecond, ) = vault.requestTotals(second);
        assertGt(paidFirst, 0);
        assertEq(paidSecond, 0);
        (uint256 next, ) = vault.nextDue();
        assertEq(next, first);
    }

    /// @dev Whoever asks pays for those before them: nobody keeps a request open as a way out.
    function test_RequestRedeem_PaysWhatIsDue() public {
        uint256 day = _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        uint256 shares = _enter(vault, BOB, 900 * coin);
        _pass(4 days);
        vm.expectEmit(true, false, false, false, address(vault));
        emit IInsuranceFund.ExitPaid(day, 0, 0);
        _request(vault, BOB, shares);
    }

    /* HOW FAST */

    function test_PayDue_WaitsForTheNoticeFromTheEndOfTheDay() public {
        uint256 day = _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        uint256 due = (day + 1) * 1 days + 3 days;
        (uint256 next, uint256 at) = vault.nextDue();
        assertEq(next, day);
        assertEq(at, due);

        vm.warp(due - 1);
        assertEq(vault.payDue(), 0);
        vm.warp(due);
        assertEq(vault.payDue(), 1);
    }

    /// @dev The rung in force counts, for those who asked when it was calm too.
    function test_PayDue_NoticeGrowsWithTheRung() public {
        uint256 day = _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        uint256 end = (day + 1) * 1 days;
        vm.warp(end + 6 days);
        hub.set(BTC, CAUTION, 0);
        assertEq(vault.payDue(), 0);
        vm.warp(end + 13 days);
        hub.set(BTC, REDUCE_ONLY, 0);
        assertEq(vault.payDue(), 0);
        vm.warp(end + 60 days);
        hub.set(BTC, HALTED, 0);
        assertEq(vault.payDue(), 0);
        (, uint256 at) = vault.nextDue();
        assertEq(at, type(uint256).max);
        hub.set(BTC, REDUCE_ONLY, 0);
        assertEq(vault.payDue(), 1);
    }

    function test_PayDue_AtMostAPartOfTheFundInADay() public {
        uint32[3] memory parts = [uint32(250_000), 50_000, 10_000];
        for (uint8 rung = NORMAL; rung < HALTED; ++rung) {
            uint256 snapshot = vm.snapshotState();
            hub.set(0, rung, 0);
            _request(vault, ANN, _enter(vault, ANN, 1_000 * coin));
            _pass(20 days);
            vault.payDue();
            assertApproxEqAbs(vault.maxWithdraw(traders[ANN]), (1_000 * coin * parts[rung]) / 1e6, 1);
            assertEq(vault.payDue(), 0);
            vm.revertToState(snapshot);
        }
    }

    function test_PayDue_TheRungOfTheProtocolCounts() public {
        _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        _pass(20 days);
        hub.set(0, HALTED, 0);
        assertEq(vault.payDue(), 0);
    }

    /// @dev The shared fund stands behind every market; a market's own does not care about others.
    function test_PayDue_TheSharedFundWaitsForTheWorstMarket() public {
        _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        _request(shared, ANN, _enter(shared, ANN, 100 * coin));
        _pass(20 days);
        hub.set(ETH, HALTED, 0);
        assertEq(shared.payDue(), 0);
        assertEq(vault.payDue(), 1);
    }

    function test_PayDue_StopsWhileTheMarketOwes() public {
        _request(vault, ANN, _enter(vault, ANN, 1_000 * coin));
        MarketParams memory params = _params(1e14);
        (params.haircutCapPpm, params.fundDrawPpm) = (0, 100_000);
        house.setMarket(BTC, params);
        _lose(400);
        assertEq(house.shortfallOf(BTC), 300 * ONE * UNIT_FINE);
        _pass(20 days);
        assertEq(vault.payDue(), 0);

        house.contribute(BTC, 300 * ONE);
        assertEq(vault.payDue(), 1);
    }

    /// @dev A default that everybody sees, and that nobody has closed yet, is not left behind for others.
    function test_PayDue_StopsWhileANamedAccountIsBankrupt() public {
        house.setFundTerms(BTC, _terms());
        _request(vault, ANN, _enter(vault, ANN, 1_000 * coin));
        _pass(20 days);
        _setPrice(BTC, 9_000);
        house.nameWorst(traders[POOR], BTC);
        assertEq(vault.payDue(), 0);

        house.resolve(traders[POOR]);
        house.assess(BTC);
        assertEq(vault.payDue(), 1);
    }

    /* THE HOUSE LETS NOBODY ELSE IN */

    function test_PayIn_RevertWhen_NotTheVault() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotVault.selector, BTC, address(this)));
        house.payIn(BTC, 1);
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotVault.selector, ETH, address(vault)));
        vm.prank(address(vault));
        house.payOut(ETH, 1);
    }

    function test_PayOut_RevertWhen_MoreThanTheRoom() public {
        _enter(vault, ANN, 1_000 * coin);
        (, uint256 room) = house.exitRoom(BTC);
        assertEq(room, 250 * ONE);
        vm.startPrank(address(vault));
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_ExitLimited.selector, BTC, room + 1, room));
        house.payOut(BTC, room + 1);
        house.payOut(BTC, room);
        (, room) = house.exitRoom(BTC);
        assertEq(room, 0);
    }

    function _draw(uint256 seed, uint256 number) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, number)));
    }
}
