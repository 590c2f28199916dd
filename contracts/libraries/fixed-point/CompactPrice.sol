// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PowersOfTwo} from "./PowersOfTwo.sol";

using CompactPriceLib for CompactPrice global;

/// @notice A price in 32 bits: seven of exponent above 25 of mantissa, mantissa * 2^exponent. Ordered as prices are.
type CompactPrice is uint32;

/// @title CompactPriceLib
/// @notice Packs prices so that several fit a slot, and compares them packed.
library CompactPriceLib {
    uint256 private constant MANTISSA_BITS = 25;
    uint256 private constant MANTISSA_MASK = (1 << MANTISSA_BITS) - 1;

    /// @notice `price`, rounded down by less than one part in 2^24.
    /// @param price Below 2^128; the aggregator's prices fit 112 bits.
    function compact(uint256 price) internal pure returns (CompactPrice) {
        // Small prices are their own mantissa, exponent zero. Others have a mantissa with its highest bit set, so that a
        // larger exponent is a larger price. A highest bit below 128 leaves exponents below 104: seven bits.
        unchecked {
            if (price <= MANTISSA_MASK) return CompactPrice.wrap(uint32(price));
            uint256 exponent = PowersOfTwo.highestBit(price) + 1 - MANTISSA_BITS;
            return CompactPrice.wrap(uint32((exponent << MANTISSA_BITS) | (price >> exponent)));
        }
    }

    /// @notice The price that `packed` stands for.
    function expand(CompactPrice packed) internal pure returns (uint256) {
        uint256 bits = CompactPrice.unwrap(packed);
        return (bits & MANTISSA_MASK) << (bits >> MANTISSA_BITS);
    }
}
