// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {VolatilityModel} from "../../../../contracts/interfaces/IVolatilitySensor.sol";
import {PowersOfTwo} from "../../../../contracts/libraries/fixed-point/PowersOfTwo.sol";
import {Forecast} from "../../../../contracts/sensors/volatility/Forecast.sol";
import {Variances, VariancesLib} from "../../../../contracts/sensors/volatility/Variances.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";

contract ForecastTest is Test {
    using Forecast for Variances;

    uint256 private constant ONE = 1 << 64;
    /// @dev 5 % a day.
    uint256 private constant USUAL = ONE / 400;
    uint256 private constant HALF_LIFE = 8 hours;

    /* SAMPLE */

    function test_SampleX64_IsTheSquaredNaturalReturnPerDay() public pure {
        // A doubling in half a day: 2 (ln 2)^2 = 0.960906.
        uint256 sample = Forecast.sampleX64(int256(ONE), 12 hours, ONE, _model());

        assertApproxEqRel(sample, (0.960906027836 * 1e12 * ONE) / 1e12, 1e6);
    }

    function test_SampleX64_TakesRiseAndFallAlike() public pure {
        assertEq(
            Forecast.sampleX64(int256(ONE), 12 hours, ONE, _model()),
            Forecast.sampleX64(-int256(ONE), 12 hours, ONE, _model())
        );
    }

    function test_SampleX64_IsClippedAtSixSigma() public pure {
        // Within the gap or after it, six times what the gap would bring.
        assertEq(Forecast.sampleX64(10 << 64, 1 hours, USUAL, _model()), 36 * USUAL);
        assertEq(Forecast.sampleX64(10 << 64, 5 hours, USUAL, _model()), 36 * USUAL);
        assertEq(Forecast.sampleX64(10 << 64, 30 minutes, USUAL, _model()), 72 * USUAL);
    }

    function testFuzz_SampleX64_StaysWithinWhatPackingHolds(int72 move, uint32 elapsed, uint72 expected) public pure {
        vm.assume(elapsed != 0);
        int256 moveX64 = bound(move, -112 * int256(ONE), 112 * int256(ONE));
        uint256 held = bound(expected, 0, VariancesLib.MAX_VARIANCE_X64);

        assertLe(Forecast.sampleX64(moveX64, elapsed, held, _model()), VariancesLib.MAX_VARIANCE_X64);
    }

    /// @dev What one price can do to an average does not depend on when within the gap it comes.
    function testFuzz_SampleX64_OneClippedPriceAddsNoMoreThanAFullGap(uint32 elapsed) public pure {
        uint256 within = bound(elapsed, 1, 1 hours);
        uint256 sample = Forecast.sampleX64(10 << 64, within, USUAL, _model());
        uint256 full = Forecast.sampleX64(10 << 64, 1 hours, USUAL, _model());

        uint256 sooner = Forecast.moved(USUAL, sample, within, within, HALF_LIFE);
        uint256 later = Forecast.moved(USUAL, full, 1 hours, 1 hours, HALF_LIFE);
        // 36 ln 2 / 8 and 36 (1 - 2^(-1/8)) differ by the curvature of the decay.
        assertLe(sooner, (later * 106) / 100);
    }

    /* AVERAGES */

    function test_Moved_HalvesTheDistanceInAHalfLife() public pure {
        assertEq(Forecast.moved(8 * ONE, 2 * ONE, 8 hours, 8 hours, HALF_LIFE), 5 * ONE);
        assertEq(Forecast.moved(2 * ONE, 8 * ONE, 8 hours, 8 hours, HALF_LIFE), 5 * ONE);
        assertEq(Forecast.moved(2 * ONE, 8 * ONE, 16 hours, 8 hours, HALF_LIFE), (6.5 * 2 * ONE) / 2);
    }

    function test_Moved_DownByTheFallAlone() public pure {
        assertEq(Forecast.moved(8 * ONE, 0, 365 days, 8 hours, HALF_LIFE), 4 * ONE);
        assertEq(Forecast.moved(0, 8 * ONE, 365 days, 8 hours, HALF_LIFE), 8 * ONE);
    }

    function testFuzz_Moved_StaysBetweenAverageAndSample(uint64 average, uint64 sample, uint32 elapsed) public pure {
        uint256 next = Forecast.moved(average, sample, elapsed, elapsed, HALF_LIFE);
        (uint256 low, uint256 high) = average < sample ? (average, sample) : (sample, average);

        // One unit down for rounding.
        assertGe(next + 1, low);
        assertLe(next, high);
    }

    /// @dev Irregular sampling: the same rate over the same time comes to the same, in however many steps.
    function testFuzz_Moved_InTwoStepsAsInOne(uint64 average, uint64 sample, uint24 first, uint24 second) public pure {
        uint256 half = Forecast.moved(average, sample, first, first, HALF_LIFE);
        uint256 twice = Forecast.moved(half, sample, second, second, HALF_LIFE);
        uint256 span = uint256(first) + second;
        uint256 once = Forecast.moved(average, sample, span, span, HALF_LIFE);

        assertApproxEqAbs(twice, once, once / (1 << 46) + average / (1 << 46) + 3);
    }

    function testFuzz_Moved_FurtherTheLongerItTook(
        uint64 average,
        uint64 sample,
        uint24 elapsed,
        uint24 more
    ) public pure {
        uint256 sooner = Forecast.moved(average, sample, elapsed, elapsed, HALF_LIFE);
        uint256 span = uint256(elapsed) + more;
        uint256 later = Forecast.moved(average, sample, span, span, HALF_LIFE);

        uint256 slack = uint256(average) / (1 << 48) + uint256(sample) / (1 << 48) + 2;
        if (sample > average) assertGe(later + slack, sooner);
        else assertLe(later, sooner + slack);
    }

    function test_Observe_MovesEachByItsOwnHalfLife() public pure {
        Variances memory variances = _all(USUAL);

        variances.observe(0, 8 hours, 0, _model());

        assertEq(variances.fastX64, USUAL / 2);
        assertApproxEqRel(variances.middleX64, (USUAL * 890899) / 1e6, 1e13);
        assertApproxEqRel(variances.slowX64, (USUAL * 983628) / 1e6, 1e13);
        assertEq(variances.publishTime, 8 hours);
        assertEq(variances.logPriceX64, 0);
    }

    function testFuzz_Observe_AfterAnIdleTimeFallsByOneDay(uint32 idle) public pure {
        uint256 idleSeconds = bound(idle, 1 days, type(uint32).max);
        Variances memory day = _all(USUAL);
        Variances memory long = _all(USUAL);

        day.observe(0, 1 days, 0, _model());
        long.observe(0, idleSeconds, 0, _model());

        assertEq(long.fastX64, day.fastX64);
        assertEq(long.middleX64, day.middleX64);
        assertEq(long.slowX64, day.slowX64);
    }

    function test_ExpectedX64_IsTheHighestOfFour() public pure {
        Variances memory variances = Variances({
            fastX64: 4,
            middleX64: 3,
            slowX64: 2,
            logPriceX64: 0,
            publishTime: 0,
            marginE6: 0
        });
        assertEq(variances.expectedX64(1), 4);
        assertEq(variances.expectedX64(5), 5);
        variances.slowX64 = 7;
        assertEq(variances.expectedX64(5), 7);
        variances.middleX64 = 9;
        assertEq(variances.expectedX64(5), 9);
    }

    function test_VarianceX64_IsTheSquare() public pure {
        assertEq(Forecast.varianceX64(1_000_000), ONE);
        assertEq(Forecast.varianceX64(50_000), USUAL);
    }

    /* FORECAST */

    function test_VolatilityX64_IsTheProductOfPowers() public pure {
        VolatilityModel memory model = _model();
        (model.fastPowerE6, model.middlePowerE6, model.slowPowerE6) = (500_000, 250_000, 250_000);
        model.scaleE6 = 2_000_000;
        Variances memory variances = _all(ONE / 16);
        variances.fastX64 = ONE / 4;
        variances.slowX64 = ONE / 256;

        // 4 * (1/4)^(1/2) * (1/16)^(1/4) * (1/256)^(1/4) = 1/4 as a variance.
        assertEq(variances.volatilityX64(model), ONE / 2);
    }

    function test_VolatilityX64_OfThePreset() public pure {
        // 5 % in each average: 2^-0.983 * 0.0025^0.857, and of that the root: 5.4583 %.
        assertApproxEqRel(_all(USUAL).volatilityX64(_model()), (0.054583458627 * 1e12 * ONE) / 1e12, 1e13);
    }

    function testFuzz_VolatilityX64_NeverFallsAsAnAverageRises(
        uint64 fast,
        uint64 middle,
        uint64 slow,
        uint64 more
    ) public pure {
        Variances memory lower = _all(fast);
        (lower.middleX64, lower.slowX64) = (middle, slow);
        uint256 base = lower.volatilityX64(_model());

        lower.fastX64 += more;
        assertGe(lower.volatilityX64(_model()) + base / (1 << 47) + 1, base);
        lower.middleX64 += more;
        lower.slowX64 += more;
        assertGe(lower.volatilityX64(_model()) + base / (1 << 47) + 1, base);
    }

    function test_VolatilityX64_OfAverageZeroIsThatOfTheLeast() public pure {
        assertEq(_all(0).volatilityX64(_model()), _all(VariancesLib.MIN_VARIANCE_X64).volatilityX64(_model()));
        assertGt(_all(0).volatilityX64(_model()), 0);
    }

    function _all(uint256 varianceX64) private pure returns (Variances memory) {
        return
            Variances({
                fastX64: varianceX64,
                middleX64: varianceX64,
                slowX64: varianceX64,
                logPriceX64: 0,
                publishTime: 0,
                marginE6: 0
            });
    }

    function _model() private pure returns (VolatilityModel memory) {
        return VolatilityPresets.pooledModel();
    }
}
