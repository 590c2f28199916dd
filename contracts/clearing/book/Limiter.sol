// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

using LimiterLib for Limiter global;

/// @notice What has passed lately, decaying linearly to nothing within a window.
struct Limiter {
    uint192 passed;
    uint64 at;
}

/// @title LimiterLib
/// @notice At most a limit within a window (formulas.md 4.6, "Linear decay"). A changed limit refills nothing: what has
/// passed stays passed.
library LimiterLib {
    /// @notice What may still pass under `limit`.
    function left(Limiter storage limiter, uint256 limit, uint256 window) internal view returns (uint256) {
        uint256 passed = limiter.pending(limit, window);
        return passed >= limit ? 0 : limit - passed;
    }

    /// @notice Counts `amount` as passed under `limit`. The caller has asked {left}.
    function count(Limiter storage limiter, uint256 amount, uint256 limit, uint256 window) internal {
        limiter.passed = SafeCast.toUint192(limiter.pending(limit, window) + amount);
        limiter.at = uint64(block.timestamp);
    }

    /// @dev What has passed and not decayed yet. Decays by the limit in a window, so nothing outlives its own.
    function pending(Limiter storage limiter, uint256 limit, uint256 window) internal view returns (uint256) {
        uint256 elapsed = block.timestamp - limiter.at;
        if (elapsed >= window) return 0;
        // Limits are below 2^192, windows below 2^32.
        uint256 decayed = (limit * elapsed) / window;
        return decayed >= limiter.passed ? 0 : limiter.passed - decayed;
    }
}
