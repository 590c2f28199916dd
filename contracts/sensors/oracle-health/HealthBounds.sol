// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FAULTS, Fault, HealthParameters, IOracleHealthSensor} from "../../interfaces/IOracleHealthSensor.sol";
import {M2, REDUCE_ONLY, Rungs, RungsLib} from "../../types/Rungs.sol";
import {HealthLib} from "./Health.sol";

/// @title HealthBounds
/// @notice What governance may set a market's parameters to. The bounds themselves cannot be changed.
library HealthBounds {
    using HealthLib for HealthParameters;

    uint256 internal constant MAX_COUNT = 9;
    uint256 internal constant MIN_STALE_SECONDS = 5;
    /// @dev The slowest heartbeat in use, a day, and an hour for the transaction to get in.
    uint256 internal constant MAX_STALE_SECONDS = 25 hours;
    uint256 internal constant MIN_DISPERSED_BPS = 10;
    uint256 internal constant MAX_DISPERSED_BPS = 2_000;
    /// @dev Longer than a block of any chain in use: one missed round is never an incident.
    uint256 internal constant MIN_PERSIST_SECONDS = 15;
    uint256 internal constant MAX_PERSIST_SECONDS = 1 hours;
    uint256 internal constant MAX_MEMORY_SECONDS = 1 days;
    /// @dev Highest rungs of any fault. A source in doubt is no reason to keep anybody from closing.
    uint8 internal constant MOST_BREAKER = REDUCE_ONLY;
    uint8 internal constant MOST_MARGIN = M2;

    /// @notice Reverts unless `parameters` keep to the bounds.
    function validate(HealthParameters memory parameters) internal pure {
        _within("expectedCount", parameters.expectedCount, 1, MAX_COUNT);
        _within("staleSeconds", parameters.staleSeconds, MIN_STALE_SECONDS, MAX_STALE_SECONDS);
        _within("dispersedBps", parameters.dispersedBps, MIN_DISPERSED_BPS, MAX_DISPERSED_BPS);
        _within("persistSeconds", parameters.persistSeconds, MIN_PERSIST_SECONDS, MAX_PERSIST_SECONDS);
        _within("memorySeconds", parameters.memorySeconds, parameters.persistSeconds, MAX_MEMORY_SECONDS);
        _validateRungs(parameters);
    }

    function _validateRungs(HealthParameters memory parameters) private pure {
        Rungs most = RungsLib.pair(MOST_BREAKER, MOST_MARGIN);
        for (uint256 i; i < FAULTS; ++i) {
            Rungs rungs = parameters.rungsOf(Fault(i));
            rungs.validate();
            if (rungs.exceeds(most)) revert IOracleHealthSensor.OracleHealthSensor_InvalidRungs(Fault(i), rungs);
        }
        // Losing the price altogether is not milder than losing a feed.
        if (parameters.missingRungs.exceeds(parameters.noPriceRungs)) {
            revert IOracleHealthSensor.OracleHealthSensor_InvalidRungs(Fault.NoPrice, parameters.noPriceRungs);
        }
        if (parameters.watched() == 0) revert IOracleHealthSensor.OracleHealthSensor_AllCalm();
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert IOracleHealthSensor.OracleHealthSensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
