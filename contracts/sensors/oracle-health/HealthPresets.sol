// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HealthParameters} from "../../interfaces/IOracleHealthSensor.sol";
import {CAUTION, M1, M2, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../types/Rungs.sol";

/// @title HealthPresets
/// @notice Parameters to start from. Deployments name one of them and may change any of it.
library HealthPresets {
    /// @notice For a market with `expectedCount` feeds, the newest of which is never older than five minutes.
    /// @dev Ages: GMX refuses a price of 300 s. Confidence: Drift refuses 2 %; half of it is a reason to be careful.
    function standard(uint8 expectedCount) internal pure returns (HealthParameters memory parameters) {
        parameters.expectedCount = expectedCount;
        parameters.staleSeconds = 5 minutes;
        parameters.dispersedBps = 100;
        parameters.persistSeconds = 1 minutes;
        parameters.memorySeconds = 10 minutes;
        parameters.missingRungs = RungsLib.pair(CAUTION, NORMAL);
        parameters.staleRungs = RungsLib.pair(CAUTION, M1);
        parameters.dispersedRungs = RungsLib.pair(CAUTION, M1);
        parameters.noPriceRungs = RungsLib.pair(REDUCE_ONLY, M2);
        parameters.sequencerRungs = RungsLib.pair(REDUCE_ONLY, M1);
    }

    /// @notice For market 0, the whole protocol, which has no price but a sequencer.
    function protocol() internal pure returns (HealthParameters memory parameters) {
        parameters = standard(1);
        Rungs calm = RungsLib.pair(NORMAL, 0);
        (parameters.missingRungs, parameters.staleRungs) = (calm, calm);
        (parameters.dispersedRungs, parameters.noPriceRungs) = (calm, calm);
    }
}
