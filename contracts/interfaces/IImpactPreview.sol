// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IImpactPreview
/// @notice A venue that says how much of it could be liquidated under the parameters as they stand.
/// @dev Warning: both numbers must follow from the parameters and prices in force in this very call, not from a stored
/// copy: the timelock asks before and after a bundle, within one transaction.
interface IImpactPreview {
    /// @notice What could be liquidated now.
    /// @return liquidatableNotional Notional of all positions below maintenance margin, in the venue's quote unit.
    /// @return openInterest Notional of all positions, in the same unit.
    function liquidatable() external view returns (uint256 liquidatableNotional, uint256 openInterest);
}
