// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cause, Path, Refusal, SensorGrant} from "../types/Incident.sol";
import {Leases} from "../types/Leases.sol";
import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";
import {Word} from "../types/Word.sol";
import {IPosture} from "./IPosture.sol";

/// @title IIncidentState
/// @notice Incident state of one deployment: words, posture, who may assert.
/// @dev Every event carries `seq`, counted from 1 without gaps, so that a reader sees when one is missing. The events
/// together hold everything needed to rebuild words and posture.
interface IIncidentState is IPosture {
    /* EVENTS */

    /// @notice A market exists here from now on.
    event MarketRegistered(uint64 indexed seq, uint8 indexed market, Posture posture);

    /// @notice A sensor's grant was set or, with `grant.isActive` false, withdrawn.
    event SensorSet(uint64 indexed seq, address indexed sensor, SensorGrant grant);

    /// @notice A venue's mirror is pushed to from now on, or no longer.
    event MirrorSet(uint64 indexed seq, address indexed mirror, bool isActive);

    /// @notice A sensor asserted, and at least one word changed.
    /// @param local Rungs asserted on this chain. Stamped into `localWord` where they exceed `mesh`.
    /// @param mesh Rungs asserted for the mesh, stamped into `meshWord`.
    event Asserted(
        uint64 indexed seq,
        uint8 indexed market,
        address indexed sensor,
        Cause cause,
        Rungs local,
        Rungs mesh,
        Word localWord,
        Word meshWord,
        Posture posture
    );

    /// @notice An entry from elsewhere changed the mesh word of `market`.
    /// @param srcEid The sending hub's endpoint id; this chain's own when operators submitted the entry here.
    /// @param entry The lanes that were accepted.
    /// @param meshWord The word after the merge.
    event Merged(
        uint64 indexed seq,
        uint8 indexed market,
        uint32 indexed srcEid,
        Path path,
        Word entry,
        Word meshWord,
        Posture posture
    );

    /// @notice Lanes of an entry were not merged. The rest of the entry, and of the message, was.
    /// @param lanes The refused lanes, with their stamps.
    event LanesRefused(
        uint64 indexed seq,
        uint8 indexed market,
        uint32 indexed srcEid,
        Path path,
        Refusal refusal,
        Word lanes
    );

    /// @notice Leases of `market` have ended and its posture came down to `inForce`.
    event Lifted(uint64 indexed seq, uint8 indexed market, Rungs inForce, Posture posture);

    /// @notice A mirror did not take the posture that was pushed to it. It holds an old one until `pushMirrors`.
    event MirrorFailed(uint64 indexed seq, address indexed mirror);

    /* ERRORS */

    /// @notice Thrown when somebody without an active grant for `market` asserts.
    error IncidentState_NotGranted(address caller, uint8 market);

    /// @notice Thrown when `market` is not registered here.
    error IncidentState_UnknownMarket(uint8 market);

    /// @notice Thrown when `market` is registered already, or out of range, or comes before market 0.
    error IncidentState_CannotRegister(uint8 market);

    /// @notice Thrown when a grant would let an assertion travel further than it holds here.
    error IncidentState_MeshAboveLocal(Rungs meshCeiling, Rungs localCeiling);

    /// @notice Thrown when a mirror is the zero address, is added twice, or is not there to be removed.
    error IncidentState_InvalidMirror(address mirror);

    /// @notice Thrown when there are as many mirrors as can be pushed to within a bounded amount of gas.
    error IncidentState_TooManyMirrors(uint256 most);

    /// @notice Thrown when the transaction has too little gas left to give every mirror its share.
    /// @dev Without this, whoever pokes a sensor could starve the mirrors and keep them loose.
    error IncidentState_GasTooLow(uint256 left, uint256 needed);

    /* ACTIONS */

    /// @notice States that `rungs` hold for `market` now. For sensors with a grant. What exceeds a ceiling of the
    /// grant is brought down to it.
    /// @dev Never reverts because of messaging. Asserting twice in one second changes nothing and emits nothing.
    function assertRungs(uint8 market, Rungs rungs) external;

    /// @notice Brings the posture of `market` down to what is still in force. Anybody may call it.
    /// @return inForce The rungs of `market` alone that remain.
    function lift(uint8 market) external returns (Rungs inForce);

    /// @notice Pushes the posture to every mirror again. Anybody may call it.
    function pushMirrors() external;

    /* GOVERNANCE */

    /// @notice Makes `market` exist. Market 0, the whole protocol, comes first.
    function registerMarket(uint8 market) external;

    /// @notice Sets what `sensor` may assert.
    function setSensor(address sensor, SensorGrant calldata grant) external;

    /// @notice Adds or removes a mirror.
    function setMirror(address mirror, bool isActive) external;

    /* VIEWS */

    /// @notice Word of `market` that all deployments share.
    function meshWord(uint8 market) external view returns (Word);

    /// @notice Word of `market` that never leaves this chain.
    function localWord(uint8 market) external view returns (Word);

    /// @notice Leases in force on this deployment.
    function leases() external view returns (Leases);

    /// @notice Sequence number of the latest event.
    function seq() external view returns (uint64);

    /// @notice keccak256 of the 32 mesh words in market order, 32 bytes each. Deployments agree when it is equal.
    function meshDigest() external view returns (bytes32);

    /// @notice Everything at once, from one block: both words of every market, in market order, posture and `seq`.
    function snapshot()
        external
        view
        returns (Word[] memory meshWords, Word[] memory localWords, Posture posture_, uint64 seq_);

    /// @notice What `sensor` may assert.
    function sensorGrant(address sensor) external view returns (SensorGrant memory);

    /// @notice Venues that the posture is pushed to.
    function mirrors() external view returns (address[] memory);
}
