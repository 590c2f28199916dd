// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {Directive, Limits, Path, Refusal} from "../../../contracts/types/Incident.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice P7: a single key can tighten only within its ceiling and only for a short time; it can never loosen.
contract SoloKeyTest is HubFixture {
    function test_Submit_OneSignatureIsBoundByTheSoloCeiling() public {
        Word entry = WordLib.stamped(_rungs(HALTED, M4), START);
        (, Word above) = entry.split(_rungs(REDUCE_ONLY, M2));

        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 1, MARKET, EID, Path.Solo, Refusal.AboveCeiling, above);
        _submit(_pack(MARKET, entry), 1);

        _expectRungs(MARKET, REDUCE_ONLY, M2);
        assertEq(hub.meshWord(MARKET).lane(HALTED), 0, "halted lane");
        assertEq(hub.meshWord(MARKET).lane(WordLib.MARGIN_LANE + M3), 0, "m3 lane");
    }

    function test_Submit_OneSignatureIsStampedSoThatItLapsesInTenMinutes() public {
        _submit(_pack(MARKET, WordLib.stamped(_rungs(REDUCE_ONLY, M2), START)), 1);

        Word word = hub.meshWord(MARKET);
        assertEq(word.lane(CAUTION), START + 600 - 12 hours, "caution");
        assertEq(word.lane(REDUCE_ONLY), START + 600 - 3 hours, "reduce-only");
        assertEq(word.lane(WordLib.MARGIN_LANE + M1), START + 600 - 24 hours, "m1");
        assertEq(word.lane(WordLib.MARGIN_LANE + M2), START + 600 - 8 hours, "m2");

        vm.warp(START + 599);
        hub.lift(MARKET);
        _expectRungs(MARKET, REDUCE_ONLY, M2);

        vm.warp(START + 600);
        hub.lift(MARKET);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function test_Submit_WhatOneSignatureChangedIsToldApart() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(REDUCE_ONLY, M2), START)));
        bytes memory signatures = _sign(directive, 1);
        uint256 state = vm.snapshotState();
        hub.submit(directive, signatures);
        (uint64 seq, Word merged, Posture tightened) = (hub.seq(), hub.meshWord(MARKET), hub.postureNow());
        vm.revertToState(state);

        vm.expectEmit(address(hub));
        emit IIncidentState.SoloMerged(seq, MARKET, directive.decision, merged, tightened);
        hub.submit(directive, signatures);
    }

    function test_Submit_OneSignatureKeepsAnOlderStamp() public {
        Word entry = WordLib.stamped(_rungs(REDUCE_ONLY, NORMAL), START - 3 hours + 60);

        _submit(_pack(MARKET, entry), 1);

        assertEq(hub.meshWord(MARKET).lane(REDUCE_ONLY), START - 3 hours + 60, "the evidence's own time");
    }

    /// @dev Whatever one operator signs, however often it is replayed until its deadline.
    function testFuzz_Submit_OneSignatureStaysInItsBounds(uint256 word, uint256 delay, uint256 again) public {
        Directive memory directive = _directive(_pack(MARKET, Word.wrap(word)));
        bytes memory signatures = _sign(directive, 1);
        delay = bound(delay, 0, 900);
        again = bound(again, delay, 900);

        vm.warp(START + delay);
        hub.submit(directive, signatures);
        vm.warp(START + again);
        hub.submit(directive, signatures);

        assertFalse(hub.postureNow().own(MARKET).exceeds(_rungs(REDUCE_ONLY, M2)), "ceiling");
        assertTrue(hub.postureNow().own(PROTOCOL).isCalm(), "other markets");
        vm.warp(START + again + 600);
        hub.lift(MARKET);
        assertTrue(hub.postureNow().own(MARKET).isCalm(), "lapsed ten minutes after the last replay");
    }

    /// @dev A replay can prolong, never past the deadline and ten minutes.
    function testFuzz_Submit_OneSignatureIsSpentTenMinutesAfterItsDeadline(uint64 deadline, uint256 step) public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(REDUCE_ONLY, M2), START)));
        directive.deadline = uint64(bound(deadline, START, START + 900));
        bytes memory signatures = _sign(directive, 1);
        step = bound(step, 30, 600);
        for (uint256 time = START; time <= directive.deadline; time += step) {
            vm.warp(time);
            hub.submit(directive, signatures);
        }

        vm.warp(directive.deadline + 600);
        hub.lift(MARKET);

        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function testFuzz_Submit_OneSignatureNeverLoosens(uint8 breaker, uint8 margin, uint256 word) public {
        _assert(MARKET, _anyRungs(breaker, margin));
        (Word before, Posture posture) = (hub.meshWord(MARKET), hub.postureNow());

        _submit(_pack(MARKET, Word.wrap(word)), 1);

        assertEq(hub.meshWord(MARKET).merge(before), hub.meshWord(MARKET), "no lane went back");
        assertFalse(posture.own(MARKET).exceeds(hub.postureNow().own(MARKET)), "posture holds");
    }

    /// @dev The real assertion behind a solo directive carries its true time and is not shortened by it.
    function test_Submit_QuorumProlongsWhatOneKeyBegan() public {
        Word entry = WordLib.stamped(_rungs(HALTED, M2), START);
        _submit(_pack(MARKET, entry), 1);
        _expectRungs(MARKET, REDUCE_ONLY, M2);

        _submit(_pack(MARKET, entry), 2);
        _expectRungs(MARKET, HALTED, M2);

        vm.warp(START + 600);
        hub.lift(MARKET);
        _expectRungs(MARKET, HALTED, M2);
    }

    /// @dev Any one of the operators, none of them counted twice, makes no quorum.
    function testFuzz_Submit_NoSingleKeyReachesTheQuorumCeiling(uint8 operator) public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        bytes32 digest = _digest(MESH_ID, directive);

        hub.submit(directive, _signCompact(operatorKeys[operator % 3], digest));

        _expectRungs(MARKET, REDUCE_ONLY, M2);
    }

    function test_Submit_BelowALargerQuorumIsSolo() public {
        Limits memory limits = _defaultLimits();
        limits.quorum = 3;
        vm.prank(governance);
        hub.setLimits(limits);

        _submit(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)), 2);

        _expectRungs(MARKET, REDUCE_ONLY, M2);
    }
}
