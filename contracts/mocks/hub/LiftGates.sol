// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiftGate} from "../../interfaces/ILiftGate.sol";

/// @title ScriptedGate
/// @notice Lets go of the markets that it is told to, and remembers nothing: it is asked by staticcall.
contract ScriptedGate is ILiftGate {
    /// @dev market => whether its halt may be lifted.
    mapping(uint8 => bool) public isOpen;
    /// @notice The only stamp that it lets go; 0: any.
    uint64 public expectedStamp;

    function set(uint8 market, bool isOpen_) external {
        isOpen[market] = isOpen_;
    }

    function expectStamp(uint64 haltedAt) external {
        expectedStamp = haltedAt;
    }

    function mayLift(uint8 market, uint64 haltedAt) external view returns (bool) {
        return isOpen[market] && (expectedStamp == 0 || expectedStamp == haltedAt);
    }
}

/// @title MisbehavingGate
/// @notice Answers with whatever bytes it is given, or reverts with them, or spends all its gas.
contract MisbehavingGate {
    bytes private _answer;
    bool private _isReverting;
    bool private _isBurning;

    function answer(bytes calldata data, bool isReverting) external {
        (_answer, _isReverting) = (data, isReverting);
    }

    function burn() external {
        _isBurning = true;
    }

    fallback() external {
        if (_isBurning) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        bytes memory data = _answer;
        bool isReverting = _isReverting;
        assembly {
            if isReverting {
                revert(add(data, 32), mload(data))
            }
            return(add(data, 32), mload(data))
        }
    }
}

/// @title CatchingGate
/// @notice Says yes when what it asks fails: exactly what a starving caller would like to bring about.
contract CatchingGate is ILiftGate {
    uint256 public immutable needed;

    constructor(uint256 needed_) {
        needed = needed_;
    }

    function mayLift(uint8, uint64) external view returns (bool) {
        return gasleft() < needed;
    }
}
