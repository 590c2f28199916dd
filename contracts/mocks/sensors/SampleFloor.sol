// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceAggregator, Price} from "../../interfaces/IPriceAggregator.sol";

/// @title SampleFloor
/// @notice The least that a sensor can do which keeps a sample of a market's price: read a slot of parameters and what it
/// knows, ask the aggregator, write one slot and tell. No arithmetic.
contract SampleFloor {
    struct Market {
        uint256 rule;
        uint256 known;
        uint256 parameters;
    }

    IPriceAggregator private immutable _aggregator;

    mapping(uint8 market => Market) private _markets;

    event Sampled(uint8 indexed market, uint256 priceE18, uint256 publishTime);

    error SampleFloor_UnknownMarket(uint8 market);

    constructor(address, IPriceAggregator aggregator, address) {
        _aggregator = aggregator;
    }

    function setMarket(uint8 market, uint256 parameters) external {
        _markets[market] = Market(1, 1, parameters);
    }

    function poke(uint8 market) external {
        Market storage entry = _markets[market];
        if (entry.rule == 0) revert SampleFloor_UnknownMarket(market);

        (bool ok, Price memory price) = _aggregator.price(market);
        if (!ok || price.publishTime <= entry.known >> 224) return;
        entry.known = (uint256(price.publishTime) << 224) | price.priceE18;
        emit Sampled(market, price.priceE18, price.publishTime);
    }
}
