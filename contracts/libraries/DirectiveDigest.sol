// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title DirectiveDigest
/// @notice What operators sign: a directive under EIP-712, in a domain that names the mesh and no chain.
library DirectiveDigest {
    bytes32 private constant DIRECTIVE_TYPEHASH = keccak256(
        "Directive(bytes32 decision,uint64 deadline,bytes entries)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");

    /// @notice Domain separator of a mesh.
    function domainOf(bytes32 meshId) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Cordon"), keccak256("1"), meshId));
    }

    /// @notice Digest of a directive in `domain`.
    function compute(
        bytes32 domain,
        bytes32 decision,
        uint256 deadline,
        bytes calldata entries
    ) internal pure returns (bytes32 digest) {
        bytes32 typeHash = DIRECTIVE_TYPEHASH;
        assembly ("memory-safe") {
            // All of it behind the free memory pointer, which is left where it is.
            let data := mload(0x40)
            calldatacopy(data, entries.offset, entries.length)
            let entriesHash := keccak256(data, entries.length)
            mstore(data, typeHash)
            mstore(add(data, 32), decision)
            mstore(add(data, 64), deadline)
            mstore(add(data, 96), entriesHash)
            // 0x1901, the domain, the hash of the struct: written from the last to the first, each over the zeros of the next.
            mstore(add(data, 66), keccak256(data, 128))
            mstore(add(data, 34), domain)
            mstore(add(data, 2), 0x1901)
            digest := keccak256(add(data, 32), 66)
        }
    }
}
