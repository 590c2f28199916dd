// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandParameters} from "../../interfaces/IPriceBandSensor.sol";
import {Price} from "../../interfaces/IPriceAggregator.sol";
import {Rungs} from "../../types/Rungs.sol";

using BandLib for Band global;

/// @notice What a sensor remembers of one market: two slots. Prices have 18 decimals and fit 112 bits, the
/// aggregator's own bound; times are unix seconds.
struct Band {
    // Moving average of the price; zero until seeded.
    uint112 referenceE18;
    // Price that the long window is measured from, and since when.
    uint112 anchorE18;
    uint32 anchoredAt;
    // Price, deviation and tier at the latest poke that saw something new.
    uint112 priceE18;
    uint24 deviationBps;
    uint8 tier;
    // Publish time of the price that last moved the reference, and the block time at which it did.
    uint32 publishTime;
    uint32 pulsedAt;
    // The latest breach: until when it lasts, the highest tier it reached, whether it counts one tier up.
    uint32 breachEndsAt;
    uint8 breachTier;
    bool isEscalated;
}

/// @title BandLib
/// @notice The arithmetic of the price band. Knows no hub and no clock: time is passed in.
/// @dev Prices are at most 2^112 and factors at most 2^32, so no product here can overflow 256 bits.
library BandLib {
    uint256 private constant BPS = 10_000;
    uint8 private constant TOP_TIER = 3;
    uint256 private constant ESCALATION_FACTOR = 2;

    /// @notice How far `price` lies from `centre` in basis points of it, rounded down, after its confidence has been
    /// taken off. Confidence counts up to `allowanceBps`: sources that disagree more than that are not noise, and must
    /// not blind the band. Held to 24 bits.
    function deviationBps(Price memory price, uint256 centre, uint256 allowanceBps) internal pure returns (uint24) {
        uint256 distance = price.priceE18 > centre ? price.priceE18 - centre : centre - price.priceE18;
        uint256 most = (centre * allowanceBps) / BPS;
        uint256 allowance = price.confidenceE18 < most ? price.confidenceE18 : most;
        if (distance <= allowance) return 0;

        uint256 share = ((distance - allowance) * BPS) / centre;
        return share > type(uint24).max ? type(uint24).max : uint24(share);
    }

    /// @notice The tier that `price` is in, 0 inside the band, before escalation; and its deviation from the reference.
    function tierOf(
        Band memory band,
        Price memory price,
        BandParameters memory parameters
    ) internal pure returns (uint8 tier, uint24 deviation) {
        deviation = deviationBps(price, band.referenceE18, parameters.tier1Bps);
        if (deviation >= parameters.tier3Bps) return (3, deviation);
        if (deviation >= parameters.tier2Bps) return (2, deviation);
        if (deviation >= parameters.tier1Bps) return (1, deviation);

        uint256 walked = deviationBps(price, band.anchorE18, parameters.tier1Bps);
        uint256 most = price.priceE18 > band.anchorE18 ? parameters.anchorUpBps : parameters.anchorDownBps;
        return (walked >= most ? 1 : 0, deviation);
    }

    /// @notice Writes a breach of `tier` at `time` into `band`.
    /// A breach lasts until its tier's time has passed since the price was last seen outside. One that begins within
    /// twice that time after the last one ended counts one tier up, for as long as it lasts. The step is taken from what the price
    /// does now, not from the last breach, so that a row of small breaches does not climb to a halt by itself.
    /// @return escalated The tier to assert.
    function breach(
        Band memory band,
        uint8 tier,
        BandParameters memory parameters,
        uint256 time
    ) internal pure returns (uint8 escalated) {
        if (time > band.breachEndsAt) {
            uint256 memorySeconds = ESCALATION_FACTOR * secondsOf(parameters, band.breachTier);
            band.isEscalated = band.breachTier != 0 && time <= band.breachEndsAt + memorySeconds;
            band.breachTier = 0;
        }
        escalated = band.isEscalated && tier < TOP_TIER ? tier + 1 : tier;
        uint256 endsAt = time + secondsOf(parameters, escalated);
        // Unix seconds in 32 bits, as in a word.
        if (endsAt > band.breachEndsAt) band.breachEndsAt = uint32(endsAt);
        if (escalated > band.breachTier) band.breachTier = escalated;
    }

    /// @notice Moves reference and anchor by one pulse: `price` is taken in, at `time`.
    function advance(
        Band memory band,
        Price memory price,
        BandParameters memory parameters,
        uint256 time
    ) internal pure {
        uint256 elapsed = price.publishTime - band.publishTime;
        band.referenceE18 = stepped(band.referenceE18, price.priceE18, elapsed, parameters);
        if (time >= uint256(band.anchoredAt) + parameters.anchorSeconds) {
            band.anchorE18 = crept(band.anchorE18, price.priceE18, parameters);
            band.anchoredAt = uint32(time);
        }
        // The aggregator lets no publish time lie ahead of the block.
        band.publishTime = uint32(price.publishTime);
        band.pulsedAt = uint32(time);
    }

    /// @notice `referenceE18` after `elapsed` seconds at `price`: exponential average with weight
    /// elapsed / (elapsed + tau), which stays below one however long nobody looked, and the step clipped.
    function stepped(
        uint256 referenceE18,
        uint256 price,
        uint256 elapsed,
        BandParameters memory parameters
    ) internal pure returns (uint112) {
        bool isUp = price > referenceE18;
        uint256 distance = isUp ? price - referenceE18 : referenceE18 - price;
        uint256 step = (distance * elapsed) / (elapsed + parameters.tauSeconds);
        uint256 most = (referenceE18 * parameters.clipBps) / BPS;
        if (step > most) step = most;
        // Between reference and price, which both fit.
        return uint112(isUp ? referenceE18 + step : referenceE18 - step);
    }

    /// @notice The next anchor once the long window has passed: the price, or the edge of what was allowed when the
    /// price is beyond it. A walk past the edge is thus held against the price for another window.
    function crept(uint256 anchor, uint256 price, BandParameters memory parameters) internal pure returns (uint112) {
        uint256 top = (anchor * (BPS + parameters.anchorUpBps)) / BPS;
        uint256 bottom = (anchor * (BPS - parameters.anchorDownBps)) / BPS;
        // `top` is only taken when the price, which fits, is above it.
        if (price > top) return uint112(top);
        return uint112(price < bottom ? bottom : price);
    }

    /// @notice How long a breach of `tier` lasts, in seconds; 0 for tier 0.
    function secondsOf(BandParameters memory parameters, uint8 tier) internal pure returns (uint256) {
        if (tier == 0) return 0;
        if (tier == 1) return parameters.tier1Seconds;
        return tier == 2 ? parameters.tier2Seconds : parameters.tier3Seconds;
    }

    /// @notice What `tier` asserts; calm for tier 0.
    function rungsOf(BandParameters memory parameters, uint8 tier) internal pure returns (Rungs) {
        if (tier == 0) return Rungs.wrap(0);
        if (tier == 1) return parameters.tier1Rungs;
        return tier == 2 ? parameters.tier2Rungs : parameters.tier3Rungs;
    }
}
