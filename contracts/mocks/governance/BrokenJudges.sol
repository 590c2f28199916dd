// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ITighteningJudge} from "../../interfaces/ITighteningJudge.sol";

/// @title RevertingJudge
/// @notice Answers with a revert whose data reads "true".
contract RevertingJudge is ITighteningJudge {
    function tightens(address, bytes calldata) external pure returns (bool) {
        assembly ("memory-safe") {
            mstore(0, 1)
            revert(0, 32)
        }
    }
}

/// @title BurningJudge
/// @notice Never answers.
contract BurningJudge is ITighteningJudge {
    function tightens(address, bytes calldata) external pure returns (bool) {
        while (true) {}
        return true;
    }
}

/// @title WordJudge
/// @notice Answers with any word, any number of times.
contract WordJudge {
    uint256 private immutable WORD;
    uint256 private immutable BYTES;

    constructor(uint256 word, uint256 length) {
        WORD = word;
        BYTES = length;
    }

    fallback() external {
        uint256 word = WORD;
        uint256 length = BYTES;
        assembly ("memory-safe") {
            mstore(0, word)
            mstore(32, word)
            return(0, length)
        }
    }
}
