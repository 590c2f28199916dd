// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ACTIONS, Action, ActionLimit} from "../types/Matrix.sol";
import {IAggregatorV3} from "./IAggregatorV3.sol";

/// @notice One number out of several feeds.
struct Price {
    // Weighted median of the feeds used, 18 decimals.
    uint256 priceE18;
    // Weighted median of how far from `priceE18` each feed used may have the truth: its distance and its own confidence
    // together. At least the dispersion of the feeds.
    uint256 confidenceE18;
    // Publish time of the newest feed used, at most now.
    uint64 publishTime;
    // Feeds used.
    uint8 count;
}

/// @notice How one feed of a market is read. A feed that is an {IConfidentFeed} is read with its confidence.
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
    // It reverted, ran out of its gas, or returned something else than the words asked for.
    Failed,
    // Zero, negative, or too large or too small to be held with 18 decimals.
    BadPrice,
    // Older than the feed's maximum age.
    Stale,
    // Published later than this chain's clock allows.
    Ahead,
    // Less sure of its price than the market allows.
    Wide
}

/// @notice One feed, as it stands now.
struct FeedReading {
    IAggregatorV3 feed;
    Standing standing;
    // Zero unless the feed is used.
    uint256 priceE18;
    uint64 updatedAt;
    // The feed's own confidence. Zero unless the feed is used and gives one.
    uint256 confidenceE18;
}

/// @notice How the chain's sequencer stands.
enum SequencerStatus {
    // There is none to watch.
    None,
    Up,
    // Up, but for less than the grace.
    Grace,
    Down,
    // Its feed fails or makes no sense. Counts as down.
    Unknown
}

/// @title IPriceAggregator
/// @notice The price of each market, from several feeds, pushed or pulled. Sensors and the risk engine use the same number.
/// @dev No content and no behaviour of a feed makes a reading revert: a feed that cannot be used is left out, and when
/// fewer than the market's minimum remain there is no price (`ok` false).
interface IPriceAggregator {
    /* EVENTS */

    /// @notice The feeds of `market` were replaced.
    event FeedsSet(uint8 indexed market, FeedConfig[] feeds, uint8 minCount);

    /// @notice What each action asks of the price of `market` was set, in the order of {Action}.
    event MatrixSet(uint8 indexed market, ActionLimit[ACTIONS] limits);

    /// @notice Feeds of `market` are left out when their own confidence is wider than `maxBps` of their price.
    event FeedConfidenceSet(uint8 indexed market, uint16 maxBps);

    /// @notice The sequencer feed was set; zero when the chain has none.
    event SequencerSet(IAggregatorV3 feed, uint32 graceSeconds);

    /* ERRORS */

    /// @notice Thrown when the transaction has too little gas left to give a feed its share.
    /// @dev Without this, whoever calls could starve chosen feeds and so choose the median.
    error PriceAggregator_GasTooLow(uint256 left, uint256 needed);

    /// @notice Thrown when the minimum count is zero or larger than the number of feeds, or there are too many feeds.
    error PriceAggregator_InvalidCount(uint256 feeds, uint256 minCount);

    /// @notice Thrown when a feed is listed twice, has no maximum age, or its decimals cannot be read or exceed 36.
    error PriceAggregator_InvalidFeed(address feed);

    /// @notice Thrown when a parameter is out of its bounds.
    error PriceAggregator_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when closing a position would ask more of a price than opening one.
    error PriceAggregator_CloseStricterThanOpen();

    /// @notice Thrown when a sequencer feed cannot be judged at the moment, or a grace is set without a feed.
    error PriceAggregator_InvalidSequencer(address feed, uint32 graceSeconds);

    /* GOVERNANCE */

    /// @notice Replaces the feeds of `market`. An empty list with a minimum of zero removes the market.
    /// @dev Warning: a minimum below half of the feeds lets those that still answer decide alone.
    /// @param minCount Feeds that have to be usable for a price to exist.
    /// The market's row of the matrix and its limit of confidence stay as they are.
    function setFeeds(uint8 market, FeedConfig[] calldata feeds, uint8 minCount) external;

    /// @notice Sets what each action asks of the price of `market`, in the order of {Action}.
    /// @dev Closing may not be asked more than opening: the way out stays open at least as long as the way in.
    function setMatrix(uint8 market, ActionLimit[ACTIONS] calldata limits) external;

    /// @notice Leaves out, for every reader of `market`, feeds whose own confidence is wider than `maxBps` of their price.
    function setFeedConfidence(uint8 market, uint16 maxBps) external;

    /// @notice Sets the feed that says whether the chain's sequencer is up, and the grace after it came back. Zero and
    /// zero where there is none.
    function setSequencer(IAggregatorV3 feed, uint32 graceSeconds) external;

    /* VIEWS */

    /// @notice The price of `market`, each feed no older than its own maximum age.
    /// @dev Warning: `result.publishTime` is that of the newest feed, so that it moves whenever any feed speaks and a
    /// reader sees each new price once. It bounds no other feed's age; the feeds' maximum ages do. An action that needs
    /// every feed to be young asks {priceFor} or {priceWithin}.
    /// Warning: says nothing of the sequencer. It is for sensors, which can only tighten.
    /// @return ok False when too few feeds can be used. `result` then holds nothing but their count.
    function price(uint8 market) external view returns (bool ok, Price memory result);

    /// @notice The price of `market` from feeds that are no older than `maxAgeSeconds` either. How an action asks for
    /// less staleness than the feeds are allowed.
    function priceWithin(uint8 market, uint32 maxAgeSeconds) external view returns (bool ok, Price memory result);

    /// @notice The price of `market` as far as `action` may use it: the same number from feeds that are no older and no
    /// less sure than the market's row allows, not less sure itself, and, where the row says so, only with the sequencer up.
    /// @dev The number differs from {price} only where the row leaves feeds out that {price} still uses.
    /// @return ok False when there is no such price; whoever asks must then refuse the action. Also false when the market
    /// has no row. `result` then holds at most the count of usable feeds.
    function priceFor(uint8 market, Action action) external view returns (bool ok, Price memory result);

    /// @notice Every feed of `market` as it stands now, in the order in which they were set.
    function readings(uint8 market) external view returns (FeedReading[] memory);

    /// @notice Feeds of `market` and how many of them have to be usable.
    function feeds(uint8 market) external view returns (FeedConfig[] memory configs, uint8 minCount);

    /// @notice What each action asks of the price of `market`, in the order of {Action}. All zero when it was never set.
    function matrix(uint8 market) external view returns (ActionLimit[ACTIONS] memory);

    /// @notice Widest confidence of its own, in basis points of its price, with which a feed of `market` is used.
    function feedConfidence(uint8 market) external view returns (uint16 maxBps);

    /// @notice The sequencer feed and the grace after it came back; zero and zero where there is none.
    function sequencer() external view returns (IAggregatorV3 feed, uint32 graceSeconds);

    /// @notice How the sequencer stands now, and since when in unix seconds; 0 where that is not known.
    /// @dev Reverts for want of gas like a reading does, so that nobody can make it look unknown.
    function sequencerStatus() external view returns (SequencerStatus status, uint64 since);
}
