// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MintableToken} from "./MintableToken.sol";

/// @title BlockingToken
/// @notice Refuses transfers to and from those on its list, as tokens of issuers do: by reverting, or by saying false.
contract BlockingToken is MintableToken {
    /// @notice Thrown when either party is on the list.
    error BlockingToken_Blocked(address from, address to);

    mapping(address party => bool) private _isBlocked;
    bool private _isSilent;

    constructor() MintableToken(6) {}

    /// @notice Puts `party` on the list, or takes it off.
    function setBlocked(address party, bool isBlocked) external {
        _isBlocked[party] = isBlocked;
    }

    /// @notice From now on a refusal is the answer false.
    function beSilent() external {
        _isSilent = true;
    }

    /// @notice As ERC-20 has it; false or a revert when either party is on the list.
    function transfer(address to, uint256 value) public override returns (bool) {
        return _isOpen(msg.sender, to) && super.transfer(to, value);
    }

    /// @notice As ERC-20 has it; false or a revert when either party is on the list.
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return _isOpen(from, to) && super.transferFrom(from, to, value);
    }

    function _isOpen(address from, address to) private view returns (bool) {
        if (!_isBlocked[from] && !_isBlocked[to]) return true;
        if (_isSilent) return false;
        revert BlockingToken_Blocked(from, to);
    }
}
