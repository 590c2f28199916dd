// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "./Rungs.sol";
import {Word} from "./Word.sol";

/// @notice Why a rung was asserted. Append, never reorder: the number is in events.
enum Cause {
    Price,
    Volatility,
    Outflow,
    Solvency,
    Oracle,
    Messaging,
    Code,
    Operator,
    Council,
    // Sensors of several classes agree; which ones, their own events say.
    Corroborated
}

/// @notice How an entry reached this chain.
enum Path {
    LayerZero,
    Solo,
    Quorum
}

/// @notice Why a lane, an entry or a message was not merged.
enum Refusal {
    UnknownVersion,
    BadLength,
    UnknownMarket,
    AheadOfTime,
    AboveCeiling
}

/// @notice One market's word, as both paths carry it.
struct Entry {
    uint8 market;
    Word word;
}

/// @notice What a sensor may assert. One slot.
struct SensorGrant {
    bool isActive;
    // Fixed at registration: a sensor cannot change what it speaks of.
    Cause cause;
    // Highest rungs on this chain.
    Rungs localCeiling;
    // Highest rungs that travel; usually lower. One bad feed on one chain must not halt the world.
    Rungs meshCeiling;
    // Bit m set: the sensor may speak of market m.
    uint32 markets;
}

/// @notice Highest rungs that each kind of messenger can cause, and how many operators make a quorum. One slot.
struct Limits {
    Rungs peerCeiling;
    Rungs soloCeiling;
    Rungs quorumCeiling;
    uint8 quorum;
}

/// @notice Operators' signed instruction: merge `entries`. Signed under EIP-712 with a domain that names the mesh and
/// no chain, so one signature serves every deployment; replay is harmless because merge is idempotent.
struct Directive {
    // Hash of the decision that this follows from, so that anybody can recompute it.
    bytes32 decision;
    // Unix seconds after which no hub accepts it; at most 15 minutes ahead.
    uint64 deadline;
    // Entries as {PayloadLib} packs them.
    bytes entries;
}

/// @notice What the hub of another deployment last said of itself. One slot.
struct PeerReport {
    // Set with the peer, so that the slot is not zero when its first heartbeat comes.
    bool isPeer;
    // Whether its last heartbeat carried the configuration hash that held here.
    bool isConfigShared;
    // Unix seconds at which its last heartbeat was read here, 0 if never.
    uint64 heardAt;
}
