// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandParameters, IPriceBandSensor} from "../../interfaces/IPriceBandSensor.sol";
import {Judge} from "./Judge.sol";

/// @title BandJudge
/// @notice Compares bands of a {PriceBandSensor}, observation by observation: whatever the sensor remembers and whatever
/// the price is, the next poke asserts at least what it would have asserted.
/// @dev Thresholds and rungs can be compared so. What shapes the memory cannot: a slower reference is tighter in a fall
/// and looser in the recovery, and a longer breach swallows the re-breach that would have escalated. Memory has to stay
/// as it is. That tiers are in order is the sensor's own check, at the change itself.
contract BandJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector != IPriceBandSensor.setMarket.selector) return false;

        (uint8 market, BandParameters memory next) = abi.decode(arguments, (uint8, BandParameters));
        BandParameters memory current = IPriceBandSensor(target).band(market);
        // A market that is not set up asserts nothing.
        if (current.tauSeconds == 0) return true;
        return _isNoWider(current, next) && _assertsNoLess(current, next) && _remembersAlike(current, next);
    }

    function _isNoWider(BandParameters memory current, BandParameters memory next) private pure returns (bool) {
        return
            next.tier1Bps <= current.tier1Bps &&
            next.tier2Bps <= current.tier2Bps &&
            next.tier3Bps <= current.tier3Bps &&
            next.anchorUpBps <= current.anchorUpBps &&
            next.anchorDownBps <= current.anchorDownBps;
    }

    function _assertsNoLess(BandParameters memory current, BandParameters memory next) private pure returns (bool) {
        return
            !current.tier1Rungs.exceeds(next.tier1Rungs) &&
            !current.tier2Rungs.exceeds(next.tier2Rungs) &&
            !current.tier3Rungs.exceeds(next.tier3Rungs);
    }

    function _remembersAlike(BandParameters memory current, BandParameters memory next) private pure returns (bool) {
        return
            next.tier1Seconds == current.tier1Seconds &&
            next.tier2Seconds == current.tier2Seconds &&
            next.tier3Seconds == current.tier3Seconds &&
            _movesAlike(current, next);
    }

    function _movesAlike(BandParameters memory current, BandParameters memory next) private pure returns (bool) {
        return
            next.tauSeconds == current.tauSeconds &&
            next.clipBps == current.clipBps &&
            next.anchorSeconds == current.anchorSeconds &&
            next.seedMaxAgeSeconds == current.seedMaxAgeSeconds &&
            next.minGapSeconds == current.minGapSeconds;
    }
}
