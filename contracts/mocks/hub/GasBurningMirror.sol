// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {Posture} from "../../types/Posture.sol";

/// @title GasBurningMirror
/// @notice Spends all the gas that it is given.
contract GasBurningMirror is IPostureMirror {
    function onPosture(Posture) external pure {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
