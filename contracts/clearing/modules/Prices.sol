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
/// @dev How young and how sure a price has to be is the aggregator's matrix, for each action. Prices inside are
/// units for one lot with 32 binary places, rounded down once, here; both sides of every trade see the same number. A market
/// that is wound down has one price for good.
abstract contract Prices is ClearingState {
    uint256 internal constant PPM = 1_000_000;
    /// @dev Time constant of the average price that sane prices are near to.
    uint256 private constant AVERAGE_SECONDS = 30 minutes;
    /// @dev That of the average at which a market is settled, and the longest that one observation counts in it.
    uint256 private constant LONG_AVERAGE_SECONDS = 1 days;
    uint256 private constant OBSERVATION_MOST_SECONDS = 1 hours;
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

    /// @dev Moves both averages by the price that was seen last, for the time since, and notes `priceX32` for the time to
    /// come. A price counts for as long as it stood: one that is seen for an instant moves nothing, however long nobody
    /// had looked before. In the long average it counts for an hour at most: a source that died does not fill it.
    function _updateAverage(Clock storage clock, uint256 priceX32) internal {
        uint256 elapsed = block.timestamp - clock.averageAt;
        uint256 last = clock.last;
        // Between prices, each at most MAX_PRICE.
        if (elapsed != 0) {
            clock.average = uint96(_moved(clock.average, last, elapsed, AVERAGE_SECONDS));
            clock.averageAt = uint40(block.timestamp);
            uint256 counted = Math.min(elapsed, OBSERVATION_MOST_SECONDS);
            clock.longAverage = uint96(_moved(clock.longAverage, last, counted, LONG_AVERAGE_SECONDS));
        }
        clock.last = uint96(priceX32);
    }

    /// @dev `average` moved towards `priceX32` by elapsed / (elapsed + time constant), rounded down.
    function _moved(
        uint256 average,
        uint256 priceX32,
        uint256 elapsed,
        uint256 constant_
    ) private pure returns (uint256) {
        return (average * constant_ + priceX32 * elapsed) / (constant_ + elapsed);
    }

    /// @dev `priceE18` as units for a lot, rounded down.
    function _toX32(uint8 market, uint256 priceE18) internal view returns (uint256) {
        uint256 scale = 10 ** _unitDecimals * PRICE_ONE;
        return Math.mulDiv(priceE18 * scale, _markets[market].params.lotE18, E36);
    }

    function _read(uint8 market, Action action) internal view returns (uint256 priceX32, uint256 confidenceX32) {
        (priceX32, confidenceX32) = _tryRead(market, action);
        if (priceX32 == 0) revert IClearingAccounts.ClearingAccounts_NoPrice(market);
    }

    /// @dev As {_read}, with zeros when there is no price.
    function _tryRead(uint8 market, Action action) internal view returns (uint256 priceX32, uint256 confidenceX32) {
        priceX32 = _markets[market].closing.priceX32;
        if (priceX32 != 0) return (priceX32, 0);
        (bool ok, Price memory result) = _aggregator.priceFor(market, action);
        if (!ok) return (0, 0);
        priceX32 = _toX32(market, result.priceE18);
        if (priceX32 > MAX_PRICE) return (0, 0);
        confidenceX32 = _toX32(market, result.confidenceE18);
    }
}
