// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISensor} from "../interfaces/ISensor.sol";
import {ScriptedFeed} from "./ScriptedFeed.sol";

/// @title FeedBatch
/// @notice Publishes to several feeds in one transaction, so that no reader sees half of a recorded minute.
contract FeedBatch {
    /// @notice Thrown when there is not exactly one answer for each feed.
    error FeedBatch_LengthMismatch(uint256 feeds, uint256 answers);

    /// @notice Publishes each of `answers` to its feed, now.
    function publish(ScriptedFeed[] calldata feeds, int256[] calldata answers) external {
        publishAt(feeds, answers, block.timestamp);
    }

    /// @notice Publishes, and pokes `sensor` in the same transaction, as a keeper who follows the feeds closely would.
    function publishAndPoke(
        ScriptedFeed[] calldata feeds,
        int256[] calldata answers,
        ISensor sensor,
        uint8 market
    ) external {
        publishAt(feeds, answers, block.timestamp);
        sensor.poke(market);
    }

    /// @notice Publishes each of `answers` to its feed, as of `updatedAt`.
    function publishAt(ScriptedFeed[] calldata feeds, int256[] calldata answers, uint256 updatedAt) public {
        if (feeds.length != answers.length) revert FeedBatch_LengthMismatch(feeds.length, answers.length);
        for (uint256 i; i < feeds.length; ++i) {
            feeds[i].publishAt(answers[i], updatedAt);
        }
    }
}
