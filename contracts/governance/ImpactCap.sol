// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IImpactPreview} from "../interfaces/IImpactPreview.sol";
import {Impact, IParameterTimelock} from "../interfaces/IParameterTimelock.sol";

/// @title ImpactCap
/// @notice Bounds what bundles may make liquidatable, as each venue reports it.
/// @dev Every venue is held to the cap by itself: a large one must not hide what happens to a small one. The cap is a
/// bucket that a day refills, so that a change cut into slices gets no further than a whole one.
abstract contract ImpactCap is IParameterTimelock {
    using Math for uint256;

    /* CONSTANTS */

    /// @notice Most previewers, so that asking them has bounded cost.
    uint256 public constant MAX_PREVIEWERS = 8;

    /// @notice Gas that a previewer is given.
    uint256 public constant PREVIEW_GAS = 2_000_000;

    /// @notice Bounds of the cap, in basis points of open interest. No bound lets a bundle liquidate at will.
    uint256 public constant MIN_CAP_BPS = 1;
    uint256 public constant MAX_CAP_BPS = 1_000;

    /// @notice How long the bucket takes to refill, in seconds.
    uint256 public constant CAP_WINDOW_SECONDS = 1 days;

    uint256 private constant BPS = 10_000;
    uint256 private constant WHOLE_E18 = 1e18;
    /// @dev Besides the 64th part that a call leaves behind: the asking itself.
    uint256 private constant ASKING_GAS = 20_000;

    /* STORAGE */

    /// @dev One slot.
    struct Used {
        uint128 shareE18;
        uint64 at;
    }

    uint256 private _capBps;
    IImpactPreview[] private _previewers;
    /// @dev previewer => share of its open interest that was used up, and when that was written.
    mapping(IImpactPreview => Used) private _used;

    /* GOVERNANCE */

    function _setCap(uint256 capBps) internal {
        if (capBps < MIN_CAP_BPS || capBps > MAX_CAP_BPS) {
            revert ParameterTimelock_OutOfBounds("capBps", capBps, MIN_CAP_BPS, MAX_CAP_BPS);
        }
        _capBps = capBps;
        emit CapSet(capBps);
    }

    function _setPreviewer(IImpactPreview previewer, bool isActive) internal {
        uint256 count = _previewers.length;
        uint256 at = _indexOf(previewer);
        bool isFull = isActive && count == MAX_PREVIEWERS;
        if (address(previewer) == address(0) || (at != count) == isActive || isFull) {
            revert ParameterTimelock_InvalidPreviewer(previewer);
        }
        if (isActive) {
            _previewers.push(previewer);
        } else {
            _previewers[at] = _previewers[count - 1];
            _previewers.pop();
        }
        emit PreviewerSet(previewer, isActive);
    }

    /* MEASURE */

    /// @dev What every previewer says before a bundle.
    function _measureBefore() internal view returns (Impact[] memory impacts) {
        impacts = new Impact[](_previewers.length);
        for (uint256 i; i < impacts.length; ++i) {
            Impact memory impact = impacts[i];
            impact.previewer = _previewers[i];
            (impact.isMeasured, impact.liquidatableBefore, impact.openInterest) = _ask(impact.previewer);
            impact.allowed = impact.openInterest.mulDiv(_leftShare(impact.previewer), WHOLE_E18);
        }
    }

    /// @dev Adds what they say after it. One that was removed by the bundle is asked all the same: taking the witness
    /// away together with what it would have seen is no way around the cap.
    /// @param mustAnswer Whether a previewer that could not be read before the bundle is missed.
    function _measureAfter(Impact[] memory impacts, bool mustAnswer) internal view returns (bool isWithinCap) {
        isWithinCap = true;
        for (uint256 i; i < impacts.length; ++i) {
            Impact memory impact = impacts[i];
            if (!impact.isMeasured) {
                bool isRemoved = _indexOf(impact.previewer) == _previewers.length;
                if (mustAnswer && !isRemoved) revert ParameterTimelock_PreviewFailed(impact.previewer);
                continue;
            }
            (impact.isMeasured, impact.liquidatableAfter, ) = _ask(impact.previewer);
            if (!impact.isMeasured) revert ParameterTimelock_PreviewFailed(impact.previewer);
            if (_added(impact) > impact.allowed) isWithinCap = false;
        }
    }

    /// @dev Reverts when a previewer reports more than is allowed, and takes what it reports out of the bucket.
    function _spend(bytes32 id, Impact[] memory impacts) internal {
        for (uint256 i; i < impacts.length; ++i) {
            Impact memory impact = impacts[i];
            if (!impact.isMeasured) {
                emit PreviewMissing(id, impact.previewer);
                continue;
            }
            uint256 added = _added(impact);
            if (added == 0) continue;
            if (added > impact.allowed) {
                revert ParameterTimelock_TooMuchLiquidated(
                    impact.liquidatableBefore,
                    impact.liquidatableAfter,
                    impact.allowed
                );
            }
            // Something was allowed, so open interest is not zero; the share is at most one, and so is the sum's growth.
            uint256 share = added.mulDiv(WHOLE_E18, impact.openInterest, Math.Rounding.Ceil);
            uint256 sum = usedShare(impact.previewer) + share;
            _used[impact.previewer] = Used(uint128(sum), uint64(block.timestamp));
        }
    }

    /* VIEWS */

    /// @inheritdoc IParameterTimelock
    function cap() external view returns (uint256) {
        return _capBps;
    }

    /// @inheritdoc IParameterTimelock
    function previewers() external view returns (IImpactPreview[] memory) {
        return _previewers;
    }

    /// @inheritdoc IParameterTimelock
    function usedShare(IImpactPreview previewer) public view returns (uint256 shareE18) {
        Used memory used = _used[previewer];
        uint256 refilled = (_capShare() * (block.timestamp - used.at)) / CAP_WINDOW_SECONDS;
        return refilled < used.shareE18 ? used.shareE18 - refilled : 0;
    }

    /* INTERNAL */

    function _added(Impact memory impact) private pure returns (uint256) {
        if (impact.liquidatableAfter <= impact.liquidatableBefore) return 0;
        return impact.liquidatableAfter - impact.liquidatableBefore;
    }

    function _capShare() private view returns (uint256) {
        return (_capBps * WHOLE_E18) / BPS;
    }

    /// @dev Zero when the cap was lowered below what is used up.
    function _leftShare(IImpactPreview previewer) private view returns (uint256) {
        uint256 used = usedShare(previewer);
        uint256 whole = _capShare();
        return used < whole ? whole - used : 0;
    }

    /// @dev Its place, or the number of previewers when it is not among them.
    function _indexOf(IImpactPreview previewer) private view returns (uint256 at) {
        uint256 count = _previewers.length;
        while (at < count && _previewers[at] != previewer) ++at;
    }

    /// @dev Copies two words back and no more. Reverts when the caller has brought too little gas: otherwise whoever
    /// calls could silence a previewer by starving it.
    function _ask(IImpactPreview previewer) private view returns (bool ok, uint256 liquidatable, uint256 openInterest) {
        uint256 needed = PREVIEW_GAS + PREVIEW_GAS / 32 + ASKING_GAS;
        if (gasleft() < needed) revert ParameterTimelock_GasTooLow(gasleft(), needed);

        bytes memory question = abi.encodeCall(IImpactPreview.liquidatable, ());
        uint256 previewGas = PREVIEW_GAS;
        // The first two words of memory are scratch space.
        assembly ("memory-safe") {
            ok := staticcall(previewGas, previewer, add(question, 32), mload(question), 0, 64)
            ok := and(ok, eq(returndatasize(), 64))
            if ok {
                liquidatable := mload(0)
                openInterest := mload(32)
            }
        }
    }
}
