// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Leases} from "../../../contracts/types/Leases.sol";
import {Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {defaultLeases, drawEdges, drawLeases, drawWord} from "./WordBuilder.sol";

contract WordTest is Test {
    uint256 private constant NOW = 1_600_000_000;

    /* P1: MERGE */

    function testFuzz_Merge_IsCommutative(uint256 a, uint256 b) public pure {
        assertTrue(Word.wrap(a).merge(Word.wrap(b)).equals(Word.wrap(b).merge(Word.wrap(a))));
    }

    function testFuzz_Merge_IsAssociative(uint256 a, uint256 b, uint256 c) public pure {
        (Word x, Word y, Word z) = (Word.wrap(a), Word.wrap(b), Word.wrap(c));

        assertTrue(x.merge(y).merge(z).equals(x.merge(y.merge(z))));
    }

    function testFuzz_Merge_IsIdempotent(uint256 a, uint256 b) public pure {
        Word once = Word.wrap(a).merge(Word.wrap(b));

        assertTrue(once.merge(Word.wrap(b)).equals(once));
        assertTrue(once.merge(Word.wrap(a)).equals(once));
    }

    function testFuzz_Merge_IsTheMaximumOfEachLane(uint256 a, uint256 b) public pure {
        _assertMaximum(Word.wrap(a), Word.wrap(b));
        _assertMaximum(drawEdges(a), drawEdges(b));
    }

    function _assertMaximum(Word a, Word b) private pure {
        Word merged = a.merge(b);
        for (uint256 index; index < 8; ++index) {
            (uint256 p, uint256 q) = (a.lane(index), b.lane(index));
            assertEq(merged.lane(index), p > q ? p : q);
        }
    }

    /// @dev P2 in small: whatever is merged in, no rung that is in force gives way. Only `voidBefore` can do that, and
    /// a message has none.
    function testFuzz_Merge_NeverLoosens(uint256 a, uint256 b, uint32 ahead) public pure {
        Leases leases = drawLeases(a);
        Word before = drawWord(a, NOW, leases);
        Word merged = before.merge(drawWord(b, NOW, leases).stampsOnly());
        uint256 time = NOW + (ahead % 2 days);

        assertFalse(before.inForce(leases, time).exceeds(merged.inForce(leases, time)));
    }

    /* LANES */

    function testFuzz_Lane_ReadsWhatSingleWrote(uint256 index, uint32 stamp) public pure {
        index %= 8;
        Word word = WordLib.single(index, stamp);

        for (uint256 other; other < 8; ++other) {
            assertEq(word.lane(other), other == index ? stamp : 0);
        }
    }

    function testFuzz_Single_DropsWhatDoesNotFit(uint256 index, uint256 stamp) public pure {
        index %= 8;

        assertTrue(WordLib.single(index, stamp).equals(WordLib.single(index, uint32(stamp))));
    }

    function testFuzz_StampsOnly_TakesVoidBeforeOff(uint256 bits) public pure {
        Word stamps = Word.wrap(bits).stampsOnly();

        assertEq(stamps.lane(0), 0);
        for (uint256 index = 1; index < 8; ++index) {
            assertEq(stamps.lane(index), Word.wrap(bits).lane(index));
        }
    }

    function test_Registered_SaysNothing() public pure {
        assertTrue(WordLib.REGISTERED.inForce(defaultLeases(), NOW).isCalm());
        assertFalse(WordLib.REGISTERED.isEmpty());
        assertEq(WordLib.REGISTERED.lane(0), 1);
    }

    /* STAMPED */

    function testFuzz_Stamped_StampsTheRungsBelowAsWell(uint256 roll, uint32 time) public pure {
        Rungs rungs = _rungs(roll);
        Word word = WordLib.stamped(rungs, time);

        assertEq(word.lane(0), 0);
        for (uint256 rung = 1; rung <= 3; ++rung) {
            assertEq(word.lane(rung), rung <= rungs.breaker() ? time : 0);
        }
        for (uint256 rung = 1; rung <= 4; ++rung) {
            assertEq(word.lane(3 + rung), rung <= rungs.margin() ? time : 0);
        }
    }

    function testFuzz_Stamped_IsInForceAtOnce(uint256 roll) public pure {
        Word word = WordLib.REGISTERED.merge(WordLib.stamped(_rungs(roll), NOW));

        assertTrue(word.inForce(defaultLeases(), NOW).equals(_rungs(roll)));
    }

    /* FORCE */

    function testFuzz_Holds_AsTheDesignSays(uint256 seed, uint32 ahead) public pure {
        Leases leases = drawLeases(seed);
        Word word = drawWord(seed, NOW, leases);
        // Half of the time the very second that the stamps were drawn around.
        uint256 time = NOW + (ahead % 2 == 0 ? 0 : ahead % 2 days);

        for (uint256 index = 1; index < 8; ++index) {
            uint256 stamp = word.lane(index);
            bool expected = stamp > word.lane(0) && time < stamp + leases.secondsOf(index);
            assertEq(word.holds(index, leases, time), expected);
        }
    }

    function test_Holds_EndsWithTheLastSecondOfTheLease() public pure {
        Word word = WordLib.REGISTERED.merge(WordLib.single(3, NOW));

        assertTrue(word.holds(3, defaultLeases(), NOW + 1 hours - 1));
        assertFalse(word.holds(3, defaultLeases(), NOW + 1 hours));
    }

    function test_Holds_NeedsAStampAfterTheVoid() public pure {
        assertFalse(WordLib.single(3, NOW).merge(WordLib.single(0, NOW)).holds(3, defaultLeases(), NOW));
        assertTrue(WordLib.single(3, NOW).merge(WordLib.single(0, NOW - 1)).holds(3, defaultLeases(), NOW));
    }

    /// @dev On each axis the highest rung that holds, whether or not those below it do.
    function testFuzz_InForce_IsTheHighestRungThatHolds(uint256 seed) public pure {
        Leases leases = drawLeases(seed);
        Word word = drawWord(seed, NOW, leases);
        (uint8 breaker, uint8 margin) = (0, 0);
        for (uint8 rung = 1; rung <= 3; ++rung) {
            if (word.holds(rung, leases, NOW)) breaker = rung;
        }
        for (uint8 rung = 1; rung <= 4; ++rung) {
            if (word.holds(3 + rung, leases, NOW)) margin = rung;
        }

        assertTrue(word.inForce(leases, NOW).equals(RungsLib.pair(breaker, margin)));
    }

    /// @dev Left alone, what is in force only ever comes down: recovery needs no code.
    function testFuzz_InForce_OnlyComesDownByItself(uint256 seed, uint32 ahead, uint32 more) public pure {
        Leases leases = drawLeases(seed);
        Word word = drawWord(seed, NOW, leases);
        uint256 time = NOW + (ahead % 2 days);

        assertFalse(word.inForce(leases, time + (more % 2 days)).exceeds(word.inForce(leases, time)));
    }

    function test_InForce_ComesDownInStages() public pure {
        Word word = WordLib.REGISTERED.merge(WordLib.stamped(RungsLib.pair(3, 4), NOW));
        uint256[7] memory at = [uint256(0), 1 hours - 1, 1 hours, 3 hours, 8 hours, 12 hours, 24 hours];
        uint8[7] memory breaker = [3, 3, 2, 1, 1, 0, 0];
        uint8[7] memory margin = [4, 4, 3, 2, 1, 1, 0];

        for (uint256 i; i < at.length; ++i) {
            assertTrue(word.inForce(defaultLeases(), NOW + at[i]).equals(RungsLib.pair(breaker[i], margin[i])));
        }
    }

    /* WHAT A MESSAGE MAY CARRY */

    function testFuzz_Split_PartsEveryLaneAtTheCeiling(uint256 bits, uint256 roll) public pure {
        Word word = Word.wrap(bits);
        Rungs ceiling = _rungs(roll);
        (Word kept, Word above) = word.split(ceiling);

        assertEq(kept.lane(0), 0);
        assertEq(above.lane(0), 0);
        for (uint256 index = 1; index < 8; ++index) {
            bool isKept = index <= 3 ? index <= ceiling.breaker() : index - 3 <= ceiling.margin();
            assertEq(kept.lane(index), isKept ? word.lane(index) : 0);
            assertEq(above.lane(index), isKept ? 0 : word.lane(index));
        }
    }

    function testFuzz_SplitAt_PartsEveryLaneAtTheTime(uint256 seed, uint256 latest) public pure {
        _assertSplitAt(drawWord(seed, NOW, defaultLeases()), NOW);
        // Any time at all, and often one of the stamps.
        Word word = drawEdges(seed);
        _assertSplitAt(word, latest % 2 == 0 ? latest : word.lane(1 + (latest % 7)));
    }

    function _assertSplitAt(Word word, uint256 latest) private pure {
        (Word kept, Word ahead) = word.splitAt(latest);

        assertEq(kept.lane(0), 0);
        assertEq(ahead.lane(0), 0);
        for (uint256 index = 1; index < 8; ++index) {
            uint256 stamp = word.lane(index);
            assertEq(kept.lane(index), stamp <= latest ? stamp : 0);
            assertEq(ahead.lane(index), stamp <= latest ? 0 : stamp);
        }
    }

    function testFuzz_LapsingBy_EndsEveryLeaseInTime(uint256 seed, uint32 extra) public pure {
        Leases leases = drawLeases(seed);
        Word word = drawWord(seed, NOW, leases);
        uint256 end = NOW + (extra % 2 == 0 ? 0 : extra % 2 days);
        Word lapsing = word.lapsingBy(leases, end);

        assertTrue(lapsing.inForce(leases, end).isCalm());
        assertEq(lapsing.lane(0), 0);
        for (uint256 index = 1; index < 8; ++index) {
            uint256 latest = end - leases.secondsOf(index);
            assertEq(lapsing.lane(index), word.lane(index) < latest ? word.lane(index) : latest);
        }
    }

    function testFuzz_LapsingBy_NeverAddsARung(uint256 seed) public pure {
        Leases leases = drawLeases(seed);
        Word word = drawWord(seed, NOW, leases).stampsOnly();
        Word lapsing = word.lapsingBy(leases, NOW + 10 minutes);

        assertFalse(lapsing.inForce(leases, NOW).exceeds(word.inForce(leases, NOW)));
        assertTrue(lapsing.merge(word).equals(word));
    }

    /* WHAT HAS TO TRAVEL */

    function test_Outpaces_ANewRungAtOnce() public pure {
        Word word = WordLib.REGISTERED.merge(WordLib.stamped(RungsLib.pair(1, 0), NOW));

        assertTrue(word.outpaces(WordLib.REGISTERED, defaultLeases(), NOW));
        assertFalse(word.outpaces(word, defaultLeases(), NOW));
    }

    function test_Outpaces_ARepeatedRungAfterHalfItsLease() public pure {
        Word sent = WordLib.single(3, NOW);
        Word word = WordLib.single(3, NOW + 20 minutes);

        assertFalse(word.outpaces(sent, defaultLeases(), NOW + 30 minutes - 1));
        assertTrue(word.outpaces(sent, defaultLeases(), NOW + 30 minutes));
    }

    function test_Outpaces_NotALapsedRung() public pure {
        Word word = WordLib.single(3, NOW);

        assertTrue(word.outpaces(Word.wrap(0), defaultLeases(), NOW + 1 hours - 1));
        assertFalse(word.outpaces(Word.wrap(0), defaultLeases(), NOW + 1 hours));
    }

    function testFuzz_Outpaces_AsTheDesignSays(uint256 a, uint256 b) public pure {
        Leases leases = drawLeases(a);
        (Word word, Word sent) = (drawWord(a, NOW, leases), drawWord(b, NOW, leases));
        bool expected;
        for (uint256 index = 1; index < 8; ++index) {
            uint256 known = sent.lane(index);
            bool isHalfGone = NOW >= known + leases.secondsOf(index) / 2;
            if (word.lane(index) > known && isHalfGone && word.holds(index, leases, NOW)) expected = true;
        }

        assertEq(word.outpaces(sent, leases, NOW), expected);
    }

    function testFuzz_IsHalfGone_OfEveryStamp(uint256 seed) public pure {
        Leases leases = drawLeases(seed);
        Word word = drawWord(seed, NOW, leases);
        bool expected = true;
        for (uint256 index = 1; index < 8; ++index) {
            if (NOW < word.lane(index) + leases.secondsOf(index) / 2) expected = false;
        }

        assertEq(word.isHalfGone(leases, NOW), expected);
    }

    function test_IsHalfGone_ToTheSecond() public pure {
        Word word = WordLib.REGISTERED.merge(WordLib.single(3, NOW));

        assertTrue(WordLib.REGISTERED.isHalfGone(defaultLeases(), NOW), "nothing is stamped");
        assertFalse(word.isHalfGone(defaultLeases(), NOW + 30 minutes - 1));
        assertTrue(word.isHalfGone(defaultLeases(), NOW + 30 minutes));
    }

    /// @dev While nothing has to travel, whoever was last sent `sent` has the same rungs in force.
    function testFuzz_Outpaces_PeersAreNeverLooserWhenNothingIsDue(uint256 a, uint256 b) public pure {
        Leases leases = drawLeases(a);
        Word sent = drawWord(a, NOW, leases).stampsOnly();
        Word word = sent.merge(drawWord(b, NOW, leases).stampsOnly());
        if (word.outpaces(sent, leases, NOW)) return;

        assertTrue(sent.inForce(leases, NOW).equals(word.inForce(leases, NOW)));
    }

    /* EQUALITY */

    function testFuzz_Equals_IsBitwise(uint256 a, uint256 b) public pure {
        assertEq(Word.wrap(a).equals(Word.wrap(b)), a == b);
        assertEq(Word.wrap(a).isEmpty(), a == 0);
        assertTrue(Word.wrap(a).equals(Word.wrap(a)));
    }

    function _rungs(uint256 seed) private pure returns (Rungs) {
        return RungsLib.pair(uint8(seed % 4), uint8((seed >> 8) % 5));
    }
}
