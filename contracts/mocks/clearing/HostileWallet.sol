// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title HostileWallet
/// @notice Makes a call when it is asked for its signature, and signs if that went well; told of nothing to call, it burns all
/// the gas that it is given.
contract HostileWallet {
    address private _target;
    bytes private _data;

    /// @notice What to call from now on.
    function setCallback(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @notice As ERC-1271 names it, but for the promise to change nothing.
    function isValidSignature(bytes32, bytes memory) external returns (bytes4) {
        if (_target == address(0)) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        (bool ok, ) = _target.call(_data);
        return ok ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
