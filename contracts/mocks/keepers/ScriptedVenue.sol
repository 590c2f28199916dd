// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISolvencySource, SolvencyReport} from "../../interfaces/ISolvencySource.sol";
import {Behaviour} from "../ScriptedFeed.sol";

/// @title ScriptedVenue
/// @notice A venue that reports and does what it is told. Anybody may tell it.
contract ScriptedVenue is ISolvencySource {
    /// @notice Thrown when the venue is told to revert.
    error ScriptedVenue_ToldToRevert();

    uint256 private constant HUGE_BYTES = 200_000;
    uint256 private constant LITTLE_BYTES = 128;

    SolvencyReport private _report;
    Behaviour private _behaviour;

    /// @notice From now on, reports `told`.
    function tell(SolvencyReport calldata told) external {
        _report = told;
    }

    /// @notice From now on, behaves like this.
    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    /// @inheritdoc ISolvencySource
    function solvencyOf(uint8) external view returns (SolvencyReport memory) {
        if (_behaviour == Behaviour.Revert) revert ScriptedVenue_ToldToRevert();
        if (_behaviour == Behaviour.BurnGas) _burnGas();
        if (_behaviour == Behaviour.ReturnLittle) _returnBytes(LITTLE_BYTES);
        if (_behaviour == Behaviour.ReturnHuge) _returnBytes(HUGE_BYTES);
        return _report;
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
