// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPosture} from "../interfaces/IPosture.sol";
import {IPostureGuard} from "../interfaces/IPostureGuard.sol";
import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";

/// @title PostureChecks
/// @notice What {PostureGuard} and {PostureMirror} share: everything but where the posture is read when checking.
/// @dev Deposits and margin top-ups carry no modifier: they are open at every rung (DESIGN P6).
///
/// The modifiers `whenIncreasing` and `whenReducing` answer as {Posture.isRegistered} and {Posture.at} do, but on the
/// packed slot, without unpacking, branch or internal call, for a tenth of the gas. A posture is turned into permissions,
/// the same two bit operations for all markets at once; those of the market, shifted down, and those of byte 0, the whole
/// protocol, must all be there. A market past the last shifts everything out and has none.
/// `test/contracts/guard/PostureChecks.t.sol` holds both ways side by side.
abstract contract PostureChecks is IPostureGuard {
    /// @dev The upper bit of each breaker rung, set at reduce-only (10) and halted (11). Flipped, it is the permission to
    /// add risk.
    uint256 internal constant UPPER_BITS = 0x2020202020202020202020202020202020202020202020202020202020202020;
    /// @dev One breaker rung in each byte. Added to a posture it carries into the free bit 6 of each byte at halted (11)
    /// alone. No byte exceeds 0xc7, so none carries into the next.
    uint256 internal constant NEXT_RUNG = 0x1010101010101010101010101010101010101010101010101010101010101010;
    /// @dev That free bit of each byte. Flipped after the carry, it is the permission to take risk off.
    uint256 internal constant CARRY_BITS = 0x4040404040404040404040404040404040404040404040404040404040404040;

    /// @dev In a byte of permissions: registered, and at most at caution.
    uint256 internal constant MAY_INCREASE = 0x80 | 0x20;
    /// @dev In a byte of permissions: registered, and below halted.
    uint256 internal constant MAY_REDUCE = 0x80 | 0x40;

    /// @inheritdoc IPostureGuard
    IPosture public immutable hub;

    constructor(IPosture hub_) {
        hub = hub_;
    }

    /* VIEWS */

    /// @inheritdoc IPostureGuard
    function marginRung(uint8 market) public view returns (uint8) {
        return _rungsOf(market).margin();
    }

    /// @inheritdoc IPostureGuard
    function initialMarginBps(uint8 market) public view returns (uint256) {
        return _initialMarginBps(marginRung(market));
    }

    /* INTERNAL */

    /// @dev The posture to obey.
    function _posture() internal view virtual returns (Posture);

    /// @dev Factor on initial margin at margin rung `rung`. A venue with other factors overrides this; they must not
    /// fall as the rung rises.
    function _initialMarginBps(uint8 rung) internal pure virtual returns (uint256) {
        if (rung == 0) return 10_000;
        if (rung == 1) return 12_500;
        if (rung == 2) return 15_000;
        if (rung == 3) return 20_000;
        return 30_000;
    }

    /// @dev Says why a check has failed. Reads again: gas is saved where checks pass.
    function _refuse(uint8 market) internal view {
        revert PostureGuard_Restricted(market, _rungsOf(market));
    }

    function _rungsOf(uint8 market) private view returns (Rungs) {
        Posture current = _posture();
        if (!current.isRegistered(market)) revert PostureGuard_UnknownMarket(market);
        return current.at(market);
    }
}
