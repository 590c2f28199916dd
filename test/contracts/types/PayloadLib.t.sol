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

    function testFuzz_PackMessage_LaysOutItsHeader(bool isHeartbeat, uint64 seq, uint256 seed) public view {
        bytes memory entries = _pack(_entries(seed, 3));
        bytes memory message = PayloadLib.packMessage(isHeartbeat, seq, entries);

        assertEq(message.length, PayloadLib.HEADER_BYTES + entries.length);
        assertEq(uint8(message[0]), PayloadLib.VERSION);
        (bool isBeat, uint64 read) = this.headerOf(message);
        assertEq(isBeat, isHeartbeat);
        assertEq(read, seq);
        for (uint256 i; i < entries.length; ++i) {
            assertEq(message[10 + i], entries[i]);
        }
    }

    /// @dev Flags of later versions do not disturb the one that is known.
    function testFuzz_HeaderOf_ReadsTheHeartbeatBitOnly(uint8 flags, uint64 seq) public view {
        (bool isHeartbeat, uint64 read) = this.headerOf(abi.encodePacked(uint8(1), flags, seq));

        assertEq(isHeartbeat, flags % 2 == 1);
        assertEq(read, seq);
    }

    /// @dev External, so that bytes arrive as calldata.
    function headerOf(bytes calldata message) external pure returns (bool, uint64) {
        return PayloadLib.headerOf(message);
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
