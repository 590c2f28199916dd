// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Book} from "../../../contracts/clearing/book/Book.sol";
import {Position} from "../../../contracts/clearing/book/Position.sol";
import {LOT_FINE, PRICE_ONE} from "../../../contracts/clearing/book/Scale.sol";
import {Side} from "../../../contracts/clearing/book/Side.sol";

/// @title BookWorld
/// @notice One market's book and some traders, without margin, orders or tokens: what deleveraging is proved on.
abstract contract BookWorld is Test {
    uint256 internal constant TRADERS = 6;
    uint256 internal constant PAR = 1_000 * PRICE_ONE;

    Book internal book;
    mapping(uint256 trader => Position) internal positions;
    mapping(uint256 trader => int256 fineCash) internal cash;
    /// @dev Fine cash that winners and losers have given up, and nobody has received yet.
    int256 internal pot;

    constructor() {
        // Octave of 1000 units, less four.
        book.firstOctave = uint8(32 + 9 - 4);
    }

    /* ACTIONS */

    function _trade(uint256 buyer, uint256 seller, uint256 sizeFine, uint256 price) internal {
        _leg(buyer, true, sizeFine, price);
        _leg(seller, false, sizeFine, price);
    }

    function _lots(uint256 count) internal pure returns (uint256) {
        return count * LOT_FINE;
    }

    /// @dev Closes `trader` against the other side and takes `budget` fine cash, or all there is.
    function _tearUp(uint256 trader, uint256 price, uint256 budget) internal returns (uint256 taken) {
        Position memory position = _settle(trader);
        Side storage other = book.side(!position.isLong);
        uint256 gain = other.winnersGain(!position.isLong, book.mark(!position.isLong, price), book.firstOctave);
        uint256 most = other.currentIndex();
        if (most > type(uint80).max) most = type(uint80).max;
        uint256 cut = gain == 0 ? 0 : (budget + gain - 1) / gain;
        if (cut > most) cut = most;

        cash[trader] += book.tearUp(position, price, cut);
        positions[trader] = position;
        taken = cut * gain;
        pot += int256(taken);
    }

    function _socialise(uint256 loss) internal returns (uint256 taken) {
        taken = book.socialise(loss);
        pot += int256(taken);
    }

    function _settle(uint256 trader) internal returns (Position memory position) {
        position = positions[trader];
        cash[trader] += position.settle(book.side(position.isLong), book.firstOctave, type(uint256).max);
        positions[trader] = position;
    }

    function _leg(uint256 trader, bool isBuy, uint256 sizeFine, uint256 price) private {
        Position memory position = _settle(trader);
        cash[trader] += book.trade(position, isBuy, sizeFine, price);
        positions[trader] = position;
    }

    /* READINGS */

    /// @dev As if settled, and what that brings.
    function _seen(uint256 trader) internal view returns (Position memory position, int256 brought) {
        position = positions[trader];
        brought = position.settle(book.side(position.isLong), book.firstOctave, type(uint256).max);
    }

    function _equity(uint256 trader, uint256 price) internal view returns (int256) {
        (Position memory position, int256 brought) = _seen(trader);
        return cash[trader] + brought + position.value(book.mark(position.isLong, price));
    }

    /// @dev Zero always: nothing comes into this world or leaves it.
    function _worldValue(uint256 price) internal view returns (int256 sum) {
        sum = pot + book.dustValue(price);
        for (uint256 i; i < TRADERS; ++i) {
            sum += _equity(i, price);
        }
    }

    /// @dev Zero always.
    function _imbalance() internal view returns (int256) {
        return int256(book.longs.size()) - int256(book.shorts.size()) + book.dustSize;
    }

    function _assertSound() internal view {
        assertEq(_imbalance(), 0, "open interest is out of balance");
        assertEq(_worldValue(PAR), 0, "value was made or lost");
        assertEq(_worldValue(PAR / 3), 0, "value depends on the price");
        _assertSums(true);
        _assertSums(false);
    }

    function _assertSums(bool isLong) private view {
        uint256 sum;
        for (uint256 i; i < TRADERS; ++i) {
            (Position memory position, ) = _seen(i);
            if (position.isLong == isLong) sum += position.size();
        }
        assertEq(sum, book.side(isLong).size(), "a side is not the sum of its positions");
    }
}
