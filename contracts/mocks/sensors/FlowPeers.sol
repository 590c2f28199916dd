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

/// @title TickList
/// @notice What ERC-7265's reference circuit breaker keeps of a flow, in a model of our own: net amounts by tick of time in
/// a linked list, a sum over the window, and the expired ticks taken off one by one by whoever comes next. Without its
/// status, tokens, transfers and access control, so that it costs less than the real one.
contract TickList {
    struct Tick {
        uint256 next;
        int256 amount;
    }

    uint256 private constant TICK_SECONDS = 5 minutes;
    uint256 private constant WINDOW_SECONDS = 4 hours;
    uint256 private constant MIN_RETAINED_BPS = 7_000;
    uint256 private constant BPS = 10_000;

    int256 private _locked;
    int256 private _inWindow;
    uint256 private _head;
    uint256 private _tail;
    /// @dev tick's time => tick
    mapping(uint256 => Tick) private _ticks;

    /// @notice Whether more left within the window than the limit allows.
    bool public isTripped;

    constructor(int256 locked) {
        _locked = locked;
    }

    function onOutflow(Flow calldata flow) external {
        _record(-int256(flow.amount));
        int256 retained = (_locked * int256(MIN_RETAINED_BPS)) / int256(BPS);
        if (_locked + _inWindow < retained) isTripped = true;
    }

    function _record(int256 amount) private {
        uint256 tick = (block.timestamp / TICK_SECONDS) * TICK_SECONDS;
        _inWindow += amount;
        if (_head == 0) {
            (_head, _tail) = (tick, tick);
            _ticks[tick].amount = amount;
            return;
        }
        if (block.timestamp - _head >= WINDOW_SECONDS) _expire();
        uint256 tail = _tail;
        if (_head == 0) _head = tick;
        else if (tail != tick) _ticks[tail].next = tick;
        if (tail != tick) _tail = tick;
        _ticks[tick].amount += amount;
    }

    /// @dev Takes off every tick that has left the window.
    function _expire() private {
        uint256 head = _head;
        int256 expired;
        while (head != 0 && block.timestamp - head >= WINDOW_SECONDS) {
            Tick memory tick = _ticks[head];
            expired += tick.amount;
            delete _ticks[head];
            head = tick.next;
        }
        _head = head;
        _locked += expired;
        _inWindow -= expired;
    }
}
