// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holding} from "./Holding.sol";
import {Side, TearUp} from "./Side.sol";
import {Ticks} from "./Ticks.sol";

using PositionLib for Position global;

/// @notice One account's position in one market.
struct Position {
    Holding holding;
    // The side's index when it was last touched.
    uint96 index;
    // Tear-ups of the side applied or older than the position.
    uint32 seen;
    bool isLong;
}

/// @title PositionLib
/// @notice Brings a position up to date with its side.
library PositionLib {
    function isEmpty(Position memory position) internal pure returns (bool) {
        return position.holding.isEmpty();
    }

    /// @notice Fine size.
    function size(Position memory position) internal pure returns (uint256) {
        return uint256(position.holding.shares()) * position.index;
    }

    /// @notice Fine cash that closing it at `mark` would bring.
    function value(Position memory position, int256 mark) internal pure returns (int256) {
        return position.holding.gain(position.isLong, mark) * int256(uint256(position.index));
    }

    /// @notice Applies at most `most` tear-ups that the position has not seen, oldest first. Changes `position`.
    /// @return cash Fine cash: what the closed parts have gained, less what was taken. Exact, and linear in the holding:
    /// over all positions of a side it adds up to what {SideLib.tear} has announced.
    function settle(
        Position memory position,
        Side storage side,
        uint8 firstOctave,
        uint256 most
    ) internal view returns (int256 cash) {
        uint256 last = side.tearUps.length;
        if (position.isEmpty() || position.seen == last) return 0;
        if (last - position.seen > most) last = position.seen + most;

        int256 entry = position.holding.entry();
        for (uint256 i = position.seen; i < last && !position.isEmpty(); ++i) {
            TearUp memory tearUp = side.tearUps[i];
            int256 gain = position.holding.gain(position.isLong, tearUp.mark);
            int256 closed = int256(uint256(position.index)) - int256(uint256(tearUp.indexAfter));
            cash += gain * closed;
            if (tearUp.cut != 0 && Ticks.isWinner(entry, position.isLong, tearUp.mark, firstOctave)) {
                cash -= gain * int256(uint256(tearUp.cut));
            }
            position.index = tearUp.indexAfter;
            if (tearUp.indexAfter == 0) position.holding = Holding.wrap(0);
        }
        // At most the length of an array that grows by one a tear-up.
        position.seen = uint32(last);
    }
}
