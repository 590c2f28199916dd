// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {CompactPrice, CompactPriceLib} from "../../../../contracts/libraries/fixed-point/CompactPrice.sol";

contract CompactPriceTest is Test {
    function testFuzz_Compact_RoundsDownByLessThanItsPrecision(uint128 price) public pure {
        uint256 kept = CompactPriceLib.compact(price).expand();

        assertLe(kept, price);
        assertLe((price - kept) << 24, price);
    }

    function testFuzz_Compact_KeepsOrder(uint112 a, uint112 b) public pure {
        (uint256 low, uint256 high) = a < b ? (a, b) : (b, a);

        uint32 packedLow = CompactPrice.unwrap(CompactPriceLib.compact(low));
        uint32 packedHigh = CompactPrice.unwrap(CompactPriceLib.compact(high));

        assertLe(packedLow, packedHigh);
        // Further apart than the precision, they are told apart.
        if (high > low + low / (1 << 23) + 1) assertLt(packedLow, packedHigh);
    }

    function testFuzz_Compact_OfWhatWasExpandedIsTheSame(uint128 price) public pure {
        CompactPrice packed = CompactPriceLib.compact(price);

        assertEq(CompactPrice.unwrap(CompactPriceLib.compact(packed.expand())), CompactPrice.unwrap(packed));
    }

    function test_Compact_AroundEveryPowerOfTwo() public pure {
        assertEq(CompactPrice.unwrap(CompactPriceLib.compact(0)), 0);
        for (uint256 bit; bit < 128; ++bit) {
            uint256 price = 1 << bit;
            assertEq(CompactPriceLib.compact(price).expand(), price);
            uint32 below = CompactPrice.unwrap(CompactPriceLib.compact(price - 1));
            assertLt(below, CompactPrice.unwrap(CompactPriceLib.compact(price)));
        }
        assertLt(CompactPrice.unwrap(CompactPriceLib.compact(type(uint128).max)), type(uint32).max);
    }
}
