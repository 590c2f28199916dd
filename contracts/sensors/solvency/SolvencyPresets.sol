// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SolvencyParameters} from "../../interfaces/ISolvencySensor.sol";
import {CAUTION, M1, M2, M3, REDUCE_ONLY, RungsLib} from "../../types/Rungs.sol";

/// @title SolvencyPresets
/// @notice Parameters to start from. Deployments may change any of them within {SolvencyBounds}.
library SolvencyPresets {
    /// @notice Insurance at 75, 50 and 25 % of its target, or 20 % of it drawn in ten minutes; at 100, 50 and 25 % of the
    /// stressed loss; negative equity of 0.1, 0.5 and 2 % of open interest. No outside source has numbers for these: they
    /// are proposals, to be set from a venue's own stress tests.
    /// @param dust What is too little to count, in units of collateral.
    function standard(uint112 dust) internal pure returns (SolvencyParameters memory parameters) {
        parameters.equity1Bps = 10;
        parameters.equity2Bps = 50;
        parameters.equity3Bps = 200;
        parameters.target1Bps = 7_500;
        parameters.target2Bps = 5_000;
        parameters.target3Bps = 2_500;
        parameters.stress1Bps = 10_000;
        parameters.stress2Bps = 5_000;
        parameters.stress3Bps = 2_500;
        parameters.drawdownBps = 2_000;
        parameters.drawdownSeconds = 10 minutes;
        parameters.blindSeconds = 30 minutes;
        parameters.tier1Rungs = RungsLib.pair(CAUTION, M1);
        parameters.tier2Rungs = RungsLib.pair(REDUCE_ONLY, M2);
        parameters.tier3Rungs = RungsLib.pair(REDUCE_ONLY, M3);
        parameters.dust = dust;
    }
}
