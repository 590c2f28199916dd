// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

using MatrixLib for Matrix global;

/// @notice What a price is wanted for. Append, never reorder: the number is in calls.
enum Action {
    // Takes on risk.
    Open,
    // Takes risk off.
    Close,
    // Closes somebody else's position by force.
    Liquidate,
    // Takes collateral out.
    Withdraw,
    // Takes from those in profit what could not be liquidated.
    Deleverage,
    // Lets a halted market trade again.
    Lift
}

/// @dev Number of actions.
uint256 constant ACTIONS = 6;

/// @notice What one action asks of a price. All zero when it was never set: then the action has no price.
struct ActionLimit {
    // A feed older than this is left out, and so is one older than its own maximum age.
    uint24 maxAgeSeconds;
    // A feed whose own confidence is wider than this share of its price is left out; an aggregate that is, is no price.
    uint16 maxConfidenceBps;
    // No price while the chain's sequencer is down, cannot be judged, or came back less than the grace ago.
    bool needsSequencer;
}

/// @notice One market's limits for every action, in one slot: lane a holds action a, from the least significant bit on,
/// 24 bits of age, 16 bits of confidence, 1 bit for the sequencer.
type Matrix is uint256;

/// @title MatrixLib
/// @notice Packs and reads a market's row of the staleness matrix. Six lanes of 41 bits: 246 bits.
library MatrixLib {
    uint256 private constant LANE_BITS = 41;
    uint256 private constant CONFIDENCE_SHIFT = 24;
    uint256 private constant SEQUENCER_SHIFT = 40;

    /// @notice `limits`, in the order of {Action}, in one slot.
    function pack(ActionLimit[ACTIONS] memory limits) internal pure returns (Matrix) {
        uint256 packed;
        for (uint256 i; i < ACTIONS; ++i) {
            ActionLimit memory limit = limits[i];
            uint256 lane = limit.maxAgeSeconds | (uint256(limit.maxConfidenceBps) << CONFIDENCE_SHIFT);
            if (limit.needsSequencer) lane |= 1 << SEQUENCER_SHIFT;
            packed |= lane << (i * LANE_BITS);
        }
        return Matrix.wrap(packed);
    }

    /// @notice What `action` asks.
    function at(Matrix matrix, Action action) internal pure returns (ActionLimit memory limit) {
        uint256 lane = Matrix.unwrap(matrix) >> (uint256(action) * LANE_BITS);
        // Each cast keeps the lane's own bits and drops those above them.
        limit.maxAgeSeconds = uint24(lane);
        limit.maxConfidenceBps = uint16(lane >> CONFIDENCE_SHIFT);
        limit.needsSequencer = (lane >> SEQUENCER_SHIFT) & 1 == 1;
    }

    /// @notice What every action asks, in the order of {Action}.
    function unpack(Matrix matrix) internal pure returns (ActionLimit[ACTIONS] memory limits) {
        for (uint256 i; i < ACTIONS; ++i) {
            limits[i] = matrix.at(Action(i));
        }
    }
}
