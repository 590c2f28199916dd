// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IInsuranceMoves
/// @notice What {IOperatorDesk} asks of a venue to move insurance between its markets' funds.
interface IInsuranceMoves {
    /// @notice Moves `units` from the fund of `fromMarket` to that of `toMarket`; 0 is the shared fund. Only whom the
    /// venue allows. Reverts when the fund has less, or the venue's own limits say no.
    function moveInsurance(uint8 fromMarket, uint8 toMarket, uint256 units) external;
}
