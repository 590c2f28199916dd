// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SolvencyParameters} from "../../interfaces/ISolvencySensor.sol";
import {SolvencyReport} from "../../interfaces/ISolvencySource.sol";
import {Rungs} from "../../types/Rungs.sol";

/// @notice What is remembered of a market's insurance: its highest in the window that runs and in the one before.
struct FundMemory {
    uint112 peak;
    uint112 earlierPeak;
    // Unix seconds at which the window that runs began.
    uint32 startedAt;
}

/// @title SolvencyRule
/// @notice The arithmetic of solvency. Knows no hub and no clock: time is passed in.
/// @dev Amounts are below 2^112 and shares below 2^16, so no product here can overflow 256 bits. Shares are compared by
/// cross-multiplication: nothing is rounded.
library SolvencyRule {
    uint8 internal constant NEGATIVE_EQUITY = 1;
    uint8 internal constant BELOW_TARGET = 2;
    uint8 internal constant DRAWDOWN = 4;
    uint8 internal constant BELOW_STRESS = 8;

    uint256 private constant BPS = 10_000;
    uint8 private constant TOP_TIER = 3;

    /// @notice `memory_` after a report of `insurance` at `time`. Windows follow one another without gaps; after two
    /// without a report nothing is left of them. Constant cost however long nobody looked.
    function remembered(
        FundMemory memory memory_,
        uint256 insurance,
        uint256 time,
        uint256 windowSeconds
    ) internal pure returns (FundMemory memory) {
        uint256 elapsed = time - memory_.startedAt;
        // The reader lets no insurance of 2^112 or more pass; unix seconds fit 32 bits as in a word.
        uint112 amount = uint112(insurance);
        if (elapsed >= 2 * windowSeconds) return FundMemory(amount, 0, uint32(time));
        if (elapsed >= windowSeconds) {
            return FundMemory(amount, memory_.peak, uint32(memory_.startedAt + windowSeconds));
        }
        if (amount > memory_.peak) memory_.peak = amount;
        return memory_;
    }

    /// @notice The highest insurance that is remembered: over the last window at least, and over less than two.
    function peakOf(FundMemory memory memory_) internal pure returns (uint256) {
        return memory_.peak > memory_.earlierPeak ? memory_.peak : memory_.earlierPeak;
    }

    /// @notice The tier of `report`, 0 when no condition holds, and which conditions hold, a bit each.
    /// @param peak What insurance is compared with for its drawdown.
    function tierOf(
        SolvencyReport memory report,
        uint256 peak,
        SolvencyParameters memory parameters
    ) internal pure returns (uint8 tier, uint8 conditions) {
        tier = _equityTier(report, parameters);
        if (tier != 0) conditions = NEGATIVE_EQUITY;

        uint8 other = _targetTier(report, parameters);
        if (other != 0) conditions |= BELOW_TARGET;
        if (other > tier) tier = other;

        other = _stressTier(report, parameters);
        if (other != 0) conditions |= BELOW_STRESS;
        if (other > tier) tier = other;

        if (isDrawn(report.insurance, peak, parameters)) return (TOP_TIER, conditions | DRAWDOWN);
    }

    /// @notice Whether `insurance` lies at least the drawdown's share below `peak`.
    function isDrawn(
        uint256 insurance,
        uint256 peak,
        SolvencyParameters memory parameters
    ) internal pure returns (bool) {
        if (peak <= insurance || peak < parameters.dust) return false;
        return (peak - insurance) * BPS >= peak * parameters.drawdownBps;
    }

    /// @notice What `tier` asserts; calm for tier 0.
    function rungsOf(SolvencyParameters memory parameters, uint8 tier) internal pure returns (Rungs) {
        if (tier == 0) return Rungs.wrap(0);
        if (tier == 1) return parameters.tier1Rungs;
        return tier == 2 ? parameters.tier2Rungs : parameters.tier3Rungs;
    }

    /// @dev Without open interest any negative equity that counts is tier 3.
    function _equityTier(
        SolvencyReport memory report,
        SolvencyParameters memory parameters
    ) private pure returns (uint8) {
        if (report.negativeEquity == 0 || report.negativeEquity < parameters.dust) return 0;
        uint256 scaled = report.negativeEquity * BPS;
        if (scaled >= report.openInterest * parameters.equity3Bps) return 3;
        if (scaled >= report.openInterest * parameters.equity2Bps) return 2;
        return scaled >= report.openInterest * parameters.equity1Bps ? 1 : 0;
    }

    function _targetTier(
        SolvencyReport memory report,
        SolvencyParameters memory parameters
    ) private pure returns (uint8) {
        if (report.insuranceTarget == 0) return 0;
        uint256 scaled = report.insurance * BPS;
        if (scaled <= report.insuranceTarget * parameters.target3Bps) return 3;
        if (scaled <= report.insuranceTarget * parameters.target2Bps) return 2;
        return scaled <= report.insuranceTarget * parameters.target1Bps ? 1 : 0;
    }

    /// @dev Strictly below, so that insurance equal to the stressed loss covers it. Never below a loss of zero.
    function _stressTier(
        SolvencyReport memory report,
        SolvencyParameters memory parameters
    ) private pure returns (uint8) {
        uint256 scaled = report.insurance * BPS;
        if (scaled < report.stressedLoss * parameters.stress3Bps) return 3;
        if (scaled < report.stressedLoss * parameters.stress2Bps) return 2;
        return scaled < report.stressedLoss * parameters.stress1Bps ? 1 : 0;
    }
}
