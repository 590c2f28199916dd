// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Standing} from "../../interfaces/IClearingReports.sol";
import {Envelope} from "../../interfaces/IClearingMarkets.sol";
import {INovation, Match, Order} from "../../interfaces/INovation.sol";
import {Action} from "../../types/Matrix.sol";
import {Position} from "../book/Position.sol";
import {LOT_FINE, UNIT_FINE} from "../book/Scale.sol";
import {Orders} from "./Orders.sol";
import {Rewards} from "./Rewards.sol";

/// @title Novation
/// @notice Puts the clearing house between two traders.
abstract contract Novation is Orders, Rewards {
    /// @dev One side of a fill.
    struct Leg {
        address account;
        bytes32 hash;
        bool isBuy;
        bool isReducing;
        uint32 feePpm;
        Position position;
        // Only known when reducing.
        Standing before;
    }

    /// @dev What both sides share.
    struct Deal {
        uint8 market;
        uint256 priceX32;
        uint256 sizeFine;
        Action action;
        // Premium that the fill relieves, zero if it does not; and both sides' fees.
        int256 reliefPpm;
        uint256 feeUnits;
        uint256[32] cache;
    }

    /// @inheritdoc INovation
    function fill(Match calldata matched) external nonReentrant {
        _fill(matched);
    }

    /// @inheritdoc INovation
    function fillBatch(Match[] calldata matches) external nonReentrant returns (uint256 filled) {
        for (uint256 i; i < matches.length; ++i) {
            // An even part of the gas that is left: a wallet that burns what it is given spoils its own match alone.
            try this.fillFromBatch{gas: gasleft() / (matches.length - i)}(matches[i]) {
                ++filled;
            } catch (bytes memory reason) {
                emit MatchRefused(i, bytes32(reason));
            }
        }
        if (filled == 0) revert Novation_NothingFilled();
    }

    /// @notice One match of a batch, in a frame of its own so that it can be left out. Only the house itself calls it.
    function fillFromBatch(Match calldata matched) external {
        if (msg.sender != address(this)) revert Novation_OnlySelf(msg.sender);
        _fill(matched);
    }

    function _fill(Match calldata matched) private {
        _requireMatch(matched);
        Deal memory deal;
        deal.market = matched.maker.order.market;
        _trading(deal.market);
        Leg memory maker = _leg(matched.maker.order, deal.market);
        Leg memory taker = _leg(matched.taker.order, deal.market);
        maker.hash = _consume(matched.maker, matched.lots);
        taker.hash = _consume(matched.taker, matched.lots);
        (maker.feePpm, taker.feePpm) = _feeRates(deal.market);

        deal.sizeFine = uint256(matched.lots) * LOT_FINE;
        _fitReducing(maker, matched.maker.order, matched.lots, deal);
        _fitReducing(taker, matched.taker.order, matched.lots, deal);
        _requirePosture(deal.market, maker.isReducing && taker.isReducing);
        _priceDeal(deal, matched.maker.order.priceE18, maker.isReducing && taker.isReducing);

        _assessBefore(maker, deal);
        _assessBefore(taker, deal);
        _apply(maker, deal);
        _apply(taker, deal);
        _rebate(maker.isBuy ? maker.account : taker.account, maker.isBuy ? taker.account : maker.account, deal);
        _requireInterest(deal, maker.isReducing || taker.isReducing);
        _requireMargin(maker, deal);
        _requireMargin(taker, deal);
    }

    /// @dev Brings everything that the account holds up to date.
    function _leg(Order calldata order, uint8 market) private returns (Leg memory leg) {
        (leg.account, leg.isBuy) = (order.trader, order.isBuy);
        _accrueAll(leg.account);
        _accrue(market);
        leg.position = _touch(leg.account, market, type(uint256).max);
    }

    /// @dev A side is reducing when it closes no more than it has. The last lot of a position may be less than one: an
    /// order that asks for it closes exactly what is there, for both sides.
    function _fitReducing(Leg memory leg, Order calldata order, uint64 lots, Deal memory deal) private pure {
        uint256 held = leg.position.isEmpty() || leg.position.isLong == leg.isBuy ? 0 : leg.position.size();
        if (order.isReduceOnly && held < deal.sizeFine && held + LOT_FINE > deal.sizeFine) deal.sizeFine = held;
        leg.isReducing = held != 0 && deal.sizeFine <= held;
        if (order.isReduceOnly && !leg.isReducing) revert Novation_NotReducing(leg.account, lots, held);
    }

    /// @dev What adds risk to one side adds risk.
    function _requirePosture(uint8 market, bool isReducing) private view {
        if (isReducing) _checkReducing(market);
        else _checkIncreasing(market);
    }

    function _checkReducing(uint8 market) private view whenReducing(market) {}

    function _checkIncreasing(uint8 market) private view whenIncreasing(market) {}

    /// @dev The maker's price, within a band around the mark. Moves averages.
    function _priceDeal(Deal memory deal, uint256 priceE18, bool isReducing) private {
        Market storage entry = _markets[deal.market];
        deal.action = isReducing ? Action.Close : Action.Open;
        uint256 markX32 = _price(deal.market, deal.action, deal.cache);
        uint256 priceX32 = _toX32(deal.market, priceE18);
        uint256 apart = priceX32 > markX32 ? priceX32 - markX32 : markX32 - priceX32;
        if (apart * PPM > markX32 * entry.params.fillBandPpm) {
            revert Novation_OffMarket(deal.market, priceX32, markX32);
        }
        deal.priceX32 = priceX32;
        deal.reliefPpm = _relief(entry, priceX32, markX32);
        _updatePremium(entry, priceX32, markX32);
        _updateAverage(entry.clock, markX32);
    }

    function _assessBefore(Leg memory leg, Deal memory deal) private view {
        if (leg.isReducing) leg.before = _assess(leg.account, deal.action, deal.cache);
    }

    function _apply(Leg memory leg, Deal memory deal) private {
        int256 cash = _markets[deal.market].book.trade(leg.position, leg.isBuy, deal.sizeFine, deal.priceX32);
        uint256 feeUnits = _feeUnits(_notional(deal.sizeFine, deal.priceX32), leg.feePpm);
        cash -= int256(feeUnits * UNIT_FINE);
        _bookFee(deal.market, feeUnits);
        deal.feeUnits += feeUnits;
        _accounts[leg.account].cash += cash;
        _store(leg.account, deal.market, leg.position);
        if (_isDust(deal.market, leg.position)) _refuseDust(leg, deal.market);
        int256 size = leg.isBuy ? int256(deal.sizeFine) : -int256(deal.sizeFine);
        emit Traded(leg.account, deal.market, leg.hash, size, deal.priceX32, cash, feeUnits);
    }

    function _refuseDust(Leg memory leg, uint8 market) private view {
        revert Novation_BelowMinimum(leg.account, leg.position.size(), _markets[market].params.minimumLots);
    }

    /// @dev To the side that the premium is against: sellers while fills lie above the mark.
    function _rebate(address buyer, address seller, Deal memory deal) private {
        if (deal.reliefPpm == 0) return;
        _payRebate(deal.market, deal.reliefPpm > 0 ? seller : buyer, deal.feeUnits, deal.reliefPpm);
    }

    /// @dev Open interest cannot rise while one side is reducing.
    function _requireInterest(Deal memory deal, bool cannotRise) private view {
        if (cannotRise) return;
        Market storage entry = _markets[deal.market];
        uint256 cap = entry.params.openInterestCap;
        Envelope storage envelope_ = entry.envelope;
        if (block.timestamp < envelope_.until) cap = Math.min(cap, envelope_.openInterestCap);
        uint256 interest = _openInterest(entry, deal.cache[deal.market]);
        if (interest > cap) revert Novation_OpenInterest(deal.market, interest, cap);
    }

    /// @dev Enough initial margin; or the trade was reducing, and equity over maintenance margin did not fall. A bankrupt
    /// account passes neither: its position is for {IRecovery.resolve}.
    function _requireMargin(Leg memory leg, Deal memory deal) private view {
        Standing memory standing_ = _assess(leg.account, deal.action, deal.cache);
        if (_isCovered(standing_)) return;
        Standing memory before = leg.before;
        bool isSafer = leg.isReducing && standing_.equityFine >= 0 && _isRatioKept(before, standing_);
        if (!isSafer) revert Novation_Margin(leg.account, standing_.equityFine, standing_.initialUnits);
    }

    /// @dev after.equity / after.maintenance >= before.equity / before.maintenance, by cross products. In whole units, for
    /// fine cash times margin would not fit; equity before is rounded up.
    function _isRatioKept(Standing memory before, Standing memory afterwards) private pure returns (bool) {
        if (before.equityFine < 0) return true;
        uint256 was = Math.ceilDiv(uint256(before.equityFine), UNIT_FINE);
        uint256 isNow = uint256(afterwards.equityFine) / UNIT_FINE;
        return isNow * before.maintenanceUnits >= was * afterwards.maintenanceUnits;
    }

    function _feeRates(uint8 market) private view returns (uint32 makerPpm, uint32 takerPpm) {
        return (_markets[market].params.makerFeePpm, _markets[market].params.takerFeePpm);
    }
}
