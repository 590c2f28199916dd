// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {IPostureMirror} from "../interfaces/IPostureMirror.sol";
import {Posture} from "../types/Posture.sol";
import {Status} from "../types/Status.sol";

/// @title PostureStore
/// @notice The slot that venues read, the mirrors it is pushed to, and the counter of events.
/// @dev Storage is written before any mirror is called, and a mirror's failure is an event.
abstract contract PostureStore is IIncidentState {
    /* CONSTANTS */

    /// @dev Gas that each mirror is given.
    uint256 internal constant MIRROR_GAS = 60_000;

    /// @dev Most mirrors, so that a push has bounded cost.
    uint256 internal constant MAX_MIRRORS = 4;

    /// @dev What a push needs besides MIRROR_GAS: the call, the event of a failure, and the 64th that stays behind.
    uint256 private constant PUSH_OVERHEAD_GAS = 8_000;

    /* STORAGE */

    Posture private _posture;
    Status private _stored;
    /// @dev As many as the status says are in use.
    address[MAX_MIRRORS] private _mirrors;

    /* MODIFIERS */

    modifier onlyGovernance() {
        _checkGovernance();
        _;
    }

    /* POSTURE */

    /// @notice What is in force now, for all markets. One storage read.
    function postureNow() public view returns (Posture) {
        return _posture;
    }

    /// @dev Pushes nothing: the caller does, with {_push}, once it has written all.
    function _setPosture(Posture posture_) internal {
        _posture = posture_;
    }

    /* MIRRORS */

    /// @inheritdoc IIncidentState
    function pushMirrors() external {
        _push();
    }

    /// @inheritdoc IIncidentState
    function mirrors() external view returns (address[] memory inUse) {
        inUse = new address[](_mirrorCount());
        for (uint256 i; i < inUse.length; ++i) {
            inUse[i] = _mirrors[i];
        }
    }

    /// @inheritdoc IIncidentState
    function setMirror(address mirror, bool isActive) external onlyGovernance {
        uint256 count = _mirrorCount();
        uint256 at;
        while (at != count && _mirrors[at] != mirror) {
            unchecked {
                ++at;
            }
        }
        if (mirror == address(0) || (at != count) == isActive) revert IncidentState_InvalidMirror(mirror);
        if (at == MAX_MIRRORS) revert IncidentState_TooManyMirrors(MAX_MIRRORS);

        // A new one comes after the last; the last takes the place of one that goes. One goes only when one is there.
        unchecked {
            count = isActive ? count + 1 : count - 1;
        }
        _mirrors[at] = isActive ? mirror : _mirrors[count];
        // At most MAX_MIRRORS.
        _stored = _stored.withMirrors(uint8(count));
        emit MirrorSet(_nextSeq(), mirror, isActive);
        _push();
    }

    /// @dev Reads the posture anew for every mirror: one that re-enters and changes it must not leave the next with
    /// an old one.
    function _push() internal {
        uint256 count = _mirrorCount();
        if (count == 0) return;
        // At most MAX_MIRRORS.
        unchecked {
            _requireGas(count * (MIRROR_GAS + MIRROR_GAS / 32 + PUSH_OVERHEAD_GAS));
        }

        for (uint256 i; i < count; ++i) {
            address mirror = _mirrors[i];
            if (!_callMirror(mirror, abi.encodeCall(IPostureMirror.onPosture, (_posture)))) {
                emit MirrorFailed(_nextSeq(), mirror);
            }
        }
    }

    /// @dev Copies nothing back, so that a mirror cannot make the hub pay for what it returns.
    function _callMirror(address mirror, bytes memory data) private returns (bool ok) {
        uint256 mirrorGas = MIRROR_GAS;
        assembly ("memory-safe") {
            ok := call(mirrorGas, mirror, 0, add(data, 32), mload(data), 0, 0)
        }
    }

    function _requireGas(uint256 needed) internal view {
        if (gasleft() < needed) revert IncidentState_GasTooLow(gasleft(), needed);
    }

    function _mirrorCount() internal view returns (uint256) {
        return _stored.mirrors();
    }

    /* COUNTERS */

    function _status() internal view returns (Status) {
        return _stored;
    }

    function _setStatus(Status status) internal {
        _stored = status;
    }

    /// @inheritdoc IIncidentState
    function seq() public view returns (uint64) {
        return _stored.seq();
    }

    function _nextSeq() internal returns (uint64) {
        Status counted = _stored.counted();
        _stored = counted;
        return counted.seq();
    }

    function _peerCount() internal view returns (uint256) {
        return _stored.peers();
    }

    function _setPeerCount(uint256 count) internal {
        // The hub has a bound far below 256.
        _stored = _stored.withPeers(uint8(count));
    }

    function _packedLimits() internal view returns (uint32) {
        return _stored.limits();
    }

    function _setPackedLimits(uint32 packed) internal {
        _stored = _stored.withLimits(packed);
    }

    /* GOVERNANCE */

    /// @dev Reverts unless the caller governs this deployment.
    function _checkGovernance() internal view virtual;
}
