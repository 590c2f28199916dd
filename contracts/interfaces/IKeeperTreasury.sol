// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "./IIncidentState.sol";
import {IPayouts} from "./IPayouts.sol";

/// @notice What a call achieved, judged by the hub before and after it.
enum Outcome {
    // The hub's sequence number did not move.
    Nothing,
    // The hub's sequence number moved.
    Useful,
    // The posture of at least one market is tighter.
    Tightened
}

/// @notice One function of one contract that keepers are paid for. One slot.
struct Job {
    bool isActive;
    // Useful calls may draw on the reserve, as tightening ones always may. For what carries an incident on.
    bool isUrgent;
    // Which argument tells one thing to look at from another (a market, an endpoint id), counted in words of 32 bytes
    // from 1. 0: there is but one.
    uint8 keyWord;
    // Which argument has to be the hub's address, counted likewise. 0: none. For functions that serve others as well.
    uint8 hubWord;
    // Most gas that is paid for one call, all in.
    uint32 gasCap;
    // Gas paid for on top of what the call itself used: the transaction, its data, and this contract.
    uint32 overheadGas;
    // Least time between two payments for useful calls that tighten nothing, per key.
    uint32 repeatSeconds;
    // Least time between any payment and one for a call that achieved nothing, per key. 0: those are never paid.
    uint32 refreshSeconds;
    // Most that is paid for this job in a day, in wei.
    uint96 perDay;
}

/// @notice What may be spent, and at what price gas is repaid.
struct Budget {
    // Most that is paid in an hour and in a day, in wei. Hours and days are counted from the unix epoch.
    uint96 perHour;
    uint96 perDay;
    // Share of every limit that only tightening and urgent calls may draw on, in basis points.
    uint16 reserveBps;
    // Premium on the gas repaid, in basis points.
    uint16 premiumBps;
    // How far above the block's base fee a gas price is repaid, in basis points of the base fee.
    uint16 tipBps;
    // Highest gas price that is repaid, in wei.
    uint64 maxGasPrice;
}

/// @notice What was spent in the hour and the day that run, in wei.
struct Spent {
    uint96 hour;
    uint96 day;
    uint32 hourIndex;
    uint32 dayIndex;
}

/// @title IKeeperTreasury
/// @notice Repays keepers their gas and a premium, from a budget.
interface IKeeperTreasury is IPayouts {
    /* EVENTS */

    /// @notice A job was done.
    /// @param key The argument that names what was looked at, 0 for jobs without.
    /// @param gasUsed Gas that the call used, without overhead.
    /// @param paid In wei; 0 when the call was not to be paid or the budget is used up.
    event Performed(
        address indexed keeper,
        address indexed target,
        bytes4 indexed selector,
        uint256 key,
        Outcome outcome,
        uint256 gasUsed,
        uint256 paid
    );

    /// @notice A job was set or, with `job.isActive` false, withdrawn.
    event JobSet(address indexed target, bytes4 indexed selector, Job job);

    /// @notice The budget was set. What was spent already counts against it.
    event BudgetSet(Budget budget);

    /// @notice Governance took `amount` (wei) out.
    event FundsWithdrawn(address indexed to, uint256 amount);

    /* ERRORS */

    /// @notice Thrown when no job is registered for this function of `target`.
    error KeeperTreasury_NotAJob(address target, bytes4 selector);

    /// @notice Thrown when an argument that has to be the hub's address is another, or is missing.
    error KeeperTreasury_NotForThisHub(address target, bytes4 selector);

    /// @notice Thrown when the call reverted. `reason` is the first four bytes of what it reverted with.
    /// @dev It is passed on, so that keepers' gas estimates are right and nobody pays for a failure unawares.
    error KeeperTreasury_JobFailed(address target, bytes4 selector, bytes4 reason);

    /// @notice Thrown when the transaction has too little gas left after the call to book and to pay it.
    error KeeperTreasury_GasTooLow(uint256 left, uint256 needed);

    /// @notice Thrown when a job's target has no code or is this contract.
    error KeeperTreasury_InvalidTarget(address target);

    /// @notice Thrown when a parameter is out of its bounds.
    error KeeperTreasury_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /* ACTIONS */

    /// @notice Calls `target` with `data`, and repays the caller. Anybody may call it.
    /// A call that reverts reverts this one. One that achieves nothing, comes too soon after the last payment, or finds
    /// the budget used up goes through and is not paid.
    /// @return paid What the caller was paid or is owed, in wei.
    function perform(address target, bytes calldata data) external returns (uint256 paid);

    /* GOVERNANCE */

    /// @notice Sets what is paid for a function of `target`.
    function setJob(address target, bytes4 selector, Job calldata newJob) external;

    /// @notice Sets the budget.
    function setBudget(Budget calldata newBudget) external;

    /// @notice Takes funds out, other than what is owed.
    function withdraw(address payable to, uint256 amount) external;

    /* VIEWS */

    /// @notice The hub by which calls are judged.
    function hub() external view returns (IIncidentState);

    /// @notice The most that `perDay` can ever be set to, in wei.
    function mostPerDay() external view returns (uint96);

    /// @notice What is paid for a function of `target`. All zero when it is no job.
    function jobOf(address target, bytes4 selector) external view returns (Job memory);

    /// @notice The budget.
    function budget() external view returns (Budget memory);

    /// @notice What was spent in this hour and this day.
    function spent() external view returns (Spent memory);

    /// @notice What was spent on a job today, in wei.
    function spentOn(address target, bytes4 selector) external view returns (uint256);

    /// @notice When a call of the job was last paid for `key`, in unix seconds: any call, and a useful one.
    function lastPaid(
        address target,
        bytes4 selector,
        uint256 key
    ) external view returns (uint64 anyAt, uint64 usefulAt);

    /// @notice What can be paid out: the balance without what is owed, in wei.
    function available() external view returns (uint256);
}
