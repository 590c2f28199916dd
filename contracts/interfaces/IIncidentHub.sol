// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Directive, Limits, Path, Refusal} from "../types/Incident.sol";
import {IPathwayCheck} from "./IPathwayCheck.sol";
import {IIncidentState} from "./IIncidentState.sol";

/// @title IIncidentHub
/// @notice Incident state that travels: over LayerZero between hubs, and by directives that operators sign.
interface IIncidentHub is IIncidentState {
    /* EVENTS */

    /// @notice Words were sent to the peers.
    /// @param markets Bit m set: the word of market m was in the message.
    /// @param sent Peers that the endpoint accepted the message for; `failed` those that it did not.
    event BroadcastSent(uint64 indexed seq, uint32 markets, bool isHeartbeat, uint8 sent, uint8 failed);

    /// @notice The endpoint refused the message to `dstEid`.
    /// @param selector First four bytes of what it reverted with; `LZ_InsufficientFee` when the hub cannot pay.
    event SendFailed(uint64 indexed seq, uint32 indexed dstEid, bytes4 selector);

    /// @notice A message of a peer was read.
    /// @param srcSeq The sequence number of the peer when it sent.
    event Heard(uint64 indexed seq, uint32 indexed srcEid, uint64 srcSeq, bool isHeartbeat);

    /// @notice The last heartbeat of a peer carried another configuration hash than this deployment's: the two differ in
    /// mesh, leases, limits, operators, markets or peers. Emitted for every such heartbeat; nothing is refused for it.
    /// @param theirs The hash that the heartbeat carried.
    /// @param ours {configHash} when it was read.
    event ConfigDiffers(uint64 indexed seq, uint32 indexed srcEid, bytes32 theirs, bytes32 ours);

    /// @notice A message or a directive's entries could not be read at all. Nothing of it was merged.
    event MessageRefused(uint64 indexed seq, uint32 indexed srcEid, Path path, Refusal refusal, bytes32 messageHash);

    /// @notice A directive was accepted, and none of its entries changed a word: they were merged before, or refused. Where
    /// one did, {IIncidentState.Merged} says so, with the decision.
    /// @param decision The decision that it follows from.
    event NothingMerged(uint64 indexed seq, bytes32 indexed decision);

    /// @notice `operator` may sign from now on, or no longer.
    event OperatorSet(uint64 indexed seq, address indexed operator, bool isActive);

    /// @notice Ceilings and quorum were set.
    event LimitsSet(uint64 indexed seq, Limits limits);

    /* ERRORS */

    /// @notice Thrown when no word has to travel and no heartbeat is due.
    error IncidentHub_NothingDue();

    /// @notice Thrown when the transaction has too little gas left to send to every peer.
    error IncidentHub_GasTooLow(uint256 left, uint256 needed);

    /// @notice Thrown when a directive's deadline has passed or lies too far ahead.
    error IncidentHub_InvalidDeadline(uint256 deadline, uint256 time);

    /// @notice Thrown when signatures are missing, not 64 bytes each, or more than there can be operators.
    error IncidentHub_InvalidSignatures(uint256 length);

    /// @notice Thrown when signature `index` is not by an operator, or not in ascending order of signers.
    error IncidentHub_NotOperator(uint256 index, address signer);

    /// @notice Thrown when a directive without a quorum weighs more than one of its signers may still cause alone.
    /// @param needed What its entries weigh: one each, and 32 for one of market 0.
    /// @param left {soloEntries} of that operator.
    error IncidentHub_RateLimited(address operator, uint256 needed, uint256 left);

    /// @notice Thrown when messages to or from the chain of a peer need fewer than two DVNs, or when that cannot be read.
    /// @param requiredSend DVNs that a message to it needs, 0 when it cannot be read.
    /// @param requiredReceive DVNs that a message from it needs, 0 when it cannot be read.
    error IncidentHub_WeakPathway(uint32 eid, uint256 requiredSend, uint256 requiredReceive);

    /// @notice Thrown when fewer than two operators would make a quorum, or more than there are.
    error IncidentHub_InvalidQuorum(uint256 quorum, uint256 operators);

    /// @notice Thrown when an operator is the zero address, is added twice, or is not there to be removed.
    error IncidentHub_InvalidOperator(address operator);

    /// @notice Thrown when there are as many peers as one broadcast can serve.
    error IncidentHub_TooManyPeers(uint256 most);

    /// @notice Thrown when a peer is no address: hubs are contracts of the EVM.
    error IncidentHub_InvalidPeer(uint32 eid, bytes32 peer);

    /// @notice Thrown when a withdrawal of messaging funds fails.
    error IncidentHub_WithdrawalFailed(address to, uint256 amount);

    /* ACTIONS */

    /// @notice Sends the words that have to travel to every peer, paid from the hub's own balance. Anybody may call it.
    /// A word has to travel when a rung was newly raised or half of the lease that the peers know of is gone. When a
    /// heartbeat is due, every word with a rung in force travels.
    /// @dev One failing peer does not stop the others: see {SendFailed}. When every peer fails nothing is marked as
    /// sent, so that the next call tries again.
    function broadcast() external;

    /// @notice {broadcast} for a caller who has asked {quoteFees} in the same block or shortly before: the hub pays each
    /// peer's fee exactly, which saves the refund.
    /// @param fees Native units for each peer, in the order of {peerEids}. Where one is 0, missing or too low, the hub's
    /// balance is offered, as {broadcast} does; a surplus is refunded.
    function broadcastPaying(uint256[] calldata fees) external;

    /// @notice Merges the entries of a directive. Anybody may carry it here.
    /// With a quorum of signatures entries count up to the quorum's ceiling; with fewer up to the solo ceiling, and
    /// lanes are stamped so that they lapse within 10 minutes. Every signer of the latter pays with {soloEntries}, once:
    /// a repetition is accepted and changes nothing.
    /// @param signatures 64 bytes each as ERC-2098 has them (r, then s with the parity of v as its topmost bit), in ascending
    /// order of the signers' addresses.
    function submit(Directive calldata directive, bytes calldata signatures) external;

    /* GOVERNANCE */

    /// @notice Adds or removes an operator. Removing below the quorum is refused.
    function setOperator(address operator, bool isActive) external;

    /// @notice Sets ceilings and quorum.
    function setLimits(Limits calldata limits) external;

    /// @notice Takes messaging funds out.
    function withdraw(address payable to, uint256 amount) external;

    /* VIEWS */

    /// @notice The mesh that this deployment belongs to.
    function meshId() external view returns (bytes32);

    /// @notice What {broadcast} would send now.
    /// @return markets Bit m set: the word of market m. Zero together with `isHeartbeat` false: nothing is due.
    function broadcastDue() external view returns (uint32 markets, bool isHeartbeat);

    /// @notice What {broadcast} would pay now for each peer, in native units and in the order of {peerEids}; empty when
    /// nothing is due.
    function quoteFees() external view returns (uint256[] memory fees);

    /// @notice EIP-712 digest that operators sign.
    function directiveDigest(Directive calldata directive) external view returns (bytes32);

    /// @notice Ceilings and quorum.
    function limits() external view returns (Limits memory);

    /// @notice Whether `account` may sign directives.
    function isOperator(address account) external view returns (bool);

    /// @notice How many entries `account` may still cause without a quorum: at most 64, one more every 30 minutes. An
    /// entry of market 0 counts as 32. 0 for an account that is no operator.
    function soloEntries(address account) external view returns (uint256);

    /// @notice Hash of what must be the same on every deployment: keccak256 of the ABI encoding of `meshId`, `leases`, the
    /// limits (peer, solo and quorum ceiling and the quorum, a byte each, as uint32), which markets are registered (bit 7
    /// of every market's byte, as in the posture), and the sum modulo 2^256 of keccak256(abi.encode("operator", account))
    /// for every operator and keccak256(abi.encode("hub", eid, hub)) for every peer and this hub itself.
    function configHash() external view returns (bytes32);

    /// @notice Unix seconds at which this hub last read a heartbeat of the peer at `eid`, 0 if never.
    /// @dev A message that only carries words is not noted: it must cost nothing besides its merge, and a heartbeat is due
    /// every ten minutes in any case.
    function heardAt(uint32 eid) external view returns (uint64);

    /// @notice Whether the last heartbeat of the peer at `eid` carried the configuration hash that held here.
    function isConfigShared(uint32 eid) external view returns (bool);

    /// @notice Reads how many DVNs the messages between this hub and another chain need.
    function pathwayCheck() external view returns (IPathwayCheck);

    /// @notice Endpoint ids of the peers.
    function peerEids() external view returns (uint32[] memory);

    /// @notice Unix seconds of the last heartbeat that was sent.
    function lastHeartbeatAt() external view returns (uint64);
}
