// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {DeleveragingMode, IDeleveraging} from "../../interfaces/IDeleveraging.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {Action} from "../../types/Matrix.sol";
import {Book} from "../book/Book.sol";
import {Position} from "../book/Position.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Side, TearUp} from "../book/Side.sol";
import {Ranking} from "./Ranking.sol";

/// @title Deleveraging
/// @notice Stage 4: closes a bankrupt position against the other side, and takes what is missing from profit there.
/// @dev In ranked mode nominees are asked first, highest rank first; whatever they cannot give, and whatever of the position
/// they cannot close, is shared pro rata among all. So a list that is short, stale or empty costs nobody their place: it
/// is deleveraging pro rata.
abstract contract Deleveraging is Ranking {
    /// @dev One position of an account that is being closed.
    struct Loss {
        uint8 market;
        uint256 priceX32;
        // Fine cash that it has gained, less than zero when it has lost; and its part of the deficit.
        int256 value;
        uint256 share;
        Position position;
    }

    /// @dev What is asked of nominees: `wanted` fine cash for all of `sizeFine`, and what is left of it to be asked for.
    struct Request {
        uint256 sizeFine;
        uint256 wanted;
        uint256 left;
        uint256[32] cache;
    }

    /// @dev Closes the position, and takes up to `wanted` from winners, as far as the market's budget reaches.
    function _deleverage(address account, Loss memory loss, uint256 wanted) internal returns (uint256 taken) {
        Market storage entry = _markets[loss.market];
        uint256 most = Math.min(wanted, _budgetLeft(entry));
        if (most != 0 && entry.mode == DeleveragingMode.Ranked) taken = _askNominees(account, loss, most);
        if (!loss.position.isEmpty() || taken < most) {
            (uint256 cut, uint256 brought) = _cut(loss, wanted - taken, most - taken);
            _tearUp(account, loss, cut, brought);
            taken += brought;
        } else {
            _store(account, loss.market, loss.position);
        }
        if (taken != 0 && block.timestamp < entry.budget.until) {
            // At most the budget, which has 96 bits.
            entry.budget.taken += uint96(Math.ceilDiv(taken, UNIT_FINE));
        }
    }

    /// @dev What deleveraging may take now, in fine cash.
    function _budgetLeft(Market storage entry) internal view returns (uint256) {
        Budget memory budget = entry.budget;
        if (block.timestamp >= budget.until) return type(uint256).max;
        return uint256(budget.units - budget.taken) * UNIT_FINE;
    }

    /* QUEUE */

    function _askNominees(address account, Loss memory loss, uint256 wanted) private returns (uint256) {
        bool isLong = !loss.position.isLong;
        address[] memory list = _markets[loss.market].nominees[isLong];
        Request memory request;
        (request.sizeFine, request.wanted, request.left) = (loss.position.size(), wanted, wanted);
        request.cache[loss.market] = loss.priceX32;
        uint256[] memory ranks = new uint256[](list.length);
        for (uint256 i; i < list.length; ++i) {
            ranks[i] = _rank(list[i], loss.market, isLong, Action.Deleverage, request.cache);
        }
        for (uint256 asked; asked < list.length && request.left != 0 && !loss.position.isEmpty(); ++asked) {
            uint256 first = _highest(ranks);
            if (ranks[first] == 0) break;
            _takeFrom(account, list[first], loss, request, ranks[first]);
            ranks[first] = 0;
        }
        return wanted - request.left;
    }

    /// @dev Of several with one rank, the first.
    function _highest(uint256[] memory ranks) private pure returns (uint256 at) {
        for (uint256 i = 1; i < ranks.length; ++i) {
            if (ranks[i] > ranks[at]) at = i;
        }
    }

    /// @dev Closes as much of the two positions as both have, at the mark; then the nominee pays for it.
    function _takeFrom(
        address account,
        address nominee,
        Loss memory loss,
        Request memory request,
        uint256 rankPpm
    ) private {
        Book storage book = _markets[loss.market].book;
        Position memory position = _touch(nominee, loss.market, type(uint256).max);
        uint256 size = Math.min(position.size(), loss.position.size());
        uint256 given = _giftOf(loss, request, position, size);
        request.left -= given;

        _accounts[account].cash += book.trade(loss.position, position.isLong, size, loss.priceX32);
        bool isLong = position.isLong;
        int256 cash = book.trade(position, !isLong, size, loss.priceX32);
        _accounts[nominee].cash += cash - int256(given);
        _store(nominee, loss.market, position);
        _emitTaken(loss, nominee, rankPpm, size, isLong, given);
    }

    /// @dev The same for a size as of everybody; at most its profit on it (of that, the cap), within the band around the mark.
    function _giftOf(
        Loss memory loss,
        Request memory request,
        Position memory position,
        uint256 size
    ) private view returns (uint256) {
        Market storage entry = _markets[loss.market];
        // Positive: the nominee has a rank.
        uint256 profit = uint256(position.value(entry.book.mark(position.isLong, loss.priceX32)));
        uint256 most = Math.mulDiv(Math.mulDiv(profit, size, position.size()), entry.params.haircutCapPpm, PPM);
        most = Math.min(most, Math.mulDiv(size * loss.priceX32, entry.params.fillBandPpm, PPM));
        uint256 due = Math.mulDiv(request.wanted, size, request.sizeFine, Math.Rounding.Ceil);
        return Math.min(Math.min(due, request.left), most);
    }

    function _emitTaken(
        Loss memory loss,
        address nominee,
        uint256 rankPpm,
        uint256 size,
        bool isLong,
        uint256 given
    ) private {
        uint256 step = given / size;
        uint256 priceX32 = isLong ? loss.priceX32 - step : loss.priceX32 + step;
        emit IDeleveraging.RankedTaken(loss.market, nominee, rankPpm, size, priceX32, given);
    }

    /* PRO RATA */

    /// @dev Closes the position against the whole other side, and takes `cut` from its winners.
    function _tearUp(address account, Loss memory loss, uint256 cut, uint256 taken) private {
        Book storage book = _markets[loss.market].book;
        bool isLong = !loss.position.isLong;
        (Side storage other, Side storage own) = (book.side(isLong), book.side(!isLong));
        (uint256 index, uint256 ownIndex) = (other.currentIndex(), own.currentIndex());
        (uint256 count, uint256 ownCount) = (other.tearUps.length, own.tearUps.length);
        uint256 size = loss.position.size();

        _accounts[account].cash += book.tearUp(loss.position, loss.priceX32, cut);
        _store(account, loss.market, loss.position);
        if (other.tearUps.length != count) _emitTearUp(loss.market, isLong, index, taken, size);
        if (own.tearUps.length != ownCount) _emitTearUp(loss.market, !isLong, ownIndex, 0, size);
    }

    /// @dev The part of the index that brings `wanted`, rounded up by one part in 2^80 at most; no more than the cap, and
    /// rounded down where the budget, `most`, binds.
    function _cut(Loss memory loss, uint256 wanted, uint256 most) private view returns (uint256, uint256) {
        if (most == 0) return (0, 0);
        Market storage entry = _markets[loss.market];
        bool isLong = !loss.position.isLong;
        Side storage other = entry.book.side(isLong);
        int256 mark = entry.book.mark(isLong, loss.priceX32);
        uint256 gain = other.winnersGain(isLong, mark, entry.book.firstOctave);
        if (gain == 0) return (0, 0);
        uint256 cap = Math.mulDiv(other.currentIndex(), entry.params.haircutCapPpm, PPM);
        uint256 needed = most < wanted ? most / gain : Math.ceilDiv(wanted, gain);
        uint256 cut = Math.min(needed, Math.min(cap, type(uint80).max));
        return (cut, cut * gain);
    }

    function _emitTearUp(uint8 market, bool isLong, uint256 indexBefore, uint256 taken, uint256 size) private {
        Side storage torn = _markets[market].book.side(isLong);
        uint256 number = torn.tearUps.length - 1;
        TearUp memory last = torn.tearUps[number];
        emit IRecovery.TornUp(market, isLong, number, last.mark, indexBefore, last.indexAfter, last.cut, taken, size);
    }
}
