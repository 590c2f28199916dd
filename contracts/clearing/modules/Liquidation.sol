// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Standing} from "../../interfaces/IClearingReports.sol";
import {ILiquidation} from "../../interfaces/ILiquidation.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {Action} from "../../types/Matrix.sol";
import {Position} from "../book/Position.sol";
import {LOT_FINE, UNIT_FINE} from "../book/Scale.sol";
import {Touch} from "./Touch.sol";

/// @title Liquidation
/// @notice Hands positions of accounts below maintenance margin to whoever takes them over, in part first.
/// @dev The account pays a discount and a fee, together never more than its equity times the part of its maintenance
/// margin that is closed: equity over maintenance margin does not fall, and equity never falls below zero.
abstract contract Liquidation is Touch, ILiquidation {
    struct Takeover {
        address account;
        address liquidator;
        uint8 market;
        Position position;
        Standing standing;
        uint256 markX32;
        uint256 priceX32;
        uint256 sizeFine;
        uint256 feeUnits;
        uint256[32] cache;
    }

    /// @inheritdoc ILiquidation
    function liquidate(address account, uint8 market, uint64 lots) external nonReentrant returns (uint256 sizeFine) {
        if (account == msg.sender) revert IRecovery.Recovery_SelfLiquidation(account);
        _trading(market);
        _accrueAll(account);
        _accrueAll(msg.sender);
        _accrue(market);
        _requireLive(market);

        Takeover memory takeover;
        (takeover.account, takeover.liquidator, takeover.market) = (account, msg.sender, market);
        takeover.markX32 = _sanePrice(market, Action.Liquidate, takeover.cache);
        _updateAverage(_markets[market].clock, takeover.markX32);
        takeover.position = _touch(account, market, type(uint256).max);
        if (takeover.position.isEmpty()) revert IRecovery.Recovery_NoPosition(account, market);
        takeover.standing = _assess(account, Action.Liquidate, takeover.cache);
        _requireLiquidatable(account, takeover.standing);

        sizeFine = _withoutDust(takeover, _throttled(takeover, _closable(takeover, lots)));
        takeover.sizeFine = sizeFine;
        _priceTakeover(takeover);
        _takeOver(takeover);
        Standing memory after_ = _assess(msg.sender, Action.Liquidate, takeover.cache);
        if (!_isCovered(after_)) {
            revert IRecovery.Recovery_LiquidatorMargin(msg.sender, after_.equityFine, after_.initialUnits);
        }
    }

    function _requireLiquidatable(address account, Standing memory standing_) private pure {
        if (standing_.equityFine < 0) revert IRecovery.Recovery_Bankrupt(account, standing_.equityFine);
        if (standing_.equityFine >= int256(standing_.maintenanceUnits * UNIT_FINE)) {
            revert IRecovery.Recovery_NotLiquidatable(account, standing_.equityFine, standing_.maintenanceUnits);
        }
    }

    /// @dev What may be closed at once: a part, in whole lots, while half of maintenance margin is still there; else all.
    /// What is asked for is taken in whole lots, unless it is all.
    function _closable(Takeover memory takeover, uint64 lots) private view returns (uint256 most) {
        uint256 size = takeover.position.size();
        most = size;
        if (takeover.standing.equityFine * 2 >= int256(takeover.standing.maintenanceUnits * UNIT_FINE)) {
            // Sizes are below 2^144, shares below 2^20.
            uint256 part = (size * _markets[takeover.market].params.closePpm) / PPM;
            most = Math.min(size, Math.ceilDiv(part, LOT_FINE) * LOT_FINE);
            // What would be left is too small to be a position of its own.
            if (size < most + _minimumFine(takeover.market)) most = size;
        }
        most = Math.min(most, uint256(lots) * LOT_FINE);
        if (most == 0) revert IRecovery.Recovery_NoPosition(takeover.account, takeover.market);
    }

    /// @dev At most a part of the open interest in a block, at least one lot and the smallest position.
    function _throttled(Takeover memory takeover, uint256 wanted) private returns (uint256 size) {
        Market storage entry = _markets[takeover.market];
        uint256 limit = (entry.book.longs.size() * entry.params.throttlePpm) / PPM;
        limit = Math.max(limit, Math.max(LOT_FINE, _minimumFine(takeover.market)));
        Clock storage clock = entry.clock;
        uint256 used = clock.throttleBlock == block.number ? clock.throttleSize : 0;
        uint256 left = used >= limit ? 0 : limit - used;
        if (left == 0) revert IRecovery.Recovery_Throttled(takeover.market, wanted / LOT_FINE, left);
        size = Math.min(wanted, left);
        // Sizes are below 2^144.
        (clock.throttleBlock, clock.throttleSize) = (uint64(block.number), uint192(used + size));
    }

    /// @dev `wanted`, or in whole lots so much less that what stays is the smallest position. Refused when nothing could be
    /// taken then.
    function _withoutDust(Takeover memory takeover, uint256 wanted) private view returns (uint256 size) {
        uint256 held = takeover.position.size();
        uint256 minimum = _minimumFine(takeover.market);
        if (wanted == held || held >= wanted + minimum) return wanted;
        size = held > minimum ? ((held - minimum) / LOT_FINE) * LOT_FINE : 0;
        if (size == 0) _refuseDust(takeover.account, takeover.market, held - wanted);
    }

    function _minimumFine(uint8 market) private view returns (uint256) {
        return uint256(_markets[market].params.minimumLots) * LOT_FINE;
    }

    function _refuseDust(address account, uint8 market, uint256 sizeFine) private view {
        revert IRecovery.Recovery_BelowMinimum(account, sizeFine, _markets[market].params.minimumLots);
    }

    /// @dev Mark less a discount that grows linearly as equity falls from maintenance margin to nothing; then the fee.
    function _priceTakeover(Takeover memory takeover) private view {
        Market storage entry = _markets[takeover.market];
        uint256 notionalFine = takeover.sizeFine * takeover.markX32;
        uint256 equity = uint256(takeover.standing.equityFine);
        uint256 needed = takeover.standing.maintenanceUnits;
        // Part of maintenance margin that is closed, in units; rounded down.
        uint256 closing = Math.mulDiv(notionalFine, _maintenancePpm(entry), PPM) / UNIT_FINE;
        uint256 most = Math.mulDiv(equity, Math.min(closing, needed), needed);

        uint256 missing = needed - equity / UNIT_FINE;
        uint256 range = entry.params.discountHighPpm - entry.params.discountLowPpm;
        uint256 discountPpm = entry.params.discountLowPpm + (range * missing) / needed;
        uint256 discount = Math.min(Math.mulDiv(notionalFine, discountPpm, PPM), most);
        uint256 stepX32 = discount / takeover.sizeFine;
        takeover.priceX32 = takeover.position.isLong ? takeover.markX32 - stepX32 : takeover.markX32 + stepX32;

        uint256 fee = Math.mulDiv(notionalFine, entry.params.liquidationFeePpm, PPM);
        takeover.feeUnits = Math.min(fee, most - stepX32 * takeover.sizeFine) / UNIT_FINE;
    }

    function _takeOver(Takeover memory takeover) private {
        bool isLong = takeover.position.isLong;
        _trade(takeover.account, takeover.position, !isLong, takeover);
        Position memory other = _touch(takeover.liquidator, takeover.market, type(uint256).max);
        _trade(takeover.liquidator, other, isLong, takeover);
        if (_isDust(takeover.market, other)) _refuseDust(takeover.liquidator, takeover.market, other.size());

        _accounts[takeover.account].cash -= int256(takeover.feeUnits * UNIT_FINE);
        _payFund(takeover.market, takeover.feeUnits * UNIT_FINE);
        int256 size = isLong ? -int256(takeover.sizeFine) : int256(takeover.sizeFine);
        emit IRecovery.Liquidated(
            takeover.account,
            takeover.market,
            takeover.liquidator,
            size,
            takeover.priceX32,
            takeover.feeUnits
        );
    }

    function _trade(address account, Position memory position, bool isBuy, Takeover memory takeover) private {
        int256 cash = _markets[takeover.market].book.trade(position, isBuy, takeover.sizeFine, takeover.priceX32);
        _accounts[account].cash += cash;
        _store(account, takeover.market, position);
    }
}
