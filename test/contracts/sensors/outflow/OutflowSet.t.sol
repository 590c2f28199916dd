// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IOutflowSensor, OutflowParameters, OutflowReading} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {FlowLimitsLib} from "../../../../contracts/sensors/outflow/FlowLimits.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../../contracts/sensors/outflow/OutflowSensor.sol";
import {Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {OutflowWorld} from "./OutflowWorld.sol";

/// @notice Setting limits: bounds, and that no change of them gives room back.
contract OutflowSetTest is OutflowWorld {
    OutflowParameters private _changed;

    /* WHAT STAYS */

    function test_SetMarket_RaisingLimitsRefillsNothing() public {
        venue.withdraw(8 * MILLION);

        vm.expectEmit(address(sensor));
        emit IOutflowSensor.MarketSet(MARKET, OutflowPresets.wide(FLOOR_UNITS));
        sensor.setMarket(MARKET, OutflowPresets.wide(FLOOR_UNITS));

        assertEq(_reading().shortLimit, 300 * MILLION);
        assertEq(_reading().shortRoom, int256(2 * MILLION));
        assertEq(_reading().longRoom, int256(92 * MILLION));
    }

    function test_SetMarket_LoweringLimitsShrinksRoomsAtOnce() public {
        sensor.setMarket(MARKET, OutflowPresets.strict(FLOOR_UNITS));

        assertEq(_reading().shortRoom, int256(5 * MILLION));
        venue.withdraw(5 * MILLION + 1);
        assertEq(recorder.assertions(), 1);
    }

    function test_SetMarket_CountsTimeBeforeItUnderTheOldWindows() public {
        venue.withdraw(8 * MILLION);
        _pass(30 minutes);
        OutflowReading memory before = _reading();

        OutflowParameters memory parameters = OutflowPresets.standard(FLOOR_UNITS);
        parameters.shortSeconds = 60;
        parameters.longSeconds = 120;
        sensor.setMarket(MARKET, parameters);

        assertEq(_reading().shortRoom, before.shortRoom);
        assertEq(_reading().longRoom, before.longRoom);
    }

    function test_SetMarket_BeforeTheFirstFlowLeavesTheSeedToIt() public {
        _build(address(recorder), OutflowPresets.standard(FLOOR_UNITS), HELD);
        OutflowSensor fresh = new OutflowSensor(sensor.hub(), address(venue), UNIT, address(this));
        fresh.setMarket(MARKET, OutflowPresets.standard(FLOOR_UNITS));
        _pass(1 hours);
        fresh.setMarket(MARKET, OutflowPresets.strict(FLOOR_UNITS));
        venue.reportTo(fresh);
        venue.deposit(0);

        assertEq(fresh.reading(MARKET).valueLocked, HELD);
    }

    /// @dev Half of what is held left; the average follows by as much as if nobody had set the same limits in between.
    function testFuzz_SetMarket_SameLimitsDoNotHoldTheAverage(uint256 seed, uint8 times) public {
        uint256 step = 1 + (seed % 12 hours);
        OutflowParameters memory parameters = OutflowPresets.standard(FLOOR_UNITS);
        uint256[2] memory averages;
        for (uint256 run; run < 2; ++run) {
            _build(address(recorder), parameters, HELD);
            venue.withdraw(HELD / 2);
            for (uint256 i; i < times % 8; ++i) {
                _pass(step);
                if (run == 1) sensor.setMarket(MARKET, parameters);
            }
            _pass(step);
            venue.deposit(0);
            averages[run] = _reading().valueLocked;
        }

        assertEq(averages[1], averages[0]);
        assertLt(averages[1], HELD);
    }

    /// @dev Whatever limits follow each other, at whatever time: no room grows by it, and the average stays.
    function testFuzz_SetMarket_NeverRefills(uint256 seed, uint256 left, uint32 elapsed) public {
        venue.withdraw(left % HELD);
        _pass(elapsed % 3 days);
        OutflowReading memory before = _reading();

        sensor.setMarket(MARKET, _anyParameters(seed));

        assertLe(_reading().shortRoom, before.shortRoom);
        assertLe(_reading().longRoom, before.longRoom);
        assertEq(_reading().valueLocked, before.valueLocked);
    }

    /* BOUNDS */

    function test_SetMarket_RevertWhen_OutOfBounds() public {
        _expectBounds("shortBps", 0, 1, 10_000);
        _changed.shortBps = 0;
        _set();
        _expectBounds("longBps", 99, 100, 10_000);
        _changed.longBps = 99;
        _set();
        _expectBounds("longBps", 10_001, 100, 10_000);
        _changed.longBps = 10_001;
        _set();
        _expectBounds("shortSeconds", 59, 60, 7 days);
        _changed.shortSeconds = 59;
        _set();
        _expectBounds("longSeconds", 7_199, 7_200, 7 days);
        _changed.longSeconds = 7_199;
        _set();
        _expectBounds("longSeconds", 7 days + 1, 7_200, 7 days);
        _changed.longSeconds = 7 days + 1;
        _set();
        _expectBounds("shortFloor", 3_599, 3_600, 2 ** 58 - 1);
        _changed.shortFloor = 3_599;
        _set();
        _expectBounds("longFloor", FLOOR_UNITS - 1, FLOOR_UNITS, 2 ** 58 - 1);
        _changed.longFloor = FLOOR_UNITS - 1;
        _set();
        _expectBounds("longFloor", 86_399, 86_400, 2 ** 58 - 1);
        (_changed.shortFloor, _changed.longFloor) = (3_600, 86_399);
        _set();
        _expectBounds("longFloor", 2 ** 58, FLOOR_UNITS, 2 ** 58 - 1);
        _changed.longFloor = 2 ** 58;
        _set();
        _expectBounds("creditBps", 10_001, 0, 10_000);
        _changed.creditBps = 10_001;
        _set();
        _expectBounds("severeFactor", 1, 2, 100);
        _changed.severeFactor = 1;
        _set();
        _expectBounds("severeFactor", 101, 2, 100);
        _changed.severeFactor = 101;
        _set();
    }

    function test_SetMarket_RevertWhen_RungsSayNothingOrSevereIsMilder() public {
        _changed = OutflowPresets.standard(FLOOR_UNITS);
        _changed.shortRungs = Rungs.wrap(0);
        _expectRungs(_changed.shortRungs);
        _set();

        _changed.longRungs = Rungs.wrap(0);
        _expectRungs(_changed.longRungs);
        _set();

        _changed.severeRungs = _rungs(3, 0);
        _expectRungs(_changed.severeRungs);
        _set();

        _changed.shortRungs = Rungs.wrap(0x47);
        vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, 4, 7));
        _set();
    }

    function test_SetMarket_RevertWhen_MarketIsOutOfRange() public {
        OutflowParameters memory parameters = OutflowPresets.standard(FLOOR_UNITS);

        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_UnknownMarket.selector, 32));
        sensor.setMarket(32, parameters);
    }

    function test_SetMarket_RevertWhen_CallerIsNotTheOwner() public {
        OutflowParameters memory parameters = OutflowPresets.standard(FLOOR_UNITS);
        address stranger = makeAddr("stranger");

        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        sensor.setMarket(MARKET, parameters);
    }

    function test_Constructor_RevertWhen_AnArgumentIsMissing() public {
        IIncidentState hub = sensor.hub();

        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_NotAContract.selector, address(1)));
        new OutflowSensor(IIncidentState(address(1)), address(venue), UNIT, address(this));
        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_NotAContract.selector, address(0)));
        new OutflowSensor(hub, address(0), UNIT, address(this));
        vm.expectRevert(
            abi.encodeWithSelector(IOutflowSensor.OutflowSensor_OutOfBounds.selector, "unit", 0, 1, type(uint256).max)
        );
        new OutflowSensor(hub, address(venue), 0, address(this));
    }

    /* VIEWS */

    function testFuzz_Limits_AreWhatWasSet(uint256 seed) public {
        OutflowParameters memory parameters = _anyParameters(seed);
        sensor.setMarket(MARKET, parameters);

        assertEq(abi.encode(sensor.limits(MARKET)), abi.encode(parameters));
    }

    function test_Limits_AreZeroWhereNothingIsSetUp() public view {
        assertEq(sensor.limits(ABSENT).shortSeconds, 0);
        assertEq(sensor.limits(255).shortSeconds, 0);
        assertTrue(FlowLimitsLib.pack(sensor.limits(ABSENT)).isEmpty());
    }

    function test_Reading_RevertWhen_MarketIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_UnknownMarket.selector, ABSENT));
        sensor.reading(ABSENT);
    }

    /* BUILDERS */

    function _anyParameters(uint256 seed) private pure returns (OutflowParameters memory parameters) {
        parameters.shortBps = uint16(bound(_draw(seed, 0), 1, 10_000));
        parameters.longBps = uint16(bound(_draw(seed, 1), parameters.shortBps, 10_000));
        parameters.shortSeconds = uint24(bound(_draw(seed, 2), 60, 3 days));
        parameters.longSeconds = uint24(bound(_draw(seed, 3), 2 * uint256(parameters.shortSeconds), 7 days));
        parameters.shortFloor = uint64(bound(_draw(seed, 4), parameters.shortSeconds, 2 ** 50));
        parameters.longFloor = uint64(bound(_draw(seed, 5), parameters.shortFloor + 7 days, 2 ** 58 - 1));
        parameters.creditBps = uint16(bound(_draw(seed, 6), 0, 10_000));
        parameters.severeFactor = uint8(bound(_draw(seed, 7), 2, 100));
        parameters.shortRungs = RungsLib.pair(uint8(_draw(seed, 8) % 4), 1);
        parameters.longRungs = RungsLib.pair(1, uint8(_draw(seed, 9) % 5));
        parameters.severeRungs = parameters.shortRungs.join(parameters.longRungs);
    }

    function _draw(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index)));
    }

    function _expectBounds(string memory parameter, uint256 value, uint256 least, uint256 most) private {
        _changed = OutflowPresets.standard(FLOOR_UNITS);
        vm.expectRevert(
            abi.encodeWithSelector(IOutflowSensor.OutflowSensor_OutOfBounds.selector, parameter, value, least, most)
        );
    }

    function _expectRungs(Rungs rungs) private {
        vm.expectRevert(abi.encodeWithSelector(IOutflowSensor.OutflowSensor_InvalidRungs.selector, rungs));
    }

    function _set() private {
        sensor.setMarket(MARKET, _changed);
        _changed = OutflowPresets.standard(FLOOR_UNITS);
    }
}
