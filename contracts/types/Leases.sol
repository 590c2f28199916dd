// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using LeasesLib for Leases global;

/// @notice How long an assertion of each rung stays in force, in seconds, laid out lane for lane as a {Word}.
/// The `voidBefore` lane is 0.
type Leases is uint256;

/// @title LeasesLib
/// @notice Reads and checks leases.
library LeasesLib {
    uint256 private constant LANE_BITS = 32;
    uint256 private constant TOP_SHIFT = 224;
    /// @dev Every bit of every lane but the topmost, which a shift by one takes from the lane above.
    uint256 private constant HALF_LANES = 0x7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff7fffffff;

    /// @dev No lease is shorter than what a lone operator may cause, or backdating an unfinalised entry would have to
    /// stamp it in the future.
    uint256 internal constant MIN_SECONDS = 10 minutes;
    uint256 internal constant MAX_SECONDS = 7 days;

    /// @notice Thrown when a lease is out of bounds, or a higher rung's lease is longer than a lower one's: recovery
    /// would then skip a stage.
    /// @param lane The lane, 0 (voidBefore) to 7 (m4).
    /// @param leaseSeconds The lease given for it.
    error Leases_Invalid(uint256 lane, uint256 leaseSeconds);

    /// @notice Lease of lane `index`, in seconds.
    function secondsOf(Leases leases, uint256 index) internal pure returns (uint256) {
        return (Leases.unwrap(leases) >> (TOP_SHIFT - index * LANE_BITS)) & type(uint32).max;
    }

    /// @notice Leases half as long, rounded down.
    function halved(Leases leases) internal pure returns (Leases) {
        return Leases.wrap((Leases.unwrap(leases) >> 1) & HALF_LANES);
    }

    /// @notice Reverts unless every lease is within bounds and leases do not grow as rungs rise.
    function validate(Leases leases) internal pure {
        if (leases.secondsOf(0) != 0) revert Leases_Invalid(0, leases.secondsOf(0));
        for (uint256 index = 1; index < 8; ++index) {
            uint256 lease = leases.secondsOf(index);
            bool isLowest = index == 1 || index == 4;
            bool isLonger = !isLowest && lease > leases.secondsOf(index - 1);
            if (lease < MIN_SECONDS || lease > MAX_SECONDS || isLonger) revert Leases_Invalid(index, lease);
        }
    }
}
