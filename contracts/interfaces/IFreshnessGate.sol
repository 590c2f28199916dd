// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiftGate} from "./ILiftGate.sol";
import {IPriceAggregator} from "./IPriceAggregator.sol";

/// @notice How prices have to come in before a halt is lifted. One slot.
struct Pace {
    // New prices that have to be seen after the halt.
    uint8 observations;
    // Least time between two of them, both in publish time and in block time.
    uint16 minGapSeconds;
    // Greatest age of the newest of them at the moment of the lift.
    uint24 maxAgeSeconds;
}

/// @title IFreshnessGate
/// @notice Answers a hub that asks whether prices are fresh enough to lift a halt, from what anybody had it observe.
interface IFreshnessGate is ILiftGate {
    /* EVENTS */

    /// @notice A new price of `market`, good enough to lift, was seen.
    event Observed(uint8 indexed market, uint64 publishTime);

    /// @notice Halts of `market` wait until `least` of the markets in `sources` are fresh; none when both are zero.
    event SourceSet(uint8 indexed market, uint32 sources, uint8 least);

    /// @notice The pace was set.
    event PaceSet(Pace pace);

    /* ERRORS */

    /// @notice Thrown when `market` is past the last one.
    error FreshnessGate_UnknownMarket(uint8 market);

    /// @notice Thrown when `least` is zero or more than the markets in `sources`, or these include market 0, which has no
    /// price.
    error FreshnessGate_InvalidSource(uint32 sources, uint8 least);

    /// @notice Thrown when a parameter is out of its bounds.
    error FreshnessGate_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /* ACTIONS */

    /// @notice Looks at the price of `market` and remembers when it was published, if it is new and may be used to lift
    /// ({Action.Lift}). Anybody may call it, at any time; a lift of a halt needs it called after each of several prices.
    /// @dev Nothing new, nothing done: no revert. Reverts when the aggregator does: too little gas.
    /// @return isNew Whether an observation was added.
    function observe(uint8 market) external returns (bool isNew);

    /* GOVERNANCE */

    /// @notice Sets the markets whose prices have to be fresh before a halt of `market` is lifted, a bit each, and how many
    /// of them. For a market with a price of its own that is its own bit and 1. Zero and zero remove the condition.
    /// @dev Warning: a market without sources lifts without a price. That is for markets that have none, like a drill's.
    function setSource(uint8 market, uint32 sources, uint8 least) external;

    /// @notice Sets the pace. What was observed stays.
    function setPace(Pace calldata newPace) external;

    /* VIEWS */

    /// @notice Where prices come from.
    function aggregator() external view returns (IPriceAggregator);

    /// @notice Markets whose prices have to be fresh for `market`, a bit each, and how many of them.
    function source(uint8 market) external view returns (uint32 sources, uint8 least);

    /// @notice The pace.
    function pace() external view returns (Pace memory);

    /// @notice Publish times of the latest observations of `market`, the newest first; zeros where there were fewer than
    /// seven.
    function observed(uint8 market) external view returns (uint64[7] memory publishTimes);

    /// @notice Whether enough new prices of `market` were published after `since`, and the newest is young enough now.
    function isFresh(uint8 market, uint64 since) external view returns (bool);
}
