// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {Standing} from "../../interfaces/IClearingReports.sol";
import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {ISettlement, SettlementView} from "../../interfaces/ISettlement.sol";
import {Action} from "../../types/Matrix.sol";
import {Book} from "../book/Book.sol";
import {Position} from "../book/Position.sol";
import {CLAIM_QUANTUM} from "../book/Scale.sol";
import {Touch} from "./Touch.sol";

/// @title Settlement
/// @notice Winds a market down: closes it, settles everybody at one price, and pays all claims alike.
/// @dev A claim is a whole number of quanta of 2^72 of fine cash (2^-64 unit), and what a quantum brings is a whole number
/// of fine cash: paying never divides, and claims add up to what is there (P13). What either rounds off goes to the
/// market's fund at once.
abstract contract Settlement is Touch, ISettlement {
    /// @inheritdoc ISettlement
    function closeMarket(uint8 market) external onlyOwner {
        Market storage entry = _trading(market);
        if (!_isBudgetSpent(market) && !_isBudgetSpent(0)) revert Settlement_BudgetNotSpent(market);
        // Funding up to now; none from here on.
        _accrue(market);
        uint96 priceX32 = entry.clock.longAverage;
        if (priceX32 == 0) revert IClearingAccounts.ClearingAccounts_NoPrice(market);
        (entry.clock.average, entry.clock.last) = (priceX32, priceX32);
        entry.closing.priceX32 = priceX32;
        ++_closings;
        emit MarketClosed(market, priceX32);
    }

    /// @inheritdoc ISettlement
    function settleAccount(address account, uint8 market) external nonReentrant {
        Market storage entry = _closed(market);
        _accrueAll(account);
        Position memory position = _touch(account, market, type(uint256).max);
        if (!position.isEmpty()) {
            _requireDebtorSolvent(account, entry, position);
            _settlePosition(account, market, position);
            return;
        }
        uint256 quanta = _claims[account][market];
        if (quanta == 0 || !entry.closing.isConcluded) revert Settlement_NothingDue(account, market);
        delete _claims[account][market];
        _accounts[account].claims &= ~(uint32(1) << market);
        uint256 fine = quanta * entry.closing.rate;
        entry.closing.claims -= quanta;
        _accounts[account].cash += int256(fine);
        emit ClaimPaid(account, market, fine);
    }

    /// @inheritdoc ISettlement
    function concludeSettlement(uint8 market) external nonReentrant {
        Market storage entry = _closed(market);
        if (entry.closing.isConcluded) revert Settlement_Concluded(market);
        Book storage book = entry.book;
        (uint256 longs, uint256 shorts) = (book.longs.size(), book.shorts.size());
        if (longs != 0 || shorts != 0) revert Settlement_PositionsLeft(market, longs, shorts);

        uint256 missing = entry.closing.deficit + entry.shortfall;
        (entry.closing.deficit, entry.shortfall, entry.closing.isConcluded) = (0, 0, true);
        --_closings;
        // No position is left, so the dust account has cash alone.
        int256 dust = book.dustCash;
        book.dustCash = 0;
        if (dust < 0) missing += uint256(-dust);
        else entry.fund += uint256(dust);
        emit DustSwept(market, dust);

        missing -= _drawAll(market, missing);
        missing -= _draw(market, 0, missing);
        _fixRate(market, entry, missing);
    }

    /// @inheritdoc ISettlement
    function settlementOf(uint8 market) external view returns (SettlementView memory) {
        Closing memory closing = _listed(market).closing;
        return
            SettlementView({
                priceX32: closing.priceX32,
                isConcluded: closing.isConcluded,
                claimsFine: closing.claims * CLAIM_QUANTUM,
                deficitFine: closing.deficit,
                rate: closing.rate
            });
    }

    /// @inheritdoc ISettlement
    function claimOf(address account, uint8 market) external view returns (uint256 fine) {
        return _claims[account][market] * _claimRate(_listed(market));
    }

    function _closed(uint8 market) private view returns (Market storage entry) {
        entry = _listed(market);
        if (!_isClosing(entry)) revert Settlement_NotClosed(market);
    }

    function _isBudgetSpent(uint8 market) private view returns (bool isSpent) {
        (, isSpent) = IIncidentState(address(hub)).haltBudget(market);
    }

    /// @dev A debtor whose equity is negative is left to the waterfall, so that it does not matter which of its markets is
    /// settled first.
    function _requireDebtorSolvent(address account, Market storage entry, Position memory position) private view {
        if (position.value(entry.book.mark(position.isLong, entry.closing.priceX32)) >= 0) return;
        uint256[32] memory cache;
        Standing memory standing_ = _assess(account, Action.Close, cache);
        if (standing_.equityFine < 0) revert Settlement_Bankrupt(account, standing_.equityFine);
    }

    /// @dev The market has no more use for its fund: no daily cap.
    function _drawAll(uint8 market, uint256 wanted) private returns (uint256 drawn) {
        Market storage entry = _markets[market];
        drawn = Math.min(wanted, entry.fund);
        if (drawn == 0) return 0;
        entry.fund -= drawn;
        emit IRecovery.FundDrawn(market, false, drawn);
    }

    function _fixRate(uint8 market, Market storage entry, uint256 missing) private {
        uint256 quanta = entry.closing.claims;
        uint256 claims = quanta * CLAIM_QUANTUM;
        uint256 covered = Math.min(missing, claims);
        uint256 due = claims - covered;
        uint256 rate = quanta == 0 ? 0 : due / quanta;
        entry.closing.rate = rate;
        entry.shortfall = missing - covered;
        entry.fund += due - rate * quanta;
        emit SettlementConcluded(market, claims, rate * quanta, missing - covered);
    }
}
