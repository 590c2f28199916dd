// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {Action} from "../../types/Matrix.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Custody} from "./Custody.sol";

/// @title Accounts
/// @notice Collateral in and out.
abstract contract Accounts is Custody, IClearingAccounts {
    /// @inheritdoc IClearingAccounts
    function deposit(address account, uint256 units) external nonReentrant {
        _takeIn(units);
        _accounts[account].cash += int256(units * UNIT_FINE);
        emit Deposited(account, msg.sender, units);
    }

    /// @inheritdoc IClearingAccounts
    function withdraw(uint256 units, address to) external nonReentrant {
        if (units == 0) revert ClearingAccounts_ZeroAmount();
        _accrueAll(msg.sender);
        Account storage entry = _accounts[msg.sender];
        for (uint32 open = entry.open; open != 0; open &= open - 1) {
            _touch(msg.sender, _lowest(open), type(uint256).max);
        }
        uint256[32] memory cache;
        uint256 free = _free(_assess(msg.sender, Action.Withdraw, cache));
        if (units > free) revert ClearingAccounts_NotFree(msg.sender, units, free);
        _countWithdrawal(units, entry.open);

        entry.cash -= int256(units * UNIT_FINE);
        _sendOut(units, to);
        emit Withdrawn(msg.sender, to, units);
    }

    /// @inheritdoc IClearingAccounts
    function settle(address account, uint8 market, uint256 most) external nonReentrant {
        _listed(market);
        _touch(account, market, most);
    }
}
