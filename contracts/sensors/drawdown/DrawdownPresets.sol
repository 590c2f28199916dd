// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DrawdownParameters} from "../../interfaces/IDrawdownSensor.sol";
import {CAUTION, M1, M2, M3, REDUCE_ONLY, RungsLib} from "../../types/Rungs.sol";

/// @title DrawdownPresets
/// @notice Parameters to start from: a day and a week. `docs/sensors/drawdown.md` says how they were chosen, and names
/// the command that prints the figures.
library DrawdownPresets {
    /// @notice BTC and ETH. A deep fall is no reason to stop trading, so that only the deepest reduces.
    function majors() internal pure returns (DrawdownParameters memory) {
        return
            DrawdownParameters({
                shortTier1Bps: 1_000,
                shortTier2Bps: 2_000,
                shortTier3Bps: 4_000,
                longTier1Bps: 1_500,
                longTier2Bps: 3_000,
                longTier3Bps: 6_000,
                tier1Rungs: RungsLib.pair(CAUTION, M1),
                tier2Rungs: RungsLib.pair(CAUTION, M2),
                tier3Rungs: RungsLib.pair(REDUCE_ONLY, M3),
                shortBucketSeconds: 4 hours,
                longBucketSeconds: 28 hours,
                clipBps: 500,
                gapSeconds: 1 minutes,
                seedMaxAgeSeconds: 60
            });
    }

    /// @notice Liquid others.
    function alts() internal pure returns (DrawdownParameters memory parameters) {
        parameters = majors();
        (parameters.shortTier1Bps, parameters.shortTier2Bps, parameters.shortTier3Bps) = (1_500, 3_000, 5_000);
        (parameters.longTier1Bps, parameters.longTier2Bps, parameters.longTier3Bps) = (2_500, 4_500, 7_500);
    }

    /// @notice What should stay at one dollar. A broken peg is a reason to stop taking more of it.
    function stables() internal pure returns (DrawdownParameters memory parameters) {
        parameters = majors();
        (parameters.shortTier1Bps, parameters.shortTier2Bps, parameters.shortTier3Bps) = (150, 400, 1_000);
        (parameters.longTier1Bps, parameters.longTier2Bps, parameters.longTier3Bps) = (200, 500, 1_500);
        parameters.tier2Rungs = RungsLib.pair(REDUCE_ONLY, M2);
        parameters.clipBps = 50;
    }
}
