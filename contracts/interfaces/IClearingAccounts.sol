// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IClearingAccounts
/// @notice Collateral of traders: one ERC-20, cross margin over all markets.
/// @dev Amounts are units: one token base unit for tokens of up to 12 decimals, else 10^(decimals - 12) of them.
/// Assumed of the token: it moves what it says it moves. One that takes a fee is refused at the deposit; one that reverts
/// reverts the call; one that calls back is stopped by the re-entrancy guard.
interface IClearingAccounts {
    /* EVENTS */

    /// @notice Collateral came in, paid by `from`.
    event Deposited(address indexed account, address indexed from, uint256 units);
    /// @notice Collateral went out.
    event Withdrawn(address indexed account, address indexed to, uint256 units);
    /// @notice Tear-ups up to number `seen` were applied to a position.
    event Settled(address indexed account, uint8 indexed market, int256 cashFine, uint256 sizeFine, uint32 seen);

    /// @notice The fund of `market`, 0 the shared one, was given something.
    event Contributed(uint8 indexed market, address indexed from, uint256 units);

    /* ERRORS */

    /// @notice Thrown when nothing would be moved.
    error ClearingAccounts_ZeroAmount();
    /// @notice Thrown when the token moved another amount than it was told to.
    error ClearingAccounts_WrongTransfer(uint256 expected, uint256 moved);
    /// @notice Thrown when deposits would pass 2^96 units.
    error ClearingAccounts_TooMuch(uint256 units);
    /// @notice Thrown when more is asked for than is free.
    error ClearingAccounts_NotFree(address account, uint256 units, uint256 free);
    /// @notice Thrown when more would leave within an hour than the breaker rung allows.
    error ClearingAccounts_RateLimited(uint256 units, uint256 left);
    /// @notice Thrown when there is no price that is young enough for the action.
    error ClearingAccounts_NoPrice(uint8 market);

    /* ACTIONS */

    /// @notice Adds collateral to `account`. Open at every rung (P6).
    function deposit(address account, uint256 units) external;

    /// @notice Sends free collateral of the caller to `to`: cash or equity, whichever is less, above initial margin.
    /// Slower as the breaker rung rises.
    function withdraw(uint256 units, address to) external;

    /// @notice Applies up to `most` tear-ups that a position has not seen. Anybody may; it changes nothing but who pays
    /// the gas.
    function settle(address account, uint8 market, uint256 most) external;

    /// @notice Gives to the insurance fund of `market`; 0 is the shared one.
    function contribute(uint8 market, uint256 units) external;

    /// @notice Brings funding, the average price and what is known of halts up to date. Anybody may.
    /// @dev At most 128 entries of the halt log are walked in a call. While more are left nothing else is done, so that no
    /// price is needed either.
    function poke(uint8 market) external;
}
