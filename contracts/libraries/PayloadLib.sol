// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Entry} from "../types/Incident.sol";
import {MARKETS} from "../types/Posture.sol";
import {Word} from "../types/Word.sol";

/// @title PayloadLib
/// @notice The one payload of both paths: packed entries, and the header that a hub puts before them in a message.
/// @dev Entries: 33 bytes each, market (1) then word (32), at most {MARKETS} of them. Message: version (1), flags (1),
/// sequence number of the sending hub (8), entries. The relayer holds the same codec in
/// `relayer/domain/incident/payload.ts`; `test/vectors/payload.json` binds the two. Nothing here reverts on content.
library PayloadLib {
    uint8 internal constant VERSION = 1;
    uint8 internal constant FLAG_HEARTBEAT = 1;
    uint256 internal constant HEADER_BYTES = 10;
    uint256 internal constant ENTRY_BYTES = 33;

    /// @notice Packs one entry.
    function packEntry(Entry memory entry) internal pure returns (bytes memory) {
        return abi.encodePacked(entry.market, Word.unwrap(entry.word));
    }

    /// @notice Puts the header before packed entries.
    function packMessage(bool isHeartbeat, uint64 seq, bytes memory entries) internal pure returns (bytes memory) {
        return abi.encodePacked(VERSION, isHeartbeat ? FLAG_HEARTBEAT : 0, seq, entries);
    }

    /// @notice Reads the header. The caller has checked that `message` is at least {HEADER_BYTES} long.
    function headerOf(bytes calldata message) internal pure returns (bool isHeartbeat, uint64 seq) {
        return (uint8(message[1]) & FLAG_HEARTBEAT != 0, uint64(bytes8(message[2:HEADER_BYTES])));
    }

    /// @notice How many entries `packed` holds.
    /// @return ok False when the length is no multiple of an entry, or there are more entries than markets.
    function countEntries(bytes calldata packed) internal pure returns (bool ok, uint256 count) {
        count = packed.length / ENTRY_BYTES;
        ok = packed.length % ENTRY_BYTES == 0 && count <= MARKETS;
    }

    /// @notice Entry `index` of `packed`. The caller has checked `index` against {countEntries}.
    function entryAt(bytes calldata packed, uint256 index) internal pure returns (uint8 market, Word word) {
        bytes calldata entry = packed[index * ENTRY_BYTES:(index + 1) * ENTRY_BYTES];
        return (uint8(entry[0]), Word.wrap(uint256(bytes32(entry[1:]))));
    }
}
