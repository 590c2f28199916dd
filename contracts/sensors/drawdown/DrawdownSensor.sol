// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {DrawdownParameters, DrawdownReading, IDrawdownSensor} from "../../interfaces/IDrawdownSensor.sol";
import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {IPriceAggregator, Price} from "../../interfaces/IPriceAggregator.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {MARKETS} from "../../types/Posture.sol";
import {Rungs} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";
import {Drawdown} from "./Drawdown.sol";
import {DrawdownBounds} from "./DrawdownBounds.sol";
import {Peaks} from "./Peaks.sol";

/// @title DrawdownSensor
/// @notice Asserts when a price has fallen far below its highest of the last day or the last week.
/// @dev **Design**
/// - A running maximum over two windows, each in one slot, at the same cost after any idle time: {Peaks}.
/// - A price is compared with the peaks before it can raise them, and raises them by a clipped step with a gap between
///   two: one wrong price that is too high is no fall once it is gone.
/// - Within the gap every poke still judges the price it sees: a poke placed just before a fall cannot win the gap for
///   the fall.
/// - Peaks are begun from a fresh price only, at first and after a window without any price.
/// - A price that is far below is asserted at every poke that sees a new one. Nothing is ever taken back: leases let go.
/// - No price (too few feeds) is another sensor's condition. Here it changes nothing.
///
/// **Trust assumptions**
/// - The aggregator's price, within its own assumptions. Its reverts (too little gas) become those of the poke.
/// - Somebody pokes at least a few times a bucket: a peak that nobody poked at is not known.
/// - The owner (governance) may change parameters, within {DrawdownBounds}; loosening belongs behind a timelock.
contract DrawdownSensor is IDrawdownSensor, AssertingSensor, Ownable {
    using DrawdownBounds for DrawdownParameters;

    /// @dev Three slots.
    struct Market {
        DrawdownParameters parameters;
        Peaks short;
        Peaks long;
    }

    /// @dev Both windows, moved on to the time of a price, and how that price stands in them.
    struct Look {
        Peaks short;
        Peaks long;
        uint256 shortPeakE18;
        uint256 longPeakE18;
        uint256 shortFallBps;
        uint256 longFallBps;
        uint8 tier;
    }

    /// @inheritdoc IDrawdownSensor
    IPriceAggregator public immutable aggregator;

    mapping(uint8 market => Market) private _markets;

    constructor(IIncidentState hub_, IPriceAggregator aggregator_, address owner) AssertingSensor(hub_) Ownable(owner) {
        aggregator = aggregator_;
    }

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        Market storage entry = _markets[market];
        DrawdownParameters memory parameters = entry.parameters;
        if (parameters.shortBucketSeconds == 0) revert DrawdownSensor_UnknownMarket(market);

        (bool ok, Price memory price) = aggregator.price(market);
        uint256 latest = entry.short.time();
        if (!ok || price.publishTime <= latest) return asserted;

        Look memory look = _look(entry, price.publishTime, parameters);
        _judge(look, price, parameters);
        if (price.publishTime >= latest + parameters.gapSeconds) _record(entry, look, price, parameters);
        if (look.tier == 0) return asserted;

        emit Fallen(market, look.tier, price.priceE18, look.shortPeakE18, look.longPeakE18, price.publishTime);
        asserted = Drawdown.rungsOf(look.tier, parameters);
        _assertRungs(market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc IDrawdownSensor
    function setMarket(uint8 market, DrawdownParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert DrawdownSensor_UnknownMarket(market);
        DrawdownParameters memory checked = parameters;
        checked.validate();
        _markets[market].parameters = checked;
        emit MarketSet(market, checked);
    }

    /* VIEWS */

    /// @inheritdoc IDrawdownSensor
    function parametersOf(uint8 market) external view returns (DrawdownParameters memory) {
        return _markets[market].parameters;
    }

    /// @inheritdoc IDrawdownSensor
    function reading(uint8 market) external view returns (DrawdownReading memory result) {
        Market storage entry = _markets[market];
        DrawdownParameters memory parameters = entry.parameters;
        uint256 latest = entry.short.time();
        if (latest == 0) return result;

        // A publish time may lie a few seconds ahead of this block's.
        Look memory look = _look(entry, block.timestamp > latest ? block.timestamp : latest, parameters);
        (bool ok, Price memory price) = aggregator.price(market);
        if (ok) _judge(look, price, parameters);
        return
            DrawdownReading({
                shortPeakE18: look.shortPeakE18,
                longPeakE18: look.longPeakE18,
                shortFallBps: look.shortFallBps,
                longFallBps: look.longFallBps,
                tier: look.tier,
                // 32 bits.
                publishTime: uint64(latest)
            });
    }

    /* INTERNAL */

    /// @param time Not earlier than what is remembered.
    function _look(
        Market storage entry,
        uint256 time,
        DrawdownParameters memory parameters
    ) private view returns (Look memory look) {
        look.short = entry.short.movedTo(time, parameters.shortBucketSeconds);
        look.long = entry.long.movedTo(time, parameters.longBucketSeconds);
        look.shortPeakE18 = look.short.highest().expand();
        look.longPeakE18 = look.long.highest().expand();
    }

    function _judge(Look memory look, Price memory price, DrawdownParameters memory parameters) private pure {
        look.shortFallBps = Drawdown.fallBps(price, look.shortPeakE18, parameters.shortTier1Bps);
        look.longFallBps = Drawdown.fallBps(price, look.longPeakE18, parameters.longTier1Bps);
        look.tier = Drawdown.tierOf(look.shortFallBps, look.longFallBps, parameters);
    }

    /// @dev A window without any price is begun by a fresh one only. The two are not one case: the short one is empty
    /// after a day without prices, the long one after a week.
    function _record(
        Market storage entry,
        Look memory look,
        Price memory price,
        DrawdownParameters memory parameters
    ) private {
        bool isFresh = block.timestamp <= uint256(price.publishTime) + parameters.seedMaxAgeSeconds;
        if (look.shortPeakE18 == 0 && !isFresh) return;

        (uint256 priceE18, uint256 clipBps) = (price.priceE18, parameters.clipBps);
        entry.short = Drawdown.recorded(look.short, look.shortPeakE18, priceE18, clipBps);
        // The short window carries the publish time; the long one is written when it has something new.
        Peaks long = Drawdown.recorded(look.long, look.longPeakE18, priceE18, clipBps);
        if (!long.matches(entry.long, parameters.longBucketSeconds)) entry.long = long;
    }
}
