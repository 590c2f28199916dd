// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Leases} from "../../../contracts/types/Leases.sol";
import {Word} from "../../../contracts/types/Word.sol";

/// @dev Eight numbers of 32 bits, voidBefore first, as words and leases lay them out.
function packLanes(uint256[8] memory lanes) pure returns (uint256 packed) {
    for (uint256 index; index < 8; ++index) {
        packed = (packed << 32) | uint32(lanes[index]);
    }
}

/// @dev The leases of the design: halted 1 h, reduce-only 3 h, caution 12 h; M4 1 h, M3 3 h, M2 8 h, M1 24 h.
function defaultLeases() pure returns (Leases) {
    return Leases.wrap(packLanes([uint256(0), 12 hours, 3 hours, 1 hours, 24 hours, 8 hours, 3 hours, 1 hours]));
}

/// @dev A word whose stamps lie around `time`: never, long lapsed, in force, or a little ahead.
function drawWord(uint256 seed, uint256 time) pure returns (Word) {
    uint256[8] memory lanes;
    for (uint256 index; index < 8; ++index) {
        uint256 roll = uint256(keccak256(abi.encode(seed, index)));
        lanes[index] = roll % 4 == 0 ? 0 : time + 5 minutes - ((roll >> 8) % 26 hours);
    }
    return Word.wrap(packLanes(lanes));
}
