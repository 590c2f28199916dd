// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IAggregatorV3} from "./IAggregatorV3.sol";

/// @title IConfidentFeed
/// @notice A price feed that says how sure it is of its price.
/// @dev A reader that knows only {IAggregatorV3} reads the same price and no confidence. A feed says through ERC-165 that
/// it is of this kind; the interface id is the selector of {latestReading}.
interface IConfidentFeed is IAggregatorV3, IERC165 {
    /// @notice The latest answer with its confidence, both in units of 10^-`decimals`.
    /// @param answer The price. Not above zero when the feed has none.
    /// @param confidence Half of the width of the range in which the feed takes the price to lie; rounded up.
    /// @param updatedAt Unix second at which the price was published.
    function latestReading() external view returns (int256 answer, uint256 confidence, uint256 updatedAt);
}
