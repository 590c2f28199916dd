// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {FeedReading, IPriceAggregator, Standing} from "../interfaces/IPriceAggregator.sol";
import {FeedReader} from "./FeedReader.sol";

using FeedLib for Feed global;

/// @notice One feed of a market. One slot.
struct Feed {
    IAggregatorV3 source;
    uint32 maxAgeSeconds;
    uint16 weight;
    uint8 decimals;
    // Read with its confidence.
    bool isConfident;
}

/// @title FeedLib
/// @notice Decides whether what a feed says counts, and brings it to 18 decimals.
library FeedLib {
    /// @notice How far ahead of this chain's clock a publish time may lie, in seconds.
    uint256 internal constant AHEAD_SECONDS = 30;

    /// @notice Largest price that is accepted. Bounds every product that a reader forms with basis points.
    uint256 internal constant MAX_PRICE_E18 = type(uint112).max;

    uint256 private constant BPS = 10_000;
    uint8 private constant DECIMALS = 18;

    /// @notice What `feed` says, and whether it counts: at most `maxAgeSeconds` old besides its own maximum age, and its
    /// own confidence no wider than `maxConfidenceBps` of its price.
    /// @dev Never reverts on what the feed says or does; only when the caller has brought too little gas.
    function read(
        Feed memory feed,
        uint256 maxAgeSeconds,
        uint256 maxConfidenceBps
    ) internal view returns (FeedReading memory result) {
        requireGas();
        (bool ok, int256 answer, uint256 confidence, uint256 updatedAt) = _ask(feed);

        result.feed = feed.source;
        // The cast is only reached with 64 bits or fewer: anything larger is far ahead of time.
        if (updatedAt <= type(uint64).max) result.updatedAt = uint64(updatedAt);
        uint256 oldest = maxAgeSeconds < feed.maxAgeSeconds ? maxAgeSeconds : feed.maxAgeSeconds;
        // Positive, so the cast keeps it.
        uint256 priceE18 = answer > 0 ? _scaled(uint256(answer), feed.decimals) : 0;
        uint256 confidenceE18 = _scaled(confidence, feed.decimals);
        if (!ok) result.standing = Standing.Failed;
        else if (priceE18 == 0 || priceE18 > MAX_PRICE_E18) result.standing = Standing.BadPrice;
        else if (updatedAt > block.timestamp + AHEAD_SECONDS) result.standing = Standing.Ahead;
        else if (block.timestamp > updatedAt + oldest) result.standing = Standing.Stale;
        else if (isWide(confidenceE18, priceE18, maxConfidenceBps)) result.standing = Standing.Wide;
        else (result.priceE18, result.confidenceE18) = (priceE18, confidenceE18);
    }

    /// @notice Reverts unless the gas left gives a feed its share in full.
    function requireGas() internal view {
        uint256 left = gasleft();
        if (left < FeedReader.FEED_GAS_NEEDED) {
            revert IPriceAggregator.PriceAggregator_GasTooLow(left, FeedReader.FEED_GAS_NEEDED);
        }
    }

    /// @notice Whether `confidenceE18` is more than `maxBps` of `priceE18`, a price that is accepted.
    /// @dev A confidence beyond the price is wide whatever the limit, so no product overflows.
    function isWide(uint256 confidenceE18, uint256 priceE18, uint256 maxBps) internal pure returns (bool) {
        return confidenceE18 > priceE18 || confidenceE18 * BPS > priceE18 * maxBps;
    }

    /// @dev Confidence is zero where the feed gives none.
    function _ask(
        Feed memory feed
    ) private view returns (bool ok, int256 answer, uint256 confidence, uint256 updatedAt) {
        if (feed.isConfident) return FeedReader.latestReading(feed.source);
        (ok, answer, , updatedAt) = FeedReader.latest(feed.source);
    }

    /// @dev `value` with 18 decimals, rounded down; the largest number when that is more than can be held.
    function _scaled(uint256 value, uint8 decimals) private pure returns (uint256) {
        if (decimals > DECIMALS) return value / 10 ** (decimals - DECIMALS);
        // Bounded before it is multiplied by at most 10^18, so the product stays below 2^172.
        if (value > MAX_PRICE_E18) return type(uint256).max;
        return value * 10 ** (DECIMALS - decimals);
    }
}
