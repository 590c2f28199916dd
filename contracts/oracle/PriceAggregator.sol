// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {FeedConfig, FeedReading, IPriceAggregator, Price, Standing} from "../interfaces/IPriceAggregator.sol";
import {FeedReader} from "./FeedReader.sol";
import {Sample, WeightedMedian} from "./WeightedMedian.sol";

/// @title PriceAggregator
/// @notice Weighted median of several Chainlink-compatible feeds per market.
/// @dev **Design**
/// - A feed is left out for what it says or does, never trusted to behave: it gets a bounded amount of gas, five words
///   of what it returns are copied, and age, sign and size are checked here.
/// - The median does not move outside the honest feeds' range while they hold more than half of the weight used.
/// - Confidence is the weighted median distance to the price (median absolute deviation): robust in the same degree.
/// - `publishTime` is the newest of the feeds used, so that one slow feed does not hide what the others have said, and
///   never later than now, so that one fast clock does not either.
/// - Reading needs gas for every feed in full and reverts for want of it, so a caller cannot starve chosen feeds.
///
/// **Trust assumptions**
/// - The owner (governance) chooses honest feeds of one and the same price, and ages that fit their heartbeats.
/// - A feed's decimals, read once when it is set, do not change afterwards.
/// - More than half of the weight of the feeds in use tells the truth.
contract PriceAggregator is IPriceAggregator, Ownable {
    /// @notice Most feeds a market may have.
    uint256 public constant MAX_FEEDS = 9;

    /// @notice How far ahead of this chain's clock a publish time may lie, in seconds.
    uint256 public constant AHEAD_SECONDS = 30;

    /// @notice Largest price that is accepted. Bounds every product that a reader forms with basis points.
    uint256 public constant MAX_PRICE_E18 = type(uint112).max;

    uint8 private constant MAX_DECIMALS = 36;
    uint8 private constant DECIMALS = 18;

    /// @dev One slot.
    struct Feed {
        IAggregatorV3 source;
        uint32 maxAgeSeconds;
        uint16 weight;
        uint8 decimals;
    }

    struct Market {
        uint8 minCount;
        Feed[] feeds;
    }

    /// @dev market => its feeds
    mapping(uint8 => Market) private _markets;

    constructor(address owner) Ownable(owner) {}

    /* GOVERNANCE */

    /// @inheritdoc IPriceAggregator
    function setFeeds(uint8 market, FeedConfig[] calldata configs, uint8 minCount) external onlyOwner {
        bool isRemoval = configs.length == 0 && minCount == 0;
        bool isWithin = minCount != 0 && minCount <= configs.length && configs.length <= MAX_FEEDS;
        if (!isRemoval && !isWithin) revert PriceAggregator_InvalidCount(configs.length, minCount);

        Market storage entry = _markets[market];
        delete entry.feeds;
        for (uint256 i; i < configs.length; ++i) {
            _refuseRepeated(entry.feeds, configs[i].feed);
            entry.feeds.push(_resolve(configs[i]));
        }
        entry.minCount = minCount;
        emit FeedsSet(market, _configs(entry.feeds), minCount);
    }

    /* VIEWS */

    /// @inheritdoc IPriceAggregator
    function price(uint8 market) external view returns (bool ok, Price memory result) {
        return _price(_markets[market], type(uint32).max);
    }

    /// @inheritdoc IPriceAggregator
    function priceWithin(uint8 market, uint32 maxAgeSeconds) external view returns (bool ok, Price memory result) {
        return _price(_markets[market], maxAgeSeconds);
    }

    /// @inheritdoc IPriceAggregator
    function readings(uint8 market) external view returns (FeedReading[] memory list) {
        Feed[] storage stored = _markets[market].feeds;
        list = new FeedReading[](stored.length);
        for (uint256 i; i < list.length; ++i) {
            list[i] = _read(stored[i], type(uint32).max);
        }
    }

    /// @inheritdoc IPriceAggregator
    function feeds(uint8 market) external view returns (FeedConfig[] memory configs, uint8 minCount) {
        return (_configs(_markets[market].feeds), _markets[market].minCount);
    }

    /* INTERNAL */

    function _price(Market storage entry, uint256 maxAgeSeconds) private view returns (bool ok, Price memory result) {
        uint256 length = entry.feeds.length;
        Sample[] memory samples = new Sample[](length);
        uint256 count;
        uint64 publishTime;
        for (uint256 i; i < length; ++i) {
            Feed memory feed = entry.feeds[i];
            FeedReading memory answer = _read(feed, maxAgeSeconds);
            if (answer.standing != Standing.Used) continue;

            WeightedMedian.insert(samples, count++, Sample(answer.priceE18, feed.weight));
            if (answer.updatedAt > publishTime) publishTime = answer.updatedAt;
        }
        // A feed whose clock is ahead must not make its readers wait for theirs to catch up.
        if (publishTime > block.timestamp) publishTime = uint64(block.timestamp);
        // At most MAX_FEEDS.
        result.count = uint8(count);
        if (count == 0 || count < entry.minCount) return (false, result);

        result.priceE18 = WeightedMedian.median(samples, count);
        result.confidenceE18 = WeightedMedian.spread(samples, count, result.priceE18);
        result.publishTime = publishTime;
        return (true, result);
    }

    /// @dev Never reverts on what the feed says or does; only when the caller has brought too little gas.
    function _read(Feed memory feed, uint256 maxAgeSeconds) private view returns (FeedReading memory result) {
        uint256 left = gasleft();
        if (left < FeedReader.FEED_GAS_NEEDED) {
            revert PriceAggregator_GasTooLow(left, FeedReader.FEED_GAS_NEEDED);
        }
        (bool ok, int256 answer, uint256 updatedAt) = FeedReader.latest(feed.source);

        result.feed = feed.source;
        // The cast is only reached with 64 bits or fewer: anything larger is far ahead of time.
        if (updatedAt <= type(uint64).max) result.updatedAt = uint64(updatedAt);
        uint256 oldest = maxAgeSeconds < feed.maxAgeSeconds ? maxAgeSeconds : feed.maxAgeSeconds;
        uint256 priceE18 = _normalise(answer, feed.decimals);
        if (!ok) result.standing = Standing.Failed;
        else if (priceE18 == 0) result.standing = Standing.BadPrice;
        else if (updatedAt > block.timestamp + AHEAD_SECONDS) result.standing = Standing.Ahead;
        else if (block.timestamp > updatedAt + oldest) result.standing = Standing.Stale;
        else result.priceE18 = priceE18;
    }

    /// @dev `answer` with 18 decimals, or 0 when it is not a price: zero, negative, or out of range.
    function _normalise(int256 answer, uint8 decimals) private pure returns (uint256) {
        if (answer <= 0) return 0;
        // Positive, so the cast keeps it.
        uint256 value = uint256(answer);
        if (decimals > DECIMALS) {
            value /= 10 ** (decimals - DECIMALS);
        } else {
            // Bounded before it is multiplied by at most 10^18, so the product stays below 2^172.
            if (value > MAX_PRICE_E18) return 0;
            value *= 10 ** (DECIMALS - decimals);
        }
        return value > MAX_PRICE_E18 ? 0 : value;
    }

    function _resolve(FeedConfig calldata config) private view returns (Feed memory) {
        if (config.maxAgeSeconds == 0) revert PriceAggregator_InvalidFeed(address(config.feed));
        uint8 decimals = _decimalsOf(config.feed);
        return Feed(config.feed, config.maxAgeSeconds, config.weight == 0 ? 1 : config.weight, decimals);
    }

    function _decimalsOf(IAggregatorV3 feed) private view returns (uint8 decimals) {
        if (address(feed).code.length == 0) revert PriceAggregator_InvalidFeed(address(feed));
        decimals = feed.decimals();
        if (decimals > MAX_DECIMALS) revert PriceAggregator_InvalidFeed(address(feed));
    }

    function _refuseRepeated(Feed[] storage stored, IAggregatorV3 feed) private view {
        for (uint256 i; i < stored.length; ++i) {
            if (stored[i].source == feed) revert PriceAggregator_InvalidFeed(address(feed));
        }
    }

    function _configs(Feed[] storage stored) private view returns (FeedConfig[] memory configs) {
        configs = new FeedConfig[](stored.length);
        for (uint256 i; i < configs.length; ++i) {
            Feed memory feed = stored[i];
            configs[i] = FeedConfig(feed.source, feed.maxAgeSeconds, feed.weight);
        }
    }
}
