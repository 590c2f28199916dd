// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Bundle, IParameterTimelock} from "../../interfaces/IParameterTimelock.sol";

/// @title ReentrantTarget
/// @notice Executes another bundle while it is governed.
contract ReentrantTarget {
    IParameterTimelock private immutable TIMELOCK;

    constructor(IParameterTimelock timelock) {
        TIMELOCK = timelock;
    }

    function run(Bundle calldata bundle) external {
        try TIMELOCK.execute(bundle) {
            return;
        } catch (bytes memory reason) {
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}
