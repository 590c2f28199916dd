// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {Posture} from "../../types/Posture.sol";

/// @title RevertingMirror
/// @notice Refuses every push until it is mended.
contract RevertingMirror is IPostureMirror {
    Posture public posture;
    bool public isMended;

    error RevertingMirror_NotMended();

    function mend() external {
        isMended = true;
    }

    function onPosture(Posture posture_) external {
        if (!isMended) revert RevertingMirror_NotMended();
        posture = posture_;
    }
}
