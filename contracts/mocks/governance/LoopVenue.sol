// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IImpactPreview} from "../../interfaces/IImpactPreview.sol";
import {CappedRatio} from "./CappedRatio.sol";

/// @title LoopVenue
/// @notice Positions that are liquidated when a rate falls below their own threshold.
contract LoopVenue is IImpactPreview {
    struct Position {
        uint256 notional;
        uint256 liquidatedBelowE18;
    }

    CappedRatio private immutable ORACLE;
    Position[] private _positions;

    constructor(CappedRatio oracle) {
        ORACLE = oracle;
    }

    function open(uint256 notional, uint256 liquidatedBelowE18) external {
        _positions.push(Position(notional, liquidatedBelowE18));
    }

    function liquidatable() external view returns (uint256 liquidatableNotional, uint256 openInterest) {
        uint256 ratio = ORACLE.ratioE18();
        for (uint256 i; i < _positions.length; ++i) {
            Position memory position = _positions[i];
            openInterest += position.notional;
            if (ratio < position.liquidatedBelowE18) liquidatableNotional += position.notional;
        }
    }
}
