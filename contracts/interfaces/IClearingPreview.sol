// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingHouse} from "./IClearingHouse.sol";
import {IImpactPreview} from "./IImpactPreview.sol";

/// @title IClearingPreview
/// @notice What a change of a clearing house's parameters would make liquidatable, among the accounts that are watched.
/// @dev Assumed of the house: it is one. What it reports is a lower bound: accounts that nobody has nominated are not in it.
interface IClearingPreview is IImpactPreview {
    /// @notice `account` is watched from now on, in place of `left`, which is zero while there was room.
    event Watched(address indexed account, address indexed left);

    /// @notice Thrown when the account is watched, has no position, or is in more markets than can be asked about.
    error ClearingPreview_NotEligible(address account);
    /// @notice Thrown when there is no room, and nobody watched has less maintenance margin. In units.
    error ClearingPreview_TooSmall(address account, uint256 maintenanceUnits, uint256 leastUnits);

    /// @notice Has `account` watched. When there is no room, in place of whoever has the least maintenance margin, if that is
    /// less. Anybody may; keepers nominate the largest.
    function watch(address account) external;

    /// @notice The house that is asked.
    function house() external view returns (IClearingHouse);

    /// @notice Accounts that are watched.
    function watched() external view returns (address[] memory);
}
