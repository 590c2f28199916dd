// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice The way down: {IIncidentState.lift} and the staged decay that leases make of it.
contract LiftTest is HubFixture {
    /* STAGES */

    function test_Lift_HaltDecaysThroughReduceOnlyAndCautionToNormal() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));

        _expectAfter(1 hours - 1, HALTED, NORMAL);
        _expectAfter(1 hours, REDUCE_ONLY, NORMAL);
        _expectAfter(3 hours - 1, REDUCE_ONLY, NORMAL);
        _expectAfter(3 hours, CAUTION, NORMAL);
        _expectAfter(12 hours - 1, CAUTION, NORMAL);
        _expectAfter(12 hours, NORMAL, NORMAL);
    }

    function test_Lift_MarginComesDownStepByStep() public {
        _assert(MARKET, _rungs(NORMAL, M4));

        _expectAfter(1 hours - 1, NORMAL, M4);
        _expectAfter(1 hours, NORMAL, M3);
        _expectAfter(3 hours, NORMAL, M2);
        _expectAfter(8 hours, NORMAL, M1);
        _expectAfter(24 hours - 1, NORMAL, M1);
        _expectAfter(24 hours, NORMAL, NORMAL);
    }

    function test_Lift_RenewalStartsTheStagesAnew() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 30 minutes);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        _expectAfter(1 hours, HALTED, NORMAL);
        _expectAfter(1 hours + 30 minutes, REDUCE_ONLY, NORMAL);
        _expectAfter(3 hours, REDUCE_ONLY, NORMAL);
        _expectAfter(3 hours + 30 minutes, CAUTION, NORMAL);
    }

    function test_Lift_LongerOfMeshAndLocalWordCounts() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(NORMAL, M1)));
        _assert(MARKET, _rungs(HALTED, M2));
        vm.warp(START + 30 minutes);
        _receiveWord(MARKET, WordLib.stamped(_rungs(REDUCE_ONLY, NORMAL), START + 30 minutes));

        _expectAfter(1 hours, REDUCE_ONLY, M2);
        _expectAfter(3 hours, REDUCE_ONLY, M2);
        _expectAfter(3 hours + 30 minutes, CAUTION, M2);
        _expectAfter(8 hours, CAUTION, M1);
    }

    /* SILENT EXPIRY NEVER REOPENS */

    function test_Lift_PostureStaysUntilSomebodyLifts() public {
        _assert(MARKET, _rungs(HALTED, M4));

        vm.warp(START + 30 days);

        _expectRungs(MARKET, HALTED, M4);
        hub.lift(MARKET);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function test_Lift_AnotherMarketIsNotTouched() public {
        _assert(MARKET, _rungs(HALTED, M4));
        _assert(PROTOCOL, _rungs(HALTED, M4));
        vm.warp(START + 2 days);

        hub.lift(MARKET);

        _expectRungs(MARKET, NORMAL, NORMAL);
        _expectRungs(PROTOCOL, HALTED, M4);
        assertEq(hub.postureNow().at(MARKET), _rungs(HALTED, M4), "still under the protocol's rungs");
    }

    /* P2: NOTHING COMES DOWN EARLY */

    function testFuzz_Lift_NeverBelowWhatLeasesHold(uint8 breaker, uint8 margin, uint256 elapsed) public {
        Rungs rungs = _anyRungs(breaker, margin);
        elapsed = bound(elapsed, 0, 30 hours);
        _assert(MARKET, rungs);
        vm.warp(START + elapsed);

        Rungs inForce = hub.lift(MARKET);

        uint256[4] memory breakerLeases = [uint256(type(uint64).max), 12 hours, 3 hours, 1 hours];
        uint256[5] memory marginLeases = [uint256(type(uint64).max), 24 hours, 8 hours, 3 hours, 1 hours];
        uint256 held = rungs.breaker();
        while (elapsed >= breakerLeases[held]) --held;
        assertEq(inForce.breaker(), held, "breaker");
        held = rungs.margin();
        while (elapsed >= marginLeases[held]) --held;
        assertEq(inForce.margin(), held, "margin");
        assertEq(hub.postureNow().own(MARKET), inForce, "posture");
    }

    function test_Lift_WordsAreUntouched() public {
        _assert(MARKET, _rungs(HALTED, M4));
        (Word mesh, Word local, bytes32 digest) = (hub.meshWord(MARKET), hub.localWord(MARKET), hub.meshDigest());
        vm.warp(START + 2 days);

        hub.lift(MARKET);

        assertEq(hub.meshWord(MARKET), mesh, "mesh");
        assertEq(hub.localWord(MARKET), local, "local");
        assertEq(hub.meshDigest(), digest, "digest");
    }

    /* EVENTS AND WHO MAY */

    function test_Lift_AnybodyMayAndItIsAnEvent() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours);

        vm.expectEmit(address(hub));
        emit IIncidentState.Lifted(
            hub.seq() + 1,
            MARKET,
            _rungs(REDUCE_ONLY, M3),
            hub.postureNow().replaced(MARKET, _rungs(REDUCE_ONLY, M3))
        );
        vm.prank(stranger);
        Rungs inForce = hub.lift(MARKET);

        assertEq(inForce, _rungs(REDUCE_ONLY, M3), "returned");
    }

    function test_Lift_NothingLapsedEmitsNothing() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours - 1);

        vm.recordLogs();
        Rungs inForce = hub.lift(MARKET);

        assertEq(inForce, _rungs(HALTED, M4), "returned");
        assertEq(vm.getRecordedLogs().length, 0, "logs");
    }

    function testFuzz_Lift_RevertWhen_MarketIsNotRegistered(uint8 market) public {
        vm.assume(market > MARKET);

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_UnknownMarket.selector, market));
        hub.lift(market);
    }

    function _expectAfter(uint256 elapsed, uint8 breaker, uint8 margin) private {
        vm.warp(START + elapsed);
        hub.lift(MARKET);
        _expectRungs(MARKET, breaker, margin);
    }
}
