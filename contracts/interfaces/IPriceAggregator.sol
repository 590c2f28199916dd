// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "./IAggregatorV3.sol";

/// @notice One number out of several feeds.
struct Price {
    // Weighted median of the feeds used, 18 decimals.
    uint256 priceE18;
    // How far the feeds used lie apart: weighted median of their distances to `priceE18`.
    uint256 confidenceE18;
    // Publish time of the newest feed used, at most now.
    uint64 publishTime;
    // Feeds used.
    uint8 count;
}

/// @notice How one feed of a market is read.
struct FeedConfig {
    IAggregatorV3 feed;
    // A price older than this is left out.
    uint32 maxAgeSeconds;
    // Share of the feed in the median, relative to the others. 0 counts as 1.
    uint16 weight;
}

/// @notice Whether a feed's answer counts, and if not, why.
enum Standing {
    Used,
    // It reverted, ran out of its gas, or returned something that is not five words.
    Failed,
    // Zero, negative, or too large or too small to be held with 18 decimals.
    BadPrice,
    // Older than the feed's maximum age.
    Stale,
    // Published later than this chain's clock allows.
    Ahead
}

/// @notice One feed, as it stands now.
struct FeedReading {
    IAggregatorV3 feed;
    Standing standing;
    // Zero unless the feed is used.
    uint256 priceE18;
    uint64 updatedAt;
}

/// @title IPriceAggregator
/// @notice The price of each market, from several Chainlink-compatible feeds. Sensors and the risk engine use the same
/// number.
/// @dev No content and no behaviour of a feed makes a reading revert: a feed that cannot be used is left out, and when
/// fewer than the market's minimum remain there is no price (`ok` false).
interface IPriceAggregator {
    /* EVENTS */

    /// @notice The feeds of `market` were replaced.
    event FeedsSet(uint8 indexed market, FeedConfig[] feeds, uint8 minCount);

    /* ERRORS */

    /// @notice Thrown when the transaction has too little gas left to give a feed its share.
    /// @dev Without this, whoever calls could starve chosen feeds and so choose the median.
    error PriceAggregator_GasTooLow(uint256 left, uint256 needed);

    /// @notice Thrown when the minimum count is zero or larger than the number of feeds, or there are too many feeds.
    error PriceAggregator_InvalidCount(uint256 feeds, uint256 minCount);

    /// @notice Thrown when a feed is listed twice, has no maximum age, or its decimals cannot be read or exceed 36.
    error PriceAggregator_InvalidFeed(address feed);

    /* GOVERNANCE */

    /// @notice Replaces the feeds of `market`. An empty list with a minimum of zero removes the market.
    /// @dev Warning: a minimum below half of the feeds lets those that still answer decide alone.
    /// @param minCount Feeds that have to be usable for a price to exist.
    function setFeeds(uint8 market, FeedConfig[] calldata feeds, uint8 minCount) external;

    /* VIEWS */

    /// @notice The price of `market`, each feed no older than its own maximum age.
    /// @dev Warning: `result.publishTime` is that of the newest feed, so that it moves whenever any feed speaks and a
    /// reader sees each new price once. It bounds no other feed's age; the feeds' maximum ages do. An action that needs
    /// every feed to be young asks {priceWithin}.
    /// @return ok False when too few feeds can be used. `result` then holds nothing but their count.
    function price(uint8 market) external view returns (bool ok, Price memory result);

    /// @notice The price of `market` from feeds that are no older than `maxAgeSeconds` either. How an action asks for
    /// less staleness than the feeds are allowed.
    function priceWithin(uint8 market, uint32 maxAgeSeconds) external view returns (bool ok, Price memory result);

    /// @notice Every feed of `market` as it stands now, in the order in which they were set.
    function readings(uint8 market) external view returns (FeedReading[] memory);

    /// @notice Feeds of `market` and how many of them have to be usable.
    function feeds(uint8 market) external view returns (FeedConfig[] memory configs, uint8 minCount);
}
