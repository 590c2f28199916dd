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

/// @dev Valid leases of any length, odd ones included.
function drawLeases(uint256 seed) pure returns (Leases) {
    uint256[8] memory lanes;
    for (uint256 index = 1; index < 8; ++index) {
        uint256 roll = uint256(keccak256(abi.encode("lease", seed, index)));
        uint256 most = index == 1 || index == 4 ? 7 days : lanes[index - 1];
        lanes[index] = 10 minutes + (roll % (most - 10 minutes + 1));
    }
    return Leases.wrap(packLanes(lanes));
}

/// @dev A word whose stamps lie around `time`: never, at the start, the half or the end of a lease to the second, and
/// anywhere from eight days ago to five minutes ahead.
function drawWord(uint256 seed, uint256 time, Leases leases) pure returns (Word) {
    uint256[8] memory lanes;
    for (uint256 index; index < 8; ++index) {
        uint256 roll = uint256(keccak256(abi.encode(seed, index)));
        uint256 lease = leases.secondsOf(index);
        uint256 edge = time - (((roll >> 8) % 3) * lease) / 2 + ((roll >> 16) % 3) - 1;
        uint256 anywhere = time + 5 minutes - ((roll >> 24) % 8 days);
        lanes[index] = [0, edge, edge, anywhere][roll % 4];
    }
    return Word.wrap(packLanes(lanes));
}

/// @dev A word of stamps at which comparing lanes goes wrong first: the ends, the middle, and equal neighbours.
function drawEdges(uint256 seed) pure returns (Word) {
    uint256[8] memory edges = [uint256(0), 1, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, uint32(seed)];
    uint256[8] memory lanes;
    for (uint256 index; index < 8; ++index) {
        lanes[index] = edges[uint256(keccak256(abi.encode(seed, index))) % 8];
    }
    return Word.wrap(packLanes(lanes));
}
