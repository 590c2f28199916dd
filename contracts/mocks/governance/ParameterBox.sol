// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title ParameterBox
/// @notice Something to govern: a cap that tightens downwards and a margin that tightens upwards.
contract ParameterBox is Ownable {
    /// @notice Thrown when the cap is above what the margin bears: the two are coupled.
    error ParameterBox_Uncovered(uint256 cap, uint256 margin);

    uint256 public cap = 100;
    uint256 public margin = 100;
    uint256 public label;

    constructor(address owner) Ownable(owner) {}

    function setCap(uint256 newCap) external onlyOwner {
        cap = newCap;
    }

    function setMargin(uint256 newMargin) external onlyOwner {
        margin = newMargin;
    }

    /// @notice No judge knows this one.
    function setLabel(uint256 newLabel) external onlyOwner {
        label = newLabel;
    }

    /// @notice Sets the cap to half of what it is: tighter only as long as nothing before it in a bundle raised it.
    function halveCap() external onlyOwner {
        cap /= 2;
    }

    /// @notice Reverts unless the margin bears the cap.
    function requireCovered() external view onlyOwner {
        if (cap > margin) revert ParameterBox_Uncovered(cap, margin);
    }
}
