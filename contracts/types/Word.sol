// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Leases} from "./Leases.sol";
import {Rungs} from "./Rungs.sol";

using WordLib for Word global;

/// @notice One market's incident state: eight lanes of 32-bit unix seconds, most significant first,
/// `voidBefore | caution | reduceOnly | halted | m1 | m2 | m3 | m4`.
/// A lane holds the latest time at which its rung was asserted, 0 if never.
type Word is uint256;

/// @title WordLib
/// @notice Stamps, merges and reads words.
/// @dev {merge} is a lane-wise maximum, a least upper bound: any order, any repetition, any path of delivery ends in
/// the same word (DESIGN P1). The relayer holds the same rules in `relayer/domain/incident/word.ts`;
/// `test/vectors/word.json` binds the two. All lanes are compared at once, by {_greater}; everything else is masks.
/// Stamps of 32 bits last until 2106.
library WordLib {
    uint256 internal constant LANES = 8;
    uint256 internal constant VOID_LANE = 0;
    /// @dev Breaker rung r is lane r; margin rung r is lane MARGIN_LANE + r.
    uint256 internal constant MARGIN_LANE = 3;

    uint256 private constant LANE_BITS = 32;
    uint256 private constant LANE_MASK = type(uint32).max;
    uint256 private constant TOP_SHIFT = 224;
    uint256 private constant STAMPS_MASK = type(uint256).max >> LANE_BITS;
    uint256 private constant BREAKER_MASK = STAMPS_MASK ^ MARGIN_MASK;
    uint256 private constant MARGIN_MASK = type(uint128).max;
    /// @dev Times a stamp: that stamp in every lane but `voidBefore`.
    uint256 private constant EACH_STAMP = STAMPS_MASK / LANE_MASK;
    /// @dev Uppermost bit of every lane, and all others.
    uint256 private constant TOP_BITS = 0x8000000080000000800000008000000080000000800000008000000080000000;
    uint256 private constant LOWER_BITS = 0x7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff;

    /// @dev Lane k, counted from the least significant, is 2^32k, and 2^32 is 2 modulo this: the remainder has bit k of
    /// lane k as its bit k.
    uint256 private constant GATHERING = 0x7fffffff;
    /// @dev Byte b: the highest breaker rung, in its place in a {Rungs}, where b has bit 0 for halted, 1 for reduce-only, 2
    /// for caution. And the highest margin rung, where bit 0 is M4 and bit 3 is M1.
    uint256 private constant HIGHEST_BREAKER = 0x0030203010302030000000000000000000000000000000000000000000000000;
    uint256 private constant HIGHEST_MARGIN = 0x0004030402040304010403040204030400000000000000000000000000000000;

    /// @notice What registration writes: `voidBefore` of one second. In force it says nothing, for no stamp is that
    /// old, but the slot is no longer zero, so the first assertion pays an update and not a first write.
    Word internal constant REGISTERED = Word.wrap(1 << TOP_SHIFT);

    /// @notice No lane set. No registered market has such a word.
    Word internal constant EMPTY = Word.wrap(0);

    /// @notice The stamp in lane `index`, 0 (voidBefore) to 7 (m4).
    function lane(Word word, uint256 index) internal pure returns (uint256) {
        return (Word.unwrap(word) >> _shift(index)) & LANE_MASK;
    }

    /// @notice The word whose only non-zero lane is `index`. Bits of `stamp` above the 32nd are dropped.
    function single(uint256 index, uint256 stamp) internal pure returns (Word) {
        return Word.wrap((stamp & LANE_MASK) << _shift(index));
    }

    /// @notice An assertion as a word: `rungs` and every rung below them on the same axis, stamped `time`.
    function stamped(Rungs rungs, uint256 time) internal pure returns (Word) {
        // A stamp of at most 32 bits fits each lane.
        unchecked {
            return Word.wrap(((time & LANE_MASK) * EACH_STAMP) & _lanesUpTo(rungs));
        }
    }

    /// @notice Lane-wise maximum of `a` and `b`.
    function merge(Word a, Word b) internal pure returns (Word) {
        return Word.wrap(_select(Word.unwrap(a), Word.unwrap(b), _greater(Word.unwrap(a), Word.unwrap(b))));
    }

    /// @notice `word` without `voidBefore`: all that a message may carry into another chain's state.
    function stampsOnly(Word word) internal pure returns (Word) {
        return Word.wrap(Word.unwrap(word) & STAMPS_MASK);
    }

    /// @notice `word` with another `voidBefore`.
    function withVoid(Word word, uint32 asOf) internal pure returns (Word) {
        return Word.wrap((uint256(asOf) << TOP_SHIFT) | (Word.unwrap(word) & STAMPS_MASK));
    }

    /// @notice Splits `word` at `ceiling`: `kept` has the lanes of rungs up to it, `above` the others.
    /// `voidBefore` is in neither.
    function split(Word word, Rungs ceiling) internal pure returns (Word kept, Word above) {
        return _partition(word, _lanesUpTo(ceiling));
    }

    /// @notice Splits `word` at `latest`: `kept` has the lanes stamped no later, `ahead` the others.
    /// `voidBefore` is in neither.
    function splitAt(Word word, uint256 latest) internal pure returns (Word kept, Word ahead) {
        if (latest > LANE_MASK) latest = LANE_MASK;
        // Of at most 32 bits, so it fits each lane.
        unchecked {
            return _partition(word, ~_greater(Word.unwrap(word), latest * EACH_STAMP));
        }
    }

    /// @notice What both {split} at `ceiling` and {splitAt} at `latest` keep.
    /// @param latest Unix seconds of 32 bits, as block times are.
    function within(Word word, Rungs ceiling, uint256 latest) internal pure returns (Word) {
        // It fits each lane.
        unchecked {
            uint256 ahead = _greater(Word.unwrap(word), latest * EACH_STAMP);
            return Word.wrap(Word.unwrap(word) & _lanesUpTo(ceiling) & ~ahead);
        }
    }

    /// @notice `word` with every stamp brought down so that its lease ends no later than `end`.
    /// @dev `end` is at least the longest lease, which block times are: {LeasesLib} bounds leases to days.
    function lapsingBy(Word word, Leases leases, uint256 end) internal pure returns (Word) {
        uint256 stamps = Word.unwrap(word.stampsOnly());
        uint256 latest = _endingAt(leases, end);
        return Word.wrap(_select(latest, stamps, _greater(stamps, latest)));
    }

    /// @notice Whether peers that hold `sent` have to be told of `word`: a rung in force was asserted anew, and of the
    /// lease that they know of at least half is gone.
    function outpaces(Word word, Word sent, Leases leases, uint256 time) internal pure returns (bool) {
        uint256 newer = _greater(Word.unwrap(word), Word.unwrap(sent));
        uint256 halfGone = ~_greater(Word.unwrap(sent), _endingAt(leases.halved(), time));
        return newer & halfGone & _held(word, leases, time) != 0;
    }

    /// @notice Whether of the lease of every stamp at least half is gone at `time`, or nothing is stamped.
    function isHalfGone(Word word, Leases leases, uint256 time) internal pure returns (bool) {
        return _greater(Word.unwrap(word), _endingAt(leases.halved(), time)) & STAMPS_MASK == 0;
    }

    /// @notice The rungs in force at `time`: on each axis the highest whose stamp is newer than `voidBefore` and whose
    /// lease has not ended.
    function inForce(Word word, Leases leases, uint256 time) internal pure returns (Rungs) {
        uint256 rungs = _held(word, leases, time) & EACH_STAMP;
        assembly ("memory-safe") {
            let bits := mod(rungs, GATHERING)
            rungs := or(byte(shr(4, bits), HIGHEST_BREAKER), byte(and(bits, 15), HIGHEST_MARGIN))
        }
        // The tables hold pairs that {RungsLib.pair} could have made.
        return Rungs.wrap(uint8(rungs));
    }

    /// @notice Whether the rung of lane `index` (1 to 7) is in force at `time`.
    function holds(Word word, uint256 index, Leases leases, uint256 time) internal pure returns (bool) {
        return Word.wrap(_held(word, leases, time)).lane(index) != 0;
    }

    /// @notice Whether no lane is set.
    function isEmpty(Word word) internal pure returns (bool) {
        return Word.unwrap(word) == 0;
    }

    /// @notice Whether `a` and `b` are the same word.
    function equals(Word a, Word b) internal pure returns (bool) {
        return Word.unwrap(a) == Word.unwrap(b);
    }

    /// @dev All bits of each lane whose rung is in force at `time`: its stamp is newer than `voidBefore`, and later than
    /// the latest whose lease has ended.
    function _held(Word word, Leases leases, uint256 time) private pure returns (uint256 held) {
        uint256 stamps = Word.unwrap(word);
        uint256 voidBefore = stamps >> TOP_SHIFT;
        held = _greater(stamps, _endingAt(leases, time)) & STAMPS_MASK;
        // None, or the one second that registration writes, is older than whatever is in force.
        if (voidBefore < 2) return held;
        // A lane is at most 32 bits, so it fits each lane.
        unchecked {
            held &= _greater(stamps, voidBefore * EACH_STAMP);
        }
    }

    /// @dev In each lane the stamp whose lease ends at `time`.
    function _endingAt(Leases leases, uint256 time) private pure returns (uint256) {
        // No lane borrows from the next: block times are greater than any lease.
        unchecked {
            return time * EACH_STAMP - Leases.unwrap(leases);
        }
    }

    /// @dev All bits of the lanes of `rungs` and of every rung below them.
    function _lanesUpTo(Rungs rungs) private pure returns (uint256) {
        // An axis has its mildest rung uppermost, so shifting it down by a rung, 32 bits, leaves what lies above that rung.
        // The breaker rung stands at bit 4, so it is shifted by one more to be 32 times itself.
        unchecked {
            uint256 packed = Rungs.unwrap(rungs);
            uint256 breakerAbove = BREAKER_MASK >> ((packed & 0x30) << 1);
            uint256 marginAbove = MARGIN_MASK >> ((packed & 0x07) << 5);
            return (BREAKER_MASK & ~breakerAbove) | (MARGIN_MASK & ~marginAbove);
        }
    }

    /// @dev All bits of each lane in which `x` is greater than `y`.
    function _greater(uint256 x, uint256 y) private pure returns (uint256 lanes) {
        assembly ("memory-safe") {
            // The lower 31 bits of each lane: with the top bit of `y` set and that of `x` cleared no lane borrows from the
            // next, and the top bit is still there unless those of `x` are the greater.
            lanes := sub(or(y, TOP_BITS), and(x, LOWER_BITS))
            // Where the top bits themselves differ, they decide. Now a top bit says: not greater.
            lanes := or(and(not(xor(x, y)), lanes), and(y, not(x)))
            lanes := and(not(lanes), TOP_BITS)
            // Spread over the lane. What leaves the word at the top is dropped, as it should be.
            lanes := sub(shl(1, lanes), shr(31, lanes))
        }
    }

    /// @dev The lanes of `x` where `lanes` is set, those of `y` elsewhere.
    function _select(uint256 x, uint256 y, uint256 lanes) private pure returns (uint256) {
        return (x & lanes) | (y & ~lanes);
    }

    function _partition(Word word, uint256 lanes) private pure returns (Word inside, Word outside) {
        uint256 stamps = Word.unwrap(word) & STAMPS_MASK;
        return (Word.wrap(stamps & lanes), Word.wrap(stamps & ~lanes));
    }

    /// @dev Lane 0 is the most significant. Beyond lane 7 the shift exceeds the word, and nothing is there.
    function _shift(uint256 index) private pure returns (uint256) {
        unchecked {
            return TOP_SHIFT - index * LANE_BITS;
        }
    }
}
