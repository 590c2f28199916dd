// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IPayouts
/// @notice Payments in the chain's native coin that cannot fail: what somebody does not take is kept for them.
interface IPayouts {
    /// @notice `account` did not take `amount` (wei); it is owed.
    event PaymentOwed(address indexed account, uint256 amount);

    /// @notice `account` collected `amount` (wei), which went to `to`.
    event PaymentCollected(address indexed account, address indexed to, uint256 amount);

    /// @notice Thrown when the caller is owed nothing.
    error Payouts_NothingOwed(address account);

    /// @notice Thrown when a payment that the caller or governance asked for is not taken.
    error Payouts_NotTaken(address to, uint256 amount);

    /// @notice Thrown when more is asked for than is free.
    error Payouts_NotEnough(uint256 amount, uint256 available);

    /// @notice Sends what the caller is owed to `to`.
    /// @return amount What was sent, in wei.
    function collect(address payable to) external returns (uint256 amount);

    /// @notice What `account` is owed, in wei.
    function owed(address account) external view returns (uint256);

    /// @notice The sum of what all are owed, in wei.
    function totalOwed() external view returns (uint256);
}
