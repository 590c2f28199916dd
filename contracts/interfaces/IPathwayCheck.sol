// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IPathwayCheck
/// @notice How many DVNs a message of an OApp needs, in both directions, as LayerZero's libraries are configured now.
interface IPathwayCheck {
    /// @notice Distinct DVNs that must agree on every message between `oapp` and `eid`. Reverts on no configuration.
    /// @param oapp An OApp on this chain, such as the hub.
    /// @param eid Endpoint id of the other chain.
    /// @return requiredSend For messages to `eid`, 0 when it cannot be read.
    /// @return requiredReceive For messages from `eid`, 0 when it cannot be read.
    function pathway(address oapp, uint32 eid) external view returns (uint256 requiredSend, uint256 requiredReceive);
}
