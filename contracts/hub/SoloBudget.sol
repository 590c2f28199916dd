// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PayloadLib} from "../libraries/PayloadLib.sol";
import {MARKETS} from "../types/Posture.sol";

/// @notice One operator: may it sign, and what is left of what it may cause alone. One slot.
struct Operator {
    bool isActive;
    // Entries that it could still sign at `refilledAt`.
    uint8 entries;
    // Unix seconds up to which the refill is counted in `entries`.
    uint40 refilledAt;
    // Fingerprints of the latest directives that it was charged for, 32 bits each, the newest lowest.
    uint192 charged;
}

using SoloBudgetLib for Operator global;

/// @title SoloBudgetLib
/// @notice How much an operator may cause without a quorum: a bucket of entries that fills with time.
/// @dev Each entry is worth ten minutes on one market, and one of market 0 ten minutes on all of them, so it weighs as much
/// as an entry for each. A full bucket is one incident on every market and on the whole protocol besides. A stolen key
/// holds the whole protocol for twenty minutes at the most, and afterwards for ten in every sixteen hours.
/// A directive is charged, and counts, once: anybody may repeat one, and must neither empty the bucket of whoever signed
/// it nor prolong what it caused.
library SoloBudgetLib {
    /// @notice Entries in a full bucket.
    uint256 internal constant CAPACITY = 64;

    /// @notice Seconds in which one entry is refilled.
    uint256 internal constant REFILL_SECONDS = 30 minutes;

    uint256 private constant FINGERPRINT_BITS = 32;

    /// @notice What `packed` entries weigh: one each, and {MARKETS} for one of market 0.
    function weightOf(bytes calldata packed, uint256 count) internal pure returns (uint256 weight) {
        weight = count;
        for (uint256 i; i < count; ++i) {
            (uint8 market, ) = PayloadLib.entryAt(packed, i);
            if (market == 0) weight += MARKETS - 1;
        }
    }

    /// @notice Entries that the bucket holds at `time`.
    function left(Operator memory operator, uint256 time) internal pure returns (uint256 entries) {
        entries = operator.entries + (time - operator.refilledAt) / REFILL_SECONDS;
        if (entries > CAPACITY) entries = CAPACITY;
    }

    /// @notice Whether the operator was charged for the directive of that digest, and for fewer than six since.
    function wasCharged(Operator memory operator, bytes32 digest) internal pure returns (bool) {
        uint32 fingerprint = uint32(uint256(digest));
        for (uint256 charged = operator.charged; charged != 0; charged >>= FINGERPRINT_BITS) {
            // The cast keeps the lowest fingerprint.
            if (uint32(charged) == fingerprint) return true;
        }
        return false;
    }

    /// @notice The operator after paying `weight` of the `available` entries for the directive of that digest.
    function afterPaying(
        Operator memory operator,
        uint256 available,
        uint256 weight,
        bytes32 digest,
        uint256 time
    ) internal pure returns (Operator memory paid) {
        // A part of a refill is not lost, unless the bucket is full. Both casts: at most CAPACITY, and years ahead.
        uint256 begun = available == CAPACITY ? 0 : (time - operator.refilledAt) % REFILL_SECONDS;
        paid.isActive = true;
        paid.entries = uint8(available - weight);
        paid.refilledAt = uint40(time - begun);
        paid.charged = (operator.charged << uint192(FINGERPRINT_BITS)) | uint32(uint256(digest));
    }
}
