// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IConfidentFeed} from "../interfaces/IConfidentFeed.sol";
import {
    FeedConfig,
    FeedReading,
    IPriceAggregator,
    Price,
    SequencerStatus,
    Standing
} from "../interfaces/IPriceAggregator.sol";
import {ACTIONS, Action, ActionLimit, Matrix, MatrixLib} from "../types/Matrix.sol";
import {Feed, FeedLib} from "./Feed.sol";
import {MatrixBounds} from "./MatrixBounds.sol";
import {Sequencer, SequencerLib} from "./Sequencer.sol";
import {Sample, WeightedMedian} from "./WeightedMedian.sol";

/// @title PriceAggregator
/// @notice Weighted median of several feeds per market, pushed (Chainlink-compatible) or pulled ({PullFeed}).
/// @dev **Design**
/// - A feed is left out for what it says or does, never trusted to behave: it gets a bounded amount of gas, the words
///   asked for are copied and no more, and age, sign, size and confidence are checked here.
/// - The median does not move outside the honest feeds' range while they hold more than half of the weight used.
/// - Confidence is the weighted median of each feed's distance to the price plus its own confidence: never less than the
///   median absolute deviation, and as robust.
/// - `publishTime` is the newest of the feeds used, so that one slow feed does not hide what the others have said, and
///   never later than now, so that one fast clock does not either.
/// - One price, several strictnesses: an action's row of the matrix leaves feeds out or says that there is no price. It
///   never lets in what {price} leaves out.
/// - Sensors are not held up by the sequencer, for they can only tighten; actions are, where their row says so.
/// - Reading needs gas for every feed in full and reverts for want of it, so a caller cannot starve chosen feeds.
///
/// **Trust assumptions**
/// - The owner (governance) chooses honest feeds of one and the same price, and ages that fit their heartbeats.
/// - A feed's decimals and its kind, read once when it is set, do not change afterwards.
/// - More than half of the weight of the feeds in use tells the truth.
contract PriceAggregator is IPriceAggregator, Ownable {
    using SequencerLib for SequencerStatus;

    /// @notice Most feeds a market may have.
    uint256 public constant MAX_FEEDS = 9;

    /// @notice How far ahead of this chain's clock a publish time may lie, in seconds.
    uint256 public constant AHEAD_SECONDS = FeedLib.AHEAD_SECONDS;

    /// @notice Largest price that is accepted. Bounds every product that a reader forms with basis points.
    uint256 public constant MAX_PRICE_E18 = FeedLib.MAX_PRICE_E18;

    /// @notice Widest confidence of its own with which a feed is used until governance says otherwise, in basis points.
    /// Drift's limit for its first tier.
    uint16 public constant DEFAULT_FEED_CONFIDENCE_BPS = 200;

    uint256 private constant BPS = 10_000;
    uint256 private constant ANY_AGE = type(uint32).max;
    uint8 private constant MAX_DECIMALS = 36;

    /// @dev A reading loads the first slot and the feeds; one for an action the second too.
    struct Market {
        uint8 count;
        uint8 minCount;
        // 0 stands for the default.
        uint16 maxConfidenceBps;
        Matrix matrix;
        // The first `count` of them.
        Feed[MAX_FEEDS] feeds;
    }

    /// @dev market => its feeds and limits
    mapping(uint8 => Market) private _markets;
    Sequencer private _sequencer;

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
            _refuseRepeated(entry, i, configs[i].feed);
            entry.feeds[i] = _resolve(configs[i]);
        }
        // At most MAX_FEEDS.
        (entry.count, entry.minCount) = (uint8(configs.length), minCount);
        emit FeedsSet(market, _configs(entry), minCount);
    }

    /// @inheritdoc IPriceAggregator
    function setMatrix(uint8 market, ActionLimit[ACTIONS] calldata limits) external onlyOwner {
        MatrixBounds.validate(limits);
        _markets[market].matrix = MatrixLib.pack(limits);
        emit MatrixSet(market, limits);
    }

    /// @inheritdoc IPriceAggregator
    function setFeedConfidence(uint8 market, uint16 maxBps) external onlyOwner {
        MatrixBounds.within("maxBps", maxBps, MatrixBounds.MIN_CONFIDENCE_BPS, MatrixBounds.MAX_CONFIDENCE_BPS);
        _markets[market].maxConfidenceBps = maxBps;
        emit FeedConfidenceSet(market, maxBps);
    }

    /// @inheritdoc IPriceAggregator
    function setSequencer(IAggregatorV3 feed, uint32 graceSeconds) external onlyOwner {
        Sequencer memory set = Sequencer(feed, graceSeconds);
        if (address(feed) == address(0)) {
            if (graceSeconds != 0) revert PriceAggregator_InvalidSequencer(address(feed), graceSeconds);
        } else {
            (uint256 least, uint256 most) = (SequencerLib.MIN_GRACE_SECONDS, SequencerLib.MAX_GRACE_SECONDS);
            MatrixBounds.within("graceSeconds", graceSeconds, least, most);
            (SequencerStatus status, ) = set.status();
            if (status == SequencerStatus.Unknown) revert PriceAggregator_InvalidSequencer(address(feed), graceSeconds);
        }
        _sequencer = set;
        emit SequencerSet(feed, graceSeconds);
    }

    /* VIEWS */

    /// @inheritdoc IPriceAggregator
    function price(uint8 market) external view returns (bool ok, Price memory result) {
        return _price(_markets[market], ANY_AGE, BPS);
    }

    /// @inheritdoc IPriceAggregator
    function priceWithin(uint8 market, uint32 maxAgeSeconds) external view returns (bool ok, Price memory result) {
        return _price(_markets[market], maxAgeSeconds, BPS);
    }

    /// @inheritdoc IPriceAggregator
    function priceFor(uint8 market, Action action) external view returns (bool ok, Price memory result) {
        ActionLimit memory limit = _markets[market].matrix.at(action);
        if (limit.maxAgeSeconds == 0) return (false, result);
        if (limit.needsSequencer) {
            (SequencerStatus status, ) = sequencerStatus();
            if (!status.allows()) return (false, result);
        }
        (ok, result) = _price(_markets[market], limit.maxAgeSeconds, limit.maxConfidenceBps);
        if (ok && FeedLib.isWide(result.confidenceE18, result.priceE18, limit.maxConfidenceBps)) {
            Price memory none;
            none.count = result.count;
            return (false, none);
        }
    }

    /// @inheritdoc IPriceAggregator
    function readings(uint8 market) external view returns (FeedReading[] memory list) {
        Market storage entry = _markets[market];
        list = new FeedReading[](entry.count);
        for (uint256 i; i < list.length; ++i) {
            list[i] = FeedLib.read(entry.feeds[i], ANY_AGE, feedConfidence(market));
        }
    }

    /// @inheritdoc IPriceAggregator
    function feeds(uint8 market) external view returns (FeedConfig[] memory configs, uint8 minCount) {
        return (_configs(_markets[market]), _markets[market].minCount);
    }

    /// @inheritdoc IPriceAggregator
    function matrix(uint8 market) external view returns (ActionLimit[ACTIONS] memory) {
        return _markets[market].matrix.unpack();
    }

    /// @inheritdoc IPriceAggregator
    function feedConfidence(uint8 market) public view returns (uint16) {
        uint16 set = _markets[market].maxConfidenceBps;
        return set == 0 ? DEFAULT_FEED_CONFIDENCE_BPS : set;
    }

    /// @inheritdoc IPriceAggregator
    function sequencer() external view returns (IAggregatorV3 feed, uint32 graceSeconds) {
        Sequencer memory set = _sequencer;
        return (set.feed, set.graceSeconds);
    }

    /// @inheritdoc IPriceAggregator
    function sequencerStatus() public view returns (SequencerStatus status, uint64 since) {
        Sequencer memory set = _sequencer;
        if (address(set.feed) != address(0)) FeedLib.requireGas();
        return set.status();
    }

    /* INTERNAL */

    /// @dev `maxConfidenceBps` bounds a feed's own confidence besides the market's limit.
    function _price(
        Market storage entry,
        uint256 maxAgeSeconds,
        uint256 maxConfidenceBps
    ) private view returns (bool ok, Price memory result) {
        (uint256 length, uint256 minCount, uint256 ownBps) = (entry.count, entry.minCount, entry.maxConfidenceBps);
        if (ownBps == 0) ownBps = DEFAULT_FEED_CONFIDENCE_BPS;
        if (maxConfidenceBps < ownBps) ownBps = maxConfidenceBps;

        Sample[] memory samples = new Sample[](length);
        uint256 count;
        for (uint256 i; i < length; ++i) {
            Feed memory feed = entry.feeds[i];
            FeedReading memory answer = feed.read(maxAgeSeconds, ownBps);
            if (answer.standing != Standing.Used) continue;

            WeightedMedian.insert(samples, count++, Sample(answer.priceE18, answer.confidenceE18, feed.weight));
            if (answer.updatedAt > result.publishTime) result.publishTime = answer.updatedAt;
        }
        // At most MAX_FEEDS.
        result.count = uint8(count);
        if (count == 0 || count < minCount) {
            result.publishTime = 0;
            return (false, result);
        }
        // A feed whose clock is ahead must not make its readers wait for theirs to catch up.
        if (result.publishTime > block.timestamp) result.publishTime = uint64(block.timestamp);
        result.priceE18 = WeightedMedian.median(samples, count);
        result.confidenceE18 = WeightedMedian.spread(samples, count, result.priceE18);
        return (true, result);
    }

    function _resolve(FeedConfig calldata config) private view returns (Feed memory) {
        address source = address(config.feed);
        if (config.maxAgeSeconds == 0 || source.code.length == 0) revert PriceAggregator_InvalidFeed(source);
        uint8 decimals = config.feed.decimals();
        if (decimals > MAX_DECIMALS) revert PriceAggregator_InvalidFeed(source);
        bool isConfident = ERC165Checker.supportsInterface(source, type(IConfidentFeed).interfaceId);
        return Feed(config.feed, config.maxAgeSeconds, config.weight == 0 ? 1 : config.weight, decimals, isConfident);
    }

    /// @dev Looks at the first `count` feeds of `entry`.
    function _refuseRepeated(Market storage entry, uint256 count, IAggregatorV3 feed) private view {
        for (uint256 i; i < count; ++i) {
            if (entry.feeds[i].source == feed) revert PriceAggregator_InvalidFeed(address(feed));
        }
    }

    function _configs(Market storage entry) private view returns (FeedConfig[] memory configs) {
        configs = new FeedConfig[](entry.count);
        for (uint256 i; i < configs.length; ++i) {
            Feed memory feed = entry.feeds[i];
            configs[i] = FeedConfig(feed.source, feed.maxAgeSeconds, feed.weight);
        }
    }
}
