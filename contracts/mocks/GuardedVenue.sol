// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PostureGuard} from "../guard/PostureGuard.sol";
import {IPosture} from "../interfaces/IPosture.sol";
import {VenueBook} from "./VenueBook.sol";

/// @title GuardedVenue
/// @notice A venue that asks the hub at every check.
contract GuardedVenue is PostureGuard, VenueBook {
    constructor(IPosture hub_) PostureGuard(hub_) {}

    /// @inheritdoc VenueBook
    function increase(uint8 market, uint256 amount) external override whenIncreasing(market) {
        _increase(market, amount);
    }

    /// @inheritdoc VenueBook
    function reduce(uint8 market, uint256 amount) external override whenReducing(market) {
        _reduce(market, amount);
    }
}
