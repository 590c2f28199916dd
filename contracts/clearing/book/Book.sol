// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Holding, HoldingLib} from "./Holding.sol";
import {Position} from "./Position.sol";
import {LOT_FINE, MAX_DRIFT, MAX_LOTS} from "./Scale.sol";
import {Side} from "./Side.sol";

using BookLib for Book global;

/// @notice Everything that one market owes and is owed.
struct Book {
    Side longs;
    Side shorts;
    // What is left over where sizes do not divide: fine size, long positive, and fine cash.
    int256 dustSize;
    int256 dustCash;
    // Funding per lot since the beginning, as a price; longs pay it, shorts receive it.
    int96 funding;
    // Loss socialised per lot since the beginning, as a price; both sides pay it.
    int96 socialised;
    // First octave of the tick grid.
    uint8 firstOctave;
}

/// @title BookLib
/// @notice Trades, tear-ups and socialised losses of one market. All exact: after every function here
/// longs - shorts + dust = 0 in fine size, and values at any price sum to what they summed to before.
library BookLib {
    /// @notice Thrown when a trade would bring a side past {MAX_LOTS}.
    error Book_TooLarge(uint256 sizeFine);

    function side(Book storage book, bool isLong) internal view returns (Side storage) {
        return isLong ? book.longs : book.shorts;
    }

    /// @notice `price` less funding: what dust is valued at.
    function net(Book storage book, uint256 price) internal view returns (int256) {
        // At most MAX_PRICE.
        return int256(price) - book.funding;
    }

    /// @notice What a side is valued at when the price is `price`: funding and socialised loss are in it.
    function mark(Book storage book, bool isLong, uint256 price) internal view returns (int256) {
        int256 value = book.net(price);
        return isLong ? value - book.socialised : value + book.socialised;
    }

    /// @notice Buys or sells `sizeFine` at `price` for a settled `position`, which is changed: closes first, then opens.
    /// What does not divide into shares is traded for the dust account.
    /// @return cash Fine cash realised.
    function trade(
        Book storage book,
        Position memory position,
        bool isBuy,
        uint256 sizeFine,
        uint256 price
    ) internal returns (int256 cash) {
        uint256 left = sizeFine;
        if (!position.isEmpty() && position.isLong != isBuy) {
            uint256 closed;
            (closed, cash) = _close(book, position, sizeFine, price);
            left -= closed;
        }
        if (left != 0 && (position.isEmpty() || position.isLong == isBuy)) {
            left -= _open(book, position, isBuy, left, price);
        }
        _tradeDust(book, isBuy ? int256(left) : -int256(left), price);
    }

    /// @notice Closes a settled `position` at `price` against the whole of the other side, pro rata, and takes `cut` of
    /// the index from the gain of each of its winners. Empties the market when hardly anything would stay.
    /// @return cash Fine cash that the position has realised.
    function tearUp(
        Book storage book,
        Position memory position,
        uint256 price,
        uint256 cut
    ) internal returns (int256 cash) {
        bool isLong = position.isLong;
        int256 closed = int256(position.size());
        cash = position.value(book.mark(isLong, price));
        Side storage own = book.side(isLong);
        own.replace(position.holding, Holding.wrap(0), book.firstOctave);
        position.holding = Holding.wrap(0);

        Side storage other = book.side(!isLong);
        uint256 step = other.indexStep(uint256(closed));
        if (step != 0) {
            uint256 index = other.currentIndex();
            closed -= int256(uint256(other.total.shares()) * step);
            other.tear(book.mark(!isLong, price), step, cut);
            if (step == index && own.total.shares() != 0) {
                closed += int256(own.size());
                own.tear(book.mark(isLong, price), own.currentIndex(), 0);
            }
        }
        _tradeDust(book, isLong ? closed : -closed, price);
    }

    /// @notice Closes a settled `position` at `price` against the dust account.
    /// @return cash Fine cash that it has realised.
    function close(Book storage book, Position memory position, uint256 price) internal returns (int256 cash) {
        int256 closed = int256(position.size());
        cash = position.value(book.mark(position.isLong, price));
        book.side(position.isLong).replace(position.holding, Holding.wrap(0), book.firstOctave);
        position.holding = Holding.wrap(0);
        _tradeDust(book, position.isLong ? closed : -closed, price);
    }

    /// @notice Charges at least `loss` to both sides, the same for every lot.
    /// @return taken Fine cash charged: `loss` rounded up to a whole step of the price per lot; less than `loss` when
    /// nobody is left or the drift has reached its bound.
    function socialise(Book storage book, uint256 loss) internal returns (uint256 taken) {
        uint256 size = book.longs.size() + book.shorts.size();
        if (size == 0) return 0;
        // Never negative.
        uint256 before = uint256(int256(book.socialised));
        uint256 step = Math.min(Math.ceilDiv(loss, size), MAX_DRIFT - before);
        // At most MAX_DRIFT.
        book.socialised = int96(int256(before + step));
        return step * size;
    }

    /// @notice Adds `change` to funding, as far as its bound allows.
    function addFunding(Book storage book, int256 change) internal {
        int256 bound = int256(MAX_DRIFT);
        int256 value = int256(book.funding) + change;
        if (value > bound) value = bound;
        if (value < -bound) value = -bound;
        book.funding = int96(value);
    }

    /// @notice Fine cash that the dust account is worth at `price`.
    function dustValue(Book storage book, uint256 price) internal view returns (int256) {
        return book.dustCash + book.dustSize * book.net(price);
    }

    function _close(
        Book storage book,
        Position memory position,
        uint256 sizeFine,
        uint256 price
    ) private returns (uint256 closed, int256 cash) {
        int256 index = int256(uint256(position.index));
        // At most 2^144 over at least INDEX_MIN.
        int256 shares = int256(sizeFine) / index;
        Holding old = position.holding;
        if (shares > old.shares()) shares = old.shares();

        Holding taken = old.split(shares);
        cash = taken.gain(position.isLong, book.mark(position.isLong, price)) * index;
        position.holding = old.minus(taken);
        book.side(position.isLong).replace(old, position.holding, book.firstOctave);
        closed = uint256(shares * index);
    }

    function _open(
        Book storage book,
        Position memory position,
        bool isBuy,
        uint256 sizeFine,
        uint256 price
    ) private returns (uint256 opened) {
        Side storage to = book.side(isBuy);
        uint256 index = to.currentIndex();
        int256 shares = int256(sizeFine / index);
        Holding old = position.holding;
        position.holding = old.plus(HoldingLib.make(shares, shares * book.mark(isBuy, price)));
        // At most INDEX_ONE; the length grows by one a tear-up.
        (position.index, position.seen, position.isLong) = (uint96(index), uint32(to.tearUps.length), isBuy);
        to.replace(old, position.holding, book.firstOctave);
        opened = uint256(shares) * index;
        uint256 size = to.size();
        if (size > MAX_LOTS * LOT_FINE) revert Book_TooLarge(size);
    }

    /// @dev `sizeFine` is signed: bought positive.
    function _tradeDust(Book storage book, int256 sizeFine, uint256 price) private {
        if (sizeFine == 0) return;
        book.dustSize += sizeFine;
        book.dustCash -= sizeFine * book.net(price);
    }
}
