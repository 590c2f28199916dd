// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FAULTS, Fault, HealthParameters, HealthReading} from "../../interfaces/IOracleHealthSensor.sol";
import {Rungs} from "../../types/Rungs.sol";

using HealthLib for Health global;

/// @notice What a sensor remembers of one market, in one slot: lane f of 32 bits holds since when fault f has been seen,
/// 0 when it is not there; the lane after the last fault holds when that was looked at.
type Health is uint256;

/// @title HealthLib
/// @notice Tells faults that last from rounds that were missed. Knows no hub, no feed and no clock: time is passed in.
library HealthLib {
    uint256 private constant LANE_BITS = 32;

    /// @notice What is remembered once `faults`, a bit each, were seen at `time`, and those of them that have lasted.
    /// A fault has lasted when it was there at a poke at least `persistSeconds` ago and at every poke since, with no more
    /// than `memorySeconds` between one and the next. What nobody looked at is not taken to have lasted.
    function seen(
        Health health,
        uint8 faults,
        uint256 time,
        HealthParameters memory parameters
    ) internal pure returns (Health next, uint8 lasting) {
        bool isContinuous = time <= _lane(health, FAULTS) + parameters.memorySeconds;
        // Unix seconds in 32 bits, as in a word.
        uint256 packed = faults == 0 ? 0 : time << (FAULTS * LANE_BITS);
        for (uint256 i; i < FAULTS; ++i) {
            if ((faults >> i) & 1 == 0) continue;

            uint256 since = _lane(health, i);
            if (since == 0 || !isContinuous) since = time;
            packed |= since << (i * LANE_BITS);
            // Five faults, so the bit fits.
            if (time >= since + parameters.persistSeconds) lasting |= uint8(1 << i);
        }
        next = Health.wrap(packed);
    }

    /// @notice The faults remembered, a bit each.
    function faultsOf(Health health) internal pure returns (uint8 faults) {
        for (uint256 i; i < FAULTS; ++i) {
            if (_lane(health, i) != 0) faults |= uint8(1 << i);
        }
    }

    /// @notice All that is remembered.
    function toReading(Health health) internal pure returns (HealthReading memory reading) {
        reading.faults = health.faultsOf();
        for (uint256 i; i < FAULTS; ++i) {
            reading.since[i] = uint64(_lane(health, i));
        }
        reading.seenAt = uint64(_lane(health, FAULTS));
    }

    /// @notice Whether nothing is remembered.
    function isClear(Health health) internal pure returns (bool) {
        return Health.unwrap(health) == 0;
    }

    /// @notice What `faults`, a bit each, assert together.
    function rungsOf(HealthParameters memory parameters, uint8 faults) internal pure returns (Rungs rungs) {
        for (uint256 i; i < FAULTS; ++i) {
            if ((faults >> i) & 1 == 1) rungs = rungs.join(rungsOf(parameters, Fault(i)));
        }
    }

    /// @notice What `fault` asserts.
    function rungsOf(HealthParameters memory parameters, Fault fault) internal pure returns (Rungs) {
        if (fault == Fault.Missing) return parameters.missingRungs;
        if (fault == Fault.Stale) return parameters.staleRungs;
        if (fault == Fault.Dispersed) return parameters.dispersedRungs;
        return fault == Fault.NoPrice ? parameters.noPriceRungs : parameters.sequencerRungs;
    }

    /// @notice The faults that are looked for, a bit each: those that assert something.
    function watched(HealthParameters memory parameters) internal pure returns (uint8 faults) {
        for (uint256 i; i < FAULTS; ++i) {
            if (!rungsOf(parameters, Fault(i)).isCalm()) faults |= uint8(1 << i);
        }
    }

    function _lane(Health health, uint256 index) private pure returns (uint256) {
        return uint32(Health.unwrap(health) >> (index * LANE_BITS));
    }
}
