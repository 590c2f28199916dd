// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Standing} from "../../interfaces/IClearingReports.sol";
import {Envelope, MarketParams, Ramp} from "../../interfaces/IClearingMarkets.sol";
import {Action} from "../../types/Matrix.sol";
import {Position} from "../book/Position.sol";
import {BPS, CLAIM_QUANTUM, UNIT_FINE} from "../book/Scale.sol";
import {Clocks} from "./Clocks.sol";

/// @title Margin
/// @notice What accounts are worth and what they need. Requirements are rounded up, against the account.
abstract contract Margin is Clocks {
    uint256 internal constant MARKETS_MAX = 32;
    uint256 private constant CLASSES = 8;

    /// @dev Requirements of one asset class, in each direction.
    struct ClassSum {
        uint256[2] initial;
        uint256[2] maintenance;
    }

    /// @dev How `account` stands, with what it has not seen applied. Reads prices into `cache`.
    function _assess(
        address account,
        Action action,
        uint256[32] memory cache
    ) internal view returns (Standing memory result) {
        Account storage entry = _accounts[account];
        result.cashFine = entry.cash;
        ClassSum[CLASSES] memory classes;
        for (uint32 open = entry.open; open != 0; open &= open - 1) {
            uint8 market = _lowest(open);
            Position memory position = _positions[account][market];
            Market storage at = _markets[market];
            result.cashFine += position.settle(at.book.side(position.isLong), at.book.firstOctave, type(uint256).max);
            if (position.isEmpty()) continue;
            uint256 price = _price(market, action, cache);
            result.equityFine += position.value(at.book.mark(position.isLong, price));
            // No price moves any more: nothing is at risk.
            if (_isClosing(at)) continue;
            _addRequirement(classes[at.params.assetClass], market, position, price);
        }
        result.equityFine += result.cashFine;
        if (entry.claims != 0) result.equityFine += int256(_claimsFine(account, action));
        (result.initialUnits, result.maintenanceUnits) = _sumClasses(classes);
    }

    /// @dev Fine cash that markets which are wound down owe `account`. Until the haircut is known it counts against losses,
    /// not for what adds risk or takes collateral out.
    function _claimsFine(address account, Action action) internal view returns (uint256 fine) {
        bool counts = action != Action.Open && action != Action.Withdraw;
        for (uint32 claims = _accounts[account].claims; claims != 0; claims &= claims - 1) {
            uint8 market = _lowest(claims);
            Market storage entry = _markets[market];
            if (counts || entry.closing.isConcluded) fine += _claims[account][market] * _claimRate(entry);
        }
    }

    /// @dev Fine cash that a quantum brings, or would without a haircut.
    function _claimRate(Market storage entry) internal view returns (uint256) {
        return entry.closing.isConcluded ? entry.closing.rate : CLAIM_QUANTUM;
    }

    /// @dev Notional of a fine size at a price, in units, rounded up.
    function _notional(uint256 sizeFine, uint256 priceX32) internal pure returns (uint256) {
        return Math.ceilDiv(sizeFine * priceX32, UNIT_FINE);
    }

    /// @dev Initial margin of a position of `notional`, in parts per million: base, risen with open interest, and
    /// concentration, times the margin rung's multiplier. At most the whole notional.
    function _initialPpm(uint8 market, uint256 notional, uint256 priceX32) internal view returns (uint256 ppm) {
        Market storage entry = _markets[market];
        MarketParams storage params = entry.params;
        ppm = params.initialPpm;
        uint256 interest = _weightedInterest(entry, priceX32);
        uint256 low = params.openInterestLow;
        uint256 high = params.openInterestHigh;
        if (interest >= high) return PPM;
        if (interest > low) ppm += Math.ceilDiv((interest - low) * (PPM - ppm), high - low);

        uint256 concentration = params.concentrationUnits;
        if (concentration != 0) ppm += Math.ceilDiv(notional * PPM, concentration);
        ppm = Math.ceilDiv(ppm * initialMarginBps(market), BPS);
        if (ppm > PPM) ppm = PPM;
    }

    /// @dev Maintenance margin now, in parts per million.
    function _maintenancePpm(Market storage entry) internal view returns (uint256) {
        Ramp memory ramp = entry.ramp;
        if (block.timestamp >= ramp.endsAt) return ramp.toPpm;
        if (block.timestamp <= ramp.startsAt) return ramp.fromPpm;
        uint256 elapsed = block.timestamp - ramp.startsAt;
        uint256 span = ramp.endsAt - ramp.startsAt;
        // Both rates are below a million, times below 2^64.
        return (ramp.fromPpm * (span - elapsed) + ramp.toPpm * elapsed) / span;
    }

    /// @dev Open interest in units, rounded up.
    function _openInterest(Market storage entry, uint256 priceX32) internal view returns (uint256) {
        return _notional(Math.max(entry.book.longs.size(), entry.book.shorts.size()), priceX32);
    }

    /// @dev Whether an account with `standing` may add risk or keep what it has added.
    function _isCovered(Standing memory standing_) internal pure returns (bool) {
        return standing_.equityFine >= int256(standing_.initialUnits * UNIT_FINE);
    }

    /// @dev Number of the lowest bit.
    function _lowest(uint32 open) internal pure returns (uint8) {
        // At most 31.
        return uint8(Math.log2(open & (~open + 1)));
    }

    /// @dev That of all chains where an envelope tells of more.
    function _weightedInterest(Market storage entry, uint256 priceX32) private view returns (uint256 interest) {
        interest = _openInterest(entry, priceX32);
        Envelope storage envelope_ = entry.envelope;
        if (block.timestamp < envelope_.until) interest = Math.max(interest, envelope_.globalOpenInterest);
    }

    function _addRequirement(
        ClassSum memory sums,
        uint8 market,
        Position memory position,
        uint256 priceX32
    ) private view {
        uint256 notional = _notional(position.size(), priceX32);
        uint256 direction = position.isLong ? 1 : 0;
        sums.initial[direction] += Math.ceilDiv(notional * _initialPpm(market, notional, priceX32), PPM);
        sums.maintenance[direction] += Math.ceilDiv(notional * _maintenancePpm(_markets[market]), PPM);
    }

    function _sumClasses(ClassSum[CLASSES] memory classes) private view returns (uint256 initial, uint256 maintenance) {
        for (uint256 i; i < CLASSES; ++i) {
            uint256[2] memory sums = classes[i].initial;
            if (sums[0] + sums[1] == 0) continue;
            uint256 offset = sums[0] == 0 || sums[1] == 0 ? 0 : _classOffsets[i];
            initial += _offset(sums, offset);
            maintenance += _offset(classes[i].maintenance, offset);
        }
    }

    /// @dev The smaller direction counts only for what is not offset.
    function _offset(uint256[2] memory sums, uint256 offsetPpm) private pure returns (uint256) {
        return sums[0] + sums[1] - (Math.min(sums[0], sums[1]) * offsetPpm) / PPM;
    }
}
