// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IPriceAggregator} from "./IPriceAggregator.sol";
import {ISensor} from "./ISensor.sol";

/// @notice Parameters of one market. One slot. Shares are in basis points of the peak.
struct DrawdownParameters {
    // Fall below the peak of the short window from which each tier holds, and of the long window.
    uint16 shortTier1Bps;
    uint16 shortTier2Bps;
    uint16 shortTier3Bps;
    uint16 longTier1Bps;
    uint16 longTier2Bps;
    uint16 longTier3Bps;
    // What each tier asserts, whichever window it is in.
    Rungs tier1Rungs;
    Rungs tier2Rungs;
    Rungs tier3Rungs;
    // A window is six of these and what has passed of the seventh.
    uint24 shortBucketSeconds;
    uint24 longBucketSeconds;
    // The most that one price may raise a peak by.
    uint16 clipBps;
    // Least time between two prices that raise a peak.
    uint16 gapSeconds;
    // Oldest price that may begin a window.
    uint8 seedMaxAgeSeconds;
}

/// @notice How a market stands now.
struct DrawdownReading {
    // Highest price of each window, 18 decimals, rounded down by at most one part in 2^24; zero when there is none.
    uint256 shortPeakE18;
    uint256 longPeakE18;
    // How far the aggregator's price is below each, and the tier that this is; zero while there is no price.
    uint256 shortFallBps;
    uint256 longFallBps;
    uint8 tier;
    // Publish time of the price that was last remembered.
    uint64 publishTime;
}

/// @title IDrawdownSensor
/// @notice Asserts when a price has fallen far below its highest of the last day or the last week.
/// @dev What a band around the recent price cannot see: a fall in steps that each stay inside it.
/// Warning: a fall stays a fall until its peak has left the window, so the rungs hold for days unless the price
/// recovers.
interface IDrawdownSensor is ISensor {
    /* EVENTS */

    /// @notice A price of `market` was found in `tier`.
    event Fallen(
        uint8 indexed market,
        uint8 indexed tier,
        uint256 priceE18,
        uint256 shortPeakE18,
        uint256 longPeakE18,
        uint64 publishTime
    );

    /// @notice The parameters of `market` were set up or changed. Its peaks are kept.
    event MarketSet(uint8 indexed market, DrawdownParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error DrawdownSensor_UnknownMarket(uint8 market);

    /// @notice Thrown when a parameter is out of its bounds.
    error DrawdownSensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when a tier asserts less than the one below it, or the first asserts nothing.
    error DrawdownSensor_InvalidRungs(uint8 tier, Rungs rungs);

    /* GOVERNANCE */

    /// @notice Sets up or changes the parameters of `market`.
    /// @dev Warning: new bucket lengths reinterpret the peaks that are kept; they are right again after one window.
    function setMarket(uint8 market, DrawdownParameters calldata parameters) external;

    /* VIEWS */

    /// @notice Where prices come from.
    function aggregator() external view returns (IPriceAggregator);

    /// @notice The parameters of `market`. All zero when it is not set up.
    function parametersOf(uint8 market) external view returns (DrawdownParameters memory);

    /// @notice How `market` stands now, whether or not somebody has poked.
    function reading(uint8 market) external view returns (DrawdownReading memory);
}
