// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How an account stands, at current prices, with every tear-up that it has not seen applied.
struct Standing {
    // Cash and what all positions are worth, in fine cash: 2^136 to a unit.
    int256 equityFine;
    // Cash alone.
    int256 cashFine;
    // Margin needed to add risk or to withdraw, in units, rounded up.
    uint256 initialUnits;
    // Margin below which positions are liquidated, in units, rounded up.
    uint256 maintenanceUnits;
}

/// @notice One position as it stands, settled.
struct PositionView {
    bool isLong;
    // Fine size: 2^104 to a lot.
    uint256 sizeFine;
    // What it would bring if closed at the current price, in fine cash.
    int256 valueFine;
    // Average mark at which it came in, units for a lot with 32 binary places. Funding and socialised loss are in it.
    int256 entryX32;
    // Tear-ups not yet applied in storage.
    uint256 unseen;
}

/// @title IClearingReports
/// @notice What can be read of accounts and funds. Nothing here is cached: all of it follows from storage and prices now.
interface IClearingReports {
    /// @notice Reverts when a market in which the account holds a position has no price.
    function standing(address account) external view returns (Standing memory);

    function positionOf(address account, uint8 market) external view returns (PositionView memory);

    /// @notice Markets in which `account` holds a position, one bit each.
    function openMarkets(address account) external view returns (uint32);

    /// @notice What {withdraw} would allow `account` now, rate limit aside.
    function freeUnits(address account) external view returns (uint256);

    /// @notice What may still leave now at the current breaker rung of markets `open`, one bit each.
    function withdrawable(uint32 open) external view returns (uint256 units);

    /// @notice Deposits and contributions less withdrawals, in units. The venue's token balance is at least that.
    function unitsHeld() external view returns (uint256);

    /// @notice Base units of the token in a unit.
    function tokenPerUnit() external view returns (uint256);

    /// @notice Fine cash of the fund of `market`; 0 is the shared one.
    function fundOf(uint8 market) external view returns (uint256 fine);

    /// @notice Loss of `market` that nobody could be found for, in fine cash. Income of its fund pays it first.
    function shortfallOf(uint8 market) external view returns (uint256 fine);

    /// @notice Since when `market` is halted (0: it is not), and until when liquidation waits after the last halt.
    function haltOf(uint8 market) external view returns (uint64 haltedSince, uint64 graceUntil);

    /// @notice Fine cash of all that is not an account's: funds, fees and dust at current prices, less shortfalls. With
    /// all accounts' equity at the same prices it is {unitsHeld}, to the last bit (P13).
    function remainderFine() external view returns (int256 fine);
}
