// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceAggregator} from "./IPriceAggregator.sol";
import {ISensor} from "./ISensor.sol";

/// @notice How a sensor forecasts, the same for all of its markets and fixed for its life: another model has another
/// memory, and is another sensor.
/// @dev The forecast of the variance of one day's log returns is a log-HAR (Corsi 2009) on three moving averages:
///
///     forecast = 2^scale * fast^fastPower * middle^middlePower * slow^slowPower
///
/// with powers and scale in millionths. The correction for taking a mean through a logarithm is part of `scale`.
struct VolatilityModel {
    // Half-lives of the three moving averages of squared log returns.
    uint32 fastSeconds;
    uint32 middleSeconds;
    uint32 slowSeconds;
    // Exponents of the three, and the logarithm to base two of what they are multiplied by.
    uint32 fastPowerE6;
    uint32 middlePowerE6;
    uint32 slowPowerE6;
    int32 scaleE6;
    // A return counts up to this many times what the highest of the three expects.
    uint8 clipSigmas;
    // Least time between two samples.
    uint32 gapSeconds;
    // The most time that one sample may lower an average by, however long nobody looked.
    uint32 fallSeconds;
}

/// @notice How one market's forecast becomes a margin and a margin a rung. One slot.
/// @dev With s the forecast of one day's volatility:
///
///     now       = multiplier * s * sqrt(period / 1 day)
///     model     = max((1 - stressWeight) * now + stressWeight * stressed, longRun)
///     published = what was published before, brought up to `model` or down to (1 + buffer) * `model`
///
/// where stressed and longRun are `now` with their own volatilities in place of s.
struct VolatilityParameters {
    // Expected shortfall in standard deviations, in thousandths. See {ShortfallMultipliers}.
    uint16 multiplierMilli;
    // How long it takes to close a position: the margin period of risk.
    uint24 periodSeconds;
    // Initial margin of the venue at rung base, in basis points of notional.
    uint16 baseBps;
    // A rung holds when the published margin is above this multiple of the base, in basis points.
    uint16 m1Bps;
    uint16 m2Bps;
    uint16 m3Bps;
    uint16 m4Bps;
    // Standard deviation of one day's log return, in millionths: over ten years, and in a period of stress.
    uint24 longRunVolatilityE6;
    uint24 stressedVolatilityE6;
    // Share of the stressed margin in the model's, and how far the published margin may stay above it.
    uint16 stressWeightBps;
    uint16 bufferBps;
    // Oldest price that may seed the averages.
    uint8 seedMaxAgeSeconds;
}

/// @notice What the sensor knows of a market, as of the latest sample. `E18` are standard deviations of one day's log
/// return with 18 decimals, rounded down.
struct VolatilityReading {
    uint256 fastE18;
    uint256 middleE18;
    uint256 slowE18;
    uint256 forecastE18;
    // Published margin in millionths of notional, and the rung that it asks for.
    uint256 marginE6;
    uint8 rung;
    // Publish time of the latest sample, 0 until seeded.
    uint64 publishTime;
}

/// @title IVolatilitySensor
/// @notice Raises the margin rung when the forecast of volatility asks for more margin than the venue takes.
/// @dev Warning: it says nothing about the breaker axis, whatever the price does; that is the price band's.
interface IVolatilitySensor is ISensor {
    /* EVENTS */

    /// @notice The averages of `market` were seeded with its long-run volatility.
    event Seeded(uint8 indexed market, uint256 priceE18, uint64 publishTime);

    /// @notice A new price of `market` was taken as a sample.
    /// @param rung Margin rung asserted, 0 for none.
    /// @param volatilityE18 Forecast standard deviation of one day's log return.
    /// @param marginE6 Published margin, in millionths of notional.
    event Sampled(
        uint8 indexed market,
        uint8 indexed rung,
        uint256 priceE18,
        uint256 volatilityE18,
        uint256 marginE6,
        uint64 publishTime
    );

    /// @notice A price that came within the gap after a sample asks for a rung. It is not remembered.
    event Judged(
        uint8 indexed market,
        uint8 indexed rung,
        uint256 priceE18,
        uint256 volatilityE18,
        uint256 marginE6,
        uint64 publishTime
    );

    /// @notice The parameters of `market` were set up or changed. What the sensor knows of it is kept.
    event MarketSet(uint8 indexed market, VolatilityParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error VolatilitySensor_UnknownMarket(uint8 market);

    /// @notice Thrown when a parameter of the model or of a market is out of its bounds.
    error VolatilitySensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /* GOVERNANCE */

    /// @notice Sets up or changes how the margin of `market` is worked out.
    /// @dev Warning: the averages are kept, so a market whose asset changes needs another market id or sensor.
    function setMarket(uint8 market, VolatilityParameters calldata parameters) external;

    /* VIEWS */

    /// @notice Where prices come from.
    function aggregator() external view returns (IPriceAggregator);

    /// @notice How this sensor forecasts.
    function model() external view returns (VolatilityModel memory);

    /// @notice How the margin of `market` is worked out. All zero when it is not set up.
    function parametersOf(uint8 market) external view returns (VolatilityParameters memory);

    /// @notice What the sensor knows of `market`. All zero until seeded.
    function reading(uint8 market) external view returns (VolatilityReading memory);
}
