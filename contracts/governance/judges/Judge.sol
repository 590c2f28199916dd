// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITighteningJudge} from "../../interfaces/ITighteningJudge.sol";

/// @title Judge
/// @notice What all judges share: a call is a selector and its arguments; what has no selector loosens.
/// @dev Arguments that do not decode revert, which the timelock takes for no.
abstract contract Judge is ITighteningJudge {
    uint256 private constant SELECTOR_BYTES = 4;

    /// @inheritdoc ITighteningJudge
    function tightens(address target, bytes calldata data) external view returns (bool) {
        if (data.length < SELECTOR_BYTES) return false;
        return _tightens(target, bytes4(data[:SELECTOR_BYTES]), data[SELECTOR_BYTES:]);
    }

    /// @dev False for every selector that the judge does not know.
    function _tightens(address target, bytes4 selector, bytes calldata arguments) internal view virtual returns (bool);
}
