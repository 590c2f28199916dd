// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceAggregator} from "../../interfaces/IPriceAggregator.sol";
import {ACTIONS, Action, ActionLimit} from "../../types/Matrix.sol";
import {Judge} from "./Judge.sol";

/// @title AggregatorJudge
/// @notice Compares rows of a {PriceAggregator}'s matrix. One change tightens: that opening or lifting needs the sequencer.
/// @dev Ages and confidences cannot be compared: a stricter one leaves feeds out, the rest may agree better than all of
/// them did, and a price that was refused is allowed. For the actions by which somebody gets out, or is kept solvent, a
/// stricter row is no tightening at all. Feeds, and what the sensors see, are never compared here: they wait.
contract AggregatorJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector != IPriceAggregator.setMatrix.selector) return false;

        // The compiler takes no named length here; another number of actions would not compile.
        (uint8 market, ActionLimit[ACTIONS] memory next) = abi.decode(arguments, (uint8, ActionLimit[6]));
        ActionLimit[ACTIONS] memory current = IPriceAggregator(target).matrix(market);
        for (uint256 i; i < ACTIONS; ++i) {
            if (!_isNoLooser(Action(i), current[i], next[i])) return false;
        }
        return true;
    }

    function _isNoLooser(
        Action action,
        ActionLimit memory current,
        ActionLimit memory next
    ) private pure returns (bool) {
        bool isSame = next.maxAgeSeconds == current.maxAgeSeconds && next.maxConfidenceBps == current.maxConfidenceBps;
        if (!isSame || next.needsSequencer == current.needsSequencer) return isSame;
        return next.needsSequencer && (action == Action.Open || action == Action.Lift);
    }
}
