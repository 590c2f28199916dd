// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IKeeperTreasury} from "../../interfaces/IKeeperTreasury.sol";
import {IPayouts} from "../../interfaces/IPayouts.sol";
import {Behaviour} from "../ScriptedFeed.sol";

/// @title Payee
/// @notice A contract that works as a keeper or a raiser, and does what it is told when it is paid. Anybody may tell it.
contract Payee {
    /// @notice Thrown when the payee is told not to take a payment.
    error Payee_ToldToRevert();

    uint256 private constant HUGE_BYTES = 20_000;

    IPayouts public immutable payer;

    /// @notice What {run}'s call answered.
    bytes public answer;

    Behaviour private _behaviour;
    address private _target;
    bytes private _data;

    constructor(IPayouts payer_) {
        payer = payer_;
    }

    receive() external payable {
        if (_behaviour == Behaviour.Revert) revert Payee_ToldToRevert();
        if (_behaviour == Behaviour.BurnGas) _burnGas();
        if (_behaviour == Behaviour.ReturnHuge) _returnBytes(HUGE_BYTES);
        // With the gas of a payment it can call, but hardly remember.
        if (_target != address(0)) _callBack();
    }

    /// @notice From now on, behaves like this when it is paid.
    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    /// @notice From now on, calls `target` when it is paid or {run}.
    function callBack(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @notice Calls back, and goes on whether that worked or not.
    function run() external {
        answer = _callBack();
    }

    /// @notice Works as a keeper.
    function perform(address target, bytes calldata data) external returns (uint256 paid) {
        return IKeeperTreasury(address(payer)).perform(target, data);
    }

    /// @notice Collects what it is owed.
    function collect(address payable to) external returns (uint256 amount) {
        return payer.collect(to);
    }

    /// @notice Calls anything with any value, as whoever owns this contract would.
    function execute(address target, uint256 value, bytes calldata data) external {
        (bool ok, bytes memory reason) = target.call{value: value}(data);
        if (ok) return;
        assembly {
            revert(add(reason, 32), mload(reason))
        }
    }

    function _callBack() private returns (bytes memory reason) {
        (, reason) = _target.call(_data);
    }

    function _burnGas() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function _returnBytes(uint256 count) private pure {
        assembly {
            return(0, count)
        }
    }
}
