// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title BoundedRead
/// @notice Reads words from a contract that may do anything: it gets a fixed amount of gas, cannot write, and exactly as
/// many bytes are copied back as were asked for.
library BoundedRead {
    uint256 private constant WORD_BYTES = 32;
    /// @dev A call gets at most 63/64 of what is left after its own price (2,600 for an account not touched before).
    uint256 private constant KEPT_SHARE = 63;
    uint256 private constant CALL_OVERHEAD_GAS = 6_000;

    /// @notice Gas that has to be left before {words} so that the target gets all of `gasGiven`. Readers revert below
    /// it, or a caller could starve chosen targets.
    function gasNeeded(uint256 gasGiven) internal pure returns (uint256) {
        return gasGiven + gasGiven / KEPT_SHARE + CALL_OVERHEAD_GAS;
    }

    /// @notice What `target` answers to `data`, as `count` words.
    /// @return ok False when it reverted, used up its gas, has no code, or did not return exactly `count` words. `answer`
    /// is then without meaning.
    function words(
        address target,
        bytes memory data,
        uint256 gasGiven,
        uint256 count
    ) internal view returns (bool ok, uint256[] memory answer) {
        answer = new uint256[](count);
        uint256 size = count * WORD_BYTES;
        // Memory-safe: the answer goes into the array just allocated, which is `size` bytes long.
        assembly ("memory-safe") {
            ok := staticcall(gasGiven, target, add(data, 32), mload(data), add(answer, 32), size)
            ok := and(ok, eq(returndatasize(), size))
        }
    }
}
