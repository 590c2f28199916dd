// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RecordingHub} from "../RecordingHub.sol";

/// @title VoidingHub
/// @notice Stands where a hub would: writes down what is asserted and what is voided.
contract VoidingHub is RecordingHub {
    uint256 public voids;
    uint8 public voidedMarket;
    uint64 public voidedAsOf;

    /// @notice Thrown when the hub is told to refuse voids.
    error VoidingHub_Refused();

    bool public refusesVoids;

    function refuseVoids(bool isRefusing) external {
        refusesVoids = isRefusing;
    }

    function voidMarket(uint8 market, uint64 asOf) external {
        if (refusesVoids) revert VoidingHub_Refused();
        ++voids;
        (voidedMarket, voidedAsOf) = (market, asOf);
    }
}
