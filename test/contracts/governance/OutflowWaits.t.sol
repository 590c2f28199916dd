// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {Flow, OutflowParameters} from "../../../contracts/interfaces/IOutflowSensor.sol";
import {RecordingHub} from "../../../contracts/mocks/RecordingHub.sol";
import {OutflowPresets} from "../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../contracts/sensors/outflow/OutflowSensor.sol";

/// @notice Why the outflow sensor has no judge: setting limits, even tighter ones, may allow more.
contract OutflowWaitsTest is Test {
    uint8 private constant MARKET = 1;
    uint256 private constant NOW = 1_700_000_000;

    /// @dev Half of the value leaves. The average follows it down, and the limits with it. Setting tighter limits in
    /// between counts the time until then as one in which nothing was learnt: the average stays up, and so do the limits.
    function test_SetMarket_TighterLimitsMayAllowMore() public {
        vm.warp(NOW);
        IIncidentState hub = IIncidentState(address(new RecordingHub()));
        OutflowSensor left = new OutflowSensor(hub, address(this), 1, address(this));
        OutflowSensor again = new OutflowSensor(hub, address(this), 1, address(this));
        OutflowParameters memory limits = OutflowPresets.standard(1_000_000);
        left.setMarket(MARKET, limits);
        again.setMarket(MARKET, limits);
        _flow(left, 5e11, 1e12);
        _flow(again, 5e11, 1e12);

        vm.warp(NOW + 2 * uint256(limits.longSeconds));
        (limits.shortBps, limits.longBps) = (limits.shortBps - 1, limits.longBps - 1);
        again.setMarket(MARKET, limits);
        vm.warp(block.timestamp + 1);
        _flow(left, 1, 5e11);
        _flow(again, 1, 5e11);
        assertGt(again.reading(MARKET).longLimit, (left.reading(MARKET).longLimit * 3) / 2, "long");
        assertGt(again.reading(MARKET).shortLimit, (left.reading(MARKET).shortLimit * 3) / 2, "short");
    }

    function _flow(OutflowSensor sensor, uint256 amount, uint256 heldBefore) private {
        sensor.onOutflow(Flow(MARKET, amount, heldBefore));
    }
}
