// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ITighteningJudge
/// @notice Compares a change of parameters with what is in force.
interface ITighteningJudge {
    /// @notice Whether calling `target` with `data` now would leave nothing looser than it is: no rung that would have
    /// been asserted is lower afterwards, nothing that was refused is allowed, and nobody may speak who might not.
    /// A change that alters nothing tightens. What the judge does not know, or cannot compare, does not.
    /// @dev Read from `target`'s own views, at the moment of the question. May revert: a revert means no.
    /// @param data Selector and arguments, as the call would carry them.
    function tightens(address target, bytes calldata data) external view returns (bool);
}
