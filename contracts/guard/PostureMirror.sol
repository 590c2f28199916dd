// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPosture} from "../interfaces/IPosture.sol";
import {IPostureMirror} from "../interfaces/IPostureMirror.sol";
import {Posture} from "../types/Posture.sol";
import {PostureChecks} from "./PostureChecks.sol";

/// @title PostureMirror
/// @notice A venue that keeps the posture in a slot of its own, which the hub writes: one own storage read a check.
/// @dev **Design**
/// - The hub pushes in the transaction that changes the posture, so the mirror is never later than the hub, unless a
///   push failed: the hub then says `MirrorFailed`, and anybody may call `pushMirrors` there.
/// - The first copy is taken at construction, so that a venue deployed in the middle of an incident starts tight.
/// - Nothing else is done in the push. It runs with a bounded amount of gas and must not fail.
///
/// **Trust assumptions**
/// - As {PostureGuard}; and governance has added this contract to the hub's mirrors. Until then, only the copy taken at
///   construction is held: a market that was registered later is refused, but a later tightening is not seen.
///   Warning: check `mirrors()` on the hub before opening such a venue.
abstract contract PostureMirror is PostureChecks, IPostureMirror {
    /// @notice Thrown when somebody else than the hub pushes.
    error PostureMirror_NotHub(address caller);

    /// @dev Both permissions of every market, beside what is left of its posture: bits 0 to 2, 4 and 7.
    uint256 private _permissions;

    constructor(IPosture hub_) PostureChecks(hub_) {
        _permissions = _permissionsOf(hub_.postureNow());
    }

    /// @dev For what adds risk: the market is registered and the breaker is at most at caution.
    modifier whenIncreasing(uint8 market) {
        uint256 may = _permissions;
        if (may & (may >> (uint256(market) << 3)) & MAY_INCREASE != MAY_INCREASE) _refuse(market);
        _;
    }

    /// @dev For what takes risk off: the market is registered and the breaker is below halted.
    modifier whenReducing(uint8 market) {
        uint256 may = _permissions;
        if (may & (may >> (uint256(market) << 3)) & MAY_REDUCE != MAY_REDUCE) _refuse(market);
        _;
    }

    /// @inheritdoc IPostureMirror
    function onPosture(Posture posture) external {
        if (msg.sender != address(hub)) revert PostureMirror_NotHub(msg.sender);
        _permissions = _permissionsOf(posture);
    }

    /// @notice The posture as it was last pushed. Equal to the hub's unless a push failed.
    function mirroredPosture() external view returns (Posture) {
        return _posture();
    }

    function _posture() internal view override returns (Posture) {
        return Posture.wrap((_permissions & ~CARRY_BITS) ^ UPPER_BITS);
    }

    function _permissionsOf(Posture posture) private pure returns (uint256) {
        uint256 bits = Posture.unwrap(posture);
        unchecked {
            return (bits ^ UPPER_BITS) | (~(bits + NEXT_RUNG) & CARRY_BITS);
        }
    }
}
