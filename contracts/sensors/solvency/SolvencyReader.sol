// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISolvencySource, SolvencyReport} from "../../interfaces/ISolvencySource.sol";
import {BoundedRead} from "../../libraries/BoundedRead.sol";

/// @title SolvencyReader
/// @notice Reads a report from a venue that may do anything.
library SolvencyReader {
    uint256 private constant REPORT_WORDS = 5;

    /// @notice What `source` reports of `market`.
    /// @return ok False when it reverted, used up `gasGiven`, returned anything but five words, or an amount of 2^112 or
    /// more: products with basis points must not overflow, and no collateral has as many units.
    function read(
        ISolvencySource source,
        uint8 market,
        uint256 gasGiven
    ) internal view returns (bool ok, SolvencyReport memory report) {
        bytes memory data = abi.encodeCall(ISolvencySource.solvencyOf, (market));
        uint256[] memory answer;
        (ok, answer) = BoundedRead.words(address(source), data, gasGiven, REPORT_WORDS);
        for (uint256 i; i < REPORT_WORDS; ++i) {
            ok = ok && answer[i] <= type(uint112).max;
        }
        if (ok) report = SolvencyReport(answer[0], answer[1], answer[2], answer[3], answer[4]);
    }
}
