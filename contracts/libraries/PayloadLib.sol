// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Entry} from "../types/Incident.sol";
import {MARKETS} from "../types/Posture.sol";
import {Word} from "../types/Word.sol";

/// @title PayloadLib
/// @notice The one payload of both paths: packed entries, and the header that a hub puts before them in a message.
/// @dev Entries: 33 bytes each, market (1) then word (32), at most {MARKETS} of them. Message: version (1), flags (1),
/// sequence number of the sending hub (8), in a heartbeat the sending hub's configuration hash (32), entries. The relayer
/// holds the same codec in `relayer/domain/incident/payload.ts`; `test/vectors/payload.json` binds the two. Nothing here
/// reverts on content.
library PayloadLib {
    /// @dev A reader knows one version only: two that read the same bytes differently would hold different words.
    uint8 internal constant VERSION = 2;
    uint8 internal constant FLAG_HEARTBEAT = 1;
    uint256 internal constant HEADER_BYTES = 10;
    uint256 internal constant HEARTBEAT_HEADER_BYTES = 42;
    uint256 internal constant ENTRY_BYTES = 33;

    /// @notice Packs one entry.
    function packEntry(Entry memory entry) internal pure returns (bytes memory) {
        return abi.encodePacked(entry.market, Word.unwrap(entry.word));
    }

    /// @notice A message to which {addEntry} adds its entries.
    /// @param configHash The sending hub's; nothing comes of it unless `isHeartbeat`.
    function startMessage(
        uint64 seq,
        bool isHeartbeat,
        bytes32 configHash
    ) internal pure returns (bytes memory message) {
        uint256 flags = isHeartbeat ? FLAG_HEARTBEAT : 0;
        uint256 header = (uint256(VERSION) << 248) | (flags << 240) | (uint256(seq) << 176);
        assembly ("memory-safe") {
            message := mload(0x40)
            mstore(0x40, add(message, 96))
            mstore(add(message, 32), header)
            mstore(message, HEADER_BYTES)
            if isHeartbeat {
                mstore(add(message, 42), configHash)
                mstore(message, HEARTBEAT_HEADER_BYTES)
            }
        }
    }

    /// @notice Adds an entry to `message`, which nothing may follow in memory.
    function addEntry(bytes memory message, uint256 market, Word word) internal pure {
        assembly ("memory-safe") {
            let length := add(mload(message), ENTRY_BYTES)
            mstore(message, length)
            let end := add(add(message, 32), length)
            mstore8(sub(end, ENTRY_BYTES), market)
            mstore(sub(end, 32), word)
            mstore(0x40, and(add(end, 31), not(31)))
        }
    }

    /// @notice How many entries were added to `message`.
    function entriesIn(bytes memory message, bool isHeartbeat) internal pure returns (uint256) {
        // No message is shorter than its header.
        unchecked {
            return (message.length - (isHeartbeat ? HEARTBEAT_HEADER_BYTES : HEADER_BYTES)) / ENTRY_BYTES;
        }
    }

    /// @notice A message that is no heartbeat, with packed entries.
    function packMessage(uint64 seq, bytes memory entries) internal pure returns (bytes memory) {
        return bytes.concat(startMessage(seq, false, 0), entries);
    }

    /// @notice A heartbeat with packed entries.
    function packHeartbeat(uint64 seq, bytes32 configHash, bytes memory entries) internal pure returns (bytes memory) {
        return bytes.concat(startMessage(seq, true, configHash), entries);
    }

    /// @notice Whether `message`, of at least one byte, is of the version that is read here.
    function isKnownVersion(bytes calldata message) internal pure returns (bool) {
        return uint8(message[0]) == VERSION;
    }

    /// @notice Reads the header. The caller has checked that `message` is at least {HEADER_BYTES} long.
    /// @return ok False when a heartbeat's header is cut off.
    /// @return isHeartbeat Whether the sender says with it that it lives.
    /// @return seq Sequence number of the sending hub.
    /// @return configHash The sending hub's in a heartbeat, else zero.
    /// @return entries What follows the header.
    function headerOf(
        bytes calldata message
    ) internal pure returns (bool ok, bool isHeartbeat, uint64 seq, bytes32 configHash, bytes calldata entries) {
        isHeartbeat = uint8(message[1]) & FLAG_HEARTBEAT != 0;
        seq = uint64(bytes8(message[2:HEADER_BYTES]));
        uint256 header = isHeartbeat ? HEARTBEAT_HEADER_BYTES : HEADER_BYTES;
        ok = message.length >= header;
        entries = message[ok ? header : message.length:];
        if (ok && isHeartbeat) configHash = bytes32(message[HEADER_BYTES:HEARTBEAT_HEADER_BYTES]);
    }

    /// @notice How many entries `packed` holds.
    /// @return ok False when the length is no multiple of an entry, or there are more entries than markets.
    function countEntries(bytes calldata packed) internal pure returns (bool ok, uint256 count) {
        // The divisor is no zero, and the product is at most the length.
        unchecked {
            count = packed.length / ENTRY_BYTES;
            ok = count * ENTRY_BYTES == packed.length && count <= MARKETS;
        }
    }

    /// @notice Entry `index` of `packed`. The caller has checked `index` against {countEntries}.
    function entryAt(bytes calldata packed, uint256 index) internal pure returns (uint8 market, Word word) {
        uint256 bits;
        assembly ("memory-safe") {
            // Both words lie in calldata: the caller has checked, and beyond its end calldata reads as zero.
            let at := add(packed.offset, mul(index, ENTRY_BYTES))
            market := byte(0, calldataload(at))
            bits := calldataload(add(at, 1))
        }
        word = Word.wrap(bits);
    }
}
