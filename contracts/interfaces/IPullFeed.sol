// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IConfidentFeed} from "./IConfidentFeed.sol";
import {IPyth} from "./IPyth.sol";

/// @title IPullFeed
/// @notice One price of a pull oracle, readable like a Chainlink feed, and a way for anybody to bring a newer price on
/// chain.
interface IPullFeed is IConfidentFeed {
    /* EVENTS */

    /// @notice `caller` paid `fee` wei to bring prices on chain. `publishTime` is that of the price now held.
    event Updated(address indexed caller, uint256 fee, uint256 publishTime);

    /* ERRORS */

    /// @notice Thrown when the source has no code or the price's id is zero.
    error PullFeed_InvalidSource(address source, bytes32 priceId);

    /// @notice Thrown when the price cannot be held with 18 decimals: its exponent is out of range.
    error PullFeed_ExponentOutOfRange(int32 expo);

    /// @notice Thrown when less than the source's fee was sent along.
    error PullFeed_FeeTooLow(uint256 value, uint256 fee);

    /// @notice Thrown when the caller did not take back what was sent beyond the fee.
    error PullFeed_RefundFailed(address caller, uint256 refund);

    /* ACTIONS */

    /// @notice Hands `updateData` to the source, pays its fee from what was sent along, and gives the rest back. Anybody
    /// may call it.
    /// @dev Reverts when the source does: data that is not signed, or a fee that has changed. Data that is older than what
    /// the source holds changes nothing there and is paid for all the same.
    function update(bytes[] calldata updateData) external payable;

    /* VIEWS */

    /// @notice Wei that {update} needs for `updateData`.
    function updateFee(bytes[] calldata updateData) external view returns (uint256);

    /// @notice The contract that holds the prices.
    function source() external view returns (IPyth);

    /// @notice Which of its prices this feed is.
    function priceId() external view returns (bytes32);
}
