// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandParameters, IPriceBandSensor} from "../../interfaces/IPriceBandSensor.sol";
import {Rungs} from "../../types/Rungs.sol";

/// @title BandBounds
/// @notice What governance may set a band to. The bounds themselves cannot be changed.
library BandBounds {
    uint256 internal constant MIN_TIER_BPS = 50;
    /// @dev A fall cannot exceed 100 %; a tier that cannot be reached would be no tier.
    uint256 internal constant MAX_TIER_BPS = 9_000;
    /// @dev Tiers closer than this draw the price from one to the next (magnet effect).
    uint256 internal constant TIER_RATIO = 2;
    uint256 internal constant MIN_BREACH_SECONDS = 1 minutes;
    uint256 internal constant MAX_BREACH_SECONDS = 2 days;
    uint256 internal constant MIN_TAU_SECONDS = 1 minutes;
    uint256 internal constant MAX_TAU_SECONDS = 1 days;
    uint256 internal constant MIN_CLIP_BPS = 10;
    uint256 internal constant MAX_ANCHOR_UP_BPS = 20_000;
    uint256 internal constant MIN_ANCHOR_SECONDS = 1 hours;
    uint256 internal constant MAX_ANCHOR_SECONDS = 2 days;

    /// @notice Reverts unless `parameters` keep to the bounds.
    function validate(BandParameters memory parameters) internal pure {
        _validateTiers(parameters);
        _validateRungs(parameters);
        _within("tauSeconds", parameters.tauSeconds, MIN_TAU_SECONDS, MAX_TAU_SECONDS);
        // One pulse moves the reference by less than takes a price through the first tier.
        _within("clipBps", parameters.clipBps, MIN_CLIP_BPS, parameters.tier1Bps);
        _within("anchorUpBps", parameters.anchorUpBps, parameters.tier1Bps, MAX_ANCHOR_UP_BPS);
        _within("anchorDownBps", parameters.anchorDownBps, parameters.tier1Bps, MAX_TIER_BPS);
        _within("anchorSeconds", parameters.anchorSeconds, MIN_ANCHOR_SECONDS, MAX_ANCHOR_SECONDS);
        _within("seedMaxAgeSeconds", parameters.seedMaxAgeSeconds, 1, type(uint8).max);
        _within("minGapSeconds", parameters.minGapSeconds, 1, type(uint8).max);
    }

    function _validateTiers(BandParameters memory parameters) private pure {
        _within("tier1Bps", parameters.tier1Bps, MIN_TIER_BPS, MAX_TIER_BPS);
        _within("tier2Bps", parameters.tier2Bps, TIER_RATIO * parameters.tier1Bps, MAX_TIER_BPS);
        _within("tier3Bps", parameters.tier3Bps, TIER_RATIO * parameters.tier2Bps, MAX_TIER_BPS);
        _within("tier1Seconds", parameters.tier1Seconds, MIN_BREACH_SECONDS, MAX_BREACH_SECONDS);
        _within("tier2Seconds", parameters.tier2Seconds, parameters.tier1Seconds, MAX_BREACH_SECONDS);
        _within("tier3Seconds", parameters.tier3Seconds, parameters.tier2Seconds, MAX_BREACH_SECONDS);
    }

    function _validateRungs(BandParameters memory parameters) private pure {
        _validateRungsOf(1, parameters.tier1Rungs, Rungs.wrap(0));
        _validateRungsOf(2, parameters.tier2Rungs, parameters.tier1Rungs);
        _validateRungsOf(3, parameters.tier3Rungs, parameters.tier2Rungs);
    }

    function _validateRungsOf(uint8 tier, Rungs rungs, Rungs below) private pure {
        rungs.validate();
        if (rungs.isCalm() || below.exceeds(rungs)) {
            revert IPriceBandSensor.PriceBandSensor_InvalidRungs(tier, rungs);
        }
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert IPriceBandSensor.PriceBandSensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
