// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {VolatilityParameters} from "../../../../contracts/interfaces/IVolatilitySensor.sol";
import {MarginRule, ModelMargin} from "../../../../contracts/sensors/volatility/ModelMargin.sol";
import {VariancesLib} from "../../../../contracts/sensors/volatility/Variances.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";

contract ModelMarginTest is Test {
    uint256 private constant ONE = 1 << 64;
    uint256 private constant PERCENT = ONE / 100;

    /* THE MODEL'S MARGIN */

    function test_ModelE6_IsMultiplierTimesVolatilityTimesRootOfPeriod() public pure {
        VolatilityParameters memory parameters = _plain();
        // 3.692 * 10 % * sqrt(1 / 24) = 7.536263 %, rounded up.
        assertEq(_rule(parameters).modelE6(10 * PERCENT), 75_363);

        parameters.periodSeconds = 1 days;
        parameters.multiplierMilli = 2_665;
        assertEq(_rule(parameters).modelE6(10 * PERCENT), 266_500);
    }

    function test_ModelE6_BlendsAQuarterOfStress() public pure {
        VolatilityParameters memory parameters = _plain();
        (parameters.periodSeconds, parameters.multiplierMilli) = (1 days, 4_000);
        (parameters.stressedVolatilityE6, parameters.stressWeightBps) = (200_000, 2_500);

        // 4 * (0.75 * 10 % + 0.25 * 20 %).
        assertApproxEqAbs(_rule(parameters).modelE6(10 * PERCENT), 500_000, 1);
    }

    function test_ModelE6_HasALongRunFloor() public pure {
        VolatilityParameters memory parameters = _plain();
        (parameters.periodSeconds, parameters.multiplierMilli) = (1 days, 4_000);
        parameters.longRunVolatilityE6 = 50_000;

        assertApproxEqAbs(_rule(parameters).modelE6(4 * PERCENT), 200_000, 1);
        assertApproxEqAbs(_rule(parameters).modelE6(6 * PERCENT), 240_000, 1);
    }

    function testFuzz_ModelE6_NeverFallsAsVolatilityRises(uint64 low, uint64 more) public pure {
        MarginRule memory rule = _rule(VolatilityPresets.majors());

        assertGe(rule.modelE6(uint256(low) + more), rule.modelE6(low));
    }

    /// @dev The whole formula with 18 decimals and another order of operations.
    function testFuzz_ModelE6_IsTheFormula(uint256 volatilityE18, uint16 multiplier, uint24 period) public pure {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.multiplierMilli = uint16(bound(multiplier, 2_000, 15_000));
        parameters.periodSeconds = uint24(bound(period, 10 minutes, 10 days));
        volatilityE18 = bound(volatilityE18, 0, 1e18);

        uint256 rootE18 = _sqrt((uint256(parameters.periodSeconds) * 1e36) / 1 days);
        uint256 factorE18 = (rootE18 * parameters.multiplierMilli) / 1000;
        uint256 blendedE18 = (volatilityE18 * 3 + 0.12e18) / 4;
        if (blendedE18 < 0.05e18) blendedE18 = 0.05e18;
        uint256 expectedE6 = (blendedE18 * factorE18) / 1e30;

        uint256 own = _rule(parameters).modelE6((volatilityE18 * ONE) / 1e18);
        assertApproxEqAbs(own, expectedE6, 1 + expectedE6 / 1e8);
    }

    /* THE PUBLISHED MARGIN */

    function test_PublishedE6_IsHeldUntilTheBufferIsUsedUp() public pure {
        VolatilityParameters memory parameters = _plain();
        (parameters.periodSeconds, parameters.multiplierMilli) = (1 days, 4_000);
        parameters.bufferBps = 2_500;
        MarginRule memory rule = _rule(parameters);

        // The model asks for 40 %: the buffer above it reaches to 50 %.
        assertEq(rule.publishedE6(10 * PERCENT, 300_000), 400_000, "up with the model");
        assertEq(rule.publishedE6(10 * PERCENT, 430_000), 430_000, "within the buffer");
        assertEq(rule.publishedE6(10 * PERCENT, 500_000), 500_000, "at its top");
        assertEq(rule.publishedE6(10 * PERCENT, 500_001), 500_000, "down to the buffer");
        assertEq(rule.publishedE6(10 * PERCENT, 0), 400_000, "at first");
    }

    function testFuzz_PublishedE6_StaysBetweenModelAndBuffer(uint64 volatility, uint24 before) public pure {
        MarginRule memory rule = _rule(VolatilityPresets.majors());
        uint256 model = rule.modelE6(volatility);

        uint256 published = rule.publishedE6(volatility, before);

        assertGe(published, model);
        assertLe(published, (model * 12_500) / 10_000);
        if (before >= model && before <= (model * 12_500) / 10_000) assertEq(published, before);
    }

    function test_PublishedE6_IsHeldToWhatPackingHolds() public pure {
        assertEq(_rule(VolatilityPresets.majors()).publishedE6(1 << 127, 0), VariancesLib.MAX_MARGIN_E6);
    }

    /* RUNGS */

    function test_RungOf_BeginsAboveEachMultiple() public pure {
        MarginRule memory rule = _rule(VolatilityPresets.majors());
        // 5 % times 1.1, 1.375, 1.65 and 2.2.
        uint24[4] memory least = [55_000, 68_750, 82_500, 110_000];
        for (uint8 i; i < 4; ++i) {
            assertEq(rule.rungOf(least[i]), i);
            assertEq(rule.rungOf(uint256(least[i]) + 1), i + 1);
        }
        assertEq(rule.rungOf(0), 0);
        assertEq(rule.rungOf(VariancesLib.MAX_MARGIN_E6), 4);
    }

    /* THE RULE */

    function test_RuleOf_TheLargestParametersFit() public pure {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        (parameters.multiplierMilli, parameters.periodSeconds) = (15_000, 10 days);
        (parameters.longRunVolatilityE6, parameters.stressedVolatilityE6) = (2_000_000, 2_000_000);
        (parameters.baseBps, parameters.m4Bps, parameters.stressWeightBps) = (10_000, type(uint16).max, 0);

        MarginRule memory rule = _rule(parameters);

        // 15 * sqrt(10) = 47.434165, twice that, and 6.5535.
        assertEq((uint256(rule.factorX32) * 1e6) >> 32, 47_434_164);
        assertEq((uint256(rule.longRunX32) * 1e6) >> 32, 94_868_329);
        assertEq(rule.m4E6, 6_553_500);
        parameters.stressWeightBps = 5_000;
        assertEq((uint256(_rule(parameters).stressX32) * 1e6) >> 32, 47_434_164);
    }

    /// @dev No buffer, no stress, and a floor that is not reached.
    function _plain() private pure returns (VolatilityParameters memory parameters) {
        parameters = VolatilityPresets.majors();
        (parameters.stressWeightBps, parameters.bufferBps, parameters.longRunVolatilityE6) = (0, 0, 10);
    }

    function _rule(VolatilityParameters memory parameters) private pure returns (MarginRule memory) {
        return ModelMargin.ruleOf(parameters);
    }

    /// @dev Bisection: nothing in common with the library's root.
    function _sqrt(uint256 value) private pure returns (uint256 low) {
        uint256 high = 1 << 128;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (middle * middle <= value) low = middle;
            else high = middle;
        }
    }
}
