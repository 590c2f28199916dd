// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISolvencySensor} from "../../interfaces/ISolvencySensor.sol";
import {FieldJudge} from "./FieldJudge.sol";
import {FieldTables} from "./FieldTables.sol";

/// @title SolvencyJudge
/// @notice Compares parameters of a {SolvencySensor} whose source stays what it is.
/// @dev A source is believed in what it says, so naming one, also the first, lets somebody speak: it waits.
contract SolvencyJudge is FieldJudge {
    constructor() FieldJudge(FieldTables.solvency()) {}

    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector != ISolvencySensor.setMarket.selector) return false;

        (uint8 market, address source) = abi.decode(arguments, (uint8, address));
        bool isSame = source != address(0) && source == address(ISolvencySensor(target).sourceOf(market));
        return isSame && super._tightens(target, selector, arguments);
    }
}
