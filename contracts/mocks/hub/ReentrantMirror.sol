// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {Posture} from "../../types/Posture.sol";

/// @title ReentrantMirror
/// @notice Calls the hub back with what it was told to, and goes on whether that worked or not.
contract ReentrantMirror is IPostureMirror {
    bytes private _call;

    Posture public posture;
    /// @dev In one slot with what follows: that a call succeeded costs no more to note than that it failed.
    uint128 public attempts;
    bool public lastSucceeded;

    function prepare(bytes calldata call) external {
        _call = call;
    }

    function onPosture(Posture posture_) external {
        posture = posture_;
        ++attempts;
        // Keeps enough to note the outcome when the call spends all that it is given.
        (lastSucceeded, ) = msg.sender.call{gas: gasleft() / 2}(_call);
    }
}
