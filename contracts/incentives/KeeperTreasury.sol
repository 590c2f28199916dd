// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {Budget, IKeeperTreasury, Job, Outcome, Spent} from "../interfaces/IKeeperTreasury.sol";
import {MARKETS, Posture} from "../types/Posture.sol";
import {KeeperBudget} from "./KeeperBudget.sol";
import {Payouts} from "./Payouts.sol";

/// @title KeeperTreasury
/// @notice Repays keepers who poke, lift, broadcast and execute their gas and a premium, from a capped budget.
/// @dev **Design**
/// - The treasury makes the call itself, so that gas and effect are measured and not claimed. Usefulness is judged by the
///   hub alone: its sequence number and its posture before and after.
/// - A call that tightens is paid whenever the budget allows. A useful one that tightens nothing (a condition asserted
///   again, a lift, a heartbeat) once per interval and key; one that achieves nothing, such as a poke that keeps a
///   history fresh, once per longer interval, or never.
/// - Every limit (hour, day, job) keeps a share that only tightening and urgent calls may draw on: noise before an
///   incident cannot use up what pays for the halt.
/// - A failing call fails the whole transaction. Swallowed, it would make gas estimates too low.
/// - Paid or owed, never lost: {Payouts}.
///
/// **Trust assumptions**
/// - The owner (governance) registers jobs whose gas a caller cannot inflate at will, within their gas cap, and names
///   the hub's word for functions that serve others too (an endpoint's `lzReceive`).
/// - The block's base fee is honest. A block producer that keeps for itself gets its own tip back, at most `tipBps` of
///   the base fee; see docs/incentives.md for what can be drained at most.
/// - Gas refunds for cleared storage are not taken off; no job of this project clears any.
contract KeeperTreasury is IKeeperTreasury, Payouts, Ownable, ReentrancyGuard {
    using KeeperBudget for Spent;

    /// @notice Gas that must be left after the call: for booking it in slots that were never used, and for the payee.
    /// @dev Nodes estimate gas at a gas price of zero, at which nothing is paid and nothing booked. Without this such an
    /// estimate would be too low for the real transaction.
    uint256 public constant SETTLE_GAS = 180_000;

    uint256 private constant WORD_BYTES = 32;
    uint256 private constant SELECTOR_BYTES = 4;

    /// @dev What was spent on a job on one day. One slot.
    struct JobSpent {
        uint96 day;
        uint32 dayIndex;
    }

    /// @dev When a call was last paid: any, and a useful one. One slot.
    struct LastPaid {
        uint64 anyAt;
        uint64 usefulAt;
    }

    /// @inheritdoc IKeeperTreasury
    IIncidentState public immutable hub;

    /// @inheritdoc IKeeperTreasury
    uint96 public immutable mostPerDay;

    Budget private _budget;
    Spent private _spent;

    /// @dev hash of target and selector => the job
    mapping(bytes32 => Job) private _jobs;
    /// @dev hash of target and selector => what was spent on it
    mapping(bytes32 => JobSpent) private _spentOn;
    /// @dev hash of job and key => when it was paid
    mapping(bytes32 => LastPaid) private _lastPaid;

    /// @param mostPerDay_ The most that `perDay` can ever be set to, in wei.
    constructor(IIncidentState hub_, address owner, uint96 mostPerDay_, Budget memory budget_) Ownable(owner) {
        (hub, mostPerDay) = (hub_, mostPerDay_);
        _setBudget(budget_);
    }

    /// @notice Takes funds: gifts, governance's, and the bonds that the public alarm slashes.
    receive() external payable {}

    /* PERFORM */

    /// @inheritdoc IKeeperTreasury
    function perform(address target, bytes calldata data) external nonReentrant returns (uint256 paid) {
        bytes4 selector = bytes4(data);
        bytes32 id = _idOf(target, selector);
        Job memory job = _jobs[id];
        if (!job.isActive) revert KeeperTreasury_NotAJob(target, selector);
        if (job.hubWord != 0 && _wordAt(data, job.hubWord) != uint160(address(hub))) {
            revert KeeperTreasury_NotForThisHub(target, selector);
        }

        (uint64 seqBefore, Posture postureBefore) = (hub.seq(), hub.postureNow());
        uint256 gasUsed = _call(target, data);
        if (gasleft() < SETTLE_GAS) revert KeeperTreasury_GasTooLow(gasleft(), SETTLE_GAS);
        Outcome outcome = _judge(seqBefore, postureBefore);

        uint256 key = job.keyWord == 0 ? 0 : _wordAt(data, job.keyWord);
        if (_isToBePaid(_lastPaid[_paidIdOf(id, key)], job, outcome)) paid = _spend(id, key, job, outcome, gasUsed);
        emit Performed(msg.sender, target, selector, key, outcome, gasUsed, paid);
        _pay(msg.sender, paid);
    }

    /// @dev Copies at most a word back: the target is governance's choice, what it calls in turn is not.
    /// @return gasUsed Gas that the call used, its own price included.
    function _call(address target, bytes calldata data) private returns (uint256 gasUsed) {
        bytes memory input = data;
        bool ok;
        bytes4 reason;
        uint256 before = gasleft();
        assembly ("memory-safe") {
            mstore(0, 0)
            ok := call(gas(), target, 0, add(input, 32), mload(input), 0, 4)
            reason := mload(0)
        }
        gasUsed = before - gasleft();
        if (!ok) revert KeeperTreasury_JobFailed(target, bytes4(data), reason);
    }

    function _judge(uint64 seqBefore, Posture postureBefore) private view returns (Outcome) {
        if (hub.seq() == seqBefore) return Outcome.Nothing;
        Posture postureNow = hub.postureNow();
        if (postureNow.equals(postureBefore)) return Outcome.Useful;
        for (uint8 market; market < MARKETS; ++market) {
            if (postureNow.own(market).exceeds(postureBefore.own(market))) return Outcome.Tightened;
        }
        return Outcome.Useful;
    }

    function _isToBePaid(LastPaid memory last, Job memory job, Outcome outcome) private view returns (bool) {
        if (outcome == Outcome.Tightened) return true;
        if (outcome == Outcome.Useful) return block.timestamp >= uint256(last.usefulAt) + job.repeatSeconds;
        return job.refreshSeconds != 0 && block.timestamp >= uint256(last.anyAt) + job.refreshSeconds;
    }

    /// @dev Works out what is paid and books it. Nothing is booked when nothing is left.
    function _spend(
        bytes32 id,
        uint256 key,
        Job memory job,
        Outcome outcome,
        uint256 gasUsed
    ) private returns (uint256 amount) {
        Budget memory current = _budget;
        Spent memory spent_ = _spent.at(block.timestamp);
        JobSpent memory onJob = _onJob(id);

        amount = KeeperBudget.worth(gasUsed, tx.gasprice, block.basefee, job, current);
        bool drawsReserve = outcome == Outcome.Tightened || (outcome == Outcome.Useful && job.isUrgent);
        amount = _min(amount, KeeperBudget.left(current.perHour, spent_.hour, current.reserveBps, drawsReserve));
        amount = _min(amount, KeeperBudget.left(current.perDay, spent_.day, current.reserveBps, drawsReserve));
        amount = _min(amount, KeeperBudget.left(job.perDay, onJob.day, current.reserveBps, drawsReserve));
        amount = _min(amount, available());
        if (amount == 0) return 0;

        // Each sum stays within a limit of 96 bits, because `amount` is at most what was left of it.
        spent_.hour += uint96(amount);
        spent_.day += uint96(amount);
        onJob.day += uint96(amount);
        _spent = spent_;
        _spentOn[id] = onJob;
        LastPaid storage last = _lastPaid[_paidIdOf(id, key)];
        last.anyAt = uint64(block.timestamp);
        if (outcome != Outcome.Nothing) last.usefulAt = uint64(block.timestamp);
    }

    /* GOVERNANCE */

    /// @inheritdoc IKeeperTreasury
    function setJob(address target, bytes4 selector, Job calldata newJob) external onlyOwner {
        if (target.code.length == 0 || target == address(this)) revert KeeperTreasury_InvalidTarget(target);
        Job memory checked = newJob;
        if (checked.isActive) KeeperBudget.validate(checked);
        _jobs[_idOf(target, selector)] = checked;
        emit JobSet(target, selector, checked);
    }

    /// @inheritdoc IKeeperTreasury
    function setBudget(Budget calldata newBudget) external onlyOwner {
        _setBudget(newBudget);
    }

    /// @inheritdoc IKeeperTreasury
    function withdraw(address payable to, uint256 amount) external onlyOwner {
        uint256 free = available();
        if (amount > free) revert Payouts_NotEnough(amount, free);
        emit FundsWithdrawn(to, amount);
        _send(to, amount);
    }

    function _setBudget(Budget memory newBudget) private {
        KeeperBudget.validate(newBudget, mostPerDay);
        _budget = newBudget;
        emit BudgetSet(newBudget);
    }

    /* VIEWS */

    /// @inheritdoc IKeeperTreasury
    function jobOf(address target, bytes4 selector) external view returns (Job memory) {
        return _jobs[_idOf(target, selector)];
    }

    /// @inheritdoc IKeeperTreasury
    function budget() external view returns (Budget memory) {
        return _budget;
    }

    /// @inheritdoc IKeeperTreasury
    function spent() external view returns (Spent memory) {
        return _spent.at(block.timestamp);
    }

    /// @inheritdoc IKeeperTreasury
    function spentOn(address target, bytes4 selector) external view returns (uint256) {
        return _onJob(_idOf(target, selector)).day;
    }

    /// @inheritdoc IKeeperTreasury
    function lastPaid(
        address target,
        bytes4 selector,
        uint256 key
    ) external view returns (uint64 anyAt, uint64 usefulAt) {
        LastPaid memory last = _lastPaid[_paidIdOf(_idOf(target, selector), key)];
        return (last.anyAt, last.usefulAt);
    }

    /// @inheritdoc IKeeperTreasury
    function available() public view returns (uint256) {
        return address(this).balance - totalOwed;
    }

    /* INTERNAL */

    function _onJob(bytes32 id) private view returns (JobSpent memory onJob) {
        onJob = _spentOn[id];
        uint32 day = KeeperBudget.dayOf(block.timestamp);
        if (onJob.dayIndex != day) return JobSpent(0, day);
    }

    /// @dev Argument `index` of a call, counted from 1. A word that is not there whole is zero.
    function _wordAt(bytes calldata data, uint256 index) private pure returns (uint256) {
        uint256 end = SELECTOR_BYTES + index * WORD_BYTES;
        return data.length < end ? 0 : uint256(bytes32(data[end - WORD_BYTES:end]));
    }

    function _idOf(address target, bytes4 selector) private pure returns (bytes32) {
        return keccak256(abi.encode(target, selector));
    }

    function _paidIdOf(bytes32 id, uint256 key) private pure returns (bytes32) {
        return keccak256(abi.encode(id, key));
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
