// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IPriceAggregator} from "./IPriceAggregator.sol";
import {ISensor} from "./ISensor.sol";

/// @notice Parameters of one market's band. One slot. Shares are in basis points of the reference.
struct BandParameters {
    // Deviation from which each tier holds. Each at least twice the one below.
    uint16 tier1Bps;
    uint16 tier2Bps;
    uint16 tier3Bps;
    // How long a breach of each tier is taken to last after the price was last seen outside.
    uint24 tier1Seconds;
    uint24 tier2Seconds;
    uint24 tier3Seconds;
    // What each tier asserts.
    Rungs tier1Rungs;
    Rungs tier2Rungs;
    Rungs tier3Rungs;
    // Time constant of the reference.
    uint24 tauSeconds;
    // The most that one pulse may move the reference by.
    uint16 clipBps;
    // How far the price may move within the long window, either way, before tier 1 holds.
    uint16 anchorUpBps;
    uint16 anchorDownBps;
    uint24 anchorSeconds;
    // Oldest price that may seed the reference.
    uint8 seedMaxAgeSeconds;
    // Least time between two pulses.
    uint8 minGapSeconds;
}

/// @notice What the sensor knows of a market.
struct BandReading {
    // Zero until seeded.
    uint256 referenceE18;
    uint256 anchorE18;
    // Price, deviation and tier at the latest poke that saw something new.
    uint256 priceE18;
    uint256 deviationBps;
    uint8 tier;
    // Publish time of the price that last moved the reference, and the block time at which it did.
    uint64 publishTime;
    uint64 pulsedAt;
    // When the latest breach ends or ended, the highest tier it reached, and whether it counts one tier up.
    uint64 breachEndsAt;
    uint8 breachTier;
    bool isEscalated;
}

/// @title IPriceBandSensor
/// @notice Asserts when a price leaves the band around its own recent past.
interface IPriceBandSensor is ISensor {
    /* EVENTS */

    /// @notice The reference of `market` was seeded.
    event Seeded(uint8 indexed market, uint256 priceE18, uint64 publishTime);

    /// @notice A new price of `market` was looked at.
    /// @param tier 0 inside the band; otherwise the tier asserted, escalation included.
    /// @param referenceE18 The reference that the price was compared with, before this price moved it.
    /// @param anchorE18 The long-window anchor that the price was compared with.
    /// @param deviationBps Distance from the reference net of confidence.
    event Pulsed(
        uint8 indexed market,
        uint8 indexed tier,
        uint256 priceE18,
        uint256 referenceE18,
        uint256 anchorE18,
        uint256 deviationBps,
        uint64 publishTime
    );

    /// @notice The band of `market` was set up or changed. What the sensor knows of it is kept.
    event MarketSet(uint8 indexed market, BandParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error PriceBandSensor_UnknownMarket(uint8 market);

    /// @notice Thrown when a parameter is out of its bounds.
    error PriceBandSensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when a tier asserts less than the one below it, or the first asserts nothing.
    error PriceBandSensor_InvalidRungs(uint8 tier, Rungs rungs);

    /* GOVERNANCE */

    /// @notice Sets up or changes the band of `market`.
    /// @dev Warning: changing a band does not seed anew; a reference far from the price is reported as a breach until
    /// it has caught up.
    function setMarket(uint8 market, BandParameters calldata parameters) external;

    /* VIEWS */

    /// @notice Where prices come from.
    function aggregator() external view returns (IPriceAggregator);

    /// @notice What the sensor knows of `market`. All zero until seeded.
    function reading(uint8 market) external view returns (BandReading memory);

    /// @notice The band of `market`. All zero when it is not set up.
    function band(uint8 market) external view returns (BandParameters memory);
}
