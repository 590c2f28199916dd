// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Extensible
/// @notice Hands calls that a contract does not answer to one that does, on its own storage.
abstract contract Extensible {
    /// @notice Thrown when the extension is no contract.
    error Extensible_NoCode(address extension);

    /// @notice What answers the calls that this contract does not.
    address public immutable extension;

    constructor(address extension_) {
        if (extension_.code.length == 0) revert Extensible_NoCode(extension_);
        extension = extension_;
    }

    fallback() external {
        address target = extension;
        assembly {
            // The whole memory is this frame's: nothing of Solidity's runs afterwards.
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 {
                revert(0, returndatasize())
            }
            default {
                return(0, returndatasize())
            }
        }
    }
}
