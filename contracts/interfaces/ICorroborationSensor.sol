// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {ISensor} from "./ISensor.sol";

/// @notice When several sensors agree about a market, and what is asserted then. One slot.
struct CorroborationParameters {
    // Classes that have to agree; a class is the cause in a sensor's grant. At least two.
    uint8 classes;
    // How long ago an assertion may lie.
    uint24 windowSeconds;
    // An assertion counts when it reaches the rung given here on at least one axis. An axis at its lowest rung does not
    // count at all.
    Rungs counted;
    // What is asserted when they agree.
    Rungs asserted;
}

/// @title ICorroborationSensor
/// @notice Asserts the high rungs, when sensors of several classes have asserted lower ones.
interface ICorroborationSensor is ISensor {
    /* EVENTS */

    /// @notice Enough classes agree about `market`.
    /// @param classes Bit c set: a sensor of cause c counted.
    event Agreed(uint8 indexed market, uint256 classes, Rungs rungs);

    /// @notice `sensor` is asked from now on, or no longer.
    event WitnessSet(ISensor indexed sensor, bool isActive);

    /// @notice The parameters of `market` were set.
    event CorroborationMarketSet(uint8 indexed market, CorroborationParameters parameters);

    /* ERRORS */

    /// @notice Thrown when `market` has not been set up here, or cannot be.
    error CorroborationSensor_UnknownMarket(uint8 market);

    /// @notice Thrown when a sensor has no code, is this one, is added twice, or is not there to be removed.
    error CorroborationSensor_InvalidWitness(address sensor);

    /// @notice Thrown when there are as many sensors as one poke can ask.
    error CorroborationSensor_TooManyWitnesses(uint256 most);

    /// @notice Thrown when a parameter is out of its bounds.
    error CorroborationSensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when nothing would count, or nothing would be asserted.
    error CorroborationSensor_InvalidRungs(Rungs counted, Rungs asserted);

    /// @notice Thrown when the transaction has too little gas left to give a sensor its share.
    error CorroborationSensor_GasTooLow(uint256 left, uint256 needed);

    /* GOVERNANCE */

    /// @notice Adds or removes a sensor that is asked.
    function setWitness(ISensor sensor, bool isActive) external;

    /// @notice Sets up or changes `market`.
    function setMarket(uint8 market, CorroborationParameters calldata parameters) external;

    /* VIEWS */

    /// @notice Sensors that are asked.
    function witnesses() external view returns (ISensor[] memory);

    /// @notice The parameters of `market`. All zero when it is not set up.
    function parametersOf(uint8 market) external view returns (CorroborationParameters memory);

    /// @notice Classes that count for `market` now: bit c set, a sensor of cause c.
    function classesOf(uint8 market) external view returns (uint256 classes);
}
