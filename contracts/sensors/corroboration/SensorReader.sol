// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISensor} from "../../interfaces/ISensor.sol";
import {BoundedRead} from "../../libraries/BoundedRead.sol";
import {Rungs} from "../../types/Rungs.sol";

/// @title SensorReader
/// @notice Asks a sensor what it last asserted, and lets it do no harm.
library SensorReader {
    /// @notice Gas that a sensor may use to answer. One cold storage read costs a tenth of it.
    uint256 internal constant SENSOR_GAS = 30_000;

    uint256 private constant ANSWER_WORDS = 2;
    uint256 private constant RUNGS_MASK = 0x37;

    /// @notice What `sensor` last asserted for `market`, and when, in unix seconds.
    /// @return ok False when it did not answer in two words, named rungs off the ladder, or a time later than now.
    function lastAsserted(ISensor sensor, uint8 market) internal view returns (bool ok, Rungs rungs, uint256 at) {
        bytes memory data = abi.encodeCall(ISensor.lastAsserted, (market));
        uint256[] memory answer;
        (ok, answer) = BoundedRead.words(address(sensor), data, SENSOR_GAS, ANSWER_WORDS);
        if (!ok || answer[0] & ~RUNGS_MASK != 0 || answer[1] > block.timestamp) return (false, rungs, 0);
        // The mask leaves six bits.
        return (true, Rungs.wrap(uint8(answer[0])), answer[1]);
    }

    /// @notice Gas that has to be left before {lastAsserted}.
    function gasNeeded() internal pure returns (uint256) {
        return BoundedRead.gasNeeded(SENSOR_GAS);
    }
}
