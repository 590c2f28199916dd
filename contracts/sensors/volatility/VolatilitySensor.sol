// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {IPriceAggregator, Price} from "../../interfaces/IPriceAggregator.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {
    IVolatilitySensor,
    VolatilityModel,
    VolatilityParameters,
    VolatilityReading
} from "../../interfaces/IVolatilitySensor.sol";
import {PowersOfTwo} from "../../libraries/fixed-point/PowersOfTwo.sol";
import {MARKETS} from "../../types/Posture.sol";
import {NORMAL, Rungs, RungsLib} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";
import {Forecast} from "./Forecast.sol";
import {MarginRule, ModelMargin} from "./ModelMargin.sol";
import {PackedVariances, Variances} from "./Variances.sol";
import {VolatilityBounds} from "./VolatilityBounds.sol";

/// @title VolatilitySensor
/// @notice Raises the margin rung when the forecast of volatility asks for more margin than the venue takes.
/// @dev **Design**
/// - Three moving averages of squared returns, of hours, days and weeks, and a forecast on them that is computed here:
///   nobody has to be trusted for the number, and it costs the same after an hour as after a year without a poke.
/// - A sample needs a newer publish time and a minimum gap between publish times. In between every poke still judges the
///   price it sees, on a copy of what is remembered: a poke placed just before a fall cannot win the gap for the fall.
/// - A return is clipped, so that one wrong price moves a rung by little; what lasts for a few samples moves it in full.
/// - The published margin follows the model with the three tools of EMIR against procyclicality: {ModelMargin}.
/// - Averages start from the long-run volatility that governance names, not from the first return, and from a fresh
///   price only. What nobody looked at for long may raise them in full and lower them by little.
/// - The model is fixed for the life of the contract. A market's parameters are governance's, within {VolatilityBounds}.
/// - No price (too few feeds) is another sensor's condition. Here it changes nothing.
///
/// **Trust assumptions**
/// - The aggregator's price, within its own assumptions. Its reverts (too little gas) become those of the poke.
/// - Somebody pokes about as often as the gap. Fewer pokes see only the net move between them, and forecast worse.
/// - The owner (governance) names volatilities and a base that fit the venue; loosening belongs behind a timelock.
contract VolatilitySensor is IVolatilitySensor, AssertingSensor, Ownable {
    using Forecast for Variances;
    using VolatilityBounds for VolatilityModel;
    using VolatilityBounds for VolatilityParameters;

    uint256 private constant E18 = 1e18;

    /// @inheritdoc IVolatilitySensor
    IPriceAggregator public immutable aggregator;

    uint32 private immutable _fastSeconds;
    uint32 private immutable _middleSeconds;
    uint32 private immutable _slowSeconds;
    uint32 private immutable _fastPowerE6;
    uint32 private immutable _middlePowerE6;
    uint32 private immutable _slowPowerE6;
    int32 private immutable _scaleE6;
    uint8 private immutable _clipSigmas;
    uint32 private immutable _gapSeconds;
    uint32 private immutable _fallSeconds;

    /// @dev Three slots. The first two are what a poke reads.
    struct Market {
        MarginRule rule;
        PackedVariances variances;
        VolatilityParameters parameters;
    }

    mapping(uint8 market => Market) private _markets;

    constructor(
        IIncidentState hub_,
        IPriceAggregator aggregator_,
        VolatilityModel memory model_,
        address owner
    ) AssertingSensor(hub_) Ownable(owner) {
        model_.validate();
        aggregator = aggregator_;
        _fastSeconds = model_.fastSeconds;
        _middleSeconds = model_.middleSeconds;
        _slowSeconds = model_.slowSeconds;
        _fastPowerE6 = model_.fastPowerE6;
        _middlePowerE6 = model_.middlePowerE6;
        _slowPowerE6 = model_.slowPowerE6;
        _scaleE6 = model_.scaleE6;
        _clipSigmas = model_.clipSigmas;
        _gapSeconds = model_.gapSeconds;
        _fallSeconds = model_.fallSeconds;
    }

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        Market storage entry = _markets[market];
        MarginRule memory rule = entry.rule;
        if (rule.factorX32 == 0) revert VolatilitySensor_UnknownMarket(market);

        (bool ok, Price memory price) = aggregator.price(market);
        Variances memory known = entry.variances.unpacked();
        if (!ok || price.publishTime <= known.publishTime) return asserted;

        if (known.publishTime == 0) {
            _seed(market, price);
            return asserted;
        }
        uint8 rung = _observe(market, price, known, rule);
        if (rung == 0) return asserted;

        asserted = RungsLib.pair(NORMAL, rung);
        _assertRungs(market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc IVolatilitySensor
    function setMarket(uint8 market, VolatilityParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert VolatilitySensor_UnknownMarket(market);
        VolatilityParameters memory checked = parameters;
        checked.validate();
        _markets[market].parameters = checked;
        _markets[market].rule = ModelMargin.ruleOf(checked);
        emit MarketSet(market, checked);
    }

    /* VIEWS */

    /// @inheritdoc IVolatilitySensor
    function model() public view returns (VolatilityModel memory) {
        return
            VolatilityModel({
                fastSeconds: _fastSeconds,
                middleSeconds: _middleSeconds,
                slowSeconds: _slowSeconds,
                fastPowerE6: _fastPowerE6,
                middlePowerE6: _middlePowerE6,
                slowPowerE6: _slowPowerE6,
                scaleE6: _scaleE6,
                clipSigmas: _clipSigmas,
                gapSeconds: _gapSeconds,
                fallSeconds: _fallSeconds
            });
    }

    /// @inheritdoc IVolatilitySensor
    function parametersOf(uint8 market) external view returns (VolatilityParameters memory) {
        return _markets[market].parameters;
    }

    /// @inheritdoc IVolatilitySensor
    function reading(uint8 market) external view returns (VolatilityReading memory result) {
        Variances memory known = _markets[market].variances.unpacked();
        if (known.publishTime == 0) return result;

        return
            VolatilityReading({
                fastE18: _rootE18(known.fastX64),
                middleE18: _rootE18(known.middleX64),
                slowE18: _rootE18(known.slowX64),
                forecastE18: _toE18(known.volatilityX64(model())),
                marginE6: known.marginE6,
                rung: _markets[market].rule.rungOf(known.marginE6),
                // 32 bits.
                publishTime: uint64(known.publishTime)
            });
    }

    /* INTERNAL */

    function _seed(uint8 market, Price memory price) private {
        Market storage entry = _markets[market];
        if (block.timestamp > uint256(price.publishTime) + entry.parameters.seedMaxAgeSeconds) return;

        uint256 longRunX64 = Forecast.varianceX64(entry.parameters.longRunVolatilityE6);
        entry.variances = Variances({
            fastX64: longRunX64,
            middleX64: longRunX64,
            slowX64: longRunX64,
            logPriceX64: PowersOfTwo.log2X64(price.priceE18),
            publishTime: price.publishTime,
            marginE6: 0
        }).packed();
        emit Seeded(market, price.priceE18, price.publishTime);
    }

    /// @dev Judges `price`, and remembers it if the gap has passed.
    function _observe(
        uint8 market,
        Price memory price,
        Variances memory current,
        MarginRule memory rule
    ) private returns (uint8 rung) {
        bool isSample = price.publishTime >= uint256(current.publishTime) + _gapSeconds;
        VolatilityModel memory model_ = model();
        uint256 least = Forecast.varianceX64(rule.longRunVolatilityE6);
        current.observe(PowersOfTwo.log2X64(price.priceE18), price.publishTime, least, model_);

        uint256 volatility = current.volatilityX64(model_);
        uint256 marginE6 = rule.publishedE6(volatility, current.marginE6);
        rung = rule.rungOf(marginE6);
        if (isSample) {
            current.marginE6 = marginE6;
            _markets[market].variances = current.packed();
            emit Sampled(market, rung, price.priceE18, _toE18(volatility), marginE6, price.publishTime);
        } else if (rung != 0) {
            emit Judged(market, rung, price.priceE18, _toE18(volatility), marginE6, price.publishTime);
        }
    }

    /// @dev Below 2^128, so the product fits.
    function _toE18(uint256 valueX64) private pure returns (uint256) {
        unchecked {
            return (valueX64 * E18) >> 64;
        }
    }

    /// @dev 68 bits shifted by 64.
    function _rootE18(uint256 squareX64) private pure returns (uint256) {
        return _toE18(Math.sqrt(squareX64 << 64));
    }
}
