// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../../interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {Limits, SensorGrant} from "../../types/Incident.sol";
import {Judge} from "./Judge.sol";

/// @title HubJudge
/// @notice Compares changes of a hub. Whoever may speak already may be allowed to say more at once; nobody who may not
/// speak is let in at once, and nobody is silenced at once.
/// @dev So a stolen tightening key can neither appoint itself a sensor, nor dismiss the honest operators, nor take money.
/// The other setters (markets, operators, mirrors, peers, budgets, money, ownership, delegate) are not known here and
/// wait; docs/governance.md says of each why.
contract HubJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        if (selector == IIncidentState.setSensor.selector) return _judgeSensor(target, arguments);
        if (selector == IIncidentHub.setLimits.selector) return _judgeLimits(target, arguments);
        if (selector == IIncidentState.setCouncil.selector) {
            // Without a council nobody voids. Another council might.
            address council = abi.decode(arguments, (address));
            return council == address(0) || council == IIncidentState(target).council();
        }
        if (selector == IIncidentState.setLiftGate.selector) {
            // A gate can only keep a halt. Another gate might let go of what this one keeps.
            address current = address(IIncidentState(target).liftGate());
            return current == address(0) || abi.decode(arguments, (address)) == current;
        }
        return false;
    }

    function _judgeSensor(address target, bytes calldata arguments) private view returns (bool) {
        (address sensor, SensorGrant memory next) = abi.decode(arguments, (address, SensorGrant));
        SensorGrant memory current = IIncidentState(target).sensorGrant(sensor);
        return
            current.isActive &&
            next.isActive &&
            next.cause == current.cause &&
            !current.localCeiling.exceeds(next.localCeiling) &&
            !current.meshCeiling.exceeds(next.meshCeiling) &&
            next.markets & current.markets == current.markets;
    }

    /// @dev A smaller quorum would let fewer keys speak for all, a larger one would silence some.
    function _judgeLimits(address target, bytes calldata arguments) private view returns (bool) {
        Limits memory next = abi.decode(arguments, (Limits));
        Limits memory current = IIncidentHub(target).limits();
        return
            next.quorum == current.quorum &&
            !current.peerCeiling.exceeds(next.peerCeiling) &&
            !current.soloCeiling.exceeds(next.soloCeiling) &&
            !current.quorumCeiling.exceeds(next.quorumCeiling);
    }
}
