// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Directive, Limits, Path, Refusal} from "../types/Incident.sol";
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

    /// @notice A message or a directive's entries could not be read at all. Nothing of it was merged.
    event MessageRefused(uint64 indexed seq, uint32 indexed srcEid, Path path, Refusal refusal, bytes32 messageHash);

    /// @notice A directive was accepted and its entries were merged.
    /// @param decision The decision that it follows from.
    /// @param signatures Operators that signed.
    event DirectiveAccepted(uint64 indexed seq, bytes32 indexed decision, Path path, uint256 signatures);

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

    /// @notice Thrown when signatures are missing, not 65 bytes each, or more than there can be operators.
    error IncidentHub_InvalidSignatures(uint256 length);

    /// @notice Thrown when signature `index` is not by an operator, or not in ascending order of signers.
    error IncidentHub_NotOperator(uint256 index, address signer);

    /// @notice Thrown when fewer than two operators would make a quorum, or more than there are.
    error IncidentHub_InvalidQuorum(uint256 quorum, uint256 operators);

    /// @notice Thrown when an operator is the zero address, is added twice, or is not there to be removed.
    error IncidentHub_InvalidOperator(address operator);

    /// @notice Thrown when there are as many peers as one broadcast can serve.
    error IncidentHub_TooManyPeers(uint256 most);

    /// @notice Thrown when a withdrawal of messaging funds fails.
    error IncidentHub_WithdrawalFailed(address to, uint256 amount);

    /* ACTIONS */

    /// @notice Sends the words that have to travel to every peer, paid from the hub's own balance. Anybody may call it.
    /// A word has to travel when a rung was newly raised or half of the lease that the peers know of is gone. When a
    /// heartbeat is due, every word with a rung in force travels.
    /// @dev One failing peer does not stop the others: see {SendFailed}. When every peer fails nothing is marked as
    /// sent, so that the next call tries again.
    function broadcast() external;

    /// @notice Merges the entries of a directive. Anybody may carry it here.
    /// With a quorum of signatures entries count up to the quorum's ceiling; with fewer up to the solo ceiling, and
    /// lanes are stamped so that they lapse within 10 minutes.
    /// @param signatures 65 bytes each (r, s, v), in ascending order of the signers' addresses.
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

    /// @notice What {broadcast} would pay now, in native units, with 0 when nothing is due.
    function quoteBroadcast() external view returns (uint256 fee);

    /// @notice EIP-712 digest that operators sign.
    function directiveDigest(Directive calldata directive) external view returns (bytes32);

    /// @notice Ceilings and quorum.
    function limits() external view returns (Limits memory);

    /// @notice Whether `account` may sign directives.
    function isOperator(address account) external view returns (bool);

    /// @notice Endpoint ids of the peers.
    function peerEids() external view returns (uint32[] memory);

    /// @notice Unix seconds of the last heartbeat that was sent.
    function lastHeartbeatAt() external view returns (uint64);
}
