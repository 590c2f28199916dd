// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using HaltLedgerLib for HaltLedger global;

/// @notice How long one market was halted lately, in one slot: `since | period | 16 lanes of 12 bits`, most significant
/// first. `since` (32 bits) is when the halt that still runs began, in unix seconds, 0 when its start is not written here.
/// `period` (32 bits) counts spans of two days since the epoch. Lane k, counted from the least significant, holds the
/// minutes halted k periods before `period`.
type HaltLedger is uint256;

/// @title HaltLedgerLib
/// @notice Adds up halted time over a window that slides by two days.
/// @dev The window is the running period and the 15 before it: never less than 30 days, never more than 32. Time is
/// rounded up to minutes, once a halt and period. Both err on the side of a budget that is spent too early.
library HaltLedgerLib {
    uint256 internal constant PERIOD_SECONDS = 2 days;
    uint256 internal constant PERIODS = 16;

    uint256 private constant PERIOD_MINUTES = PERIOD_SECONDS / 1 minutes;
    uint256 private constant LANE_BITS = 12;
    uint256 private constant LANE_MASK = (1 << LANE_BITS) - 1;
    uint256 private constant LANES_BITS = PERIODS * LANE_BITS;
    uint256 private constant LANES_MASK = (1 << LANES_BITS) - 1;
    uint256 private constant SINCE_SHIFT = 224;
    uint256 private constant TIME_MASK = type(uint32).max;

    /// @notice A ledger with nothing in it. Not zero, so that the slot never is.
    function blank(uint256 time) internal pure returns (HaltLedger) {
        return HaltLedger.wrap((time / PERIOD_SECONDS) << LANES_BITS);
    }

    /// @notice When the running halt began; 0 when its start is not written here.
    function since(HaltLedger ledger) internal pure returns (uint256) {
        return HaltLedger.unwrap(ledger) >> SINCE_SHIFT;
    }

    /// @notice `ledger` with a halt running since `start`, in unix seconds of 32 bits.
    function opened(HaltLedger ledger, uint256 start) internal pure returns (HaltLedger) {
        uint256 rest = (HaltLedger.unwrap(ledger) << 32) >> 32;
        return HaltLedger.wrap((start << SINCE_SHIFT) | rest);
    }

    /// @notice `ledger` after a halt from `start` to `end`, of which no part was added before. None runs any longer.
    /// @param end Unix seconds, not before any time that `ledger` knows of.
    function closed(HaltLedger ledger, uint256 start, uint256 end) internal pure returns (HaltLedger) {
        uint256 period = end / PERIOD_SECONDS;
        uint256 lanes = _lanesAt(ledger, period);
        // Times of 32 bits, and more than a window after the epoch.
        unchecked {
            uint256 from = period * PERIOD_SECONDS;
            for (uint256 shift; shift < LANES_BITS; shift += LANE_BITS) {
                bool isFirst = start >= from;
                if (isFirst) from = start;
                lanes = _added(lanes, shift, (end - from + 59) / 1 minutes);
                if (isFirst) break;
                (from, end) = (from - PERIOD_SECONDS, from);
            }
        }
        return HaltLedger.wrap((period << LANES_BITS) | lanes);
    }

    /// @notice Seconds halted in the window that ends at `time`, rounded up to minutes, not counting a halt that runs.
    function usedSeconds(HaltLedger ledger, uint256 time) internal pure returns (uint256 used) {
        uint256 lanes = _lanesAt(ledger, time / PERIOD_SECONDS);
        // Sixteen lanes of 12 bits.
        unchecked {
            for (; lanes != 0; lanes >>= LANE_BITS) {
                used += (lanes & LANE_MASK) * 1 minutes;
            }
        }
    }

    /// @dev The lanes as they are `period` periods after the epoch: what is older than the window has dropped out.
    function _lanesAt(HaltLedger ledger, uint256 period) private pure returns (uint256) {
        uint256 lanes = HaltLedger.unwrap(ledger) & LANES_MASK;
        // Time does not go back. A shift of 256 bits or more leaves nothing, as it should.
        unchecked {
            uint256 passed = period - ((HaltLedger.unwrap(ledger) >> LANES_BITS) & TIME_MASK);
            return (lanes << (passed * LANE_BITS)) & LANES_MASK;
        }
    }

    /// @dev No lane holds more than its period: many short halts, each rounded up, do not overflow it.
    function _added(uint256 lanes, uint256 shift, uint256 halted) private pure returns (uint256) {
        uint256 sum = (lanes >> shift) & LANE_MASK;
        // Two spans, neither longer than a period.
        unchecked {
            uint256 room = PERIOD_MINUTES - sum;
            return lanes + ((halted < room ? halted : room) << shift);
        }
    }
}
