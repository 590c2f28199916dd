// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ICouncil, Void, VoidProposal, VoidStatus} from "../interfaces/ICouncil.sol";
import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {Rungs} from "../types/Rungs.sol";
import {CouncilRoll} from "./CouncilRoll.sol";

/// @notice What a council starts with.
struct CouncilParameters {
    address[] members;
    address[] guardians;
    // Alarms that a member is armed with.
    uint8 uses;
    // Members whose signatures a void takes.
    uint8 threshold;
    uint64 voidDelaySeconds;
}

/// @title Council
/// @notice Human oversight of one deployment.
/// @dev **Design**
/// - One member tightens at once, a budgeted number of times; each use buys one lease. The hub's grant caps how high.
/// - Only a quorum of members loosens, by a void as of a time: it waits, any guardian may veto it, and what was asserted
///   after that time survives. The posture then comes down by `lift`, with the gate that a lift has.
/// - One set of signatures serves every chain, and each chain's delay runs from when it arrived there. A guardian may
///   veto on a chain before it arrives.
/// - The council's authority does not expire. What expires is each effect of it: an alarm with its lease, a void that
///   nobody executes. That a budget is spent or a key is lost is made visible instead ({readiness}).
///
/// **Trust assumptions**
/// - The hub has granted this contract the cause `Council` and named it as its council.
/// - The owner (governance) chooses members and guardians that do not share keys.
/// - Members sign with plain keys: contract signatures differ between chains and are not accepted.
contract Council is CouncilRoll {
    /* CONSTANTS */

    /// @notice How far ahead a void's deadline may lie, in seconds.
    uint256 public constant MAX_DEADLINE_SECONDS = 1 days;

    /// @notice How long a void may be executed once it has waited, in seconds.
    uint64 public constant VOID_EXPIRY_SECONDS = 1 days;

    uint256 private constant SIGNATURE_BYTES = 65;
    bytes32 private constant VOID_TYPEHASH = keccak256("Void(uint8 market,uint64 asOf,uint64 deadline,uint64 nonce)");
    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");

    /* STORAGE */

    /// @inheritdoc ICouncil
    IIncidentState public immutable hub;

    bytes32 private immutable DOMAIN_SEPARATOR;

    /// @dev id => how far it has come.
    mapping(bytes32 => VoidProposal) private _proposals;

    /* CONSTRUCTOR */

    /// @param hub_ The hub of this deployment.
    /// @param meshId The mesh, the same on every chain.
    constructor(
        IIncidentState hub_,
        bytes32 meshId,
        address owner,
        CouncilParameters memory parameters
    )
        Ownable(owner)
        CouncilRoll(
            parameters.members,
            parameters.guardians,
            parameters.uses,
            parameters.threshold,
            parameters.voidDelaySeconds
        )
    {
        hub = hub_;
        DOMAIN_SEPARATOR = keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Cordon"), keccak256("1"), meshId));
    }

    /* TIGHTEN */

    /// @inheritdoc ICouncil
    function alarm(uint8 market, Rungs rungs) external {
        _see();
        if (rungs.isCalm()) revert Council_EmptyAlarm();
        rungs.validate();
        uint8 left = _use();
        emit AlarmRaised(msg.sender, market, rungs, left);
        hub.assertRungs(market, rungs);
    }

    /// @inheritdoc ICouncil
    function checkIn() external {
        _see();
        emit CheckedIn(msg.sender);
    }

    /* VOID */

    /// @inheritdoc ICouncil
    function proposeVoid(Void calldata request, bytes calldata signatures) external returns (bytes32 id) {
        uint256 time = block.timestamp;
        if (request.deadline < time || request.deadline > time + MAX_DEADLINE_SECONDS) {
            revert Council_InvalidDeadline(request.deadline, time);
        }
        if (request.asOf > time) revert Council_AsOfAhead(request.asOf, time);
        id = voidDigest(request);
        VoidStatus status = _proposals[id].status;
        if (status != VoidStatus.Unknown) revert Council_WrongStatus(id, status);
        _checkSignatures(id, signatures);

        uint64 readyAt = uint64(time) + voidDelay;
        uint64 expiresAt = readyAt + VOID_EXPIRY_SECONDS;
        _proposals[id] = VoidProposal(VoidStatus.Waiting, request.market, request.asOf, readyAt, expiresAt);
        emit VoidProposed(id, request.market, request.asOf, readyAt, expiresAt);
    }

    /// @inheritdoc ICouncil
    function veto(bytes32 id) external {
        if (!isGuardian[msg.sender]) revert Council_NotGuardian(msg.sender);
        VoidProposal storage entry = _proposals[id];
        bool isOver = entry.status == VoidStatus.Executed || entry.status == VoidStatus.Vetoed;
        if (isOver) revert Council_WrongStatus(id, entry.status);
        entry.status = VoidStatus.Vetoed;
        emit VoidVetoed(id, msg.sender);
    }

    /// @inheritdoc ICouncil
    function executeVoid(bytes32 id) external {
        VoidProposal memory entry = _proposals[id];
        if (entry.status != VoidStatus.Waiting) revert Council_WrongStatus(id, entry.status);
        if (block.timestamp < entry.readyAt) revert Council_NotReady(id, entry.readyAt);
        if (block.timestamp >= entry.expiresAt) revert Council_Expired(id, entry.expiresAt);

        _proposals[id].status = VoidStatus.Executed;
        emit VoidExecuted(id, entry.market, entry.asOf);
        hub.voidMarket(entry.market, entry.asOf);
    }

    /// @dev Signers in ascending order, so that none is counted twice.
    function _checkSignatures(bytes32 digest, bytes calldata signatures) private view {
        uint256 count = signatures.length / SIGNATURE_BYTES;
        bool isWhole = signatures.length % SIGNATURE_BYTES == 0;
        if (!isWhole || count < threshold || count > MAX_MEMBERS) revert Council_InvalidSignatures(signatures.length);
        address previous;
        for (uint256 i; i < count; ++i) {
            bytes calldata signature = signatures[i * SIGNATURE_BYTES:(i + 1) * SIGNATURE_BYTES];
            // A malformed signature recovers to the zero address, which is no member.
            (address signer, , ) = ECDSA.tryRecover(
                digest,
                uint8(signature[64]),
                bytes32(signature[0:32]),
                bytes32(signature[32:64])
            );
            if (!_isMember(signer) || signer <= previous) revert Council_NotSigner(i, signer);
            previous = signer;
        }
    }

    /* VIEWS */

    /// @inheritdoc ICouncil
    function voidDigest(Void calldata request) public view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(VOID_TYPEHASH, request));
        return keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR, structHash));
    }

    /// @inheritdoc ICouncil
    function proposal(bytes32 id) external view returns (VoidProposal memory) {
        return _proposals[id];
    }
}
