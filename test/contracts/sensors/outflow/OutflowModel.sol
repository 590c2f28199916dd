// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OutflowParameters} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {Decay} from "../../../../contracts/sensors/outflow/Decay.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";

/// @title OutflowModel
/// @notice The rule of docs/sensors/outflow.md, written down a second time in plain numbers: nothing is packed, nothing
/// unchecked, and no path is quicker than another. Amounts in units.
contract OutflowModel {
    int256 private constant MOST_ROOM = 2 ** 59 - 1;
    uint256 private constant MOST_UNITS = 2 ** 58 - 1;

    struct Window {
        int256 room;
        int256 limit;
    }

    OutflowParameters private _parameters;
    bool private _isSeeded;
    uint256 public average;
    uint256 public recordedAt;
    Window private _short;
    Window private _long;

    function shortWindow() external view returns (int256 room, int256 limit) {
        return (_short.room, _short.limit);
    }

    function longWindow() external view returns (int256 room, int256 limit) {
        return (_long.room, _long.limit);
    }

    function set(OutflowParameters calldata parameters, uint256 time) external {
        if (keccak256(abi.encode(parameters)) == keccak256(abi.encode(_parameters))) return;
        if (_isSeeded) flow(0, average, time);
        _parameters = parameters;
        if (!_isSeeded) return;
        flow(0, average, time);
        _hold(_short);
        _hold(_long);
    }

    /// @param outflow Negative for inflow.
    function flow(int256 outflow, uint256 held, uint256 time) public {
        uint256 elapsed = time - recordedAt;
        if (!_isSeeded) {
            average = held < MOST_UNITS ? held : MOST_UNITS;
        } else {
            uint256 weight = Decay.factor(elapsed, _parameters.longSeconds);
            average = (average * weight + _believed(held) * (Decay.ONE - weight)) / Decay.ONE;
        }
        _advance(_short, _parameters.shortBps, _parameters.shortFloor, Decay.factor(elapsed, _parameters.shortSeconds));
        _advance(_long, _parameters.longBps, _parameters.longFloor, Decay.factor(elapsed, _parameters.longSeconds));
        (_isSeeded, recordedAt) = (true, time);
        _take(_short, outflow);
        _take(_long, outflow);
    }

    function due() external view returns (Rungs rungs) {
        int256 factor = int256(uint256(_parameters.severeFactor));
        if (_short.room < 0) rungs = rungs.join(_parameters.shortRungs);
        if (_long.room < 0) rungs = rungs.join(_parameters.longRungs);
        bool isShortSevere = _short.room < 0 && _short.limit - _short.room > factor * _short.limit;
        bool isLongSevere = _long.room < 0 && _long.limit - _long.room > factor * _long.limit;
        if (isShortSevere || isLongSevere) rungs = rungs.join(_parameters.severeRungs);
    }

    function _believed(uint256 held) private view returns (uint256) {
        uint256 most = 2 * average;
        uint256 shortValue = (uint256(_parameters.shortFloor) * 10_000) / _parameters.shortBps;
        uint256 longValue = (uint256(_parameters.longFloor) * 10_000) / _parameters.longBps;
        uint256 floorValue = shortValue < longValue ? shortValue : longValue;
        if (held <= most) return held;
        if (most < floorValue) most = floorValue;
        if (most > MOST_UNITS) most = MOST_UNITS;
        return held < most ? held : most;
    }

    function _advance(Window storage window, uint256 bps, uint256 floor, uint256 factor) private {
        uint256 share = (average * bps) / 10_000;
        window.limit = int256(share > floor ? share : floor);
        if (!_isSeeded) window.room = window.limit;
        int256 missing = (window.limit - window.room) * int256(factor);
        int256 one = int256(Decay.ONE);
        // Rounded up: Solidity's division rounds towards zero.
        int256 left = missing / one;
        if (missing > 0 && missing % one != 0) ++left;
        window.room = window.limit - left;
    }

    function _take(Window storage window, int256 outflow) private {
        int256 room = window.room - outflow;
        window.room = room < -MOST_ROOM ? -MOST_ROOM : room;
        // An outflow raises no room.
        if (outflow < 0) _hold(window);
    }

    function _hold(Window storage window) private {
        int256 most = window.limit + (window.limit * int256(uint256(_parameters.creditBps))) / 10_000;
        if (window.room > most) window.room = most;
    }
}
