// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceAggregator} from "../interfaces/IPriceAggregator.sol";
import {ACTIONS, Action, ActionLimit} from "../types/Matrix.sol";

/// @title MatrixBounds
/// @notice What governance may set a market's row to. The bounds themselves cannot be changed.
library MatrixBounds {
    /// @notice Shortest age: below it a price would be gone before the next block of a slow chain.
    uint256 internal constant MIN_AGE_SECONDS = 5;
    /// @notice Longest age: the slowest heartbeat in use, a day, and an hour for the transaction to get in.
    uint256 internal constant MAX_AGE_SECONDS = 25 hours;
    /// @notice Narrowest and widest confidence, in basis points of the price.
    uint256 internal constant MIN_CONFIDENCE_BPS = 10;
    uint256 internal constant MAX_CONFIDENCE_BPS = 2_000;

    /// @notice Reverts unless every limit keeps to the bounds and closing asks no more than opening.
    function validate(ActionLimit[ACTIONS] memory limits) internal pure {
        for (uint256 i; i < ACTIONS; ++i) {
            within("maxAgeSeconds", limits[i].maxAgeSeconds, MIN_AGE_SECONDS, MAX_AGE_SECONDS);
            within("maxConfidenceBps", limits[i].maxConfidenceBps, MIN_CONFIDENCE_BPS, MAX_CONFIDENCE_BPS);
        }
        ActionLimit memory open = limits[uint256(Action.Open)];
        ActionLimit memory close = limits[uint256(Action.Close)];
        bool isStricter = close.maxAgeSeconds < open.maxAgeSeconds || close.maxConfidenceBps < open.maxConfidenceBps;
        if (isStricter || (close.needsSequencer && !open.needsSequencer)) {
            revert IPriceAggregator.PriceAggregator_CloseStricterThanOpen();
        }
    }

    /// @notice Reverts unless `value` lies between `least` and `most`, both included.
    function within(string memory parameter, uint256 value, uint256 least, uint256 most) internal pure {
        if (value < least || value > most) {
            revert IPriceAggregator.PriceAggregator_OutOfBounds(parameter, value, least, most);
        }
    }
}
