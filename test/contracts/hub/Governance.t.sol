// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {Cause, Limits, SensorGrant} from "../../../contracts/types/Incident.sol";
import {Leases, LeasesLib} from "../../../contracts/types/Leases.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {
    CAUTION,
    HALTED,
    M1,
    M2,
    M3,
    M4,
    NORMAL,
    REDUCE_ONLY,
    Rungs,
    RungsLib
} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {deployHub} from "./HubArtifact.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice Registration, grants, operators, limits, peers, money: governance alone, and within bounds.
contract GovernanceTest is HubFixture {
    /* CONSTRUCTION */

    /// @dev It is the artifact that ships: what {deployHub} is for.
    function test_Constructor_CodeLeavesTenPercentOfTheLimit() public view {
        assertLe(address(hub).code.length, (uint256(24_576) * 9) / 10);
    }

    function test_Constructor_SetsWhatItWasGiven() public view {
        assertEq(hub.owner(), governance, "owner");
        assertEq(endpoint.delegates(address(hub)), governance, "delegate");
        assertEq(address(hub.endpoint()), address(endpoint), "endpoint");
        assertEq(hub.meshId(), MESH_ID, "meshId");
        assertEq(Leases.unwrap(hub.leases()), Leases.unwrap(_defaultLeases()), "leases");
        assertEq(abi.encode(hub.limits()), abi.encode(_defaultLimits()), "limits");
        for (uint256 i; i < 3; ++i) {
            assertTrue(hub.isOperator(operators[i]), "operator");
        }
        assertFalse(hub.isOperator(stranger), "stranger");
    }

    function test_Constructor_CountsItsEvents() public {
        vm.expectEmit();
        emit IIncidentHub.OperatorSet(1, operators[0], true);
        vm.expectEmit();
        emit IIncidentHub.OperatorSet(2, operators[1], true);
        vm.expectEmit();
        emit IIncidentHub.OperatorSet(3, operators[2], true);
        vm.expectEmit();
        emit IIncidentHub.LimitsSet(4, _defaultLimits());
        IncidentHub fresh = _deploy(_defaultLeases(), _defaultLimits(), operators);

        assertEq(fresh.seq(), 4);
    }

    function test_Constructor_RevertWhen_RecoveryWouldSkipAStage() public {
        Leases leases = _leasesOf([uint256(12 hours), 3 hours, 3 hours + 1, 24 hours, 8 hours, 3 hours, 1 hours]);

        vm.expectRevert(abi.encodeWithSelector(LeasesLib.Leases_Invalid.selector, 3, 3 hours + 1));
        _deploy(leases, _defaultLimits(), operators);
    }

    function testFuzz_Constructor_RevertWhen_ALeaseIsOutOfBounds(uint256 lane, uint256 lease) public {
        lane = bound(lane, 0, 6);
        lease = lease % 2 == 0 ? bound(lease, 0, 10 minutes - 1) : bound(lease, 7 days + 1, type(uint32).max);
        uint256[7] memory lanes = [uint256(12 hours), 3 hours, 1 hours, 24 hours, 8 hours, 3 hours, 1 hours];
        lanes[lane] = lease;
        Leases leases = _leasesOf(lanes);

        vm.expectPartialRevert(LeasesLib.Leases_Invalid.selector);
        _deploy(leases, _defaultLimits(), operators);
    }

    function test_Constructor_RevertWhen_OperatorsMakeNoQuorum() public {
        address[] memory one = new address[](1);
        one[0] = operators[0];

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidQuorum.selector, 2, 1));
        _deploy(_defaultLeases(), _defaultLimits(), one);
    }

    /* MARKETS */

    function test_RegisterMarket_WritesNonZeroWordsAndKeepsCalm() public {
        bytes32 digest = hub.meshDigest();

        vm.expectEmit(address(hub));
        emit IIncidentState.MarketRegistered(hub.seq() + 1, 31, hub.postureNow().registered(31));
        vm.prank(governance);
        hub.registerMarket(31);

        assertEq(hub.meshWord(31), WordLib.REGISTERED, "mesh");
        assertEq(hub.localWord(31), WordLib.REGISTERED, "local");
        assertTrue(hub.postureNow().isRegistered(31), "registered");
        assertTrue(hub.postureNow().own(31).isCalm(), "calm");
        assertTrue(hub.meshDigest() != digest, "the digest covers which markets there are");
    }

    function test_RegisterMarket_KeepsRungsOfOthers() public {
        _assert(MARKET, _rungs(HALTED, M4));

        vm.prank(governance);
        hub.registerMarket(MARKET + 1);

        _expectRungs(MARKET, HALTED, M4);
    }

    function test_RegisterMarket_RevertWhen_RegisteredAlready() public {
        _expectCannotRegister(MARKET);
    }

    function testFuzz_RegisterMarket_RevertWhen_OutOfRange(uint8 market) public {
        _expectCannotRegister(uint8(bound(market, 32, 255)));
    }

    function test_RegisterMarket_RevertGiven_NoProtocolMarket() public {
        hub = _deploy(_defaultLeases(), _defaultLimits(), operators);

        _expectCannotRegister(MARKET);
    }

    /* SENSORS */

    function test_SetSensor_SetsAndEmits() public {
        SensorGrant memory grant = SensorGrant(true, Cause.Oracle, _rungs(REDUCE_ONLY, M2), _rungs(CAUTION, M1), 6);

        vm.expectEmit(address(hub));
        emit IIncidentState.SensorSet(hub.seq() + 1, stranger, grant);
        vm.prank(governance);
        hub.setSensor(stranger, grant);

        assertEq(abi.encode(hub.sensorGrant(stranger)), abi.encode(grant));
    }

    function testFuzz_SetSensor_RevertWhen_MeshCeilingIsAboveLocal(uint8[4] memory seeds) public {
        (Rungs local, Rungs mesh) = (_anyRungs(seeds[0], seeds[1]), _anyRungs(seeds[2], seeds[3]));
        vm.assume(mesh.exceeds(local));

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_MeshAboveLocal.selector, mesh, local));
        _setSensor(_grant(local, mesh));
    }

    function testFuzz_SetSensor_RevertWhen_CeilingIsOffLadder(uint8 ceiling) public {
        vm.assume(ceiling & ~uint8(0x37) != 0 || ceiling & 7 > M4);

        vm.expectPartialRevert(RungsLib.Rungs_OffLadder.selector);
        _setSensor(_grant(Rungs.wrap(ceiling), _rungs(NORMAL, NORMAL)));
        vm.expectPartialRevert(RungsLib.Rungs_OffLadder.selector);
        _setSensor(_grant(_rungs(HALTED, M4), Rungs.wrap(ceiling)));
    }

    /* OPERATORS AND LIMITS */

    function test_SetOperator_AddsAndRemoves() public {
        vm.expectEmit(address(hub));
        emit IIncidentHub.OperatorSet(hub.seq() + 1, stranger, true);
        vm.prank(governance);
        hub.setOperator(stranger, true);
        assertTrue(hub.isOperator(stranger));

        vm.expectEmit(address(hub));
        emit IIncidentHub.OperatorSet(hub.seq() + 1, stranger, false);
        vm.prank(governance);
        hub.setOperator(stranger, false);
        assertFalse(hub.isOperator(stranger));
    }

    function test_SetOperator_RevertWhen_Invalid() public {
        vm.startPrank(governance);
        _expectInvalidOperator(operators[0]);
        hub.setOperator(operators[0], true);
        _expectInvalidOperator(stranger);
        hub.setOperator(stranger, false);
        vm.stopPrank();
    }

    function test_SetOperator_RevertGiven_QuorumNeedsIt() public {
        vm.startPrank(governance);
        hub.setOperator(operators[0], false);

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidQuorum.selector, 2, 1));
        hub.setOperator(operators[1], false);
        vm.stopPrank();

        assertTrue(hub.isOperator(operators[1]), "still there");
    }

    function test_SetOperator_RevertGiven_ThirtyTwoAreThere() public {
        vm.startPrank(governance);
        for (uint160 i = 3; i < 32; ++i) {
            hub.setOperator(address(1000 + i), true);
        }

        _expectInvalidOperator(stranger);
        hub.setOperator(stranger, true);
        vm.stopPrank();
    }

    function test_SetLimits_SetsAndEmits() public {
        Limits memory limits = Limits(_rungs(CAUTION, M1), _rungs(NORMAL, M1), _rungs(REDUCE_ONLY, M3), 3);

        vm.expectEmit(address(hub));
        emit IIncidentHub.LimitsSet(hub.seq() + 1, limits);
        vm.prank(governance);
        hub.setLimits(limits);

        assertEq(abi.encode(hub.limits()), abi.encode(limits));
    }

    function testFuzz_SetLimits_RevertWhen_QuorumIsOutOfBounds(uint8 quorum) public {
        vm.assume(quorum < 2 || quorum > 3);
        Limits memory limits = _defaultLimits();
        limits.quorum = quorum;

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidQuorum.selector, uint256(quorum), 3));
        vm.prank(governance);
        hub.setLimits(limits);
    }

    function test_SetLimits_RevertWhen_ACeilingIsOffLadder() public {
        Rungs offLadder = Rungs.wrap(0x05);
        for (uint256 i; i < 3; ++i) {
            Limits memory limits = _defaultLimits();
            if (i == 0) limits.peerCeiling = offLadder;
            else if (i == 1) limits.soloCeiling = offLadder;
            else limits.quorumCeiling = offLadder;

            vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, 0, 5));
            vm.prank(governance);
            hub.setLimits(limits);
        }
    }

    /* PEERS */

    function test_SetPeer_KeepsTheListThatBroadcastWalks() public {
        vm.startPrank(governance);
        hub.setPeer(11, peer);
        hub.setPeer(12, peer);
        _expectPeers([PEER_EID, 11, 12]);

        hub.setPeer(11, _asBytes32(stranger));
        _expectPeers([PEER_EID, 11, 12]);
        assertEq(hub.peers(11), _asBytes32(stranger), "replaced");

        hub.setPeer(PEER_EID, bytes32(0));
        assertEq(hub.peerEids().length, 2);
        assertEq(hub.peerEids()[0], 12);
        assertEq(hub.peerEids()[1], 11);

        hub.setPeer(77, bytes32(0));
        assertEq(hub.peerEids().length, 2, "removing what is not there");

        hub.setPeer(PEER_EID, peer);
        _expectPeers([uint32(12), 11, PEER_EID]);
        vm.stopPrank();
    }

    function testFuzz_SetPeer_ListMatchesPeers(uint256 seed) public {
        vm.startPrank(governance);
        for (uint256 i; i < 24; ++i) {
            uint32 eid = uint32(1 + ((seed >> (i * 8)) % 6));
            bool isSet = (seed >> (i * 8 + 7)) & 1 == 1;
            hub.setPeer(eid, isSet ? peer : bytes32(0));
        }
        vm.stopPrank();

        uint32[] memory eids = hub.peerEids();
        uint256 expected = 1;
        for (uint32 eid = 1; eid <= 6; ++eid) {
            if (hub.peers(eid) != bytes32(0)) ++expected;
        }
        assertEq(eids.length, expected, "count");
        for (uint256 i; i < eids.length; ++i) {
            assertTrue(hub.peers(eids[i]) != bytes32(0), "each is a peer");
            for (uint256 j; j < i; ++j) {
                assertTrue(eids[i] != eids[j], "none twice");
            }
        }
    }

    function test_SetPeer_RevertGiven_SixtyFourAreThere() public {
        vm.startPrank(governance);
        for (uint32 eid = 1; eid < 64; ++eid) {
            hub.setPeer(eid, peer);
        }

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_TooManyPeers.selector, 64));
        hub.setPeer(64, peer);
        hub.setPeer(63, _asBytes32(stranger));
        vm.stopPrank();
    }

    /* MONEY */

    function test_Withdraw_PaysOut() public {
        vm.prank(governance);
        hub.withdraw(payable(stranger), 0.4 ether);

        assertEq(stranger.balance, 0.4 ether);
        assertEq(address(hub).balance, 0.6 ether);
    }

    function test_Withdraw_RevertWhen_ItCannotBePaid() public {
        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_WithdrawalFailed.selector, stranger, 2 ether));
        vm.prank(governance);
        hub.withdraw(payable(stranger), 2 ether);
    }

    function test_Receive_TakesGifts() public {
        vm.deal(stranger, 1 ether);

        vm.prank(stranger);
        (bool ok, ) = address(hub).call{value: 1 ether}("");

        assertTrue(ok);
        assertEq(address(hub).balance, 2 ether);
    }

    /* GOVERNANCE ALONE */

    function test_Governance_RevertWhen_CallerIsSomebodyElse() public {
        bytes[8] memory calls = [
            abi.encodeCall(IIncidentState.registerMarket, (7)),
            abi.encodeCall(IIncidentState.setSensor, (stranger, _openGrant())),
            abi.encodeCall(IIncidentState.setMirror, (stranger, true)),
            abi.encodeCall(IIncidentHub.setOperator, (stranger, true)),
            abi.encodeCall(IIncidentHub.setLimits, (_defaultLimits())),
            abi.encodeCall(IIncidentHub.withdraw, (payable(stranger), 1)),
            abi.encodeCall(hub.setPeer, (PEER_EID, bytes32(0))),
            abi.encodeCall(hub.setDelegate, (stranger))
        ];
        for (uint256 i; i < calls.length; ++i) {
            address[3] memory callers = [stranger, sensor, operators[0]];
            for (uint256 j; j < 3; ++j) {
                vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, callers[j]));
                vm.prank(callers[j]);
                (bool ignored, ) = address(hub).call(calls[i]);
                ignored;
            }
        }
    }

    /* VIEWS */

    function test_Snapshot_HoldsEverythingAtOnce() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(CAUTION, M1)));
        _assert(MARKET, _rungs(HALTED, M4));
        _assert(PROTOCOL, _rungs(CAUTION, NORMAL));

        (Word[] memory mesh, Word[] memory local, Posture posture, uint64 seq) = hub.snapshot();

        assertEq(mesh.length, 32);
        assertEq(local.length, 32);
        for (uint8 market; market < 32; ++market) {
            assertEq(mesh[market], hub.meshWord(market), "mesh");
            assertEq(local[market], hub.localWord(market), "local");
        }
        assertEq(posture, hub.postureNow(), "posture");
        assertEq(seq, hub.seq(), "seq");
    }

    function test_MeshDigest_IsTheHashOfThirtyTwoWordsInMarketOrder() public {
        _assert(MARKET, _rungs(HALTED, M4));
        bytes memory words;
        for (uint8 market; market < 32; ++market) {
            words = bytes.concat(words, bytes32(Word.unwrap(hub.meshWord(market))));
        }

        assertEq(hub.meshDigest(), keccak256(words));
    }

    function test_MeshDigest_LeavesLocalWordsOut() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(NORMAL, NORMAL)));
        bytes32 digest = hub.meshDigest();

        _assert(MARKET, _rungs(HALTED, M4));

        assertEq(hub.meshDigest(), digest);
        _expectRungs(MARKET, HALTED, M4);
    }

    /* PRIVATE */

    function _deploy(Leases leases, Limits memory limits, address[] memory accounts) private returns (IncidentHub) {
        return deployHub(address(endpoint), governance, MESH_ID, leases, limits, accounts);
    }

    function _expectCannotRegister(uint8 market) private {
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_CannotRegister.selector, market));
        vm.prank(governance);
        hub.registerMarket(market);
    }

    function _expectInvalidOperator(address operator) private {
        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidOperator.selector, operator));
    }

    function _expectPeers(uint32[3] memory expected) private view {
        uint32[] memory eids = hub.peerEids();
        assertEq(eids.length, 3, "count");
        for (uint256 i; i < 3; ++i) {
            assertEq(eids[i], expected[i], "eid");
        }
    }
}
