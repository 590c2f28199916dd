// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISolvencySensor, SolvencyParameters} from "../../interfaces/ISolvencySensor.sol";
import {REDUCE_ONLY, Rungs} from "../../types/Rungs.sol";

/// @title SolvencyBounds
/// @notice What governance may set a market to. The bounds themselves cannot be changed.
library SolvencyBounds {
    uint256 internal constant MIN_EQUITY_BPS = 1;
    uint256 internal constant MAX_EQUITY_BPS = 5_000;
    /// @dev Tiers closer than this draw a market from one to the next (magnet effect).
    uint256 internal constant TIER_RATIO = 2;
    uint256 internal constant MIN_SHARE_BPS = 500;
    /// @dev At the whole target a fund would trip as soon as it is used at all.
    uint256 internal constant MAX_TARGET_BPS = 9_500;
    uint256 internal constant MAX_STRESS_BPS = 20_000;
    uint256 internal constant MIN_DRAWDOWN_BPS = 500;
    uint256 internal constant MAX_DRAWDOWN_BPS = 9_000;
    uint256 internal constant MIN_DRAWDOWN_SECONDS = 1 minutes;
    uint256 internal constant MAX_DRAWDOWN_SECONDS = 1 days;
    uint256 internal constant MIN_BLIND_SECONDS = 5 minutes;
    uint256 internal constant MAX_BLIND_SECONDS = 1 days;
    /// @dev A halt stops liquidation, which is what would mend insolvency. To halt takes a second class of sensor.
    uint8 internal constant MOST_BREAKER = REDUCE_ONLY;

    /// @notice Reverts unless `parameters` keep to the bounds. `mostDust` is in units of collateral.
    function validate(SolvencyParameters memory parameters, uint256 mostDust) internal pure {
        _within("equity1Bps", parameters.equity1Bps, MIN_EQUITY_BPS, MAX_EQUITY_BPS);
        _within("equity2Bps", parameters.equity2Bps, TIER_RATIO * parameters.equity1Bps, MAX_EQUITY_BPS);
        _within("equity3Bps", parameters.equity3Bps, TIER_RATIO * parameters.equity2Bps, MAX_EQUITY_BPS);
        _within("target3Bps", parameters.target3Bps, MIN_SHARE_BPS, MAX_TARGET_BPS);
        _within("target2Bps", parameters.target2Bps, uint256(parameters.target3Bps) + 1, MAX_TARGET_BPS);
        _within("target1Bps", parameters.target1Bps, uint256(parameters.target2Bps) + 1, MAX_TARGET_BPS);
        _within("stress3Bps", parameters.stress3Bps, MIN_SHARE_BPS, MAX_STRESS_BPS);
        _within("stress2Bps", parameters.stress2Bps, TIER_RATIO * parameters.stress3Bps, MAX_STRESS_BPS);
        _within("stress1Bps", parameters.stress1Bps, TIER_RATIO * parameters.stress2Bps, MAX_STRESS_BPS);
        _within("drawdownBps", parameters.drawdownBps, MIN_DRAWDOWN_BPS, MAX_DRAWDOWN_BPS);
        _within("drawdownSeconds", parameters.drawdownSeconds, MIN_DRAWDOWN_SECONDS, MAX_DRAWDOWN_SECONDS);
        _within("blindSeconds", parameters.blindSeconds, MIN_BLIND_SECONDS, MAX_BLIND_SECONDS);
        _within("dust", parameters.dust, 0, mostDust);
        _validateRungs(1, parameters.tier1Rungs, Rungs.wrap(0));
        _validateRungs(2, parameters.tier2Rungs, parameters.tier1Rungs);
        _validateRungs(3, parameters.tier3Rungs, parameters.tier2Rungs);
    }

    function _validateRungs(uint8 tier, Rungs rungs, Rungs below) private pure {
        rungs.validate();
        if (rungs.isCalm() || below.exceeds(rungs) || rungs.breaker() > MOST_BREAKER) {
            revert ISolvencySensor.SolvencySensor_InvalidRungs(tier, rungs);
        }
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert ISolvencySensor.SolvencySensor_OutOfBounds(parameter, value, least, most);
        }
    }
}
