// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IPeerBook
/// @notice What a hub knows of its peers, as the silence sensor needs it. Every hub offers it.
interface IPeerBook {
    /// @notice Endpoint ids of the peers.
    function peerEids() external view returns (uint32[] memory);

    /// @notice The peer at `eid`, zero when there is none.
    function peers(uint32 eid) external view returns (bytes32);

    /// @notice Unix seconds at which the hub last read a message of the peer at `eid`; 0 if never.
    function heardAt(uint32 eid) external view returns (uint64);
}
