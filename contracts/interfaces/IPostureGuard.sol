// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IPosture} from "./IPosture.sol";

/// @title IPostureGuard
/// @notice What every guarded venue shows, however it checks.
interface IPostureGuard {
    /// @notice Thrown when the rungs in force for `market`, its own joined with the protocol-wide ones, do not allow
    /// the action.
    error PostureGuard_Restricted(uint8 market, Rungs inForce);

    /// @notice Thrown when `market` is not registered at the hub. What nobody watches is not traded.
    error PostureGuard_UnknownMarket(uint8 market);

    /// @notice The hub whose posture this venue obeys.
    function hub() external view returns (IPosture);

    /// @notice Margin rung in force for `market`, 0 (base) to 4 (M4). Reverts when the market is not registered.
    function marginRung(uint8 market) external view returns (uint8);

    /// @notice Factor on initial margin now in force for `market`, in basis points; 10,000 leaves it as it is.
    /// Reverts when the market is not registered.
    function initialMarginBps(uint8 market) external view returns (uint256);
}
