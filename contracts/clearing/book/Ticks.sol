// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Holding} from "./Holding.sol";

/// @dev Ticks of a grid.
uint256 constant TICKS = 512;

/// @notice Sums of holdings by entry tick: 512 leaves, and 32 branches that sum 16 leaves each.
struct Grid {
    // branch number, or BRANCHES + tick => what entered there
    mapping(uint256 node => Holding) nodes;
}

/// @title Ticks
/// @notice Which tick an entry belongs to, and sums over all ticks on one side of a mark.
/// @dev A tick is an octave of the price and the next six bits: 64 ticks an octave, each 0.8 to 1.6 % wide. The grid spans
/// eight octaves; its first and last tick take what lies outside. {gains} counts whole ticks strictly beyond the mark's
/// own, so every holding that it counts is in profit and none is valued at anything but its own basis: the sum is exact,
/// and reads the same number of slots however many positions there are.
library Ticks {
    uint256 private constant BRANCHES = 32;
    uint256 private constant LEAVES = TICKS / BRANCHES;
    uint256 private constant MANTISSA_BITS = 6;

    /// @notice Tick of `price`. `firstOctave` is the base-2 logarithm at which the grid begins.
    /// @dev Never falls as `price` rises.
    function tickOf(int256 price, uint8 firstOctave) internal pure returns (uint256) {
        if (price <= 0) return 0;
        // Positive, so the cast keeps it.
        uint256 value = uint256(price);
        uint256 octave = Math.log2(value);
        if (octave < firstOctave) return 0;
        uint256 above = octave - firstOctave;
        if (above >= TICKS >> MANTISSA_BITS) return TICKS - 1;
        uint256 mantissa =
            octave >= MANTISSA_BITS ? value >> (octave - MANTISSA_BITS) : value << (MANTISSA_BITS - octave);
        // The leading bit is the octave's.
        return (above << MANTISSA_BITS) | (mantissa ^ (1 << MANTISSA_BITS));
    }

    /// @notice Replaces `old` by `current`, each at the tick of its own entry.
    function move(Grid storage grid, Holding old, Holding current, uint8 firstOctave) internal {
        uint256 from = tickOf(old.entry(), firstOctave);
        uint256 to = tickOf(current.entry(), firstOctave);
        _swap(grid, from / LEAVES, to / LEAVES, old, current);
        _swap(grid, BRANCHES + from, BRANCHES + to, old, current);
    }

    /// @notice Sum of the holdings that entered in ticks below that of `mark` (longs) or above it (shorts): those in
    /// profit by at least what is left of the mark's own tick.
    function winners(
        Grid storage grid,
        bool isLong,
        int256 mark,
        uint8 firstOctave
    ) internal view returns (Holding sum) {
        uint256 at = tickOf(mark, firstOctave);
        uint256 branch = at / LEAVES;
        if (isLong) {
            sum = _sum(grid, sum, 0, branch);
            return _sum(grid, sum, BRANCHES + branch * LEAVES, BRANCHES + at);
        }
        sum = _sum(grid, sum, branch + 1, BRANCHES);
        return _sum(grid, sum, BRANCHES + at + 1, BRANCHES + (branch + 1) * LEAVES);
    }

    /// @notice Whether a holding that entered at `entry` is among the {winners} at `mark`.
    function isWinner(int256 entry, bool isLong, int256 mark, uint8 firstOctave) internal pure returns (bool) {
        uint256 own = tickOf(entry, firstOctave);
        uint256 at = tickOf(mark, firstOctave);
        return isLong ? own < at : own > at;
    }

    /// @dev Nodes `from` up to `to`, the latter excluded.
    function _sum(Grid storage grid, Holding sum, uint256 from, uint256 to) private view returns (Holding) {
        for (; from < to; ++from) {
            sum = sum.plus(grid.nodes[from]);
        }
        return sum;
    }

    function _swap(Grid storage grid, uint256 from, uint256 to, Holding old, Holding current) private {
        if (from == to) {
            grid.nodes[to] = grid.nodes[to].plus(current).minus(old);
            return;
        }
        if (!old.isEmpty()) grid.nodes[from] = grid.nodes[from].minus(old);
        if (!current.isEmpty()) grid.nodes[to] = grid.nodes[to].plus(current);
    }
}
