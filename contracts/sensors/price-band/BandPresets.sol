// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandParameters} from "../../interfaces/IPriceBandSensor.sol";
import {CAUTION, HALTED, M1, M2, M3, REDUCE_ONLY, RungsLib} from "../../types/Rungs.sol";

/// @title BandPresets
/// @notice Bands to start from. Deployments name one of them and may change any parameter.
library BandPresets {
    /// @notice For what moves: 5, 10 and 25 %, as marginfi tests with, against an average of ten minutes.
    /// @dev Poked once a minute with recorded prices of BTC: on 12 March 2020 tier 1 holds eight minutes after the fall
    /// begins and tier 2 eight minutes later; on 118 calm days of 2020 to 2023 no tier holds (the furthest is 4.8 %).
    function standard() internal pure returns (BandParameters memory parameters) {
        parameters.tier1Bps = 500;
        parameters.tier2Bps = 1_000;
        parameters.tier3Bps = 2_500;
        parameters.tier1Seconds = 10 minutes;
        parameters.tier2Seconds = 1 hours;
        parameters.tier3Seconds = 4 hours;
        parameters.tier1Rungs = RungsLib.pair(CAUTION, M1);
        parameters.tier2Rungs = RungsLib.pair(REDUCE_ONLY, M2);
        parameters.tier3Rungs = RungsLib.pair(HALTED, M3);
        parameters.tauSeconds = 10 minutes;
        parameters.clipBps = 500;
        parameters.anchorUpBps = 2_000;
        parameters.anchorDownBps = 4_000;
        parameters.anchorSeconds = 4 hours;
        parameters.seedMaxAgeSeconds = 30;
        parameters.minGapSeconds = 5;
    }

    /// @notice For what is meant to stand still: a fifth of the shares, a slower average.
    /// @dev At half of these, hourly prices of USDT, USDC and DAI tripped 55 times in 276 calm days, twice at tier 2; at
    /// these twice, never at tier 2: `npm run study`, and docs/sensors.
    function pegged() internal pure returns (BandParameters memory parameters) {
        parameters = standard();
        parameters.tier1Bps = 100;
        parameters.tier2Bps = 200;
        parameters.tier3Bps = 500;
        parameters.tauSeconds = 1 hours;
        parameters.clipBps = 50;
        parameters.anchorUpBps = 200;
        parameters.anchorDownBps = 400;
    }
}
