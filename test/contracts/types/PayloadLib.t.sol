// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {Entry} from "../../../contracts/types/Incident.sol";
import {MARKETS} from "../../../contracts/types/Posture.sol";
import {Word} from "../../../contracts/types/Word.sol";

contract PayloadLibTest is Test {
    function testFuzz_Entries_ComeBackAsTheyWerePacked(uint256 seed, uint8 count) public view {
        count %= MARKETS + 1;
        Entry[] memory entries = _entries(seed, count);
        bytes memory packed = _pack(entries);

        assertEq(packed.length, uint256(count) * 33);
        (bool ok, uint256 counted) = this.countEntries(packed);
        assertTrue(ok);
        assertEq(counted, count);
        for (uint256 i; i < count; ++i) {
            (uint8 market, Word word) = this.entryAt(packed, i);
            assertEq(market, entries[i].market);
            assertTrue(word.equals(entries[i].word));
        }
    }

    function testFuzz_CountEntries_RefusesAnyOtherLength(uint16 length) public view {
        length %= 1_200;
        (bool ok, uint256 count) = this.countEntries(new bytes(length));

        assertEq(ok, length % 33 == 0 && length <= 33 * 32);
        if (ok) assertEq(count, length / 33);
    }

    function test_CountEntries_AcceptsAsManyAsThereAreMarkets() public view {
        (bool ok, uint256 count) = this.countEntries(new bytes(33 * 32));
        assertTrue(ok);
        assertEq(count, 32);

        (ok, ) = this.countEntries(new bytes(33 * 33));
        assertFalse(ok);
    }

    function testFuzz_PackMessage_LaysOutItsHeader(uint64 seq, uint256 seed) public view {
        bytes memory entries = _pack(_entries(seed, 3));
        bytes memory message = PayloadLib.packMessage(seq, entries);

        assertEq(message, abi.encodePacked(uint8(2), uint8(0), seq, entries));
        (bool ok, bool isHeartbeat, uint64 read, bytes32 configHash, bytes memory rest) = this.headerOf(message);
        assertTrue(ok);
        assertFalse(isHeartbeat);
        assertEq(read, seq);
        assertEq(configHash, bytes32(0));
        assertEq(rest, entries);
    }

    function testFuzz_PackHeartbeat_LaysOutItsHeader(uint64 seq, bytes32 configHash, uint256 seed) public view {
        bytes memory entries = _pack(_entries(seed, 3));
        bytes memory message = PayloadLib.packHeartbeat(seq, configHash, entries);

        assertEq(message, abi.encodePacked(uint8(2), uint8(1), seq, configHash, entries));
        (bool ok, bool isHeartbeat, uint64 read, bytes32 readHash, bytes memory rest) = this.headerOf(message);
        assertTrue(ok);
        assertTrue(isHeartbeat);
        assertEq(read, seq);
        assertEq(readHash, configHash);
        assertEq(rest, entries);
    }

    /// @dev Flags of later versions do not disturb the one that is known.
    function testFuzz_HeaderOf_ReadsTheHeartbeatBitOnly(uint8 flags, uint64 seq, bytes32 configHash) public view {
        (bool ok, bool isHeartbeat, uint64 read, bytes32 readHash, bytes memory rest) = this.headerOf(
            abi.encodePacked(uint8(2), flags, seq, configHash)
        );

        assertTrue(ok);
        assertEq(isHeartbeat, flags % 2 == 1);
        assertEq(read, seq);
        assertEq(readHash, isHeartbeat ? configHash : bytes32(0));
        assertEq(rest.length, isHeartbeat ? 0 : 32);
    }

    function testFuzz_HeaderOf_RefusesAHeartbeatWhoseHeaderIsCutOff(uint8 length) public view {
        length = uint8(bound(length, PayloadLib.HEADER_BYTES, 60));
        bytes memory message = new bytes(length);
        message[1] = 0x01;

        (bool ok, , , , ) = this.headerOf(message);

        assertEq(ok, length >= 42);
    }

    function testFuzz_AddEntry_AsPackEntry(uint256 seed, uint8 count, bool isHeartbeat) public pure {
        Entry[] memory entries = _entries(seed, count % 33);
        bytes32 before = keccak256("what lies before in memory");
        bytes memory previous = abi.encodePacked(before);
        (uint64 seq, bytes32 configHash) = (uint64(seed), keccak256(abi.encode(seed)));
        bytes memory message = PayloadLib.startMessage(seq, isHeartbeat, configHash);

        for (uint256 i; i < entries.length; ++i) {
            PayloadLib.addEntry(message, entries[i].market, entries[i].word);
        }
        bytes memory next = abi.encodePacked(before);

        bytes memory packed = _pack(entries);
        bytes memory whole =
            isHeartbeat ? PayloadLib.packHeartbeat(seq, configHash, packed) : PayloadLib.packMessage(seq, packed);
        assertEq(message, whole);
        assertEq(PayloadLib.entriesIn(message, isHeartbeat), entries.length, "entries");
        assertEq(bytes32(previous), before, "nothing before it was written to");
        assertEq(bytes32(next), before, "nor is anything put over it");
    }

    /// @dev External, so that bytes arrive as calldata.
    function headerOf(bytes calldata message) external pure returns (bool, bool, uint64, bytes32, bytes memory) {
        (bool ok, bool isHeartbeat, uint64 seq, bytes32 configHash, bytes calldata rest) = PayloadLib.headerOf(message);
        return (ok, isHeartbeat, seq, configHash, rest);
    }

    function countEntries(bytes calldata packed) external pure returns (bool, uint256) {
        return PayloadLib.countEntries(packed);
    }

    function entryAt(bytes calldata packed, uint256 index) external pure returns (uint8, Word) {
        return PayloadLib.entryAt(packed, index);
    }

    function _entries(uint256 seed, uint256 count) private pure returns (Entry[] memory entries) {
        entries = new Entry[](count);
        for (uint256 i; i < count; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            entries[i] = Entry(uint8(roll), Word.wrap(uint256(keccak256(abi.encode(roll)))));
        }
    }

    function _pack(Entry[] memory entries) private pure returns (bytes memory packed) {
        for (uint256 i; i < entries.length; ++i) {
            packed = bytes.concat(packed, PayloadLib.packEntry(entries[i]));
        }
    }
}
