// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ILiftGate
/// @notice What a hub asks before it lifts a halt: whether prices are fresh enough to trade on again.
interface ILiftGate {
    /// @notice Whether the halt of `market` may be lifted now. Market 0, the whole protocol, has an answer of its own.
    /// @dev The hub asks with a bounded amount of gas and reads one word. A revert, a missing answer or anything but
    /// exactly `true` keeps the halt.
    /// @param haltedAt Unix seconds of the newest assertion of the halt that is being lifted.
    function mayLift(uint8 market, uint64 haltedAt) external view returns (bool);
}
