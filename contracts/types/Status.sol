// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using StatusLib for Status global;

/// @notice What every trip and every broadcast writes, in one slot: `limits | heartbeatAt | peers | mirrors | spent |
/// outdated | dirty | seq`, most significant first, of 32, 48, 8, 8, 32, 32, 32 and 64 bits. Never zero once governance has
/// set anything up.
type Status is uint256;

/// @title StatusLib
/// @notice Reads and changes a status. Everything is a mask and a shift: a trip reads the slot once and writes it once.
library StatusLib {
    uint256 private constant DIRTY_SHIFT = 64;
    uint256 private constant OUTDATED_SHIFT = 96;
    uint256 private constant SPENT_SHIFT = 128;
    uint256 private constant MIRRORS_SHIFT = 160;
    uint256 private constant PEERS_SHIFT = 168;
    uint256 private constant HEARTBEAT_SHIFT = 176;
    uint256 private constant LIMITS_SHIFT = 224;
    /// @dev Times a bit of 32: that bit of `dirty` and of `outdated`.
    uint256 private constant DIRTY_AND_OUTDATED = (1 << DIRTY_SHIFT) | (1 << OUTDATED_SHIFT);

    /// @notice Sequence number of the latest event.
    function seq(Status status) internal pure returns (uint64) {
        return uint64(Status.unwrap(status));
    }

    /// @notice `status` after one more event.
    function counted(Status status) internal pure returns (Status) {
        // 64 bits of events are never used up.
        unchecked {
            return Status.wrap(Status.unwrap(status) + 1);
        }
    }

    /// @notice Bit m set: this chain asserted something of market m since its mesh word was last sent.
    function dirty(Status status) internal pure returns (uint32) {
        return uint32(Status.unwrap(status) >> DIRTY_SHIFT);
    }

    /// @notice Bit m set: what peers know of market m is not what is stored as sent. It is the mesh word itself, or where
    /// m is dirty, nothing that counts: of each lease that they know of at least half is gone.
    function outdated(Status status) internal pure returns (uint32) {
        return uint32(Status.unwrap(status) >> OUTDATED_SHIFT);
    }

    /// @notice Whether peers were told the mesh word of `market`, below 32, as it is.
    function isTold(Status status, uint8 market) internal pure returns (bool) {
        return (Status.unwrap(status) >> market) & DIRTY_AND_OUTDATED == 1 << OUTDATED_SHIFT;
    }

    /// @notice `status` with `market`, below 32, dirty.
    function dirtied(Status status, uint8 market) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) | (1 << (DIRTY_SHIFT + market)));
    }

    /// @notice `status` with `market`, below 32, dirty, and nothing that counts known of it.
    function unheard(Status status, uint8 market) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) | (DIRTY_AND_OUTDATED << market));
    }

    /// @notice `status` when what peers know of `market`, below 32, is what is stored as sent.
    function updated(Status status, uint8 market) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) & ~(1 << (OUTDATED_SHIFT + market)));
    }

    /// @notice `status` once peers were told the mesh words of `markets`, a bit each.
    function told(Status status, uint32 markets) internal pure returns (Status) {
        uint256 rest = Status.unwrap(status) & ~(uint256(markets) << DIRTY_SHIFT);
        return Status.wrap(rest | (uint256(markets) << OUTDATED_SHIFT));
    }

    /// @notice Whether the halt budget of `market` is spent.
    function isSpent(Status status, uint8 market) internal pure returns (bool) {
        return ((Status.unwrap(status) >> SPENT_SHIFT) >> market) & 1 != 0;
    }

    /// @notice `status` with the halt budget of `market`, below 32, spent.
    function withSpent(Status status, uint8 market) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) | (1 << (SPENT_SHIFT + market)));
    }

    /// @notice `status` with the halt budget of `market`, below 32, not spent.
    function withUnspent(Status status, uint8 market) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) & ~(1 << (SPENT_SHIFT + market)));
    }

    /// @notice How many mirrors there are.
    function mirrors(Status status) internal pure returns (uint8) {
        return uint8(Status.unwrap(status) >> MIRRORS_SHIFT);
    }

    /// @notice `status` with `count` mirrors.
    function withMirrors(Status status, uint8 count) internal pure returns (Status) {
        return _replaced(status, MIRRORS_SHIFT, type(uint8).max, count);
    }

    /// @notice How many peers there are.
    function peers(Status status) internal pure returns (uint8) {
        return uint8(Status.unwrap(status) >> PEERS_SHIFT);
    }

    /// @notice `status` with `count` peers.
    function withPeers(Status status, uint8 count) internal pure returns (Status) {
        return _replaced(status, PEERS_SHIFT, type(uint8).max, count);
    }

    /// @notice Unix seconds of the last heartbeat that was sent.
    function heartbeatAt(Status status) internal pure returns (uint64) {
        return uint48(Status.unwrap(status) >> HEARTBEAT_SHIFT);
    }

    /// @notice `status` with the last heartbeat at `time`.
    function withHeartbeatAt(Status status, uint48 time) internal pure returns (Status) {
        return _replaced(status, HEARTBEAT_SHIFT, type(uint48).max, time);
    }

    /// @notice Ceilings and quorum, a byte each as {Limits} orders them: every message and directive that needs them
    /// writes this slot as well.
    function limits(Status status) internal pure returns (uint32) {
        return uint32(Status.unwrap(status) >> LIMITS_SHIFT);
    }

    /// @notice `status` with other ceilings and another quorum.
    function withLimits(Status status, uint32 packed) internal pure returns (Status) {
        return _replaced(status, LIMITS_SHIFT, type(uint32).max, packed);
    }

    function _replaced(Status status, uint256 shift, uint256 mask, uint256 value) private pure returns (Status) {
        return Status.wrap((Status.unwrap(status) & ~(mask << shift)) | (value << shift));
    }
}
