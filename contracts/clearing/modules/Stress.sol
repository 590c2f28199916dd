// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Assessment, IClearingFunds, WorstAccount} from "../../interfaces/IClearingFunds.sol";
import {ISolvencySource, SolvencyReport} from "../../interfaces/ISolvencySource.sol";
import {Action} from "../../types/Matrix.sol";
import {Position} from "../book/Position.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Touch} from "./Touch.sol";

/// @title Stress
/// @notice What a gap of the price would cost the insurance, and whether it holds as much (formulas.md 4.4).
/// @dev Nobody can list all accounts on chain, so anybody names those that would lack most; for each market and direction
/// the two worst are kept. What is published is thus a lower bound, made tight by whoever has looked at all accounts from
/// events. A sensor reads the last assessment, which costs the same whoever is named.
abstract contract Stress is Touch, IClearingFunds, ISolvencySource {
    /// @dev Below these ratios the severity is 1, 2, 3.
    uint256 private constant MILD_PPM = 750_000;
    uint256 private constant GRAVE_PPM = 500_000;
    uint256 private constant SEVERE_PPM = 250_000;
    uint256 private constant DIRECTIONS = 2;
    uint256 private constant KEPT = 2;

    /// @dev One account in one scenario, as far as it could be looked at.
    struct Look {
        bool isKnown;
        uint256 deficitUnits;
        // When the price falls, and rises.
        uint256[2] shortfallUnits;
    }

    /* ACTIONS */

    /// @inheritdoc IClearingFunds
    function nameWorst(address account, uint8 market) external nonReentrant {
        _requireKnown(market);
        (int256 equity, int256 fallen, int256 risen) = _stressed(account, market);
        uint256[2] memory shortfalls = _look(account, market, [equity, fallen, risen]).shortfallUnits;
        bool isWorse;
        for (uint256 i; i < DIRECTIONS; ++i) {
            if (_insert(market, i, account, shortfalls[i])) isWorse = true;
        }
        if (!isWorse) revert ClearingFunds_NotWorse(market, account);
        _assess(market);
    }

    /// @inheritdoc IClearingFunds
    function assess(uint8 market) external nonReentrant {
        _requireKnown(market);
        _assess(market);
    }

    /* VIEWS */

    /// @inheritdoc IClearingFunds
    function stressOf(address account, uint8 market) external view returns (int256, int256, int256) {
        return _stressed(account, market);
    }

    /// @inheritdoc IClearingFunds
    function worstKnown(uint8 market, bool isRise) external view returns (WorstAccount[2] memory) {
        return _funds[market].worstKnown[isRise ? 1 : 0];
    }

    /// @inheritdoc IClearingFunds
    function assessmentOf(uint8 market) external view returns (Assessment memory) {
        return _funds[market].assessment;
    }

    /// @inheritdoc IClearingFunds
    function stressedLoss(uint8 market) public view returns (uint256 units) {
        _requireKnown(market);
        for (uint256 i; i < DIRECTIONS; ++i) {
            WorstAccount[2] memory kept = _funds[market].worstKnown[i];
            uint256 sum;
            for (uint256 j; j < KEPT; ++j) {
                if (kept[j].account == address(0)) continue;
                (int256 equity, int256 fallen, int256 risen) = _stressed(kept[j].account, market);
                sum += _look(kept[j].account, market, [equity, fallen, risen]).shortfallUnits[i];
            }
            units = Math.max(units, sum);
        }
        units += _waiting(market);
        // Each market's own scenario is one of the whole deployment too.
        for (uint8 each = 1; market == 0 && each < MARKETS_MAX; ++each) {
            units = Math.max(units, _funds[each].assessment.stressedUnits);
        }
    }

    /// @inheritdoc IClearingFunds
    function coverTarget(uint8 market) public view returns (uint256 units) {
        (units, ) = _exposure(market);
        units = Math.max(units, stressedLoss(market));
    }

    /// @inheritdoc IClearingFunds
    function coverRatio(uint8 market) external view returns (uint256) {
        return _ratio(_insurance(market), coverTarget(market));
    }

    /// @inheritdoc ISolvencySource
    /// @dev Negative equity and stressed loss are those of the last assessment, and for market 0 so is everything but the
    /// funds; the rest is read now.
    function solvencyOf(uint8 market) external view returns (SolvencyReport memory report) {
        _requireKnown(market);
        Assessment memory last = _funds[market].assessment;
        (uint256 gap, uint256 interest) = (last.gapUnits, last.interestUnits);
        if (market != 0) (gap, interest) = _exposure(market);
        report.negativeEquity = last.deficitUnits * _tokenPerUnit;
        report.insurance = _insurance(market) * _tokenPerUnit;
        report.insuranceTarget = Math.max(gap, last.stressedUnits) * _tokenPerUnit;
        report.stressedLoss = last.stressedUnits * _tokenPerUnit;
        report.openInterest = interest * _tokenPerUnit;
    }

    /* INTERNAL */

    /// @dev Keeps `account` instead of the lesser of the two when it lacks more.
    /// @return isKept Whether it is one of the two now.
    function _insert(
        uint8 market,
        uint256 direction,
        address account,
        uint256 shortfall
    ) private returns (bool isKept) {
        WorstAccount[2] storage kept = _funds[market].worstKnown[direction];
        for (uint256 j; j < KEPT; ++j) {
            if (kept[j].account == account) return true;
            // What those known lack is looked at first: they may have shrunk.
            _refresh(market, direction, kept[j]);
        }
        WorstAccount storage least = kept[kept[0].shortfallUnits <= kept[1].shortfallUnits ? 0 : 1];
        if (shortfall <= least.shortfallUnits) return false;
        (least.account, least.shortfallUnits) = (account, SafeCast.toUint96(shortfall));
        emit WorstNamed(market, direction == 1, account, shortfall);
        return true;
    }

    /// @dev Keeps what was known when the account cannot be looked at.
    function _refresh(uint8 market, uint256 direction, WorstAccount storage worst) private returns (Look memory look) {
        address account = worst.account;
        if (account == address(0)) return look;
        look = _tryLook(account, market);
        if (!look.isKnown) return look;
        if (look.shortfallUnits[direction] == 0) delete worst.account;
        worst.shortfallUnits = SafeCast.toUint96(look.shortfallUnits[direction]);
    }

    function _assess(uint8 market) private {
        Assessment memory next;
        Assessment memory last = _funds[market].assessment;
        (uint256 gap, uint256 interest) = _exposure(market);
        (uint256 stressed, uint256 deficit) = _lookAtKnown(market, last.deficitUnits);
        uint256 waiting = _waiting(market);
        (stressed, deficit) = (stressed + waiting, deficit + waiting);
        if (market == 0) (stressed, deficit) = _joined(stressed, deficit);
        (next.gapUnits, next.interestUnits) = (SafeCast.toUint96(gap), SafeCast.toUint96(interest));
        (next.stressedUnits, next.deficitUnits) = (SafeCast.toUint96(stressed), SafeCast.toUint96(deficit));
        next.at = uint40(block.timestamp);

        uint256 target = Math.max(gap, stressed);
        uint256 insurance = _insurance(market);
        next.severity = _severity(_ratio(insurance, target));
        _funds[market].assessment = next;
        emit Assessed(market, next, insurance, target);
        if (next.severity != last.severity) emit CoverCrossed(market, next.severity, insurance, target);
    }

    /// @dev Cover-2 of the worse direction; and how far all accounts known lie below zero now, each counted once.
    function _lookAtKnown(uint8 market, uint256 lastDeficit) private returns (uint256 stressed, uint256 deficit) {
        address[4] memory counted;
        bool isAnyUnknown;
        for (uint256 i; i < DIRECTIONS; ++i) {
            uint256 sum;
            for (uint256 j; j < KEPT; ++j) {
                WorstAccount storage worst = _funds[market].worstKnown[i][j];
                address account = worst.account;
                if (account == address(0)) continue;
                Look memory look = _refresh(market, i, worst);
                sum += worst.shortfallUnits;
                counted[i * KEPT + j] = account;
                bool isCounted = i == 1 && (counted[0] == account || counted[1] == account);
                if (!isCounted) deficit += look.deficitUnits;
                if (!look.isKnown) isAnyUnknown = true;
            }
            stressed = Math.max(stressed, sum);
        }
        if (isAnyUnknown) deficit = Math.max(deficit, lastDeficit);
    }

    /// @dev What is known of a market is known of the whole deployment.
    function _joined(uint256 stressed, uint256 deficit) private view returns (uint256, uint256) {
        for (uint8 each = 1; each < MARKETS_MAX; ++each) {
            stressed = Math.max(stressed, _funds[each].assessment.stressedUnits);
            deficit = Math.max(deficit, _funds[each].assessment.deficitUnits);
        }
        return (stressed, deficit);
    }

    function _tryLook(address account, uint8 market) private view returns (Look memory look) {
        // In a frame of its own: a price of another market may be missing.
        try IClearingFunds(address(this)).stressOf(account, market) returns (
            int256 equity,
            int256 fallen,
            int256 risen
        ) {
            look = _look(account, market, [equity, fallen, risen]);
        } catch {}
    }

    /// @dev Who holds nothing in a market lacks nothing there: what it lacks is no reason for that market's fund to wait.
    function _look(address account, uint8 market, int256[3] memory fine) private view returns (Look memory look) {
        look.isKnown = true;
        if (market != 0 && (_accounts[account].open >> market) & 1 == 0) return look;
        look.deficitUnits = _below(fine[0]);
        look.shortfallUnits = [_below(fine[1]), _below(fine[2])];
    }

    /// @dev Equity now, and with the price of `market`, or every price, moved by its gap. Funding and margin stay.
    function _stressed(
        address account,
        uint8 market
    ) private view returns (int256 equity, int256 fallen, int256 risen) {
        equity = _accounts[account].cash;
        uint256[32] memory cache;
        for (uint32 open = _accounts[account].open; open != 0; open &= open - 1) {
            uint8 each = _lowest(open);
            Market storage entry = _markets[each];
            Position memory position = _positions[account][each];
            equity += position.settle(entry.book.side(position.isLong), entry.book.firstOctave, type(uint256).max);
            if (position.isEmpty()) continue;
            uint256 price = _price(each, Action.Close, cache);
            equity += position.value(entry.book.mark(position.isLong, price));
            if (market != 0 && market != each) continue;
            // Wound down: its price moves no more.
            if (_isClosing(entry)) continue;
            int256 change = int256(position.size() * ((price * _funds[each].terms.gapPpm) / PPM));
            if (!position.isLong) change = -change;
            (fallen, risen) = (fallen - change, risen + change);
        }
        if (_accounts[account].claims != 0) equity += int256(_claimsFine(account, Action.Close));
        (fallen, risen) = (equity + fallen, equity + risen);
    }

    /// @dev What the gap rule asks for, and the open interest; both in units. For market 0 of the markets' assessments.
    function _exposure(uint8 market) private view returns (uint256 gap, uint256 interest) {
        if (market == 0) {
            for (uint8 each = 1; each < MARKETS_MAX; ++each) {
                gap += _funds[each].assessment.gapUnits;
                interest += _funds[each].assessment.interestUnits;
            }
            return (gap, interest);
        }
        Market storage entry = _listed(market);
        uint256[32] memory cache;
        interest = _openInterest(entry, _price(market, Action.Close, cache));
        // Wound down: no gap of its price is to come.
        uint256 gapPpm = _isClosing(entry) ? 0 : _funds[market].terms.gapPpm;
        uint256 maintenance = _maintenancePpm(entry);
        if (gapPpm <= maintenance) return (0, interest);
        gap = Math.ceilDiv(interest * (gapPpm - maintenance) * _funds[market].terms.concentrationPpm, PPM * PPM);
    }

    /// @dev What could be drawn for `market` in this block, in units; for market 0 all funds.
    function _insurance(uint8 market) private view returns (uint256 units) {
        if (market != 0) return _coverUnits(market);
        for (uint8 each; each < MARKETS_MAX; ++each) units += _markets[each].fund / UNIT_FINE;
    }

    /// @dev What debtors of a market that is wound down could not pay, and nobody has borne yet: in units, rounded up.
    function _waiting(uint8 market) private view returns (uint256) {
        return Math.ceilDiv(_markets[market].closing.deficit, UNIT_FINE);
    }

    function _requireKnown(uint8 market) private view {
        if (market != 0) _listed(market);
    }

    function _ratio(uint256 insurance, uint256 target) private pure returns (uint256) {
        return target == 0 ? type(uint256).max : (insurance * PPM) / target;
    }

    function _severity(uint256 ratio) private pure returns (uint8) {
        if (ratio < SEVERE_PPM) return 3;
        if (ratio < GRAVE_PPM) return 2;
        return ratio < MILD_PPM ? 1 : 0;
    }

    /// @dev How far `fine` lies below zero, in units, rounded up.
    function _below(int256 fine) private pure returns (uint256) {
        return fine >= 0 ? 0 : Math.ceilDiv(uint256(-fine), UNIT_FINE);
    }
}
