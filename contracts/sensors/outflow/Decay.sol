// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Decay
/// @notice Exponential forgetting, in 64-bit binary fixed point.
/// @dev Whether time passes in one step or in many, the result is the same up to 10^-6: nobody can hurry or delay
/// it by calling often.
library Decay {
    /// @notice One.
    uint256 internal constant ONE = 1 << 64;

    /// @dev log2(e) times 2^64.
    uint256 private constant LOG2_E = 26_613_026_195_688_644_983;

    /// @dev 2^-f = 1 - f (C1 - f (C2 - f (C3 - f (C4 - f C5)))) for f in [0, 1], up to 3 f 10^-7. The C are those of the
    /// polynomial through (1 - 2^-f) / f at the five Chebyshev nodes of [0, 1], times 2^64.
    uint256 private constant C1 = 12_786_304_294_389_208_396;
    uint256 private constant C2 = 4_431_178_908_813_190_314;
    uint256 private constant C3 = 1_022_107_517_294_218_323;
    uint256 private constant C4 = 172_370_638_039_485_053;
    uint256 private constant C5 = 18_513_715_236_905_904;

    /// @notice e^(-elapsed / window) times 2^64. Error below 3 10^-7.
    /// @param elapsed Seconds, at most 2^32.
    /// @param window Seconds, not zero.
    function factor(uint256 elapsed, uint256 window) internal pure returns (uint256 sum) {
        // `elapsed` times LOG2_E is below 2^97, all else below 2^64 times 2^64. Each bracket is positive: f is below
        // one, and every C larger than the next.
        unchecked {
            uint256 halvings = elapsed * LOG2_E;
            // Without Solidity's check for zero.
            assembly ("memory-safe") {
                halvings := div(halvings, window)
            }
            uint256 f = halvings % ONE;
            sum = C4 - ((f * C5) >> 64);
            sum = C3 - ((f * sum) >> 64);
            sum = C2 - ((f * sum) >> 64);
            sum = C1 - ((f * sum) >> 64);
            sum = (ONE - ((f * sum) >> 64)) >> (halvings >> 64);
        }
    }
}
