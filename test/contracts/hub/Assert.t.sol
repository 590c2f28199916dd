// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {EndpointModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What a sensor says: {IIncidentState.assertRungs}.
contract AssertTest is HubFixture {
    /* P4: ONE TRANSACTION FROM ASSERTION TO POSTURE */

    function testFuzz_AssertRungs_TightensPostureInSameTransaction(uint8 breaker, uint8 margin) public {
        Rungs rungs = _anyRungs(breaker, margin);

        _assert(MARKET, rungs);

        assertEq(hub.postureNow().own(MARKET), rungs, "own");
        assertEq(hub.postureNow().at(MARKET), rungs, "joined with the protocol");
        assertTrue(hub.postureNow().own(PROTOCOL).isCalm(), "the protocol is another market");
    }

    function test_AssertRungs_ProtocolWideRungHoldsForEveryMarket() public {
        _assert(PROTOCOL, _rungs(REDUCE_ONLY, M1));
        _assert(MARKET, _rungs(CAUTION, M3));

        assertEq(hub.postureNow().at(MARKET), _rungs(REDUCE_ONLY, M3), "joined");
        assertEq(hub.postureNow().own(MARKET), _rungs(CAUTION, M3), "own");
    }

    function test_AssertRungs_GivenEndpointWithoutCode() public {
        vm.etch(address(endpoint), "");

        _assert(MARKET, _rungs(HALTED, M4));

        _expectRungs(MARKET, HALTED, M4);
    }

    function test_AssertRungs_GivenEndpointThatReverts() public {
        vm.etch(address(endpoint), hex"fe");

        _assert(MARKET, _rungs(HALTED, M4));

        _expectRungs(MARKET, HALTED, M4);
    }

    function test_AssertRungs_GivenHubWithoutFunds() public {
        vm.deal(address(hub), 0);
        endpoint.setFee(1 ether);

        _assert(MARKET, _rungs(HALTED, M4));

        _expectRungs(MARKET, HALTED, M4);
        assertEq(endpoint.packetCount(), 0, "an assertion sends nothing");
    }

    function test_AssertRungs_GivenPathThatRefusesAndNoPeers() public {
        endpoint.setFault(PEER_EID, EndpointModel.Fault.Reverts);
        _assert(MARKET, _rungs(CAUTION, M1));

        vm.prank(governance);
        hub.setPeer(PEER_EID, bytes32(0));
        _assert(MARKET, _rungs(HALTED, M4));

        _expectRungs(MARKET, HALTED, M4);
    }

    /* WORDS */

    function test_AssertRungs_StampsRungAndAllBelowIt() public {
        _assert(MARKET, _rungs(REDUCE_ONLY, M3));

        Word word = hub.meshWord(MARKET);
        assertEq(word.lane(0), 1, "voidBefore stays as registration wrote it");
        assertEq(word.lane(1), START, "caution");
        assertEq(word.lane(2), START, "reduce-only");
        assertEq(word.lane(3), 0, "halted");
        assertEq(word.lane(4), START, "m1");
        assertEq(word.lane(5), START, "m2");
        assertEq(word.lane(6), START, "m3");
        assertEq(word.lane(7), 0, "m4");
        assertEq(hub.localWord(MARKET), WordLib.REGISTERED, "local word");
    }

    function test_AssertRungs_LaterMilderAssertionKeepsHigherStamp() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 60);
        _assert(MARKET, _rungs(CAUTION, NORMAL));

        assertEq(hub.meshWord(MARKET).lane(HALTED), START, "halted");
        assertEq(hub.meshWord(MARKET).lane(CAUTION), START + 60, "caution");
        _expectRungs(MARKET, HALTED, NORMAL);
    }

    /* CEILINGS */

    function testFuzz_AssertRungs_CeilingsBoundBothReaches(uint8[6] memory seeds) public {
        Rungs localCeiling = _anyRungs(seeds[0], seeds[1]);
        Rungs meshCeiling = localCeiling.meet(_anyRungs(seeds[2], seeds[3]));
        Rungs asked = _anyRungs(seeds[4], seeds[5]);
        _setSensor(_grant(localCeiling, meshCeiling));

        _assert(MARKET, asked);

        Rungs mesh = hub.meshWord(MARKET).inForce(hub.leases(), START);
        Rungs local = hub.localWord(MARKET).inForce(hub.leases(), START);
        assertEq(mesh, asked.meet(meshCeiling), "mesh");
        assertEq(mesh.join(local), asked.meet(localCeiling), "on this chain");
        assertEq(hub.postureNow().own(MARKET), asked.meet(localCeiling), "posture");
    }

    function test_AssertRungs_WhatExceedsMeshCeilingStaysLocal() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(CAUTION, M1)));
        Word local = WordLib.REGISTERED.merge(WordLib.stamped(_rungs(HALTED, M4), START));
        Word mesh = WordLib.REGISTERED.merge(WordLib.stamped(_rungs(CAUTION, M1), START));

        vm.expectEmit(address(hub));
        emit IIncidentState.Asserted(
            hub.seq() + 1,
            MARKET,
            sensor,
            Cause.Price,
            _rungs(HALTED, M4),
            _rungs(CAUTION, M1),
            local,
            mesh,
            hub.postureNow().tightened(MARKET, _rungs(HALTED, M4))
        );
        _assert(MARKET, _rungs(HALTED, M4));

        assertEq(hub.localWord(MARKET), local, "local");
        assertEq(hub.meshWord(MARKET), mesh, "mesh");
    }

    function test_AssertRungs_OffLadderNumberIsBroughtDownToCeiling() public {
        _setSensor(_grant(_rungs(REDUCE_ONLY, M2), _rungs(CAUTION, M1)));

        _assert(MARKET, Rungs.wrap(type(uint8).max));

        _expectRungs(MARKET, REDUCE_ONLY, M2);
    }

    /* EVENTS */

    function test_AssertRungs_EmitsWhatItStamped() public {
        Word mesh = WordLib.REGISTERED.merge(WordLib.stamped(_rungs(HALTED, M2), START));

        vm.expectEmit(address(hub));
        emit IIncidentState.Asserted(
            hub.seq() + 1,
            MARKET,
            sensor,
            Cause.Price,
            _rungs(HALTED, M2),
            _rungs(HALTED, M2),
            WordLib.EMPTY,
            mesh,
            hub.postureNow().tightened(MARKET, _rungs(HALTED, M2))
        );
        _assert(MARKET, _rungs(HALTED, M2));
    }

    function test_AssertRungs_TwiceInOneSecondChangesAndEmitsNothing() public {
        _assert(MARKET, _rungs(HALTED, M2));
        uint64 seq = hub.seq();

        vm.recordLogs();
        _assert(MARKET, _rungs(HALTED, M2));
        _assert(MARKET, _rungs(CAUTION, M1));

        assertEq(vm.getRecordedLogs().length, 0, "logs");
        assertEq(hub.seq(), seq, "seq");
    }

    function test_AssertRungs_NothingToSayEmitsNothing() public {
        vm.recordLogs();
        _assert(MARKET, _rungs(NORMAL, NORMAL));

        assertEq(vm.getRecordedLogs().length, 0, "logs");
    }

    function test_AssertRungs_RenewalEmitsAndKeepsPosture() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        Posture before = hub.postureNow();
        vm.warp(START + 1);

        _assert(MARKET, _rungs(HALTED, NORMAL));

        assertEq(hub.postureNow(), before, "posture");
        assertEq(hub.meshWord(MARKET).lane(HALTED), START + 1, "stamp");
    }

    /* WHO MAY */

    function test_AssertRungs_RevertWhen_CallerHasNoGrant() public {
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, stranger, MARKET));
        vm.prank(stranger);
        hub.assertRungs(MARKET, _rungs(CAUTION, NORMAL));
    }

    function test_AssertRungs_RevertGiven_GrantWithdrawn() public {
        SensorGrant memory withdrawn = _openGrant();
        withdrawn.isActive = false;
        _setSensor(withdrawn);

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, sensor, MARKET));
        _assert(MARKET, _rungs(CAUTION, NORMAL));
    }

    function testFuzz_AssertRungs_RevertWhen_MarketIsNotInGrant(uint32 markets, uint8 market) public {
        vm.assume(market >= 32 || (markets >> market) & 1 == 0);
        SensorGrant memory grant = _openGrant();
        grant.markets = markets;
        _setSensor(grant);

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, sensor, market));
        _assert(market, _rungs(CAUTION, NORMAL));
    }

    function test_AssertRungs_RevertWhen_MarketIsNotRegistered() public {
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_UnknownMarket.selector, ABSENT));
        _assert(ABSENT, _rungs(CAUTION, NORMAL));
    }
}
