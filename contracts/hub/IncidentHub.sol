// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILayerZeroEndpointV2} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";
import {OApp, Origin} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OApp.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {EndpointCall} from "../libraries/EndpointCall.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Limits, Path, Refusal} from "../types/Incident.sol";
import {Leases} from "../types/Leases.sol";
import {Posture} from "../types/Posture.sol";
import {Status} from "../types/Status.sol";
import {Word} from "../types/Word.sol";
import {Directives} from "./Directives.sol";
import {Markets} from "./Markets.sol";
import {Peers} from "./Peers.sol";

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
contract IncidentHub is Peers {
    using EndpointCall for bytes;

    /* CONSTANTS */

    /// @dev Longest time between two heartbeats, in seconds.
    uint256 internal constant HEARTBEAT_SECONDS = 10 minutes;

    /// @dev Gas that must be left before each send, so that nobody can make one fail by starving it.
    uint256 internal constant MIN_SEND_GAS = 350_000;

    /// @dev Gas bought for `lzReceive` at the peer: the message itself, a heartbeat's hash and note, and each entry with
    /// all its events.
    uint256 private constant RECEIVE_GAS = 90_000;
    uint256 private constant RECEIVE_HEARTBEAT_GAS = 20_000;
    uint256 private constant RECEIVE_ENTRY_GAS = 45_000;
    /// @dev And a push to as many mirrors as there are here: deployments of one mesh are alike. Where a peer has more,
    /// the message waits there, verified, and anybody executes it with more gas.
    uint256 private constant RECEIVE_MIRROR_GAS = 75_000;

    /// @dev Every bit of a posture that stands for a rung.
    uint256 private constant UNCALM_BITS = (type(uint256).max / 0xff) * 0x37;

    /* STORAGE */

    uint32 private immutable EID;

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
    ) OApp(endpoint, owner) Ownable(owner) Markets(leases_) Directives(meshId_, limits_, operators) Peers(endpoint) {
        EID = ILayerZeroEndpointV2(endpoint).eid();
    }

    /// @notice Takes messaging funds: gifts, and the endpoint's refunds.
    receive() external payable {}

    /* BROADCAST */

    /// @inheritdoc IIncidentHub
    function broadcast() external {
        uint256[] calldata none;
        assembly ("memory-safe") {
            none.offset := 0
            none.length := 0
        }
        _broadcast(none);
    }

    /// @inheritdoc IIncidentHub
    function broadcastPaying(uint256[] calldata fees) external {
        _broadcast(fees);
    }

    /// @inheritdoc IIncidentHub
    function broadcastDue() external view returns (uint32 markets, bool isHeartbeat) {
        (, markets, isHeartbeat) = _compose(_status());
    }

    /// @inheritdoc IIncidentHub
    function quoteFees() external view returns (uint256[] memory fees) {
        Status status = _status();
        (bytes memory message, uint32 markets, bool isHeartbeat) = _compose(status);
        if (markets == 0 && !isHeartbeat) return fees;

        bytes memory data = _callOf(ILayerZeroEndpointV2.quote.selector, message, isHeartbeat, status);
        fees = new uint256[](status.peers());
        for (uint256 i; i < fees.length; ++i) {
            (uint32 eid, bytes32 receiver) = _targetAt(i);
            data.setPeer(eid, receiver);
            fees[i] = data.quote(address(endpoint));
        }
    }

    /// @param fees What to pay for each peer, in their order; where it is too little, or there is none, the hub's
    /// balance is offered.
    function _broadcast(uint256[] calldata fees) private {
        Status status = _status();
        (bytes memory message, uint32 markets, bool isHeartbeat) = _compose(status);
        if (markets == 0 && !isHeartbeat) revert IncidentHub_NothingDue();

        bytes memory data = _callOf(ILayerZeroEndpointV2.send.selector, message, isHeartbeat, status);
        uint256 failed;
        uint256 count = status.peers();
        for (uint256 i; i < count; ++i) {
            if (!_sendTo(i, data, i < fees.length ? fees[i] : 0)) ++failed;
        }
        // Read anew: failures were counted, and others were called.
        status = _status().counted();
        if (failed != count) {
            status = status.told(markets);
            if (isHeartbeat) status = status.withHeartbeatAt(uint48(block.timestamp));
        }
        _setStatus(status);
        // At most MAX_PEERS.
        emit BroadcastSent(status.seq(), markets, isHeartbeat, uint8(count - failed), uint8(failed));
    }

    /// @dev What {broadcastDue} returns, and the message that says so.
    function _compose(Status status) private view returns (bytes memory message, uint32 markets, bool isHeartbeat) {
        isHeartbeat = block.timestamp >= uint256(status.heartbeatAt()) + HEARTBEAT_SECONDS;
        message = PayloadLib.startMessage(status.seq(), isHeartbeat, isHeartbeat ? configHash() : bytes32(0));
        uint256 candidates = isHeartbeat ? _uncalmMarkets() : status.dirty();
        // Of these it does not matter what peers know.
        uint256 anyhow = isHeartbeat ? candidates : status.outdated();
        Leases leases_ = leases();
        for (uint256 market; candidates >> market != 0; ++market) {
            if ((candidates >> market) & 1 == 0) continue;
            Word word = _meshOf(market);
            bool travels =
                (anyhow >> market) & 1 == 1
                    ? !word.inForce(leases_, block.timestamp).isCalm()
                    : word.outpaces(_sentOf(market), leases_, block.timestamp);
            if (!travels) continue;
            // There are 32 markets, one a bit.
            markets |= uint32(1 << market);
            PayloadLib.addEntry(message, market, word);
        }
    }

    /// @dev Bit m set: market m has a rung in its posture. No word holds a rung in force that the posture does not.
    function _uncalmMarkets() private view returns (uint256 markets) {
        uint256 bits = Posture.unwrap(postureNow()) & UNCALM_BITS;
        for (uint256 bit = 1; bits != 0; (bits >>= 8, bit <<= 1)) {
            if (bits & 0xff != 0) markets |= bit;
        }
    }

    /// @dev A call of the endpoint with what {_compose} composed, for any peer.
    function _callOf(
        bytes4 selector,
        bytes memory message,
        bool isHeartbeat,
        Status status
    ) private view returns (bytes memory) {
        // A message has tens of entries, and there are few mirrors.
        unchecked {
            uint256 receiveGas = RECEIVE_GAS + uint256(status.mirrors()) * RECEIVE_MIRROR_GAS;
            receiveGas += PayloadLib.entriesIn(message, isHeartbeat) * RECEIVE_ENTRY_GAS;
            if (isHeartbeat) receiveGas += RECEIVE_HEARTBEAT_GAS;
            return EndpointCall.encode(selector, address(this), message, receiveGas);
        }
    }

    /// @dev A failure is an event: one peer must not keep the word from the others.
    /// @param fee What to pay; 0 offers the balance. A fee that does not suffice costs the attempt and is no failure.
    function _sendTo(uint256 index, bytes memory data, uint256 fee) private returns (bool ok) {
        (uint32 dstEid, bytes32 receiver) = _targetAt(index);
        data.setPeer(dstEid, receiver);
        if (fee != 0) (ok, ) = _trySend(data, fee);
        if (ok) return true;

        bytes4 reason;
        (ok, reason) = _trySend(data, address(this).balance);
        if (!ok) emit SendFailed(_nextSeq(), dstEid, reason);
    }

    function _trySend(bytes memory data, uint256 value) private returns (bool ok, bytes4 reason) {
        if (gasleft() < MIN_SEND_GAS) revert IncidentHub_GasTooLow(gasleft(), MIN_SEND_GAS);
        return data.trySend(address(endpoint), value);
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
        (bool ok, bool isHeartbeat, uint64 srcSeq, bytes32 theirs, bytes calldata entries) = PayloadLib.headerOf(
            message
        );
        uint256 count;
        if (ok) (ok, count) = PayloadLib.countEntries(entries);
        if (!ok) return _refuse(srcEid, Refusal.BadLength, message);

        emit Heard(_nextSeq(), srcEid, srcSeq, isHeartbeat);
        if (isHeartbeat) _noteHeartbeat(srcEid, theirs);
        Intake memory intake = Intake(
            _status(),
            postureNow(),
            Path.LayerZero,
            _peerCeiling(),
            srcEid,
            bytes32(0),
            false
        );
        _mergeEntries(entries, count, intake);
    }

    function _refuse(uint32 srcEid, Refusal refusal, bytes calldata message) private {
        emit MessageRefused(_nextSeq(), srcEid, Path.LayerZero, refusal, keccak256(message));
    }

    /* GOVERNANCE */

    /// @inheritdoc IIncidentHub
    function withdraw(address payable to, uint256 amount) external onlyOwner {
        (bool ok, ) = to.call{value: amount}("");
        if (!ok) revert IncidentHub_WithdrawalFailed(to, amount);
    }

    function _checkGovernance() internal view override {
        _checkOwner();
    }

    /* VIEWS */

    /// @inheritdoc IIncidentHub
    function lastHeartbeatAt() public view returns (uint64) {
        return _status().heartbeatAt();
    }

    function _eid() internal view override returns (uint32) {
        return EID;
    }
}
