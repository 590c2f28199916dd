// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DrawdownParameters} from "../../interfaces/IDrawdownSensor.sol";
import {Price} from "../../interfaces/IPriceAggregator.sol";
import {CompactPriceLib} from "../../libraries/fixed-point/CompactPrice.sol";
import {Rungs} from "../../types/Rungs.sol";
import {Peaks} from "./Peaks.sol";

/// @title Drawdown
/// @notice The arithmetic of falls and tiers. Knows no hub and no clock.
/// @dev Prices are below 2^112 and factors below 2^16, so no product here can overflow 256 bits.
library Drawdown {
    uint256 private constant BPS = 10_000;

    /// @notice How far `price` is below `peak`, in basis points of it, rounded down, after its confidence has been taken
    /// off. Confidence counts up to `allowanceBps`: sources that disagree more than that are not noise.
    function fallBps(Price memory price, uint256 peak, uint256 allowanceBps) internal pure returns (uint256) {
        uint256 most = (peak * allowanceBps) / BPS;
        uint256 reached = price.priceE18 + (price.confidenceE18 < most ? price.confidenceE18 : most);
        return reached < peak ? ((peak - reached) * BPS) / peak : 0;
    }

    /// @notice The tier of a fall of `shortBps` in the short window and `longBps` in the long one, 0 for none.
    function tierOf(
        uint256 shortBps,
        uint256 longBps,
        DrawdownParameters memory parameters
    ) internal pure returns (uint8) {
        if (shortBps >= parameters.shortTier3Bps || longBps >= parameters.longTier3Bps) return 3;
        if (shortBps >= parameters.shortTier2Bps || longBps >= parameters.longTier2Bps) return 2;
        return shortBps >= parameters.shortTier1Bps || longBps >= parameters.longTier1Bps ? 1 : 0;
    }

    /// @notice `peaks` after `priceE18`, which raises their highest by `clipBps` at the most, unless they are empty.
    function recorded(
        Peaks peaks,
        uint256 highestE18,
        uint256 priceE18,
        uint256 clipBps
    ) internal pure returns (Peaks) {
        uint256 most = (highestE18 * (BPS + clipBps)) / BPS;
        return peaks.raisedTo(CompactPriceLib.compact(highestE18 != 0 && priceE18 > most ? most : priceE18));
    }

    /// @notice What `tier` asserts; calm for tier 0.
    function rungsOf(uint8 tier, DrawdownParameters memory parameters) internal pure returns (Rungs) {
        if (tier == 0) return Rungs.wrap(0);
        if (tier == 1) return parameters.tier1Rungs;
        return tier == 2 ? parameters.tier2Rungs : parameters.tier3Rungs;
    }
}
