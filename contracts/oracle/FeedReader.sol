// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IConfidentFeed} from "../interfaces/IConfidentFeed.sol";

/// @title FeedReader
/// @notice Reads a feed that may do anything.
library FeedReader {
    /// @notice Gas that a feed may use. Chainlink's own, behind their proxies, need less than a quarter of it.
    uint256 internal constant FEED_GAS = 150_000;

    /// @notice Gas that has to be left before a feed is read. A call gets at most 63/64 of what is left after its own
    /// price (2,600 for an account not touched before), so this guarantees {FEED_GAS} in full.
    uint256 internal constant FEED_GAS_NEEDED = 160_000;

    uint256 private constant ROUND_BYTES = 160;
    uint256 private constant READING_BYTES = 96;
    uint256 private constant WORD_BYTES = 32;

    /// @notice The feed's `answer`, `startedAt` and `updatedAt`.
    /// @return ok False when the feed reverted, used up its gas, has no code, or did not return exactly five words.
    function latest(
        IAggregatorV3 feed
    ) internal view returns (bool ok, int256 answer, uint256 startedAt, uint256 updatedAt) {
        uint256 word;
        (ok, word, startedAt, updatedAt) = _ask(
            address(feed),
            IAggregatorV3.latestRoundData.selector,
            ROUND_BYTES,
            WORD_BYTES
        );
        // The feed's own two's complement.
        answer = int256(word);
    }

    /// @notice The feed's `answer`, `confidence` and `updatedAt`.
    /// @return ok As {latest} says, of three words.
    function latestReading(
        IAggregatorV3 feed
    ) internal view returns (bool ok, int256 answer, uint256 confidence, uint256 updatedAt) {
        uint256 word;
        (ok, word, confidence, updatedAt) = _ask(
            address(feed),
            IConfidentFeed.latestReading.selector,
            READING_BYTES,
            0
        );
        answer = int256(word);
    }

    /// @dev Three words of what `feed` answers, from byte `skip` on; zeros unless it answered with exactly `size` bytes.
    function _ask(
        address feed,
        bytes4 selector,
        uint256 size,
        uint256 skip
    ) private view returns (bool ok, uint256 first, uint256 second, uint256 third) {
        // Memory-safe: the selector goes to scratch space, the answer past the free memory pointer, which stays. `size`
        // bytes at most are copied, so a feed that returns megabytes spends its own gas on them and none of ours.
        assembly ("memory-safe") {
            mstore(0, selector)
            let answerAt := mload(0x40)
            ok := staticcall(FEED_GAS, feed, 0, 4, answerAt, size)
            ok := and(ok, eq(returndatasize(), size))
            if ok {
                answerAt := add(answerAt, skip)
                first := mload(answerAt)
                second := mload(add(answerAt, 0x20))
                third := mload(add(answerAt, 0x40))
            }
        }
    }
}
