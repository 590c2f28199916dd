// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IParameterTimelock} from "../../interfaces/IParameterTimelock.sol";
import {Judge} from "./Judge.sol";

/// @title TimelockJudge
/// @notice Compares changes of a {ParameterTimelock}'s own parameters.
/// @dev Who judges and who previews is never comparable: a new one might say anything.
contract TimelockJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        IParameterTimelock timelock = IParameterTimelock(target);
        if (selector == IParameterTimelock.setTimes.selector) {
            (uint64 delay, uint64 expiry) = abi.decode(arguments, (uint64, uint64));
            return delay >= timelock.delay() && expiry <= timelock.expiry();
        }
        if (selector == IParameterTimelock.setCap.selector) {
            return abi.decode(arguments, (uint256)) <= timelock.cap();
        }
        return false;
    }
}
