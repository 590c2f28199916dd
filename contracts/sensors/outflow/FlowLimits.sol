// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OutflowParameters} from "../../interfaces/IOutflowSensor.sol";
import {Rungs} from "../../types/Rungs.sol";

using FlowLimitsLib for FlowLimits global;

/// @notice {OutflowParameters} as they are stored, in one slot that is read once a flow. Most significant first:
/// shortFloor 64 | longFloor 64 | shortBps 16 | longBps 16 | shortSeconds 24 | longSeconds 24 | creditBps 16
/// | severeFactor 8 | shortRungs 8 | longRungs 8 | severeRungs 8. Zero: not set up.
type FlowLimits is uint256;

/// @title FlowLimitsLib
/// @notice Packs and reads limits, and says what exceeds them.
library FlowLimitsLib {
    uint256 private constant BPS = 10_000;

    /// @notice `parameters` in one word.
    function pack(OutflowParameters memory parameters) internal pure returns (FlowLimits) {
        uint256 windows =
            (uint256(parameters.shortFloor) << 192) |
                (uint256(parameters.longFloor) << 128) |
                (uint256(parameters.shortBps) << 112) |
                (uint256(parameters.longBps) << 96) |
                (uint256(parameters.shortSeconds) << 72) |
                (uint256(parameters.longSeconds) << 48);
        uint256 rungs =
            (uint256(Rungs.unwrap(parameters.shortRungs)) << 16) |
                (uint256(Rungs.unwrap(parameters.longRungs)) << 8) |
                Rungs.unwrap(parameters.severeRungs);
        return
            FlowLimits.wrap(
                windows | (uint256(parameters.creditBps) << 32) | (uint256(parameters.severeFactor) << 24) | rungs
            );
    }

    /// @notice What {pack} took.
    function unpack(FlowLimits limits) internal pure returns (OutflowParameters memory) {
        uint256 word = FlowLimits.unwrap(limits);
        // Every cast cuts out the field's own bits.
        return
            OutflowParameters({
                shortFloor: uint64(word >> 192),
                longFloor: uint64(word >> 128),
                shortBps: uint16(word >> 112),
                longBps: uint16(word >> 96),
                shortSeconds: uint24(word >> 72),
                longSeconds: uint24(word >> 48),
                creditBps: uint16(word >> 32),
                severeFactor: uint8(word >> 24),
                shortRungs: Rungs.wrap(uint8(word >> 16)),
                longRungs: Rungs.wrap(uint8(word >> 8)),
                severeRungs: Rungs.wrap(uint8(word))
            });
    }

    /// @notice Whether nothing was set up.
    function isEmpty(FlowLimits limits) internal pure returns (bool) {
        return FlowLimits.unwrap(limits) == 0;
    }

    /// @notice Whether `a` and `b` are the same limits.
    function equals(FlowLimits a, FlowLimits b) internal pure returns (bool) {
        return FlowLimits.unwrap(a) == FlowLimits.unwrap(b);
    }

    /// @notice Time constant of the short window, in seconds.
    function shortSeconds(FlowLimits limits) internal pure returns (uint256) {
        return uint24(FlowLimits.unwrap(limits) >> 72);
    }

    /// @notice Time constant of the long window, in seconds.
    function longSeconds(FlowLimits limits) internal pure returns (uint256) {
        return uint24(FlowLimits.unwrap(limits) >> 48);
    }

    /// @notice What may leave within the short and the long window, in units, of `locked` units.
    function limitsOf(FlowLimits limits, uint256 locked) internal pure returns (uint256 short, uint256 long) {
        uint256 word = FlowLimits.unwrap(limits);
        // 60 bits times 16.
        unchecked {
            short = (locked * uint16(word >> 112)) / BPS;
            if (short < word >> 192) short = word >> 192;
            long = (locked * uint16(word >> 96)) / BPS;
            if (long < uint64(word >> 128)) long = uint64(word >> 128);
        }
    }

    /// @notice `room`, but no more than `limit` and the credit above it.
    function heldToCredit(FlowLimits limits, int256 room, uint256 limit) internal pure returns (int256) {
        // Limits are below 2^58 and the credit is one at most, so that this fits a room.
        unchecked {
            int256 most = int256(limit + (limit * uint16(FlowLimits.unwrap(limits) >> 32)) / BPS);
            return room < most ? room : most;
        }
    }

    /// @notice The value locked up to which both floors rule, in units.
    function floorValue(FlowLimits limits) internal pure returns (uint256) {
        uint256 word = FlowLimits.unwrap(limits);
        // 64 bits times 14, by a number that bounds keep from zero.
        unchecked {
            uint256 short = ((word >> 192) * BPS) / uint16(word >> 112);
            uint256 long = (uint64(word >> 128) * BPS) / uint16(word >> 96);
            return short < long ? short : long;
        }
    }

    /// @notice What a short window with `room` below its `limit` calls for.
    function dueShort(FlowLimits limits, int256 room, uint256 limit) internal pure returns (Rungs) {
        return _due(limits, room, limit, 16);
    }

    /// @notice What a long window with `room` below its `limit` calls for.
    function dueLong(FlowLimits limits, int256 room, uint256 limit) internal pure returns (Rungs) {
        return _due(limits, room, limit, 8);
    }

    /// @param shift Where the window's own rungs are. The severe ones are at 0.
    function _due(FlowLimits limits, int256 room, uint256 limit, uint256 shift) private pure returns (Rungs due) {
        if (room >= 0) return due;

        uint256 word = FlowLimits.unwrap(limits);
        // Limits are below 2^59, rooms below 2^62, and the factor is between two and 2^8.
        unchecked {
            uint256 beyond = limit * (uint8(word >> 24) - 1);
            return Rungs.wrap(uint8(-room > int256(beyond) ? word : word >> shift));
        }
    }
}
