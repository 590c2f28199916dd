// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DeskLimits, InstructionKind, IOperatorDesk} from "../../interfaces/IOperatorDesk.sol";
import {Judge} from "./Judge.sol";

/// @title DeskJudge
/// @notice Compares what operators may instruct a venue to do, at an {OperatorDesk}.
/// @dev An open-interest cap can only tighten, so allowing operators more of it tightens; allowing what was never allowed
/// gives somebody a voice, and waits. Moves of insurance are money from one fund to another, so allowing less of them
/// tightens. A deleveraging budget takes from winners or leaves to everybody: neither end is tighter.
contract DeskJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector != IOperatorDesk.setDeskLimits.selector) return false;

        (InstructionKind kind, uint8 market, DeskLimits memory next) = abi.decode(
            arguments,
            (InstructionKind, uint8, DeskLimits)
        );
        DeskLimits memory current = IOperatorDesk(target).deskLimits(kind, market);
        if (kind == InstructionKind.OpenInterestCap) return _capsMore(current, next);
        return kind == InstructionKind.InsuranceMove && _movesLess(current, next);
    }

    /// @dev Whatever cap could be set before can be set afterwards, for as long. `mostUnits` zero allows nothing.
    function _capsMore(DeskLimits memory current, DeskLimits memory next) private pure returns (bool) {
        return
            current.mostUnits != 0 &&
            next.leastUnits <= current.leastUnits &&
            next.mostUnits >= current.mostUnits &&
            next.mostSeconds >= current.mostSeconds;
    }

    /// @dev Whatever could not be moved before cannot be moved afterwards.
    function _movesLess(DeskLimits memory current, DeskLimits memory next) private pure returns (bool) {
        if (next.mostUnits == 0) return true;
        return
            next.leastUnits >= current.leastUnits &&
            next.mostUnits <= current.mostUnits &&
            next.mostUnitsDaily <= current.mostUnitsDaily;
    }
}
