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

    /// @dev Entries that are being merged: who sent them, and what is read once before and written once after them all.
    struct Intake {
        Status status;
        Posture posture;
        Path path;
        // Highest rungs that the path may cause.
        Rungs ceiling;
        // The sending hub's endpoint id; this chain's own when operators submitted the entries here.
        uint32 srcEid;
        // The decision that a directive follows from; 0 for a message.
        bytes32 decision;
        // Whether an entry has changed a word.
        bool isMerged;
    }

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
        Status status = _status();
        bool meshChanged = !meshWord_.equals(state.mesh);
        if (meshChanged) {
            status = _dirty(status, market, state);
            state.mesh = meshWord_;
        }
        Word localWord_ = local.equals(mesh) ? WordLib.EMPTY : _stampLocal(state, local);
        if (!meshChanged && localWord_.isEmpty()) return;

        Rungs allowed = local;
        if (local.isHalt() && status.isSpent(market)) (allowed, status) = _withhold(status, market, local);
        Posture tightened = before.tightened(market, allowed);
        _setPosture(tightened);
        status = status.counted();
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

    /// @dev Merges the first `count` entries of `packed`, which {PayloadLib.countEntries} has accepted. Reverts on no
    /// content. Until all are merged, status and posture are in `intake` and nowhere else; nobody else is called.
    /// @return isMerged Whether any word changed.
    function _mergeEntries(
        bytes calldata packed,
        uint256 count,
        Intake memory intake
    ) internal returns (bool isMerged) {
        Posture before = intake.posture;
        for (uint256 i; i != count;) {
            (uint8 market, Word entry) = PayloadLib.entryAt(packed, i);
            unchecked {
                ++i;
            }
            if (before.isRegistered(market)) _mergeMesh(market, entry, intake);
            else _refuseLanes(market, Refusal.UnknownMarket, entry, intake);
        }
        _setStatus(intake.status);
        isMerged = intake.isMerged;
        if (intake.posture.equals(before)) return isMerged;
        _setPosture(intake.posture);
        if (intake.status.mirrors() != 0) _push();
    }

    /// @dev The lanes of `entry` that may come this way: up to the ceiling, not ahead of time, and from a lone operator
    /// only for a short while. What is refused is an event.
    function _accept(uint8 market, Word entry, Intake memory intake) private returns (Word accepted) {
        // Seconds are nowhere near what would overflow.
        unchecked {
            accepted = entry.within(intake.ceiling, block.timestamp + SKEW_SECONDS);
            if (!accepted.equals(entry)) _refuse(market, entry, intake);
            if (intake.path == Path.Solo) accepted = accepted.lapsingBy(leases(), block.timestamp + SOLO_SECONDS);
        }
    }

    /// @dev Says which lanes of `entry` {_accept} left out, and why. That `voidBefore` does not travel is no news.
    function _refuse(uint8 market, Word entry, Intake memory intake) private {
        (Word kept, Word above) = entry.split(intake.ceiling);
        if (!above.isEmpty()) _refuseLanes(market, Refusal.AboveCeiling, above, intake);
        (, Word ahead) = kept.splitAt(block.timestamp + SKEW_SECONDS);
        if (!ahead.isEmpty()) _refuseLanes(market, Refusal.AheadOfTime, ahead, intake);
    }

    function _refuseLanes(uint8 market, Refusal refusal, Word lanes, Intake memory intake) private {
        Status status = intake.status.counted();
        intake.status = status;
        emit LanesRefused(status.seq(), market, intake.srcEid, intake.path, refusal, lanes);
    }

    function _mergeMesh(uint8 market, Word entry, Intake memory intake) private {
        MarketState storage state = _at(market);
        Word before = state.mesh;
        Word merged = before.merge(_accept(market, entry, intake));
        if (merged.equals(before)) return;

        Status status = intake.status;
        if (status.isTold(market)) status = _keepSent(status, market, state);
        Posture seen = intake.posture;
        bool wasHalted = seen.isHalted(market);
        if (wasHalted && merged.lane(HALTED) != before.lane(HALTED)) _keepStart(state);
        state.mesh = merged;
        Rungs inForce = merged.inForce(leases(), block.timestamp);
        if (inForce.isHalt() && status.isSpent(market)) (inForce, status) = _withhold(status, market, inForce);
        if (inForce.isHalt() && !wasHalted) _setStart(state);
        Posture tightened = seen.tightened(market, inForce);
        status = status.counted();
        (intake.status, intake.posture, intake.isMerged) = (status, tightened, true);
        if (intake.path == Path.Solo) emit SoloMerged(status.seq(), market, intake.decision, merged, tightened);
        else emit Merged(status.seq(), market, intake.decision, merged, tightened);
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
        _setStatus(_status().updated(market));
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
