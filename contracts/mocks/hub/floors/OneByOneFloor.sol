// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../interfaces/IIncidentState.sol";
import {Rungs} from "../../../types/Rungs.sol";

/// @title OneByOneFloor
/// @notice Halts a protocol the way that protocols without a market for the whole of it have to: market by market, in one
/// transaction. For comparison of gas only.
contract OneByOneFloor {
    /// @notice Asserts `rungs` for the markets 1 to `last`. This contract has a grant at `hub`.
    function assertAll(IIncidentState hub, uint8 last, Rungs rungs) external {
        for (uint8 market = 1; market <= last; ++market) {
            hub.assertRungs(market, rungs);
        }
    }
}
