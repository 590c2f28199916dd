// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {Standing} from "../../interfaces/IClearingReports.sol";
import {IOutflowSensor} from "../../interfaces/IOutflowSensor.sol";
import {FlowReport} from "../../sensors/outflow/FlowReport.sol";
import {Posture} from "../../types/Posture.sol";
import {LimiterLib} from "../book/Limiter.sol";
import {MAX_UNITS, UNIT_FINE} from "../book/Scale.sol";
import {Touch} from "./Touch.sol";

/// @title Custody
/// @notice Moves tokens, and knows what may leave. The flow sensor hears of both; whatever it does, the flow goes on
/// ({FlowReport}).
abstract contract Custody is Touch {
    using SafeERC20 for IERC20;

    uint256 internal constant WITHDRAWAL_WINDOW = 1 hours;
    /// @dev Collateral is cross margin: its flows are the whole protocol's.
    uint256 private constant WHOLE = 0;

    /// @dev Takes tokens from the caller and makes sure that they came.
    function _takeIn(uint256 units) internal {
        if (units == 0) revert IClearingAccounts.ClearingAccounts_ZeroAmount();
        if (units > MAX_UNITS || _units + units > MAX_UNITS) revert IClearingAccounts.ClearingAccounts_TooMuch(units);
        uint256 held = _units;
        _units = held + units;
        uint256 before = _collateral.balanceOf(address(this));
        _collateral.safeTransferFrom(msg.sender, address(this), units * _tokenPerUnit);
        _requireMoved(units, _collateral.balanceOf(address(this)) - before);
        IOutflowSensor sensor = _flowSensor;
        if (address(sensor) != address(0)) {
            FlowReport.inflow(sensor, WHOLE, units * _tokenPerUnit, held * _tokenPerUnit);
        }
    }

    /// @dev Sends tokens, and makes sure that no more left than was said.
    function _sendOut(uint256 units, address to) internal {
        uint256 held = _units;
        _units = held - units;
        IOutflowSensor sensor = _flowSensor;
        if (address(sensor) != address(0)) {
            FlowReport.outflow(sensor, WHOLE, units * _tokenPerUnit, held * _tokenPerUnit);
        }
        uint256 before = _collateral.balanceOf(address(this));
        _collateral.safeTransfer(to, units * _tokenPerUnit);
        _requireMoved(units, before - _collateral.balanceOf(address(this)));
    }

    function _free(Standing memory result) internal pure returns (uint256) {
        int256 least = result.cashFine < result.equityFine ? result.cashFine : result.equityFine;
        int256 free = least - int256(result.initialUnits * UNIT_FINE);
        // Positive, and rounded down.
        return free <= 0 ? 0 : uint256(free) / UNIT_FINE;
    }

    /// @dev What may leave now for somebody with positions in `open`: the highest of their breaker rungs and the
    /// protocol's counts.
    function _withdrawalLimit(uint32 open) internal view returns (uint256 limit, bool isLimited) {
        Posture current = _posture();
        uint8 rung = current.own(0).breaker();
        for (; open != 0; open &= open - 1) {
            uint8 own = current.own(_lowest(open)).breaker();
            if (own > rung) rung = own;
        }
        uint256 ppm = _withdrawalLimits[rung];
        return (Math.mulDiv(_units, ppm, PPM), ppm < PPM);
    }

    function _countWithdrawal(uint256 units, uint32 open) internal {
        (uint256 limit, bool isLimited) = _withdrawalLimit(open);
        uint256 left = LimiterLib.left(_withdrawn, limit, WITHDRAWAL_WINDOW);
        if (isLimited && units > left) revert IClearingAccounts.ClearingAccounts_RateLimited(units, left);
        LimiterLib.count(_withdrawn, units, limit, WITHDRAWAL_WINDOW);
    }

    function _requireMoved(uint256 units, uint256 moved) private view {
        if (moved != units * _tokenPerUnit)
            revert IClearingAccounts.ClearingAccounts_WrongTransfer(units * _tokenPerUnit, moved);
    }
}
