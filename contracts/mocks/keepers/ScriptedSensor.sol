// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {Rungs} from "../../types/Rungs.sol";
import {Behaviour} from "../ScriptedFeed.sol";

/// @title ScriptedSensor
/// @notice A sensor whose condition is what it is told, and which says of its past what it is told. Anybody may tell it.
contract ScriptedSensor is ISensor {
    /// @notice Thrown when the sensor is told to revert.
    error ScriptedSensor_ToldToRevert();

    uint256 private constant HUGE_BYTES = 20_000;
    uint256 private constant LITTLE_BYTES = 32;

    struct Said {
        uint256 rungs;
        uint256 at;
    }

    /// @inheritdoc ISensor
    IIncidentState public immutable hub;

    /// @notice How often it was poked.
    uint256 public pokes;

    mapping(uint8 => Said) private _said;
    Rungs private _held;
    Behaviour private _behaviour;

    constructor(IIncidentState hub_) {
        hub = hub_;
    }

    /// @notice From now on `rungs` hold, for every market.
    function hold(Rungs rungs) external {
        _held = rungs;
    }

    /// @notice From now on, behaves like this when it is read or poked.
    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    /// @notice From now on, says that it asserted `rungs` for `market` at `at`: any words at all.
    function say(uint8 market, uint256 rungs, uint256 at) external {
        _said[market] = Said(rungs, at);
    }

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs) {
        _misbehave();
        ++pokes;
        if (_held.isCalm()) return _held;
        _said[market] = Said(Rungs.unwrap(_held), block.timestamp);
        hub.assertRungs(market, _held);
        return _held;
    }

    /// @inheritdoc ISensor
    function lastAsserted(uint8 market) external view returns (Rungs, uint64) {
        _misbehave();
        Said memory said = _said[market];
        // Whole words, so that what does not fit its type is returned too.
        assembly {
            mstore(0, mload(said))
            mstore(32, mload(add(said, 32)))
            return(0, 64)
        }
    }

    function _misbehave() private view {
        if (_behaviour == Behaviour.Revert) revert ScriptedSensor_ToldToRevert();
        if (_behaviour == Behaviour.BurnGas) _burnGas();
        if (_behaviour == Behaviour.ReturnLittle) _returnBytes(LITTLE_BYTES);
        if (_behaviour == Behaviour.ReturnHuge) _returnBytes(HUGE_BYTES);
    }

    function _burnGas() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function _returnBytes(uint256 count) private pure {
        assembly {
            return(0, count)
        }
    }
}
