// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VolatilityModel} from "../../interfaces/IVolatilitySensor.sol";
import {PowersOfTwo} from "../../libraries/fixed-point/PowersOfTwo.sol";

using VariancesLib for Variances global;

/// @notice What a sensor remembers of one market: two slots. `X64` stands for 64 fractional bits.
struct Variances {
    // Moving averages of squared natural log returns, as variances of one day.
    uint80 fastX64;
    uint80 middleX64;
    uint80 slowX64;
    // log2 of the latest sample's price, less 64; prices fit 112 bits, so it lies between -64 and 48.
    int72 logPriceX64;
    // Publish time of the latest sample; zero until seeded.
    uint32 publishTime;
    // Margin published at the latest sample, a share of notional, and its rung.
    uint80 marginX64;
    uint8 rung;
}

/// @title VariancesLib
/// @notice Three moving averages of squared returns under irregular sampling, and the forecast on them. Knows no hub, no
/// feed and no clock.
/// @dev Moving average with irregular gaps: weight 2^(-dt / half-life), sample r^2 / dt (RiskMetrics 1996, with the weight
/// of the gap in place of a constant). Forecast: log-HAR (Corsi 2009). Each average loses at most one unit of the last
/// place, 2^-64 of a daily variance, a sample to rounding; what that adds up to is bounded by the average's half-life
/// over the gap, 500 units for 14 days and one hour: 3 parts in 10^14 of a volatility of 3 % a day.
library VariancesLib {
    uint256 private constant E6 = 1e6;
    uint256 private constant E12 = 1e12;
    uint256 private constant MAX_VARIANCE_X64 = type(uint80).max;

    /// @dev 1 day * (ln 2)^2: turns a squared difference of binary logarithms into a variance of one day.
    uint256 private constant SQUARE_TO_DAILY_X64 = 0xa22723f16b9dce4c39d2;

    /// @notice `volatilityE6`, a standard deviation in millionths, as a variance.
    function varianceX64(uint256 volatilityE6) internal pure returns (uint256) {
        // 24 bits squared and shifted by 64.
        return ((volatilityE6 * volatilityE6) << 64) / E12;
    }

    /// @notice Variance of one day that a move of `moveX64` between binary logarithms within `elapsed` seconds shows, held
    /// to what a move of `clipSigmas` would show that were made within `gapSeconds` at `expectedX64`, the variance that
    /// counts as usual. One wrong price can thus multiply an average by no more than a known factor.
    /// @param elapsed Not zero.
    function sampleX64(int256 moveX64, uint256 elapsed, uint256 expectedX64, VolatilityModel memory model)
        internal
        pure
        returns (uint256 sample)
    {
        // A move is at most 2^71, its square 2^142, the product 2^222. `expectedX64` fits 80 bits, so the other fits 128.
        unchecked {
            sample = ((uint256(moveX64 * moveX64) * SQUARE_TO_DAILY_X64) / elapsed) >> 128;
            uint256 interval = elapsed > model.gapSeconds ? elapsed : model.gapSeconds;
            uint256 most = (uint256(model.clipSigmas) * model.clipSigmas * expectedX64 * interval) / elapsed;
            if (sample > most) sample = most;
        }
        if (sample > MAX_VARIANCE_X64) sample = MAX_VARIANCE_X64;
    }

    /// @notice Takes a price into `variances`: `logPriceX64` published at `publishTime`, later than the latest sample.
    /// @param leastX64 The least variance that a sample is clipped against, so that a quiet time does not blind it.
    function observe(
        Variances memory variances,
        int256 logPriceX64,
        uint256 publishTime,
        uint256 leastX64,
        VolatilityModel memory model
    ) internal pure {
        uint256 elapsed = publishTime - variances.publishTime;
        uint256 expected = _max(_max(variances.fastX64, variances.middleX64), _max(variances.slowX64, leastX64));
        uint256 sample = sampleX64(logPriceX64 - variances.logPriceX64, elapsed, expected, model);

        uint256 fall = elapsed < model.fallSeconds ? elapsed : model.fallSeconds;
        variances.fastX64 = moved(variances.fastX64, sample, elapsed, fall, model.fastSeconds);
        variances.middleX64 = moved(variances.middleX64, sample, elapsed, fall, model.middleSeconds);
        variances.slowX64 = moved(variances.slowX64, sample, elapsed, fall, model.slowSeconds);
        // Prices fit 112 bits, see {PriceAggregator.MAX_PRICE_E18}; times are unix seconds in 32 bits, as in a word.
        variances.logPriceX64 = int72(logPriceX64);
        variances.publishTime = uint32(publishTime);
    }

    /// @notice `average` after `elapsed` seconds at `sample`. Down it moves by `fall` seconds at the most: a long time
    /// without prices may raise a variance in full, and must not talk it down.
    /// @return Rounded down, and never zero: it has a logarithm.
    function moved(uint256 average, uint256 sample, uint256 elapsed, uint256 fall, uint256 halfLife)
        internal
        pure
        returns (uint80)
    {
        uint256 span = sample < average ? fall : elapsed;
        // A span is at most 2^32 seconds, so shifted it fits 96 bits; a weight is at most one, so both products fit 145.
        unchecked {
            uint256 keep = PowersOfTwo.exp2X64(-int256((span << 64) / halfLife));
            uint256 next = (average * keep + sample * (PowersOfTwo.ONE_X64 - keep)) >> 64;
            // Between two numbers of 80 bits.
            return next == 0 ? 1 : uint80(next);
        }
    }

    /// @notice Standard deviation that `model` forecasts for the log return of the next day, as 64 fractional bits.
    function forecastX64(Variances memory variances, VolatilityModel memory model) internal pure returns (uint256) {
        // Logarithms of 80 bits less 64 lie between -64 and 16, powers below 2^21, so the sum fits 92 bits.
        unchecked {
            int256 sum = int256(uint256(model.fastPowerE6)) * PowersOfTwo.log2X64(variances.fastX64)
                + int256(uint256(model.middlePowerE6)) * PowersOfTwo.log2X64(variances.middleX64)
                + int256(uint256(model.slowPowerE6)) * PowersOfTwo.log2X64(variances.slowX64)
                + (int256(model.scaleE6) << 64);
            // Half of the logarithm of a variance is that of its root.
            return PowersOfTwo.exp2X64(sum / int256(2 * E6));
        }
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
