// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MintableToken} from "./MintableToken.sol";

/// @title CallbackToken
/// @notice Makes a call in the middle of every transfer, as ERC-777 let receivers do. Reverts with what the call reverts with.
contract CallbackToken is MintableToken {
    address private _target;
    bytes private _data;

    constructor() MintableToken(6) {}

    /// @notice What to call from now on. No code: nothing.
    function setCallback(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (_target.code.length == 0 || from == address(0)) return;
        (bool ok, bytes memory reason) = _target.call(_data);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
