// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Path, Refusal, SensorGrant} from "../types/Incident.sol";
import {Grant, GrantLib} from "../types/Grant.sol";
import {Posture} from "../types/Posture.sol";
import {HALTED, Rungs} from "../types/Rungs.sol";
import {Status} from "../types/Status.sol";
import {Word, WordLib} from "../types/Word.sol";
import {Recovery} from "./Recovery.sol";

/// @title IncidentState
/// @notice The words, and the two ways in: a sensor's assertion and entries from elsewhere.
/// @dev Knows nothing of messaging, signatures or who governs, so everything here is tested without them.
abstract contract IncidentState is Recovery {
    /* CONSTANTS */

    /// @dev How far ahead of this chain's clock a stamp may lie, in seconds. Chains' clocks differ.
    uint256 internal constant SKEW_SECONDS = 300;

    /// @dev How long what a lone operator caused stays in force at the most, in seconds.
    uint256 internal constant SOLO_SECONDS = 10 minutes;

    /* STORAGE */

    /// @dev sensor => what it may assert.
    mapping(address => Grant) private _grants;
    address private _council;

    /* ASSERT */

    /// @inheritdoc IIncidentState
    function assertRungs(uint8 market, Rungs rungs) external {
        Grant grant = _grants[msg.sender];
        if (!grant.covers(market)) revert IncidentState_NotGranted(msg.sender, market);
        (MarketState storage state, Posture before) = _registered(market);

        // No mesh ceiling is above the local one, so `local` is the higher on both axes.
        Rungs mesh = rungs.meet(grant.meshCeiling());
        Rungs local = rungs.meet(grant.localCeiling());
        if (local.isHalt() && before.isHalted(market)) _keepStart(state);
        Word meshWord_ = state.mesh.merge(WordLib.stamped(mesh, block.timestamp));
        bool meshChanged = !meshWord_.equals(state.mesh);
        Word localWord_ = local.equals(mesh) ? WordLib.EMPTY : _stampLocal(state, local);
        if (!meshChanged && localWord_.isEmpty()) return;

        Posture tightened = before.tightened(market, _allowed(market, local));
        _setPosture(tightened);
        Status status = _status().counted();
        if (meshChanged) {
            state.mesh = meshWord_;
            status = status.dirtied(market);
        }
        _setStatus(status);
        emit Asserted(status.seq(), market, msg.sender, grant.cause(), local, mesh, localWord_, meshWord_, tightened);
        if (status.mirrors() != 0 && !tightened.equals(before)) _push();
    }

    /// @dev The local word, empty when it is as it was: reading it to tell everybody so would cost every trip a slot.
    function _stampLocal(MarketState storage state, Rungs rungs) private returns (Word) {
        Word before = state.local;
        Word stamped = before.merge(WordLib.stamped(rungs, block.timestamp));
        if (stamped.equals(before)) return WordLib.EMPTY;

        state.local = stamped;
        return stamped;
    }

    /* MERGE */

    /// @dev Merges every entry of `packed`, which {PayloadLib.countEntries} has accepted. Reverts on no content.
    function _mergeEntries(bytes calldata packed, Rungs ceiling, uint32 srcEid, Path path) internal {
        Posture before = posture();
        uint256 count = packed.length / PayloadLib.ENTRY_BYTES;
        for (uint256 i; i < count; ++i) {
            (uint8 market, Word entry) = PayloadLib.entryAt(packed, i);
            if (before.isRegistered(market)) {
                Word accepted = _accept(market, entry, ceiling, srcEid, path);
                _mergeMesh(market, accepted, srcEid, path);
            } else {
                _refuseLanes(market, srcEid, path, Refusal.UnknownMarket, entry);
            }
        }
        if (!posture().equals(before)) _push();
    }

    /// @dev The lanes of `entry` that `path` may carry: up to `ceiling`, not ahead of time, and from a lone operator
    /// only for a short while. What is refused is an event.
    function _accept(
        uint8 market,
        Word entry,
        Rungs ceiling,
        uint32 srcEid,
        Path path
    ) private returns (Word accepted) {
        Word refused;
        (accepted, refused) = entry.split(ceiling);
        if (!refused.isEmpty()) _refuseLanes(market, srcEid, path, Refusal.AboveCeiling, refused);
        (accepted, refused) = accepted.splitAt(block.timestamp + SKEW_SECONDS);
        if (!refused.isEmpty()) _refuseLanes(market, srcEid, path, Refusal.AheadOfTime, refused);
        if (path == Path.Solo) accepted = accepted.lapsingBy(leases(), block.timestamp + SOLO_SECONDS);
    }

    function _refuseLanes(uint8 market, uint32 srcEid, Path path, Refusal refusal, Word lanes) private {
        emit LanesRefused(_nextSeq(), market, srcEid, path, refusal, lanes);
    }

    function _mergeMesh(uint8 market, Word entry, uint32 srcEid, Path path) private {
        MarketState storage state = _at(market);
        Word before = state.mesh;
        Word merged = before.merge(entry);
        if (merged.equals(before)) return;

        Posture seen = posture();
        bool wasHalted = seen.isHalted(market);
        if (wasHalted && merged.lane(HALTED) != before.lane(HALTED)) _keepStart(state);
        state.mesh = merged;
        Rungs inForce = _allowed(market, merged.inForce(leases(), block.timestamp));
        Posture tightened = seen.tightened(market, inForce);
        if (!wasHalted && tightened.isHalted(market)) _setStart(state);
        _setPosture(tightened);
        emit Merged(_nextSeq(), market, srcEid, path, entry, merged, tightened);
    }

    /* VOID */

    /// @inheritdoc IIncidentState
    function voidMarket(uint8 market, uint64 asOf) external {
        if (msg.sender != _council) revert IncidentState_NotCouncil(msg.sender);
        (MarketState storage state, ) = _registered(market);
        // Both words have the same.
        uint256 voidBefore = state.mesh.lane(WordLib.VOID_LANE);
        if (asOf <= voidBefore || asOf >= block.timestamp) {
            revert IncidentState_InvalidVoid(asOf, voidBefore, block.timestamp);
        }
        // A time before now has 32 bits.
        (Word mesh, Word local) = (state.mesh.withVoid(uint32(asOf)), state.local.withVoid(uint32(asOf)));
        // What peers know of may be void there too: what is asserted anew has to travel at once.
        (state.mesh, state.local, state.sent) = (mesh, local, WordLib.REGISTERED);
        emit Voided(_nextSeq(), market, asOf, mesh, local);
    }

    /// @inheritdoc IIncidentState
    function setCouncil(address newCouncil) external onlyGovernance {
        _council = newCouncil;
        emit CouncilSet(_nextSeq(), newCouncil);
    }

    /// @inheritdoc IIncidentState
    function council() external view returns (address) {
        return _council;
    }

    /* GOVERNANCE */

    /// @inheritdoc IIncidentState
    function setSensor(address sensor, SensorGrant memory grant) external onlyGovernance {
        grant.localCeiling.validate();
        grant.meshCeiling.validate();
        if (grant.meshCeiling.exceeds(grant.localCeiling)) {
            revert IncidentState_MeshAboveLocal(grant.meshCeiling, grant.localCeiling);
        }
        _grants[sensor] = GrantLib.pack(grant);
        emit SensorSet(_nextSeq(), sensor, grant);
    }

    /* VIEWS */

    /// @inheritdoc IIncidentState
    function sensorGrant(address sensor) external view returns (SensorGrant memory) {
        return _grants[sensor].unpack();
    }
}
