// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using RungsLib for Rungs global;

/// @notice One rung on each axis, in one byte: bits 4 and 5 the breaker rung (0 normal, 1 caution, 2 reduce-only,
/// 3 halted), bits 0 to 2 the margin rung (0 base, 1 to 4 = M1 to M4). Bit 7 is left to {Posture}.
type Rungs is uint8;

/// @dev Breaker rungs, mildest first. The number is the severity.
uint8 constant NORMAL = 0;
uint8 constant CAUTION = 1;
uint8 constant REDUCE_ONLY = 2;
uint8 constant HALTED = 3;

/// @dev Margin rungs above base, mildest first.
uint8 constant M1 = 1;
uint8 constant M2 = 2;
uint8 constant M3 = 3;
uint8 constant M4 = 4;

/// @title RungsLib
/// @notice Compares pairs of rungs axis by axis. Pure bit work: no revert, no rounding.
library RungsLib {
    uint8 private constant BREAKER_MASK = 0x30;
    uint8 private constant MARGIN_MASK = 0x07;

    /// @notice Thrown when a rung is not on its ladder.
    /// @param breaker Breaker rung given; at most {HALTED}.
    /// @param margin Margin rung given; at most {M4}.
    error Rungs_OffLadder(uint8 breaker, uint8 margin);

    /// @notice The pair (`breaker`, `margin`).
    function pair(uint8 breaker_, uint8 margin_) internal pure returns (Rungs) {
        if (breaker_ > HALTED || margin_ > M4) revert Rungs_OffLadder(breaker_, margin_);
        return Rungs.wrap((breaker_ << 4) | margin_);
    }

    /// @notice Reverts unless `rungs` is a pair that {pair} could have made.
    function validate(Rungs rungs) internal pure {
        bool clean = Rungs.unwrap(rungs) & ~(BREAKER_MASK | MARGIN_MASK) == 0;
        if (!clean || rungs.margin() > M4) revert Rungs_OffLadder(Rungs.unwrap(rungs) >> 4, rungs.margin());
    }

    /// @notice Breaker rung, 0 to 3.
    function breaker(Rungs rungs) internal pure returns (uint8) {
        return (Rungs.unwrap(rungs) & BREAKER_MASK) >> 4;
    }

    /// @notice Margin rung, 0 to 4.
    function margin(Rungs rungs) internal pure returns (uint8) {
        return Rungs.unwrap(rungs) & MARGIN_MASK;
    }

    /// @notice Whether the breaker is at its highest rung.
    function isHalt(Rungs rungs) internal pure returns (bool) {
        return Rungs.unwrap(rungs) & BREAKER_MASK == BREAKER_MASK;
    }

    /// @notice The mildest pair at least as severe as both: the higher rung on each axis.
    function join(Rungs a, Rungs b) internal pure returns (Rungs) {
        return Rungs.wrap(uint8(_higher(Rungs.unwrap(a), Rungs.unwrap(b))));
    }

    /// @notice The severest pair no more severe than either: the lower rung on each axis. How a ceiling is applied.
    function meet(Rungs a, Rungs b) internal pure returns (Rungs) {
        uint256 both = (Rungs.unwrap(a) ^ Rungs.unwrap(b)) & (BREAKER_MASK | MARGIN_MASK);
        // What of the two is not the higher is the lower.
        return Rungs.wrap(uint8(both ^ _higher(Rungs.unwrap(a), Rungs.unwrap(b))));
    }

    /// @dev The higher rung of `x` and `y` on each axis, and nothing else: starts with those of `x`, and where those of `y`
    /// are greater changes what differs.
    function _higher(uint256 x, uint256 y) private pure returns (uint256 rungs) {
        assembly ("memory-safe") {
            let differing := xor(x, y)
            rungs := and(x, or(BREAKER_MASK, MARGIN_MASK))
            let isGreater := gt(and(y, BREAKER_MASK), and(x, BREAKER_MASK))
            rungs := xor(rungs, mul(and(differing, BREAKER_MASK), isGreater))
            isGreater := gt(and(y, MARGIN_MASK), and(x, MARGIN_MASK))
            rungs := xor(rungs, mul(and(differing, MARGIN_MASK), isGreater))
        }
    }

    /// @notice Whether `a` is more severe than `b` on at least one axis.
    function exceeds(Rungs a, Rungs b) internal pure returns (bool) {
        return a.breaker() > b.breaker() || a.margin() > b.margin();
    }

    /// @notice Whether both axes are at their lowest rung.
    function isCalm(Rungs rungs) internal pure returns (bool) {
        return Rungs.unwrap(rungs) & (BREAKER_MASK | MARGIN_MASK) == 0;
    }

    /// @notice Whether `a` and `b` name the same rungs.
    function equals(Rungs a, Rungs b) internal pure returns (bool) {
        return Rungs.unwrap(a) == Rungs.unwrap(b);
    }
}
