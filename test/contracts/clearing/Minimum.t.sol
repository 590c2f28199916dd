// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {INovation, Match} from "../../../contracts/interfaces/INovation.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice The smallest position: neither a fill nor a liquidation leaves less than it, or it leaves nothing.
contract MinimumTest is ClearingWorld {
    uint64 private constant LEAST = 1_000;
    uint256 private constant POOR = 0;
    uint256 private constant KEEPER = 2;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < TRADERS; ++i) _fund(i, 10_000);
    }

    function _params(uint128 lotE18) internal pure override returns (MarketParams memory params) {
        params = super._params(lotE18);
        params.minimumLots = uint40(LEAST);
    }

    /* FILLS */

    function test_Fill_OpensTheMinimum() public {
        _trade(BTC, 0, 1, LEAST, 10_000);
        assertEq(_size(0, BTC), _lots(int64(LEAST)));
    }

    function test_Fill_RevertWhen_OpeningLess() public {
        Match memory dust = _match(BTC, 0, 1, LEAST - 1, 10_000);
        vm.expectPartialRevert(INovation.Novation_BelowMinimum.selector);
        house.fill(dust);
    }

    function test_Fill_RevertWhen_LeavingLess() public {
        _trade(BTC, 0, 1, 2 * LEAST, 10_000);
        Match memory dust = _match(BTC, 1, 0, LEAST + 1, 10_000);
        vm.expectPartialRevert(INovation.Novation_BelowMinimum.selector);
        house.fill(dust);
    }

    function test_Fill_LeavesTheMinimumOrNothing() public {
        _trade(BTC, 0, 1, 2 * LEAST, 10_000);
        _trade(BTC, 1, 0, LEAST, 10_000);
        assertEq(_size(0, BTC), _lots(int64(LEAST)));
        _trade(BTC, 1, 0, LEAST, 10_000);
        assertEq(house.openMarkets(traders[0]), 0);
    }

    /// @dev What deleveraging leaves may be less: it closes in one, but for a part of a lot that the other did not have.
    function test_Fill_WhatATearUpLeftClosesInOne() public {
        _trade(BTC, 0, 1, 10 * LEAST, 10_000);
        _trade(BTC, 3, 1, LEAST, 10_000);
        vm.startPrank(traders[0]);
        house.withdraw(house.freeUnits(traders[0]), traders[0]);
        vm.stopPrank();
        _setPrice(BTC, 9_000);
        house.resolve(traders[0]);
        int256 left = -_size(1, BTC);
        assertApproxEqAbs(left, _lots(int64(LEAST)), 1e30);

        MarketParams memory params = super._params(1e14);
        params.minimumLots = uint40(2 * LEAST);
        house.setMarket(BTC, params);
        Match memory part = _match(BTC, 1, 3, LEAST / 2, 9_000);
        vm.expectPartialRevert(INovation.Novation_BelowMinimum.selector);
        house.fill(part);
        Match memory whole = _match(BTC, 1, 3, LEAST, 9_000);
        whole.maker.order.isReduceOnly = true;
        whole.taker.order.isReduceOnly = true;
        (whole.maker, whole.taker) = (_sign(3, whole.maker.order), _sign(1, whole.taker.order));
        house.fill(whole);
        assertLt(-_size(1, BTC), _lots(1));
        assertLt(_size(3, BTC), _lots(1));
        _assertSound();
    }

    function testFuzz_Fill_NeverLeavesDust(uint64[4] memory lots, uint256 seed) public {
        for (uint256 i; i < 4; ++i) {
            Match memory next = _match(BTC, (seed >> i) & 1, 2 + ((seed >> (8 + i)) & 1), _some(lots[i]), 10_000);
            try house.fill(next) {} catch {}
            for (uint256 t; t < TRADERS; ++t) {
                int256 size = _size(t, BTC);
                if (size < 0) size = -size;
                assertTrue(size == 0 || size >= _lots(int64(LEAST)), "dust");
            }
        }
    }

    /* LIQUIDATION */

    function test_Liquidate_TakesAllWhenHalfWouldLeaveDust() public {
        _makePoor(LEAST + 500);
        assertEq(int256(_liquidate(type(uint64).max)), _lots(int64(LEAST + 500)));
        assertEq(house.openMarkets(traders[POOR]), 0);
    }

    function test_Liquidate_LeavesTheMinimum() public {
        _makePoor(3 * LEAST);
        assertEq(int256(_liquidate(type(uint64).max)), _lots(int64(LEAST + LEAST / 2)));
    }

    function test_Liquidate_TakesSoMuchLessThatTheMinimumStays() public {
        _trade(BTC, KEEPER, 3, 5 * LEAST, 10_000);
        _makePoor(2 * LEAST - 100);
        // Asked for 1,000 of 1,900: 900 leave the minimum.
        assertEq(int256(_liquidate(LEAST)), _lots(int64(LEAST - 100)));
    }

    function test_Liquidate_RevertWhen_PartOfTheMinimum() public {
        _makePoor(LEAST);
        vm.prank(traders[KEEPER]);
        vm.expectPartialRevert(IRecovery.Recovery_BelowMinimum.selector);
        house.liquidate(traders[POOR], BTC, LEAST / 2);
    }

    function test_Liquidate_RevertWhen_TheLiquidatorWouldHoldDust() public {
        _makePoor(10 * LEAST);
        vm.prank(traders[KEEPER]);
        vm.expectPartialRevert(IRecovery.Recovery_BelowMinimum.selector);
        house.liquidate(traders[POOR], BTC, LEAST - 1);
    }

    /// @dev 2.4 % of margin on `lots`, after a fall of 2 %: below 2.5 % of maintenance, above half of it.
    function _makePoor(uint64 lots) private {
        _trade(BTC, POOR, 1, lots, 10_000);
        _setPrice(BTC, 10_000);
        vm.startPrank(traders[POOR]);
        house.withdraw(house.freeUnits(traders[POOR]), traders[POOR]);
        vm.stopPrank();
        _setPrice(BTC, 9_730);
    }

    function _liquidate(uint64 lots) private returns (uint256) {
        vm.prank(traders[KEEPER]);
        return house.liquidate(traders[POOR], BTC, lots);
    }

    function _some(uint64 lots) private pure returns (uint64) {
        return 1 + (lots % (3 * LEAST));
    }
}
