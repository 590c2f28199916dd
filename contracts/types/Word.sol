// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Leases} from "./Leases.sol";
import {HALTED, M4, Rungs, RungsLib} from "./Rungs.sol";

using WordLib for Word global;

/// @notice One market's incident state: eight lanes of 32-bit unix seconds, most significant first,
/// `voidBefore | caution | reduceOnly | halted | m1 | m2 | m3 | m4`.
/// A lane holds the latest time at which its rung was asserted, 0 if never.
type Word is uint256;

/// @title WordLib
/// @notice Stamps, merges and reads words.
/// @dev {merge} is a lane-wise maximum, a least upper bound: any order, any repetition, any path of delivery ends in
/// the same word (DESIGN P1). The relayer holds the same rules in `relayer/domain/incident/word.ts`;
/// `test/vectors/word.json` binds the two.
library WordLib {
    uint256 internal constant LANES = 8;
    uint256 internal constant VOID_LANE = 0;
    /// @dev Breaker rung r is lane r; margin rung r is lane MARGIN_LANE + r.
    uint256 internal constant MARGIN_LANE = 3;

    uint256 private constant LANE_BITS = 32;
    uint256 private constant LANE_MASK = type(uint32).max;
    uint256 private constant TOP_SHIFT = 224;
    uint256 private constant STAMPS_MASK = type(uint256).max >> LANE_BITS;

    /// @notice What registration writes: `voidBefore` of one second. In force it says nothing, for no stamp is that
    /// old, but the slot is no longer zero, so the first assertion pays an update and not a first write.
    Word internal constant REGISTERED = Word.wrap(1 << TOP_SHIFT);

    /// @notice The stamp in lane `index`, 0 (voidBefore) to 7 (m4).
    function lane(Word word, uint256 index) internal pure returns (uint256) {
        return (Word.unwrap(word) >> _shift(index)) & LANE_MASK;
    }

    /// @notice The word whose only non-zero lane is `index`. Bits of `stamp` above the 32nd are dropped.
    function single(uint256 index, uint256 stamp) internal pure returns (Word) {
        return Word.wrap((stamp & LANE_MASK) << _shift(index));
    }

    /// @notice An assertion as a word: `rungs` and every rung below them on the same axis, stamped `time`.
    function stamped(Rungs rungs, uint256 time) internal pure returns (Word word) {
        uint256 bits;
        for (uint256 rung = 1; rung <= rungs.breaker(); ++rung) {
            bits |= Word.unwrap(single(rung, time));
        }
        for (uint256 rung = 1; rung <= rungs.margin(); ++rung) {
            bits |= Word.unwrap(single(MARGIN_LANE + rung, time));
        }
        return Word.wrap(bits);
    }

    /// @notice Lane-wise maximum of `a` and `b`.
    function merge(Word a, Word b) internal pure returns (Word) {
        uint256 x = Word.unwrap(a);
        uint256 y = Word.unwrap(b);
        uint256 merged;
        // Lanes do not overlap, so each maximum can be taken in place, without shifting down.
        for (uint256 mask = LANE_MASK; mask != 0; mask <<= LANE_BITS) {
            uint256 p = x & mask;
            uint256 q = y & mask;
            merged |= p > q ? p : q;
        }
        return Word.wrap(merged);
    }

    /// @notice `word` without `voidBefore`: all that a message may carry into another chain's state.
    function stampsOnly(Word word) internal pure returns (Word) {
        return Word.wrap(Word.unwrap(word) & STAMPS_MASK);
    }

    /// @notice Splits `word` at `ceiling`: `kept` has the lanes of rungs up to it, `above` the others.
    /// `voidBefore` is in neither.
    function split(Word word, Rungs ceiling) internal pure returns (Word kept, Word above) {
        uint256 stamps = Word.unwrap(word.stampsOnly());
        uint256 allowed = Word.unwrap(stamped(ceiling, LANE_MASK));
        return (Word.wrap(stamps & allowed), Word.wrap(stamps & ~allowed));
    }

    /// @notice Splits `word` at `latest`: `kept` has the lanes stamped no later, `ahead` the others.
    /// `voidBefore` is in neither.
    function splitAt(Word word, uint256 latest) internal pure returns (Word kept, Word ahead) {
        for (uint256 index = 1; index < LANES; ++index) {
            uint256 stamp = word.lane(index);
            if (stamp > latest) ahead = ahead.merge(single(index, stamp));
            else kept = kept.merge(single(index, stamp));
        }
    }

    /// @notice `word` with every stamp brought down so that its lease ends no later than `end`.
    /// @dev `end` is at least the longest lease, which block times are: {LeasesLib} bounds leases to days.
    function lapsingBy(Word word, Leases leases, uint256 end) internal pure returns (Word lapsing) {
        for (uint256 index = 1; index < LANES; ++index) {
            uint256 stamp = word.lane(index);
            uint256 latest = end - leases.secondsOf(index);
            lapsing = lapsing.merge(single(index, stamp < latest ? stamp : latest));
        }
    }

    /// @notice Whether peers that hold `sent` have to be told of `word`: a rung in force was asserted anew, and of the
    /// lease that they know of at least half is gone.
    function outpaces(Word word, Word sent, Leases leases, uint256 time) internal pure returns (bool) {
        for (uint256 index = 1; index < LANES; ++index) {
            uint256 known = sent.lane(index);
            bool isNewer = word.lane(index) > known && time >= known + leases.secondsOf(index) / 2;
            if (isNewer && word.holds(index, leases, time)) return true;
        }
        return false;
    }

    /// @notice The rungs in force at `time`: on each axis the highest whose stamp is newer than `voidBefore` and whose
    /// lease has not ended.
    function inForce(Word word, Leases leases, uint256 time) internal pure returns (Rungs) {
        uint8 breaker = HALTED;
        while (breaker != 0 && !word.holds(breaker, leases, time)) --breaker;
        uint8 margin = M4;
        while (margin != 0 && !word.holds(MARGIN_LANE + margin, leases, time)) --margin;
        return RungsLib.pair(breaker, margin);
    }

    /// @notice Whether the rung of lane `index` (1 to 7) is in force at `time`.
    function holds(Word word, uint256 index, Leases leases, uint256 time) internal pure returns (bool) {
        uint256 stamp = word.lane(index);
        return stamp > word.lane(VOID_LANE) && time < stamp + leases.secondsOf(index);
    }

    /// @notice Whether no lane is set.
    function isEmpty(Word word) internal pure returns (bool) {
        return Word.unwrap(word) == 0;
    }

    /// @notice Whether `a` and `b` are the same word.
    function equals(Word a, Word b) internal pure returns (bool) {
        return Word.unwrap(a) == Word.unwrap(b);
    }

    /// @dev Lane 0 is the most significant.
    function _shift(uint256 index) private pure returns (uint256) {
        return TOP_SHIFT - index * LANE_BITS;
    }
}
