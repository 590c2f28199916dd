// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILayerZeroEndpointV2} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {OApp} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OApp.sol";
import {OAppCore} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OAppCore.sol";
import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {IPathwayCheck} from "../interfaces/IPathwayCheck.sol";
import {PeerReport} from "../types/Incident.sol";
import {Directives} from "./Directives.sol";
import {PathwayCheck} from "./PathwayCheck.sol";

/// @title Peers
/// @notice The hubs of other deployments: which there are, how well the way to them is guarded, what they last said of
/// themselves.
abstract contract Peers is OApp, Directives {
    /* CONSTANTS */

    /// @notice Most peers that one broadcast serves.
    uint256 internal constant MAX_PEERS = 64;

    /// @dev Fewest DVNs that each message to and from a peer must need.
    uint256 internal constant MIN_DVNS = 2;

    /* STORAGE */

    /// @inheritdoc IIncidentHub
    IPathwayCheck public immutable pathwayCheck;

    uint256 private constant EID_SHIFT = 224;

    /// @dev Peers as {broadcast} walks them, one slot each: endpoint id above, address of its hub below. The first
    /// {_peerCount} are in use.
    uint256[MAX_PEERS] private _targets;
    /// @dev endpoint id => what its hub last said of itself.
    mapping(uint32 => PeerReport) private _reports;

    /* CONSTRUCTOR */

    constructor(address endpoint) {
        pathwayCheck = new PathwayCheck(ILayerZeroEndpointV2(endpoint));
        uint32 ownEid = ILayerZeroEndpointV2(endpoint).eid();
        _addMember(_hubHash(ownEid, bytes32(uint256(uint160(address(this))))));
    }

    /* GOVERNANCE */

    /// @notice Sets the hub of another deployment, or with zero removes it. Configure the pathway first: one on which a
    /// message needs fewer than {MIN_DVNS} DVNs in either direction is refused with {IncidentHub_WeakPathway}.
    /// @dev Keeps the list that {broadcast} walks, and forgets what the former peer said.
    function setPeer(uint32 eid, bytes32 peer) public override(OAppCore) onlyOwner {
        bytes32 former = peers[eid];
        if (peer == bytes32(0)) {
            if (former != bytes32(0)) _removeTarget(_indexOf(eid));
        } else {
            _requirePathway(eid);
            _setTarget(former == bytes32(0) ? _addTarget() : _indexOf(eid), eid, peer);
            _addMember(_hubHash(eid, peer));
        }
        if (former != bytes32(0)) _removeMember(_hubHash(eid, former));
        _reports[eid] = PeerReport({isPeer: peer != bytes32(0), isConfigShared: false, heardAt: 0});
        super.setPeer(eid, peer);
    }

    function _requirePathway(uint32 eid) private view {
        (uint256 sends, uint256 receives) = pathwayCheck.pathway(address(this), eid);
        if (sends < MIN_DVNS || receives < MIN_DVNS) revert IncidentHub_WeakPathway(eid, sends, receives);
    }

    function _hubHash(uint32 eid, bytes32 hub) private pure returns (bytes32) {
        return keccak256(abi.encode("hub", eid, hub));
    }

    function _addTarget() private returns (uint256 index) {
        index = _peerCount();
        if (index == MAX_PEERS) revert IncidentHub_TooManyPeers(MAX_PEERS);
        _setPeerCount(index + 1);
    }

    function _setTarget(uint256 index, uint32 eid, bytes32 peer) private {
        if (uint256(peer) > type(uint160).max) revert IncidentHub_InvalidPeer(eid, peer);
        _targets[index] = (uint256(eid) << EID_SHIFT) | uint256(peer);
    }

    /// @dev The last takes its place.
    function _removeTarget(uint256 index) private {
        uint256 last = _peerCount() - 1;
        _targets[index] = _targets[last];
        _targets[last] = 0;
        _setPeerCount(last);
    }

    /// @dev `eid` has a peer.
    function _indexOf(uint32 eid) private view returns (uint256 index) {
        while (_targets[index] >> EID_SHIFT != eid) ++index;
    }

    /* WHAT THEY SAY */

    /// @dev Noted before the entries are merged, so that what the merge changes is no difference yet. Nothing is refused:
    /// words of a deployment that differs are words all the same.
    function _noteHeartbeat(uint32 srcEid, bytes32 theirs) internal {
        bytes32 ours = configHash();
        _reports[srcEid] = PeerReport({isPeer: true, isConfigShared: theirs == ours, heardAt: uint64(block.timestamp)});
        if (theirs != ours) emit ConfigDiffers(_nextSeq(), srcEid, theirs, ours);
    }

    /* VIEWS */

    /// @inheritdoc IIncidentHub
    function peerEids() external view returns (uint32[] memory eids) {
        eids = new uint32[](_peerCount());
        for (uint256 i; i < eids.length; ++i) {
            (eids[i], ) = _targetAt(i);
        }
    }

    /// @inheritdoc IIncidentHub
    function heardAt(uint32 eid) external view returns (uint64) {
        return _reports[eid].heardAt;
    }

    /// @inheritdoc IIncidentHub
    function isConfigShared(uint32 eid) external view returns (bool) {
        return _reports[eid].isConfigShared;
    }

    function _targetAt(uint256 index) internal view returns (uint32 eid, bytes32 receiver) {
        uint256 target = _targets[index];
        // The first cast keeps 32 bits, which is all there is; the second an address.
        return (uint32(target >> EID_SHIFT), bytes32(uint256(uint160(target))));
    }
}
