// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IFreshnessGate, Pace} from "../../interfaces/IFreshnessGate.sol";
import {Judge} from "./Judge.sol";

/// @title GateJudge
/// @notice Compares changes of a {FreshnessGate}: what it kept before it still keeps, whatever it has observed.
contract GateJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector == IFreshnessGate.setPace.selector) return _judgePace(target, abi.decode(arguments, (Pace)));
        if (selector != IFreshnessGate.setSource.selector) return false;

        (uint8 market, uint32 sources, uint8 least) = abi.decode(arguments, (uint8, uint32, uint8));
        (uint32 current, uint8 currentLeast) = IFreshnessGate(target).source(market);
        // Every source that is new may be fresh while one that counted before is not.
        return currentLeast == 0 || least >= uint256(currentLeast) + _count(sources & ~current);
    }

    /// @dev A longer gap is no tightening: an observation just before a halt would keep the first one after it out for
    /// longer under one gap than under the other, either way round.
    function _judgePace(address target, Pace memory next) private view returns (bool) {
        Pace memory current = IFreshnessGate(target).pace();
        return
            next.observations >= current.observations &&
            next.minGapSeconds == current.minGapSeconds &&
            next.maxAgeSeconds <= current.maxAgeSeconds;
    }

    function _count(uint32 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
