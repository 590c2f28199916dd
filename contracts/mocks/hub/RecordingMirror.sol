// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {Posture} from "../../types/Posture.sol";

/// @title RecordingMirror
/// @notice Keeps what it was pushed last, and the least gas that it was ever given.
contract RecordingMirror is IPostureMirror {
    Posture public posture;
    uint256 public pushes;
    uint256 public leastGas = type(uint256).max;

    function onPosture(Posture posture_) external {
        uint256 left = gasleft();
        if (left < leastGas) leastGas = left;
        posture = posture_;
        ++pushes;
    }
}
