// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {ISensor} from "./ISensor.sol";
import {ISolvencySource, SolvencyReport} from "./ISolvencySource.sol";

/// @notice Parameters of one market. Shares are in basis points.
struct SolvencyParameters {
    // Negative equity, as a share of open interest, from which each tier holds. Each at least twice the one below.
    uint16 equity1Bps;
    uint16 equity2Bps;
    uint16 equity3Bps;
    // Insurance, as a share of its target, at or below which each tier holds. Falling.
    uint16 target1Bps;
    uint16 target2Bps;
    uint16 target3Bps;
    // Insurance, as a share of the stressed loss, below which each tier holds. Falling.
    uint16 stress1Bps;
    uint16 stress2Bps;
    uint16 stress3Bps;
    // Share of its recent peak that insurance loses within the window when tier 3 holds, and the window.
    uint16 drawdownBps;
    uint24 drawdownSeconds;
    // How long a venue may go without a readable report before caution is asserted.
    uint24 blindSeconds;
    // What each tier asserts.
    Rungs tier1Rungs;
    Rungs tier2Rungs;
    Rungs tier3Rungs;
    // Negative equity and peaks of insurance below this are not counted, in units of collateral.
    uint112 dust;
}

/// @notice What the sensor knows of a market.
struct SolvencyReading {
    // Insurance at the latest readable report, and its highest within the last one to two windows.
    uint256 insurance;
    uint256 peak;
    // Tier at that report, and the conditions that held: bit 0 negative equity, bit 1 insurance against target,
    // bit 2 drawdown, bit 3 insurance against stressed loss.
    uint8 tier;
    uint8 conditions;
    // Unix seconds of that report; before the first one, when the source was set.
    uint64 reportedAt;
}

/// @title ISolvencySensor
/// @notice Asserts when a venue reports that it owes more than it has, or that what would cover it is going.
interface ISolvencySensor is ISensor {
    /* EVENTS */

    /// @notice A report of `market` put it into `tier`, or, with tier 0, took it out of one.
    /// @param conditions Bits as in {SolvencyReading}.
    /// @param peak What `report.insurance` was compared with.
    event SolvencySeen(uint8 indexed market, uint8 indexed tier, uint8 conditions, SolvencyReport report, uint256 peak);

    /// @notice No report of `market` could be read since `since` (unix seconds); caution was asserted.
    event SolvencyUnseen(uint8 indexed market, uint64 since);

    /// @notice The source and the parameters of `market` were set.
    event SolvencyMarketSet(uint8 indexed market, ISolvencySource source, SolvencyParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error SolvencySensor_UnknownMarket(uint8 market);

    /// @notice Thrown when a source has no code.
    error SolvencySensor_InvalidSource(address source);

    /// @notice Thrown when a parameter is out of its bounds.
    error SolvencySensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when a tier asserts less than the one below it, the first asserts nothing, or one would halt.
    error SolvencySensor_InvalidRungs(uint8 tier, Rungs rungs);

    /// @notice Thrown when the transaction has too little gas left to give the source its share.
    error SolvencySensor_GasTooLow(uint256 left, uint256 needed);

    /* GOVERNANCE */

    /// @notice Sets up or changes `market`. What is remembered of its insurance is kept unless the source changes.
    function setMarket(uint8 market, ISolvencySource source, SolvencyParameters calldata parameters) external;

    /* VIEWS */

    /// @notice Largest `dust` that can be set, in units of collateral.
    function mostDust() external view returns (uint112);

    /// @notice Who reports `market`. Zero when it is not set up.
    function sourceOf(uint8 market) external view returns (ISolvencySource);

    /// @notice The parameters of `market`. All zero when it is not set up.
    function parametersOf(uint8 market) external view returns (SolvencyParameters memory);

    /// @notice What the sensor knows of `market`.
    function reading(uint8 market) external view returns (SolvencyReading memory);
}
