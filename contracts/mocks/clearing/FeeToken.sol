// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MintableToken} from "./MintableToken.sol";

/// @title FeeToken
/// @notice Burns one in a hundred of everything that is transferred, once told to.
contract FeeToken is MintableToken {
    bool public takesFee = true;

    constructor() MintableToken(6) {}

    function setFee(bool isTaken) external {
        takesFee = isTaken;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (takesFee && from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}
