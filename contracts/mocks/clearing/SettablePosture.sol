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
    Posture public postureNow;

    uint256 private constant HALT_BUDGET_SECONDS = 7 days;

    IPostureMirror private _mirror;
    mapping(uint8 market => bool) private _isSpent;

    /// @notice Registers market 0 and `markets` more.
    constructor(uint8 markets) {
        for (uint8 market; market <= markets; ++market) {
            postureNow = postureNow.registered(market);
        }
    }

    /// @notice Sets rungs, up or down.
    function set(uint8 market, uint8 breaker, uint8 margin) external {
        Rungs rungs = RungsLib.pair(breaker, margin);
        postureNow = postureNow.replaced(market, rungs);
        if (address(_mirror) != address(0)) _mirror.onPosture(postureNow);
    }

    /// @notice Says that the halt budget of `market` is spent, or no longer.
    function setSpent(uint8 market, bool isSpent) external {
        _isSpent[market] = isSpent;
    }

    /// @notice As {IIncidentState.haltBudget}; used up to the second, or not at all.
    function haltBudget(uint8 market) external view returns (uint256 usedSeconds, bool isSpent) {
        isSpent = _isSpent[market];
        return (isSpent ? HALT_BUDGET_SECONDS : 0, isSpent);
    }

    /// @notice Pushes to `mirror` from now on.
    function setMirror(IPostureMirror mirror) external {
        _mirror = mirror;
    }
}
