// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingFunds} from "../../interfaces/IClearingFunds.sol";
import {MarketParams} from "../../interfaces/IClearingMarkets.sol";
import {Position} from "../book/Position.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Touch} from "./Touch.sol";

/// @title Rewards
/// @notice What the venue pays to those who help it: part of a fill's fees to whoever trades against the premium, and a
/// little of the fund to whoever closes a bankrupt position.
/// @dev Longs and shorts are always equal here, so what is out of balance is not open interest but demand: one side pays
/// for its fills. The average of that is the premium, which funding already charges; a fill nearer to the mark than
/// fills were on average pulls it back.
abstract contract Rewards is Touch {
    /// @dev The premium before a fill, in parts per million, if the fill lies nearer to the mark; else zero. A fill that
    /// lies as far on the other side would pull the average past the mark in the end, and gets nothing.
    function _relief(Market storage entry, uint256 fillX32, uint256 markX32) internal view returns (int256 pressure) {
        pressure = entry.clock.premiumPpm;
        int256 premium = _premium(entry, fillX32, markX32);
        if (_size(premium) >= _size(pressure)) pressure = 0;
    }

    /// @dev Pays out of the fees of this fill: `rebatePpm` of them when the premium is at its cap, in proportion below.
    /// Never more than the venue's part, so the fund's part stays; rounded down. Both sides together always pay fees.
    function _payRebate(uint8 market, address account, uint256 feeUnits, int256 reliefPpm) internal {
        Market storage entry = _markets[market];
        uint256 most = _size(_premiumMost(entry));
        uint256 ppm = Math.min(_funds[market].terms.rebatePpm, PPM - entry.params.fundSharePpm);
        // Fees are below 2^96, rates below 2^32.
        uint256 units = (feeUnits * ppm * Math.min(_size(reliefPpm), most)) / (PPM * most);
        if (units == 0) return;
        _fees -= units * UNIT_FINE;
        _accounts[account].cash += int256(units * UNIT_FINE);
        emit IClearingFunds.Rebated(account, market, units);
    }

    /// @dev What closing `position` brings, in units: at most what opening it has brought in fees at the least, and the
    /// most that governance allows. Whoever bankrupts accounts of their own for it has paid that much before.
    function _rewardFor(uint8 market, Position memory position, uint256 priceX32) internal view returns (uint256) {
        uint256 most = _funds[market].terms.rewardUnits;
        if (most == 0) return 0;
        int256 entryX32 = position.holding.entry();
        if (entryX32 <= 0) return 0;
        MarketParams storage params = _markets[market].params;
        // Positive.
        uint256 lower = Math.min(uint256(entryX32), priceX32);
        uint256 notional = (position.size() * lower) / UNIT_FINE;
        return Math.min(most, (notional * Math.min(params.makerFeePpm, params.takerFeePpm)) / PPM);
    }

    /// @dev Credits the caller's account, as far as the market's fund may still be drawn today.
    function _payReward(uint8 market, uint256 units) internal {
        if (units == 0) return;
        (uint256 limit, uint256 available) = _drawable(market, market);
        units = Math.min(units, available / UNIT_FINE);
        if (units == 0) return;
        _takeOut(market, market, units * UNIT_FINE, limit);
        _accounts[msg.sender].cash += int256(units * UNIT_FINE);
        emit IClearingFunds.KeeperRewarded(market, msg.sender, units);
    }

    function _size(int256 ppm) private pure returns (uint256) {
        return uint256(ppm < 0 ? -ppm : ppm);
    }
}
