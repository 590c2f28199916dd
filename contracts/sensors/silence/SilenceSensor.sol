// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {IPeerBook} from "../../interfaces/IPeerBook.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {ISilenceSensor, SilenceParameters} from "../../interfaces/ISilenceSensor.sol";
import {MARKETS} from "../../types/Posture.sol";
import {M2, REDUCE_ONLY, Rungs, RungsLib} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";

/// @title SilenceSensor
/// @notice Asserts when a peer's heartbeats have stopped.
/// @dev **Design**
/// - Silence says that this chain may be blind, not that anything happened: it never halts, by a ceiling in code, and it
///   never travels, because a chain that is cut off would otherwise tighten all others as soon as it speaks again.
/// - A peer is waited for from the first look at it, so that one that never spoke is found silent too. Whoever wants a
///   new peer watched pokes once.
/// - {poke} looks at all peers, {reportSilence} at one.
///
/// **Trust assumptions**
/// - The hub's list of peers and what it says it heard.
/// - The owner (governance) may change the parameters within the bounds, and wait anew for a peer.
contract SilenceSensor is ISilenceSensor, AssertingSensor, Ownable {
    /// @notice Shortest silence that can count: two heartbeats and as many minutes of delay.
    uint256 public constant MIN_SILENCE_SECONDS = 22 minutes;

    /// @notice Longest silence that need not count.
    uint256 public constant MAX_SILENCE_SECONDS = 6 hours;

    SilenceParameters private _parameters;

    /// @dev eid => when this sensor began to wait for the peer
    mapping(uint32 => uint64) private _awaitedAt;

    constructor(
        IIncidentState hub_,
        address owner,
        SilenceParameters memory parameters_
    ) AssertingSensor(hub_) Ownable(owner) {
        _setParameters(parameters_);
    }

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        if (market != _parameters.market) revert SilenceSensor_UnknownMarket(market);
        uint32[] memory eids = _book().peerEids();
        bool isSilent;
        for (uint256 i; i < eids.length; ++i) {
            if (_look(eids[i])) isSilent = true;
        }
        if (isSilent) asserted = _assertSilence();
    }

    /// @inheritdoc ISilenceSensor
    function reportSilence(uint32 eid) external returns (Rungs asserted) {
        if (_book().peers(eid) == bytes32(0)) revert SilenceSensor_NotPeer(eid);
        if (_look(eid)) asserted = _assertSilence();
    }

    /* GOVERNANCE */

    /// @inheritdoc ISilenceSensor
    function setParameters(SilenceParameters calldata newParameters) external onlyOwner {
        _setParameters(newParameters);
    }

    /// @inheritdoc ISilenceSensor
    function awaitPeer(uint32 eid) external onlyOwner {
        if (_book().peers(eid) == bytes32(0)) revert SilenceSensor_NotPeer(eid);
        _await(eid);
    }

    /* VIEWS */

    /// @notice The most that silence may assert.
    function ceiling() public pure returns (Rungs) {
        return RungsLib.pair(REDUCE_ONLY, M2);
    }

    /// @inheritdoc ISilenceSensor
    function parameters() external view returns (SilenceParameters memory) {
        return _parameters;
    }

    /// @inheritdoc ISilenceSensor
    function silentSince(uint32 eid) public view returns (uint64) {
        uint64 heardAt = _book().heardAt(eid);
        uint64 awaitedAt = _awaitedAt[eid];
        return heardAt > awaitedAt ? heardAt : awaitedAt;
    }

    /* INTERNAL */

    /// @return isSilent Whether the peer at `eid` has said nothing for too long.
    function _look(uint32 eid) private returns (bool isSilent) {
        if (_awaitedAt[eid] == 0) _await(eid);
        uint64 since = silentSince(eid);
        isSilent = block.timestamp >= uint256(since) + _parameters.silenceSeconds;
        if (isSilent) emit PeerSilent(eid, since);
    }

    function _await(uint32 eid) private {
        _awaitedAt[eid] = uint64(block.timestamp);
        emit PeerAwaited(eid, uint64(block.timestamp));
    }

    function _assertSilence() private returns (Rungs rungs) {
        Rungs meshCeiling = hub.sensorGrant(address(this)).meshCeiling;
        if (!meshCeiling.isCalm()) revert SilenceSensor_GrantTravels(meshCeiling);

        rungs = _parameters.rungs;
        _assertRungs(_parameters.market, rungs);
    }

    function _setParameters(SilenceParameters memory newParameters) private {
        if (newParameters.market >= MARKETS) revert SilenceSensor_UnknownMarket(newParameters.market);
        uint256 silenceSeconds = newParameters.silenceSeconds;
        if (silenceSeconds < MIN_SILENCE_SECONDS || silenceSeconds > MAX_SILENCE_SECONDS) {
            revert SilenceSensor_OutOfBounds(
                "silenceSeconds",
                silenceSeconds,
                MIN_SILENCE_SECONDS,
                MAX_SILENCE_SECONDS
            );
        }
        newParameters.rungs.validate();
        if (newParameters.rungs.isCalm() || newParameters.rungs.exceeds(ceiling())) {
            revert SilenceSensor_InvalidRungs(newParameters.rungs);
        }
        _parameters = newParameters;
        emit SilenceParametersSet(newParameters);
    }

    function _book() private view returns (IPeerBook) {
        return IPeerBook(address(hub));
    }
}
