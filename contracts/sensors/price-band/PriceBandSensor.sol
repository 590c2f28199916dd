// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {IPriceAggregator, Price} from "../../interfaces/IPriceAggregator.sol";
import {BandParameters, BandReading, IPriceBandSensor} from "../../interfaces/IPriceBandSensor.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {MARKETS} from "../../types/Posture.sol";
import {Rungs} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";
import {Band, BandLib} from "./Band.sol";
import {BandBounds} from "./BandBounds.sol";

/// @title PriceBandSensor
/// @notice Asserts when a price leaves the band around its own recent past, in three tiers, both directions.
/// @dev **Design**
/// - The reference is an exponential average whose step is clipped, so no single price can carry it off. A price is
///   compared with the reference before it moves it.
/// - An anchor over a long window catches a price that is walked slowly enough to take the reference along.
/// - A pulse, which moves the reference, needs a publish time newer than the last one and a minimum gap of block time.
///   Detection needs only the former: a poke placed just before a fall cannot win the gap for the fall.
/// - The reference is seeded from a fresh price only; before that nothing is asserted.
/// - A price that is out of the band is asserted at every poke that sees a new one. Nothing is ever taken back: leases
///   let go.
/// - No price (too few feeds) is another sensor's condition. Here it changes nothing.
///
/// **Trust assumptions**
/// - The aggregator's price, within its own assumptions. Its reverts (too little gas) become those of the poke.
/// - Somebody pokes at least once in a few `tauSeconds`. After a long silence the first price is compared with an old
///   reference, which can only tighten.
/// - The owner (governance) may change bands, within {BandBounds}; loosening belongs behind a timelock.
contract PriceBandSensor is IPriceBandSensor, AssertingSensor, Ownable {
    using BandBounds for BandParameters;
    using BandLib for BandParameters;

    /// @inheritdoc IPriceBandSensor
    IPriceAggregator public immutable aggregator;

    /// @dev market => its parameters
    mapping(uint8 => BandParameters) private _parameters;
    /// @dev market => what is remembered of it
    mapping(uint8 => Band) private _bands;

    constructor(IIncidentState hub_, IPriceAggregator aggregator_, address owner) AssertingSensor(hub_) Ownable(owner) {
        aggregator = aggregator_;
    }

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        BandParameters memory parameters = _parameters[market];
        if (parameters.tauSeconds == 0) revert PriceBandSensor_UnknownMarket(market);

        (bool ok, Price memory price) = aggregator.price(market);
        Band memory current = _bands[market];
        if (!ok || price.publishTime <= current.publishTime) return asserted;

        if (current.referenceE18 == 0) {
            _seed(market, price, parameters);
            return asserted;
        }
        asserted = parameters.rungsOf(_look(market, price, current, parameters));
        _assertRungs(market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc IPriceBandSensor
    function setMarket(uint8 market, BandParameters calldata parameters) external onlyOwner {
        if (market >= MARKETS) revert PriceBandSensor_UnknownMarket(market);
        BandParameters memory checked = parameters;
        checked.validate();
        _parameters[market] = checked;
        emit MarketSet(market, checked);
    }

    /* VIEWS */

    /// @inheritdoc IPriceBandSensor
    function reading(uint8 market) external view returns (BandReading memory) {
        Band memory current = _bands[market];
        return
            BandReading({
                referenceE18: current.referenceE18,
                anchorE18: current.anchorE18,
                priceE18: current.priceE18,
                deviationBps: current.deviationBps,
                tier: current.tier,
                publishTime: current.publishTime,
                pulsedAt: current.pulsedAt,
                breachEndsAt: current.breachEndsAt,
                breachTier: current.breachTier,
                isEscalated: current.isEscalated
            });
    }

    /// @inheritdoc IPriceBandSensor
    function band(uint8 market) external view returns (BandParameters memory) {
        return _parameters[market];
    }

    /* INTERNAL */

    function _seed(uint8 market, Price memory price, BandParameters memory parameters) private {
        if (block.timestamp > uint256(price.publishTime) + parameters.seedMaxAgeSeconds) return;

        // The aggregator's prices fit 112 bits; times are unix seconds in 32 bits, as in a word.
        Band storage fresh = _bands[market];
        fresh.referenceE18 = uint112(price.priceE18);
        fresh.anchorE18 = uint112(price.priceE18);
        fresh.priceE18 = uint112(price.priceE18);
        fresh.anchoredAt = uint32(block.timestamp);
        fresh.pulsedAt = uint32(block.timestamp);
        fresh.publishTime = uint32(price.publishTime);
        emit Seeded(market, price.priceE18, price.publishTime);
    }

    /// @dev Compares, remembers, and moves the reference if the gap has passed.
    /// @return tier The tier to assert, 0 inside the band.
    function _look(
        uint8 market,
        Price memory price,
        Band memory current,
        BandParameters memory parameters
    ) private returns (uint8 tier) {
        uint24 deviation;
        (tier, deviation) = current.tierOf(price, parameters);
        bool isPulse = block.timestamp >= uint256(current.pulsedAt) + parameters.minGapSeconds;
        if (tier == 0 && !isPulse) return 0;

        if (tier != 0) tier = current.breach(tier, parameters, block.timestamp);
        emit Pulsed(
            market,
            tier,
            price.priceE18,
            current.referenceE18,
            current.anchorE18,
            deviation,
            price.publishTime
        );
        if (isPulse) current.advance(price, parameters, block.timestamp);
        current.priceE18 = uint112(price.priceE18);
        current.deviationBps = deviation;
        current.tier = tier;
        _bands[market] = current;
    }
}
