// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VolatilityModel, VolatilityParameters} from "../../interfaces/IVolatilitySensor.sol";
import {ShortfallMultipliers} from "./ShortfallMultipliers.sol";

/// @title VolatilityPresets
/// @notice Models and parameters to start from. `docs/sensors/volatility.md` says how they were chosen, and names the
/// command that prints the figures.
library VolatilityPresets {
    /// @notice One set of coefficients for all markets, fitted to BTC and ETH before 2021. A new listing inherits it.
    function pooledModel() internal pure returns (VolatilityModel memory) {
        return
            VolatilityModel({
                fastSeconds: 8 hours,
                middleSeconds: 2 days,
                slowSeconds: 14 days,
                fastPowerE6: 350_000,
                middlePowerE6: 326_000,
                slowPowerE6: 181_000,
                scaleE6: -983_000,
                clipSigmas: 6,
                gapSeconds: 1 hours,
                fallSeconds: 1 days
            });
    }

    /// @notice BTC and ETH at twenty times leverage.
    function majors() internal pure returns (VolatilityParameters memory) {
        return
            VolatilityParameters({
                multiplierMilli: ShortfallMultipliers.STUDENT4_990,
                periodSeconds: 1 hours,
                baseBps: 500,
                m1Bps: 11_000,
                m2Bps: 13_750,
                m3Bps: 16_500,
                m4Bps: 22_000,
                longRunVolatilityE6: 50_000,
                stressedVolatilityE6: 120_000,
                stressWeightBps: 2_500,
                bufferBps: 2_500,
                seedMaxAgeSeconds: 60
            });
    }

    /// @notice Liquid others at ten times leverage: twice as long to close, and more volatile at all times.
    function alts() internal pure returns (VolatilityParameters memory parameters) {
        parameters = majors();
        parameters.periodSeconds = 2 hours;
        parameters.baseBps = 1_000;
        parameters.longRunVolatilityE6 = 75_000;
        parameters.stressedVolatilityE6 = 150_000;
    }
}
