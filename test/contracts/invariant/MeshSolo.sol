// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Directive} from "../../../contracts/types/Incident.sol";
import {MeshWorld} from "./MeshWorld.sol";

/// @title MeshSolo
/// @notice What is remembered of lone operators beside the hubs: for which directives each was charged, and where.
abstract contract MeshSolo is MeshWorld {
    /// @dev A hub remembers as many for each operator.
    uint256 private constant REMEMBERED = 6;

    /// @dev hub => operator => digests of directives, in the order in which they were charged for.
    mapping(uint256 => mapping(address => bytes32[])) private _charged;

    function _hasCharged(uint256 i, Directive memory directive, bytes memory signature) internal view returns (bool) {
        bytes32 digest = _digest(MESH_ID, directive);
        bytes32[] storage charged = _charged[i][_signerOf(directive, signature)];
        for (uint256 n; n < REMEMBERED && n < charged.length; ++n) {
            if (charged[charged.length - 1 - n] == digest) return true;
        }
        return false;
    }

    function _charge(uint256 i, Directive memory directive, bytes memory signature) internal {
        if (directive.entries.length == 0) return;
        _charged[i][_signerOf(directive, signature)].push(_digest(MESH_ID, directive));
    }

    /// @dev Entries, those of market 0 as 32.
    function _weightOf(bytes memory entries) internal pure returns (uint256 weight) {
        for (uint256 at; at < entries.length; at += 33) {
            weight += entries[at] == 0x00 ? 32 : 1;
        }
    }

    function _signerOf(Directive memory directive, bytes memory signature) internal pure returns (address) {
        (bytes32 r, uint256 parityAndS) = abi.decode(signature, (bytes32, uint256));
        bytes32 s = bytes32((parityAndS << 1) >> 1);
        return ecrecover(_digest(MESH_ID, directive), uint8(27 + (parityAndS >> 255)), r, s);
    }
}
