// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {Cause, Directive, Entry, Limits, SensorGrant} from "../../../contracts/types/Incident.sol";
import {Leases} from "../../../contracts/types/Leases.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {HALTED, M2, M4, REDUCE_ONLY, Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";
import {Word} from "../../../contracts/types/Word.sol";

/// @title HubBuilders
/// @notice Default parameters of a hub, and everything that is handed to one.
abstract contract HubBuilders is Test {
    /* PARAMETERS */

    function _defaultLeases() internal pure returns (Leases) {
        return _leasesOf([uint256(12 hours), 3 hours, 1 hours, 24 hours, 8 hours, 3 hours, 1 hours]);
    }

    /// @param lanes caution, reduceOnly, halted, m1, m2, m3, m4.
    function _leasesOf(uint256[7] memory lanes) internal pure returns (Leases) {
        uint256 bits;
        for (uint256 i; i < 7; ++i) {
            bits = (bits << 32) | lanes[i];
        }
        return Leases.wrap(bits);
    }

    function _defaultLimits() internal pure returns (Limits memory) {
        return
            Limits({
                peerCeiling: _rungs(HALTED, M4),
                soloCeiling: _rungs(REDUCE_ONLY, M2),
                quorumCeiling: _rungs(HALTED, M4),
                quorum: 2
            });
    }

    /// @dev A sensor of prices that may say anything about any market.
    function _openGrant() internal pure returns (SensorGrant memory) {
        return _grant(_rungs(HALTED, M4), _rungs(HALTED, M4));
    }

    function _grant(Rungs localCeiling, Rungs meshCeiling) internal pure returns (SensorGrant memory) {
        return
            SensorGrant({
                isActive: true,
                cause: Cause.Price,
                localCeiling: localCeiling,
                meshCeiling: meshCeiling,
                markets: type(uint32).max
            });
    }

    function _rungs(uint8 breaker, uint8 margin) internal pure returns (Rungs) {
        return RungsLib.pair(breaker, margin);
    }

    /// @dev Any pair of rungs, from any two numbers.
    function _anyRungs(uint8 breaker, uint8 margin) internal pure returns (Rungs) {
        return _rungs(breaker % 4, margin % 5);
    }

    /* ENTRIES, DIRECTIVES, SIGNATURES */

    function _pack(uint8 market, Word word) internal pure returns (bytes memory) {
        return PayloadLib.packEntry(Entry(market, word));
    }

    function _signWith(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev As {IIncidentHub.submit} takes it: the parity of `v` is the topmost bit of `s`.
    function _signCompact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev EIP-712 by the book, without the contract's help.
    function _digest(bytes32 meshId, Directive memory directive) internal pure returns (bytes32) {
        bytes32 domainType = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
        bytes32 domain = keccak256(abi.encode(domainType, keccak256("Cordon"), keccak256("1"), meshId));
        bytes32 directiveType = keccak256("Directive(bytes32 decision,uint64 deadline,bytes entries)");
        bytes32 structHash = keccak256(
            abi.encode(directiveType, directive.decision, directive.deadline, keccak256(directive.entries))
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    /// @dev Private keys in ascending order of their addresses.
    function _sortedKeys(uint256 count) internal pure returns (uint256[] memory keys) {
        keys = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            keys[i] = uint256(keccak256(abi.encode("operator", i)));
            for (uint256 j = i; j > 0 && vm.addr(keys[j]) < vm.addr(keys[j - 1]); --j) {
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
    }

    function _addressesOf(uint256[] memory keys) internal pure returns (address[] memory accounts) {
        accounts = new address[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            accounts[i] = vm.addr(keys[i]);
        }
    }

    function _asBytes32(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    /* ASSERTIONS */

    function assertEq(Word a, Word b, string memory what) internal pure {
        assertEq(bytes32(Word.unwrap(a)), bytes32(Word.unwrap(b)), what);
    }

    function assertEq(Posture a, Posture b, string memory what) internal pure {
        assertEq(bytes32(Posture.unwrap(a)), bytes32(Posture.unwrap(b)), what);
    }

    function assertEq(Rungs a, Rungs b, string memory what) internal pure {
        assertEq(Rungs.unwrap(a), Rungs.unwrap(b), what);
    }
}
