// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IImpactPreview} from "./IImpactPreview.sol";
import {ITighteningJudge} from "./ITighteningJudge.sol";

/// @notice One call that the timelock makes, without value.
struct Change {
    address target;
    // Selector and arguments.
    bytes data;
}

/// @notice Changes that belong together: all of them apply, in order, or none does.
struct Bundle {
    // The number that the timelock has after it: one more than the bundle was prepared against.
    uint64 version;
    // Hash of the text or decision that this follows from. Not interpreted.
    bytes32 reason;
    Change[] changes;
}

/// @notice When a scheduled bundle may be executed, in unix seconds: from `readyAt` on, before `expiresAt`.
struct Pending {
    uint64 readyAt;
    uint64 expiresAt;
}

/// @notice What one previewer said before and after a bundle. Amounts in its own quote unit.
struct Impact {
    IImpactPreview previewer;
    // Whether it answered both times. Otherwise the amounts mean nothing.
    bool isMeasured;
    uint256 liquidatableBefore;
    uint256 liquidatableAfter;
    // Before the bundle.
    uint256 openInterest;
    // How much the bundle may add to what is liquidatable, rounded down.
    uint256 allowed;
}

/// @notice What a bundle would do if it were applied now.
struct BundlePreview {
    // Every change tightens, judged against what those before it left.
    bool isTightening;
    // No previewer reports more than is allowed.
    bool isWithinCap;
    Impact[] impacts;
}

/// @title IParameterTimelock
/// @notice Owner of a deployment's contracts. Tightening applies at once, loosening after a delay, coupled changes
/// together.
interface IParameterTimelock {
    /* EVENTS */

    /// @notice A bundle waits. `id` is the hash of it.
    event Scheduled(bytes32 indexed id, uint64 indexed version, bytes32 reason, uint64 readyAt, uint64 expiresAt);

    /// @notice A guardian took a waiting bundle back.
    event Cancelled(bytes32 indexed id, address guardian);

    /// @notice Every change of a bundle was made.
    /// @param isImmediate All of them were judged to tighten; otherwise the delay had passed.
    event Applied(bytes32 indexed id, uint64 indexed version, bytes32 reason, bool isImmediate);

    /// @notice A previewer could not be read before a tightening bundle, which was applied without it.
    event PreviewMissing(bytes32 indexed id, IImpactPreview indexed previewer);

    /// @notice Delay and expiry of what is scheduled from now on, in seconds.
    event TimesSet(uint64 delaySeconds, uint64 expirySeconds);

    /// @notice `judge` compares changes of `target` from now on; nobody does when it is zero.
    event JudgeSet(address indexed target, ITighteningJudge judge);

    /// @notice `previewer` is asked from now on, or no longer.
    event PreviewerSet(IImpactPreview indexed previewer, bool isActive);

    /// @notice What bundles may make liquidatable, in basis points of open interest.
    event CapSet(uint256 capBps);

    /* ERRORS */

    /// @notice Thrown when a bundle does not follow the last one that was applied.
    error ParameterTimelock_WrongVersion(uint64 version, uint64 expected);

    /// @notice Thrown when a bundle has no changes or more than `most`.
    error ParameterTimelock_InvalidLength(uint256 changes, uint256 most);

    /// @notice Thrown when change `index` is not known to tighten, and so has to be scheduled.
    error ParameterTimelock_NotTightening(uint256 index, address target, bytes4 selector);

    /// @notice Thrown when change `index` is for an address without code.
    error ParameterTimelock_NoCode(uint256 index, address target);

    /// @notice Thrown when change `index` failed.
    /// @param cause What the target reverted with.
    error ParameterTimelock_ChangeFailed(uint256 index, address target, bytes cause);

    /// @notice Thrown when bundle `id` waits already.
    error ParameterTimelock_AlreadyScheduled(bytes32 id);

    /// @notice Thrown when bundle `id` is not scheduled, was cancelled, or has been executed.
    error ParameterTimelock_NotScheduled(bytes32 id);

    /// @notice Thrown before `readyAt`.
    error ParameterTimelock_NotReady(bytes32 id, uint256 readyAt);

    /// @notice Thrown from `expiresAt` on.
    error ParameterTimelock_Expired(bytes32 id, uint256 expiresAt);

    /// @notice Thrown when a bundle would make too much liquidatable.
    /// @param cap How much it may add to `liquidatableBefore`.
    error ParameterTimelock_TooMuchLiquidated(uint256 liquidatableBefore, uint256 liquidatableAfter, uint256 cap);

    /// @notice Thrown when a previewer cannot be read.
    error ParameterTimelock_PreviewFailed(IImpactPreview previewer);

    /// @notice Thrown when a previewer is zero, is added twice, is not there to be removed, or is one too many.
    error ParameterTimelock_InvalidPreviewer(IImpactPreview previewer);

    /// @notice Thrown when the transaction has too little gas left to give a previewer its share.
    error ParameterTimelock_GasTooLow(uint256 left, uint256 needed);

    /// @notice Thrown when a parameter of the timelock is out of its bounds.
    error ParameterTimelock_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when somebody but the timelock itself calls what only a bundle may do.
    error ParameterTimelock_NotSelf(address caller);

    /// @notice How {simulate} ends.
    error ParameterTimelock_Simulated(BundlePreview result);

    /* ACTIONS */

    /// @notice Applies `bundle` now, for the tightener role. Every change is judged against what the changes before it
    /// left, and none may loosen.
    /// @dev A previewer that cannot be read beforehand does not stop this: an incident must be able to tighten. One
    /// that the bundle itself breaks does.
    function applyNow(Bundle calldata bundle) external;

    /// @notice Lets `bundle` wait for the delay, for the proposer role. Its version may lie ahead, so that bundles can
    /// queue; each applies only in its turn.
    /// @return id Hash of the bundle.
    function schedule(Bundle calldata bundle) external returns (bytes32 id);

    /// @notice Applies a bundle whose delay has passed. Anybody may call it.
    /// @dev A previewer that cannot be read stops this, unless the bundle takes it away.
    function execute(Bundle calldata bundle) external;

    /// @notice Takes a waiting bundle back, for the guardian role. It may be scheduled again, with the whole delay.
    function cancel(bytes32 id) external;

    /// @notice What `bundle` would do if it were applied now, whatever its version. Anybody may call it: nothing is
    /// changed. Meant for `eth_call`.
    /// @dev Reverts with what a failing change reverts with.
    function preview(Bundle calldata bundle) external returns (BundlePreview memory);

    /// @notice The half of {preview} that is undone: applies `bundle` and reverts with {ParameterTimelock_Simulated}.
    /// Only for the timelock itself.
    function simulate(Bundle calldata bundle) external;

    /* OWN PARAMETERS: ONLY BY A BUNDLE */

    /// @notice Sets how long loosening waits, and for how long it may then be executed, in seconds. What is scheduled
    /// already keeps its times.
    function setTimes(uint64 delaySeconds, uint64 expirySeconds) external;

    /// @notice Sets who compares changes of `target`; zero for nobody, and every change of it waits.
    function setJudge(address target, ITighteningJudge judge) external;

    /// @notice Adds or removes a previewer.
    function setPreviewer(IImpactPreview previewer, bool isActive) external;

    /// @notice Sets what bundles may make liquidatable, in basis points of each previewer's open interest: as much at
    /// once, and as much again in a day.
    function setCap(uint256 capBps) external;

    /* VIEWS */

    /// @notice Number of the last bundle that was applied; 0 before the first.
    function version() external view returns (uint64);

    /// @notice How long loosening waits, in seconds.
    function delay() external view returns (uint64);

    /// @notice For how long a bundle may be executed once it has waited, in seconds.
    function expiry() external view returns (uint64);

    /// @notice What bundles may make liquidatable, in basis points of open interest.
    function cap() external view returns (uint256);

    /// @notice Hash of `bundle`.
    function bundleId(Bundle calldata bundle) external pure returns (bytes32);

    /// @notice When bundle `id` may be executed. Both times are zero when it is not scheduled.
    function pending(bytes32 id) external view returns (Pending memory);

    /// @notice Who compares changes of `target`.
    function judgeOf(address target) external view returns (ITighteningJudge);

    /// @notice Whether `change` counts as tightening now.
    function isTightening(Change calldata change) external view returns (bool);

    /// @notice Everyone who is asked what a bundle makes liquidatable.
    function previewers() external view returns (IImpactPreview[] memory);

    /// @notice Share of open interest, with 18 decimals, that bundles of the last day have used up at `previewer`.
    function usedShare(IImpactPreview previewer) external view returns (uint256 shareE18);
}
