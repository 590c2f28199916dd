// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../../types/Rungs.sol";
import {Decay} from "./Decay.sol";
import {FlowLimits} from "./FlowLimits.sol";

using MeterLib for Meter global;

/// @notice What a sensor remembers of one market, in one slot. Most significant first: 4 bits unused | room in the short
/// window 60 | room in the long window 60 | average value locked 60 | recordedAt 32 | assertedAt 32 | rungs asserted
/// then 8. Amounts in units, times in unix seconds.
/// Room is what may still leave before the limit is exceeded, that is the limit less the net outflow; negative above the
/// limit. It is stored with {BIAS} added. Kept instead of the net outflow, it makes another flow in the same second a
/// subtraction that needs no limit.
type Meter is uint256;

/// @title MeterLib
/// @notice The arithmetic of the outflow sensor. Knows no hub and no clock: time is passed in, and never runs backwards.
/// @dev Nothing here reverts, whatever amounts it is given: they saturate.
library MeterLib {
    /// @notice Largest flow, and largest value locked, in units. Anything larger counts as this.
    uint256 internal constant MOST_UNITS = (1 << 58) - 1;

    /// @notice What registration writes: nothing was recorded since the first second. The slot is not zero any more, and
    /// the first flow, before which everything is forgotten, seeds the average.
    Meter internal constant REGISTERED = Meter.wrap((BIAS << 192) | (BIAS << 132) | (1 << 40));

    /// @dev Rooms lie within +-(2^59 - 1).
    uint256 private constant BIAS = 1 << 59;
    int256 private constant MOST_ROOM = (1 << 59) - 1;
    uint256 private constant AMOUNT_MASK = (1 << 60) - 1;

    /// @dev A unit less in both windows.
    uint256 private constant UNIT_IN_BOTH = (1 << 192) | (1 << 132);

    /// @dev A value locked counts at most as this many times what is known.
    uint256 private constant GROWTH = 2;

    /* FIELDS */

    /// @notice When a flow was last recorded.
    function recordedAt(Meter meter) internal pure returns (uint256) {
        return uint32(Meter.unwrap(meter) >> 40);
    }

    /// @notice When rungs were last asserted; 0 for never.
    function assertedAt(Meter meter) internal pure returns (uint256) {
        return uint32(Meter.unwrap(meter) >> 8);
    }

    /// @notice The rungs asserted then.
    function asserted(Meter meter) internal pure returns (Rungs) {
        return Rungs.wrap(uint8(Meter.unwrap(meter)));
    }

    /// @notice Average value locked, in units.
    function locked(Meter meter) internal pure returns (uint256) {
        return (Meter.unwrap(meter) >> 72) & AMOUNT_MASK;
    }

    /// @notice Net outflows as of {recordedAt}, in units.
    function nets(Meter meter, FlowLimits limits) internal pure returns (int256 shortNet, int256 longNet) {
        uint256 word = Meter.unwrap(meter);
        (uint256 short, uint256 long) = limits.limitsOf((word >> 72) & AMOUNT_MASK);
        // Everything is below 2^62.
        unchecked {
            shortNet = int256(short + BIAS - (word >> 192));
            longNet = int256(long + BIAS - ((word >> 132) & AMOUNT_MASK));
        }
    }

    /* FLOWS */

    /// @notice Whether `units` may leave at `time` without any limit being exceeded, and nothing else to be done: time
    /// has not passed since the last flow.
    function hasRoomFor(Meter meter, uint256 units, uint256 time) internal pure returns (bool) {
        uint256 word = Meter.unwrap(meter);
        // A room that is negative is stored below BIAS, hence below what is asked.
        unchecked {
            uint256 least = units + BIAS;
            return uint32(word >> 40) == time && word >> 192 >= least && (word >> 132) & AMOUNT_MASK >= least;
        }
    }

    /// @notice `meter` after `units` left for which it {hasRoomFor}.
    function less(Meter meter, uint256 units) internal pure returns (Meter) {
        // Neither room borrows: each is at least `units`.
        unchecked {
            return Meter.wrap(Meter.unwrap(meter) - units * UNIT_IN_BOTH);
        }
    }

    /// @notice `meter` after `outflow` units (negative: inflow) at `time`, `seen` units having been locked since it was
    /// last recorded.
    /// @return after_ The meter to store.
    /// @return due What has to be asserted; calm within the limits.
    function record(Meter meter, FlowLimits limits, int256 outflow, uint256 seen, uint256 time)
        internal
        pure
        returns (Meter after_, Rungs due)
    {
        (int256 shortNet, int256 longNet) = meter.nets(limits);
        uint256 word = Meter.unwrap(meter);
        // Amounts are below 2^62, factors at most 2^64.
        unchecked {
            uint256 elapsed = time - uint32(word >> 40);
            if (elapsed != 0) {
                uint256 factor = Decay.factor(elapsed, limits.longSeconds());
                longNet = _scaled(longNet, factor);
                shortNet = _scaled(shortNet, Decay.factor(elapsed, limits.shortSeconds()));
                seen = _believed(meter, limits, seen);
                uint256 average = ((word >> 72) & AMOUNT_MASK) * factor + seen * (Decay.ONE - factor);
                word = ((average >> 64) << 72) | (time << 40) | (word & type(uint40).max);
            }
            return _withNets(word, limits, shortNet + outflow, longNet + outflow);
        }
    }

    /// @notice `meter` brought to `time` under `limits` and expressed in `newLimits`, without a flow. The average value
    /// locked stays: nothing was learnt of it.
    function rebased(Meter meter, FlowLimits limits, FlowLimits newLimits, uint256 time) internal pure returns (Meter after_) {
        if (meter.isUnused()) return meter;

        (after_,) = meter.record(limits, 0, meter.locked(), time);
        (int256 shortNet, int256 longNet) = after_.nets(limits);
        (after_,) = _withNets(Meter.unwrap(after_), newLimits, shortNet, longNet);
    }

    /// @notice `meter` after `rungs` were asserted at `time`.
    function afterAsserting(Meter meter, Rungs rungs, uint256 time) internal pure returns (Meter) {
        uint256 kept = (Meter.unwrap(meter) >> 40) << 40;
        return Meter.wrap(kept | (uint256(uint32(time)) << 8) | Rungs.unwrap(rungs));
    }

    /// @notice Whether no flow was recorded yet.
    function isUnused(Meter meter) internal pure returns (bool) {
        return meter.recordedAt() == REGISTERED.recordedAt();
    }

    /* INTERNAL */

    /// @dev `word` with the rooms that net outflows of `shortNet` and `longNet` leave, and what these call for.
    function _withNets(uint256 word, FlowLimits limits, int256 shortNet, int256 longNet)
        private
        pure
        returns (Meter, Rungs)
    {
        (uint256 short, uint256 long) = limits.limitsOf((word >> 72) & AMOUNT_MASK);
        (uint256 shortRoom, Rungs due) = _room(limits, shortNet, short, limits.shortRungs());
        (uint256 longRoom, Rungs dueLong) = _room(limits, longNet, long, limits.longRungs());
        word = (word & ((1 << 132) - 1)) | (shortRoom << 192) | (longRoom << 132);
        return (Meter.wrap(word), due.join(dueLong));
    }

    /// @dev What `net` leaves of `limit`, held to the credit and with the bias added; and what has to be asserted.
    function _room(FlowLimits limits, int256 net, uint256 limit, Rungs rungs)
        private
        pure
        returns (uint256 stored, Rungs due)
    {
        // Limits are below 2^60, nets below 2^62.
        unchecked {
            int256 room = int256(limit) - net;
            if (room < 0) {
                due = limits.isSevere(net, limit) ? limits.severeRungs() : rungs;
                if (room < -MOST_ROOM) room = -MOST_ROOM;
            } else if (net < 0) {
                int256 most = int256(limit + limits.credit(limit));
                if (room > most) room = most;
                if (room > MOST_ROOM) room = MOST_ROOM;
            }
            return (uint256(room + int256(BIAS)), due);
        }
    }

    /// @dev `net` times `factor`, rounded up, so that forgetting in many steps forgets no more than in one.
    function _scaled(int256 net, uint256 factor) private pure returns (int256) {
        // 62 bits times 65. The shift rounds towards minus infinity.
        unchecked {
            return (net * int256(factor) + int256(Decay.ONE - 1)) >> 64;
        }
    }

    /// @dev A report is believed up to twice what is known, and in full as long as the floors rule: a venue whose book
    /// goes wrong cannot lift its own limit at once.
    function _believed(Meter meter, FlowLimits limits, uint256 seen) private pure returns (uint256) {
        unchecked {
            uint256 most = GROWTH * meter.locked();
            if (seen <= most || meter.isUnused()) return seen;
            uint256 floorValue = limits.floorValue();
            if (most < floorValue) most = floorValue;
            return seen < most ? seen : most;
        }
    }
}
