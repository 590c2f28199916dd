// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IEstates} from "../../interfaces/IEstates.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {ISettlement} from "../../interfaces/ISettlement.sol";
import {Action} from "../../types/Matrix.sol";
import {Book} from "../book/Book.sol";
import {Position} from "../book/Position.sol";
import {Deleveraging} from "./Deleveraging.sol";
import {Rewards} from "./Rewards.sol";

/// @title Waterfall
/// @notice Closes bankrupt accounts, and finds who bears the loss, in order.
/// @dev The deficit is divided over the account's markets by what it has lost in each, so that nobody's choice of an order
/// decides which market pays. All that can be closed is closed in one call; its gas grows with the account's own positions
/// only. A position in a halted market is not closed: one halted market does not keep the losses of the others growing, and
/// takes nothing from anybody meanwhile. It passes, with its part of the deficit, to an estate: an account that is nobody's.
/// Others bear what it loses from then on, so they have what it gains.
abstract contract Waterfall is Deleveraging, Rewards, IRecovery {
    /// @inheritdoc IRecovery
    function resolve(address account) external nonReentrant returns (address estate) {
        _accrueAll(account);
        uint256[32] memory cache;
        (Loss[] memory losses, uint256 total, uint256 frozen) = _losses(account, cache);
        int256 equity = _assess(account, Action.Deleverage, cache).equityFine;
        if (equity >= 0 && (losses.length == 0 || !_accounts[account].isEstate)) {
            revert Recovery_NotBankrupt(account, equity);
        }

        // Negative, so the cast of its opposite keeps it.
        uint256 deficit = equity < 0 ? uint256(-equity) : 0;
        uint256 left = _divide(losses, deficit, total);
        if (frozen != 0) estate = _formEstate(account, losses, frozen);
        emit Defaulted(account, deficit);
        _accounts[account].cash += int256(deficit);
        for (uint256 i = frozen; i < losses.length; ++i) _closeRewarded(account, losses[i]);
        // Somebody without positions: no market is to blame.
        if (left != 0) _leaveUncovered(0, left - _draw(0, 0, left));
        // Only an estate can be closed with something left: events alone would not say what.
        if (_accounts[account].isEstate) emit IEstates.EstateClosed(account, _accounts[account].cash);
    }

    /// @dev Every position, up to date and at a sane price, frozen ones first; the sum of losses, and how many are frozen.
    function _losses(
        address account,
        uint256[32] memory cache
    ) private returns (Loss[] memory losses, uint256 total, uint256 frozen) {
        losses = new Loss[](MARKETS_MAX);
        (uint256 count, uint8 halted) = (0, 0);
        for (uint32 open = _accounts[account].open; open != 0; open &= open - 1) {
            uint8 market = _lowest(open);
            uint256 priceX32 = _sanePrice(market, Action.Deleverage, cache);
            _updateAverage(_markets[market].clock, priceX32);
            Position memory position = _touch(account, market, type(uint256).max);
            if (position.isEmpty()) continue;
            int256 value = position.value(_markets[market].book.mark(position.isLong, priceX32));
            total += _lost(value);
            losses[count] = Loss(market, priceX32, value, 0, position);
            if (!_isLive(market)) {
                halted = market;
                (losses[frozen], losses[count]) = (losses[count], losses[frozen]);
                ++frozen;
            }
            ++count;
        }
        if (count != 0 && frozen == count) _requireLive(halted);
        // Shorter than allocated: the length is the first word.
        assembly ("memory-safe") {
            mstore(losses, count)
        }
    }

    /// @dev Gives each market its share. @return left What is nobody's: the account has no positions.
    function _divide(Loss[] memory losses, uint256 deficit, uint256 total) private pure returns (uint256 left) {
        left = deficit;
        for (uint256 i; i < losses.length; ++i) {
            uint256 lost = _lost(losses[i].value);
            // Of what is left, so that the last market with a loss gets all of it.
            if (total != 0) losses[i].share = Math.mulDiv(left, lost, total);
            else if (i + 1 == losses.length) losses[i].share = left;
            total -= lost;
            left -= losses[i].share;
        }
    }

    function _lost(int256 value) private pure returns (uint256) {
        return value < 0 ? uint256(-value) : 0;
    }

    /// @dev Moves the frozen positions to an account that nobody has a key of, with so much of the cash that it lacks their
    /// part of the deficit, and no more: the account keeps what the rest comes to.
    function _formEstate(address account, Loss[] memory losses, uint256 frozen) private returns (address estate) {
        estate = address(
            bytes20(Hashes.efficientKeccak256(bytes32(bytes20(address(this))), bytes32(uint256(++_estates))))
        );
        int256 value;
        int256 cash;
        Position memory none;
        for (uint256 i; i < frozen; ++i) {
            Loss memory loss = losses[i];
            value += loss.value;
            cash -= loss.value + int256(loss.share);
            _store(estate, loss.market, loss.position);
            _store(account, loss.market, none);
        }
        (_accounts[estate].cash, _accounts[estate].isEstate) = (cash, true);
        // Of the deficit that it is relieved of, the estate has its part.
        _accounts[account].cash += value;
        emit IEstates.EstateFormed(account, estate, _accounts[estate].open, cash);
    }

    /// @dev The keeper's reward is known before the position is gone, and paid after the deficit, out of what is left of the
    /// fund. None in a market that is wound down: its fund is for those who have claims.
    function _closeRewarded(address account, Loss memory loss) private {
        if (_isClosing(_markets[loss.market])) {
            _settleDebtor(account, loss);
            return;
        }
        uint256 reward = account == msg.sender ? 0 : _rewardFor(loss.market, loss.position, loss.priceX32);
        _close(account, loss);
        _payReward(loss.market, reward);
    }

    /// @dev Funds, then deleveraging, then socialised loss.
    function _close(address account, Loss memory loss) private {
        uint256 left = loss.share;
        left -= _draw(loss.market, loss.market, left);
        left -= _draw(loss.market, 0, left);

        uint256 taken = _deleverage(account, loss, left);
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

    /// @dev In a market that is wound down the deficits of all debtors wait for its conclusion, and are borne together.
    function _settleDebtor(address account, Loss memory loss) private {
        _settlePosition(account, loss.market, loss.position);
        if (loss.share == 0) return;
        _markets[loss.market].closing.deficit += loss.share;
        emit ISettlement.SettlementDeficit(loss.market, account, loss.share);
    }

    function _leaveUncovered(uint8 market, uint256 fine) private {
        if (fine == 0) return;
        _markets[market].shortfall += fine;
        if (market == 0) emit LossSocialised(0, 0, fine);
    }
}
