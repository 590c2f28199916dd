// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ACTIONS, Action, ActionLimit} from "../types/Matrix.sol";
import {MatrixBounds} from "./MatrixBounds.sol";

/// @title MatrixPresets
/// @notice Rows of the staleness matrix to start from. Deployments name one of them and may change any limit.
library MatrixPresets {
    /// @notice For feeds that are never silent for long: pull feeds, and push feeds with a heartbeat of a minute or less.
    /// @dev Ages: GMX waits 300 s for the execution of an order and 30 s for an atomic one; Drift allows its margin prices
    /// about 60 s. Confidence: Drift refuses 2 % and more; half of it where a price creates an obligation.
    function fast() internal pure returns (ActionLimit[ACTIONS] memory limits) {
        limits[uint256(Action.Open)] = ActionLimit(60, 100, true);
        // The way out stays open longest, also while the sequencer's state is in doubt.
        limits[uint256(Action.Close)] = ActionLimit(300, 500, false);
        limits[uint256(Action.Liquidate)] = ActionLimit(60, 200, true);
        limits[uint256(Action.Withdraw)] = ActionLimit(60, 200, true);
        // Takes from people who did nothing wrong.
        limits[uint256(Action.Deleverage)] = ActionLimit(30, 100, true);
        limits[uint256(Action.Lift)] = ActionLimit(60, 200, true);
    }

    /// @notice For feeds that speak when the price has moved or a heartbeat has passed: ages are left to the feeds' own.
    function heartbeat() internal pure returns (ActionLimit[ACTIONS] memory limits) {
        limits = fast();
        for (uint256 i; i < ACTIONS; ++i) {
            // 25 hours in 24 bits.
            limits[i].maxAgeSeconds = uint24(MatrixBounds.MAX_AGE_SECONDS);
        }
    }
}
