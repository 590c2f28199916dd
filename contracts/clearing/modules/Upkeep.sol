// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {Action} from "../../types/Matrix.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Custody} from "./Custody.sol";

/// @title Upkeep
/// @notice What anybody may do for everybody.
abstract contract Upkeep is Custody, IClearingAccounts {
    /// @inheritdoc IClearingAccounts
    function contribute(uint8 market, uint256 units) external nonReentrant {
        if (market != 0) _listed(market);
        _takeIn(units);
        _payFund(market, units * UNIT_FINE);
        emit Contributed(market, msg.sender, units);
    }

    /// @inheritdoc IClearingAccounts
    function poke(uint8 market) external nonReentrant {
        Market storage entry = _listed(market);
        // Needs no price: whoever is behind may always catch up.
        if (_catchUp(market) != 0) return;
        uint256[32] memory cache;
        _updateAverage(entry.clock, _price(market, Action.Close, cache));
    }
}
