// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutflowSensor} from "../../interfaces/IOutflowSensor.sol";

/// @title FlowReport
/// @notice How a venue tells an outflow sensor of a flow. No sensor, however wrong, makes the flow revert.
/// @dev The sensor gets a bounded amount of gas, and nothing of what it returns is copied. That it failed counts only
/// when it had its full share: otherwise whoever withdraws could keep the gas so short that the report fails and the
/// withdrawal does not.
library FlowReport {
    /// @notice Gas that a report may use. Recording needs 11,000; an assertion the rest, in a hub with all its mirrors.
    uint256 internal constant REPORT_GAS = 500_000;

    /// @notice Gas that has to be left for that to be certain. A call gets at most 63/64 of what is left.
    uint256 internal constant REPORT_GAS_NEEDED = 512_000;

    /// @notice `sensor` failed with all the gas that it may need: it is not one, or it is broken. The flow went on.
    event FlowUnreported(address indexed sensor, uint256 indexed market);

    /// @notice Thrown when the report failed and the transaction had too little gas for the sensor's full share.
    error FlowReport_GasTooLow(uint256 left, uint256 needed);

    /// @notice Reports that `amount` came in. `heldBefore` is what the venue held before, by its own book.
    function inflow(IOutflowSensor sensor, uint256 market, uint256 amount, uint256 heldBefore) internal {
        bytes4 selector = IOutflowSensor.onInflow.selector;
        uint256 failedWith;
        // Memory-safe: the call is written past the free memory pointer, which stays.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, selector)
            mstore(add(data, 0x04), market)
            mstore(add(data, 0x24), amount)
            mstore(add(data, 0x44), heldBefore)
            let left := gas()
            failedWith := mul(left, iszero(call(REPORT_GAS, sensor, 0, data, 0x64, 0, 0)))
        }
        if (failedWith != 0) _admit(sensor, market, failedWith);
    }

    /// @notice Reports that `amount` leaves. Call it before the tokens move, and with `heldBefore` still with them.
    function outflow(IOutflowSensor sensor, uint256 market, uint256 amount, uint256 heldBefore) internal {
        bytes4 selector = IOutflowSensor.onOutflow.selector;
        uint256 failedWith;
        // As above. By hand, and twice, because everybody's withdrawal pays for it.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, selector)
            mstore(add(data, 0x04), market)
            mstore(add(data, 0x24), amount)
            mstore(add(data, 0x44), heldBefore)
            let left := gas()
            failedWith := mul(left, iszero(call(REPORT_GAS, sensor, 0, data, 0x64, 0, 0)))
        }
        if (failedWith != 0) _admit(sensor, market, failedWith);
    }

    function _admit(IOutflowSensor sensor, uint256 market, uint256 left) private {
        if (left < REPORT_GAS_NEEDED) revert FlowReport_GasTooLow(left, REPORT_GAS_NEEDED);
        emit FlowUnreported(address(sensor), market);
    }
}
