// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title SlotFloor
/// @notice Answers any call with its first slot: the least that asking another contract can cost there.
contract SlotFloor {
    uint256 private _slot = 0x8080;

    fallback() external {
        assembly ("memory-safe") {
            mstore(0, sload(_slot.slot))
            return(0, 32)
        }
    }
}

/// @title GuardFloor
/// @notice The least that a check can cost: asking another contract in hand-written assembly, and testing a bit of a word
/// that is loaded already. For comparison of gas only; measured as `CheckGauge` measures.
contract GuardFloor {
    address private immutable ASKED;

    /// @dev What a venue loads anyway.
    uint256 private _loaded = 0x80;

    constructor(address asked) {
        ASKED = asked;
    }

    /// @notice Gas of asking.
    function gaugeAsking() external view returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        _ask(ASKED);
        uint256 second = gasleft();
        _ask(ASKED);
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    /// @notice Gas of testing a bit of a word that was loaded before.
    function gaugeLoaded() external view returns (uint256 gasUsed) {
        uint256 word = _loaded;
        uint256 start = gasleft();
        assembly ("memory-safe") {
            if and(word, 0x20) {
                revert(0, 0)
            }
        }
        uint256 second = gasleft();
        uint256 end = gasleft();
        return start + end - second - second;
    }

    function _ask(address asked) private view {
        assembly ("memory-safe") {
            let ok := staticcall(gas(), asked, 0, 0, 0, 32)
            if or(iszero(ok), and(mload(0), 0x20)) {
                revert(0, 0)
            }
        }
    }
}
