// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice Two are bankrupt in one market at one price. Who is resolved first, and who is settled in between, is nobody's gain.
/// @dev 0 and 3 are long, 1 and 2 short from different prices, 4 is short of less than the others and never at a loss.
contract DeleveragingOrderTest is ClearingWorld {
    /// @dev What is taken is rounded up to the side's step, once for each resolution.
    uint256 private constant ROUNDED_UNITS = 2;

    function setUp() public override {
        super.setUp();
        _fund(0, 600);
        _fund(3, 300);
        _fund(1, 10_000);
        _fund(2, 10_000);
        _fund(4, 10_000);
        _trade(BTC, 0, 1, 7_000, 10_000);
        _trade(BTC, 0, 4, 3_000, 10_000);
        _setPrice(BTC, 10_100);
        _trade(BTC, 3, 2, 5_000, 10_100);
    }

    function testFuzz_Resolve_NoOrderPaysAnybodyMore(uint256 price, uint256 fund, uint256 seed) public {
        _setPrice(BTC, bound(price, 7_500, 9_300));
        // What the fund has may be less than the first lacks, or more than both do.
        house.contribute(BTC, bound(fund, 1, 2_000 * ONE));
        assertLt(_equity(0), 0);
        assertLt(_equity(3), 0);
        uint256 snapshot = vm.snapshotState();
        int256[TRADERS] memory one = _runOut(0, 3, seed);
        vm.revertToState(snapshot);
        int256[TRADERS] memory other = _runOut(3, 0, seed >> 8);
        for (uint256 i; i < TRADERS; ++i) {
            assertApproxEqAbs(one[i], other[i], ROUNDED_UNITS * UNIT_FINE, "an order of resolving paid more");
        }
    }

    function _runOut(uint256 first, uint256 second, uint256 seed) private returns (int256[TRADERS] memory) {
        house.resolve(traders[first]);
        for (uint256 i; i < TRADERS; ++i) {
            if ((seed >> i) & 1 != 0) house.settle(traders[i], BTC, 1);
        }
        if (_equity(second) < 0) house.resolve(traders[second]);
        _assertSound();
        return _equities();
    }
}
