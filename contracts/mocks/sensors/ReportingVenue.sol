// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutflowSensor} from "../../interfaces/IOutflowSensor.sol";
import {FlowReport} from "../../sensors/outflow/FlowReport.sol";

/// @title ReportingVenue
/// @notice The least of a venue that reports its flows: a book of what it holds for one market, no tokens.
contract ReportingVenue {
    uint8 private immutable _market;

    /// @notice Where flows are reported to. Anybody may say.
    IOutflowSensor public sensor;

    /// @notice What the venue holds, by its own book.
    uint256 public held;

    constructor(uint8 market) {
        _market = market;
    }

    /// @notice From now on, reports to `newSensor`.
    function reportTo(IOutflowSensor newSensor) external {
        sensor = newSensor;
    }

    function deposit(uint256 amount) external {
        uint256 before = held;
        held = before + amount;
        FlowReport.inflow(sensor, _market, amount, before);
    }

    function withdraw(uint256 amount) external {
        uint256 before = held;
        held = before - amount;
        FlowReport.outflow(sensor, _market, amount, before);
    }
}
