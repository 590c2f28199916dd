// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {GasBurningMirror} from "../../../contracts/mocks/hub/GasBurningMirror.sol";
import {RecordingMirror} from "../../../contracts/mocks/hub/RecordingMirror.sol";
import {ReentrantMirror} from "../../../contracts/mocks/hub/ReentrantMirror.sol";
import {ReturnBombMirror} from "../../../contracts/mocks/hub/ReturnBombMirror.sol";
import {RevertingMirror} from "../../../contracts/mocks/hub/RevertingMirror.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M2, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice Venues that the posture is pushed to, and what a bad one can do: nothing.
contract MirrorsTest is HubFixture {
    RecordingMirror private good;

    function setUp() public override {
        super.setUp();
        good = new RecordingMirror();
    }

    /* PUSH */

    function test_Push_EveryWayThatPostureChanges() public {
        _addMirror(address(good));

        _assert(MARKET, _rungs(CAUTION, NORMAL));
        assertEq(good.posture(), hub.postureNow(), "after an assertion");

        _receiveWord(MARKET, WordLib.stamped(_rungs(REDUCE_ONLY, NORMAL), START));
        assertEq(good.posture(), hub.postureNow(), "after a message");

        _submit(_pack(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START)), 2);
        assertEq(good.posture(), hub.postureNow(), "after a directive");

        vm.warp(START + 1 hours);
        hub.lift(MARKET);
        assertEq(good.posture(), hub.postureNow(), "after a lift");

        vm.prank(governance);
        hub.registerMarket(MARKET + 1);
        assertEq(good.posture(), hub.postureNow(), "after a registration");
        assertEq(good.pushes(), 6, "once each, and once when it was added");
    }

    function test_Push_OnceForAMessageOfManyEntries() public {
        _addMirror(address(good));
        bytes memory entries = bytes.concat(
            _pack(PROTOCOL, WordLib.stamped(_rungs(CAUTION, M1), START)),
            _pack(MARKET, WordLib.stamped(_rungs(HALTED, M2), START))
        );

        _receive(PayloadLib.packMessage(1, entries));

        assertEq(good.pushes(), 2, "one when added, one for the message");
        assertEq(good.posture(), hub.postureNow(), "the last of it");
    }

    function test_Push_NotWhenPostureStays() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        _addMirror(address(good));
        vm.warp(START + 1);

        _assert(MARKET, _rungs(HALTED, NORMAL));
        _receiveWord(MARKET, WordLib.stamped(_rungs(CAUTION, NORMAL), START + 1));
        hub.lift(MARKET);

        assertEq(good.pushes(), 1, "only when added");
    }

    function test_PushMirrors_AnybodyMayRepeat() public {
        RevertingMirror mended = new RevertingMirror();
        _addMirror(address(mended));
        _assert(MARKET, _rungs(HALTED, NORMAL));
        mended.mend();

        vm.prank(stranger);
        hub.pushMirrors();

        assertEq(mended.posture(), hub.postureNow(), "caught up");
    }

    /* BAD MIRRORS */

    function test_Push_RevertingMirrorIsAnEvent() public {
        RevertingMirror bad = new RevertingMirror();
        _addMirror(address(bad));
        _addMirror(address(good));

        vm.expectEmit(address(hub));
        emit IIncidentState.MirrorFailed(hub.seq() + 2, address(bad));
        _assert(MARKET, _rungs(HALTED, M4));

        _expectRungs(MARKET, HALTED, M4);
        assertEq(good.posture(), hub.postureNow(), "the next one got it");
    }

    function test_Push_GasBurningMirrorsDoNotStopAnything() public {
        for (uint256 i; i < 3; ++i) {
            _addMirror(address(new GasBurningMirror()));
        }
        _addMirror(address(good));

        uint256 gasBefore = gasleft();
        _assert(MARKET, _rungs(HALTED, M4));
        uint256 spent = gasBefore - gasleft();

        _expectRungs(MARKET, HALTED, M4);
        assertEq(good.posture(), hub.postureNow(), "the last one got it");
        assertLt(spent, 4 * 60_000 + 120_000, "bounded");
    }

    function test_Push_ReturnBombIsNotCopied() public {
        _addMirror(address(new ReturnBombMirror()));
        _addMirror(address(good));

        uint256 gasBefore = gasleft();
        _assert(MARKET, _rungs(HALTED, M4));
        uint256 spent = gasBefore - gasleft();

        assertEq(good.posture(), hub.postureNow(), "the next one got it");
        assertLt(spent, 2 * 60_000 + 120_000, "bounded");
    }

    function test_Push_MirrorWithoutCodeIsHarmless() public {
        _addMirror(makeAddr("self-destructed venue"));
        _addMirror(address(good));

        _assert(MARKET, _rungs(HALTED, M4));

        assertEq(good.posture(), hub.postureNow(), "the next one got it");
    }

    /* RE-ENTRANCE */

    function test_Push_ReenteringLiftLoosensNothing() public {
        ReentrantMirror evil = _addReentrant(abi.encodeCall(IIncidentState.lift, (MARKET)));
        _addMirror(address(good));

        _assert(MARKET, _rungs(HALTED, M4));

        assertEq(evil.attempts(), 3, "called for itself, for the next one and when tightened");
        _expectRungs(MARKET, HALTED, M4);
        assertEq(good.posture(), hub.postureNow(), "the next one has what holds");
    }

    function test_Push_ReenteringLiftOfAnotherMarketLeavesMirrorsEqual() public {
        _assert(PROTOCOL, _rungs(HALTED, NORMAL));
        vm.warp(START + 1 hours);
        ReentrantMirror evil = _addReentrant(abi.encodeCall(IIncidentState.lift, (PROTOCOL)));
        _addMirror(address(good));

        _assert(MARKET, _rungs(CAUTION, NORMAL));

        assertEq(good.posture(), hub.postureNow(), "the next one has what holds");
        assertFalse(evil.lastSucceeded(), "a push within a push has too little gas");
    }

    function test_Push_ReenteringBroadcastFails() public {
        ReentrantMirror evil = _addReentrant(abi.encodeCall(IIncidentHub.broadcast, ()));
        uint256 packets = endpoint.packetCount();

        _assert(MARKET, _rungs(HALTED, M4));

        assertFalse(evil.lastSucceeded(), "a mirror's gas buys no send");
        assertEq(endpoint.packetCount(), packets, "packets");
        _expectRungs(MARKET, HALTED, M4);
    }

    function test_Push_ReenteringPushMirrorsDoesNotRecurse() public {
        ReentrantMirror evil = _addReentrant(abi.encodeCall(IIncidentState.pushMirrors, ()));

        _assert(MARKET, _rungs(HALTED, M4));

        assertEq(evil.attempts(), 2, "once when added, once when tightened");
        assertFalse(evil.lastSucceeded());
    }

    function test_Push_ReenteringAssertionOfAMirrorThatIsASensorHolds() public {
        ReentrantMirror evil = _addReentrant(
            abi.encodeCall(IIncidentState.assertRungs, (PROTOCOL, _rungs(HALTED, M4)))
        );
        vm.prank(governance);
        hub.setSensor(address(evil), _openGrant());
        _addMirror(address(good));

        _assert(MARKET, _rungs(CAUTION, NORMAL));

        assertEq(good.posture(), hub.postureNow(), "the next one has what holds");
        assertEq(evil.posture().own(MARKET), _rungs(CAUTION, NORMAL), "and so has the evil one");
    }

    /* STARVATION */

    /// @dev Whatever gas the caller brings: either nothing happens, or every mirror had its whole share.
    function testFuzz_Push_CannotBeStarved(uint256 gasGiven) public {
        gasGiven = bound(gasGiven, 30_000, 700_000);
        _addMirror(address(new GasBurningMirror()));
        _addMirror(address(new GasBurningMirror()));
        _addMirror(address(good));
        Posture before = hub.postureNow();

        vm.prank(sensor);
        (bool ok, ) = address(hub).call{gas: gasGiven}(
            abi.encodeCall(IIncidentState.assertRungs, (MARKET, _rungs(HALTED, M4)))
        );

        if (ok) {
            assertEq(good.posture(), hub.postureNow(), "pushed");
            // The entry point's own few instructions come before the mirror looks.
            assertGt(good.leastGas(), 60_000 - 500, "whole share");
        } else {
            assertEq(hub.postureNow(), before, "nothing happened");
        }
    }

    function test_Push_RevertWhen_GasIsTooLow() public {
        for (uint256 i; i < 4; ++i) {
            _addMirror(address(new RecordingMirror()));
        }
        vm.prank(sensor);
        try hub.assertRungs{gas: 200_000}(MARKET, _rungs(HALTED, M4)) {
            assertTrue(false, "asserted");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IIncidentState.IncidentState_GasTooLow.selector, "selector");
        }

        vm.expectPartialRevert(IIncidentState.IncidentState_GasTooLow.selector);
        hub.pushMirrors{gas: 100_000}();
    }

    /* THE LIST */

    function test_SetMirror_AddsPushesAndEmits() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));

        vm.expectEmit(address(hub));
        emit IIncidentState.MirrorSet(hub.seq() + 1, address(good), true);
        _addMirror(address(good));

        assertEq(hub.mirrors().length, 1);
        assertEq(hub.mirrors()[0], address(good));
        assertEq(good.posture(), hub.postureNow(), "a new mirror is right from the start");
    }

    function test_SetMirror_RemovedMirrorHearsNoMore() public {
        RecordingMirror other = new RecordingMirror();
        _addMirror(address(good));
        _addMirror(address(other));

        vm.expectEmit(address(hub));
        emit IIncidentState.MirrorSet(hub.seq() + 1, address(good), false);
        vm.prank(governance);
        hub.setMirror(address(good), false);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        assertEq(hub.mirrors().length, 1);
        assertEq(hub.mirrors()[0], address(other));
        assertEq(other.posture(), hub.postureNow(), "the one that stayed");
        assertEq(good.posture().own(MARKET), _rungs(NORMAL, NORMAL), "the one that left");
    }

    function test_SetMirror_RevertWhen_InvalidMirror() public {
        _addMirror(address(good));

        vm.startPrank(governance);
        _expectInvalidMirror(address(0));
        hub.setMirror(address(0), true);
        _expectInvalidMirror(address(good));
        hub.setMirror(address(good), true);
        _expectInvalidMirror(stranger);
        hub.setMirror(stranger, false);
        vm.stopPrank();
    }

    function test_SetMirror_RevertGiven_FourAreThere() public {
        for (uint256 i; i < 4; ++i) {
            _addMirror(address(new RecordingMirror()));
        }

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_TooManyMirrors.selector, 4));
        _addMirror(address(good));
    }

    /* PRIVATE */

    function _addMirror(address mirror) private {
        vm.prank(governance);
        hub.setMirror(mirror, true);
    }

    function _addReentrant(bytes memory call) private returns (ReentrantMirror evil) {
        evil = new ReentrantMirror();
        evil.prepare(call);
        _addMirror(address(evil));
    }

    function _expectInvalidMirror(address mirror) private {
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_InvalidMirror.selector, mirror));
    }
}
