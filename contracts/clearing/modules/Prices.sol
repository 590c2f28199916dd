// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {Price} from "../../interfaces/IPriceAggregator.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {Action} from "../../types/Matrix.sol";
import {MAX_PRICE, PRICE_ONE} from "../book/Scale.sol";
import {ClearingState} from "../ClearingState.sol";

/// @title Prices
/// @notice The one place where the clearing house reads a price, and what it demands of it.
/// @dev How young and how sure a price has to be is the aggregator's matrix, for each action. Prices inside are units for one lot with 32 binary places, rounded down once, here; both sides of every trade see
/// the same number.
abstract contract Prices is ClearingState {
    uint256 internal constant PPM = 1_000_000;
    /// @dev Time constant of the average price.
    uint256 private constant AVERAGE_SECONDS = 30 minutes;
    uint256 private constant E36 = 1e36;

    /// @dev The price of `market`. Kept in `cache` for the length of one call; callers start with an empty one.
    function _price(uint8 market, Action action, uint256[32] memory cache) internal view returns (uint256 priceX32) {
        priceX32 = cache[market];
        if (priceX32 != 0) return priceX32;
        (priceX32, ) = _read(market, action);
        cache[market] = priceX32;
    }

    /// @dev A price to take positions by: near its average over time, its sources near each other. Checked before it is
    /// used for anything (formulas.md, incidents of marginfi).
    function _sanePrice(
        uint8 market,
        Action action,
        uint256[32] memory cache
    ) internal view returns (uint256 priceX32) {
        uint256 confidenceX32;
        (priceX32, confidenceX32) = _read(market, action);
        Market storage entry = _markets[market];
        uint256 average = entry.clock.average;
        uint256 apart = priceX32 > average ? priceX32 - average : average - priceX32;
        uint256 band = entry.params.saneBandPpm;
        if (apart * PPM > average * band || confidenceX32 * PPM > priceX32 * band) {
            revert IRecovery.Recovery_InsanePrice(market, priceX32, average, confidenceX32);
        }
        cache[market] = priceX32;
    }

    /// @dev Moves the average towards `priceX32` by elapsed / (elapsed + time constant).
    function _updateAverage(Clock storage clock, uint256 priceX32) internal {
        uint256 elapsed = block.timestamp - clock.averageAt;
        if (elapsed == 0) return;
        uint256 weighted = uint256(clock.average) * AVERAGE_SECONDS + priceX32 * elapsed;
        // Between two prices, each at most MAX_PRICE.
        clock.average = uint96(weighted / (AVERAGE_SECONDS + elapsed));
        clock.averageAt = uint40(block.timestamp);
    }

    /// @dev `priceE18` as units for a lot, rounded down.
    function _toX32(uint8 market, uint256 priceE18) internal view returns (uint256) {
        uint256 scale = 10 ** _unitDecimals * PRICE_ONE;
        return Math.mulDiv(priceE18 * scale, _markets[market].params.lotE18, E36);
    }

    function _read(uint8 market, Action action) internal view returns (uint256 priceX32, uint256 confidenceX32) {
        (bool ok, Price memory result) = _aggregator.priceFor(market, action);
        if (ok) {
            priceX32 = _toX32(market, result.priceE18);
            confidenceX32 = _toX32(market, result.confidenceE18);
        }
        if (priceX32 == 0 || priceX32 > MAX_PRICE) revert IClearingAccounts.ClearingAccounts_NoPrice(market);
    }
}
