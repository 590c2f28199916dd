// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOAppCore} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/interfaces/IOAppCore.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {CouncilJudge} from "../../../contracts/governance/judges/CouncilJudge.sol";
import {HubJudge} from "../../../contracts/governance/judges/HubJudge.sol";
import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {ICouncil} from "../../../contracts/interfaces/ICouncil.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {ILiftGate} from "../../../contracts/interfaces/ILiftGate.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {PacketOrigin} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Cause, Limits, SensorGrant} from "../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M2, M4, REDUCE_ONLY, Rungs} from "../../../contracts/types/Rungs.sol";
import {WordLib} from "../../../contracts/types/Word.sol";
import {deployHub} from "../hub/HubArtifact.sol";
import {HubFixture} from "../hub/HubFixture.sol";

/// @notice P9 for the hub's own parameters, against two real hubs.
contract HubJudgeTest is HubFixture {
    HubJudge private judge;
    /// @dev The hub as it would be after a change.
    IncidentHub private changed;

    function setUp() public override {
        super.setUp();
        judge = new HubJudge();
        changed = deployHub(address(endpoint), governance, MESH_ID, _defaultLeases(), _defaultLimits(), operators);
        vm.startPrank(governance);
        changed.registerMarket(PROTOCOL);
        changed.registerMarket(MARKET);
        changed.setPeer(PEER_EID, peer);
        vm.stopPrank();
    }

    /* SENSORS */

    function test_SetSensor_HigherCeilingsAndMoreMarketsTighten() public {
        SensorGrant memory low = _middle();
        _setSensor(low);
        assertTrue(_judgeSensor(low), "the same");

        SensorGrant memory next = _middle();
        next.localCeiling = _rungs(HALTED, M4);
        assertTrue(_judgeSensor(next), "local");
        next = _middle();
        next.meshCeiling = _rungs(REDUCE_ONLY, M2);
        assertTrue(_judgeSensor(next), "mesh");
        next = _middle();
        next.markets = 7;
        assertTrue(_judgeSensor(next), "markets");
    }

    function test_SetSensor_LessOfAnythingLoosens() public {
        _setSensor(_middle());
        SensorGrant memory next = _middle();
        next.localCeiling = _rungs(CAUTION, M4);
        assertFalse(_judgeSensor(next), "local");
        next = _middle();
        next.meshCeiling = _rungs(HALTED, 0);
        assertFalse(_judgeSensor(next), "mesh");
        next = _middle();
        next.markets = 5;
        assertFalse(_judgeSensor(next), "markets");
        next = _middle();
        next.isActive = false;
        assertFalse(_judgeSensor(next), "withdrawn");
        next = _middle();
        next.cause = Cause.Oracle;
        assertFalse(_judgeSensor(next), "cause");
    }

    /// @dev A stolen tightening key cannot appoint itself a sensor.
    function test_SetSensor_ANewSensorWaits() public view {
        bytes memory data = abi.encodeCall(IIncidentState.setSensor, (stranger, _openGrant()));
        assertFalse(judge.tightens(address(hub), data));
    }

    /// @dev One thing of a grant is changed, up or down; the sensor asserts as much as it was allowed, or anything.
    function testFuzz_SetSensor_NeverLowersWhatAnAssertionDoes(uint256 seed) public {
        SensorGrant memory current = _drawGrant(seed);
        current.markets |= 2;
        SensorGrant memory next = _neighbour(current, _roll(seed, 1));
        if (next.meshCeiling.exceeds(next.localCeiling)) return;
        vm.startPrank(governance);
        hub.setSensor(sensor, current);
        changed.setSensor(sensor, next);
        vm.stopPrank();
        if (!_judgeSensor(next)) return;

        uint256 roll = _roll(seed, 2);
        Rungs asked = roll % 4 == 0 ? _anyRungs(uint8(roll >> 16), uint8(roll >> 24)) : current.localCeiling;
        vm.startPrank(sensor);
        hub.assertRungs(MARKET, asked);
        changed.assertRungs(MARKET, asked);
        vm.stopPrank();
        assertFalse(hub.postureNow().own(MARKET).exceeds(changed.postureNow().own(MARKET)), "a rung came down");
        Rungs mesh = hub.meshWord(MARKET).inForce(hub.leases(), block.timestamp);
        Rungs meshAfter = changed.meshWord(MARKET).inForce(hub.leases(), block.timestamp);
        assertFalse(mesh.exceeds(meshAfter), "a mesh rung came down");
    }

    /* LIMITS */

    function test_SetLimits_HigherCeilingsTighten_LowerLoosen() public view {
        assertTrue(_judgeLimits(_defaultLimits()), "the same");
        Limits memory next = _defaultLimits();
        next.soloCeiling = _rungs(HALTED, M4);
        assertTrue(_judgeLimits(next), "solo up");
        next.soloCeiling = _rungs(CAUTION, M4);
        assertFalse(_judgeLimits(next), "solo down");
        next = _defaultLimits();
        next.peerCeiling = _rungs(REDUCE_ONLY, M4);
        assertFalse(_judgeLimits(next), "peer down");
        next = _defaultLimits();
        next.quorumCeiling = _rungs(HALTED, 3);
        assertFalse(_judgeLimits(next), "quorum ceiling down");
    }

    function test_SetLimits_AnotherQuorumWaits() public view {
        Limits memory next = _defaultLimits();
        next.quorum = 3;
        assertFalse(_judgeLimits(next), "larger");
        next.quorum = 1;
        assertFalse(_judgeLimits(next), "smaller");
    }

    /// @dev One ceiling or the quorum is changed, up or down; a peer, one operator and a quorum say as much as anybody can.
    function testFuzz_SetLimits_NeverLowersWhatArrives(uint256 seed, uint8 way) public {
        Limits memory current = _drawLimits(seed);
        Limits memory next = _neighbour(current, _roll(seed, 1));
        if (next.quorum < 2 || next.quorum > 3) return;
        vm.startPrank(governance);
        hub.setLimits(current);
        try changed.setLimits(next) {} catch {
            vm.stopPrank();
            return;
        }
        vm.stopPrank();
        if (!_judgeLimits(next)) return;

        uint256 roll = _roll(seed, 2);
        Rungs asked = roll % 4 == 0 ? _anyRungs(uint8(roll >> 16), uint8(roll >> 24)) : _rungs(HALTED, M4);
        bytes memory entries = _pack(MARKET, WordLib.stamped(asked, block.timestamp));
        if (way % 4 == 0) {
            bytes memory message = PayloadLib.packMessage(1, entries);
            endpoint.inject(PacketOrigin(PEER_EID, peer, 1), address(hub), message);
            endpoint.inject(PacketOrigin(PEER_EID, peer, 1), address(changed), message);
        } else {
            bytes memory signatures = _sign(_directive(entries), way % 4);
            hub.submit(_directive(entries), signatures);
            changed.submit(_directive(entries), signatures);
        }
        assertFalse(hub.postureNow().own(MARKET).exceeds(changed.postureNow().own(MARKET)), "a rung came down");
    }

    /* COUNCIL, GATE */

    function test_SetCouncil_NoneTightens_AnotherWaits() public {
        vm.prank(governance);
        hub.setCouncil(stranger);
        assertTrue(_judgeCouncil(address(0)), "nobody");
        assertTrue(_judgeCouncil(stranger), "the same");
        assertFalse(_judgeCouncil(sensor), "another");
    }

    /// @dev Another council may void. That it is the first makes no difference.
    function test_SetCouncil_TheFirstWaits() public view {
        assertFalse(_judgeCouncil(stranger));
    }

    function test_SetLiftGate_TheFirstTightens_AnotherWaits() public {
        assertTrue(_judgeGate(stranger), "the first");
        vm.prank(governance);
        hub.setLiftGate(ILiftGate(address(endpoint)));
        assertTrue(_judgeGate(address(endpoint)), "the same");
        assertFalse(_judgeGate(sensor), "another");
        assertFalse(_judgeGate(address(0)), "none");
    }

    /* EVERYTHING ELSE WAITS */

    function test_Tightens_KnowsNothingElse() public view {
        bytes[11] memory calls = [
            abi.encodeCall(IIncidentState.registerMarket, (2)),
            abi.encodeCall(IIncidentState.setMirror, (stranger, true)),
            abi.encodeCall(IIncidentState.setMirror, (stranger, false)),
            abi.encodeCall(IIncidentHub.setOperator, (stranger, true)),
            abi.encodeCall(IIncidentHub.setOperator, (operators[0], false)),
            abi.encodeCall(IIncidentHub.withdraw, (payable(stranger), 1)),
            abi.encodeCall(IOAppCore.setPeer, (PEER_EID, bytes32(0))),
            abi.encodeCall(IOAppCore.setPeer, (PEER_EID + 1, peer)),
            abi.encodeCall(IOAppCore.setDelegate, (stranger)),
            abi.encodeCall(Ownable.transferOwnership, (stranger)),
            abi.encodeCall(IIncidentState.rearmHaltBudget, (1))
        ];
        for (uint256 i; i < calls.length; ++i) {
            assertFalse(judge.tightens(address(hub), calls[i]));
        }
    }

    function test_CouncilJudge_WhatMakesVoidingHarderTightens() public {
        CouncilJudge councilJudge = new CouncilJudge();
        vm.mockCall(address(1), abi.encodeCall(ICouncil.threshold, ()), abi.encode(3));
        vm.mockCall(address(1), abi.encodeCall(ICouncil.voidDelay, ()), abi.encode(30 minutes));
        assertTrue(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setVoidRules, (3, 30 minutes))));
        assertTrue(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setVoidRules, (4, 1 hours))));
        assertFalse(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setVoidRules, (2, 1 hours))));
        assertFalse(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setVoidRules, (4, 29 minutes))));
        assertTrue(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setGuardian, (stranger, true))));
        assertFalse(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setGuardian, (stranger, false))));
        assertFalse(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setMember, (stranger, true))));
        assertFalse(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.setMember, (stranger, false))));
        assertFalse(councilJudge.tightens(address(1), abi.encodeCall(ICouncil.rearm, (stranger))));
    }

    /* PRIVATE */

    function _middle() private pure returns (SensorGrant memory grant) {
        grant = _grant(_rungs(REDUCE_ONLY, M4), _rungs(CAUTION, M2));
        grant.markets = 3;
    }

    function _judgeSensor(SensorGrant memory next) private view returns (bool) {
        return judge.tightens(address(hub), abi.encodeCall(IIncidentState.setSensor, (sensor, next)));
    }

    function _judgeCouncil(address next) private view returns (bool) {
        return judge.tightens(address(hub), abi.encodeCall(IIncidentState.setCouncil, (next)));
    }

    function _judgeGate(address next) private view returns (bool) {
        return judge.tightens(address(hub), abi.encodeCall(IIncidentState.setLiftGate, (ILiftGate(next))));
    }

    function _judgeLimits(Limits memory next) private view returns (bool) {
        return judge.tightens(address(hub), abi.encodeCall(IIncidentHub.setLimits, (next)));
    }

    function _drawGrant(uint256 seed) private pure returns (SensorGrant memory grant) {
        uint256 roll = uint256(keccak256(abi.encode(seed)));
        Rungs mesh = _anyRungs(uint8(roll), uint8(roll >> 8));
        grant = _grant(_anyRungs(uint8(roll >> 16), uint8(roll >> 24)).join(mesh), mesh);
        grant.markets = uint32(roll >> 32) & 3;
    }

    function _neighbour(SensorGrant memory from, uint256 roll) private pure returns (SensorGrant memory next) {
        next = _grant(from.localCeiling, from.meshCeiling);
        next.markets = from.markets;
        uint256 kind = roll % 5;
        if (kind == 0) next.localCeiling = _stepped(from.localCeiling, roll >> 8);
        if (kind == 1) next.meshCeiling = _stepped(from.meshCeiling, roll >> 8);
        if (kind == 2) next.markets ^= uint32(1) << uint32((roll >> 8) % 3);
        if (kind == 3) next.isActive = false;
        if (kind == 4) next.cause = Cause((roll >> 8) % 6);
    }

    function _neighbour(Limits memory from, uint256 roll) private pure returns (Limits memory next) {
        next = Limits(from.peerCeiling, from.soloCeiling, from.quorumCeiling, from.quorum);
        uint256 kind = roll % 4;
        if (kind == 0) next.peerCeiling = _stepped(from.peerCeiling, roll >> 8);
        if (kind == 1) next.soloCeiling = _stepped(from.soloCeiling, roll >> 8);
        if (kind == 2) next.quorumCeiling = _stepped(from.quorumCeiling, roll >> 8);
        if (kind == 3) next.quorum = (roll >> 8) % 2 == 0 ? from.quorum + 1 : from.quorum - 1;
    }

    /// @dev One rung up or down on one axis, or any pair.
    function _stepped(Rungs from, uint256 roll) private pure returns (Rungs) {
        (uint8 breaker, uint8 margin) = (from.breaker(), from.margin());
        uint256 kind = roll % 5;
        if (kind == 0 && breaker < HALTED) return _rungs(breaker + 1, margin);
        if (kind == 1 && breaker > 0) return _rungs(breaker - 1, margin);
        if (kind == 2 && margin < M4) return _rungs(breaker, margin + 1);
        if (kind == 3 && margin > 0) return _rungs(breaker, margin - 1);
        return _anyRungs(uint8(roll >> 8), uint8(roll >> 16));
    }

    function _roll(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _drawLimits(uint256 seed) private pure returns (Limits memory) {
        uint256 roll = uint256(keccak256(abi.encode(seed, "limits")));
        return
            Limits({
                peerCeiling: _anyRungs(uint8(roll), uint8(roll >> 8)),
                soloCeiling: _anyRungs(uint8(roll >> 16), uint8(roll >> 24)),
                quorumCeiling: _anyRungs(uint8(roll >> 32), uint8(roll >> 40)),
                quorum: uint8(2 + ((roll >> 48) % 2))
            });
    }
}
