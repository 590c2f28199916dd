// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {ISensor} from "./ISensor.sol";

/// @notice When a peer counts as silent, and what is asserted then. One slot.
struct SilenceParameters {
    // The market that is asserted; 0 is the whole protocol.
    uint8 market;
    // How long a peer may say nothing.
    uint24 silenceSeconds;
    Rungs rungs;
}

/// @title ISilenceSensor
/// @notice Asserts, on this chain only, when a peer's heartbeats have stopped.
interface ISilenceSensor is ISensor {
    /* EVENTS */

    /// @notice Nothing was heard of the peer at `eid` since `since`, in unix seconds.
    event PeerSilent(uint32 indexed eid, uint64 since);

    /// @notice The peer at `eid` is waited for from `since` on, in unix seconds, even if nothing was heard of it yet.
    event PeerAwaited(uint32 indexed eid, uint64 since);

    /// @notice The parameters were set.
    event SilenceParametersSet(SilenceParameters parameters);

    /* ERRORS */

    /// @notice Thrown when another market is poked than the one that silence is asserted on, or it cannot be one.
    error SilenceSensor_UnknownMarket(uint8 market);

    /// @notice Thrown when the hub has no peer at `eid`.
    error SilenceSensor_NotPeer(uint32 eid);

    /// @notice Thrown when a parameter is out of its bounds.
    error SilenceSensor_OutOfBounds(string parameter, uint256 value, uint256 least, uint256 most);

    /// @notice Thrown when the rungs are calm or above what silence alone may assert.
    error SilenceSensor_InvalidRungs(Rungs rungs);

    /// @notice Thrown when the hub's grant would let this sensor's assertions travel.
    error SilenceSensor_GrantTravels(Rungs meshCeiling);

    /* ACTIONS */

    /// @notice Looks at one peer, and asserts if it is silent. A poke for one peer, at the cost of one.
    /// @return asserted The rungs that were asserted; calm when the peer is not silent.
    function reportSilence(uint32 eid) external returns (Rungs asserted);

    /* GOVERNANCE */

    /// @notice Sets when a peer is silent and what is asserted then.
    function setParameters(SilenceParameters calldata newParameters) external;

    /// @notice Waits for the peer at `eid` anew, from now on: for a peer that was removed for a while and came back.
    function awaitPeer(uint32 eid) external;

    /* VIEWS */

    /// @notice The parameters.
    function parameters() external view returns (SilenceParameters memory);

    /// @notice Since when nothing was heard of the peer at `eid`, in unix seconds: the later of its last message and of
    /// when this sensor began to wait for it. 0 when the sensor has not looked at it yet and nothing was heard.
    function silentSince(uint32 eid) external view returns (uint64);
}
