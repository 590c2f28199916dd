// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using VariancesLib for Variances global;
using VariancesLib for PackedVariances global;

/// @notice What a sensor remembers of one market. `X64` stands for 64 fractional bits.
struct Variances {
    // Moving averages of squared natural log returns, as variances of one day.
    uint256 fastX64;
    uint256 middleX64;
    uint256 slowX64;
    // log2 of the latest sample's price, less 64: prices fit 112 bits, so it lies between -64 and 48.
    int256 logPriceX64;
    // Publish time of the latest sample; zero until seeded.
    uint256 publishTime;
    // Margin published at the latest sample, in millionths of notional.
    uint256 marginE6;
}

/// @notice {Variances} in one slot, most significant first: 50 bits each of fast, middle and slow, with 46 fractional
/// bits; 50 of the price's logarithm, with 43; 32 of time; 24 of margin. Zero until seeded.
type PackedVariances is uint256;

/// @title VariancesLib
/// @notice Packs and unpacks. A variance and a logarithm are rounded to nearest, so that a thousand samples do not add
/// up to a drift.
/// @dev One unit of a variance, 2^-46, is 1.6 parts in 10^11 of one of 3 % a day, and 6 in 10^8 of one of 0.05 % a day,
/// a stablecoin's. An average stops moving when a sample's share of the difference is below half a unit: for 14 days of
/// half-life and hourly samples that is when they agree to 243 units.
library VariancesLib {
    uint256 private constant VARIANCE_BITS = 50;
    uint256 private constant VARIANCE_DROPPED = 18;
    uint256 private constant LOG_BITS = 50;
    uint256 private constant LOG_DROPPED = 21;
    uint256 private constant TIME_BITS = 32;
    uint256 private constant MARGIN_BITS = 24;

    uint256 private constant VARIANCE_MASK = (1 << VARIANCE_BITS) - 1;
    uint256 private constant LOG_MASK = (1 << LOG_BITS) - 1;
    int256 private constant LEAST_LOG_X64 = -64 << 64;

    /// @notice Least and largest variance that is remembered: a volatility of 0.00001 % and of 400 % a day.
    uint256 internal constant MIN_VARIANCE_X64 = 1 << VARIANCE_DROPPED;
    uint256 internal constant MAX_VARIANCE_X64 = VARIANCE_MASK << VARIANCE_DROPPED;

    /// @notice Largest margin that is remembered: some 16 times the notional.
    uint256 internal constant MAX_MARGIN_E6 = (1 << MARGIN_BITS) - 1;

    /// @dev Callers keep to the ranges that the fields name: margins and variances up to their largest, times in 32 bits.
    function packed(Variances memory variances) internal pure returns (PackedVariances) {
        unchecked {
            uint256 bits = _rounded(variances.fastX64);
            bits = (bits << VARIANCE_BITS) | _rounded(variances.middleX64);
            bits = (bits << VARIANCE_BITS) | _rounded(variances.slowX64);
            // A logarithm counted from the least is not negative.
            uint256 height = uint256(variances.logPriceX64 - LEAST_LOG_X64);
            bits = (bits << LOG_BITS) | ((height + (1 << (LOG_DROPPED - 1))) >> LOG_DROPPED);
            bits = (bits << TIME_BITS) | variances.publishTime;
            return PackedVariances.wrap((bits << MARGIN_BITS) | variances.marginE6);
        }
    }

    function unpacked(PackedVariances packed_) internal pure returns (Variances memory variances) {
        uint256 bits = PackedVariances.unwrap(packed_);
        // Shifts of masked fields: 68 bits at most.
        unchecked {
            variances.marginE6 = bits & MAX_MARGIN_E6;
            bits >>= MARGIN_BITS;
            variances.publishTime = bits & type(uint32).max;
            bits >>= TIME_BITS;
            variances.logPriceX64 = int256((bits & LOG_MASK) << LOG_DROPPED) + LEAST_LOG_X64;
            bits >>= LOG_BITS;
            variances.slowX64 = (bits & VARIANCE_MASK) << VARIANCE_DROPPED;
            bits >>= VARIANCE_BITS;
            variances.middleX64 = (bits & VARIANCE_MASK) << VARIANCE_DROPPED;
            variances.fastX64 = (bits >> VARIANCE_BITS) << VARIANCE_DROPPED;
        }
    }

    /// @dev To nearest, but never to zero, which has no logarithm, nor past the largest.
    function _rounded(uint256 varianceX64) private pure returns (uint256 units) {
        unchecked {
            units = (varianceX64 + (1 << (VARIANCE_DROPPED - 1))) >> VARIANCE_DROPPED;
            if (units == 0) return 1;
            if (units > VARIANCE_MASK) return VARIANCE_MASK;
        }
    }
}
