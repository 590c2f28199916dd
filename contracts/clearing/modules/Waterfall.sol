// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Standing} from "../../interfaces/IClearingReports.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {Action} from "../../types/Matrix.sol";
import {Book} from "../book/Book.sol";
import {LimiterLib} from "../book/Limiter.sol";
import {Position} from "../book/Position.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Side, TearUp} from "../book/Side.sol";
import {Rewards} from "./Rewards.sol";

/// @title Waterfall
/// @notice Closes bankrupt accounts, and finds who bears the loss, in order.
/// @dev The deficit is divided over the account's markets by what it has lost in each, so that nobody's choice of an order
/// decides which market pays. The whole account is closed in one call; its gas grows with its own positions only.
abstract contract Waterfall is Rewards, IRecovery {
    /// @dev One position of the account that is being closed.
    struct Loss {
        uint8 market;
        uint256 priceX32;
        // Fine cash, zero for a position in profit.
        uint256 lost;
        Position position;
    }

    /// @inheritdoc IRecovery
    function resolve(address account) external nonReentrant {
        _accrueAll(account);
        uint256[32] memory cache;
        (Loss[] memory losses, uint256 total) = _losses(account, cache);
        Standing memory standing_ = _assess(account, Action.Deleverage, cache);
        if (standing_.equityFine >= 0) revert Recovery_NotBankrupt(account, standing_.equityFine);

        // Negative, so the cast of its opposite keeps it.
        uint256 deficit = uint256(-standing_.equityFine);
        emit Defaulted(account, deficit);
        uint256 left = deficit;
        uint256 lostLeft = total;
        for (uint256 i; i < losses.length; ++i) {
            // Of what is left, so that the last market with a loss gets all of it.
            uint256 share = lostLeft == 0 ? 0 : Math.mulDiv(left, losses[i].lost, lostLeft);
            if (lostLeft == 0 && i + 1 == losses.length) share = left;
            (left, lostLeft) = (left - share, lostLeft - losses[i].lost);
            // Before the position is gone; paid after the deficit, out of what is left of the fund.
            uint256 reward = _rewardFor(losses[i].market, losses[i].position, losses[i].priceX32);
            _close(account, losses[i], share);
            if (account != msg.sender) _payReward(losses[i].market, reward);
        }
        // Somebody without positions: no market is to blame.
        if (left != 0) _leaveUncovered(0, left - _draw(0, 0, left));
        _accounts[account].cash += int256(deficit);
    }

    /// @dev Every position, up to date and at a sane price, and the sum of losses.
    function _losses(address account, uint256[32] memory cache) private returns (Loss[] memory losses, uint256 total) {
        uint32 all = _accounts[account].open;
        losses = new Loss[](MARKETS_MAX);
        uint256 count;
        for (uint32 open = all; open != 0; open &= open - 1) {
            uint8 market = _lowest(open);
            _requireLive(market);
            uint256 priceX32 = _sanePrice(market, Action.Deleverage, cache);
            _updateAverage(_markets[market].clock, priceX32);
            Position memory position = _touch(account, market, type(uint256).max);
            if (position.isEmpty()) continue;
            int256 value = position.value(_markets[market].book.mark(position.isLong, priceX32));
            uint256 lost = value < 0 ? uint256(-value) : 0;
            total += lost;
            losses[count++] = Loss(market, priceX32, lost, position);
        }
        // Shorter than allocated: the length is the first word.
        assembly ("memory-safe") {
            mstore(losses, count)
        }
    }

    /// @dev Funds, then tear-up with a cut, then socialised loss.
    function _close(address account, Loss memory loss, uint256 deficit) private {
        uint256 left = deficit - _draw(loss.market, loss.market, deficit);
        left -= _draw(loss.market, 0, left);

        uint256 taken = _tearUp(account, loss, left);
        Book storage book = _markets[loss.market].book;
        if (taken >= left) {
            book.dustCash += int256(taken - left);
            return;
        }
        left -= taken;
        uint256 charged = book.socialise(left);
        uint256 covered = Math.min(charged, left);
        book.dustCash += int256(charged - covered);
        emit LossSocialised(loss.market, charged, left - covered);
        _leaveUncovered(loss.market, left - covered);
    }

    /// @dev Pays out of fund `from` on behalf of `market`, as far as it may be drawn in a day.
    function _draw(uint8 market, uint8 from, uint256 wanted) private returns (uint256 drawn) {
        if (wanted == 0) return 0;
        (uint256 limit, uint256 available) = _drawable(market, from);
        drawn = Math.min(wanted, available);
        if (drawn == 0) return 0;
        LimiterLib.count(_drawnBy(market, from), Math.ceilDiv(drawn, UNIT_FINE), limit, DRAW_WINDOW);
        _markets[from].fund -= drawn;
        emit FundDrawn(market, from != market, drawn);
    }

    /// @dev Closes the position against the other side, and takes up to `wanted` from its winners.
    function _tearUp(address account, Loss memory loss, uint256 wanted) private returns (uint256 taken) {
        Book storage book = _markets[loss.market].book;
        bool isLong = !loss.position.isLong;
        Side storage other = book.side(isLong);
        uint256 cut;
        if (wanted != 0) (cut, taken) = _cut(loss, other, wanted);
        (uint256 index, uint256 size) = (other.currentIndex(), loss.position.size());
        (uint256 count, uint256 ownCount) = (other.tearUps.length, book.side(!isLong).tearUps.length);
        uint256 ownIndex = book.side(!isLong).currentIndex();

        _accounts[account].cash += book.tearUp(loss.position, loss.priceX32, cut);
        _store(account, loss.market, loss.position);
        if (other.tearUps.length != count) _emitTearUp(loss.market, isLong, index, taken, size);
        if (book.side(!isLong).tearUps.length != ownCount) _emitTearUp(loss.market, !isLong, ownIndex, 0, size);
    }

    /// @dev The part of the index that brings `wanted`, rounded up by one part in 2^80 at most; no more than the cap.
    function _cut(Loss memory loss, Side storage other, uint256 wanted) private view returns (uint256, uint256) {
        Market storage entry = _markets[loss.market];
        bool isLong = !loss.position.isLong;
        int256 mark = entry.book.mark(isLong, loss.priceX32);
        uint256 gain = other.winnersGain(isLong, mark, entry.book.firstOctave);
        if (gain == 0) return (0, 0);
        uint256 most = Math.mulDiv(other.currentIndex(), entry.params.haircutCapPpm, PPM);
        uint256 cut = Math.min(Math.ceilDiv(wanted, gain), Math.min(most, type(uint80).max));
        return (cut, cut * gain);
    }

    function _emitTearUp(uint8 market, bool isLong, uint256 indexBefore, uint256 taken, uint256 size) private {
        Side storage torn = _markets[market].book.side(isLong);
        uint256 number = torn.tearUps.length - 1;
        TearUp memory last = torn.tearUps[number];
        emit TornUp(market, isLong, number, last.mark, indexBefore, last.indexAfter, last.cut, taken, size);
    }

    function _leaveUncovered(uint8 market, uint256 fine) private {
        if (fine == 0) return;
        _markets[market].shortfall += fine;
        if (market == 0) emit LossSocialised(0, 0, fine);
    }
}
