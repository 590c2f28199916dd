// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DrawdownParameters, IDrawdownSensor} from "../../interfaces/IDrawdownSensor.sol";
import {Rungs} from "../../types/Rungs.sol";

/// @title DrawdownBounds
/// @notice What governance may set a market to. The bounds themselves cannot be changed.
library DrawdownBounds {
    /// @dev A window that a stablecoin's peg needs.
    uint256 internal constant MIN_TIER_BPS = 50;
    /// @dev A fall cannot exceed 100 %; a tier that cannot be reached would be no tier.
    uint256 internal constant MAX_TIER_BPS = 9_500;
    /// @dev In tenths: tiers closer than this draw the price from one to the next (magnet effect).
    uint256 internal constant TIER_RATIO_TENTHS = 15;
    uint256 internal constant TENTHS = 10;
    uint256 internal constant MIN_BUCKET_SECONDS = 10 minutes;
    uint256 internal constant MAX_BUCKET_SECONDS = 5 days;
    /// @dev Two windows that are nearly one would be one rule stated twice.
    uint256 internal constant WINDOW_RATIO = 2;
    uint256 internal constant MIN_CLIP_BPS = 10;
    uint256 internal constant MIN_GAP_SECONDS = 5;

    /// @notice Reverts unless `parameters` keep to the bounds.
    function validate(DrawdownParameters memory parameters) internal pure {
        _within("shortTier1Bps", parameters.shortTier1Bps, MIN_TIER_BPS, MAX_TIER_BPS);
        _within("shortTier2Bps", parameters.shortTier2Bps, _above(parameters.shortTier1Bps), MAX_TIER_BPS);
        _within("shortTier3Bps", parameters.shortTier3Bps, _above(parameters.shortTier2Bps), MAX_TIER_BPS);
        // A fall within the short window is one within the long window too.
        _within("longTier1Bps", parameters.longTier1Bps, parameters.shortTier1Bps, MAX_TIER_BPS);
        _within("longTier2Bps", parameters.longTier2Bps, _above(parameters.longTier1Bps), MAX_TIER_BPS);
        _within("longTier3Bps", parameters.longTier3Bps, _above(parameters.longTier2Bps), MAX_TIER_BPS);
        _validateRungs(1, parameters.tier1Rungs, Rungs.wrap(0));
        _validateRungs(2, parameters.tier2Rungs, parameters.tier1Rungs);
        _validateRungs(3, parameters.tier3Rungs, parameters.tier2Rungs);
        _within("shortBucketSeconds", parameters.shortBucketSeconds, MIN_BUCKET_SECONDS, MAX_BUCKET_SECONDS);
        uint256 leastLong = WINDOW_RATIO * parameters.shortBucketSeconds;
        _within("longBucketSeconds", parameters.longBucketSeconds, leastLong, MAX_BUCKET_SECONDS);
        // One price that is too high is no fall when it is gone.
        _within("clipBps", parameters.clipBps, MIN_CLIP_BPS, parameters.shortTier1Bps);
        _within("gapSeconds", parameters.gapSeconds, MIN_GAP_SECONDS, parameters.shortBucketSeconds);
        _within("seedMaxAgeSeconds", parameters.seedMaxAgeSeconds, 1, type(uint8).max);
    }

    function _above(uint256 tierBps) private pure returns (uint256) {
        return (tierBps * TIER_RATIO_TENTHS) / TENTHS;
    }

    function _validateRungs(uint8 tier, Rungs rungs, Rungs below) private pure {
        rungs.validate();
        if (rungs.isCalm() || below.exceeds(rungs)) {
            revert IDrawdownSensor.DrawdownSensor_InvalidRungs(tier, rungs);
        }
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert IDrawdownSensor.DrawdownSensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
