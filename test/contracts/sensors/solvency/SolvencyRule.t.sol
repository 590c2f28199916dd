// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {SolvencyParameters} from "../../../../contracts/interfaces/ISolvencySensor.sol";
import {SolvencyReport} from "../../../../contracts/interfaces/ISolvencySource.sol";
import {SolvencyPresets} from "../../../../contracts/sensors/solvency/SolvencyPresets.sol";
import {FundMemory, SolvencyRule} from "../../../../contracts/sensors/solvency/SolvencyRule.sol";

contract SolvencyRuleTest is Test {
    using SolvencyRule for FundMemory;

    uint256 private constant START = 1_700_000_000;
    uint256 private constant WINDOW = 600;
    uint256 private constant LOOKS = 16;

    /* MEMORY OF THE PEAK */

    /// @dev Against a list of everything that was ever seen.
    function testFuzz_Remembered_KeepsThePeakOfOneToTwoWindows(
        uint16[16] memory gaps,
        uint112[16] memory amounts
    ) public pure {
        FundMemory memory fund;
        uint256[LOOKS] memory times;
        uint256 time = START;
        for (uint256 i; i < LOOKS; ++i) {
            time += gaps[i] % (3 * WINDOW);
            times[i] = time;
            fund = fund.remembered(amounts[i], time, WINDOW);

            (uint256 least, uint256 most) = (0, 0);
            for (uint256 j; j <= i; ++j) {
                uint256 age = time - times[j];
                if (age <= WINDOW && amounts[j] > least) least = amounts[j];
                if (age < 2 * WINDOW && amounts[j] > most) most = amounts[j];
            }
            assertGe(fund.peakOf(), least, "a peak within the window was forgotten");
            assertLe(fund.peakOf(), most, "a peak older than two windows was kept");
        }
    }

    function test_Remembered_WindowsFollowWithoutGaps() public pure {
        FundMemory memory fund = FundMemory(0, 0, 0).remembered(100, START, WINDOW);
        fund = fund.remembered(40, START + WINDOW, WINDOW);
        assertEq(fund.startedAt, START + WINDOW);
        assertEq(fund.peakOf(), 100);

        // A window is counted from where the last one ended, not from the poke that found it over.
        fund = fund.remembered(30, START + 2 * WINDOW + 599, WINDOW);
        assertEq(fund.startedAt, START + 2 * WINDOW);
        assertEq(fund.peakOf(), 40);

        fund = fund.remembered(20, START + 4 * WINDOW, WINDOW);
        assertEq(fund.peakOf(), 20, "after two windows nothing is left");
        assertEq(fund.startedAt, START + 4 * WINDOW);
    }

    /* TIERS */

    /// @dev Each row: negative equity, insurance, target, stressed loss, open interest, tier, conditions.
    function test_TierOf_AtEachThreshold() public pure {
        uint256[7][18] memory rows = [
            [uint256(0), 1_000, 1_000, 1_000, 1e6, 0, 0],
            // Negative equity: 0.1, 0.5 and 2 % of open interest; below the dust of 10 nothing counts.
            [uint256(999), 1_000, 1_000, 1_000, 1e6, 0, 0],
            [uint256(1_000), 1_000, 1_000, 1_000, 1e6, 1, 1],
            [uint256(4_999), 1_000, 1_000, 1_000, 1e6, 1, 1],
            [uint256(5_000), 1_000, 1_000, 1_000, 1e6, 2, 1],
            [uint256(20_000), 1_000, 1_000, 1_000, 1e6, 3, 1],
            [uint256(9), 1_000, 1_000, 1_000, 0, 0, 0],
            [uint256(10), 1_000, 1_000, 1_000, 0, 3, 1],
            // Insurance against its target: at or below 75, 50 and 25 %. Without a target nothing follows.
            [uint256(0), 751, 1_000, 0, 1e6, 0, 0],
            [uint256(0), 750, 1_000, 0, 1e6, 1, 2],
            [uint256(0), 500, 1_000, 0, 1e6, 2, 2],
            [uint256(0), 250, 1_000, 0, 1e6, 3, 2],
            [uint256(0), 0, 0, 0, 1e6, 0, 0],
            // Insurance against the stressed loss: below 100, 50 and 25 %.
            [uint256(0), 999, 0, 1_000, 1e6, 1, 8],
            [uint256(0), 500, 0, 1_000, 1e6, 1, 8],
            [uint256(0), 499, 0, 1_000, 1e6, 2, 8],
            [uint256(0), 249, 0, 1_000, 1e6, 3, 8],
            // The worst of several decides, and all are named.
            [uint256(1_000), 240, 300, 1_000, 1e6, 3, 9]
        ];
        SolvencyParameters memory parameters = SolvencyPresets.standard(10);
        for (uint256 i; i < rows.length; ++i) {
            SolvencyReport memory report = SolvencyReport(rows[i][0], rows[i][1], rows[i][2], rows[i][3], rows[i][4]);
            (uint8 tier, uint8 conditions) = SolvencyRule.tierOf(report, report.insurance, parameters);
            assertEq(tier, rows[i][5], "tier");
            assertEq(conditions, rows[i][6], "conditions");
        }
    }

    function test_IsDrawn_AtTheShareOfThePeak() public pure {
        SolvencyParameters memory parameters = SolvencyPresets.standard(100);

        assertTrue(SolvencyRule.isDrawn(800, 1_000, parameters));
        assertFalse(SolvencyRule.isDrawn(801, 1_000, parameters));
        assertFalse(SolvencyRule.isDrawn(1_000, 1_000, parameters));
        assertTrue(SolvencyRule.isDrawn(0, 100, parameters));
        assertFalse(SolvencyRule.isDrawn(0, 99, parameters), "a peak of dust");
    }

    /// @dev No readable report makes the arithmetic fail, and a worse one is never judged milder.
    function testFuzz_TierOf_IsMonotonic(uint112[6] memory amounts, uint112 worse) public pure {
        SolvencyParameters memory parameters = SolvencyPresets.standard(10);
        SolvencyReport memory report = SolvencyReport(amounts[0], amounts[1], amounts[2], amounts[3], amounts[4]);
        uint256 peak = amounts[5] > amounts[1] ? amounts[5] : amounts[1];
        (uint8 tier, ) = SolvencyRule.tierOf(report, peak, parameters);

        report.negativeEquity = _max(report.negativeEquity, worse);
        report.insurance = _min(report.insurance, worse);
        report.stressedLoss = _max(report.stressedLoss, worse);
        (uint8 later, ) = SolvencyRule.tierOf(report, peak, parameters);
        assertGe(later, tier);
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
