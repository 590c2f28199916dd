// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {Leases} from "../../../contracts/types/Leases.sol";
import {HALTED, M2, NORMAL} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {deployHub} from "./HubArtifact.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What the hub remembers of what its peers know. It is told apart from the simplest memory there is: the mesh
/// word, copied whenever it is sent.
contract SentWordsTest is HubFixture {
    uint256 private constant STEPS = 12;
    /// @dev Below ten minutes, so that half of it is gone before a heartbeat carries everything anyhow.
    uint256 private constant SHORT_LEASE = 1_000;
    uint32 private constant BIT = uint32(1) << MARKET;

    address private council = makeAddr("council");
    Leases private leases;
    /// @dev The simplest memory.
    Word private sent;

    function setUp() public override {
        super.setUp();
        leases = _leasesOf([2 * SHORT_LEASE, SHORT_LEASE, SHORT_LEASE, 3 * SHORT_LEASE, SHORT_LEASE, SHORT_LEASE, 600]);
        hub = deployHub(address(endpoint), governance, MESH_ID, leases, _defaultLimits(), operators);
        vm.deal(address(hub), 1 ether);
        vm.startPrank(governance);
        hub.registerMarket(PROTOCOL);
        hub.registerMarket(MARKET);
        hub.setSensor(sensor, _openGrant());
        hub.setPeer(PEER_EID, peer);
        hub.setCouncil(council);
        vm.stopPrank();
        hub.broadcast();
        sent = WordLib.REGISTERED;
    }

    /* AGAINST THE SIMPLEST MEMORY */

    /// @dev Whatever has to travel travels, and what peers know already does not: nobody is paid for sending it again. Only
    /// when all that was asserted has lapsed unsent, and something older has not, may the older go out once more.
    function testFuzz_BroadcastDue_AsIfEachWordSentWereCopied(uint256 seed) public {
        for (uint256 i; i < STEPS; ++i) {
            _act(uint256(keccak256(abi.encode(seed, i))));
            (uint32 markets, bool isHeartbeat) = hub.broadcastDue();
            if (isHeartbeat) continue;

            bool isDue = markets & BIT != 0;
            Word mesh = hub.meshWord(MARKET);
            bool isDirty = _isAsserted && mesh.outpaces(sent, leases, block.timestamp);
            if (isDirty) assertTrue(isDue, "what has to travel travels");
            else if (isDue) assertFalse(_isNewerInForce(mesh), "what peers know stays");
        }
    }

    /// @dev Whether anything was asserted here since the word was sent.
    bool private _isAsserted;

    function _act(uint256 roll) private {
        uint256 kind = roll % 8;
        roll >>= 8;
        vm.warp(block.timestamp + (roll % 3) * ((roll >> 8) % 300));
        roll >>= 32;
        Word before = hub.meshWord(MARKET);
        if (kind < 3) {
            _assert(MARKET, _anyRungs(uint8(roll), uint8(roll >> 8)));
            if (!hub.meshWord(MARKET).equals(before)) _isAsserted = true;
        } else if (kind < 5) {
            uint256 stamp = block.timestamp + 100 - ((roll >> 16) % 1_500);
            _receiveWord(MARKET, WordLib.stamped(_anyRungs(uint8(roll), uint8(roll >> 8)), stamp));
        } else if (kind < 7) {
            _broadcast();
        } else {
            uint256 asOf = block.timestamp - 1 - (roll % 600);
            if (asOf <= before.lane(WordLib.VOID_LANE)) return;
            vm.prank(council);
            hub.voidMarket(MARKET, uint64(asOf));
            sent = WordLib.REGISTERED;
        }
    }

    function _broadcast() private {
        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();
        if (markets == 0 && !isHeartbeat) return;
        hub.broadcast();
        if (markets & BIT == 0) return;
        (sent, _isAsserted) = (hub.meshWord(MARKET), false);
        (markets, isHeartbeat) = hub.broadcastDue();
        assertTrue(markets == 0 && !isHeartbeat, "once sent it is not due");
    }

    function _isNewerInForce(Word mesh) private view returns (bool isNewer) {
        for (uint256 lane = 1; lane < WordLib.LANES; ++lane) {
            if (mesh.lane(lane) > sent.lane(lane) && mesh.holds(lane, leases, block.timestamp)) isNewer = true;
        }
    }

    /* CASE BY CASE */

    function test_BroadcastDue_RepetitionAfterARepetition() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        hub.broadcast();
        _assertAt(START + 300, 0);
        _assertAt(START + 499, 0);

        vm.warp(START + 500);
        (uint32 due, ) = hub.broadcastDue();
        hub.broadcast();
        _assertAt(START + 599, 0);

        assertEq(due, BIT, "half of what peers know is gone, though not of what is repeated here");
    }

    function test_BroadcastDue_RepetitionOfWhatAPeerSentTravels() public {
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START - 1));

        _assertAt(START, BIT);
    }

    /// @dev What a peer adds is its own to send, until this hub has something to say of the market itself.
    function test_BroadcastDue_WordOfAPeerBetweenTwoAssertions() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        hub.broadcast();
        vm.warp(START + 100);
        _receiveWord(MARKET, WordLib.stamped(_rungs(NORMAL, M2), START + 100));
        (uint32 markets, ) = hub.broadcastDue();

        assertEq(markets, 0, "the peer's");
        _assertAt(START + 200, BIT);
    }

    /// @dev The same rungs as were sent before: the peer's word does not hide that its peers know of them.
    function test_BroadcastDue_WordOfAPeerThatRepeats() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        hub.broadcast();
        vm.warp(START + 100);
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START + 100));

        _assertAt(START + 200, 0);
        _assertAt(START + 500, BIT);
    }

    function test_BroadcastDue_RepetitionOfWhatNobodyWasSent() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        endpoint.setFee(2 ether);
        hub.broadcast();

        _assertAt(START + 300, BIT);
    }

    function _assertAt(uint256 time, uint32 expected) private {
        vm.warp(time);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();
        assertEq(markets, expected);
        assertFalse(isHeartbeat);
    }
}
