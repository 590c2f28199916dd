// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPosture} from "../interfaces/IPosture.sol";
import {Posture} from "../types/Posture.sol";
import {PostureChecks} from "./PostureChecks.sol";

/// @title PostureGuard
/// @notice A venue that asks the hub at every check: one call, one storage read, never out of date.
/// @dev **Design**
/// - The hub cannot be changed: a venue whose hub can be swapped is guarded by whoever may swap it.
/// - A market that the hub does not know is refused: a missing registration must not look like calm.
/// - A hub that does not answer makes the check revert, and with it the action. Deposits and top-ups, which are not
///   checked, stay open.
///
/// **Trust assumptions**
/// - The hub tells the truth and is not upgradeable without its governance.
abstract contract PostureGuard is PostureChecks {
    constructor(IPosture hub_) PostureChecks(hub_) {}

    /// @dev For what adds risk: the market is registered and the breaker is at most at caution.
    modifier whenIncreasing(uint8 market) {
        uint256 may = Posture.unwrap(hub.postureNow()) ^ UPPER_BITS;
        if (may & (may >> (uint256(market) << 3)) & MAY_INCREASE != MAY_INCREASE) _refuse(market);
        _;
    }

    /// @dev For what takes risk off: the market is registered and the breaker is below halted.
    modifier whenReducing(uint8 market) {
        uint256 may;
        unchecked {
            may = (Posture.unwrap(hub.postureNow()) + NEXT_RUNG) ^ CARRY_BITS;
        }
        if (may & (may >> (uint256(market) << 3)) & MAY_REDUCE != MAY_REDUCE) _refuse(market);
        _;
    }

    function _posture() internal view override returns (Posture) {
        return hub.postureNow();
    }
}
