// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {DeleveragingMode, IDeleveraging} from "../../../contracts/interfaces/IDeleveraging.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice The queue by rank, and the budget that bounds deleveraging in either mode.
/// @dev 0 is long 10,000 lots with 600 of margin. 1, 2 and 3 are short 4,000, 3,000 and 6,000; 4 is long 3,000. At 9,000 the
/// defaulter lacks 400; profits are 400, 300 and 600, ranks grow from 1 to 2 to 3 with leverage.
contract RankedTest is ClearingWorld {
    uint256 private constant POOR = 0;

    function setUp() public virtual override {
        super.setUp();
        _fund(POOR, 600);
        _fund(1, 10_000);
        _fund(2, 2_000);
        _fund(3, 1_000);
        _fund(4, 10_000);
        _trade(BTC, POOR, 1, 4_000, 10_000);
        _trade(BTC, POOR, 2, 3_000, 10_000);
        _trade(BTC, POOR, 3, 3_000, 10_000);
        _trade(BTC, 4, 3, 3_000, 10_000);
        house.setDeleveragingMode(BTC, DeleveragingMode.Ranked);
        house.setEnvelopeSetter(address(this));
    }

    /* QUEUE */

    function test_Resolve_AsksTheHighestRankFirst() public {
        _setPrice(BTC, 9_000);
        _nominate(1);
        _nominate(2);
        _nominate(3);
        int256[TRADERS] memory before = _allUnits();
        house.resolve(traders[POOR]);

        // 400 for 10,000 lots: trader 3 closes its 6,000 for 240, trader 2 its 3,000 for 120, trader 1 the last 1,000 for 40.
        assertApproxEqAbs(before[3] - _equityUnits(3), int256(240 * ONE), 1);
        assertApproxEqAbs(before[2] - _equityUnits(2), int256(120 * ONE), 1);
        assertApproxEqAbs(before[1] - _equityUnits(1), int256(40 * ONE), 1);
        assertEq(before[4], _equityUnits(4));
        assertEq(_size(3, BTC), 0);
        assertEq(_size(2, BTC), 0);
        assertApproxEqAbs(_size(1, BTC), -_lots(3_000), 1e30);
        assertEq(_equity(POOR), 0);
        _assertSound();
    }

    function test_Resolve_SaysWhoGaveWhat() public {
        _setPrice(BTC, 9_000);
        _nominate(2);
        uint256 rank = house.rankOf(traders[2], BTC);
        vm.expectEmit(true, true, false, false);
        emit IDeleveraging.RankedTaken(BTC, traders[2], rank, uint256(_lots(3_000)), 0, 120 * ONE * UNIT_FINE);
        house.resolve(traders[POOR]);
    }

    /// @dev What nominees cannot close, and cannot give, is everybody's.
    function test_Resolve_SharesTheRestProRata() public {
        _setPrice(BTC, 9_000);
        _nominate(2);
        int256[TRADERS] memory before = _allUnits();
        house.resolve(traders[POOR]);

        assertApproxEqAbs(before[2] - _equityUnits(2), int256(120 * ONE), 1);
        // 280 on profits of 400 and 600.
        assertApproxEqAbs(before[1] - _equityUnits(1), int256(112 * ONE), 1);
        assertApproxEqAbs(before[3] - _equityUnits(3), int256(168 * ONE), 1);
        _assertSound();
    }

    function test_Resolve_AnEmptyListIsProRata() public {
        _setPrice(BTC, 9_000);
        int256[TRADERS] memory before = _allUnits();
        house.resolve(traders[POOR]);
        assertApproxEqAbs(before[2] - _equityUnits(2), int256((400 * ONE * 3) / 13), 1);
        _assertSound();
    }

    function test_Resolve_TakesAtMostWhatTheMarkBandAllows() public {
        MarketParams memory params = _params(1e14);
        params.fillBandPpm = 10_000;
        house.setMarket(BTC, params);
        _setPrice(BTC, 9_000);
        _nominate(2);
        int256[TRADERS] memory before = _allUnits();
        house.resolve(traders[POOR]);
        // 1 % of 2,700 for 3,000 lots, not 120; and it has no position left to share the rest with.
        assertApproxEqAbs(before[2] - _equityUnits(2), int256(27 * ONE), 1);
        _assertSound();
    }

    function test_Resolve_NeverTakesPrincipal() public {
        // Trader 2 wins 300; the defaulter lacks 2,400 at 7,000, when it wins 900.
        _setPrice(BTC, 7_000);
        _nominate(2);
        int256 before = _equityUnits(2);
        house.resolve(traders[POOR]);
        assertLe(before - _equityUnits(2), int256(900 * ONE));
        _assertSound();
    }

    /// @dev Somebody who lost in the meantime is passed over.
    function test_Resolve_PassesOverWhoIsNoLongerEligible() public {
        _setPrice(BTC, 9_000);
        _nominate(3);
        _nominate(2);
        _trade(BTC, 3, 4, 6_000, 9_000);
        int256 before = _equityUnits(3);
        house.resolve(traders[POOR]);
        assertEq(before, _equityUnits(3));
        _assertSound();
    }

    /// @dev Somebody on the list who holds something without a price stops nobody's deleveraging.
    function test_Resolve_PassesOverWhoHoldsSomethingWithoutAPrice() public {
        _trade(ETH, 3, 4, 100, 1_000);
        _setPrice(BTC, 9_000);
        _nominate(3);
        vm.warp(block.timestamp + 1 hours);
        _setPrice(BTC, 9_000);
        assertEq(house.rankOf(traders[3], BTC), 0);
        house.resolve(traders[POOR]);
        assertEq(house.openMarkets(traders[POOR]), 0);
    }

    function testFuzz_Resolve_TakesTheDeficitInWhateverOrderTheyWereNominated(uint256 price, uint256 seed) public {
        price = bound(price, 7_500, 9_350);
        _setPrice(BTC, price);
        uint256 deficit = uint256(-_equity(POOR));
        uint256 snapshot = vm.snapshotState();
        int256[TRADERS] memory one = _resolveAfter(1, 2, 3);
        vm.revertToState(snapshot);
        uint256 first = 1 + (seed % 3);
        uint256 second = 1 + ((first + ((seed >> 8) % 2)) % 3);
        int256[TRADERS] memory other = _resolveAfter(first, second, 6 - first - second);

        int256 given;
        int256[TRADERS] memory before = worth;
        for (uint256 i = 1; i < TRADERS; ++i) {
            assertEq(one[i], other[i], "the order of nominations changed what somebody gave");
            assertLe(one[i], before[i], "somebody gained");
            given += before[i] - one[i];
        }
        assertApproxEqAbs(given, int256(deficit), UNIT_FINE, "P11: the deficit, and at most a unit");
    }

    int256[TRADERS] private worth;

    function _resolveAfter(uint256 a, uint256 b, uint256 c) private returns (int256[TRADERS] memory found) {
        for (uint256 i; i < TRADERS; ++i) worth[i] = _equity(i);
        _nominate(a);
        _nominate(b);
        _nominate(c);
        house.resolve(traders[POOR]);
        _assertSound();
        for (uint256 i; i < TRADERS; ++i) found[i] = _equity(i);
    }

    /* LIST */

    function test_RankOf_IsProfitOverCostTimesNotionalOverEquity() public {
        _setPrice(BTC, 9_000);
        // 10 % of profit, 2,700 of notional, 2,300 of equity.
        assertApproxEqAbs(house.rankOf(traders[2], BTC), uint256(100_000 * 2_700) / 2_300, 2);
        assertEq(house.rankOf(traders[4], BTC), 0, "at a loss");
        assertEq(house.rankOf(address(this), BTC), 0, "nothing there");
    }

    function test_Nominate_AFullListKeepsTheHigherRanks() public {
        _setPrice(BTC, 9_900);
        address[] memory crowd = new address[](16);
        for (uint256 i; i < 16; ++i) crowd[i] = _shortOf(0xc0ffee + i, 100, 9_900);
        _setPrice(BTC, 9_000);
        for (uint256 i; i < 16; ++i) house.nominate(crowd[i], BTC);
        assertEq(house.nominees(BTC, false).length, 16);

        address last = house.nominees(BTC, false)[0];
        house.nominate(traders[3], BTC);
        assertEq(house.nominees(BTC, false).length, 16);
        assertEq(house.nominees(BTC, false)[0], traders[3], "in the place of the first of the lowest");
        vm.expectPartialRevert(IDeleveraging.Deleveraging_RankTooLow.selector);
        house.nominate(last, BTC);
    }

    function test_Nominate_RevertGiven_OnTheList() public {
        _setPrice(BTC, 9_000);
        _nominate(1);
        vm.expectRevert(abi.encodeWithSelector(IDeleveraging.Deleveraging_AlreadyNominated.selector, traders[1], BTC));
        _nominate(1);
    }

    function test_Nominate_RevertGiven_NoProfit() public {
        vm.expectRevert(abi.encodeWithSelector(IDeleveraging.Deleveraging_NotEligible.selector, traders[4], BTC));
        _nominate(4);
    }

    function test_Nominate_RevertGiven_ProRata() public {
        house.setDeleveragingMode(BTC, DeleveragingMode.ProRata);
        _setPrice(BTC, 9_000);
        vm.expectRevert(abi.encodeWithSelector(IDeleveraging.Deleveraging_NotRanked.selector, BTC));
        _nominate(1);
    }

    function test_SetDeleveragingMode_RevertWhen_NotOwner() public {
        vm.prank(traders[1]);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, traders[1]));
        house.setDeleveragingMode(BTC, DeleveragingMode.ProRata);
    }

    /* BUDGET */

    function test_Budget_WhatIsBeyondItIsSocialised() public {
        house.setDeleveragingMode(BTC, DeleveragingMode.ProRata);
        house.setDeleveragingBudget(BTC, uint96(100 * ONE), uint64(block.timestamp + 1 hours));
        _setPrice(BTC, 9_000);
        int256[TRADERS] memory before = _allUnits();
        house.resolve(traders[POOR]);

        (uint256 left, ) = house.deleveragingBudget(BTC);
        assertLe(left, 1);
        // 100 on profits of 400, 300 and 600; 300 on the 6,000 lots that are left: trader 4 bears a half of it.
        assertApproxEqAbs(before[4] - _equityUnits(4), int256(150 * ONE), 2);
        assertApproxEqAbs(before[1] - _equityUnits(1), int256((100 * ONE * 4) / 13 + (150 * ONE * 4) / 13), 3);
        _assertSound();
    }

    function test_Budget_BoundsTheQueueToo() public {
        house.setDeleveragingBudget(BTC, uint96(100 * ONE), uint64(block.timestamp + 1 hours));
        _setPrice(BTC, 9_000);
        _nominate(3);
        int256[TRADERS] memory before = _allUnits();
        house.resolve(traders[POOR]);
        // Of 100 for all, 60 for its part.
        assertApproxEqAbs(before[3] - _equityUnits(3), int256(60 * ONE), 2);
        _assertSound();
    }

    function test_Budget_LapsesByItself() public {
        house.setDeleveragingBudget(BTC, 0, uint64(block.timestamp + 1 hours));
        _pass(1 hours);
        (uint256 left, ) = house.deleveragingBudget(BTC);
        assertEq(left, type(uint256).max);
    }

    function test_SetDeleveragingBudget_RevertWhen_LooserOrShorter() public {
        uint64 until = uint64(block.timestamp + 1 hours);
        house.setDeleveragingBudget(BTC, 100, until);
        vm.expectPartialRevert(IDeleveraging.Deleveraging_InvalidBudget.selector);
        house.setDeleveragingBudget(BTC, 101, until);
        vm.expectPartialRevert(IDeleveraging.Deleveraging_InvalidBudget.selector);
        house.setDeleveragingBudget(BTC, 100, until - 1);
        vm.expectPartialRevert(IDeleveraging.Deleveraging_InvalidBudget.selector);
        house.setDeleveragingBudget(BTC, 100, until + 6 hours);
        house.setDeleveragingBudget(BTC, 99, until + 1);
    }

    function test_SetDeleveragingBudget_RevertGiven_Closed() public {
        hub.setSpent(BTC, true);
        house.closeMarket(BTC);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Closed.selector, BTC));
        house.setDeleveragingBudget(BTC, 1, uint64(block.timestamp + 1));
    }

    /// @dev P11 under any budget: from profit alone no more than it, and nobody gains.
    function testFuzz_Budget_IsNeverPassed(uint96 units, uint256 price, bool isRanked) public {
        units = uint96(bound(units, 0, 500 * ONE));
        if (!isRanked) house.setDeleveragingMode(BTC, DeleveragingMode.ProRata);
        _setPrice(BTC, bound(price, 8_000, 9_300));
        if (isRanked) _nominate(3);
        house.setDeleveragingBudget(BTC, units, uint64(block.timestamp + 1 hours));
        int256[TRADERS] memory before = _allUnits();
        int256 loser = before[4];
        house.resolve(traders[POOR]);
        (uint256 left, ) = house.deleveragingBudget(BTC);
        assertLe(left, units);
        // The long that is left bears half of what was socialised: the rest came from the budget.
        int256 given = before[1] + before[2] + before[3] - _equityUnits(1) - _equityUnits(2) - _equityUnits(3);
        assertLe(given - (loser - _equityUnits(4)), int256(uint256(units)) + 5, "more than the budget");
        _assertSound();
    }

    /* HELPERS */

    function _nominate(uint256 trader) private {
        house.nominate(traders[trader], BTC);
    }

    function _allUnits() private view returns (int256[TRADERS] memory found) {
        for (uint256 i; i < TRADERS; ++i) found[i] = _equityUnits(i);
    }

    /// @dev A new account, short against trader 4.
    function _shortOf(uint256 key, uint64 lots, uint256 price) private returns (address account) {
        account = vm.addr(key);
        house.deposit(account, 100 * ONE);
        (uint256 kept, address was) = (keys[1], traders[1]);
        (keys[1], traders[1]) = (key, account);
        _trade(BTC, 4, 1, lots, price);
        (keys[1], traders[1]) = (kept, was);
    }
}
