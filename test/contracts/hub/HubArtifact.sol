// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {Limits} from "../../../contracts/types/Incident.sol";
import {Leases} from "../../../contracts/types/Leases.sol";

/// @dev A hub as it is shipped: the compiler's artifact. `new` would compile the hub anew into the test, by the settings of
/// the test, which are not those of the hub. A constructor that reverts is passed on as it is.
function deployHub(
    address endpoint,
    address governance,
    bytes32 meshId,
    Leases leases,
    Limits memory limits,
    address[] memory operators
) returns (IncidentHub hub) {
    Vm vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    bytes memory arguments = abi.encode(endpoint, governance, meshId, leases, limits, operators);
    bytes memory code = bytes.concat(vm.getCode("IncidentHub.sol:IncidentHub"), arguments);
    assembly ("memory-safe") {
        hub := create(0, add(code, 32), mload(code))
        if iszero(hub) {
            let reason := mload(0x40)
            returndatacopy(reason, 0, returndatasize())
            revert(reason, returndatasize())
        }
    }
}
