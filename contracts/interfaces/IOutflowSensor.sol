// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {ISensor} from "./ISensor.sol";

/// @notice Limits on what may leave one market's venue, net. One slot.
struct OutflowParameters {
    // The limit of each window is the larger of a share of the value locked, in basis points, and a floor, in units.
    uint64 shortFloor;
    uint64 longFloor;
    uint16 shortBps;
    uint16 longBps;
    // Time constant of each window.
    uint24 shortSeconds;
    uint24 longSeconds;
    // How far above its limit inflow raises a window's room, in basis points of the limit.
    uint16 creditBps;
    // Net outflow, in limits of its window, from which the severe rungs hold.
    uint8 severeFactor;
    // What is asserted above the limit of each window, and above `severeFactor` times the limit of either.
    Rungs shortRungs;
    Rungs longRungs;
    Rungs severeRungs;
}

/// @notice One flow as the venue reports it. Amounts are the token's own.
struct Flow {
    uint256 market;
    uint256 amount;
    // What the venue held before the flow, by its own book.
    uint256 heldBefore;
}

/// @notice What the sensor knows of a market now. Amounts are the token's own, rounded to units.
struct OutflowReading {
    // What may still leave before the limit is exceeded; negative above it.
    int256 shortRoom;
    int256 longRoom;
    uint256 shortLimit;
    uint256 longLimit;
    // Average of the value locked over the long window.
    uint256 valueLocked;
    // When a flow was last recorded (1: never), and rungs last asserted.
    uint64 recordedAt;
    uint64 assertedAt;
    // What a poke would assert now.
    Rungs due;
}

/// @title IOutflowSensor
/// @notice Asserts when more leaves a venue, net, than its value locked allows within two windows.
/// @dev Recording costs the same however long nothing was recorded. It never reverts on what is recorded, on who
/// records it, or on what the hub does: only when an assertion is due and the transaction has too little gas to make it.
interface IOutflowSensor is ISensor {
    /* EVENTS */

    /// @notice More left `market` than a window allows, and `asserted` was asserted. Amounts are the token's own.
    event Exceeded(uint8 indexed market, Rungs asserted, int256 shortRoom, int256 longRoom, uint256 valueLocked);

    /// @notice Somebody else than the venue reported a flow, or the market is not set up. Nothing was recorded.
    event FlowIgnored(address indexed caller, uint256 indexed market);

    /// @notice The flow was recorded, the hub did not take the assertion. The next flow, or a poke, tries again.
    event AssertionFailed(uint8 indexed market, Rungs due);

    /// @notice The limits of `market` were set. What was recorded is kept.
    event MarketSet(uint8 indexed market, OutflowParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error OutflowSensor_UnknownMarket(uint8 market);

    /// @notice Thrown when an address that has to be a contract is none.
    error OutflowSensor_NotAContract(address account);

    /// @notice Thrown when a parameter is out of its bounds.
    error OutflowSensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when rungs assert nothing, or the severe ones less than another window's.
    error OutflowSensor_InvalidRungs(Rungs rungs);

    /// @notice Thrown when an assertion is due and the transaction has too little gas left for the hub's full share.
    /// @dev Without this, whoever withdraws could starve the assertion of their own withdrawal.
    error OutflowSensor_GasTooLow(uint256 left, uint256 needed);

    /* ACTIONS */

    /// @notice Records that `flow` came into the calling venue.
    function onInflow(Flow calldata flow) external;

    /// @notice Records that `flow` leaves the calling venue, and asserts when that is too much.
    /// @dev Warning: call it through {FlowReport}, which also survives a sensor that is none, and before the tokens
    /// move, so that the posture is tight when the receiver gets control.
    function onOutflow(Flow calldata flow) external;

    /* GOVERNANCE */

    /// @notice Sets up `market`, or changes its limits. Never refills: rooms stay as they are now, or shrink to what
    /// the new limits allow; a room grows by time and inflow alone.
    function setMarket(uint8 market, OutflowParameters calldata parameters) external;

    /* VIEWS */

    /// @notice The only account whose flows are recorded.
    function venue() external view returns (address);

    /// @notice Token amount that one unit stands for. Outflow is rounded up to units, inflow down.
    function unit() external view returns (uint256);

    /// @notice What the sensor knows of `market`.
    function reading(uint8 market) external view returns (OutflowReading memory);

    /// @notice Limits of `market`. All zero when it is not set up.
    function limits(uint8 market) external view returns (OutflowParameters memory parameters);
}
