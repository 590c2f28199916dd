// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PostureByte, PostureByteChecks, PostureByteLib} from "../guard/PostureByte.sol";
import {IPosture} from "../interfaces/IPosture.sol";
import {IPostureMirror} from "../interfaces/IPostureMirror.sol";
import {Posture} from "../types/Posture.sol";
import {VenueBook} from "./VenueBook.sol";

/// @title ByteVenue
/// @notice A venue that keeps each market's posture byte in the word that holds the market's open interest, which it
/// loads anyway.
/// @dev It has few markets, so a push can rewrite them all within the gas that the hub gives.
contract ByteVenue is PostureByteChecks, IPostureMirror, VenueBook {
    /// @notice Thrown when somebody else than the hub pushes.
    error ByteVenue_NotHub(address caller);

    /// @dev One slot, loaded by every trade.
    struct Market {
        uint120 openInterest;
        uint120 mostOpenInterest;
        PostureByte posture;
    }

    /// @notice The hub whose posture this venue obeys.
    IPosture public immutable hub;

    /// @notice Markets listed here are 1 to this.
    uint8 public immutable lastMarket;

    /// @dev market => its word
    mapping(uint8 => Market) private _markets;

    constructor(IPosture hub_, uint8 lastMarket_) {
        hub = hub_;
        lastMarket = lastMarket_;
        for (uint8 market = 1; market <= lastMarket_; ++market) {
            _markets[market].mostOpenInterest = type(uint120).max;
        }
        _keep(hub_.postureNow(), lastMarket_);
    }

    /// @inheritdoc IPostureMirror
    function onPosture(Posture posture) external {
        if (msg.sender != address(hub)) revert ByteVenue_NotHub(msg.sender);
        _keep(posture, lastMarket);
    }

    /// @inheritdoc VenueBook
    function increase(uint8 market, uint256 amount) external override {
        _increaseIn(_markets[market], market, amount);
    }

    /// @inheritdoc VenueBook
    function reduce(uint8 market, uint256 amount) external override {
        _reduceIn(_markets[market], market, amount);
    }

    /// @notice The byte kept for `market`.
    function postureByte(uint8 market) external view returns (PostureByte) {
        return _markets[market].posture;
    }

    function _keep(Posture posture, uint8 last) private {
        for (uint8 market = 1; market <= last; ++market) {
            _markets[market].posture = PostureByteLib.at(posture, market);
        }
    }

    function _increaseIn(
        Market memory entry,
        uint8 market,
        uint256 amount
    ) private whenIncreasing(entry.posture, market) {
        // Amounts here are counted, not owned: they stay far below 2^120.
        entry.openInterest += uint120(amount);
        _markets[market] = entry;
        _increase(market, amount);
    }

    function _reduceIn(Market memory entry, uint8 market, uint256 amount) private whenReducing(entry.posture, market) {
        entry.openInterest -= uint120(amount);
        _markets[market] = entry;
        _reduce(market, amount);
    }
}
