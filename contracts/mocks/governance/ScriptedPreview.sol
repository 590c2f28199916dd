// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IImpactPreview} from "../../interfaces/IImpactPreview.sol";
import {ParameterBox} from "./ParameterBox.sol";

/// @title ScriptedPreview
/// @notice A venue whose liquidatable notional is, per unit of margin required above 100, one thousandth of the open
/// interest; and that can be told to fail.
contract ScriptedPreview is IImpactPreview {
    /// @notice How it fails.
    enum Fault {
        None,
        Reverts,
        Burns,
        Short,
        // From the margin of 105 on only: what a bundle can break.
        RevertsTight
    }

    /// @notice Thrown when told to.
    error ScriptedPreview_Refused();

    ParameterBox private immutable BOX;
    uint256 private constant START = 100;
    uint256 private constant TIGHT = 105;

    uint256 public openInterest = 1_000_000;
    Fault public fault;

    constructor(ParameterBox box) {
        BOX = box;
    }

    function setFault(Fault newFault) external {
        fault = newFault;
    }

    function setOpenInterest(uint256 newOpenInterest) external {
        openInterest = newOpenInterest;
    }

    function liquidatable() external view returns (uint256, uint256) {
        uint256 margin = BOX.margin();
        bool refuses = fault == Fault.Reverts || (fault == Fault.RevertsTight && margin >= TIGHT);
        if (refuses) revert ScriptedPreview_Refused();
        while (fault == Fault.Burns) {}
        if (fault == Fault.Short) {
            assembly ("memory-safe") {
                return(0, 32)
            }
        }
        uint256 excess = margin > START ? margin - START : 0;
        return ((openInterest * excess) / 1_000, openInterest);
    }
}
