// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IEstates
/// @notice Estates: what of a defaulter could not be closed, because its market was halted. An estate is an account that
/// nobody has a key of. {IRecovery.resolve} forms it, and closes it once its markets trade again; what its positions lose
/// until then is borne as any deficit, and what they gain is the shared fund's.
interface IEstates {
    /* EVENTS */

    /// @notice Positions of `account` in `markets` (one bit each) are `estate`'s from now on, with `cashFine` of fine cash, mostly
    /// negative: all of them together are worth less than nothing by their part of the deficit.
    event EstateFormed(address indexed account, address indexed estate, uint32 markets, int256 cashFine);
    /// @notice What of `estate` could be closed was, and `cashFine` of fine cash is what it has then.
    event EstateClosed(address indexed estate, int256 cashFine);
    /// @notice What an estate had left, `fine` of fine cash, went to the shared fund.
    event EstateSwept(address indexed estate, uint256 fine);

    /* ERRORS */

    /// @notice Thrown when the account is no estate, still has positions or claims, or has nothing left.
    error Estates_NothingToSweep(address account);

    /* ACTIONS */

    /// @notice Pays what an estate without positions and claims has left into the shared fund, where it repays a shortfall
    /// first. Anybody may.
    function sweepEstate(address estate) external;

    /* VIEWS */

    /// @notice Whether `account` is an estate.
    /// @dev Warning: what is paid into an estate is the shared fund's.
    function isEstate(address account) external view returns (bool);
}
