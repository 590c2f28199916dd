// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holding} from "./Holding.sol";
import {INDEX_MIN, INDEX_ONE} from "./Scale.sol";
import {Grid, Ticks} from "./Ticks.sol";

using SideLib for Side global;

/// @notice One tear-up of a side, in one slot. A position applies those that it has not seen when it is next touched.
struct TearUp {
    // The side's mark at that moment.
    int96 mark;
    // The side's index afterwards. Zero: all of it was closed.
    uint80 indexAfter;
    // What was taken from each winner, as a share of its gain: cut / index before. At most that index.
    uint80 cut;
}

/// @notice All longs or all shorts of a market.
struct Side {
    // Times index: open interest of the side, what it has cost.
    Holding total;
    // Zero stands for INDEX_ONE. Otherwise below it, and at least INDEX_MIN.
    uint96 index;
    // Counts how often the side was emptied by a tear-up; each generation has a grid of its own.
    uint32 generation;
    TearUp[] tearUps;
    // generation => entries of its positions
    mapping(uint256 generation => Grid) grids;
}

/// @title SideLib
/// @notice Keeps a side's sums, and tears it up in gas that does not depend on how many positions it has.
library SideLib {
    /// @notice The index by which shares of this side are multiplied.
    function currentIndex(Side storage side) internal view returns (uint256) {
        uint256 stored = side.index;
        return stored == 0 ? INDEX_ONE : stored;
    }

    /// @notice Fine size of all positions.
    function size(Side storage side) internal view returns (uint256) {
        // Shares are never negative.
        return uint256(side.total.shares()) * side.currentIndex();
    }

    /// @notice Replaces one position's holding by another. An emptied side starts at INDEX_ONE again.
    function replace(Side storage side, Holding old, Holding current, uint8 firstOctave) internal {
        Ticks.move(side.grids[side.generation], old, current, firstOctave);
        Holding total = side.total.plus(current).minus(old);
        side.total = total;
        if (total.shares() == 0 && side.index != 0) side.index = 0;
    }

    /// @notice Gain of all winners at `mark`, per unit of index.
    function winnersGain(
        Side storage side,
        bool isLong,
        int256 mark,
        uint8 firstOctave
    ) internal view returns (uint256) {
        int256 gain = Ticks.winners(side.grids[side.generation], isLong, mark, firstOctave).gain(isLong, mark);
        // Every summand is positive: its tick lies wholly beyond the mark.
        return uint256(gain);
    }

    /// @notice How far the index falls when `sizeFine` is closed: at least one, else rounded down; the whole index when
    /// what would stay is less than INDEX_MIN. Zero on an empty side.
    function indexStep(Side storage side, uint256 sizeFine) internal view returns (uint256 step) {
        // Never negative.
        uint256 shares = uint256(side.total.shares());
        if (shares == 0) return 0;
        uint256 index = side.currentIndex();
        step = sizeFine < shares ? 1 : sizeFine / shares;
        if (step + INDEX_MIN > index) step = index;
    }

    /// @notice Closes `step` of the index of every position at `mark`, and takes `cut` of the index of each winner's gain.
    /// @dev One slot is pushed and one updated, besides the count. `mark` is below 2^92 in size, `step` at least one and at
    /// most the index, so that what is left is below 2^80; `cut` is below 2^80.
    function tear(Side storage side, int256 mark, uint256 step, uint256 cut) internal {
        uint256 left = side.currentIndex() - step;
        side.tearUps.push(TearUp(int96(mark), uint80(left), uint80(cut)));
        side.index = uint96(left);
        if (left == 0) {
            ++side.generation;
            side.total = Holding.wrap(0);
        }
    }
}
