// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

import {Flow} from "../../interfaces/IOutflowSensor.sol";

/// @title BareCall
/// @notice Takes a report of an outflow and does nothing: what any external recorder costs before it records.
contract BareCall {
    function onOutflow(Flow calldata) external {}
}

/// @title BareSlot
/// @notice The least that an external recorder can do: check its caller and take the amount from one packed slot.
contract BareSlot {
    address private immutable _venue;
    mapping(uint256 => uint256) private _rooms;

    constructor(address venue, uint256 market) {
        _venue = venue;
        _rooms[market] = type(uint256).max;
    }

    function onOutflow(Flow calldata flow) external {
        if (msg.sender == _venue) _rooms[flow.market] -= flow.amount;
    }
}

/// @title TwoBuckets
/// @notice Two windows as two of OpenZeppelin's refilling buckets, the nearest in its library. No share of the value
/// locked, no inflow.
contract TwoBuckets {
    using RateLimiter for RateLimiter.RefillingBucket;

    RateLimiter.RefillingBucket private _short;
    RateLimiter.RefillingBucket private _long;

    constructor(uint208 shortLimit, uint208 longLimit) {
        _short.updateSettings(1 hours, shortLimit);
        _long.updateSettings(1 days, longLimit);
    }

    function onOutflow(Flow calldata flow) external {
        _short.tryConsume(bytes32(flow.market), flow.amount);
        _long.tryConsume(bytes32(flow.market), flow.amount);
    }
}
