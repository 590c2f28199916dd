// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "../../clearing/ClearingState.sol";
import {Extensible} from "../../clearing/Extensible.sol";
import {Position} from "../../clearing/book/Position.sol";
import {LOT_FINE} from "../../clearing/book/Scale.sol";
import {Touch} from "../../clearing/modules/Touch.sol";

/// @title SeatedCrowd
/// @notice An extension of the clearing house that enters positions without orders, margin or posture: to measure and to replay
/// what follows once they are there. Everything else is the house's own.
/// @dev Stands between {ClearingRecovery} and {ClearingOffice}, so that no call that is measured takes another way.
/// Anybody may seat anybody: for tests and studies only.
contract SeatedCrowd is Touch, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {}

    /// @notice `long` buys `lots` of `short` at `priceX32`, in the book and in both accounts.
    function seat(address long, address short, uint8 market, uint64 lots, uint256 priceX32) public {
        _enter(long, market, true, lots, priceX32);
        _enter(short, market, false, lots, priceX32);
    }

    /// @notice `long` buys of each of `shorts` what stands at its place in `lots`, at its place in `pricesX32`.
    function seatEach(
        address long,
        address[] calldata shorts,
        uint8 market,
        uint64[] calldata lots,
        uint256[] calldata pricesX32
    ) external {
        for (uint256 i; i < shorts.length; ++i) {
            seat(long, shorts[i], market, lots[i], pricesX32[i]);
        }
    }

    /// @notice Enters `accounts` shorts of `lots` each, spread evenly over `pricesX32`, against `longs` in turn. Those with the
    /// same entry come in as one: the book's sums are those of that many accounts, and the accounts' own slots, which a
    /// tear-up never reads, are not written.
    function seatCrowd(
        address[] calldata longs,
        uint8 market,
        uint64 accounts,
        uint64 lots,
        uint256[] calldata pricesX32
    ) external {
        for (uint256 i; i < pricesX32.length; ++i) {
            // Of what is left, so that the last price takes the rest.
            uint64 here = accounts / uint64(pricesX32.length - i);
            accounts -= here;
            if (here == 0) continue;
            Position memory sum;
            _markets[market].book.trade(sum, false, here * lots * LOT_FINE, pricesX32[i]);
            _enter(longs[i % longs.length], market, true, here * lots, pricesX32[i]);
        }
    }

    function _enter(address account, uint8 market, bool isBuy, uint64 lots, uint256 priceX32) private {
        Position memory position = _touch(account, market, type(uint256).max);
        _accounts[account].cash += _markets[market].book.trade(position, isBuy, lots * LOT_FINE, priceX32);
        _store(account, market, position);
    }
}
