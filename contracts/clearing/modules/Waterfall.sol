// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Standing} from "../../interfaces/IClearingReports.sol";
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
/// only. A position in a halted market stays, with its part of the deficit: one halted market does not keep the losses of
/// the others growing, and takes nothing from anybody meanwhile.
abstract contract Waterfall is Deleveraging, Rewards, IRecovery {
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
        (uint256 left, uint256 lostLeft) = (deficit, total);
        uint32 deferred;
        for (uint256 i; i < losses.length; ++i) {
            // Of what is left, so that the last market with a loss gets all of it.
            uint256 share = lostLeft == 0 ? 0 : Math.mulDiv(left, losses[i].lost, lostLeft);
            if (lostLeft == 0 && i + 1 == losses.length) share = left;
            lostLeft -= losses[i].lost;
            if (losses[i].isFrozen) {
                // Still missing when its market trades again.
                deficit -= share;
                deferred |= uint32(1) << losses[i].market;
            } else {
                _closeRewarded(account, losses[i], share);
            }
            left -= share;
        }
        // Somebody without positions: no market is to blame.
        if (left != 0) _leaveUncovered(0, left - _draw(0, 0, left));
        _accounts[account].cash += int256(deficit);
        if (deferred != 0) emit DefaultDeferred(account, deferred, _accounts[account].cash);
    }

    /// @dev Every position, up to date and at a sane price, frozen ones first, and the sum of losses.
    function _losses(address account, uint256[32] memory cache) private returns (Loss[] memory losses, uint256 total) {
        losses = new Loss[](MARKETS_MAX);
        (uint256 count, uint256 frozen, uint8 halted) = (0, 0, 0);
        for (uint32 open = _accounts[account].open; open != 0; open &= open - 1) {
            uint8 market = _lowest(open);
            uint256 priceX32 = _sanePrice(market, Action.Deleverage, cache);
            _updateAverage(_markets[market].clock, priceX32);
            Position memory position = _touch(account, market, type(uint256).max);
            if (position.isEmpty()) continue;
            int256 value = position.value(_markets[market].book.mark(position.isLong, priceX32));
            uint256 lost = value < 0 ? uint256(-value) : 0;
            total += lost;
            losses[count] = Loss(market, priceX32, lost, position, !_isLive(market));
            if (losses[count].isFrozen) {
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

    /// @dev The keeper's reward is known before the position is gone, and paid after the deficit, out of what is left of the
    /// fund. None in a market that is wound down: its fund is for those who have claims.
    function _closeRewarded(address account, Loss memory loss, uint256 share) private {
        uint256 reward =
            account == msg.sender || _isClosing(_markets[loss.market])
                ? 0
                : _rewardFor(loss.market, loss.position, loss.priceX32);
        _close(account, loss, share);
        _payReward(loss.market, reward);
    }

    /// @dev Funds, then deleveraging, then socialised loss.
    function _close(address account, Loss memory loss, uint256 deficit) private {
        if (_isClosing(_markets[loss.market])) {
            _settleDebtor(account, loss, deficit);
            return;
        }
        uint256 left = deficit - _draw(loss.market, loss.market, deficit);
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
    function _settleDebtor(address account, Loss memory loss, uint256 deficit) private {
        _settlePosition(account, loss.market, loss.position);
        if (deficit == 0) return;
        _markets[loss.market].closing.deficit += deficit;
        emit ISettlement.SettlementDeficit(loss.market, account, deficit);
    }

    function _leaveUncovered(uint8 market, uint256 fine) private {
        if (fine == 0) return;
        _markets[market].shortfall += fine;
        if (market == 0) emit LossSocialised(0, 0, fine);
    }
}
