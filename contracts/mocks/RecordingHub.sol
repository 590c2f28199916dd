// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";

/// @title RecordingHub
/// @notice Stands where a hub would: shows the posture that it is told to, and writes down what is asserted.
contract RecordingHub {
    /// @notice Thrown when the hub is told to refuse.
    error RecordingHub_Refused();

    event Recorded(address indexed sensor, uint8 indexed market, Rungs rungs);

    /// @notice The posture now shown.
    Posture public postureNow;

    /// @notice How many assertions were made, and the latest.
    uint256 public assertions;
    uint8 public latestMarket;
    Rungs public latestRungs;

    bool private _isRefusing;

    /// @notice From now on, refuses assertions, or takes them.
    function refuse(bool isRefusing) external {
        _isRefusing = isRefusing;
    }

    /// @notice From now on, shows `shown`.
    function show(Posture shown) external {
        postureNow = shown;
    }

    /// @notice What a sensor calls.
    function assertRungs(uint8 market, Rungs rungs) external {
        if (_isRefusing) revert RecordingHub_Refused();
        ++assertions;
        (latestMarket, latestRungs) = (market, rungs);
        emit Recorded(msg.sender, market, rungs);
    }
}
