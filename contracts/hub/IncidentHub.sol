// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    ILayerZeroEndpointV2,
    MessagingParams
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {OApp, Origin} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OApp.sol";
import {OAppCore} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OAppCore.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IPathwayCheck} from "../interfaces/IPathwayCheck.sol";
import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Limits, Path, PeerReport, Refusal} from "../types/Incident.sol";
import {Leases} from "../types/Leases.sol";
import {Posture} from "../types/Posture.sol";
import {Word} from "../types/Word.sol";
import {Directives} from "./Directives.sol";
import {IncidentState} from "./IncidentState.sol";
import {PathwayCheck} from "./PathwayCheck.sol";

/// @title IncidentHub
/// @notice Incident state of one deployment, on LayerZero.
///
/// **Design**
/// - The hub adds messaging to {Directives} and {IncidentState} and has no rule of its own: in goes a merge, out goes
///   the state.
/// - A message carries words, not events, so a later message makes every earlier one irrelevant, and any path of
///   delivery may lose, repeat or reorder.
/// - Sending is its own transaction, open to anyone and paid by the hub: an assertion never waits for messaging.
/// - The endpoint is given more than the fee and refunds the rest, which costs less than asking for the fee first. Who
///   has asked off chain says what to pay, and saves the refund.
/// - A peer is taken only over a pathway that needs two DVNs in both directions: {PathwayCheck}.
/// - A heartbeat carries a hash of the configuration, so that a deployment that drifts is seen by all others.
///
/// **Trust assumptions**
/// - The owner governs: markets, sensors, operators, limits, peers and the LayerZero configuration.
/// - The endpoint, its libraries and the required DVNs (at least two) deliver only what a peer sent; a forged message
///   can tighten up to the peer ceiling and never loosen.
/// - The endpoint charges an honest fee: the hub's balance is what a dishonest one could take, so fund it for days,
///   not for years.
contract IncidentHub is OApp, Directives {
    /* CONSTANTS */

    /// @notice Longest time between two heartbeats, in seconds.
    uint256 public constant HEARTBEAT_SECONDS = 10 minutes;

    /// @notice Most peers that one broadcast serves.
    uint256 public constant MAX_PEERS = 64;

    /// @notice Gas that must be left before each send, so that nobody can make one fail by starving it.
    uint256 public constant MIN_SEND_GAS = 350_000;

    /// @notice Fewest DVNs that each message to and from a peer must need.
    uint256 public constant MIN_DVNS = 2;

    /// @dev Gas bought for `lzReceive` at the peer: the message itself, a heartbeat's hash and note, and each entry with
    /// all its events.
    uint256 private constant RECEIVE_GAS = 90_000;
    uint256 private constant RECEIVE_HEARTBEAT_GAS = 20_000;
    uint256 private constant RECEIVE_ENTRY_GAS = 45_000;
    /// @dev And a push to as many mirrors as there are here: deployments of one mesh are alike. Where a peer has more,
    /// the message waits there, verified, and anybody executes it with more gas.
    uint256 private constant RECEIVE_MIRROR_GAS = 75_000;

    /// @dev LayerZero's options of type 3 with one option: worker 1 (executor), 17 bytes, kind 1 (`lzReceive`), gas.
    bytes6 private constant OPTIONS_HEAD = 0x000301001101;

    /// @dev Where in the calldata of {ILayerZeroEndpointV2.send} endpoint id and receiver lie: behind the selector, the
    /// offset of the parameters and the refund address.
    uint256 private constant SEND_EID_AT = 4 + 2 * 32;

    /// @dev Every bit of a posture that stands for a rung.
    uint256 private constant UNCALM_BITS = type(uint256).max / 0xff * 0x37;

    /* STORAGE */

    /// @inheritdoc IIncidentHub
    IPathwayCheck public immutable pathwayCheck;

    uint32 private immutable EID;

    /// @dev The first {_peerCount} are in use.
    uint32[MAX_PEERS] private _peerEids;
    /// @dev endpoint id => what its hub last said of itself.
    mapping(uint32 => PeerReport) private _reports;

    /* CONSTRUCTOR */

    /// @param endpoint LayerZero EndpointV2 of this chain.
    /// @param owner Governance; also the delegate for the LayerZero configuration.
    /// @param meshId_ The mesh, the same on every chain.
    /// @param leases_ Leases, the same on every chain.
    /// @param limits_ Ceilings and quorum.
    /// @param operators Accounts that sign directives, at least `limits_.quorum`.
    constructor(
        address endpoint,
        address owner,
        bytes32 meshId_,
        Leases leases_,
        Limits memory limits_,
        address[] memory operators
    ) OApp(endpoint, owner) Ownable(owner) IncidentState(leases_) Directives(meshId_, limits_, operators) {
        EID = ILayerZeroEndpointV2(endpoint).eid();
        pathwayCheck = new PathwayCheck(ILayerZeroEndpointV2(endpoint));
        _addMember(_hubHash(EID, bytes32(uint256(uint160(address(this))))));
    }

    /// @notice Takes messaging funds: gifts, and the endpoint's refunds.
    receive() external payable {}

    /* BROADCAST */

    /// @inheritdoc IIncidentHub
    function broadcast() external {
        _broadcast(new uint256[](0));
    }

    /// @inheritdoc IIncidentHub
    function broadcastPaying(uint256[] calldata fees) external {
        _broadcast(fees);
    }

    /// @inheritdoc IIncidentHub
    function broadcastDue() public view returns (uint32 markets, bool isHeartbeat) {
        isHeartbeat = block.timestamp >= lastHeartbeatAt() + HEARTBEAT_SECONDS;
        uint256 candidates = isHeartbeat ? _uncalmMarkets() : _dirtyMarkets();
        Leases leases_ = leases();
        for (uint256 market; candidates != 0; (candidates >>= 1, ++market)) {
            if (candidates & 1 == 0) continue;
            Word word = _meshOf(market);
            bool travels =
                isHeartbeat
                    ? !word.inForce(leases_, block.timestamp).isCalm()
                    : word.outpaces(_sentOf(market), leases_, block.timestamp);
            // There are 32 markets, one a bit.
            if (travels) markets |= uint32(1 << market);
        }
    }

    /// @inheritdoc IIncidentHub
    function quoteBroadcast() external view returns (uint256 fee) {
        uint256[] memory fees = quoteFees();
        for (uint256 i; i < fees.length; ++i) {
            fee += fees[i];
        }
    }

    /// @inheritdoc IIncidentHub
    function quoteFees() public view returns (uint256[] memory fees) {
        (uint32 markets, bool isHeartbeat) = broadcastDue();
        if (markets == 0 && !isHeartbeat) return fees;

        (bytes memory message, bytes memory options) = _compose(markets, isHeartbeat);
        fees = new uint256[](_peerCount());
        for (uint256 i; i < fees.length; ++i) {
            fees[i] = _quote(_peerEids[i], message, options, false).nativeFee;
        }
    }

    /// @param fees What to pay for each peer, in their order; where it is too little, or there is none, the hub's
    /// balance is offered.
    function _broadcast(uint256[] memory fees) private {
        (uint32 markets, bool isHeartbeat) = broadcastDue();
        if (markets == 0 && !isHeartbeat) revert IncidentHub_NothingDue();

        bytes memory data = _composeCall(markets, isHeartbeat);
        uint256 failed;
        uint256 count = _peerCount();
        for (uint256 i; i < count; ++i) {
            if (!_sendTo(_peerEids[i], data, i < fees.length ? fees[i] : 0)) ++failed;
        }
        if (failed != count) {
            _markSent(markets);
            if (isHeartbeat) _markHeartbeat();
        }
        // At most MAX_PEERS.
        emit BroadcastSent(_nextSeq(), markets, isHeartbeat, uint8(count - failed), uint8(failed));
    }

    /// @dev Bit m set: market m has a rung in its posture. No word holds a rung in force that the posture does not.
    function _uncalmMarkets() private view returns (uint256 markets) {
        uint256 bits = Posture.unwrap(posture()) & UNCALM_BITS;
        for (uint256 bit = 1; bits != 0; (bits >>= 8, bit <<= 1)) {
            if (bits & 0xff != 0) markets |= bit;
        }
    }

    function _compose(
        uint32 markets,
        bool isHeartbeat
    ) private view returns (bytes memory message, bytes memory options) {
        uint256 count;
        for (uint256 left = markets; left != 0; left &= left - 1) {
            ++count;
        }
        bytes memory entries = new bytes(count * PayloadLib.ENTRY_BYTES);
        uint256 index;
        for (uint256 market; index < count; ++market) {
            if ((markets >> market) & 1 == 1) PayloadLib.writeEntry(entries, index++, market, _meshOf(market));
        }
        message = isHeartbeat
            ? PayloadLib.packHeartbeat(seq(), configHash(), entries)
            : PayloadLib.packMessage(seq(), entries);

        uint256 receiveGas = RECEIVE_GAS + count * RECEIVE_ENTRY_GAS + _mirrorCount() * RECEIVE_MIRROR_GAS;
        if (isHeartbeat) receiveGas += RECEIVE_HEARTBEAT_GAS;
        // At most 32 entries and MAX_MIRRORS.
        options = abi.encodePacked(OPTIONS_HEAD, uint128(receiveGas));
    }

    /// @dev Calldata of {ILayerZeroEndpointV2.send}, in which {_sendTo} puts the peer.
    function _composeCall(uint32 markets, bool isHeartbeat) private view returns (bytes memory) {
        (bytes memory message, bytes memory options) = _compose(markets, isHeartbeat);
        MessagingParams memory params = MessagingParams(0, 0, message, options, false);
        return abi.encodeCall(ILayerZeroEndpointV2.send, (params, address(this)));
    }

    /// @dev A failure is an event: one peer must not keep the word from the others.
    /// @param fee What to pay; 0 offers the balance. A fee that does not suffice costs the attempt and is no failure.
    function _sendTo(uint32 dstEid, bytes memory data, uint256 fee) private returns (bool ok) {
        bytes32 receiver = peers[dstEid];
        assembly ("memory-safe") {
            // Two words of `data`, which {_composeCall} made: endpoint id and receiver.
            let at := add(add(data, 32), SEND_EID_AT)
            mstore(at, dstEid)
            mstore(add(at, 32), receiver)
        }
        bytes4 reason;
        if (fee != 0) (ok, ) = _callEndpoint(data, fee);
        if (!ok) (ok, reason) = _callEndpoint(data, address(this).balance);
        if (!ok) emit SendFailed(_nextSeq(), dstEid, reason);
    }

    /// @dev Copies four bytes back at the most.
    function _callEndpoint(bytes memory data, uint256 value) private returns (bool ok, bytes4 reason) {
        if (gasleft() < MIN_SEND_GAS) revert IncidentHub_GasTooLow(gasleft(), MIN_SEND_GAS);
        address to = address(endpoint);
        assembly ("memory-safe") {
            mstore(0, 0)
            ok := call(gas(), to, value, add(data, 32), mload(data), 0, 4)
            reason := mload(0)
        }
        // When it succeeded these are the first bytes of its answer.
        if (ok) reason = 0;
    }

    /* RECEIVE */

    /// @dev Reverts on no content. Origin and endpoint were checked by {OApp}.
    function _lzReceive(
        Origin calldata origin,
        bytes32,
        bytes calldata message,
        address,
        bytes calldata
    ) internal override {
        uint32 srcEid = origin.srcEid;
        if (message.length < PayloadLib.HEADER_BYTES) return _refuse(srcEid, Refusal.BadLength, message);
        if (!PayloadLib.isKnownVersion(message)) return _refuse(srcEid, Refusal.UnknownVersion, message);
        (bool ok, bool isHeartbeat, uint64 srcSeq, bytes32 theirs, bytes calldata entries) = PayloadLib.headerOf(message);
        if (ok) (ok, ) = PayloadLib.countEntries(entries);
        if (!ok) return _refuse(srcEid, Refusal.BadLength, message);

        emit Heard(_nextSeq(), srcEid, srcSeq, isHeartbeat);
        if (isHeartbeat) _noteHeartbeat(srcEid, theirs);
        _mergeEntries(entries, _peerCeiling(), srcEid, Path.LayerZero);
    }

    /// @dev Noted before the entries are merged, so that what the merge changes is no difference yet. Nothing is refused:
    /// words of a deployment that differs are words all the same.
    function _noteHeartbeat(uint32 srcEid, bytes32 theirs) private {
        bytes32 ours = configHash();
        _reports[srcEid] = PeerReport({isPeer: true, isConfigShared: theirs == ours, heardAt: uint64(block.timestamp)});
        if (theirs != ours) emit ConfigDiffers(_nextSeq(), srcEid, theirs, ours);
    }

    function _refuse(uint32 srcEid, Refusal refusal, bytes calldata message) private {
        emit MessageRefused(_nextSeq(), srcEid, Path.LayerZero, refusal, keccak256(message));
    }

    /* GOVERNANCE */

    /// @notice Sets the hub of another deployment, or with zero removes it. Configure the pathway first: one on which a
    /// message needs fewer than {MIN_DVNS} DVNs in either direction is refused with {IncidentHub_WeakPathway}.
    /// @dev Keeps the list that {broadcast} walks, and forgets what the former peer said.
    function setPeer(uint32 eid, bytes32 peer) public override(OAppCore) onlyOwner {
        bytes32 former = peers[eid];
        if (peer != bytes32(0)) {
            _requirePathway(eid);
            if (former == bytes32(0)) _addPeer(eid);
            _addMember(_hubHash(eid, peer));
        }
        if (former != bytes32(0)) {
            if (peer == bytes32(0)) _removePeer(eid);
            _removeMember(_hubHash(eid, former));
        }
        _reports[eid] = PeerReport({isPeer: peer != bytes32(0), isConfigShared: false, heardAt: 0});
        super.setPeer(eid, peer);
    }

    /// @inheritdoc IIncidentHub
    function withdraw(address payable to, uint256 amount) external onlyOwner {
        (bool ok, ) = to.call{value: amount}("");
        if (!ok) revert IncidentHub_WithdrawalFailed(to, amount);
    }

    function _requirePathway(uint32 eid) private view {
        (uint256 sends, uint256 receives) = pathwayCheck.pathway(address(this), eid);
        if (sends < MIN_DVNS || receives < MIN_DVNS) revert IncidentHub_WeakPathway(eid, sends, receives);
    }

    function _hubHash(uint32 eid, bytes32 hub) private pure returns (bytes32) {
        return keccak256(abi.encode("hub", eid, hub));
    }

    function _addPeer(uint32 eid) private {
        uint256 count = _peerCount();
        if (count == MAX_PEERS) revert IncidentHub_TooManyPeers(MAX_PEERS);
        _peerEids[count] = eid;
        _setPeerCount(count + 1);
    }

    function _removePeer(uint32 eid) private {
        uint256 last = _peerCount() - 1;
        for (uint256 i; i < last; ++i) {
            if (_peerEids[i] == eid) _peerEids[i] = _peerEids[last];
        }
        _peerEids[last] = 0;
        _setPeerCount(last);
    }

    function _checkGovernance() internal view override {
        _checkOwner();
    }

    /* VIEWS */

    /// @inheritdoc IIncidentHub
    function lastHeartbeatAt() public view returns (uint64) {
        return _heartbeatAt();
    }

    /// @inheritdoc IIncidentHub
    function peerEids() external view returns (uint32[] memory eids) {
        eids = new uint32[](_peerCount());
        for (uint256 i; i < eids.length; ++i) {
            eids[i] = _peerEids[i];
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

    function _eid() internal view override returns (uint32) {
        return EID;
    }
}
