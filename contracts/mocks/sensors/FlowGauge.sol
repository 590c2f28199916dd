// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutflowSensor} from "../../interfaces/IOutflowSensor.sol";
import {FlowReport} from "../../sensors/outflow/FlowReport.sol";

/// @title FlowGauge
/// @notice A venue that measures the gas which one recorded flow adds to it: the first of a transaction and the next.
/// @dev What reading the gas counter costs is measured in the same call and taken off. Call by `eth_call`: a transaction
/// that has touched the sensor already has no cold flow left.
contract FlowGauge {
    /// @notice Gas of a reported outflow, and of another in the same second.
    function gaugeOutflow(
        IOutflowSensor sensor,
        uint256 market,
        uint256 amount,
        uint256 heldBefore
    ) external returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        FlowReport.outflow(sensor, market, amount, heldBefore);
        uint256 second = gasleft();
        FlowReport.outflow(sensor, market, amount, heldBefore);
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    /// @notice Gas of a reported inflow, and of another in the same second.
    function gaugeInflow(
        IOutflowSensor sensor,
        uint256 market,
        uint256 amount,
        uint256 heldBefore
    ) external returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        FlowReport.inflow(sensor, market, amount, heldBefore);
        uint256 second = gasleft();
        FlowReport.inflow(sensor, market, amount, heldBefore);
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }
}
