// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {SequencerStatus} from "../interfaces/IPriceAggregator.sol";
import {FeedReader} from "./FeedReader.sol";

/// @notice A chain's sequencer feed, and how long after it came back prices wait. One slot.
struct Sequencer {
    // Zero where the chain has no sequencer to watch.
    IAggregatorV3 feed;
    uint32 graceSeconds;
}

using SequencerLib for Sequencer global;

/// @title SequencerLib
/// @notice Judges a Chainlink L2 uptime feed: `answer` 0 up, 1 down; `startedAt` since when.
library SequencerLib {
    int256 private constant UP = 0;
    int256 private constant DOWN = 1;

    /// @notice Shortest grace that may be set: GMX's, 300 seconds.
    uint256 internal constant MIN_GRACE_SECONDS = 5 minutes;

    /// @notice Longest grace that may be set.
    uint256 internal constant MAX_GRACE_SECONDS = 1 days;

    /// @notice How the sequencer stands, and since when. A feed that fails, says something else than up or down, or has
    /// no start in the past is {SequencerStatus.Unknown}: what cannot be judged is not taken to be up.
    /// @dev The caller has made sure of {FeedReader.FEED_GAS_NEEDED}.
    function status(Sequencer memory sequencer) internal view returns (SequencerStatus, uint64 since) {
        if (address(sequencer.feed) == address(0)) return (SequencerStatus.None, 0);

        (bool ok, int256 answer, uint256 startedAt, ) = FeedReader.latest(sequencer.feed);
        if (!ok || startedAt == 0 || startedAt > block.timestamp) return (SequencerStatus.Unknown, 0);

        // Not later than now, so it fits.
        since = uint64(startedAt);
        if (answer == DOWN) return (SequencerStatus.Down, since);
        if (answer != UP) return (SequencerStatus.Unknown, 0);
        bool isOver = block.timestamp > startedAt + sequencer.graceSeconds;
        return (isOver ? SequencerStatus.Up : SequencerStatus.Grace, since);
    }

    /// @notice Whether prices that need the sequencer may be used at `status_`.
    function allows(SequencerStatus status_) internal pure returns (bool) {
        return status_ == SequencerStatus.None || status_ == SequencerStatus.Up;
    }
}
