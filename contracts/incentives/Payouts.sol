// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPayouts} from "../interfaces/IPayouts.sol";

/// @title Payouts
/// @notice Pays at once where that works and keeps a claim where it does not.
/// @dev A payee gets a bounded amount of gas and nothing of what it returns is copied, so one that reverts, burns gas or
/// re-enters costs the transaction little and the contract nothing.
abstract contract Payouts is IPayouts {
    /// @notice Gas that a payee is given: enough for a wallet contract, too little for mischief.
    uint256 public constant PAYEE_GAS = 30_000;

    /// @inheritdoc IPayouts
    uint256 public totalOwed;

    /// @inheritdoc IPayouts
    mapping(address => uint256) public owed;

    /// @inheritdoc IPayouts
    function collect(address payable to) external returns (uint256 amount) {
        amount = owed[msg.sender];
        if (amount == 0) revert Payouts_NothingOwed(msg.sender);
        owed[msg.sender] = 0;
        totalOwed -= amount;
        emit PaymentCollected(msg.sender, to, amount);
        _send(to, amount);
    }

    /// @dev Pays `amount`, or owes it. The caller has written all that it has to write.
    function _pay(address to, uint256 amount) internal {
        if (amount == 0) return;
        bool isTaken;
        uint256 payeeGas = PAYEE_GAS;
        assembly ("memory-safe") {
            isTaken := call(payeeGas, to, amount, 0, 0, 0, 0)
        }
        if (isTaken) return;

        owed[to] += amount;
        totalOwed += amount;
        emit PaymentOwed(to, amount);
    }

    /// @dev Pays `amount` with all the gas there is, or reverts. For payments that the payee or governance asked for.
    function _send(address payable to, uint256 amount) internal {
        (bool isTaken, ) = to.call{value: amount}("");
        if (!isTaken) revert Payouts_NotTaken(to, amount);
    }
}
