// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

import {Standing} from "../../interfaces/IClearingReports.sol";
import {Action} from "../../types/Matrix.sol";
import {Position} from "../book/Position.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Touch} from "./Touch.sol";

/// @title Ranking
/// @notice How exchanges order those who are deleveraged first: profit over cost, times notional over equity.
abstract contract Ranking is Touch {
    /// @dev Rank of `account` on side `isLong` of `market`, in parts per million, at least one; zero when it is not
    /// eligible: no position there, no profit, no equity, or no price for something that it holds. Never reverts, so that
    /// nobody on a list can stop a deleveraging.
    function _rank(
        address account,
        uint8 market,
        bool isLong,
        Action action,
        uint256[32] memory cache
    ) internal view returns (uint256) {
        Position memory position = _positions[account][market];
        if (position.isLong != isLong || !_arePriced(account, action, cache)) return 0;
        Market storage entry = _markets[market];
        position.settle(entry.book.side(isLong), entry.book.firstOctave, type(uint256).max);
        if (position.isEmpty()) return 0;

        int256 profit = position.value(entry.book.mark(isLong, cache[market]));
        Standing memory standing_ = _assess(account, action, cache);
        if (profit <= 0 || standing_.equityFine <= 0) return 0;
        int256 cost = position.holding.basis() * int256(uint256(position.index));
        // In units, each below 2^100: products fit.
        uint256 ratioPpm = ((uint256(profit) / UNIT_FINE) * PPM) / (1 + SignedMath.abs(cost) / UNIT_FINE);
        uint256 notional = _notional(position.size(), cache[market]);
        return 1 + (ratioPpm * notional) / (1 + uint256(standing_.equityFine) / UNIT_FINE);
    }

    /// @dev Reads the price of every market in which `account` holds something into `cache`.
    function _arePriced(address account, Action action, uint256[32] memory cache) private view returns (bool) {
        for (uint32 open = _accounts[account].open; open != 0; open &= open - 1) {
            uint8 market = _lowest(open);
            if (cache[market] == 0) (cache[market], ) = _tryRead(market, action);
            if (cache[market] == 0) return false;
        }
        return true;
    }
}
