// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../../types/Rungs.sol";

/// @title HungryHub
/// @notice Stands where a hub would, and needs as much gas for an assertion as one with all its mirrors may.
contract HungryHub {
    uint256 private constant APPETITE = 400_000;

    /// @notice How many assertions were made.
    uint256 public assertions;

    function assertRungs(uint8, Rungs) external {
        uint256 start = gasleft();
        ++assertions;
        while (start - gasleft() < APPETITE) {}
    }
}
