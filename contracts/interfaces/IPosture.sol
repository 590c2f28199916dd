// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Posture} from "../types/Posture.sol";

/// @title IPosture
/// @notice All that a venue needs of a hub.
interface IPosture {
    /// @notice What is in force now, for all markets. One storage read.
    /// @dev Warning: a rung stays in the posture after its lease has ended until somebody calls `lift`; a venue that
    /// reads here is therefore never ahead of the evidence, but may be behind it.
    function postureNow() external view returns (Posture);
}
