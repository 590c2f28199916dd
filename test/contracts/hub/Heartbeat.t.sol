// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {EndpointModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Limits, Path, Refusal} from "../../../contracts/types/Incident.sol";
import {Leases} from "../../../contracts/types/Leases.sol";
import {HALTED, M1, M2, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../contracts/types/Rungs.sol";
import {WordLib} from "../../../contracts/types/Word.sol";
import {deployHub} from "./HubArtifact.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What a heartbeat says besides words: that its sender lives, and how it is configured.
contract HeartbeatTest is HubFixture {
    bytes32 private constant OTHER = keccak256("another configuration");

    /* CONFIGURATION HASH */

    /// @dev By the book, without the contract's help.
    function test_ConfigHash_IsWhatTheInterfaceSays() public view {
        uint256 members;
        unchecked {
            for (uint256 i; i < operators.length; ++i) {
                members += uint256(keccak256(abi.encode("operator", operators[i])));
            }
            members += uint256(keccak256(abi.encode("hub", EID, _asBytes32(address(hub)))));
            members += uint256(keccak256(abi.encode("hub", PEER_EID, peer)));
        }
        // Markets 0 and 1; the default limits.
        bytes32 expected = keccak256(
            abi.encode(MESH_ID, _defaultLeases(), uint32(0x34223402), uint256(0x8080), members)
        );

        assertEq(hub.configHash(), expected);
    }

    /// @dev Two deployments that are each other's peer agree, though operators and peers came in another order.
    function test_ConfigHash_IsTheSameOnBothSides() public {
        address[] memory reversed = new address[](3);
        (reversed[0], reversed[1], reversed[2]) = (operators[2], operators[0], operators[1]);
        (IncidentHub a, IncidentHub b) = (_deploy(EID, operators), _deploy(PEER_EID, reversed));
        vm.startPrank(governance);
        a.setPeer(11, peer);
        a.setPeer(PEER_EID, _asBytes32(address(b)));
        b.setPeer(EID, _asBytes32(address(a)));
        assertTrue(a.configHash() != b.configHash(), "a peer is missing");
        b.setPeer(11, peer);
        vm.stopPrank();

        assertEq(a.configHash(), b.configHash());
    }

    function test_ConfigHash_SeesEveryDifference() public {
        bytes32 before = hub.configHash();
        Limits memory limits = _defaultLimits();
        bytes[5] memory calls = [
            abi.encodeCall(IIncidentState.registerMarket, (7)),
            abi.encodeCall(IIncidentHub.setOperator, (stranger, true)),
            abi.encodeCall(IIncidentHub.setOperator, (operators[0], false)),
            abi.encodeCall(hub.setPeer, (PEER_EID, _asBytes32(stranger))),
            abi.encodeCall(hub.setPeer, (PEER_EID, bytes32(0)))
        ];
        for (uint256 i; i < calls.length; ++i) {
            _expectOtherHashAfter(calls[i], before);
        }
        limits.peerCeiling = _rungs(HALTED, M2);
        _expectOtherHashAfter(abi.encodeCall(IIncidentHub.setLimits, (limits)), before);
        (limits.peerCeiling, limits.soloCeiling) = (_rungs(HALTED, M4), _rungs(REDUCE_ONLY, M1));
        _expectOtherHashAfter(abi.encodeCall(IIncidentHub.setLimits, (limits)), before);
        (limits.soloCeiling, limits.quorumCeiling) = (_rungs(REDUCE_ONLY, M2), _rungs(HALTED, M2));
        _expectOtherHashAfter(abi.encodeCall(IIncidentHub.setLimits, (limits)), before);
        (limits.quorumCeiling, limits.quorum) = (_rungs(HALTED, M4), 3);
        _expectOtherHashAfter(abi.encodeCall(IIncidentHub.setLimits, (limits)), before);
        assertTrue(_deploy(EID, operators).configHash() != before, "another hub, no peer");
    }

    function test_ConfigHash_ComesBackWithTheConfiguration() public {
        bytes32 before = hub.configHash();

        vm.startPrank(governance);
        hub.setOperator(stranger, true);
        hub.setPeer(11, peer);
        hub.setPeer(PEER_EID, _asBytes32(stranger));
        hub.setPeer(11, bytes32(0));
        hub.setOperator(stranger, false);
        hub.setPeer(PEER_EID, peer);
        vm.stopPrank();

        assertEq(hub.configHash(), before);
    }

    function testFuzz_ConfigHash_DoesNotDependOnTheState(uint8 breaker, uint8 margin, uint32 elapsed) public {
        bytes32 before = hub.configHash();
        vm.warp(START + (elapsed % 30 days));

        _assert(MARKET, _anyRungs(breaker, margin));
        _receiveWord(PROTOCOL, WordLib.stamped(_anyRungs(margin, breaker), block.timestamp));

        assertEq(hub.configHash(), before);
    }

    /* WHAT IS SENT */

    function test_Broadcast_HeartbeatCarriesTheConfigurationHash() public {
        bytes memory message = PayloadLib.packHeartbeat(hub.seq(), hub.configHash(), "");

        hub.broadcast();

        assertEq(endpoint.packet(0).message, message);
    }

    /* WHAT IS READ */

    function test_LzReceive_HeartbeatIsNoted() public {
        assertEq(hub.heardAt(PEER_EID), 0, "never");
        vm.warp(START + 77);

        _receive(PayloadLib.packHeartbeat(1, hub.configHash(), ""));

        assertEq(hub.heardAt(PEER_EID), START + 77, "heard");
        assertTrue(hub.isConfigShared(PEER_EID), "the same");
        assertEq(hub.heardAt(PEER_EID + 1), 0, "another peer");
    }

    function test_LzReceive_MessageOfWordsIsNotNoted() public {
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, M4), START));

        assertEq(hub.heardAt(PEER_EID), 0);
    }

    function testFuzz_LzReceive_OtherConfigurationIsAnEventAndRefusesNothing(bytes32 theirs) public {
        bytes32 ours = hub.configHash();
        vm.assume(theirs != ours);
        _receive(PayloadLib.packHeartbeat(1, ours, ""));

        vm.expectEmit(address(hub));
        emit IIncidentHub.Heard(hub.seq() + 1, PEER_EID, 5, true);
        vm.expectEmit(address(hub));
        emit IIncidentHub.ConfigDiffers(hub.seq() + 2, PEER_EID, theirs, ours);
        _receive(PayloadLib.packHeartbeat(5, theirs, _pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START))));

        assertFalse(hub.isConfigShared(PEER_EID), "differs");
        assertEq(hub.heardAt(PEER_EID), START, "heard all the same");
        _expectRungs(MARKET, HALTED, M4);
    }

    /// @dev The event says the hash that held when the heartbeat was read, and stops once the two agree again.
    function test_LzReceive_DifferenceEndsWithTheNextHeartbeat() public {
        _receive(PayloadLib.packHeartbeat(1, OTHER, ""));
        uint64 seq = hub.seq();

        _receive(PayloadLib.packHeartbeat(2, hub.configHash(), ""));

        assertEq(hub.seq(), seq + 1, "heard, and nothing more");
        assertTrue(hub.isConfigShared(PEER_EID));
    }

    function test_LzReceive_HeartbeatThatCannotBeReadIsNotNoted() public {
        bytes memory message = bytes.concat(PayloadLib.packHeartbeat(1, hub.configHash(), ""), hex"00");

        vm.expectEmit(address(hub));
        emit IIncidentHub.MessageRefused(
            hub.seq() + 1,
            PEER_EID,
            Path.LayerZero,
            Refusal.BadLength,
            keccak256(message)
        );
        _receive(message);

        assertEq(hub.heardAt(PEER_EID), 0);
    }

    function test_SetPeer_ForgetsWhatTheFormerPeerSaid() public {
        _receive(PayloadLib.packHeartbeat(1, hub.configHash(), ""));
        assertEq(hub.heardAt(PEER_EID), START);

        vm.prank(governance);
        hub.setPeer(PEER_EID, _asBytes32(stranger));

        assertEq(hub.heardAt(PEER_EID), 0, "heard");
        assertFalse(hub.isConfigShared(PEER_EID), "shared");
    }

    /* GAS BOUGHT FOR THE PEER */

    /// @dev A heartbeat with every entry at its worst, another configuration and mirrors that burn all their gas.
    function testFuzz_Broadcast_GasBoughtForAHeartbeatSuffices(uint8 mirrors) public {
        mirrors = uint8(bound(mirrors, 0, 4));
        Limits memory limits = _defaultLimits();
        limits.peerCeiling = _rungs(NORMAL, M1);
        EndpointModel far = new EndpointModel(PEER_EID);
        IncidentHub farHub = deployHub(address(far), governance, MESH_ID, _defaultLeases(), limits, operators);
        vm.startPrank(governance);
        hub.setPeer(PEER_EID, _asBytes32(address(farHub)));
        farHub.setPeer(EID, _asBytes32(address(hub)));
        for (uint8 market; market < 32; ++market) {
            farHub.registerMarket(market);
            if (market > MARKET) hub.registerMarket(market);
        }
        for (uint160 i; i < mirrors; ++i) {
            // INVALID: spends all that it is given.
            vm.etch(address(0xdead00 + i), hex"fe");
            hub.setMirror(address(0xdead00 + i), true);
            farHub.setMirror(address(0xdead00 + i), true);
        }
        vm.stopPrank();
        for (uint8 market; market < 32; ++market) {
            _assert(market, _rungs(HALTED, M4));
        }
        hub.broadcast();
        uint64 seq = farHub.seq();

        far.deliver(endpoint, endpoint.packetCount() - 1);

        assertEq(farHub.postureNow().own(31), _rungs(NORMAL, M1), "merged up to the ceiling");
        assertEq(farHub.seq() - seq, 2 + 2 * 32 + uint256(mirrors), "heard, differs; refused and merged; mirrors");
        assertFalse(farHub.isConfigShared(EID));
    }

    /* PRIVATE */

    function _deploy(uint32 eid, address[] memory accounts) private returns (IncidentHub) {
        EndpointModel own = new EndpointModel(eid);
        return deployHub(address(own), governance, MESH_ID, _defaultLeases(), _defaultLimits(), accounts);
    }

    function _expectOtherHashAfter(bytes memory call_, bytes32 before) private {
        uint256 snapshot = vm.snapshotState();
        vm.prank(governance);
        (bool ok, ) = address(hub).call(call_);
        assertTrue(ok, "done");
        assertTrue(hub.configHash() != before, "seen");
        vm.revertToState(snapshot);
    }
}
