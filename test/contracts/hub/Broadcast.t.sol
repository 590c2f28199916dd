// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {EndpointModel, Packet} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Limits} from "../../../contracts/types/Incident.sol";
import {Leases} from "../../../contracts/types/Leases.sol";
import {CAUTION, HALTED, M2, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {WordLib} from "../../../contracts/types/Word.sol";
import {deployHub} from "./HubArtifact.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What leaves: {IIncidentHub.broadcast} and when it is due.
contract BroadcastTest is HubFixture {
    uint32 private constant SECOND_EID = 50903;
    uint32 private constant THIRD_EID = 50904;
    uint256 private constant FEE = 0.01 ether;

    function setUp() public override {
        super.setUp();
        endpoint.setFee(FEE);
        vm.startPrank(governance);
        hub.setPeer(SECOND_EID, _asBytes32(makeAddr("second hub")));
        hub.setPeer(THIRD_EID, _asBytes32(makeAddr("third hub")));
        vm.stopPrank();
        // The first heartbeat is due at deployment; from here on each test has ten minutes without one.
        hub.broadcast();
    }

    /* CONTENT */

    function test_Broadcast_SendsFullWordsToEveryPeer() public {
        _assert(MARKET, _rungs(HALTED, M2));
        uint64 seq = hub.seq();
        bytes memory message = PayloadLib.packMessage(seq, _pack(MARKET, hub.meshWord(MARKET)));

        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(seq + 1, uint32(1) << MARKET, false, 3, 0);
        vm.prank(stranger);
        hub.broadcast();

        uint32[3] memory eids = [PEER_EID, SECOND_EID, THIRD_EID];
        assertEq(endpoint.packetCount(), 6, "three heartbeats, three words");
        for (uint256 i; i < 3; ++i) {
            Packet memory sent = endpoint.packet(3 + i);
            assertEq(sent.dstEid, eids[i], "destination");
            assertEq(_asBytes32(sent.receiver), hub.peers(eids[i]), "receiver");
            assertEq(sent.message, message, "message");
        }
    }

    function test_Broadcast_HeartbeatCarriesEveryWordWithARungInForce() public {
        _assert(MARKET, _rungs(CAUTION, NORMAL));
        hub.broadcast();
        vm.warp(START + 600);

        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();
        assertTrue(isHeartbeat, "due");
        assertEq(markets, uint32(1) << MARKET, "the market in force, not the calm one");

        hub.broadcast();

        Packet memory sent = endpoint.packet(endpoint.packetCount() - 1);
        assertEq(
            sent.message,
            PayloadLib.packHeartbeat(hub.seq() - 1, hub.configHash(), _pack(MARKET, hub.meshWord(MARKET))),
            "message"
        );
        assertEq(hub.lastHeartbeatAt(), START + 600, "noted");
    }

    function test_Broadcast_HeartbeatGoesOutWhenAllIsCalm() public {
        vm.warp(START + 600);

        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(hub.seq() + 1, 0, true, 3, 0);
        hub.broadcast();
    }

    function test_Broadcast_WordOfAnotherChainTravelsInTheHeartbeat() public {
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START));
        (uint32 markets, ) = hub.broadcastDue();
        assertEq(markets, 0, "it is its own chain's to send");

        vm.warp(START + 600);
        (markets, ) = hub.broadcastDue();

        assertEq(markets, uint32(1) << MARKET, "but not forgotten");
    }

    function test_Broadcast_LocalWordsDoNotTravel() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(NORMAL, NORMAL)));
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 600);

        (uint32 markets, ) = hub.broadcastDue();

        assertEq(markets, 0);
    }

    function test_Broadcast_CanCarryThirtyTwoMarkets() public {
        vm.startPrank(governance);
        for (uint8 market = MARKET + 1; market < 32; ++market) {
            hub.registerMarket(market);
        }
        vm.stopPrank();
        for (uint8 market; market < 32; ++market) {
            _assert(market, _rungs(HALTED, M4));
        }

        hub.broadcast();

        assertEq(endpoint.packet(3).message.length, 10 + 32 * 33);
    }

    /* WHEN IT IS DUE */

    function test_BroadcastDue_NewlyRaisedRung() public {
        _assert(MARKET, _rungs(CAUTION, NORMAL));
        hub.broadcast();
        vm.warp(START + 1);
        _assert(MARKET, _rungs(REDUCE_ONLY, NORMAL));

        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();

        assertEq(markets, uint32(1) << MARKET);
        assertFalse(isHeartbeat);
    }

    /// @dev With a lease of 1,000 seconds half is gone before the next heartbeat, which would carry the renewal as well.
    function test_BroadcastDue_RenewalOnlyOnceHalfTheLeaseIsGone() public {
        _restartWithLeasesOf(1_000);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        hub.broadcast();

        vm.warp(START + 499);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        (uint32 early, ) = hub.broadcastDue();
        vm.warp(START + 500);
        (uint32 due, bool isHeartbeat) = hub.broadcastDue();

        assertEq(early, 0, "peers know it for longer than half");
        assertEq(due, uint32(1) << MARKET, "half is gone");
        assertFalse(isHeartbeat);
    }

    function test_BroadcastDue_WithoutRenewalHalfTheLeaseIsNoReason() public {
        _restartWithLeasesOf(1_000);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        hub.broadcast();
        vm.warp(START + 599);

        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();

        assertEq(markets, 0, "there is nothing newer to tell");
        assertFalse(isHeartbeat);
    }

    function test_BroadcastDue_LapsedRungIsNoReason() public {
        _restartWithLeasesOf(600);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 600);

        hub.broadcast();

        Packet memory sent = endpoint.packet(endpoint.packetCount() - 1);
        assertEq(sent.message.length, PayloadLib.HEARTBEAT_HEADER_BYTES, "a heartbeat without words");
        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();
        assertEq(markets, 0, "nor does it travel later");
        assertFalse(isHeartbeat);
    }

    function test_BroadcastDue_HeartbeatEveryTenMinutes() public {
        vm.warp(START + 599);
        (, bool early) = hub.broadcastDue();
        vm.warp(START + 600);
        (, bool due) = hub.broadcastDue();

        assertFalse(early);
        assertTrue(due);
    }

    function test_Broadcast_RevertWhen_NothingIsDue() public {
        vm.expectRevert(IIncidentHub.IncidentHub_NothingDue.selector);
        hub.broadcast();
    }

    function test_Broadcast_OnceSentIsNotDueAgain() public {
        _assert(MARKET, _rungs(HALTED, M2));
        hub.broadcast();

        vm.expectRevert(IIncidentHub.IncidentHub_NothingDue.selector);
        hub.broadcast();
    }

    /* FAILING PEERS */

    function test_Broadcast_OneFailingPeerDoesNotStopTheOthers() public {
        endpoint.setFault(SECOND_EID, EndpointModel.Fault.Reverts);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        uint64 seq = hub.seq();
        vm.expectEmit(address(hub));
        emit IIncidentHub.SendFailed(seq + 1, SECOND_EID, EndpointModel.EndpointModel_Refused.selector);
        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(seq + 2, uint32(1) << MARKET, false, 2, 1);
        hub.broadcast();

        assertEq(endpoint.packetCount(), 5);
        (uint32 markets, ) = hub.broadcastDue();
        assertEq(markets, 0, "sent to somebody");
    }

    function test_Broadcast_FailureWithoutReasonIsAnEvent() public {
        endpoint.setFault(PEER_EID, EndpointModel.Fault.RevertsEmpty);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        vm.expectEmit(address(hub));
        emit IIncidentHub.SendFailed(hub.seq() + 1, PEER_EID, bytes4(0));
        hub.broadcast();
    }

    function test_Broadcast_WhenEveryPeerFailsItStaysDue() public {
        vm.deal(address(hub), 0);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 600);

        uint64 seq = hub.seq();
        vm.expectEmit(address(hub));
        emit IIncidentHub.SendFailed(seq + 1, PEER_EID, EndpointModel.LZ_InsufficientFee.selector);
        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(seq + 4, uint32(1) << MARKET, true, 0, 3);
        hub.broadcast();

        (uint32 markets, bool isHeartbeat) = hub.broadcastDue();
        assertEq(markets, uint32(1) << MARKET, "the word is still due");
        assertTrue(isHeartbeat, "and so is the heartbeat");
        assertEq(hub.lastHeartbeatAt(), START);

        vm.deal(address(hub), 1 ether);
        hub.broadcast();
        assertEq(endpoint.packetCount(), 6, "three at deployment, three now");
    }

    function test_Broadcast_GivenNoPeersNothingIsNoted() public {
        vm.startPrank(governance);
        hub.setPeer(PEER_EID, bytes32(0));
        hub.setPeer(SECOND_EID, bytes32(0));
        hub.setPeer(THIRD_EID, bytes32(0));
        vm.stopPrank();
        _assert(MARKET, _rungs(HALTED, NORMAL));

        hub.broadcast();

        (uint32 markets, ) = hub.broadcastDue();
        assertEq(markets, uint32(1) << MARKET, "still due for a peer to come");
    }

    /* MONEY AND GAS */

    function test_Broadcast_PaysTheFeeAndKeepsTheRefund() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        uint256 before = address(hub).balance;

        hub.broadcast();

        assertEq(before - address(hub).balance, 3 * FEE, "paid");
        assertEq(address(endpoint).balance, 6 * FEE, "fees of two broadcasts");
    }

    function test_Broadcast_BalanceForOnePeerServesOne() public {
        vm.deal(address(hub), FEE);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(hub.seq() + 3, uint32(1) << MARKET, false, 1, 2);
        hub.broadcast();
    }

    function test_Broadcast_RevertWhen_GasWouldStarveASend() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));

        // Enough to compose the message, too little to send it.
        try hub.broadcast{gas: 400_000}() {
            assertTrue(false, "sent");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IIncidentHub.IncidentHub_GasTooLow.selector, "selector");
        }
        assertEq(endpoint.packetCount(), 3, "nothing was sent");
    }

    /* GAS BOUGHT FOR THE PEER */

    /// @dev Entries that cost most (lanes above the ceiling, ahead of time and merged, posture changed) and mirrors that
    /// burn all their gas fit into what is bought.
    function testFuzz_Broadcast_GasBoughtSuffices(uint8 markets, uint8 mirrors) public {
        markets = uint8(bound(markets, 2, 32));
        mirrors = uint8(bound(mirrors, 0, 4));
        (EndpointModel far, IncidentHub farHub) = _makeFarHub(mirrors);
        _prepareNearHub(markets, mirrors);
        hub.broadcast();
        vm.warp(START + 200);
        uint64 seq = farHub.seq();

        far.deliver(endpoint, endpoint.packetCount() - 1);

        for (uint8 market; market < markets; ++market) {
            assertEq(farHub.postureNow().own(market), _rungs(NORMAL, M2), "merged up to the ceiling");
        }
        assertEq(farHub.seq() - seq, 1 + 3 * uint256(markets) + mirrors, "heard; each entry and mirror at its worst");
    }

    function _makeFarHub(uint8 mirrors) private returns (EndpointModel far, IncidentHub farHub) {
        Limits memory limits = _defaultLimits();
        limits.peerCeiling = _rungs(CAUTION, M2);
        far = new EndpointModel(THIRD_EID);
        farHub = deployHub(address(far), governance, MESH_ID, _defaultLeases(), limits, operators);
        vm.startPrank(governance);
        farHub.setPeer(EID, _asBytes32(address(hub)));
        hub.setPeer(THIRD_EID, _asBytes32(address(farHub)));
        for (uint8 market; market < 32; ++market) {
            farHub.registerMarket(market);
        }
        for (uint256 i; i < mirrors; ++i) {
            farHub.setMirror(_gasBurner(i), true);
        }
        vm.stopPrank();
    }

    function _prepareNearHub(uint8 markets, uint8 mirrors) private {
        vm.startPrank(governance);
        for (uint8 market = MARKET + 1; market < markets; ++market) {
            hub.registerMarket(market);
        }
        for (uint256 i; i < mirrors; ++i) {
            hub.setMirror(_gasBurner(i), true);
        }
        vm.stopPrank();
        vm.warp(START + 100);
        for (uint8 market; market < markets; ++market) {
            _assert(market, _rungs(HALTED, M4));
        }
        vm.warp(START + 599);
        for (uint8 market; market < markets; ++market) {
            _assert(market, _rungs(CAUTION, NORMAL));
        }
    }

    function _gasBurner(uint256 index) private returns (address burner) {
        burner = address(uint160(0xdead00 + index));
        // INVALID: spends all that it is given.
        vm.etch(burner, hex"fe");
    }

    /// @dev A hub as in the fixture, but every lease lasts `lease` seconds. A heartbeat has gone out.
    function _restartWithLeasesOf(uint256 lease) private {
        Leases leases = _leasesOf([lease, lease, lease, lease, lease, lease, lease]);
        hub = deployHub(address(endpoint), governance, MESH_ID, leases, _defaultLimits(), operators);
        vm.deal(address(hub), 1 ether);
        vm.startPrank(governance);
        hub.registerMarket(PROTOCOL);
        hub.registerMarket(MARKET);
        hub.setSensor(sensor, _openGrant());
        hub.setPeer(PEER_EID, peer);
        vm.stopPrank();
        hub.broadcast();
    }
}
