// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Direction, FieldJudge, FieldRules} from "../../../contracts/governance/judges/FieldJudge.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";
import {Price, SequencerStatus} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {SensorGrant} from "../../../contracts/types/Incident.sol";
import {Action} from "../../../contracts/types/Matrix.sol";
import {Rungs} from "../../../contracts/types/Rungs.sol";

/// @notice Stands where hub and aggregator would: takes every assertion, and says of the price what it is told.
contract TableStage {
    bool private _ok;
    Price private _price;
    SequencerStatus private _status;
    mapping(address => SensorGrant) private _grants;

    function show(bool ok, Price calldata shown) external {
        (_ok, _price) = (ok, shown);
    }

    function show(SequencerStatus status) external {
        _status = status;
    }

    function grant(address sensor, SensorGrant calldata given) external {
        _grants[sensor] = given;
    }

    function assertRungs(uint8, Rungs) external {}

    function price(uint8) external view returns (bool, Price memory) {
        return (_ok, _price);
    }

    function priceFor(uint8, Action) external view returns (bool, Price memory) {
        return (_ok, _price);
    }

    function sequencerStatus() external view returns (SequencerStatus, uint64) {
        return (_status, 0);
    }

    function sensorGrant(address sensor) external view returns (SensorGrant memory) {
        return _grants[sensor];
    }
}

/// @title TableWorld
/// @notice P9 for a sensor that is judged by a table, on the sensor's own code: two sensors with one past, one of which
/// is changed; both see the same afterwards. Where the judge said yes, the changed one never asserts less.
/// @dev Draws a change of one field, sometimes of two, small or large, up or down, and observations between the old
/// threshold and the new one. That this finds a wrong direction is itself tested: for each field that is compared, the
/// search finds a lower rung under a table whose direction of that field is turned round.
abstract contract TableWorld is Test {
    uint8 internal constant MARKET = 1;
    uint256 internal constant NOW = 1_700_000_000;
    uint256 internal constant BPS = 10_000;
    uint256 private constant TRIES = 200;

    TableStage internal stage;
    /// @dev The one that stays as it is, and the one that is changed.
    address[2] internal sensors;
    uint256[] internal current;
    uint256[] internal next;
    /// @dev The field that is changed.
    uint256 internal moved;

    function setUp() public virtual {
        stage = new TableStage();
    }

    /* WHAT A SENSOR IS */

    function _rules() internal pure virtual returns (FieldRules memory);

    /// @dev A new sensor, without parameters.
    function _deploy() internal virtual returns (address);

    /// @dev Parameters that the sensor takes, one word a field.
    function _drawn(uint256 seed) internal pure virtual returns (uint256[] memory);

    /// @dev What was seen before the change.
    function _past(uint256 seed) internal virtual;

    /// @dev What is seen at step `step` after it.
    function _observe(uint256 seed, uint256 step) internal virtual;

    function _steps() internal pure virtual returns (uint256) {
        return 1;
    }

    function _call(uint256[] memory fields) internal view virtual returns (bytes memory) {
        return bytes.concat(_rules().setter, abi.encode(MARKET), abi.encodePacked(fields));
    }

    function _judge() internal virtual returns (ITighteningJudge) {
        return new FieldJudge(_rules());
    }

    /* P9 */

    function testFuzz_P9_WhatTightensNeverLowersARung(uint256 seed) public {
        uint256 field = _roll(seed, 1) % _rules().directions.length;
        assertFalse(_isLowered(_judge(), seed, field, _roll(seed, 2) % 4 == 0), "a rung came down");
    }

    /// @dev What is taken is not nothing: each field that is compared can be tightened at once.
    function test_P9_TakesEachFieldInItsDirection() public {
        ITighteningJudge judge = _judge();
        FieldRules memory rules = _rules();
        for (uint256 field; field < rules.directions.length; ++field) {
            bool isCompared = rules.directions[field] != Direction.Same;
            assertEq(_isEverTaken(judge, field), isCompared, vm.toString(field));
        }
    }

    function test_P9_FindsADirectionThatIsTurnedRound() public {
        FieldRules memory rules = _rules();
        for (uint256 field; field < rules.directions.length; ++field) {
            Direction right = rules.directions[field];
            if (right == Direction.Same) continue;
            // A lower byte is a lower rung on one axis.
            rules.directions[field] = right == Direction.Lower ? Direction.Higher : Direction.Lower;
            ITighteningJudge turned = new FieldJudge(rules);
            bool isFound;
            for (uint256 seed; seed < TRIES && !isFound; ++seed) {
                isFound = _isLowered(turned, _roll(seed, 99), field, false);
            }
            assertTrue(isFound, vm.toString(field));
            rules.directions[field] = right;
        }
    }

    /* SEARCH */

    function _isLowered(ITighteningJudge judge, uint256 seed, uint256 field, bool isPair) private returns (bool) {
        _begin(seed, field);
        if (isPair) _move(_roll(seed, 3) % next.length, _roll(seed, 4));
        if (!judge.tightens(sensors[0], _call(next))) return false;
        _past(seed);
        // The setter has the last word on bounds.
        if (!_set(sensors[1], next)) return false;
        for (uint256 step; step < _steps(); ++step) {
            _observe(_roll(seed, 5), step);
            if (_poked(sensors[0]).exceeds(_poked(sensors[1]))) return true;
        }
        return false;
    }

    function _isEverTaken(ITighteningJudge judge, uint256 field) private returns (bool) {
        for (uint256 seed; seed < 80; ++seed) {
            _begin(_roll(seed, 98), field);
            bool isChange = current[field] != next[field];
            if (isChange && judge.tightens(sensors[0], _call(next)) && _set(sensors[1], next)) return true;
        }
        return false;
    }

    function _begin(uint256 seed, uint256 field) private {
        vm.warp(NOW);
        current = _drawn(seed);
        next = current;
        moved = field;
        for (uint256 i; i < 2; ++i) {
            sensors[i] = _deploy();
            assertTrue(_set(sensors[i], current), "a draw is out of bounds");
        }
        _move(field, _roll(seed, 6));
    }

    function _move(uint256 field, uint256 roll) private {
        uint256 old = next[field];
        if (_rules().directions[field] == Direction.Rungs) {
            // One rung on one axis, or any.
            uint256 rung = (roll >> 1) % 2 == 0 ? 1 : 16;
            uint256 one =
                (roll >> 2) % 2 == 0
                    ? old + rung
                    : old < rung
                        ? 0
                        : old - rung;
            next[field] = roll % 2 == 0 ? one : _anyRungs(roll >> 8);
            return;
        }
        // Small: by one to three. Large: by up to its half, or up to itself.
        bool isSmall = roll % 2 == 0;
        uint256 step = 1 + (isSmall ? (roll >> 8) % 3 : (roll >> 8) % (old / 2 + 1));
        if ((roll >> 1) % 2 == 0) next[field] = isSmall ? old + step : old + 2 * step;
        else next[field] = old < step ? 0 : old - step;
    }

    function _set(address sensor, uint256[] memory fields) private returns (bool ok) {
        (ok, ) = sensor.call(_call(fields));
    }

    function _poked(address sensor) internal virtual returns (Rungs) {
        (bool ok, bytes memory answer) = sensor.call(abi.encodeWithSignature("poke(uint8)", MARKET));
        assertTrue(ok, "a poke failed");
        return abi.decode(answer, (Rungs));
    }

    /* DRAWING */

    /// @dev Between the old value of `field` and the new one, or just beyond either.
    function _near(uint256 roll, uint256 field) internal view returns (uint256) {
        (uint256 least, uint256 most) = (current[field], next[field]);
        if (least > most) (least, most) = (most, least);
        least = least < 2 ? 0 : least - 2;
        return least + (roll % (most + 3 - least));
    }

    /// @dev The field that is changed, if it is one of those from `first` to `last`; any of them otherwise.
    function _oneOf(uint256 roll, uint256 first, uint256 last) internal view returns (uint256) {
        if (moved >= first && moved <= last && roll % 4 != 0) return moved;
        return first + ((roll >> 8) % (last + 1 - first));
    }

    function _show(uint256 priceE18, uint256 confidenceE18, uint256 publishTime, uint256 count) internal {
        stage.show(true, Price(priceE18, confidenceE18, uint64(publishTime), uint8(count)));
    }

    function _anyRungs(uint256 roll) internal pure returns (uint256) {
        return _pair(roll % 4, (roll >> 8) % 5);
    }

    function _pair(uint256 breaker, uint256 margin) internal pure returns (uint256) {
        return (breaker << 4) | margin;
    }

    function _roll(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    /// @dev A struct of words as a list of them.
    function _words(bytes memory encoded) internal pure returns (uint256[] memory list) {
        list = new uint256[](encoded.length / 32);
        for (uint256 i; i < list.length; ++i) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(add(encoded, 32), mul(i, 32)))
            }
            list[i] = word;
        }
    }
}
