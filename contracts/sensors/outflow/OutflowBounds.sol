// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutflowSensor, OutflowParameters} from "../../interfaces/IOutflowSensor.sol";
import {Rungs} from "../../types/Rungs.sol";
import {MeterLib} from "./Meter.sol";

/// @title OutflowBounds
/// @notice What governance may set limits to. The bounds themselves cannot be changed.
library OutflowBounds {
    uint256 internal constant MIN_BPS = 1;
    uint256 internal constant MAX_BPS = 10_000;
    uint256 internal constant MIN_SECONDS = 1 minutes;
    uint256 internal constant MAX_SECONDS = 7 days;
    /// @dev Rungs closer than this draw each other in (magnet effect).
    uint256 internal constant LEAST_FACTOR = 2;
    uint256 internal constant MAX_FACTOR = 100;
    /// @dev What came in lately may cover at most one limit more of what goes out.
    uint256 internal constant MAX_CREDIT_BPS = 10_000;
    uint256 private constant BPS = 10_000;

    /// @notice Reverts unless `parameters` keep to the bounds.
    function validate(OutflowParameters memory parameters) internal pure {
        _within("shortBps", parameters.shortBps, MIN_BPS, MAX_BPS);
        _within("longBps", parameters.longBps, parameters.shortBps, MAX_BPS);
        _within("shortSeconds", parameters.shortSeconds, MIN_SECONDS, MAX_SECONDS);
        _within("longSeconds", parameters.longSeconds, LEAST_FACTOR * parameters.shortSeconds, MAX_SECONDS);
        // Refilling rounds down, by a unit a second at most: no more than the floor, so that it cannot trip by itself.
        _within("shortFloor", parameters.shortFloor, parameters.shortSeconds, MeterLib.MOST_UNITS);
        uint256 leastFloor = parameters.longSeconds;
        if (leastFloor < parameters.shortFloor) leastFloor = parameters.shortFloor;
        _within("longFloor", parameters.longFloor, leastFloor, MeterLib.MOST_UNITS);
        _within("creditBps", parameters.creditBps, 0, MAX_CREDIT_BPS);
        _within("severeFactor", parameters.severeFactor, LEAST_FACTOR, MAX_FACTOR);
        _validateRungs(parameters.shortRungs, Rungs.wrap(0));
        _validateRungs(parameters.longRungs, Rungs.wrap(0));
        _validateRungs(parameters.severeRungs, parameters.shortRungs.join(parameters.longRungs));
    }

    function _validateRungs(Rungs rungs, Rungs below) private pure {
        rungs.validate();
        if (rungs.isCalm() || below.exceeds(rungs)) revert IOutflowSensor.OutflowSensor_InvalidRungs(rungs);
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert IOutflowSensor.OutflowSensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
