// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @title FeedReader
/// @notice Reads a feed that may do anything.
library FeedReader {
    /// @notice Gas that a feed may use. Chainlink's own, behind their proxies, need less than a quarter of it.
    uint256 internal constant FEED_GAS = 150_000;

    /// @notice Gas that has to be left before a feed is read. A call gets at most 63/64 of what is left after its own
    /// price (2,600 for an account not touched before), so this guarantees {FEED_GAS} in full.
    uint256 internal constant FEED_GAS_NEEDED = 160_000;

    uint256 private constant ANSWER_BYTES = 160;

    /// @notice The feed's `answer` and `updatedAt`.
    /// @return ok False when the feed reverted, used up its gas, has no code, or did not return exactly five words.
    function latest(IAggregatorV3 feed) internal view returns (bool ok, int256 answer, uint256 updatedAt) {
        bytes4 selector = IAggregatorV3.latestRoundData.selector;
        // Memory-safe: the selector goes to scratch space, the answer past the free memory pointer, which stays. Five
        // words at most are copied, so a feed that returns megabytes spends its own gas on them and none of ours.
        assembly ("memory-safe") {
            mstore(0, selector)
            let answerAt := mload(0x40)
            ok := staticcall(FEED_GAS, feed, 0, 4, answerAt, ANSWER_BYTES)
            ok := and(ok, eq(returndatasize(), ANSWER_BYTES))
            if ok {
                answer := mload(add(answerAt, 0x20))
                updatedAt := mload(add(answerAt, 0x60))
            }
        }
    }
}
