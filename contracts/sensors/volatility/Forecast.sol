// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VolatilityModel} from "../../interfaces/IVolatilitySensor.sol";
import {PowersOfTwo} from "../../libraries/fixed-point/PowersOfTwo.sol";
import {Variances, VariancesLib} from "./Variances.sol";

/// @title Forecast
/// @notice Three moving averages of squared returns under irregular sampling, and the forecast on them. Knows no hub, no
/// feed and no clock.
/// @dev Moving average with irregular gaps: weight 2^(-dt / half-life), sample r^2 / dt (RiskMetrics 1996, with a weight
/// for the gap that there was in place of a constant). Forecast: log-HAR (Corsi 2009).
/// Between two samples everything has 64 fractional bits and rounds down; what {Variances} keeps is rounded to nearest.
library Forecast {
    uint256 private constant E6 = 1e6;
    uint256 private constant E12 = 1e12;

    /// @dev 1 day * (ln 2)^2: turns a squared difference of binary logarithms into a variance of one day.
    uint256 private constant SQUARE_TO_DAILY_X64 = 0xa22723f16b9dce4c39d2;

    /// @notice `volatilityE6`, a standard deviation in millionths, as a variance.
    function varianceX64(uint256 volatilityE6) internal pure returns (uint256) {
        // 24 bits squared and shifted by 64.
        unchecked {
            return ((volatilityE6 * volatilityE6) << 64) / E12;
        }
    }

    /// @notice Takes a price into `variances`: `logPriceX64` published at `publishTime`, later than the latest sample.
    /// @param leastX64 The least variance that a return is clipped against, so that a quiet time does not blind it.
    function observe(
        Variances memory variances,
        int256 logPriceX64,
        uint256 publishTime,
        uint256 leastX64,
        VolatilityModel memory model
    ) internal pure {
        unchecked {
            // Logarithms of 112 bits, and the caller's promise.
            int256 move = logPriceX64 - variances.logPriceX64;
            uint256 elapsed = publishTime - variances.publishTime;
            uint256 sample = sampleX64(move, elapsed, expectedX64(variances, leastX64), model);

            uint256 fall = elapsed < model.fallSeconds ? elapsed : model.fallSeconds;
            variances.fastX64 = moved(variances.fastX64, sample, elapsed, fall, model.fastSeconds);
            variances.middleX64 = moved(variances.middleX64, sample, elapsed, fall, model.middleSeconds);
            variances.slowX64 = moved(variances.slowX64, sample, elapsed, fall, model.slowSeconds);
            variances.logPriceX64 = logPriceX64;
            variances.publishTime = publishTime;
        }
    }

    /// @notice What a return is clipped against: the highest of the three averages and `leastX64`.
    function expectedX64(Variances memory variances, uint256 leastX64) internal pure returns (uint256 expected) {
        expected = leastX64;
        if (variances.fastX64 > expected) expected = variances.fastX64;
        if (variances.middleX64 > expected) expected = variances.middleX64;
        if (variances.slowX64 > expected) expected = variances.slowX64;
    }

    /// @notice Variance of one day that a move of `moveX64` between binary logarithms within `elapsed` seconds shows, held
    /// to what a move of `clipSigmas` within the gap, or within `elapsed` if that is longer, would show. One wrong price
    /// can thus multiply an average by no more than a known factor, and waiting for the next second does not hide a move.
    /// @param elapsed Not zero.
    /// @param expected Variance that counts as usual, at most {VariancesLib.MAX_VARIANCE_X64}.
    function sampleX64(
        int256 moveX64,
        uint256 elapsed,
        uint256 expected,
        VolatilityModel memory model
    ) internal pure returns (uint256 sample) {
        // A move is at most 112 * 2^64, its square 2^142, the product 2^222; the other is at most 2^(16 + 68 + 32).
        unchecked {
            sample = ((uint256(moveX64 * moveX64) * SQUARE_TO_DAILY_X64) / elapsed) >> 128;
            uint256 interval = elapsed > model.gapSeconds ? elapsed : model.gapSeconds;
            uint256 most = (uint256(model.clipSigmas) * model.clipSigmas * expected * interval) / elapsed;
            if (sample > most) sample = most;
            if (sample > VariancesLib.MAX_VARIANCE_X64) sample = VariancesLib.MAX_VARIANCE_X64;
        }
    }

    /// @notice `average` after `elapsed` seconds at `sample`. Down it moves by `fall` seconds at the most: a long time
    /// without prices may raise a variance in full, and must not talk it down.
    function moved(
        uint256 average,
        uint256 sample,
        uint256 elapsed,
        uint256 fall,
        uint256 halfLife
    ) internal pure returns (uint256) {
        // A span of 32 bits shifted fits 96; a weight is at most one, so both products fit 133.
        unchecked {
            uint256 span = sample < average ? fall : elapsed;
            uint256 keep = PowersOfTwo.exp2X64(-int256((span << 64) / halfLife));
            return (average * keep + sample * (PowersOfTwo.ONE_X64 - keep)) >> 64;
        }
    }

    /// @notice Standard deviation that `model` forecasts for the log return of the next day.
    /// @dev Never less for a higher average: powers are not negative.
    function volatilityX64(Variances memory variances, VolatilityModel memory model) internal pure returns (uint256) {
        // Logarithms lie between -64 and 4, powers are below 2^21 and the scale 2^25, so the sum fits 92 bits.
        unchecked {
            int256 sum =
                int256(uint256(model.fastPowerE6)) * _log2(variances.fastX64) +
                    int256(uint256(model.middlePowerE6)) * _log2(variances.middleX64) +
                    int256(uint256(model.slowPowerE6)) * _log2(variances.slowX64) +
                    (int256(model.scaleE6) << 64);
            // Half of the logarithm of a variance is that of its root.
            return PowersOfTwo.exp2X64(sum / int256(2 * E6));
        }
    }

    /// @dev An average may have fallen to zero; the least that {Variances} keeps stands in for it.
    function _log2(uint256 varianceX64_) private pure returns (int256) {
        uint256 least = VariancesLib.MIN_VARIANCE_X64;
        return PowersOfTwo.log2X64(varianceX64_ < least ? least : varianceX64_);
    }
}
