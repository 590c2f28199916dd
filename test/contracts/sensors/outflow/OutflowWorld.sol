// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {OutflowParameters, OutflowReading} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {ReportingVenue} from "../../../../contracts/mocks/sensors/ReportingVenue.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../../contracts/sensors/outflow/OutflowSensor.sol";
import {Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";

/// @dev A venue that holds a thousand million tokens of 18 decimals, a sensor with the standard preset, a recording hub.
/// Limits are thus ten million in an hour and a hundred million in a day.
abstract contract OutflowWorld is Test {
    uint8 internal constant MARKET = 1;
    uint8 internal constant ABSENT = 9;
    uint256 internal constant NOW = 1_700_000_000;
    uint256 internal constant UNIT = 1e12;
    uint256 internal constant MILLION = 1e24;
    uint256 internal constant HELD = 1_000 * MILLION;
    uint64 internal constant FLOOR_UNITS = 1e12;

    RecordingHub internal recorder;
    ReportingVenue internal venue;
    OutflowSensor internal sensor;

    function setUp() public virtual {
        vm.warp(NOW);
        recorder = new RecordingHub();
        _build(address(recorder), OutflowPresets.standard(FLOOR_UNITS), HELD);
    }

    /// @dev A venue that held `held` before the sensor first heard of it.
    function _build(address hub, OutflowParameters memory parameters, uint256 held) internal {
        venue = new ReportingVenue(MARKET);
        venue.deposit(held);
        sensor = new OutflowSensor(IIncidentState(hub), address(venue), UNIT, address(this));
        sensor.setMarket(MARKET, parameters);
        venue.reportTo(sensor);
        venue.deposit(0);
    }

    function _pass(uint256 elapsed) internal {
        vm.warp(block.timestamp + elapsed);
    }

    function _reading() internal view returns (OutflowReading memory) {
        return sensor.reading(MARKET);
    }

    function _rungs(uint8 breaker, uint8 margin) internal pure returns (Rungs) {
        return RungsLib.pair(breaker, margin);
    }

    function _assertLatest(uint256 assertions, uint8 breaker, uint8 margin) internal view {
        assertEq(recorder.assertions(), assertions, "assertions");
        assertEq(recorder.latestMarket(), MARKET, "market");
        assertEq(recorder.latestRungs().breaker(), breaker, "breaker rung");
        assertEq(recorder.latestRungs().margin(), margin, "margin rung");
    }
}
