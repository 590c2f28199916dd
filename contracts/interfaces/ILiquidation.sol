// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ILiquidation
/// @notice Taking over positions of accounts below maintenance margin. Events and errors are {IRecovery}'s.
interface ILiquidation {
    /// @notice Takes over up to `lots` of a position that is below maintenance margin, at a discount to the mark that
    /// grows as margin shrinks. The caller needs initial margin for it. What is left of either position is nothing, or at
    /// least the market's `minimumLots`.
    /// @return sizeFine What was taken over.
    function liquidate(address account, uint8 market, uint64 lots) external returns (uint256 sizeFine);
}
