// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISensor} from "./ISensor.sol";

/// @title IDrillSensor
/// @notice Halts the drill market, which no venue reads, so that the whole path is exercised while nothing is wrong.
interface IDrillSensor is ISensor {
    /// @notice The least time between two drills was set, in seconds.
    event DrillIntervalSet(uint24 intervalSeconds);

    /// @notice A drill began.
    event Drilled(address indexed by);

    /// @notice Thrown when another market than the drill market is poked.
    error DrillSensor_NotDrillMarket(uint8 market);

    /// @notice Thrown when the interval is out of its bounds.
    error DrillSensor_OutOfBounds(uint256 intervalSeconds, uint256 least, uint256 most);

    /// @notice Sets the least time between two drills, in seconds.
    function setInterval(uint24 newIntervalSeconds) external;

    /// @notice The least time between two drills, in seconds.
    function intervalSeconds() external view returns (uint24);

    /// @notice From when on the next poke is a drill, in unix seconds. 0 before the first.
    function nextDrillAt() external view returns (uint64);
}
