// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {MarketParams} from "../../interfaces/IClearingMarkets.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {ISettlement} from "../../interfaces/ISettlement.sol";
import {Limiter, LimiterLib} from "../book/Limiter.sol";
import {Position} from "../book/Position.sol";
import {CLAIM_QUANTUM, LOT_FINE, UNIT_FINE} from "../book/Scale.sol";
import {Margin} from "./Margin.sol";

/// @title Touch
/// @notice Brings accounts up to date before anything is done with them, and moves cash between the ledger's accounts.
abstract contract Touch is Margin {
    uint256 internal constant DRAW_WINDOW = 1 days;

    /// @dev Accrues every market of `account`.
    function _accrueAll(address account) internal {
        for (uint32 open = _accounts[account].open; open != 0; open &= open - 1) {
            _accrue(_lowest(open));
        }
    }

    /// @dev The position with at most `most` unseen tear-ups applied, in memory; cash is already booked.
    function _touch(address account, uint8 market, uint256 most) internal returns (Position memory position) {
        position = _positions[account][market];
        uint32 seen = position.seen;
        Market storage entry = _markets[market];
        int256 cash = position.settle(entry.book.side(position.isLong), entry.book.firstOctave, most);
        if (position.seen == seen) return position;

        _accounts[account].cash += cash;
        _store(account, market, position);
        emit IClearingAccounts.Settled(account, market, cash, position.size(), position.seen);
    }

    function _store(address account, uint8 market, Position memory position) internal {
        Account storage entry = _accounts[account];
        uint32 bit = uint32(1) << market;
        if (position.isEmpty()) {
            entry.open &= ~bit;
            delete _positions[account][market];
        } else {
            entry.open |= bit;
            _positions[account][market] = position;
        }
    }

    /// @dev Closes a position in a market that is wound down: a debtor pays, a gain becomes a claim.
    function _settlePosition(address account, uint8 market, Position memory position) internal {
        Market storage entry = _markets[market];
        int256 cash = entry.book.close(position, entry.closing.priceX32);
        _store(account, market, position);
        uint256 quanta;
        if (cash > 0) {
            // Positive, so the cast keeps it.
            quanta = uint256(cash) / CLAIM_QUANTUM;
            entry.book.dustCash += cash - int256(quanta * CLAIM_QUANTUM);
            cash = 0;
        }
        if (quanta != 0) {
            entry.closing.claims += quanta;
            _claims[account][market] += quanta;
            _accounts[account].claims |= uint32(1) << market;
        }
        _accounts[account].cash += cash;
        emit ISettlement.PositionSettled(account, market, cash, quanta);
    }

    /// @dev Whether a position has a whole lot, and less than the market asks. Lots are rounded up: what shares do not divide
    /// is forgiven. Less than a lot is what a tear-up leaves when others close whole; a reduce-only order closes it.
    function _isDust(uint8 market, Position memory position) internal view returns (bool) {
        uint256 size = position.size();
        return size >= LOT_FINE && Math.ceilDiv(size, LOT_FINE) < _markets[market].params.minimumLots;
    }

    /// @dev Pays out of fund `from` on behalf of `market`, as far as it may be drawn in a day.
    function _draw(uint8 market, uint8 from, uint256 wanted) internal returns (uint256 drawn) {
        if (wanted == 0) return 0;
        (uint256 limit, uint256 available) = _drawable(market, from);
        drawn = Math.min(wanted, available);
        if (drawn == 0) return 0;
        _takeOut(market, from, drawn, limit);
        emit IRecovery.FundDrawn(market, from != market, drawn);
    }

    /// @dev Takes `fine` out of fund `from` on behalf of `market`, and counts it against `limit`.
    function _takeOut(uint8 market, uint8 from, uint256 fine, uint256 limit) internal {
        LimiterLib.count(_drawnBy(market, from), Math.ceilDiv(fine, UNIT_FINE), limit, DRAW_WINDOW);
        _markets[from].fund -= fine;
    }

    /// @dev Pays `fine` into the fund of `market`; what nobody could be found for comes first.
    function _payFund(uint8 market, uint256 fine) internal {
        Market storage entry = _markets[market];
        uint256 owed = entry.shortfall;
        if (owed != 0) {
            uint256 repaid = fine < owed ? fine : owed;
            entry.shortfall = owed - repaid;
            fine -= repaid;
            emit IRecovery.ShortfallRepaid(market, repaid);
        }
        entry.fund += fine;
    }

    /// @dev What `market` may draw of fund `from` now, in fine cash, and the limit in a day that it counts against, in units.
    /// The limit is a part of what the fund was before this market drew.
    function _drawable(uint8 market, uint8 from) internal view returns (uint256 limit, uint256 fine) {
        Limiter storage drawn = _drawnBy(market, from);
        MarketParams storage params = _markets[market].params;
        uint256 ppm =
            market == 0
                ? PPM
                : market == from
                    ? params.fundDrawPpm
                    : params.sharedDrawPpm;
        uint256 fund = _markets[from].fund;
        uint256 units;
        (limit, units) = _share(drawn, fund / UNIT_FINE, ppm);
        fine = Math.min(fund, units * UNIT_FINE);
    }

    /// @dev What could be drawn for `market` in this block, in units. Its wind-down draws all of its own fund, without a cap.
    function _coverUnits(uint8 market) internal view returns (uint256) {
        (, uint256 own) = _drawable(market, market);
        (, uint256 shared) = _drawable(market, 0);
        if (_isSettling(_markets[market])) own = _markets[market].fund;
        return (own + shared) / UNIT_FINE;
    }

    /// @dev A part of a fund that may go in a day, of what it was before anything went, and what of it is left.
    function _share(
        Limiter storage limiter,
        uint256 fundUnits,
        uint256 ppm
    ) internal view returns (uint256 limit, uint256 left) {
        uint256 passed = block.timestamp - limiter.at >= DRAW_WINDOW ? 0 : limiter.passed;
        limit = ((fundUnits + passed) * ppm) / PPM;
        left = LimiterLib.left(limiter, limit, DRAW_WINDOW);
    }

    function _drawnBy(uint8 market, uint8 from) internal view returns (Limiter storage) {
        return market == from ? _markets[market].fundDrawn : _markets[market].sharedDrawn;
    }

    /// @dev A part of a notional, in units, rounded up.
    function _feeUnits(uint256 notionalUnits, uint256 ppm) internal pure returns (uint256) {
        return (notionalUnits * ppm + PPM - 1) / PPM;
    }

    /// @dev A fee of `units`, divided between the market's fund and the venue.
    function _bookFee(uint8 market, uint256 units) internal {
        if (units == 0) return;
        uint256 fine = units * UNIT_FINE;
        uint256 toFund = (fine * _markets[market].params.fundSharePpm) / PPM;
        _payFund(market, toFund);
        _fees += fine - toFund;
    }
}
