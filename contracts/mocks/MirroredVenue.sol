// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PostureMirror} from "../guard/PostureMirror.sol";
import {IPosture} from "../interfaces/IPosture.sol";
import {VenueBook} from "./VenueBook.sol";

/// @title MirroredVenue
/// @notice A venue that keeps the posture in a slot of its own.
contract MirroredVenue is PostureMirror, VenueBook {
    constructor(IPosture hub_) PostureMirror(hub_) {}

    /// @inheritdoc VenueBook
    function increase(uint8 market, uint256 amount) external override whenIncreasing(market) {
        _increase(market, amount);
    }

    /// @inheritdoc VenueBook
    function reduce(uint8 market, uint256 amount) external override whenReducing(market) {
        _reduce(market, amount);
    }
}
