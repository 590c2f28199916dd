// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {ILiftGate} from "../interfaces/ILiftGate.sol";
import {HaltLedger, HaltLedgerLib} from "../types/HaltLedger.sol";
import {Posture} from "../types/Posture.sol";
import {HALTED, REDUCE_ONLY, Rungs, RungsLib} from "../types/Rungs.sol";
import {Status} from "../types/Status.sol";
import {Markets} from "./Markets.sol";

/// @title Recovery
/// @notice The way down: `lift`, the gate that it asks before it lifts a halt, and the budget of halted time.
/// @dev The budget is about the posture, which is this chain's alone; words, which all chains share, know nothing of it.
///
/// A trip must stay cheap, so the start of a halt is not written down when a sensor trips: it is the newest halted stamp of
/// the words. It is copied into the ledger just before that stamp is overtaken ({_keepStart}), and at once when the stamp
/// does not say when the halt began here ({_setStart}), which is so whenever an entry from elsewhere began it.
abstract contract Recovery is Markets {
    /* CONSTANTS */

    /// @dev How long a market may be halted within any 30 days, in seconds.
    uint256 private constant HALT_BUDGET_SECONDS = 7 days;

    /// @dev Gas that the lift gate is given. One that only reads what was noted before needs it: FreshnessGate takes 110,000
    /// with a source in every market.
    uint256 private constant GATE_GAS = 200_000;

    /// @dev What asking needs besides GATE_GAS: the call, and what follows it.
    uint256 private constant GATE_OVERHEAD_GAS = 60_000;

    /* STORAGE */

    ILiftGate private _liftGate;

    /* LIFT */

    /// @inheritdoc IIncidentState
    function lift(uint8 market) external returns (Rungs inForce) {
        (MarketState storage state, Posture before) = _registered(market);
        bool wasHalted = before.isHalted(market);
        if (wasHalted) _noticeSpent(market);
        inForce = _inForce(state);
        if (inForce.isHalt() && _status().isSpent(market)) inForce = _belowHalt(inForce);

        bool endsHalt = wasHalted && !inForce.isHalt();
        bool isKept = endsHalt && !_status().isSpent(market) && !_mayLift(market, _haltedAt(state));
        if (isKept) inForce = RungsLib.pair(HALTED, inForce.margin());

        Posture lifted = before.replaced(market, inForce);
        if (lifted.equals(before)) {
            if (isKept) revert IncidentState_GateClosed(market, _haltedAt(state));
            return inForce;
        }
        if (endsHalt && !isKept) state.ledger = _ledgerAt(market);
        _setPosture(lifted);
        emit Lifted(_nextSeq(), market, inForce, lifted);
        _push();
    }

    /// @dev A lifter cannot starve the gate; a gate that reverts, that has no code or that returns anything but one word
    /// that is `true` says no. Copies one word back, so that a gate cannot make the hub pay for what it returns.
    function _mayLift(uint8 market, uint64 haltedAt) private view returns (bool may) {
        address gate = address(_liftGate);
        if (gate == address(0)) return true;
        _requireGas(GATE_GAS + GATE_GAS / 32 + GATE_OVERHEAD_GAS);

        bytes memory data = abi.encodeCall(ILiftGate.mayLift, (market, haltedAt));
        uint256 gateGas = GATE_GAS;
        assembly ("memory-safe") {
            let ok := staticcall(gateGas, gate, add(data, 32), mload(data), 0, 32)
            may := and(and(ok, gt(returndatasize(), 31)), eq(mload(0), 1))
        }
    }

    /// @inheritdoc IIncidentState
    function setLiftGate(ILiftGate gate) external onlyGovernance {
        bool hasCode = address(gate).code.length != 0;
        if (address(gate) != address(0) && !hasCode) revert IncidentState_InvalidLiftGate(gate);
        _liftGate = gate;
        emit LiftGateSet(_nextSeq(), gate);
    }

    /// @inheritdoc IIncidentState
    function liftGate() external view returns (ILiftGate) {
        return _liftGate;
    }

    /* HALT BUDGET */

    /// @inheritdoc IIncidentState
    function rearmHaltBudget(uint8 market) external onlyGovernance {
        (MarketState storage state, Posture before) = _registered(market);
        _setStatus(_status().withUnspent(market));
        state.ledger = HaltLedgerLib.blank(block.timestamp);

        Posture tightened = before.tightened(market, _inForce(state));
        if (tightened.isHalted(market)) _setStart(state);
        _setPosture(tightened);
        emit HaltBudgetRearmed(_nextSeq(), market, tightened);
        if (!tightened.equals(before)) _push();
    }

    /// @inheritdoc IIncidentState
    function haltBudget(uint8 market) external view returns (uint256 usedSeconds, bool isSpent) {
        return (_ledgerAt(market).usedSeconds(block.timestamp), _status().isSpent(market));
    }

    /// @dev What is left of a halt of a market whose halt budget is spent. That it is withheld is an event, which `counted`
    /// counts: the caller writes it.
    function _withhold(Status status, uint8 market, Rungs halt) internal returns (Rungs within, Status counted) {
        counted = status.counted();
        emit HaltBudgetSpent(counted.seq(), market);
        return (_belowHalt(halt), counted);
    }

    function _belowHalt(Rungs halt) private pure returns (Rungs) {
        return RungsLib.pair(REDUCE_ONLY, halt.margin());
    }

    function _noticeSpent(uint8 market) private {
        if (_ledgerAt(market).usedSeconds(block.timestamp) < HALT_BUDGET_SECONDS) return;
        _setStatus(_status().withSpent(market));
        emit HaltBudgetSpent(_nextSeq(), market);
    }

    /// @dev The ledger as it would be if the halt of `market`, when there is one, ended now.
    function _ledgerAt(uint8 market) private view returns (HaltLedger ledger) {
        (MarketState storage state, Posture current) = _registered(market);
        ledger = state.ledger;
        if (!current.isHalted(market)) return ledger;
        uint256 since = ledger.since();
        return ledger.closed(since == 0 ? _haltedAt(state) : since, block.timestamp);
    }

    /// @dev A halt begins now, and the newest halted stamp may say another time.
    function _setStart(MarketState storage state) internal {
        state.ledger = state.ledger.opened(block.timestamp);
    }

    /// @dev Before the newest halted stamp of a market that is halted is overtaken.
    function _keepStart(MarketState storage state) internal {
        HaltLedger ledger = state.ledger;
        if (ledger.since() == 0) state.ledger = ledger.opened(_haltedAt(state));
    }
}
