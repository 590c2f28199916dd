// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {Flow, OutflowReading} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {OutflowPresets} from "../../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../../contracts/sensors/outflow/OutflowSensor.sol";

/// @notice The second outflow of a second is one subtraction from both rooms at once: neither may take from its neighbour.
contract OutflowBorrowTest is Test {
    uint8 private constant MARKET = 1;
    uint256 private constant HALF = 1 << 58;

    OutflowSensor private sensor;

    function setUp() public {
        vm.warp(1_700_000_000);
        sensor = new OutflowSensor(IIncidentState(address(new RecordingHub())), address(this), 1, address(this));
        sensor.setMarket(MARKET, OutflowPresets.standard(1_000_000));
    }

    /// @dev Both rooms lie near the least there is; one more would turn them round.
    function test_OnOutflow_BelowTheLeastRoomStaysBelow() public {
        sensor.onOutflow(Flow(MARKET, HALF, 1e12));
        sensor.onOutflow(Flow(MARKET, HALF + HALF / 2, 1e12));

        OutflowReading memory reading = sensor.reading(MARKET);
        assertLt(reading.shortRoom, -int256(HALF), "short");
        assertLt(reading.longRoom, -int256(HALF), "long");
        assertFalse(reading.due.isCalm(), "due");
    }

    /// @dev Most of the short room leaves, again and again: each time it has come back, the long room has not.
    function test_OnOutflow_OnlyTheLongRoomIsExceeded() public {
        uint256 held = 1e12;
        sensor.onOutflow(Flow(MARKET, 1, held));
        uint256 step = uint256(sensor.limits(MARKET).shortSeconds);
        for (uint256 i; i < 300 && sensor.reading(MARKET).due.isCalm(); ++i) {
            vm.warp(block.timestamp + step);
            sensor.onOutflow(Flow(MARKET, 1, held));
            uint256 amount = (uint256(sensor.reading(MARKET).shortRoom) * 9) / 10;
            sensor.onOutflow(Flow(MARKET, amount, held));
        }
        OutflowReading memory reading = sensor.reading(MARKET);
        assertGt(reading.shortRoom, 0, "short");
        assertLt(reading.longRoom, 0, "long");
        (, uint64 at) = sensor.lastAsserted(MARKET);
        assertEq(at, block.timestamp, "asserted in the flow");
    }
}
