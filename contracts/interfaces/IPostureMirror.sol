// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Posture} from "../types/Posture.sol";

/// @title IPostureMirror
/// @notice A venue that keeps the posture in a slot of its own and lets the hub write it.
interface IPostureMirror {
    /// @notice Called by the hub in the transaction that changes the posture, with a fixed amount of gas.
    /// @dev Warning: what happens here never stops the hub. A mirror that reverts or runs out of gas keeps the old
    /// posture until anybody calls `pushMirrors` on the hub.
    /// @param posture The posture now in force.
    function onPosture(Posture posture) external;
}
