// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IPriceAggregator} from "./IPriceAggregator.sol";
import {ISensor} from "./ISensor.sol";

/// @notice What can be wrong with a market's price. Fault f is bit f of a set of faults.
enum Fault {
    // Fewer feeds are usable than are expected, but enough for a price.
    Missing,
    // The newest feed in use is old.
    Stale,
    // Feeds disagree, or are unsure: the price's confidence is wide.
    Dispersed,
    // Fewer feeds are usable than a price needs.
    NoPrice,
    // The chain's sequencer is down, cannot be judged, or came back less than the grace ago.
    Sequencer
}

/// @dev Number of faults.
uint256 constant FAULTS = 5;

/// @notice Parameters of one market. One slot. A fault whose rungs are calm is not looked for.
struct HealthParameters {
    // Usable feeds that are expected. As many as the market has, unless one is known to be out.
    uint8 expectedCount;
    // Age of the newest feed in use from which the price is stale.
    uint24 staleSeconds;
    // Confidence from which the price is dispersed, in basis points of it.
    uint16 dispersedBps;
    // How long a fault has to last before it is asserted.
    uint24 persistSeconds;
    // Longest time between two pokes over which a fault is taken to have lasted.
    uint24 memorySeconds;
    // What each fault asserts.
    Rungs missingRungs;
    Rungs staleRungs;
    Rungs dispersedRungs;
    Rungs noPriceRungs;
    Rungs sequencerRungs;
}

/// @notice What the sensor knows of a market.
struct HealthReading {
    // Faults at the latest poke that saw any or saw them gone, a bit each.
    uint8 faults;
    // Since when each of them has been seen without a break, in the order of {Fault}; 0 when it is not there.
    uint64[FAULTS] since;
    // Block time of that poke.
    uint64 seenAt;
}

/// @title IOracleHealthSensor
/// @notice Asserts when a market's price source is not what it should be. Never halts: no price is a reason to stop
/// taking risk, not to stop taking it off.
interface IOracleHealthSensor is ISensor {
    /* EVENTS */

    /// @notice A poke found faults of `market` that are asserted, or others than the poke before.
    /// @param faults Faults that are there now, a bit each.
    /// @param lasting Those of them that are asserted.
    event Examined(uint8 indexed market, uint8 faults, uint8 lasting);

    /// @notice The parameters of `market` were set. What the sensor knows of it is kept.
    event MarketSet(uint8 indexed market, HealthParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error OracleHealthSensor_UnknownMarket(uint8 market);

    /// @notice Thrown when a parameter is out of its bounds.
    error OracleHealthSensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when a fault would assert more than this sensor may, or having no price less than missing a feed.
    error OracleHealthSensor_InvalidRungs(Fault fault, Rungs rungs);

    /// @notice Thrown when no fault would assert anything.
    error OracleHealthSensor_AllCalm();

    /* GOVERNANCE */

    /// @notice Sets the parameters of `market`.
    function setMarket(uint8 market, HealthParameters calldata newParameters) external;

    /* VIEWS */

    /// @notice Where prices come from.
    function aggregator() external view returns (IPriceAggregator);

    /// @notice What is wrong with the price of `market` now, a bit each, whether or not it has lasted.
    function examine(uint8 market) external view returns (uint8 faults);

    /// @notice What the sensor knows of `market`. All zero until a fault was seen.
    function reading(uint8 market) external view returns (HealthReading memory);

    /// @notice The parameters of `market`. All zero when it is not set up.
    function parametersOf(uint8 market) external view returns (HealthParameters memory);
}
