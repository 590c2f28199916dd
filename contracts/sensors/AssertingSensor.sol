// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {ISensor} from "../interfaces/ISensor.sol";
import {Rungs} from "../types/Rungs.sol";

/// @title AssertingSensor
/// @notice What all sensors share: the hub, and a record of what was last asserted there.
abstract contract AssertingSensor is ISensor {
    /// @dev One slot.
    struct Assertion {
        Rungs rungs;
        uint64 at;
    }

    /// @inheritdoc ISensor
    IIncidentState public immutable hub;

    /// @dev market => what was last asserted
    mapping(uint8 => Assertion) private _asserted;

    constructor(IIncidentState hub_) {
        hub = hub_;
    }

    /// @inheritdoc ISensor
    function lastAsserted(uint8 market) external view returns (Rungs rungs, uint64 at) {
        Assertion memory last = _asserted[market];
        return (last.rungs, last.at);
    }

    /// @dev Asserts `rungs` at the hub unless they are calm. Reverts when the hub does: no grant, unknown market, or too
    /// little gas for its mirrors.
    function _assertRungs(uint8 market, Rungs rungs) internal {
        if (rungs.isCalm()) return;
        _asserted[market] = Assertion(rungs, uint64(block.timestamp));
        hub.assertRungs(market, rungs);
    }
}
