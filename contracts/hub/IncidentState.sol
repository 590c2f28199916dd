// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Cause, Path, Refusal, SensorGrant} from "../types/Incident.sol";
import {Leases} from "../types/Leases.sol";
import {MARKETS, Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";
import {Word, WordLib} from "../types/Word.sol";
import {PostureStore} from "./PostureStore.sol";

/// @title IncidentState
/// @notice The words, and the two ways in: a sensor's assertion and entries from elsewhere.
/// @dev Knows nothing of messaging, signatures or who governs, so everything here is tested without them.
abstract contract IncidentState is PostureStore {
    /* CONSTANTS */

    /// @notice How far ahead of this chain's clock a stamp may lie, in seconds. Chains' clocks differ.
    uint256 public constant SKEW_SECONDS = 300;

    /// @notice How long what a lone operator caused stays in force at the most, in seconds.
    uint256 public constant SOLO_SECONDS = 10 minutes;

    /* STORAGE */

    Leases private immutable LEASES;

    /// @dev market => word that all deployments share.
    Word[MARKETS] private _mesh;
    /// @dev market => word of this chain alone.
    Word[MARKETS] private _local;
    /// @dev market => mesh word as other chains were last told.
    Word[MARKETS] private _sent;
    /// @dev sensor => what it may assert.
    mapping(address => SensorGrant) private _grants;

    /* CONSTRUCTOR */

    constructor(Leases leases_) {
        leases_.validate();
        LEASES = leases_;
    }

    /* ASSERT */

    /// @inheritdoc IIncidentState
    function assertRungs(uint8 market, Rungs rungs) external {
        SensorGrant memory grant = _grants[msg.sender];
        if (!grant.isActive || (grant.markets >> market) & 1 == 0) {
            revert IncidentState_NotGranted(msg.sender, market);
        }
        Posture before = _requireRegistered(market);

        Rungs mesh = rungs.meet(grant.meshCeiling);
        Rungs local = rungs.meet(grant.localCeiling);
        bool meshChanged = _stampMesh(market, mesh);
        bool localChanged = local.exceeds(mesh) && _stampLocal(market, local);
        if (!meshChanged && !localChanged) return;

        Posture tightened = before.tightened(market, mesh.join(local));
        _setPosture(tightened);
        _emitAsserted(market, grant.cause, local, mesh, tightened);
        if (!tightened.equals(before)) _push();
    }

    function _emitAsserted(uint8 market, Cause cause, Rungs local, Rungs mesh, Posture tightened) private {
        Word localWord_ = _local[market];
        Word meshWord_ = _mesh[market];
        emit Asserted(_nextSeq(), market, msg.sender, cause, local, mesh, localWord_, meshWord_, tightened);
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
        if (path == Path.Solo) accepted = accepted.lapsingBy(LEASES, block.timestamp + SOLO_SECONDS);
    }

    function _mergeMesh(uint8 market, Word entry, uint32 srcEid, Path path) private {
        Word before = _mesh[market];
        Word merged = before.merge(entry);
        if (merged.equals(before)) return;

        _mesh[market] = merged;
        Posture tightened = posture().tightened(market, merged.inForce(LEASES, block.timestamp));
        _setPosture(tightened);
        emit Merged(_nextSeq(), market, srcEid, path, entry, merged, tightened);
    }

    /* LIFT */

    /// @inheritdoc IIncidentState
    function lift(uint8 market) external returns (Rungs inForce) {
        Posture before = _requireRegistered(market);
        Rungs mesh = _mesh[market].inForce(LEASES, block.timestamp);
        inForce = mesh.join(_local[market].inForce(LEASES, block.timestamp));

        Posture lifted = before.replaced(market, inForce);
        if (lifted.equals(before)) return inForce;

        _setPosture(lifted);
        emit Lifted(_nextSeq(), market, inForce, lifted);
        _push();
    }

    /* GOVERNANCE */

    /// @inheritdoc IIncidentState
    function registerMarket(uint8 market) external onlyGovernance {
        Posture before = posture();
        bool comesTooEarly = market != 0 && !before.isRegistered(0);
        if (market >= MARKETS || comesTooEarly || before.isRegistered(market)) {
            revert IncidentState_CannotRegister(market);
        }
        _mesh[market] = WordLib.REGISTERED;
        _local[market] = WordLib.REGISTERED;
        _sent[market] = WordLib.REGISTERED;
        Posture registered = before.registered(market);
        _setPosture(registered);
        emit MarketRegistered(_nextSeq(), market, registered);
        _push();
    }

    /// @inheritdoc IIncidentState
    function setSensor(address sensor, SensorGrant calldata grant) external onlyGovernance {
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
    function meshWord(uint8 market) external view returns (Word) {
        return _mesh[market];
    }

    /// @inheritdoc IIncidentState
    function localWord(uint8 market) external view returns (Word) {
        return _local[market];
    }

    /// @inheritdoc IIncidentState
    function leases() public view returns (Leases) {
        return LEASES;
    }

    /// @inheritdoc IIncidentState
    function meshDigest() external view returns (bytes32) {
        Word[MARKETS] memory words = _mesh;
        return keccak256(abi.encode(words));
    }

    /// @inheritdoc IIncidentState
    function snapshot()
        external
        view
        returns (Word[] memory meshWords, Word[] memory localWords, Posture posture_, uint64 seq_)
    {
        meshWords = new Word[](MARKETS);
        localWords = new Word[](MARKETS);
        for (uint256 market; market < MARKETS; ++market) {
            (meshWords[market], localWords[market]) = (_mesh[market], _local[market]);
        }
        (posture_, seq_) = (posture(), seq());
    }

    /// @inheritdoc IIncidentState
    function sensorGrant(address sensor) external view returns (SensorGrant memory) {
        return _grants[sensor];
    }

    /* INTERNAL */

    function _meshOf(uint256 market) internal view returns (Word) {
        return _mesh[market];
    }

    function _sentOf(uint256 market) internal view returns (Word) {
        return _sent[market];
    }

    /// @dev Other chains were told the mesh words of `markets`, a bit each.
    function _markSent(uint32 markets) internal {
        _markClean(markets);
        for (uint256 market; markets != 0; (markets >>= 1, ++market)) {
            if (markets & 1 == 1) _sent[market] = _mesh[market];
        }
    }

    function _requireRegistered(uint8 market) private view returns (Posture current) {
        current = posture();
        if (!current.isRegistered(market)) revert IncidentState_UnknownMarket(market);
    }

    function _stampMesh(uint8 market, Rungs rungs) private returns (bool changed) {
        Word before = _mesh[market];
        Word stamped = before.merge(WordLib.stamped(rungs, block.timestamp));
        if (stamped.equals(before)) return false;

        _mesh[market] = stamped;
        _markDirty(market);
        return true;
    }

    function _stampLocal(uint8 market, Rungs rungs) private returns (bool changed) {
        Word before = _local[market];
        Word stamped = before.merge(WordLib.stamped(rungs, block.timestamp));
        if (stamped.equals(before)) return false;

        _local[market] = stamped;
        return true;
    }
}
