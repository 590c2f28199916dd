// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPeerBook} from "../../interfaces/IPeerBook.sol";
import {SensorGrant} from "../../types/Incident.sol";
import {RecordingHub} from "../RecordingHub.sol";

/// @title PeerBookHub
/// @notice A hub whose peers, grants and what it heard are what it is told. Anybody may tell it.
contract PeerBookHub is RecordingHub, IPeerBook {
    /// @inheritdoc IPeerBook
    mapping(uint32 => bytes32) public peers;
    /// @inheritdoc IPeerBook
    mapping(uint32 => uint64) public heardAt;

    uint32[] private _eids;
    SensorGrant private _grant;

    /// @notice Adds a peer, or with zero makes it no peer; it stays listed until {forget}.
    function setPeer(uint32 eid, bytes32 peer) external {
        peers[eid] = peer;
        if (peer != bytes32(0)) _eids.push(eid);
    }

    /// @notice Empties the list of peers.
    function forget() external {
        delete _eids;
    }

    /// @notice A message of the peer at `eid` is read now.
    function hear(uint32 eid) external {
        heardAt[eid] = uint64(block.timestamp);
    }

    /// @notice From now on, everybody has this grant.
    function grantAll(SensorGrant calldata grant) external {
        _grant = grant;
    }

    function sensorGrant(address) external view returns (SensorGrant memory) {
        return _grant;
    }

    /// @inheritdoc IPeerBook
    function peerEids() external view returns (uint32[] memory) {
        return _eids;
    }
}
