// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using HoldingLib for Holding global;

/// @notice Shares of one side of a market and what they stand for, in one slot: shares in the upper 80 bits, basis in
/// the lower 176, signed. Basis is shares times the mark at which they came in; times the side's index it is what the
/// size has cost, in fine cash. One position, one tick and one whole side are all holdings, and add up.
type Holding is uint256;

/// @title HoldingLib
/// @notice Adds, splits and values holdings. Exact: the only division is in {split}, and there both parts are kept.
library HoldingLib {
    uint256 private constant BASIS_BITS = 176;

    /// @notice Thrown when shares or basis do not fit. Open interest, prices and drifts are bounded so that they do.
    error Holding_OutOfRange(int256 shares, int256 basis);

    /// @notice The holding of `shares` with `basis`.
    function make(int256 shares_, int256 basis_) internal pure returns (Holding) {
        bool fits = shares_ >= 0 && shares_ <= int256(uint256(type(uint80).max));
        if (!fits || basis_ != int256(int176(basis_))) revert Holding_OutOfRange(shares_, basis_);
        // Both fit their bits.
        return Holding.wrap((uint256(shares_) << BASIS_BITS) | uint256(uint176(int176(basis_))));
    }

    /// @notice Shares, below 2^80.
    function shares(Holding holding) internal pure returns (int256) {
        return int256(Holding.unwrap(holding) >> BASIS_BITS);
    }

    /// @notice Shares times the mark at which they came in.
    function basis(Holding holding) internal pure returns (int256) {
        // The lower 176 bits, sign extended.
        return int256(int176(uint176(Holding.unwrap(holding))));
    }

    function isEmpty(Holding holding) internal pure returns (bool) {
        return Holding.unwrap(holding) == 0;
    }

    function plus(Holding a, Holding b) internal pure returns (Holding) {
        return make(a.shares() + b.shares(), a.basis() + b.basis());
    }

    function minus(Holding a, Holding b) internal pure returns (Holding) {
        return make(a.shares() - b.shares(), a.basis() - b.basis());
    }

    /// @notice Takes `shares_` out, with their part of the basis. What division leaves over stays, so that the parts add
    /// up. The whole when `shares_` is all there is.
    function split(Holding holding, int256 shares_) internal pure returns (Holding taken) {
        if (shares_ == holding.shares()) return holding;
        return make(shares_, floorDiv(holding.basis() * shares_, holding.shares()));
    }

    /// @notice What the holding has gained at `mark`, per unit of index. Times the index it is fine cash.
    function gain(Holding holding, bool isLong, int256 mark) internal pure returns (int256) {
        int256 up = holding.shares() * mark - holding.basis();
        return isLong ? up : -up;
    }

    /// @notice Mark at which the shares came in on average, rounded down. Zero for no shares.
    function entry(Holding holding) internal pure returns (int256) {
        return holding.isEmpty() ? int256(0) : floorDiv(holding.basis(), holding.shares());
    }

    /// @notice `a / b` rounded towards minus infinity. `b` is positive.
    function floorDiv(int256 a, int256 b) internal pure returns (int256) {
        int256 quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
    }
}
