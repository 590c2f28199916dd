// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IIncidentState} from "./IIncidentState.sol";

/// @notice Members' signed request: what was asserted of `market` at `asOf` or before shall not count any more. Signed
/// under EIP-712 with a domain that names the mesh and no chain, so one set of signatures serves every deployment.
struct Void {
    uint8 market;
    // Unix seconds. Assertions made after it survive.
    uint64 asOf;
    // Unix seconds after which it cannot be proposed any more.
    uint64 deadline;
    // Tells two requests of the same content apart.
    uint64 nonce;
}

/// @notice How far a void has come on this chain.
enum VoidStatus {
    Unknown,
    // Proposed; executable from `readyAt` on and before `expiresAt`.
    Waiting,
    Vetoed,
    Executed
}

/// @notice A void on this chain. One slot.
struct VoidProposal {
    VoidStatus status;
    uint8 market;
    uint64 asOf;
    uint64 readyAt;
    uint64 expiresAt;
}

/// @notice A member as of now.
struct Member {
    bool isMember;
    // Alarms left.
    uint8 uses;
    // When the member last did anything here, in unix seconds; when it was added if it never did.
    uint64 seenAt;
}

/// @title ICouncil
/// @notice Human oversight of one deployment: tightens at once within a budget, loosens slowly and under veto.
interface ICouncil {
    /* EVENTS */

    /// @notice `member` asserted `rungs` for `market` and has `usesLeft` alarms left. At zero it can raise none until
    /// governance rearms it: an alert should follow from this event.
    event AlarmRaised(address indexed member, uint8 indexed market, Rungs rungs, uint8 usesLeft);

    /// @notice `member` showed that its key is at hand.
    event CheckedIn(address indexed member);

    /// @notice A void waits for its delay.
    event VoidProposed(bytes32 indexed id, uint8 indexed market, uint64 asOf, uint64 readyAt, uint64 expiresAt);

    /// @notice A guardian refused a void for good.
    event VoidVetoed(bytes32 indexed id, address indexed guardian);

    /// @notice A void reached the hub.
    event VoidExecuted(bytes32 indexed id, uint8 indexed market, uint64 asOf);

    /// @notice `account` is a member from now on, or no longer.
    event MemberSet(address indexed account, bool isMember);

    /// @notice `account` is a guardian from now on, or no longer.
    event GuardianSet(address indexed account, bool isGuardian);

    /// @notice `member` may raise `uses` alarms.
    event Rearmed(address indexed member, uint8 uses);

    /// @notice Members whose signatures a void takes, and how long it waits, in seconds.
    event VoidRulesSet(uint8 threshold, uint64 delaySeconds);

    /* ERRORS */

    /// @notice Thrown when somebody who is no member raises an alarm or checks in.
    error Council_NotMember(address caller);

    /// @notice Thrown when somebody who is no guardian vetoes.
    error Council_NotGuardian(address caller);

    /// @notice Thrown when a member has no alarm left.
    error Council_NoUsesLeft(address member);

    /// @notice Thrown when an alarm asserts nothing.
    error Council_EmptyAlarm();

    /// @notice Thrown when a void's deadline has passed or lies too far ahead.
    error Council_InvalidDeadline(uint256 deadline, uint256 time);

    /// @notice Thrown when a void reaches beyond now: it would void what nobody has asserted yet.
    error Council_AsOfAhead(uint256 asOf, uint256 time);

    /// @notice Thrown when signatures are fewer than the threshold, not 65 bytes each, or more than there can be members.
    error Council_InvalidSignatures(uint256 length);

    /// @notice Thrown when signature `index` is not by a member, or not in ascending order of signers.
    error Council_NotSigner(uint256 index, address signer);

    /// @notice Thrown when a void is not in the state that the call needs.
    error Council_WrongStatus(bytes32 id, VoidStatus status);

    /// @notice Thrown before `readyAt`.
    error Council_NotReady(bytes32 id, uint256 readyAt);

    /// @notice Thrown from `expiresAt` on.
    error Council_Expired(bytes32 id, uint256 expiresAt);

    /// @notice Thrown when an account is zero, is member and guardian at once, is set to what it is, or is one too many.
    error Council_InvalidAccount(address account);

    /// @notice Thrown when the threshold is below two or above the number of members.
    error Council_InvalidThreshold(uint256 threshold, uint256 members);

    /// @notice Thrown when a parameter is out of its bounds.
    error Council_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /* ACTIONS */

    /// @notice Asserts `rungs` for `market` at the hub, for one lease, and uses one of the caller's alarms up. For members.
    /// @dev Every call is a use, also one that repeats an alarm that still holds: a use buys one lease from now. What
    /// exceeds the ceilings of the council's grant is brought down to them.
    function alarm(uint8 market, Rungs rungs) external;

    /// @notice Shows that the caller's key is at hand. For members; does nothing else.
    function checkIn() external;

    /// @notice Starts the delay of a void on this chain. Anybody may carry it here, once.
    /// @param signatures 65 bytes each (r, s, v), in ascending order of the signers' addresses.
    /// @return id EIP-712 digest of the void, the same on every chain.
    function proposeVoid(Void calldata request, bytes calldata signatures) external returns (bytes32 id);

    /// @notice Refuses void `id` for good, whether it has been proposed here or not. For guardians.
    function veto(bytes32 id) external;

    /// @notice Carries a void out at the hub once its delay has passed. Anybody may call it.
    function executeVoid(bytes32 id) external;

    /* GOVERNANCE */

    /// @notice Adds a member, with the full number of alarms, or removes one. Removing below the threshold is refused.
    function setMember(address account, bool isMember) external;

    /// @notice Adds or removes a guardian.
    function setGuardian(address account, bool isGuardian) external;

    /// @notice Gives `member` the full number of alarms again.
    function rearm(address member) external;

    /// @notice Sets how many members a void takes and how long it waits, in seconds. What waits keeps its time.
    function setVoidRules(uint8 threshold, uint64 delaySeconds) external;

    /* VIEWS */

    /// @notice The hub of this deployment.
    function hub() external view returns (IIncidentState);

    /// @notice EIP-712 digest that members sign.
    function voidDigest(Void calldata request) external view returns (bytes32);

    /// @notice Void `id` on this chain.
    function proposal(bytes32 id) external view returns (VoidProposal memory);

    /// @notice What `account` is and has left.
    function memberOf(address account) external view returns (Member memory);

    /// @notice Whether `account` may veto.
    function isGuardian(address account) external view returns (bool);

    /// @notice Members whose signatures a void takes.
    function threshold() external view returns (uint8);

    /// @notice How long a void waits, in seconds.
    function voidDelay() external view returns (uint64);

    /// @notice All members.
    function members() external view returns (address[] memory);

    /// @notice How able the council is to act, to be watched: authority that runs out must not do so unnoticed.
    /// @param seenSince Unix seconds; members seen earlier count as out of reach.
    /// @return armed Members in reach with at least one alarm left. At zero nobody can raise an alarm.
    /// @return inReach Members in reach. Below the threshold nothing can be voided.
    function readiness(uint64 seenSince) external view returns (uint256 armed, uint256 inReach);
}
