// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {HaltLedger, HaltLedgerLib} from "../../../contracts/types/HaltLedger.sol";

/// @notice Halted time over a sliding window, packed and naively.
contract HaltLedgerTest is Test {
    /// @dev Start of a period.
    uint256 private constant START = 9_838 * 2 days;

    struct Span {
        uint256 start;
        uint256 end;
    }

    /* UNIT */

    function test_Blank_IsNotZeroAndHoldsNothing() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START);

        assertTrue(HaltLedger.unwrap(ledger) != 0, "slot");
        assertEq(ledger.since(), 0, "since");
        assertEq(ledger.usedSeconds(START), 0, "used");
    }

    function test_Opened_KeepsWhatWasAdded() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START).closed(START, START + 1 hours);

        HaltLedger open = ledger.opened(START + 2 hours);

        assertEq(open.since(), START + 2 hours, "since");
        assertEq(open.usedSeconds(START + 2 hours), 1 hours, "a halt that runs is not counted");
        assertEq(open.opened(START + 3 hours).since(), START + 3 hours, "replaced");
    }

    function test_Closed_RoundsUpToMinutes() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START);

        assertEq(ledger.closed(START, START).usedSeconds(START), 0, "no time");
        assertEq(ledger.closed(START, START + 1).usedSeconds(START + 1), 60, "a second");
        assertEq(ledger.closed(START, START + 60).usedSeconds(START + 60), 60, "a minute");
        assertEq(ledger.closed(START, START + 61).usedSeconds(START + 61), 120, "and a second");
    }

    function test_Closed_EndsTheHalt() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START).opened(START).closed(START, START + 60);

        assertEq(ledger.since(), 0);
    }

    function test_Closed_PartsAHaltAtTheBorderOfPeriods() public pure {
        uint256 border = START + 2 days;
        HaltLedger ledger = HaltLedgerLib.blank(START).closed(border - 90, border + 90);

        assertEq(ledger.usedSeconds(border + 90), 120 + 120, "each part rounded up");
        uint256 lastWithFirst = START + 32 days - 1;
        assertEq(ledger.usedSeconds(lastWithFirst), 240, "both parts in the window");
        assertEq(ledger.usedSeconds(lastWithFirst + 1), 120, "the first has dropped out");
        assertEq(ledger.usedSeconds(lastWithFirst + 1 + 2 days), 0, "both have");
    }

    function test_Closed_AtTheBorderBelongsToThePeriodBefore() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START).closed(START + 1 days, START + 2 days);

        assertEq(ledger.usedSeconds(START + 2 days), 1 days, "counted");
        assertEq(ledger.usedSeconds(START + 32 days - 1), 1 days, "still");
        assertEq(ledger.usedSeconds(START + 32 days), 0, "no longer");
    }

    function test_Closed_HaltLongerThanTheWindowFillsIt() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START).closed(START, START + 100 days);

        // The last period has just begun.
        assertEq(ledger.usedSeconds(START + 100 days), 15 * 2 days);
        assertEq(ledger.usedSeconds(START + 120 days), 5 * 2 days, "and drains as time passes");
    }

    function test_Closed_ManyShortHaltsDoNotOverflowTheirPeriod() public pure {
        HaltLedger ledger = HaltLedgerLib.blank(START);
        for (uint256 i; i < 3_000; ++i) {
            ledger = ledger.closed(START + 10 * i, START + 10 * i + 1);
        }

        assertEq(ledger.usedSeconds(START + 1 days), 2 days, "no more than there is in a period");
        HaltLedger later = ledger.closed(START + 3 days, START + 3 days + 60);
        assertEq(later.usedSeconds(START + 3 days + 60), 2 days + 60, "and nothing in the next");
    }

    /* FUZZ */

    /// @dev A naive list of spans beside it: never less than the true time in 30 days, never more than what 32 days hold
    /// and the rounding of each part.
    function testFuzz_Closed_NeverBelowTheLastThirtyDays(
        uint32[24] memory gaps,
        uint32[24] memory lengths
    ) public pure {
        Span[] memory spans = new Span[](24);
        HaltLedger ledger = HaltLedgerLib.blank(START);
        uint256 time = START;
        for (uint256 i; i < 24; ++i) {
            uint256 start = time + (gaps[i] % 4 days);
            time = start + (lengths[i] % 3 days);
            spans[i] = Span(start, time);
            ledger = ledger.opened(start).closed(start, time);

            uint256 used = ledger.usedSeconds(time);
            assertGe(used, _within(spans, time - 30 days, time), "less than was halted");
            assertLe(used, _within(spans, (time / 2 days - 15) * 2 days, time) + 24 * 3 * 60, "more than was halted");
        }
    }

    function testFuzz_UsedSeconds_FallsAsTimePasses(uint32 length, uint32 elapsed) public pure {
        uint256 end = START + (length % 40 days);
        HaltLedger ledger = HaltLedgerLib.blank(START).closed(START, end);
        uint256 later = end + (elapsed % 60 days);

        assertLe(ledger.usedSeconds(later), ledger.usedSeconds(end), "rises by itself");
        if (later >= end + 32 days) assertEq(ledger.usedSeconds(later), 0, "never drains");
    }

    function _within(Span[] memory spans, uint256 from, uint256 to) private pure returns (uint256 total) {
        for (uint256 i; i < spans.length; ++i) {
            uint256 start = spans[i].start > from ? spans[i].start : from;
            uint256 end = spans[i].end < to ? spans[i].end : to;
            if (end > start) total += end - start;
        }
    }
}
