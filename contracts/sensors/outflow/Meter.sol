// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../../types/Rungs.sol";
import {Decay} from "./Decay.sol";
import {FlowLimits} from "./FlowLimits.sol";

using MeterLib for Meter global;

/// @notice What a sensor remembers of one market, in one slot. Most significant first: 4 bits unused | room in the short
/// window 60 | room in the long window 60 | average value locked 60 | assertedAt 32 | rungs asserted then 8 | recordedAt
/// 32. Amounts in units, times in unix seconds.
/// Room is what may still leave before the limit is exceeded, negative above it, and is stored with {MeterLib.BIAS}
/// added: a room below zero is a number below the bias.
type Meter is uint256;

/// @title MeterLib
/// @notice The arithmetic of the outflow sensor. Knows no hub and no clock: time is passed in, and never runs backwards.
/// @dev Nothing here reverts, whatever amounts it is given: they saturate.
library MeterLib {
    /// @notice Largest flow, and largest value locked, in units. Anything larger counts as this.
    uint256 internal constant MOST_UNITS = (1 << 58) - 1;

    /// @notice Added to rooms, which lie within +-(2^59 - 1).
    uint256 internal constant BIAS = 1 << 59;

    /// @notice What registration writes: nothing was recorded since the first second. The slot is not zero any more, and
    /// at the first flow, so long after, both rooms are full and the average is what the venue holds.
    Meter internal constant REGISTERED = Meter.wrap((BIAS << 192) | (BIAS << 132) | 1);

    /// @dev A value locked counts at most as this many times what is known.
    uint256 private constant GROWTH = 2;

    /// @notice Largest room there can be.
    int256 internal constant MOST_ROOM = int256(BIAS - 1);
    uint256 private constant AMOUNT_MASK = (1 << 60) - 1;
    /// @dev Rungs asserted last, and when.
    uint256 private constant ASSERTION_MASK = uint256(type(uint40).max) << 32;
    uint256 private constant BELOW_ROOMS = (1 << 132) - 1;
    /// @dev Set in each room that is not below zero.
    uint256 private constant TOP_BITS = (1 << 251) | (1 << 191);

    /// @dev Added before a division by 2^64, so that refilling in many steps refills no more than in one.
    int256 private constant ROUNDING_UP = int256(Decay.ONE - 1);

    /* FIELDS */

    /// @notice When a flow was last recorded.
    function recordedAt(Meter meter) internal pure returns (uint256) {
        return uint32(Meter.unwrap(meter));
    }

    /// @notice When rungs were last asserted; 0 for never.
    function assertedAt(Meter meter) internal pure returns (uint256) {
        return uint32(Meter.unwrap(meter) >> 40);
    }

    /// @notice The rungs asserted then.
    function asserted(Meter meter) internal pure returns (Rungs) {
        return Rungs.wrap(uint8(Meter.unwrap(meter) >> 32));
    }

    /// @notice Average value locked, in units.
    function locked(Meter meter) internal pure returns (uint256) {
        return (Meter.unwrap(meter) >> 72) & AMOUNT_MASK;
    }

    /// @notice Rooms as of {recordedAt}, in units.
    function rooms(Meter meter) internal pure returns (int256 short, int256 long) {
        uint256 word = Meter.unwrap(meter);
        // Both numbers are below 2^60.
        unchecked {
            return (int256(word >> 192) - int256(BIAS), int256((word >> 132) & AMOUNT_MASK) - int256(BIAS));
        }
    }

    /// @notice Whether no flow was recorded yet.
    function isUnused(Meter meter) internal pure returns (bool) {
        return meter.recordedAt() == REGISTERED.recordedAt();
    }

    /* FLOWS */

    /// @notice `meter` after `outflow` units (negative: inflow) at `time`, where `held` units were locked since it was
    /// last recorded.
    function record(
        Meter meter,
        FlowLimits limits,
        int256 outflow,
        uint256 held,
        uint256 time
    ) internal pure returns (Meter) {
        (int256 shortRoom, int256 longRoom) = meter.rooms();
        uint256 word = Meter.unwrap(meter);
        uint256 short;
        uint256 long;
        // Amounts are below 2^62, factors at most 2^64. The shift rounds towards minus infinity.
        unchecked {
            uint256 elapsed = time - uint32(word);
            if (elapsed == 0) {
                (short, long) = limits.limitsOf(meter.locked());
            } else {
                uint256 factor = Decay.factor(elapsed, limits.longSeconds());
                held = _averaged(meter, limits, held, factor);
                (short, long) = limits.limitsOf(held);
                longRoom = int256(long) - (((int256(long) - longRoom) * int256(factor) + ROUNDING_UP) >> 64);
                factor = Decay.factor(elapsed, limits.shortSeconds());
                shortRoom = int256(short) - (((int256(short) - shortRoom) * int256(factor) + ROUNDING_UP) >> 64);
                word = (held << 72) | (word & ASSERTION_MASK) | time;
            }
            shortRoom -= outflow;
            longRoom -= outflow;
            if (outflow < 0) {
                shortRoom = limits.heldToCredit(shortRoom, short);
                longRoom = limits.heldToCredit(longRoom, long);
            }
            if (shortRoom | longRoom < 0) (shortRoom, longRoom) = (_heldToFit(shortRoom), _heldToFit(longRoom));
            return _withRooms(word, shortRoom, longRoom);
        }
    }

    /// @notice `meter` with no more room than `limits` and the credit allow.
    function within(Meter meter, FlowLimits limits) internal pure returns (Meter) {
        (int256 shortRoom, int256 longRoom) = meter.rooms();
        (uint256 short, uint256 long) = limits.limitsOf(meter.locked());
        shortRoom = limits.heldToCredit(shortRoom, short);
        longRoom = limits.heldToCredit(longRoom, long);
        return _withRooms(Meter.unwrap(meter), shortRoom, longRoom);
    }

    /// @notice Whether any limit is exceeded.
    function isExceeded(Meter meter) internal pure returns (bool) {
        return Meter.unwrap(meter) & TOP_BITS != TOP_BITS;
    }

    /// @notice What the rooms call for. Calm within the limits.
    function due(Meter meter, FlowLimits limits) internal pure returns (Rungs) {
        (int256 shortRoom, int256 longRoom) = meter.rooms();
        (uint256 short, uint256 long) = limits.limitsOf(meter.locked());
        return limits.dueShort(shortRoom, short).join(limits.dueLong(longRoom, long));
    }

    /// @notice `meter` after `rungs` were asserted at `time`.
    function afterAsserting(Meter meter, Rungs rungs, uint256 time) internal pure returns (Meter) {
        uint256 kept = Meter.unwrap(meter) & ~ASSERTION_MASK;
        return Meter.wrap(kept | (uint256(uint32(time)) << 40) | (uint256(Rungs.unwrap(rungs)) << 32));
    }

    /* INTERNAL */

    function _withRooms(uint256 word, int256 shortRoom, int256 longRoom) private pure returns (Meter) {
        // Rooms are within +-(2^59 - 1).
        unchecked {
            uint256 stored = (uint256(shortRoom + int256(BIAS)) << 192) | (uint256(longRoom + int256(BIAS)) << 132);
            return Meter.wrap((word & BELOW_ROOMS) | stored);
        }
    }

    /// @dev Average value locked after a time for which its weight is `factor`, and during which `held` was locked.
    function _averaged(Meter meter, FlowLimits limits, uint256 held, uint256 factor) private pure returns (uint256) {
        uint256 average = meter.locked();
        // 60 bits times 65.
        unchecked {
            if (held > GROWTH * average) held = _believed(meter, limits, held);
            return (average * factor + held * (Decay.ONE - factor)) >> 64;
        }
    }

    /// @dev What the venue says that it holds is believed up to twice the average, and in full as long as the floors rule:
    /// one whose book goes wrong cannot lift its own limits at once.
    function _believed(Meter meter, FlowLimits limits, uint256 held) private pure returns (uint256) {
        uint256 most = MOST_UNITS;
        if (!meter.isUnused()) {
            uint256 known = GROWTH * meter.locked();
            uint256 floorValue = limits.floorValue();
            if (known < floorValue) known = floorValue;
            if (most > known) most = known;
        }
        return held < most ? held : most;
    }

    /// @dev Rooms above zero fit already.
    function _heldToFit(int256 room) private pure returns (int256) {
        return room < -MOST_ROOM ? -MOST_ROOM : room;
    }
}
