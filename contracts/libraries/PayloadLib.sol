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

    /// @notice Writes an entry into `packed`, which is at least `index + 1` entries long.
    function writeEntry(bytes memory packed, uint256 index, uint256 market, Word word) internal pure {
        assembly ("memory-safe") {
            let at := add(add(packed, 32), mul(index, ENTRY_BYTES))
            mstore8(at, market)
            mstore(add(at, 1), word)
        }
    }

    /// @notice Puts the header of a message that is no heartbeat before packed entries.
    function packMessage(uint64 seq, bytes memory entries) internal pure returns (bytes memory) {
        return abi.encodePacked(VERSION, uint8(0), seq, entries);
    }

    /// @notice Puts the header of a heartbeat before packed entries.
    function packHeartbeat(uint64 seq, bytes32 configHash, bytes memory entries) internal pure returns (bytes memory) {
        return abi.encodePacked(VERSION, FLAG_HEARTBEAT, seq, configHash, entries);
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
