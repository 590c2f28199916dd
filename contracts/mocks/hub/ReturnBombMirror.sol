// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {Posture} from "../../types/Posture.sol";

/// @title ReturnBombMirror
/// @notice Reverts with as much data as its gas buys, to make the caller pay for copying it.
contract ReturnBombMirror is IPostureMirror {
    /// @dev Memory of this size costs about 57,000 gas, which is nearly all that a mirror is given.
    uint256 private constant BYTES = 120_000;

    function onPosture(Posture) external pure {
        assembly ("memory-safe") {
            revert(0, BYTES)
        }
    }
}
