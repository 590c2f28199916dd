// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    ILayerZeroEndpointV2,
    MessagingParams
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {OApp, Origin} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OApp.sol";
import {OAppCore} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OAppCore.sol";
import {OptionsBuilder} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/libs/OptionsBuilder.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Entry, Limits, Path, Refusal} from "../types/Incident.sol";
import {Leases} from "../types/Leases.sol";
import {Word} from "../types/Word.sol";
import {Directives} from "./Directives.sol";
import {Markets} from "./Markets.sol";

/// @title IncidentHub
/// @notice Incident state of one deployment, on LayerZero.
///
/// **Design**
/// - The hub adds messaging to {Directives} and {IncidentState} and has no rule of its own: in goes a merge, out goes
///   the state.
/// - A message carries words, not events, so a later message makes every earlier one irrelevant, and any path of
///   delivery may lose, repeat or reorder.
/// - Sending is its own transaction, open to anyone and paid by the hub: an assertion never waits for messaging.
/// - The endpoint is given more than the fee and refunds the rest, which costs less than asking for the fee first.
///
/// **Trust assumptions**
/// - The owner governs: markets, sensors, operators, limits, peers and the LayerZero configuration.
/// - The endpoint, its libraries and the required DVNs (at least two) deliver only what a peer sent; a forged message
///   can tighten up to the peer ceiling and never loosen.
/// - The endpoint charges an honest fee: the hub's balance is what a dishonest one could take, so fund it for days,
///   not for years.
contract IncidentHub is OApp, Directives {
    using OptionsBuilder for bytes;

    /* CONSTANTS */

    /// @notice Longest time between two heartbeats, in seconds.
    uint256 public constant HEARTBEAT_SECONDS = 10 minutes;

    /// @notice Most peers that one broadcast serves.
    uint256 public constant MAX_PEERS = 64;

    /// @notice Gas that must be left before each send, so that nobody can make one fail by starving it.
    uint256 public constant MIN_SEND_GAS = 350_000;

    /// @dev Gas bought for `lzReceive` at the peer: the message itself, and each entry with all its events.
    uint128 private constant RECEIVE_GAS = 90_000;
    uint128 private constant RECEIVE_ENTRY_GAS = 45_000;
    /// @dev And a push to as many mirrors as there are here: deployments of one mesh are alike. Where a peer has more,
    /// the message waits there, verified, and anybody executes it with more gas.
    uint128 private constant RECEIVE_MIRROR_GAS = 75_000;

    /* STORAGE */

    uint32 private immutable EID;

    /// @dev The first {_peerCount} are in use.
    uint32[MAX_PEERS] private _peerEids;

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
    ) OApp(endpoint, owner) Ownable(owner) Markets(leases_) Directives(meshId_, limits_, operators) {
        EID = ILayerZeroEndpointV2(endpoint).eid();
    }

    /// @notice Takes messaging funds: gifts, and the endpoint's refunds.
    receive() external payable {}

    /* BROADCAST */

    /// @inheritdoc IIncidentHub
    function broadcast() external {
        (uint32 markets, bool isHeartbeat) = broadcastDue();
        if (markets == 0 && !isHeartbeat) revert IncidentHub_NothingDue();

        (bytes memory message, bytes memory options) = _compose(markets, isHeartbeat);
        uint8 failed;
        uint256 count = _peerCount();
        for (uint256 i; i < count; ++i) {
            if (!_sendTo(_peerEids[i], message, options)) ++failed;
        }
        // At most MAX_PEERS.
        uint8 sent = uint8(count) - failed;
        if (sent != 0) {
            _markSent(markets);
            if (isHeartbeat) _markHeartbeat();
        }
        emit BroadcastSent(_nextSeq(), markets, isHeartbeat, sent, failed);
    }

    /// @inheritdoc IIncidentHub
    function broadcastDue() public view returns (uint32 markets, bool isHeartbeat) {
        isHeartbeat = block.timestamp >= lastHeartbeatAt() + HEARTBEAT_SECONDS;
        uint32 candidates = isHeartbeat ? type(uint32).max : _dirtyMarkets();
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
        (uint32 markets, bool isHeartbeat) = broadcastDue();
        if (markets == 0 && !isHeartbeat) return 0;

        (bytes memory message, bytes memory options) = _compose(markets, isHeartbeat);
        for (uint256 i; i < _peerCount(); ++i) {
            fee += _quote(_peerEids[i], message, options, false).nativeFee;
        }
    }

    function _compose(
        uint32 markets,
        bool isHeartbeat
    ) private view returns (bytes memory message, bytes memory options) {
        bytes memory entries;
        uint128 count;
        for (uint8 market; markets != 0; (markets >>= 1, ++market)) {
            if (markets & 1 == 0) continue;
            entries = bytes.concat(entries, PayloadLib.packEntry(Entry(market, _meshOf(market))));
            ++count;
        }
        message = PayloadLib.packMessage(isHeartbeat, seq(), entries);
        // At most MAX_MIRRORS.
        uint128 mirrorGas = uint128(_mirrorCount()) * RECEIVE_MIRROR_GAS;
        uint128 gasLimit = RECEIVE_GAS + count * RECEIVE_ENTRY_GAS + mirrorGas;
        options = OptionsBuilder.newOptions().addExecutorLzReceiveOption(gasLimit, 0);
    }

    /// @dev A failure is an event: one peer must not keep the word from the others.
    function _sendTo(uint32 dstEid, bytes memory message, bytes memory options) private returns (bool ok) {
        if (gasleft() < MIN_SEND_GAS) revert IncidentHub_GasTooLow(gasleft(), MIN_SEND_GAS);

        MessagingParams memory params = MessagingParams(dstEid, peers[dstEid], message, options, false);
        try endpoint.send{value: address(this).balance}(params, address(this)) {
            return true;
        } catch (bytes memory reason) {
            emit SendFailed(_nextSeq(), dstEid, bytes4(reason));
        }
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
        if (uint8(message[0]) != PayloadLib.VERSION) return _refuse(srcEid, Refusal.UnknownVersion, message);
        bytes calldata entries = message[PayloadLib.HEADER_BYTES:];
        (bool ok, ) = PayloadLib.countEntries(entries);
        if (!ok) return _refuse(srcEid, Refusal.BadLength, message);

        (bool isHeartbeat, uint64 srcSeq) = PayloadLib.headerOf(message);
        emit Heard(_nextSeq(), srcEid, srcSeq, isHeartbeat);
        _mergeEntries(entries, limits().peerCeiling, srcEid, Path.LayerZero);
    }

    function _refuse(uint32 srcEid, Refusal refusal, bytes calldata message) private {
        emit MessageRefused(_nextSeq(), srcEid, Path.LayerZero, refusal, keccak256(message));
    }

    /* GOVERNANCE */

    /// @notice Sets the hub of another deployment, or with zero removes it.
    /// @dev Keeps the list that {broadcast} walks.
    function setPeer(uint32 eid, bytes32 peer) public override(OAppCore) onlyOwner {
        bool was = peers[eid] != bytes32(0);
        bool becomes = peer != bytes32(0);
        if (becomes && !was) _addPeer(eid);
        if (was && !becomes) _removePeer(eid);
        super.setPeer(eid, peer);
    }

    /// @inheritdoc IIncidentHub
    function withdraw(address payable to, uint256 amount) external onlyOwner {
        (bool ok, ) = to.call{value: amount}("");
        if (!ok) revert IncidentHub_WithdrawalFailed(to, amount);
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

    function _eid() internal view override returns (uint32) {
        return EID;
    }
}
