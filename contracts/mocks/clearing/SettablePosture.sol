// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPosture} from "../../interfaces/IPosture.sol";
import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {Posture} from "../../types/Posture.sol";
import {Rungs, RungsLib} from "../../types/Rungs.sol";

/// @title SettablePosture
/// @notice A hub whose posture is what it was told. Anybody may tell it. Pushes to its mirror, if it has one.
contract SettablePosture is IPosture {
    /// @inheritdoc IPosture
    Posture public posture;

    IPostureMirror private _mirror;

    /// @notice Registers market 0 and `markets` more.
    constructor(uint8 markets) {
        for (uint8 market; market <= markets; ++market) {
            posture = posture.registered(market);
        }
    }

    /// @notice Sets rungs, up or down.
    function set(uint8 market, uint8 breaker, uint8 margin) external {
        Rungs rungs = RungsLib.pair(breaker, margin);
        posture = posture.replaced(market, rungs);
        if (address(_mirror) != address(0)) _mirror.onPosture(posture);
    }

    /// @notice Pushes to `mirror` from now on.
    function setMirror(IPostureMirror mirror) external {
        _mirror = mirror;
    }
}
