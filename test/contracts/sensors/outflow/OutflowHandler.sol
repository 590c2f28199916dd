// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {Flow, OutflowParameters, OutflowReading} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../../contracts/sensors/outflow/OutflowSensor.sol";
import {MARKETS} from "../../../../contracts/types/Posture.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {OutflowModel} from "./OutflowModel.sol";

/// @title OutflowHandler
/// @notice A venue, its sensor, and everything that can happen to them, each call drawn from a seed. After each step
/// sensor and model are compared.
contract OutflowHandler is Test {
    uint8 public constant MARKET = 3;
    uint256 public constant UNIT = 10;
    uint64 private constant FLOOR_UNITS = 1e6;
    uint256 private constant START = 1_700_000_000;

    RecordingHub public recorder;
    OutflowSensor public sensor;
    OutflowModel public model;

    /// @dev What did not hold => how often.
    mapping(bytes32 => uint256) public violations;
    /// @dev What happened => how often, so that a test can see that nothing is out of reach.
    mapping(bytes32 => uint256) public happened;

    uint256 public time = START;
    uint256 public held = 5e10;
    bool public isRefusing;
    /// @dev Net outflow in units since there was last something to assert or to change, and the room then.
    int256 private _quietOutflow;
    OutflowReading private _quietSince;
    uint256 private _quietFrom;

    constructor() {
        recorder = new RecordingHub();
        sensor = new OutflowSensor(IIncidentState(address(recorder)), address(this), UNIT, address(this));
        model = new OutflowModel();
        vm.warp(time);
        _set(OutflowPresets.standard(FLOOR_UNITS));
    }

    /* STEPS */

    function passTime(uint256 seed) external {
        uint256[5] memory spans = [uint256(12), 5 minutes, 1 hours, 1 days, 400 days];
        time += seed % spans[(seed >> 128) % 5];
        vm.warp(time);
    }

    function withdraw(uint256 seed) external {
        uint256 amount = _amount(seed, held);
        uint256 units = (amount + UNIT - 1) / UNIT;
        _report(true, amount, int256(units));
        held -= amount;
    }

    function deposit(uint256 seed) external {
        uint256 amount = _amount(seed, held + 1e9);
        _report(false, amount, -int256(amount / UNIT));
        held += amount;
    }

    /// @dev A book gone wrong: any number at all, for the amount and for what is held.
    function report(uint256 seed, uint256 amount, uint256 wrongHeld) external {
        if (seed % 4 != 0) return;
        uint256 right = held;
        held = wrongHeld;
        uint256 units = amount / UNIT + (amount % UNIT == 0 ? 0 : 1);
        bool isOut = (seed >> 8) % 2 == 0;
        if (!isOut) units = amount / UNIT;
        if (units > 2 ** 58 - 1) units = 2 ** 58 - 1;
        _report(isOut, amount, isOut ? int256(units) : -int256(units));
        held = right;
        _note("absurd report");
    }

    function reportFromStranger(uint256 seed, uint256 market) external {
        OutflowReading memory before = sensor.reading(MARKET);
        uint256 assertions = recorder.assertions();
        address caller = seed % 2 == 0 ? address(this) : address(uint160(seed | 1));
        if (caller == address(this) && market == MARKET) ++market;

        vm.prank(caller);
        try sensor.onOutflow(Flow(market, seed, seed)) {} catch {
            ++violations["flow reverted"];
        }
        vm.prank(caller);
        try sensor.onInflow(Flow(market, seed, seed)) {} catch {
            ++violations["flow reverted"];
        }

        bool isSame = keccak256(abi.encode(before)) == keccak256(abi.encode(sensor.reading(MARKET)));
        if (!isSame || assertions != recorder.assertions()) ++violations["stranger recorded"];
    }

    function poke() external {
        uint256 assertions = recorder.assertions();
        OutflowReading memory before = sensor.reading(MARKET);
        try sensor.poke(MARKET) returns (Rungs asserted) {
            bool isSaid = recorder.assertions() == assertions + 1;
            bool isSaidAlready = before.assertedAt == time;
            if (asserted.isCalm() == (isSaid || (isSaidAlready && !asserted.isCalm()))) ++violations["poke"];
            if (isSaid) _note("poke asserted");
        } catch {
            // Only because the hub refuses.
            if (!isRefusing || before.due.isCalm()) ++violations["poke"];
        }
        _compare();
    }

    function setLimits(uint256 seed) external {
        OutflowReading memory before = sensor.reading(MARKET);
        OutflowParameters memory parameters =
            seed % 3 == 0
                ? OutflowPresets.standard(FLOOR_UNITS)
                : seed % 3 == 1
                    ? OutflowPresets.strict(FLOOR_UNITS)
                    : OutflowPresets.wide(FLOOR_UNITS);
        if ((seed >> 8) % 2 == 0) parameters.shortSeconds = uint24(3_600 + ((seed >> 16) % 3_600));
        _set(parameters);

        OutflowReading memory afterwards = sensor.reading(MARKET);
        bool isRefilled = afterwards.shortRoom > before.shortRoom || afterwards.longRoom > before.longRoom;
        if (isRefilled && before.recordedAt != 1) ++violations["refilled"];
        _compare();
    }

    function refuse(uint256 seed) external {
        isRefusing = seed % 3 == 0;
        recorder.refuse(isRefusing);
    }

    /* INTERNAL */

    function _report(bool isOut, uint256 amount, int256 outflow) private {
        uint256 assertions = recorder.assertions();
        model.flow(outflow, held / UNIT, time);
        if (isOut) {
            try sensor.onOutflow(Flow(MARKET, amount, held)) {} catch {
                ++violations["flow reverted"];
            }
        } else {
            try sensor.onInflow(Flow(MARKET, amount, held)) {} catch {
                ++violations["flow reverted"];
            }
        }
        bool isSaid = recorder.assertions() != assertions;
        Rungs due = model.due();
        if (isSaid && (due.isCalm() || !recorder.latestRungs().equals(due))) ++violations["said wrongly"];
        if (!isRefusing && !due.isCalm()) _expectSaid(due);
        if (isSaid) _note("flow asserted");
        _watchQuiet(outflow, due);
        _compare();
    }

    /// @dev What is due was said within the last five minutes, or more was.
    function _expectSaid(Rungs due) private {
        OutflowReading memory reading = sensor.reading(MARKET);
        if (time >= reading.assertedAt + 5 minutes) ++violations["not said"];
        if (due.exceeds(recorder.latestRungs()) && !isRefusing) ++violations["not said"];
    }

    /// @dev While nothing is due, what left is at most the room at the start and what time gave back, which is at most
    /// the largest room there can be, times the share of the window that passed.
    function _watchQuiet(int256 outflow, Rungs due) private {
        OutflowReading memory reading = sensor.reading(MARKET);
        bool isNew = _quietFrom == 0 || !due.isCalm() || reading.shortLimit > _quietSince.shortLimit;
        if (isNew) {
            (_quietOutflow, _quietSince, _quietFrom) = (0, reading, time);
            return;
        }
        _quietOutflow += outflow;
        int256 elapsed = int256(time - _quietFrom);
        int256 most = 2 * int256(_quietSince.shortLimit) + (int256(_quietSince.shortLimit) * elapsed) / 3_600;
        if (_quietOutflow * int256(UNIT) > most) ++violations["quiet drain"];
    }

    function _compare() private {
        OutflowReading memory reading = sensor.reading(MARKET);
        if (reading.recordedAt != time) return;
        (int256 shortRoom, int256 shortLimit) = model.shortWindow();
        (int256 longRoom, int256 longLimit) = model.longWindow();
        int256 unit = int256(UNIT);
        bool isSame =
            reading.shortRoom == shortRoom * unit &&
                reading.longRoom == longRoom * unit &&
                reading.valueLocked == model.average() * UNIT &&
                reading.due.equals(model.due()) &&
                int256(reading.shortLimit) == shortLimit * unit &&
                int256(reading.longLimit) == longLimit * unit;
        if (!isSame) ++violations["unlike the model"];
        _note("compared");
    }

    function _set(OutflowParameters memory parameters) private {
        sensor.setMarket(MARKET, parameters);
        model.set(parameters, time);
    }

    /// @dev Mostly small beside what is held, sometimes nothing, sometimes all of it.
    function _amount(uint256 seed, uint256 most) private pure returns (uint256) {
        uint256[5] memory shares = [uint256(1), 20, 200, 2_000, 1_000_000];
        return (seed >> 8) % (most / shares[seed % 5] + 1);
    }

    function _note(bytes32 what) private {
        ++happened[what];
    }
}
