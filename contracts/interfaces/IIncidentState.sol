// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cause, Path, Refusal, SensorGrant} from "../types/Incident.sol";
import {Leases} from "../types/Leases.sol";
import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";
import {Word} from "../types/Word.sol";
import {ILiftGate} from "./ILiftGate.sol";
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
    /// @param local Rungs asserted on this chain. Stamped into the local word where they exceed `mesh`.
    /// @param mesh Rungs asserted for the mesh, stamped into the mesh word.
    /// @param localWord The local word now, empty (zero) when it is as it was.
    /// @param meshWord The mesh word now.
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

    /// @notice An entry of a message, or of a directive that a quorum signed, changed the mesh word of `market`.
    /// @param decision The decision that the directive follows from; who signed it is in the transaction. 0 for an entry of
    /// a message: the event before those of its entries says who sent it.
    /// @param meshWord The word after the merge.
    event Merged(uint64 indexed seq, uint8 indexed market, bytes32 indexed decision, Word meshWord, Posture posture);

    /// @notice {Merged} by a directive that fewer operators than a quorum signed.
    event SoloMerged(
        uint64 indexed seq,
        uint8 indexed market,
        bytes32 indexed decision,
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

    /// @notice The council voided what was asserted of `market` at `asOf` or earlier. The posture is as it was: `lift`
    /// brings it down.
    /// @param asOf Unix seconds; `voidBefore` of both words from now on.
    event Voided(uint64 indexed seq, uint8 indexed market, uint64 asOf, Word meshWord, Word localWord);

    /// @notice Leases of `market` have ended, or were voided, and its posture came down to `inForce`.
    /// @param inForce What remains. Halted although no word holds it: the lift gate did not let go. Reduce-only although
    /// a word holds a halt: the halt budget is spent.
    event Lifted(uint64 indexed seq, uint8 indexed market, Rungs inForce, Posture posture);

    /// @notice A halt of `market` is in force, and its posture is or stays at reduce-only: the halt budget is spent.
    event HaltBudgetSpent(uint64 indexed seq, uint8 indexed market);

    /// @notice The halt budget of `market` begins anew. What its words hold in force is in `posture` again.
    event HaltBudgetRearmed(uint64 indexed seq, uint8 indexed market, Posture posture);

    /// @notice `council` may void from now on; the zero address: nobody may.
    event CouncilSet(uint64 indexed seq, address indexed council);

    /// @notice `gate` is asked before a halt is lifted from now on; the zero address: nobody is.
    event LiftGateSet(uint64 indexed seq, ILiftGate indexed gate);

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
    /// @dev Without this, whoever pokes a sensor could starve the mirrors and keep them loose, and whoever lifts could
    /// make the gate answer without having looked.
    error IncidentState_GasTooLow(uint256 left, uint256 needed);

    /// @notice Thrown when somebody else than the council voids.
    error IncidentState_NotCouncil(address caller);

    /// @notice Thrown when a void would reach as far as now, or no further than the one before it.
    /// @param voidBefore Unix seconds of the void before it; 1 when there was none.
    error IncidentState_InvalidVoid(uint64 asOf, uint256 voidBefore, uint256 time);

    /// @notice Thrown when a lift gate is an account without code.
    error IncidentState_InvalidLiftGate(ILiftGate gate);

    /// @notice Thrown when only the halt of `market` could be lifted and the lift gate does not let it go.
    /// @param haltedAt Unix seconds of the newest assertion of the halt.
    error IncidentState_GateClosed(uint8 market, uint64 haltedAt);

    /* ACTIONS */

    /// @notice States that `rungs` hold for `market` now. For sensors with a grant. What exceeds a ceiling of the
    /// grant is brought down to it.
    /// @dev Never reverts because of messaging. Asserting twice in one second changes nothing and emits nothing.
    function assertRungs(uint8 market, Rungs rungs) external;

    /// @notice Brings the posture of `market` down to what is still in force. Anybody may call it.
    /// @dev A halt comes down only when the lift gate lets it go; until then everything else does, and a lift that could
    /// change nothing else reverts. Once the halt budget is spent a halt comes down to reduce-only, whatever the words
    /// and the gate say.
    /// @return inForce The rungs of `market` alone that remain.
    function lift(uint8 market) external returns (Rungs inForce);

    /// @notice Voids what was asserted of `market` at `asOf` or earlier, on this chain alone. For the council.
    /// @dev Never brings the posture down: `lift` does. What is asserted after `asOf` survives. Peers are told of rungs
    /// that are asserted anew as if they had never heard of them.
    /// @param asOf Unix seconds, before this chain's clock, so that nothing that is asserted from now on can be void, and
    /// later than the void before it.
    function voidMarket(uint8 market, uint64 asOf) external;

    /// @notice Pushes the posture to every mirror again. Anybody may call it.
    function pushMirrors() external;

    /* GOVERNANCE */

    /// @notice Makes `market` exist. Market 0, the whole protocol, comes first.
    function registerMarket(uint8 market) external;

    /// @notice Sets what `sensor` may assert.
    function setSensor(address sensor, SensorGrant calldata grant) external;

    /// @notice Adds or removes a mirror.
    function setMirror(address mirror, bool isActive) external;

    /// @notice Sets who may void; the zero address: nobody.
    function setCouncil(address council) external;

    /// @notice Sets who is asked before a halt is lifted; the zero address: nobody.
    function setLiftGate(ILiftGate gate) external;

    /// @notice Gives `market` its whole halt budget again. A halt that its words hold is in force again at once.
    function rearmHaltBudget(uint8 market) external;

    /* VIEWS */

    /// @notice Who may void.
    function council() external view returns (address);

    /// @notice Who is asked before a halt is lifted.
    function liftGate() external view returns (ILiftGate);

    /// @notice Of the 7 days that `market` may be halted of any 30. Market 0, the whole protocol, has a budget of its own.
    /// @return usedSeconds Time halted in the last 30 to 32 days, until now, rounded up to minutes.
    /// @return isSpent Whether a halt reaches reduce-only at the most, until governance rearms the budget. Set by the
    /// first `lift` that finds the budget used up.
    function haltBudget(uint8 market) external view returns (uint256 usedSeconds, bool isSpent);

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
