// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {VolatilityParameters} from "../../interfaces/IVolatilitySensor.sol";
import {M1, M2, M3, M4} from "../../types/Rungs.sol";
import {VariancesLib} from "./Variances.sol";

using ModelMargin for MarginRule global;

/// @notice A market's parameters, worked out as far as they go without a forecast: one slot, read by every poke. `X32`
/// stands for 32 fractional bits. Margins are shares of notional.
struct MarginRule {
    // What a forecast volatility is multiplied by: (1 - stress weight) * multiplier * sqrt(period / 1 day).
    uint40 factorX32;
    // What stress adds: weight * stressed margin. And the least that the model asks for.
    uint40 stressX32;
    uint40 longRunX32;
    uint16 bufferBps;
    // The margin above which each rung holds, in millionths.
    uint24 m1E6;
    uint24 m2E6;
    uint24 m3E6;
    uint24 m4E6;
    // Standard deviation of one day's log return, in millionths, below which no return is clipped against.
    uint24 longRunVolatilityE6;
}

/// @title ModelMargin
/// @notice From a forecast volatility to the margin that is published, and from that to a rung.
/// @dev The three tools against procyclicality are those of Commission Delegated Regulation (EU) 153/2013, article 28
/// (1): (a) a buffer of 25 % that is used up when the model's margin rises and built again when it falls, (b) 25 % weight
/// on stressed observations, (c) a floor from a lookback of ten years.
/// A rule rounds down, by less than 2^-32 in its factor and in each of its margins: less than 10^-9 of notional for
/// volatilities under 100 % a day. A margin is then rounded up to millionths.
library ModelMargin {
    uint256 private constant BPS = 10_000;
    uint256 private constant E6 = 1e6;
    /// @dev Square of the thousandths of a multiplier, times the seconds that a volatility is of.
    uint256 private constant MILLI_SQUARED_DAYS = 1e6 * 1 days;
    /// @dev Basis points of a base times basis points of a multiple, in millionths.
    uint256 private constant SQUARED_BPS_IN_E6 = 100;

    /// @notice The rule that `parameters`, which keep to their bounds, come to.
    function ruleOf(VolatilityParameters memory parameters) internal pure returns (MarginRule memory) {
        uint256 multiplier = parameters.multiplierMilli;
        // Within bounds below 48, so that a factor with 32 bits more fits 38, and every margin below 96, which fits 39.
        uint256 factorX64 = Math.sqrt(
            ((multiplier * multiplier * parameters.periodSeconds) << 128) / MILLI_SQUARED_DAYS
        );
        uint256 weight = parameters.stressWeightBps;
        uint256 base = parameters.baseBps;
        return
            MarginRule({
                factorX32: uint40(((factorX64 * (BPS - weight)) / BPS) >> 32),
                stressX32: uint40(((factorX64 * parameters.stressedVolatilityE6 * weight) / (E6 * BPS)) >> 32),
                longRunX32: uint40(((factorX64 * parameters.longRunVolatilityE6) / E6) >> 32),
                bufferBps: parameters.bufferBps,
                // A base is at most 10,000 and a multiple at most 65,535: below 6.6 million.
                m1E6: uint24((base * parameters.m1Bps) / SQUARED_BPS_IN_E6),
                m2E6: uint24((base * parameters.m2Bps) / SQUARED_BPS_IN_E6),
                m3E6: uint24((base * parameters.m3Bps) / SQUARED_BPS_IN_E6),
                m4E6: uint24((base * parameters.m4Bps) / SQUARED_BPS_IN_E6),
                longRunVolatilityE6: parameters.longRunVolatilityE6
            });
    }

    /// @notice The margin that `rule` asks for at `volatilityX64`, the forecast for one day; no buffer yet. In millionths
    /// of notional, rounded up.
    /// @param volatilityX64 Below 2^128.
    function modelE6(MarginRule memory rule, uint256 volatilityX64) internal pure returns (uint256) {
        // 128 bits times 40, less 32, times 20.
        unchecked {
            uint256 marginX64 = ((volatilityX64 * rule.factorX32) >> 32) + (uint256(rule.stressX32) << 32);
            uint256 longRunX64 = uint256(rule.longRunX32) << 32;
            if (marginX64 < longRunX64) marginX64 = longRunX64;
            return (marginX64 * E6 + type(uint64).max) >> 64;
        }
    }

    /// @notice The margin to publish after `before` was: brought up to the model's, or down to the buffer above it.
    function publishedE6(
        MarginRule memory rule,
        uint256 volatilityX64,
        uint256 before
    ) internal pure returns (uint256 published) {
        uint256 model = rule.modelE6(volatilityX64);
        // 93 bits times 15.
        unchecked {
            uint256 top = (model * (BPS + rule.bufferBps)) / BPS;
            published = before < model ? model : before;
            if (published > top) published = top;
            if (published > VariancesLib.MAX_MARGIN_E6) published = VariancesLib.MAX_MARGIN_E6;
        }
    }

    /// @notice The highest rung whose margin `marginE6` is above, 0 for none.
    function rungOf(MarginRule memory rule, uint256 marginE6) internal pure returns (uint8) {
        if (marginE6 > rule.m4E6) return M4;
        if (marginE6 > rule.m3E6) return M3;
        if (marginE6 > rule.m2E6) return M2;
        return marginE6 > rule.m1E6 ? M1 : 0;
    }
}
