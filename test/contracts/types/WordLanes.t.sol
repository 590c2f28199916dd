// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Leases} from "../../../contracts/types/Leases.sol";
import {Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";
import {Word} from "../../../contracts/types/Word.sol";
import {defaultLeases, drawEdges, drawLeases, drawWord, packLanes} from "./WordBuilder.sol";

/// @notice What {WordLib} does for all lanes at once is what the plain code does lane by lane.
contract WordLanesTest is Test {
    uint256 private constant NOW = 1_600_000_000;

    /// @dev All 128 sets of lanes that may be in force together: the table has an answer for each.
    function test_InForce_EverySetOfLanes() public pure {
        for (uint256 set; set < 128; ++set) {
            uint256[8] memory lanes;
            (uint8 breaker, uint8 margin) = (0, 0);
            for (uint8 index = 1; index < 8; ++index) {
                if ((set >> (index - 1)) & 1 == 0) continue;
                lanes[index] = NOW;
                if (index <= 3) breaker = index;
                else margin = index - 3;
            }
            Rungs inForce = Word.wrap(packLanes(lanes)).inForce(defaultLeases(), NOW);

            assertTrue(inForce.equals(RungsLib.pair(breaker, margin)));
        }
    }

    /// @dev Stamps that no clock gives, at the ends and in the middle of what a lane holds, and any `voidBefore`: none, that
    /// of registration, the first that is compared.
    function testFuzz_InForce_ComparesWholeLanes(uint256 seed, uint8 roll, uint256 time) public pure {
        Leases leases = drawLeases(seed);
        time = bound(time, 7 days + 1, type(uint32).max);
        Word word = drawEdges(seed);
        if (roll % 4 != 3) word = word.withVoid(roll % 4);
        (uint8 breaker, uint8 margin) = (0, 0);
        for (uint8 index = 1; index < 8; ++index) {
            uint256 stamp = word.lane(index);
            if (stamp <= word.lane(0) || stamp + leases.secondsOf(index) <= time) continue;
            if (index <= 3) breaker = index;
            else margin = index - 3;
        }

        assertTrue(word.inForce(leases, time).equals(RungsLib.pair(breaker, margin)));
    }

    function testFuzz_Within_KeepsWhatBothSplitsKeep(uint256 seed, uint256 roll, uint32 latest) public pure {
        Rungs ceiling = RungsLib.pair(uint8(roll % 4), uint8((roll >> 8) % 5));
        _assertWithin(drawWord(seed, NOW, defaultLeases()), ceiling, NOW);
        Word word = drawEdges(seed);
        _assertWithin(word, ceiling, latest % 2 == 0 ? latest : word.lane(1 + (latest % 7)));
    }

    function _assertWithin(Word word, Rungs ceiling, uint256 latest) private pure {
        (Word kept, ) = word.split(ceiling);
        (kept, ) = kept.splitAt(latest);

        assertTrue(word.within(ceiling, latest).equals(kept));
    }

    function testFuzz_Outpaces_ComparesWholeLanes(uint256 a, uint256 b, uint256 time) public pure {
        Leases leases = drawLeases(a);
        time = bound(time, 7 days + 1, type(uint32).max);
        (Word word, Word sent) = (drawEdges(a), drawEdges(b));
        bool expected;
        for (uint256 index = 1; index < 8; ++index) {
            (uint256 stamp, uint256 known) = (word.lane(index), sent.lane(index));
            bool isHeld = stamp > word.lane(0) && stamp + leases.secondsOf(index) > time;
            if (isHeld && stamp > known && time >= known + leases.secondsOf(index) / 2) expected = true;
        }

        assertEq(word.outpaces(sent, leases, time), expected);
    }
}
