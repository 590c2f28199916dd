// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingPreview} from "../../../contracts/governance/ClearingPreview.sol";
import {IClearingPreview} from "../../../contracts/interfaces/IClearingPreview.sol";
import {Standing} from "../../../contracts/interfaces/IClearingReports.sol";
import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {ClearingWorld} from "../clearing/ClearingWorld.sol";

/// @dev What the timelock is told of the clearing house before and after a change.
contract ClearingPreviewTest is ClearingWorld {
    ClearingPreview private preview;

    function setUp() public override {
        super.setUp();
        preview = new ClearingPreview(house);
        for (uint256 i; i < TRADERS; ++i) _fund(i, 10_000);
    }

    function test_Liquidatable_IsNothingAmongTheSound() public {
        _trade(BTC, 0, 1, 100_000, 10_000);
        preview.watch(traders[0]);
        (uint256 notional, uint256 interest) = preview.liquidatable();
        assertEq(notional, 0);
        assertEq(interest, 2 * 100_000 * ONE);
    }

    function test_Liquidatable_CountsWhoTheAnnouncedRampWouldBring() public {
        _trade(BTC, 0, 1, 190_000, 10_000);
        _trade(BTC, 2, 1, 1_000, 10_000);
        preview.watch(traders[0]);
        preview.watch(traders[2]);
        _setPrice(BTC, 9_800);
        // 10,000 less 3,800, of 186,200: 3.33 %. The ramp begins tomorrow; it counts today.
        (uint256 before, ) = preview.liquidatable();
        house.rampMaintenance(BTC, 34_000, uint64(block.timestamp + 1 days), uint64(block.timestamp + 2 days));
        (uint256 later, uint256 interest) = preview.liquidatable();
        assertEq(before, 0);
        assertEq(later, 186_200 * ONE);
        assertEq(interest, (2 * 191_000 * 98 * ONE) / 100);
    }

    function test_Liquidatable_SeesAnOffsetThatGoes() public {
        house.setClassOffset(0, 1_000_000);
        _trade(BTC, 0, 1, 90_000, 10_000);
        _trade(ETH, 1, 0, 90_000, 1_000);
        preview.watch(traders[0]);
        _setPrice(BTC, 9_300);
        // 3,700 left: maintenance of the larger side alone is 2,250, of both 4,342.5.
        (uint256 before, ) = preview.liquidatable();
        house.setClassOffset(0, 0);
        (uint256 later, ) = preview.liquidatable();
        assertEq(before, 0);
        assertEq(later, (83_700 + 90_000) * ONE);
    }

    function testFuzz_Liquidatable_AgreesWithTheHouseWhileNoRampRuns(
        uint256 lots,
        uint256 price,
        uint256 other
    ) public {
        lots = bound(lots, 1, 150_000);
        other = bound(other, 1, 20_000);
        _trade(BTC, 0, 1, uint64(lots), 10_000);
        _trade(ETH, 1, 0, uint64(other), 1_000);
        _setPrice(BTC, bound(price, 9_000, 10_500));
        preview.watch(traders[0]);
        Standing memory standing = house.standing(traders[0]);
        bool isShort = standing.equityFine < int256(standing.maintenanceUnits * UNIT_FINE);
        (uint256 notional, ) = preview.liquidatable();
        assertEq(notional != 0, isShort);
    }

    function test_Watch_RevertWhen_AccountHasNoPositionOrIsWatched() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingPreview.ClearingPreview_NotEligible.selector, traders[0]));
        preview.watch(traders[0]);
        _trade(BTC, 0, 1, 1_000, 10_000);
        preview.watch(traders[0]);
        vm.expectRevert(abi.encodeWithSelector(IClearingPreview.ClearingPreview_NotEligible.selector, traders[0]));
        preview.watch(traders[0]);
    }

    function test_Watch_KeepsTheLargest() public {
        address[] memory small = new address[](preview.WATCHED_MOST());
        for (uint256 i; i < small.length; ++i) {
            small[i] = _stranger(100 + i, 100 * (i + 1));
            preview.watch(small[i]);
        }
        address smaller = _stranger(200, 50);
        vm.expectRevert(
            abi.encodeWithSelector(IClearingPreview.ClearingPreview_TooSmall.selector, smaller, 1_250_000, 2_500_000)
        );
        preview.watch(smaller);
        _trade(BTC, 0, 1, 50_000, 10_000);
        vm.expectEmit();
        emit IClearingPreview.Watched(traders[0], small[0]);
        preview.watch(traders[0]);
        assertEq(preview.watched()[0], traders[0]);
    }

    /// @dev Somebody new with a key of their own, long `lots` against the last trader.
    function _stranger(uint256 key, uint256 lots) private returns (address account) {
        (uint256 oldKey, address old) = (keys[2], traders[2]);
        (keys[2], traders[2]) = (key, vm.addr(key));
        account = traders[2];
        _fund(2, 1_000);
        _trade(BTC, 2, TRADERS - 1, uint64(lots), 10_000);
        (keys[2], traders[2]) = (oldKey, old);
    }
}

/// @dev In a transaction that has touched nothing before.
contract ClearingPreviewGasTest is ClearingWorld {
    /// @dev `ImpactCap.PREVIEW_GAS`.
    uint256 private constant PREVIEW_GAS = 2_000_000;
    /// @dev Of six at most.
    uint256 private constant WATCHED = 5;

    ClearingPreview private preview;

    function setUp() public override {
        super.setUp();
        preview = new ClearingPreview(house);
        for (uint256 i; i < WATCHED; ++i) _fund(i, 10_000);
        for (uint256 i; i < WATCHED; ++i) {
            uint256 next = (i + 1) % WATCHED;
            _trade(BTC, i, next, uint64(1_000 * (i + 1)), 10_000);
            _trade(ETH, next, i, uint64(500 * (i + 1)), 1_000);
        }
        for (uint256 i; i < WATCHED; ++i) preview.watch(traders[i]);
    }

    function test_Liquidatable_StaysWithinItsGas() public view {
        uint256 left = gasleft();
        preview.liquidatable();
        uint256 used = left - gasleft();
        // Ten positions; eighteen are the most.
        assertLt((used * 18) / 10, PREVIEW_GAS);
    }
}
