// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title GovernanceRoles
/// @notice Role numbers at the `AccessManager`. Role 0 is its administrator.
library GovernanceRoles {
    /// @notice May schedule bundles.
    uint64 internal constant PROPOSER = 1;
    /// @notice May apply bundles that tighten.
    uint64 internal constant TIGHTENER = 2;
    /// @notice May take waiting bundles back.
    uint64 internal constant GUARDIAN = 3;
}
