// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {CorroborationParameters, ICorroborationSensor} from "../../interfaces/ICorroborationSensor.sol";
import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {Cause, SensorGrant} from "../../types/Incident.sol";
import {MARKETS} from "../../types/Posture.sol";
import {Rungs} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";
import {SensorReader} from "./SensorReader.sol";

/// @title CorroborationSensor
/// @notice Asserts the high rungs when sensors of several classes have asserted lower ones within a window.
/// @dev **Design**
/// - Each sensor's grant stops below the high rungs; this one's grant has them. So no single sensor, and no single class
///   of sensors, halts where governance asks for two.
/// - A sensor's class is the cause in its grant at the hub, fixed there: two sensors of one class count once.
/// - What people say is not evidence of its own: alarms, operators, the council and this sensor itself do not count.
/// - Sensors are asked when somebody pokes; nothing is remembered here. Only a sensor's latest assertion for the market
///   itself counts: one that has come down since is no longer agreement about the higher rung.
///
/// **Trust assumptions**
/// - The hub's grants. A sensor whose grant was withdrawn no longer counts.
/// - The owner (governance) registers sensors whose answers to `lastAsserted` are true. One that reverts, burns gas or
///   answers nonsense does not count and does not keep the others from counting.
contract CorroborationSensor is ICorroborationSensor, AssertingSensor, Ownable {
    /// @notice Most sensors that one poke asks.
    uint256 public constant MAX_WITNESSES = 16;

    /// @notice Fewest classes that are agreement.
    uint256 public constant MIN_CLASSES = 2;

    /// @notice Classes that can count: price, volatility, outflow, solvency, oracle and messaging.
    uint256 public constant MAX_CLASSES = 6;

    uint256 public constant MIN_WINDOW_SECONDS = 1 minutes;
    uint256 public constant MAX_WINDOW_SECONDS = 1 hours;

    ISensor[] private _witnesses;

    /// @dev market => its parameters
    mapping(uint8 => CorroborationParameters) private _parameters;

    constructor(IIncidentState hub_, address owner) AssertingSensor(hub_) Ownable(owner) {}

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        uint256 classes = classesOf(market);
        CorroborationParameters memory parameters = _parameters[market];
        if (_count(classes) < parameters.classes) return asserted;

        asserted = parameters.asserted;
        emit Agreed(market, classes, asserted);
        _assertRungs(market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc ICorroborationSensor
    function setWitness(ISensor sensor, bool isActive) external onlyOwner {
        uint256 count = _witnesses.length;
        uint256 at = count;
        for (uint256 i; i < count; ++i) {
            if (_witnesses[i] == sensor) at = i;
        }
        bool isImpossible = isActive && (address(sensor).code.length == 0 || address(sensor) == address(this));
        if (isImpossible || (at != count) == isActive) revert CorroborationSensor_InvalidWitness(address(sensor));

        if (isActive) {
            if (count == MAX_WITNESSES) revert CorroborationSensor_TooManyWitnesses(MAX_WITNESSES);
            _witnesses.push(sensor);
        } else {
            _witnesses[at] = _witnesses[count - 1];
            _witnesses.pop();
        }
        emit WitnessSet(sensor, isActive);
    }

    /// @inheritdoc ICorroborationSensor
    function setMarket(uint8 market, CorroborationParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert CorroborationSensor_UnknownMarket(market);
        _within("classes", parameters.classes, MIN_CLASSES, MAX_CLASSES);
        _within("windowSeconds", parameters.windowSeconds, MIN_WINDOW_SECONDS, MAX_WINDOW_SECONDS);
        parameters.counted.validate();
        parameters.asserted.validate();
        if (parameters.counted.isCalm() || parameters.asserted.isCalm()) {
            revert CorroborationSensor_InvalidRungs(parameters.counted, parameters.asserted);
        }
        _parameters[market] = parameters;
        emit CorroborationMarketSet(market, parameters);
    }

    /* VIEWS */

    /// @inheritdoc ICorroborationSensor
    function witnesses() external view returns (ISensor[] memory) {
        return _witnesses;
    }

    /// @inheritdoc ICorroborationSensor
    function parametersOf(uint8 market) external view returns (CorroborationParameters memory) {
        return _parameters[market];
    }

    /// @inheritdoc ICorroborationSensor
    function classesOf(uint8 market) public view returns (uint256 classes) {
        CorroborationParameters memory parameters = _parameters[market];
        if (parameters.classes == 0) revert CorroborationSensor_UnknownMarket(market);
        uint256 count = _witnesses.length;
        for (uint256 i; i < count; ++i) {
            classes |= _classOf(_witnesses[i], market, parameters);
        }
    }

    /* INTERNAL */

    /// @return bit The bit of the sensor's class when its latest assertion counts, else none.
    function _classOf(
        ISensor sensor,
        uint8 market,
        CorroborationParameters memory parameters
    ) private view returns (uint256 bit) {
        SensorGrant memory grant = hub.sensorGrant(address(sensor));
        bool isGranted = grant.isActive && (grant.markets >> market) & 1 == 1;
        if (!isGranted || grant.cause > Cause.Messaging) return 0;

        uint256 needed = SensorReader.gasNeeded();
        if (gasleft() < needed) revert CorroborationSensor_GasTooLow(gasleft(), needed);
        (bool ok, Rungs rungs, uint256 at) = SensorReader.lastAsserted(sensor, market);
        if (!ok || block.timestamp > at + parameters.windowSeconds) return 0;
        return _reaches(rungs, parameters.counted) ? 1 << uint256(grant.cause) : 0;
    }

    function _reaches(Rungs rungs, Rungs counted) private pure returns (bool) {
        bool onBreaker = counted.breaker() != 0 && rungs.breaker() >= counted.breaker();
        return onBreaker || (counted.margin() != 0 && rungs.margin() >= counted.margin());
    }

    function _count(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert CorroborationSensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
