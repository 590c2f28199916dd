// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OutflowParameters} from "../../interfaces/IOutflowSensor.sol";
import {CAUTION, HALTED, M1, M2, NORMAL, REDUCE_ONLY, RungsLib} from "../../types/Rungs.sol";

/// @title OutflowPresets
/// @notice Limits to start from. `floorUnits` is the floor of the short window; that of the long one is ten times it.
library OutflowPresets {
    /// @notice dYdX's: 1 % in an hour, 10 % in a day, with floors of 10^6 and 10^7 dollars.
    function standard(uint64 floorUnits) internal pure returns (OutflowParameters memory parameters) {
        parameters.shortFloor = floorUnits;
        parameters.longFloor = 10 * floorUnits;
        parameters.shortBps = 100;
        parameters.longBps = 1_000;
        parameters.shortSeconds = 1 hours;
        parameters.longSeconds = 1 days;
        parameters.creditBps = 10_000;
        parameters.severeFactor = 5;
        parameters.shortRungs = RungsLib.pair(CAUTION, NORMAL);
        parameters.longRungs = RungsLib.pair(REDUCE_ONLY, M1);
        parameters.severeRungs = RungsLib.pair(HALTED, M2);
    }

    /// @notice Half of the shares, no credit for what came in: for a pool that is rarely moved, such as an insurance
    /// fund.
    function strict(uint64 floorUnits) internal pure returns (OutflowParameters memory parameters) {
        parameters = standard(floorUnits);
        parameters.shortBps = 50;
        parameters.longBps = 500;
        parameters.creditBps = 0;
    }

    /// @notice ERC-7265's reference test: 30 % in four hours; with it twice that in a day.
    function wide(uint64 floorUnits) internal pure returns (OutflowParameters memory parameters) {
        parameters = standard(floorUnits);
        parameters.shortBps = 3_000;
        parameters.longBps = 6_000;
        parameters.shortSeconds = 4 hours;
        parameters.severeFactor = 2;
    }
}
