// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title DirectiveFloor
/// @notice The least that a directive of one entry can cost: takes the calldata that {IncidentHub.submit} takes, recovers
/// every signer, reads and writes the slots that the hub reads and writes, and emits events of the same size. For comparison
/// of gas only.
/// @dev What it leaves out: deadline, ceilings, lapsing, stamps that are ahead, leases, a market that is not calm, mirrors.
contract DirectiveFloor {
    /// @dev The same shape as the real one.
    struct Directive {
        bytes32 decision;
        uint64 deadline;
        bytes entries;
    }

    bytes32 private immutable DOMAIN_SEPARATOR;
    bytes32 private immutable TYPEHASH;

    uint256 private _posture = 0x8080;
    uint256 private _status = 1;
    uint256 private _ledger = 1;
    /// @dev account => whether it may sign
    mapping(address => uint256) private _operators;
    uint256[32] private _mesh;

    constructor(bytes32 domainSeparator, bytes32 typeHash, address[] memory operators) {
        (DOMAIN_SEPARATOR, TYPEHASH) = (domainSeparator, typeHash);
        for (uint256 i; i < operators.length; ++i) {
            _operators[operators[i]] = 1;
        }
        _mesh[1] = 1 << 224;
    }

    function submit(Directive calldata directive, bytes calldata signatures) external {
        _checkSigners(_digest(directive), signatures);
        _merge(directive.decision, directive.entries);
    }

    function _digest(Directive calldata directive) private view returns (bytes32 digest) {
        bytes calldata entries = directive.entries;
        (bytes32 domain, bytes32 typeHash) = (DOMAIN_SEPARATOR, TYPEHASH);
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, entries.offset, entries.length)
            let entriesHash := keccak256(data, entries.length)
            mstore(data, typeHash)
            calldatacopy(add(data, 32), directive, 64)
            mstore(add(data, 96), entriesHash)
            mstore(add(data, 66), keccak256(data, 128))
            mstore(add(data, 34), domain)
            mstore(add(data, 2), 0x1901)
            digest := keccak256(add(data, 32), 66)
        }
    }

    function _checkSigners(bytes32 digest, bytes calldata signatures) private {
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, digest)
            let previous := 0
            let count := 0
            for {
                let at := 0
            } lt(at, signatures.length) {
                at := add(at, 64)
            } {
                let signature := add(signatures.offset, at)
                let parityAndS := calldataload(add(signature, 32))
                mstore(add(data, 32), add(27, shr(255, parityAndS)))
                mstore(add(data, 64), calldataload(signature))
                mstore(add(data, 96), shr(1, shl(1, parityAndS)))
                pop(staticcall(gas(), 1, data, 128, 0, 32))
                let signer := mload(0)
                mstore(32, _operators.slot)
                let slot := keccak256(0, 64)
                let operator := sload(slot)
                if or(iszero(operator), iszero(gt(signer, previous))) {
                    revert(0, 0)
                }
                // One alone pays.
                if eq(signatures.length, 64) {
                    sstore(slot, add(operator, 1))
                }
                previous := signer
                count := add(count, 1)
            }
            if gt(count, add(and(sload(_status.slot), 1), 31)) {
                revert(0, 0)
            }
        }
    }

    function _merge(bytes32 decision, bytes calldata entries) private {
        assembly ("memory-safe") {
            let data := mload(0x40)
            let status := sload(_status.slot)
            let market := byte(0, calldataload(entries.offset))
            let entry := calldataload(add(entries.offset, 1))
            let slot := add(_mesh.slot, market)
            let word := or(sload(slot), entry)
            sstore(slot, word)
            // A halt begins: when, is written down.
            if and(shr(128, entry), 0xffffffff) {
                sstore(_ledger.slot, or(sload(_ledger.slot), shl(224, timestamp())))
            }
            let posture := or(sload(_posture.slot), shl(shl(3, market), 0x34))
            sstore(_posture.slot, posture)
            sstore(_status.slot, add(status, 1))
            mstore(data, word)
            mstore(add(data, 32), posture)
            log4(data, 64, 0, status, market, decision)
        }
    }
}
