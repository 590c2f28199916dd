// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICouncil} from "../../interfaces/ICouncil.sol";
import {Judge} from "./Judge.sol";

/// @title CouncilJudge
/// @notice Compares changes of a {Council}: what makes voiding harder tightens.
/// @dev A new guardian can only keep rungs up, so it is let in at once. Members and their budgets are power over the
/// market, either way, and wait.
contract CouncilJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector == ICouncil.setGuardian.selector) {
            (, bool isGuardian) = abi.decode(arguments, (address, bool));
            return isGuardian;
        }
        if (selector == ICouncil.setVoidRules.selector) {
            (uint8 threshold, uint64 delay) = abi.decode(arguments, (uint8, uint64));
            return threshold >= ICouncil(target).threshold() && delay >= ICouncil(target).voidDelay();
        }
        return false;
    }
}
