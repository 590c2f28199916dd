// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Decay} from "../../../../contracts/sensors/outflow/Decay.sol";

contract DecayTest is Test {
    /// @dev 3 10^-7 of one, which is 2^64.
    uint256 private constant ERROR = (3 * Decay.ONE) / 1e7;

    /* AGAINST NUMBERS OF 50 DIGITS */

    function test_Factor_IsTheExponential() public pure {
        _check(0, 3600, 18446744073709551616);
        _check(1, 86400, 18446530570962767701);
        _check(12, 86400, 18444182203833284928);
        _check(1, 60, 18141846212446439382);
        _check(600, 3600, 15614831742129374219);
        _check(2495, 3600, 9224217167075079783);
        _check(2496, 3600, 9221655240368297053);
        _check(3600, 3600, 6786177901268885274);
        _check(7200, 3600, 2496495334008788799);
        _check(86400, 86400, 6786177901268885274);
        _check(3600, 86400, 17693922433492677015);
        _check(86400, 3600, 696389407);
        _check(604800, 86400, 16821253244015389);
        _check(2 ** 32 - 1, 604800, 0);
        _check(2 ** 32, 60, 0);
        _check(159000, 3600, 1);
    }

    /* PROPERTIES */

    function testFuzz_Factor_OneStepIsAsGoodAsTwo(uint32 a, uint32 b, uint24 window) public pure {
        uint256 seconds_ = bound(window, 60, 7 days);
        uint256 whole = Decay.factor((uint256(a) % (20 * seconds_)) + (uint256(b) % (20 * seconds_)), seconds_);
        uint256 first = Decay.factor(uint256(a) % (20 * seconds_), seconds_);
        uint256 second = Decay.factor(uint256(b) % (20 * seconds_), seconds_);

        assertApproxEqAbs((first * second) / Decay.ONE, whole, 3 * ERROR);
    }

    function testFuzz_Factor_NeverGrowsWithTime(uint32 elapsed, uint24 window) public pure {
        uint256 seconds_ = bound(window, 60, 7 days);

        // The polynomial may be a little too high on one side of a halving.
        uint256 later = Decay.factor(uint256(elapsed) + 1, seconds_);
        assertLe(later, Decay.factor(elapsed, seconds_) + ERROR);
        assertLe(later, Decay.ONE);
    }

    /// @dev What is forgotten in a second is right to a part of itself, not only of one.
    function testFuzz_Factor_ForgetsExactlyInSmallSteps(uint16 elapsed) public pure {
        uint256 missing = Decay.ONE - Decay.factor((uint256(elapsed) % 600) + 1, 7 days);
        uint256 x = (((uint256(elapsed) % 600) + 1) * Decay.ONE) / 7 days;
        // x - x^2 / 2 + x^3 / 6, the next term being below 10^-13 of the first.
        uint256 expected = x - (x * x) / Decay.ONE / 2 + (((x * x) / Decay.ONE) * x) / Decay.ONE / 6;

        assertApproxEqRel(missing, expected, 4e11);
    }

    function _check(uint256 elapsed, uint256 window, uint256 expected) private pure {
        assertApproxEqAbs(Decay.factor(elapsed, window), expected, ERROR);
    }
}
