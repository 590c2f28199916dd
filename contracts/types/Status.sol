// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using StatusLib for Status global;

/// @notice What every trip and every broadcast writes, in one slot: `limits | heartbeatAt | peers | mirrors | spent | dirty
/// | seq`, most significant first, of 32, 64, 8, 8, 32, 32 and 64 bits. Never zero once governance has set anything up.
type Status is uint256;

/// @title StatusLib
/// @notice Reads and changes a status. Everything is a mask and a shift: a trip reads the slot once and writes it once.
library StatusLib {
    uint256 private constant DIRTY_SHIFT = 64;
    uint256 private constant SPENT_SHIFT = 96;
    uint256 private constant MIRRORS_SHIFT = 128;
    uint256 private constant PEERS_SHIFT = 136;
    uint256 private constant HEARTBEAT_SHIFT = 144;
    uint256 private constant LIMITS_SHIFT = 208;

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

    /// @notice Bit m set: the mesh word of market m changed since it was last sent.
    function dirty(Status status) internal pure returns (uint32) {
        return uint32(Status.unwrap(status) >> DIRTY_SHIFT);
    }

    /// @notice `status` with `market`, below 32, dirty.
    function dirtied(Status status, uint8 market) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) | (1 << (DIRTY_SHIFT + market)));
    }

    /// @notice `status` with none of `markets`, a bit each, dirty.
    function cleaned(Status status, uint32 markets) internal pure returns (Status) {
        return Status.wrap(Status.unwrap(status) & ~(uint256(markets) << DIRTY_SHIFT));
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
        return uint64(Status.unwrap(status) >> HEARTBEAT_SHIFT);
    }

    /// @notice `status` with the last heartbeat at `time`.
    function withHeartbeatAt(Status status, uint64 time) internal pure returns (Status) {
        return _replaced(status, HEARTBEAT_SHIFT, type(uint64).max, time);
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
