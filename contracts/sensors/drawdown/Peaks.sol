// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CompactPrice} from "../../libraries/fixed-point/CompactPrice.sol";

using PeaksLib for Peaks global;

/// @notice Highest price of each of the last seven buckets of time, in one slot: seven compact prices of 32 bits, the
/// oldest most significant, above 32 bits of unix seconds, a time in the newest bucket. Zero until a price is recorded.
type Peaks is uint256;

/// @title PeaksLib
/// @notice A running maximum over a sliding window, in one slot and at a cost that no idle time changes.
/// @dev Buckets are aligned: a time belongs to bucket time / length. The window is therefore six whole buckets and what
/// has passed of the newest: a price is remembered for at least six lengths and less than seven. Buckets slide by a
/// shift, so a year without a price costs what an hour costs.
library PeaksLib {
    uint256 private constant LANE_BITS = 32;
    uint256 private constant TIME_BITS = 32;

    /// @notice A time in the newest bucket: that at which `peaks` were last moved on.
    function time(Peaks peaks) internal pure returns (uint256) {
        return Peaks.unwrap(peaks) & type(uint32).max;
    }

    /// @notice `peaks` moved on to `newTime`: what is older than the window is dropped.
    /// @param newTime Not earlier than `peaks.time()`; 32 bits.
    /// @param bucketSeconds Not zero.
    function movedTo(Peaks peaks, uint256 newTime, uint256 bucketSeconds) internal pure returns (Peaks) {
        // A shift by 256 bits or more gives zero, so the number of buckets needs no bound of its own.
        unchecked {
            uint256 passed = newTime / bucketSeconds - peaks.time() / bucketSeconds;
            uint256 lanes = (Peaks.unwrap(peaks) >> TIME_BITS) << TIME_BITS;
            return Peaks.wrap((lanes << (passed * LANE_BITS)) | newTime);
        }
    }

    /// @notice `peaks` with `price` in the newest bucket, if it is higher than what is there.
    function raisedTo(Peaks peaks, CompactPrice price) internal pure returns (Peaks) {
        uint256 newest = (Peaks.unwrap(peaks) >> TIME_BITS) & type(uint32).max;
        uint256 value = CompactPrice.unwrap(price);
        if (value <= newest) return peaks;
        // One lane exchanged for another of the same width.
        return Peaks.wrap(Peaks.unwrap(peaks) ^ ((newest ^ value) << TIME_BITS));
    }

    /// @notice Whether `a` and `b` say the same: equal prices in equal buckets, whenever within the newest.
    function matches(Peaks a, Peaks b, uint256 bucketSeconds) internal pure returns (bool) {
        bool isSameBucket = a.time() / bucketSeconds == b.time() / bucketSeconds;
        return isSameBucket && (Peaks.unwrap(a) ^ Peaks.unwrap(b)) >> TIME_BITS == 0;
    }

    /// @notice The highest price of all buckets, zero when there is none.
    function highest(Peaks peaks) internal pure returns (CompactPrice) {
        uint256 lanes = Peaks.unwrap(peaks) >> TIME_BITS;
        uint256 most;
        for (; lanes != 0; lanes >>= LANE_BITS) {
            uint256 lane = lanes & type(uint32).max;
            if (lane > most) most = lane;
        }
        // A lane's width.
        return CompactPrice.wrap(uint32(most));
    }
}
