// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MARKETS} from "../types/Posture.sol";

using OperatorLib for Operator global;

/// @notice One operator: may it sign, and what is left of what it may cause alone. From the lowest bit: whether it is
/// active (8 bits), entries that it could sign at `refilledAt` (8), `refilledAt` in unix seconds (48), fingerprints of the
/// latest six directives that it was charged for, the newest lowest (6 x 32). Zero for an account that is no operator.
type Operator is uint256;

/// @title OperatorLib
/// @notice How much an operator may cause without a quorum: a bucket of entries that fills with time.
/// @dev Each entry is worth ten minutes on one market, and one of market 0 ten minutes on all of them, so it weighs as much
/// as an entry for each. A full bucket is one incident on every market and on the whole protocol besides. A stolen key
/// holds the whole protocol for twenty minutes at the most, and afterwards for ten in every sixteen hours.
/// A directive is charged, and counts, once: anybody may repeat one, and must neither empty the bucket of whoever signed
/// it nor prolong what it caused.
library OperatorLib {
    /// @notice Entries in a full bucket.
    uint256 internal constant CAPACITY = 64;

    /// @notice Seconds in which one entry is refilled.
    uint256 internal constant REFILL_SECONDS = 30 minutes;

    uint256 private constant ENTRIES_SHIFT = 8;
    uint256 private constant ENTRIES_MASK = 0xff;
    uint256 private constant TIME_SHIFT = 16;
    uint256 private constant TIME_MASK = type(uint48).max;
    uint256 private constant CHARGED_SHIFT = 64;
    uint256 private constant FINGERPRINT_BITS = 32;
    uint256 private constant FINGERPRINT_MASK = type(uint32).max;

    /// @notice An operator with a full bucket.
    function active(uint256 time) internal pure returns (Operator) {
        return _pack(CAPACITY, time, 0);
    }

    /// @notice Whether it may sign.
    function isActive(Operator operator) internal pure returns (bool) {
        return Operator.unwrap(operator) != 0;
    }

    /// @notice What `packed` entries weigh: one each, and {MARKETS} for one of market 0.
    function weightOf(bytes calldata packed, uint256 count) internal pure returns (uint256 weight) {
        weight = count;
        uint256 surplus = MARKETS - 1;
        assembly ("memory-safe") {
            // Beyond its end calldata reads as zero, and nothing is read there: the caller has counted.
            let at := packed.offset
            for {
                let end := add(at, mul(count, 33))
            } lt(at, end) {
                at := add(at, 33)
            } {
                weight := add(weight, mul(surplus, iszero(byte(0, calldataload(at)))))
            }
        }
    }

    /// @notice Entries that the bucket holds at `time`.
    function left(Operator operator, uint256 time) internal pure returns (uint256 entries) {
        uint256 word = Operator.unwrap(operator);
        // Both are far below what would overflow; no bucket was refilled in the future.
        unchecked {
            uint256 refilledAt = (word >> TIME_SHIFT) & TIME_MASK;
            entries = ((word >> ENTRIES_SHIFT) & ENTRIES_MASK) + (time - refilledAt) / REFILL_SECONDS;
        }
        if (entries > CAPACITY) entries = CAPACITY;
    }

    /// @notice Whether it was charged for the directive of that digest, and for fewer than six since.
    function wasCharged(Operator operator, bytes32 digest) internal pure returns (bool) {
        uint256 fingerprint = uint256(digest) & FINGERPRINT_MASK;
        for (uint256 all = Operator.unwrap(operator) >> CHARGED_SHIFT; all != 0; all >>= FINGERPRINT_BITS) {
            if (all & FINGERPRINT_MASK == fingerprint) return true;
        }
        return false;
    }

    /// @notice The operator after paying `weight` of the `available` entries for the directive of that digest.
    /// @param available What {left} says at `time`; at least `weight`.
    function paying(
        Operator operator,
        uint256 available,
        uint256 weight,
        bytes32 digest,
        uint256 time
    ) internal pure returns (Operator) {
        uint256 word = Operator.unwrap(operator);
        // The caller has compared; `time` is not before the last refill.
        unchecked {
            // A refill that has begun goes on, unless the bucket was full.
            uint256 begun = available == CAPACITY ? 0 : (time - _refilledAt(word)) % REFILL_SECONDS;
            uint256 charged = ((word >> CHARGED_SHIFT) << FINGERPRINT_BITS) | (uint256(digest) & FINGERPRINT_MASK);
            return _pack(available - weight, time - begun, charged);
        }
    }

    function _refilledAt(uint256 word) private pure returns (uint256) {
        return (word >> TIME_SHIFT) & TIME_MASK;
    }

    /// @dev `entries` is at most {CAPACITY}; 48 bits of seconds last for ever; the oldest fingerprint falls off the top.
    function _pack(uint256 entries, uint256 time, uint256 charged) private pure returns (Operator) {
        return Operator.wrap((charged << CHARGED_SHIFT) | (time << TIME_SHIFT) | (entries << ENTRIES_SHIFT) | 1);
    }
}
