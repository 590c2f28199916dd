// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IAggregatorV3
/// @notice The part of a Chainlink-compatible price feed that is read here.
/// @dev Assumed of a feed: `answer` is a price in units of 10^-`decimals`; `updatedAt` is the unix second at which that
/// price was published; `decimals` never changes. Nothing else is assumed, not even that the feed answers.
interface IAggregatorV3 {
    /// @notice Decimals of `answer`.
    function decimals() external view returns (uint8);

    /// @notice The latest answer. Only `answer` and `updatedAt` are read here; `roundId` and `answeredInRound` are not,
    /// for feeds fill them differently and Chainlink has deprecated the latter.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
