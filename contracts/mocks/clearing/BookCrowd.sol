// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Book} from "../../clearing/book/Book.sol";
import {Position} from "../../clearing/book/Position.sol";
import {LOT_FINE, PRICE_ONE} from "../../clearing/book/Scale.sol";
import {Side} from "../../clearing/book/Side.sol";

/// @title BookCrowd
/// @notice One market's book with as many accounts as one likes: to measure what deleveraging costs among them.
contract BookCrowd {
    uint256 private constant PAR = 1_000 * PRICE_ONE;
    /// @dev Entries lie within this many whole prices above the mark, all of them taken once the crowd is large enough.
    uint256 private constant SPREAD = 997;
    uint256 private constant LOTS = 10;

    Book private _book;
    mapping(uint256 account => Position) private _positions;

    /// @notice Accounts that hold a short position.
    uint256 public accounts;
    /// @notice What is booked for the accounts that were settled.
    mapping(uint256 account => int256 fineCash) public cash;

    constructor() {
        _book.firstOctave = uint8(32 + 9 - 4);
    }

    /// @notice Adds `count` accounts, each short against one of three large longs.
    function add(uint256 count) external {
        uint256 from = accounts;
        for (uint256 i = from; i < from + count; ++i) {
            uint256 price = PAR + (1 + ((i * 7_919) % SPREAD)) * PRICE_ONE;
            _trade(i + 3, false, price);
            _trade(i % 3, true, price);
        }
        accounts = from + count;
    }

    /// @notice Tears up one of the longs at a mark of 1,000 units and takes `units` from the winners.
    function deleverage(uint256 long, uint256 units) external returns (uint256 taken) {
        Position memory position = _positions[long];
        Side storage shorts = _book.shorts;
        uint256 gain = shorts.winnersGain(false, _book.mark(false, PAR), _book.firstOctave);
        uint256 cut = ((units * LOT_FINE * PRICE_ONE) + gain - 1) / gain;
        taken = cut * gain;
        cash[long] += _book.tearUp(position, PAR, cut);
        delete _positions[long];
    }

    /// @notice Applies what an account has not seen.
    function settle(uint256 account) external {
        Position memory position = _positions[account];
        cash[account] += position.settle(_book.side(position.isLong), _book.firstOctave, type(uint256).max);
        _positions[account] = position;
    }

    function _trade(uint256 account, bool isBuy, uint256 price) private {
        Position memory position = _positions[account];
        cash[account] += _book.trade(position, isBuy, LOTS * LOT_FINE, price);
        _positions[account] = position;
    }
}
