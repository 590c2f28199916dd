// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingReports, PositionView, Standing} from "../../interfaces/IClearingReports.sol";
import {IVenue, MarketReport} from "../../interfaces/IVenue.sol";
import {Action} from "../../types/Matrix.sol";
import {Book} from "../book/Book.sol";
import {LimiterLib} from "../book/Limiter.sol";
import {Position} from "../book/Position.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Custody} from "./Custody.sol";

/// @title Reports
/// @notice What can be read, computed from storage and prices as they are.
abstract contract Reports is Custody, IClearingReports, IVenue {
    /// @inheritdoc IClearingReports
    function standing(address account) external view returns (Standing memory) {
        uint256[32] memory cache;
        return _assess(account, Action.Close, cache);
    }

    /// @inheritdoc IClearingReports
    function freeUnits(address account) external view returns (uint256) {
        uint256[32] memory cache;
        return _free(_assess(account, Action.Withdraw, cache));
    }

    /// @inheritdoc IClearingReports
    function positionOf(address account, uint8 market) external view returns (PositionView memory result) {
        Book storage book = _listed(market).book;
        Position memory position = _positions[account][market];
        uint256 seen = position.seen;
        position.settle(book.side(position.isLong), book.firstOctave, type(uint256).max);
        result.unseen = position.seen - seen;
        if (position.isEmpty()) return result;

        uint256[32] memory cache;
        int256 mark = book.mark(position.isLong, _price(market, Action.Close, cache));
        result.isLong = position.isLong;
        result.sizeFine = position.size();
        result.valueFine = position.value(mark);
        result.entryX32 = position.holding.entry();
    }

    /// @inheritdoc IClearingReports
    function openMarkets(address account) external view returns (uint32) {
        return _accounts[account].open;
    }

    /// @inheritdoc IClearingReports
    function withdrawable(uint32 open) external view returns (uint256 units) {
        (uint256 limit, bool isLimited) = _withdrawalLimit(open);
        return isLimited ? LimiterLib.left(_withdrawn, limit, WITHDRAWAL_WINDOW) : _units;
    }

    /// @inheritdoc IClearingReports
    function unitsHeld() external view returns (uint256) {
        return _units;
    }

    /// @inheritdoc IClearingReports
    function tokenPerUnit() external view returns (uint256) {
        return _tokenPerUnit;
    }

    /// @inheritdoc IClearingReports
    function fundOf(uint8 market) external view returns (uint256 fine) {
        return _markets[market].fund;
    }

    /// @inheritdoc IClearingReports
    function shortfallOf(uint8 market) external view returns (uint256 fine) {
        return _markets[market].shortfall;
    }

    /// @inheritdoc IClearingReports
    function haltOf(uint8 market) external view returns (uint64 haltedSince, uint64 graceUntil) {
        Clock storage clock = _markets[market].clock;
        return (clock.haltedSince, clock.graceUntil);
    }

    /// @inheritdoc IVenue
    function reportOf(uint8 market) external view returns (MarketReport memory report) {
        Market storage entry = _listed(market);
        uint256[32] memory cache;
        report.priceX32 = _price(market, Action.Close, cache);
        report.openInterest = _openInterest(entry, report.priceX32);
        report.skewFine = -entry.book.dustSize;
        report.insurance = _coverUnits(market);
        report.shortfall = entry.shortfall / UNIT_FINE;
    }

    /// @inheritdoc IClearingReports
    function remainderFine() external view returns (int256 fine) {
        fine = int256(_fees + _markets[0].fund) - int256(_markets[0].shortfall);
        for (uint8 market = 1; market < MARKETS_MAX; ++market) {
            Market storage entry = _markets[market];
            if (entry.params.lotE18 == 0) continue;
            uint256[32] memory cache;
            fine += int256(entry.fund) - int256(entry.shortfall + entry.closing.deficit);
            fine += entry.book.dustValue(_price(market, Action.Close, cache));
        }
    }
}
