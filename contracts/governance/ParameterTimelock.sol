// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IImpactPreview} from "../interfaces/IImpactPreview.sol";
import {Bundle, BundlePreview, Change, Impact, IParameterTimelock, Pending} from "../interfaces/IParameterTimelock.sol";
import {ITighteningJudge} from "../interfaces/ITighteningJudge.sol";
import {ImpactCap} from "./ImpactCap.sol";

/// @notice Who compares the changes of a target.
struct JudgeEntry {
    address target;
    ITighteningJudge judge;
}

/// @notice What a timelock starts with. Bounds are those of {ParameterTimelock}.
struct TimelockParameters {
    uint64 delaySeconds;
    uint64 expirySeconds;
    uint256 capBps;
    // For the timelock's own parameters.
    ITighteningJudge ownJudge;
    JudgeEntry[] judges;
    IImpactPreview[] previewers;
}

/// @title ParameterTimelock
/// @notice Owner of a deployment's contracts: what tightens applies at once, all else after a delay.
/// @dev **Design**
/// - Who may ask is the authority's business (OpenZeppelin `AccessManager`); what may be done without a delay is decided
///   here, by judges, from the state at that moment. No role and no vote gets around the delay.
/// - A change loosens unless the judge of its target says otherwise. No judge, an unknown selector, a judge that
///   reverts, runs out of gas or returns anything but true: it loosens.
/// - A bundle carries the number of the state that it was prepared for. Of two bundles prepared for the same state only
///   one ever applies; a tightening in between makes what is scheduled void, and it has to be thought through again.
/// - Changes of a bundle are judged one after the other, each against what those before it left.
/// - A bundle may make only so much liquidatable ({ImpactCap}). Rungs are not bundles: sensors, operators and council
///   tighten without asking any venue.
/// - The timelock's own parameters change by bundles too. A longer delay is a tightening; a shorter one waits for the
///   longer.
///
/// **Trust assumptions**
/// - Judges and previewers were set up with care: a judge that wrongly says yes lets a loosening through at once.
/// - Guardians watch. The delay is worth only as much as somebody who looks and vetoes.
/// - The authority's administrator acts slowly itself (see {GovernanceSetup}); it cannot replace the authority.
/// - Targets may call anybody: nothing here can be re-entered.
contract ParameterTimelock is ImpactCap, AccessManaged, ReentrancyGuardTransient {
    /* CONSTANTS */

    /// @notice Bounds of the delay, in seconds.
    uint64 public constant MIN_DELAY_SECONDS = 1 days;
    uint64 public constant MAX_DELAY_SECONDS = 30 days;

    /// @notice Bounds of the time in which a bundle that has waited may be executed, in seconds.
    uint64 public constant MIN_EXPIRY_SECONDS = 1 days;
    uint64 public constant MAX_EXPIRY_SECONDS = 14 days;

    /// @notice Most changes in a bundle.
    uint256 public constant MAX_CHANGES = 64;

    /// @notice Gas that a judge is given. Too little of it means no, so a caller gains nothing by starving one.
    uint256 public constant JUDGE_GAS = 1_000_000;

    /* STORAGE */

    /// @inheritdoc IParameterTimelock
    uint64 public version;
    /// @inheritdoc IParameterTimelock
    uint64 public delay;
    /// @inheritdoc IParameterTimelock
    uint64 public expiry;

    /// @dev bundle id => when it may be executed.
    mapping(bytes32 => Pending) private _pending;
    /// @dev target => who compares changes of it.
    mapping(address => ITighteningJudge) private _judges;

    /* CONSTRUCTOR */

    /// @param authority_ Who holds which role; {GovernanceSetup} wires it.
    constructor(address authority_, TimelockParameters memory parameters) AccessManaged(authority_) {
        _setTimes(parameters.delaySeconds, parameters.expirySeconds);
        _setCap(parameters.capBps);
        _setJudge(address(this), parameters.ownJudge);
        for (uint256 i; i < parameters.judges.length; ++i) {
            _setJudge(parameters.judges[i].target, parameters.judges[i].judge);
        }
        for (uint256 i; i < parameters.previewers.length; ++i) {
            _setPreviewer(parameters.previewers[i], true);
        }
    }

    /* TIGHTEN */

    /// @inheritdoc IParameterTimelock
    function applyNow(Bundle calldata bundle) external restricted nonReentrant {
        _takeVersion(bundle);
        Impact[] memory impacts = _measureBefore();
        for (uint256 i; i < bundle.changes.length; ++i) {
            Change calldata change = bundle.changes[i];
            if (!isTightening(change)) {
                revert ParameterTimelock_NotTightening(i, change.target, bytes4(change.data));
            }
            _make(i, change);
        }
        _measureAfter(impacts, false);
        _conclude(bundle, impacts, true);
    }

    /* LOOSEN */

    /// @inheritdoc IParameterTimelock
    function schedule(Bundle calldata bundle) external restricted returns (bytes32 id) {
        _checkLength(bundle);
        if (bundle.version <= version) revert ParameterTimelock_WrongVersion(bundle.version, version + 1);
        id = bundleId(bundle);
        if (block.timestamp < _pending[id].expiresAt) revert ParameterTimelock_AlreadyScheduled(id);

        uint64 readyAt = uint64(block.timestamp) + delay;
        uint64 expiresAt = readyAt + expiry;
        _pending[id] = Pending(readyAt, expiresAt);
        emit Scheduled(id, bundle.version, bundle.reason, readyAt, expiresAt);
    }

    /// @inheritdoc IParameterTimelock
    function execute(Bundle calldata bundle) external nonReentrant {
        bytes32 id = bundleId(bundle);
        Pending memory waiting = _pending[id];
        if (waiting.readyAt == 0) revert ParameterTimelock_NotScheduled(id);
        if (block.timestamp < waiting.readyAt) revert ParameterTimelock_NotReady(id, waiting.readyAt);
        if (block.timestamp >= waiting.expiresAt) revert ParameterTimelock_Expired(id, waiting.expiresAt);
        delete _pending[id];

        _takeVersion(bundle);
        Impact[] memory impacts = _measureBefore();
        for (uint256 i; i < bundle.changes.length; ++i) {
            _make(i, bundle.changes[i]);
        }
        _measureAfter(impacts, true);
        _conclude(bundle, impacts, false);
    }

    /// @inheritdoc IParameterTimelock
    function cancel(bytes32 id) external restricted {
        if (_pending[id].readyAt == 0) revert ParameterTimelock_NotScheduled(id);
        delete _pending[id];
        emit Cancelled(id, msg.sender);
    }

    /* PREVIEW */

    /// @inheritdoc IParameterTimelock
    function preview(Bundle calldata bundle) external nonReentrant returns (BundlePreview memory result) {
        _checkLength(bundle);
        try this.simulate(bundle) {
            // It always reverts.
        } catch (bytes memory outcome) {
            if (bytes4(outcome) == ParameterTimelock_Simulated.selector) return _decodePreview(outcome);
            assembly ("memory-safe") {
                revert(add(outcome, 32), mload(outcome))
            }
        }
    }

    /// @inheritdoc IParameterTimelock
    function simulate(Bundle calldata bundle) external onlySelf {
        BundlePreview memory result;
        result.isTightening = true;
        result.impacts = _measureBefore();
        for (uint256 i; i < bundle.changes.length; ++i) {
            if (!isTightening(bundle.changes[i])) result.isTightening = false;
            _make(i, bundle.changes[i]);
        }
        result.isWithinCap = _measureAfter(result.impacts, false);
        revert ParameterTimelock_Simulated(result);
    }

    /* OWN PARAMETERS */

    /// @dev Only a bundle may do what follows.
    modifier onlySelf() {
        if (msg.sender != address(this)) revert ParameterTimelock_NotSelf(msg.sender);
        _;
    }

    /// @inheritdoc IParameterTimelock
    function setTimes(uint64 delaySeconds, uint64 expirySeconds) external onlySelf {
        _setTimes(delaySeconds, expirySeconds);
    }

    /// @inheritdoc IParameterTimelock
    function setJudge(address target, ITighteningJudge judge) external onlySelf {
        _setJudge(target, judge);
    }

    /// @inheritdoc IParameterTimelock
    function setPreviewer(IImpactPreview previewer, bool isActive) external onlySelf {
        _setPreviewer(previewer, isActive);
    }

    /// @inheritdoc IParameterTimelock
    function setCap(uint256 capBps) external onlySelf {
        _setCap(capBps);
    }

    /// @notice Replaces the authority. Only by a bundle: the authority's administrator cannot put another in its place.
    function setAuthority(address newAuthority) public override onlySelf {
        if (newAuthority.code.length == 0) revert AccessManagedInvalidAuthority(newAuthority);
        _setAuthority(newAuthority);
    }

    function _setTimes(uint64 delaySeconds, uint64 expirySeconds) private {
        if (delaySeconds < MIN_DELAY_SECONDS || delaySeconds > MAX_DELAY_SECONDS) {
            revert ParameterTimelock_OutOfBounds("delay", delaySeconds, MIN_DELAY_SECONDS, MAX_DELAY_SECONDS);
        }
        if (expirySeconds < MIN_EXPIRY_SECONDS || expirySeconds > MAX_EXPIRY_SECONDS) {
            revert ParameterTimelock_OutOfBounds("expiry", expirySeconds, MIN_EXPIRY_SECONDS, MAX_EXPIRY_SECONDS);
        }
        (delay, expiry) = (delaySeconds, expirySeconds);
        emit TimesSet(delaySeconds, expirySeconds);
    }

    function _setJudge(address target, ITighteningJudge judge) private {
        _judges[target] = judge;
        emit JudgeSet(target, judge);
    }

    /* VIEWS */

    /// @inheritdoc IParameterTimelock
    function bundleId(Bundle calldata bundle) public pure returns (bytes32) {
        return keccak256(abi.encode(bundle));
    }

    /// @inheritdoc IParameterTimelock
    function pending(bytes32 id) external view returns (Pending memory) {
        return _pending[id];
    }

    /// @inheritdoc IParameterTimelock
    function judgeOf(address target) external view returns (ITighteningJudge) {
        return _judges[target];
    }

    /// @inheritdoc IParameterTimelock
    function isTightening(Change calldata change) public view returns (bool isTight) {
        bytes memory question = abi.encodeCall(ITighteningJudge.tightens, (change.target, change.data));
        ITighteningJudge judge = _judges[change.target];
        uint256 judgeGas = JUDGE_GAS;
        // One word of what comes back is copied, into scratch space. No judge, no code: no word comes back.
        assembly ("memory-safe") {
            let ok := staticcall(judgeGas, judge, add(question, 32), mload(question), 0, 32)
            isTight := and(and(ok, eq(returndatasize(), 32)), eq(mload(0), 1))
        }
    }

    /* INTERNAL */

    function _checkLength(Bundle calldata bundle) private pure {
        uint256 count = bundle.changes.length;
        if (count == 0 || count > MAX_CHANGES) revert ParameterTimelock_InvalidLength(count, MAX_CHANGES);
    }

    function _takeVersion(Bundle calldata bundle) private {
        _checkLength(bundle);
        uint64 next = version + 1;
        if (bundle.version != next) revert ParameterTimelock_WrongVersion(bundle.version, next);
        version = next;
    }

    function _make(uint256 index, Change calldata change) private {
        if (change.target.code.length == 0) revert ParameterTimelock_NoCode(index, change.target);
        (bool ok, bytes memory cause) = change.target.call(change.data);
        if (!ok) revert ParameterTimelock_ChangeFailed(index, change.target, cause);
    }

    function _conclude(Bundle calldata bundle, Impact[] memory impacts, bool isImmediate) private {
        bytes32 id = bundleId(bundle);
        _spend(id, impacts);
        emit Applied(id, bundle.version, bundle.reason, isImmediate);
    }

    /// @dev What follows the selector is one ABI-encoded struct. The selector's bytes make room for its length.
    function _decodePreview(bytes memory outcome) private pure returns (BundlePreview memory) {
        assembly ("memory-safe") {
            let length := sub(mload(outcome), 4)
            outcome := add(outcome, 4)
            mstore(outcome, length)
        }
        return abi.decode(outcome, (BundlePreview));
    }
}
