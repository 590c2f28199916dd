// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Cause, Path, Refusal, SensorGrant} from "../types/Incident.sol";
import {Posture} from "../types/Posture.sol";
import {HALTED, Rungs} from "../types/Rungs.sol";
import {Word, WordLib} from "../types/Word.sol";
import {Recovery} from "./Recovery.sol";

/// @title IncidentState
/// @notice The words, and the two ways in: a sensor's assertion and entries from elsewhere.
/// @dev Knows nothing of messaging, signatures or who governs, so everything here is tested without them.
abstract contract IncidentState is Recovery {
    /* CONSTANTS */

    /// @notice How far ahead of this chain's clock a stamp may lie, in seconds. Chains' clocks differ.
    uint256 public constant SKEW_SECONDS = 300;

    /// @notice How long what a lone operator caused stays in force at the most, in seconds.
    uint256 public constant SOLO_SECONDS = 10 minutes;

    /* STORAGE */

    /// @dev sensor => what it may assert.
    mapping(address => SensorGrant) private _grants;
    address private _council;

    /* ASSERT */

    /// @inheritdoc IIncidentState
    function assertRungs(uint8 market, Rungs rungs) external {
        SensorGrant memory grant = sensorGrant(msg.sender);
        if (!grant.isActive || (grant.markets >> market) & 1 == 0) {
            revert IncidentState_NotGranted(msg.sender, market);
        }
        (MarketState storage state, Posture before) = _registered(market);

        Rungs mesh = rungs.meet(grant.meshCeiling);
        Rungs local = rungs.meet(grant.localCeiling);
        if (local.isHalt() && before.isHalted(market)) _keepStart(state);
        (bool meshChanged, bool localChanged) = _stamp(state, local, mesh);
        if (!meshChanged && !localChanged) return;

        Posture tightened = before.tightened(market, _allowed(market, mesh.join(local)));
        _setPosture(tightened);
        uint64 number = meshChanged ? _nextSeqOfDirty(market) : _nextSeq();
        emit Asserted(number, market, msg.sender, grant.cause, local, mesh, state.local, state.mesh, tightened);
        if (!tightened.equals(before)) _push();
    }

    /// @dev What exceeds `mesh` is stamped into the local word.
    function _stamp(
        MarketState storage state,
        Rungs local,
        Rungs mesh
    ) private returns (bool meshChanged, bool localChanged) {
        (Word before, Word stamped) = _stamped(state.mesh, mesh);
        meshChanged = !stamped.equals(before);
        if (meshChanged) state.mesh = stamped;
        if (!local.exceeds(mesh)) return (meshChanged, false);

        (before, stamped) = _stamped(state.local, local);
        localChanged = !stamped.equals(before);
        if (localChanged) state.local = stamped;
    }

    function _stamped(Word word, Rungs rungs) private view returns (Word before, Word stamped) {
        return (word, word.merge(WordLib.stamped(rungs, block.timestamp)));
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
                emit LanesRefused(_nextSeq(), market, srcEid, path, Refusal.UnknownMarket, entry);
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
        if (!refused.isEmpty()) {
            emit LanesRefused(_nextSeq(), market, srcEid, path, Refusal.AboveCeiling, refused);
        }
        (accepted, refused) = accepted.splitAt(block.timestamp + SKEW_SECONDS);
        if (!refused.isEmpty()) {
            emit LanesRefused(_nextSeq(), market, srcEid, path, Refusal.AheadOfTime, refused);
        }
        if (path == Path.Solo) accepted = accepted.lapsingBy(leases(), block.timestamp + SOLO_SECONDS);
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
        if (asOf <= voidBefore || asOf > block.timestamp) {
            revert IncidentState_InvalidVoid(asOf, voidBefore, block.timestamp);
        }
        Word reach = WordLib.single(WordLib.VOID_LANE, asOf);
        (Word mesh, Word local) = (state.mesh.merge(reach), state.local.merge(reach));
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
        _grants[sensor] = grant;
        emit SensorSet(_nextSeq(), sensor, grant);
    }

    /* VIEWS */

    /// @inheritdoc IIncidentState
    function sensorGrant(address sensor) public view returns (SensorGrant memory) {
        return _grants[sensor];
    }
}
