// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OAppReceiver} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OAppReceiver.sol";
import {IOAppCore} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/interfaces/IOAppCore.sol";

import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {IPacketReceiver, PacketOrigin} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Limits, Path, Refusal} from "../../../contracts/types/Incident.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What arrives over LayerZero.
contract ReceiveTest is HubFixture {
    /* MERGE */

    function test_LzReceive_MergesAndTightensInOneTransaction() public {
        Word entry = WordLib.stamped(_rungs(HALTED, M3), START - 60);
        Word merged = WordLib.REGISTERED.merge(entry);
        Posture tightened = hub.postureNow().tightened(MARKET, _rungs(HALTED, M3));

        vm.expectEmit(address(hub));
        emit IIncidentHub.Heard(hub.seq() + 1, PEER_EID, 77, false);
        vm.expectEmit(address(hub));
        emit IIncidentState.Merged(hub.seq() + 2, MARKET, bytes32(0), merged, tightened);
        _receive(PayloadLib.packMessage(77, _pack(MARKET, entry)));

        assertEq(hub.meshWord(MARKET), merged, "word");
        assertEq(hub.postureNow(), tightened, "posture");
    }

    function test_LzReceive_EmptyHeartbeatIsHeard() public {
        vm.expectEmit(address(hub));
        emit IIncidentHub.Heard(hub.seq() + 1, PEER_EID, 5, true);
        _receive(PayloadLib.packHeartbeat(5, hub.configHash(), ""));
    }

    function test_LzReceive_RepeatChangesNothing() public {
        bytes memory message = PayloadLib.packMessage(1, _pack(MARKET, WordLib.stamped(_rungs(HALTED, M3), START)));
        _receive(message);
        (bytes32 digest, Posture posture, uint64 seq) = (hub.meshDigest(), hub.postureNow(), hub.seq());

        _receive(message);

        assertEq(hub.meshDigest(), digest, "digest");
        assertEq(hub.postureNow(), posture, "posture");
        assertEq(hub.seq(), seq + 1, "heard again, merged nothing");
    }

    function test_LzReceive_LocalWordsAndVoidBeforeDoNotArrive() public {
        Word entry = Word.wrap((START << 224) | Word.unwrap(WordLib.stamped(_rungs(CAUTION, NORMAL), START)));

        _receiveWord(MARKET, entry);

        assertEq(hub.meshWord(MARKET).lane(0), 1, "voidBefore");
        assertEq(hub.localWord(MARKET), WordLib.REGISTERED, "local");
        _expectRungs(MARKET, CAUTION, NORMAL);
    }

    function test_LzReceive_LapsedStampIsKeptAndDoesNotTighten() public {
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START - 2 hours));

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
        assertEq(hub.meshWord(MARKET).lane(HALTED), START - 2 hours, "words agree even on what has lapsed");
    }

    /// @dev P1 on the hub: whatever the order and the repetitions, the words are the same.
    function testFuzz_LzReceive_OrderAndRepetitionDoNotMatter(uint256[4] memory seeds, uint256 order) public {
        Word[4] memory words;
        for (uint256 i; i < 4; ++i) {
            words[i] = _someWord(seeds[i]);
        }
        uint256 snapshot = vm.snapshotState();
        for (uint256 i; i < 4; ++i) {
            _receiveWord(MARKET, words[i]);
        }
        (bytes32 digest, Posture posture) = (hub.meshDigest(), hub.postureNow());
        vm.revertToState(snapshot);

        // Eight deliveries drawn from the four words, then each once from the last to the first.
        for (uint256 i; i < 8; ++i) {
            _receiveWord(MARKET, words[(order >> (i * 2)) % 4]);
        }
        for (uint256 i = 4; i > 0; --i) {
            _receiveWord(MARKET, words[i - 1]);
        }

        assertEq(hub.meshDigest(), digest, "digest");
        assertEq(hub.postureNow(), posture, "posture");
    }

    /* P10: STALE DATA HOLDS OR TIGHTENS */

    function testFuzz_LzReceive_NeverLoosens(uint8 breaker, uint8 margin, uint256 word, uint256 elapsed) public {
        _assert(MARKET, _anyRungs(breaker, margin));
        Word before = hub.meshWord(MARKET);
        Posture posture = hub.postureNow();
        vm.warp(START + bound(elapsed, 0, 2 days));

        _receiveWord(MARKET, Word.wrap(word));

        assertEq(hub.meshWord(MARKET).merge(before), hub.meshWord(MARKET), "no lane went back");
        assertFalse(posture.own(MARKET).exceeds(hub.postureNow().own(MARKET)), "posture holds");
    }

    function test_LzReceive_SilenceOfPeersLoosensNothing() public {
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, M4), START));

        vm.warp(START + 7 days);
        _receive(PayloadLib.packHeartbeat(9, hub.configHash(), ""));

        _expectRungs(MARKET, HALTED, M4);
    }

    /* LANE BY LANE */

    function test_LzReceive_StampAheadOfTimeIsRefusedLaneByLane() public {
        uint256 latest = START + 300;
        Word kept = WordLib.single(CAUTION, latest);
        Word ahead = WordLib.single(HALTED, latest + 1).merge(
            WordLib.single(WordLib.MARGIN_LANE + M4, type(uint32).max)
        );

        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 2, MARKET, PEER_EID, Path.LayerZero, Refusal.AheadOfTime, ahead);
        _receiveWord(MARKET, kept.merge(ahead));

        assertEq(hub.meshWord(MARKET), WordLib.REGISTERED.merge(kept), "word");
        _expectRungs(MARKET, CAUTION, NORMAL);
    }

    function test_LzReceive_LanesAbovePeerCeilingAreRefused() public {
        Limits memory limits = _defaultLimits();
        limits.peerCeiling = _rungs(REDUCE_ONLY, M1);
        vm.prank(governance);
        hub.setLimits(limits);
        Word entry = WordLib.stamped(_rungs(HALTED, M2), START);
        Word above = WordLib.single(HALTED, START).merge(WordLib.single(WordLib.MARGIN_LANE + M2, START));

        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 2, MARKET, PEER_EID, Path.LayerZero, Refusal.AboveCeiling, above);
        _receiveWord(MARKET, entry);

        _expectRungs(MARKET, REDUCE_ONLY, M1);
    }

    function test_LzReceive_UnknownMarketIsRefusedAndTheRestMerged() public {
        Word entry = WordLib.stamped(_rungs(CAUTION, M1), START);
        bytes memory entries = bytes.concat(_pack(ABSENT, entry), _pack(255, entry), _pack(MARKET, entry));

        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 2, ABSENT, PEER_EID, Path.LayerZero, Refusal.UnknownMarket, entry);
        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 3, 255, PEER_EID, Path.LayerZero, Refusal.UnknownMarket, entry);
        _receive(PayloadLib.packMessage(1, entries));

        _expectRungs(MARKET, CAUTION, M1);
        assertTrue(hub.meshWord(ABSENT).isEmpty(), "absent market");
    }

    /* P5: NO CONTENT REVERTS */

    function test_LzReceive_UnknownVersionIsRefused() public {
        bytes memory message = PayloadLib.packMessage(1, _pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        message[0] = bytes1(PayloadLib.VERSION + 1);

        _expectRefused(message, Refusal.UnknownVersion);
    }

    function test_LzReceive_EmptyMessageIsRefused() public {
        _expectRefused("", Refusal.BadLength);
    }

    function testFuzz_LzReceive_TruncatedMessageIsRefused(uint256 length) public {
        bytes memory whole = PayloadLib.packMessage(1, _pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        length = bound(length, 0, whole.length - 1);
        // Cut exactly after the header it is a message without entries.
        vm.assume(length != PayloadLib.HEADER_BYTES);

        _expectRefused(_cut(whole, length), Refusal.BadLength);
    }

    function testFuzz_LzReceive_TrailingBytesAreRefused(uint8 extra) public {
        vm.assume(extra % PayloadLib.ENTRY_BYTES != 0);
        bytes memory whole = PayloadLib.packMessage(1, _pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));

        _expectRefused(bytes.concat(whole, new bytes(extra)), Refusal.BadLength);
    }

    function test_LzReceive_ThirtyTwoEntriesAreReadAndThirtyThreeRefused() public {
        bytes memory entries;
        for (uint256 i; i < 32; ++i) {
            entries = bytes.concat(entries, _pack(MARKET, WordLib.single(CAUTION, START - 32 + i)));
        }
        _receive(PayloadLib.packMessage(1, entries));
        assertEq(hub.meshWord(MARKET).lane(CAUTION), START - 1, "the last of 32");

        entries = bytes.concat(entries, _pack(MARKET, WordLib.single(CAUTION, START)));
        _expectRefused(PayloadLib.packMessage(1, entries), Refusal.BadLength);
    }

    function testFuzz_LzReceive_RandomBytesNeverRevert(bytes memory message) public {
        _expectHarmless(message);
    }

    /// @dev Random bytes rarely get past the version; these always do.
    function testFuzz_LzReceive_RandomEntriesNeverRevert(bytes memory tail, uint256[3] memory words) public {
        bytes memory entries;
        for (uint256 i; i < 3; ++i) {
            entries = bytes.concat(entries, _pack(uint8(words[i]), Word.wrap(words[i])));
        }
        _expectHarmless(PayloadLib.packMessage(1, entries));
        _expectHarmless(PayloadLib.packMessage(1, tail));
    }

    /* WHO MAY */

    function test_LzReceive_RevertWhen_SenderIsNotThePeer() public {
        bytes memory message = PayloadLib.packMessage(1, _pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        bytes32 forger = _asBytes32(stranger);

        vm.expectRevert(abi.encodeWithSelector(IOAppCore.OnlyPeer.selector, PEER_EID, forger));
        endpoint.inject(PacketOrigin(PEER_EID, forger, 1), address(hub), message);
    }

    function test_LzReceive_RevertWhen_ChainIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IOAppCore.NoPeer.selector, uint32(1)));
        endpoint.inject(PacketOrigin(1, peer, 1), address(hub), "");
    }

    function test_LzReceive_RevertWhen_CallerIsNotTheEndpoint() public {
        vm.expectRevert(abi.encodeWithSelector(OAppReceiver.OnlyEndpoint.selector, stranger));
        vm.prank(stranger);
        IPacketReceiver(address(hub)).lzReceive(PacketOrigin(PEER_EID, peer, 1), bytes32(0), "", stranger, "");
    }

    /* PRIVATE */

    function _expectRefused(bytes memory message, Refusal refusal) private {
        (bytes32 digest, Posture posture) = (hub.meshDigest(), hub.postureNow());

        vm.expectEmit(address(hub));
        emit IIncidentHub.MessageRefused(hub.seq() + 1, PEER_EID, Path.LayerZero, refusal, keccak256(message));
        _receive(message);

        assertEq(hub.meshDigest(), digest, "digest");
        assertEq(hub.postureNow(), posture, "posture");
    }

    /// @dev Reading `message` leaves other markets and local words alone, loosens nothing, keeps the posture's form,
    /// and the hub goes on working.
    function _expectHarmless(bytes memory message) private {
        Word absent = hub.meshWord(ABSENT);
        Word local = hub.localWord(MARKET);
        Posture posture = hub.postureNow();

        _receive(message);

        assertEq(hub.meshWord(ABSENT), absent, "absent market");
        assertEq(hub.localWord(MARKET), local, "local word");
        assertEq(hub.meshWord(MARKET).lane(0), 1, "voidBefore");
        for (uint8 market; market < 32; ++market) {
            Rungs now_ = hub.postureNow().own(market);
            now_.validate();
            assertFalse(posture.own(market).exceeds(now_), "posture holds");
            assertEq(hub.postureNow().isRegistered(market), market <= MARKET, "registration");
        }
        vm.warp(block.timestamp + 1);
        _assert(MARKET, _rungs(HALTED, M4));
        _expectRungs(MARKET, HALTED, M4);
    }

    /// @dev Up to seven lanes, stamped within an hour of now.
    function _someWord(uint256 seed) private pure returns (Word word) {
        for (uint256 index = 1; index < 8; ++index) {
            uint256 age = (seed >> (index * 16)) % 3600;
            bool isSet = (seed >> index) & 1 == 1;
            if (isSet) word = word.merge(WordLib.single(index, START - age));
        }
    }

    function _cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i; i < length; ++i) {
            part[i] = whole[i];
        }
    }
}
