// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Judge} from "../../governance/judges/Judge.sol";
import {ParameterBox} from "./ParameterBox.sol";

/// @title BoxJudge
/// @notice Compares changes of a {ParameterBox}.
contract BoxJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        ParameterBox box = ParameterBox(target);
        if (selector == ParameterBox.setCap.selector) return abi.decode(arguments, (uint256)) <= box.cap();
        if (selector == ParameterBox.setMargin.selector) return abi.decode(arguments, (uint256)) >= box.margin();
        return selector == ParameterBox.requireCovered.selector;
    }
}
