// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {DrawdownParameters} from "../../../../contracts/interfaces/IDrawdownSensor.sol";
import {Price} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {CompactPriceLib} from "../../../../contracts/libraries/fixed-point/CompactPrice.sol";
import {Drawdown} from "../../../../contracts/sensors/drawdown/Drawdown.sol";
import {DrawdownPresets} from "../../../../contracts/sensors/drawdown/DrawdownPresets.sol";
import {Peaks} from "../../../../contracts/sensors/drawdown/Peaks.sol";

contract DrawdownTest is Test {
    uint256 private constant MAX_PRICE = type(uint112).max;

    /* FALL */

    function test_FallBps_IsTheShareBelowThePeak() public pure {
        assertEq(Drawdown.fallBps(_price(9_000, 0), 10_000, 1_000), 1_000);
        assertEq(Drawdown.fallBps(_price(0, 0), 10_000, 1_000), 10_000);
    }

    function test_FallBps_RoundsDown() public pure {
        assertEq(Drawdown.fallBps(_price(900_001, 0), 1_000_000, 1_000), 999);
        assertEq(Drawdown.fallBps(_price(999_999, 0), 1_000_000, 1_000), 0);
    }

    function test_FallBps_IsNoneAtOrAboveThePeak() public pure {
        assertEq(Drawdown.fallBps(_price(10_000, 0), 10_000, 1_000), 0);
        assertEq(Drawdown.fallBps(_price(MAX_PRICE, 0), 10_000, 1_000), 0);
        assertEq(Drawdown.fallBps(_price(1, 0), 0, 1_000), 0);
    }

    function test_FallBps_IsNetOfConfidenceUpToTheAllowance() public pure {
        assertEq(Drawdown.fallBps(_price(8_000, 300), 10_000, 1_000), 1_700);
        assertEq(Drawdown.fallBps(_price(8_000, 1_000), 10_000, 1_000), 1_000);
        assertEq(Drawdown.fallBps(_price(8_000, 9_000), 10_000, 1_000), 1_000);
        assertEq(Drawdown.fallBps(_price(9_900, 300), 10_000, 1_000), 0);
    }

    function testFuzz_FallBps_IsAShareAndDoesNotOverflow(uint112 price, uint112 confidence, uint112 peak) public pure {
        uint256 fall = Drawdown.fallBps(_price(price, confidence), peak, 9_500);

        assertLe(fall, 10_000);
        if (price >= peak) assertEq(fall, 0);
    }

    /* TIERS */

    function test_TierOf_BeginsAtEachThresholdOfEitherWindow() public pure {
        DrawdownParameters memory parameters = DrawdownPresets.majors();
        uint16[3] memory short = [uint16(1_000), 2_000, 4_000];
        uint16[3] memory long = [uint16(1_500), 3_000, 6_000];
        for (uint8 i; i < 3; ++i) {
            assertEq(Drawdown.tierOf(short[i], 0, parameters), i + 1);
            assertEq(Drawdown.tierOf(short[i] - 1, 0, parameters), i);
            assertEq(Drawdown.tierOf(0, long[i], parameters), i + 1);
            assertEq(Drawdown.tierOf(0, long[i] - 1, parameters), i);
        }
        assertEq(Drawdown.tierOf(1_000, 6_000, parameters), 3);
    }

    function testFuzz_TierOf_IsTheHigherOfTheTwo(uint16 short, uint16 long) public pure {
        DrawdownParameters memory parameters = DrawdownPresets.majors();
        uint8 alone = Drawdown.tierOf(short, 0, parameters);
        uint8 other = Drawdown.tierOf(0, long, parameters);

        assertEq(Drawdown.tierOf(short, long, parameters), alone > other ? alone : other);
    }

    function test_RungsOf_IsCalmWithoutATier() public pure {
        DrawdownParameters memory parameters = DrawdownPresets.majors();
        assertTrue(Drawdown.rungsOf(0, parameters).isCalm());
        assertTrue(Drawdown.rungsOf(1, parameters).equals(parameters.tier1Rungs));
        assertTrue(Drawdown.rungsOf(2, parameters).equals(parameters.tier2Rungs));
        assertTrue(Drawdown.rungsOf(3, parameters).equals(parameters.tier3Rungs));
    }

    /* PEAKS */

    function test_Recorded_RaisesByTheClipAtMost() public pure {
        Peaks peaks = Drawdown.recorded(Peaks.wrap(0), 0, 1_000_000, 500);
        assertEq(peaks.highest().expand(), 1_000_000);

        assertEq(Drawdown.recorded(peaks, 1_000_000, 1_050_000, 500).highest().expand(), 1_050_000);
        assertEq(Drawdown.recorded(peaks, 1_000_000, 1_050_001, 500).highest().expand(), 1_050_000);
        assertEq(Drawdown.recorded(peaks, 1_000_000, MAX_PRICE, 500).highest().expand(), 1_050_000);
        assertEq(Drawdown.recorded(peaks, 1_000_000, 1, 500).highest().expand(), 1_000_000);
    }

    function testFuzz_Recorded_NeverLowersThePeakNorPassesThePrice(uint112 highest, uint112 price) public pure {
        uint256 before = CompactPriceLib.compact(highest).expand();
        Peaks peaks = Peaks.wrap(0).raisedTo(CompactPriceLib.compact(highest));

        uint256 next = Drawdown.recorded(peaks, before, price, 500).highest().expand();

        assertGe(next, before);
        if (next > before) assertLe(next, price);
        if (before != 0) assertLe(next, (before * 105) / 100);
    }

    function _price(uint256 priceE18, uint256 confidenceE18) private pure returns (Price memory) {
        return Price({priceE18: priceE18, confidenceE18: confidenceE18, publishTime: 0, count: 1});
    }
}
