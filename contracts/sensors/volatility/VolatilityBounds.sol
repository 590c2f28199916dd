// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVolatilitySensor, VolatilityModel, VolatilityParameters} from "../../interfaces/IVolatilitySensor.sol";

/// @title VolatilityBounds
/// @notice What a model may be and what governance may set a market to. The bounds themselves cannot be changed.
library VolatilityBounds {
    uint256 internal constant MIN_GAP_SECONDS = 1 minutes;
    /// @dev Sampled once a day the forecast is no better than one moving average.
    uint256 internal constant MAX_GAP_SECONDS = 6 hours;
    uint256 internal constant MAX_FALL_SECONDS = 2 days;
    uint256 internal constant MIN_HALF_LIFE_SECONDS = 1 hours;
    uint256 internal constant MAX_HALF_LIFE_SECONDS = 365 days;
    uint256 internal constant MAX_POWER_E6 = 1_000_000;
    /// @dev Together they say how the forecast grows with the whole: as the variance itself at one million.
    uint256 internal constant MIN_POWERS_E6 = 500_000;
    uint256 internal constant MAX_POWERS_E6 = 1_200_000;
    uint256 internal constant MAX_SCALE_E6 = 16_000_000;
    /// @dev Fewer would cut what ordinary days bring; more would let one wrong price through.
    uint256 internal constant MIN_CLIP_SIGMAS = 4;
    uint256 internal constant MAX_CLIP_SIGMAS = 20;

    /// @dev Two normal standard deviations and a little; beyond the top, the base is what is wrong.
    uint256 internal constant MIN_MULTIPLIER_MILLI = 2_000;
    uint256 internal constant MAX_MULTIPLIER_MILLI = 15_000;
    uint256 internal constant MIN_PERIOD_SECONDS = 10 minutes;
    uint256 internal constant MAX_PERIOD_SECONDS = 10 days;
    uint256 internal constant MIN_BASE_BPS = 10;
    uint256 internal constant MAX_BASE_BPS = 10_000;
    uint256 internal constant MIN_RUNG_BPS = 5_000;
    /// @dev Rungs closer than this would follow one another within one rise.
    uint256 internal constant MIN_RUNG_STEP_BPS = 1_000;
    uint256 internal constant MAX_RUNG_BPS = type(uint16).max;
    uint256 internal constant MIN_VOLATILITY_E6 = 10;
    uint256 internal constant MAX_VOLATILITY_E6 = 2_000_000;
    uint256 internal constant MAX_STRESS_WEIGHT_BPS = 5_000;
    uint256 internal constant MAX_BUFFER_BPS = 10_000;

    /// @notice Reverts unless `model` keeps to the bounds.
    function validate(VolatilityModel memory model) internal pure {
        _within("gapSeconds", model.gapSeconds, MIN_GAP_SECONDS, MAX_GAP_SECONDS);
        _within("fallSeconds", model.fallSeconds, model.gapSeconds, MAX_FALL_SECONDS);
        _within("fastSeconds", model.fastSeconds, MIN_HALF_LIFE_SECONDS, MAX_HALF_LIFE_SECONDS);
        _within("middleSeconds", model.middleSeconds, uint256(model.fastSeconds) + 1, MAX_HALF_LIFE_SECONDS);
        _within("slowSeconds", model.slowSeconds, uint256(model.middleSeconds) + 1, MAX_HALF_LIFE_SECONDS);
        _within("fastPowerE6", model.fastPowerE6, 0, MAX_POWER_E6);
        _within("middlePowerE6", model.middlePowerE6, 0, MAX_POWER_E6);
        _within("slowPowerE6", model.slowPowerE6, 0, MAX_POWER_E6);
        uint256 powers = uint256(model.fastPowerE6) + model.middlePowerE6 + model.slowPowerE6;
        _within("powersE6", powers, MIN_POWERS_E6, MAX_POWERS_E6);
        int256 scale = model.scaleE6;
        // An int32 turned round fits an int256.
        _within("scaleE6", uint256(scale < 0 ? -scale : scale), 0, MAX_SCALE_E6);
        _within("clipSigmas", model.clipSigmas, MIN_CLIP_SIGMAS, MAX_CLIP_SIGMAS);
    }

    /// @notice Reverts unless `parameters` keep to the bounds.
    function validate(VolatilityParameters memory parameters) internal pure {
        _within("multiplierMilli", parameters.multiplierMilli, MIN_MULTIPLIER_MILLI, MAX_MULTIPLIER_MILLI);
        _within("periodSeconds", parameters.periodSeconds, MIN_PERIOD_SECONDS, MAX_PERIOD_SECONDS);
        _within("baseBps", parameters.baseBps, MIN_BASE_BPS, MAX_BASE_BPS);
        _within("m1Bps", parameters.m1Bps, MIN_RUNG_BPS, MAX_RUNG_BPS);
        _within("m2Bps", parameters.m2Bps, parameters.m1Bps + MIN_RUNG_STEP_BPS, MAX_RUNG_BPS);
        _within("m3Bps", parameters.m3Bps, parameters.m2Bps + MIN_RUNG_STEP_BPS, MAX_RUNG_BPS);
        _within("m4Bps", parameters.m4Bps, parameters.m3Bps + MIN_RUNG_STEP_BPS, MAX_RUNG_BPS);
        _within("longRunVolatilityE6", parameters.longRunVolatilityE6, MIN_VOLATILITY_E6, MAX_VOLATILITY_E6);
        _within(
            "stressedVolatilityE6",
            parameters.stressedVolatilityE6,
            parameters.longRunVolatilityE6,
            MAX_VOLATILITY_E6
        );
        _within("stressWeightBps", parameters.stressWeightBps, 0, MAX_STRESS_WEIGHT_BPS);
        _within("bufferBps", parameters.bufferBps, 0, MAX_BUFFER_BPS);
        _within("seedMaxAgeSeconds", parameters.seedMaxAgeSeconds, 1, type(uint8).max);
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert IVolatilitySensor.VolatilitySensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
