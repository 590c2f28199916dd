// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ParameterTimelock, TimelockParameters} from "../../../contracts/governance/ParameterTimelock.sol";
import {JudgeEntry} from "../../../contracts/governance/ParameterTimelock.sol";
import {IImpactPreview} from "../../../contracts/interfaces/IImpactPreview.sol";
import {Bundle, Change, IParameterTimelock} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";
import {BurningJudge, RevertingJudge, WordJudge} from "../../../contracts/mocks/governance/BrokenJudges.sol";
import {ParameterBox} from "../../../contracts/mocks/governance/ParameterBox.sol";
import {ReentrantTarget} from "../../../contracts/mocks/governance/ReentrantTarget.sol";
import {BoxWorld} from "./BoxWorld.sol";

/// @notice P9: tightening at once, loosening after the delay, coupled changes together or not at all.
contract ParameterTimelockTest is BoxWorld {
    /* TIGHTENING */

    function test_ApplyNow_TightensAtOnce() public {
        Bundle memory bundle = _two(_cap(60), _margin(101));

        vm.expectEmit();
        emit IParameterTimelock.Applied(timelock.bundleId(bundle), 1, bundle.reason, true);
        _applyNow(timelock, bundle);

        assertEq(box.cap(), 60);
        assertEq(box.margin(), 101);
        assertEq(timelock.version(), 1);
    }

    function test_ApplyNow_TakesWhatChangesNothing() public {
        _applyNow(timelock, _one(_cap(100)));

        assertEq(timelock.version(), 1);
    }

    function testFuzz_ApplyNow_NeverLoosens(uint256 cap, uint256 margin) public {
        margin = bound(margin, 0, 110);
        Bundle memory bundle = _two(_cap(cap), _margin(margin));

        vm.prank(tightener);
        try timelock.applyNow(bundle) {
            assertLe(cap, 100);
            assertGe(margin, 100);
            assertEq(box.cap(), cap);
            assertEq(box.margin(), margin);
        } catch {
            assertTrue(cap > 100 || margin < 100, "a tightening was refused");
            assertEq(box.cap(), 100);
            assertEq(box.margin(), 100);
        }
    }

    function test_ApplyNow_RevertWhen_OneChangeLoosens() public {
        Bundle memory bundle = _two(_cap(60), _margin(99));

        _expectNotTightening(1, ParameterBox.setMargin.selector);
        _applyNow(timelock, bundle);

        assertEq(box.cap(), 100, "all or nothing");
        assertEq(timelock.version(), 0);
    }

    /// @dev 90 is below the 100 in force when the bundle was made, and above the 60 that its first change leaves.
    function test_ApplyNow_JudgesAgainstWhatTheChangesBeforeLeft() public {
        _expectNotTightening(1, ParameterBox.setCap.selector);
        _applyNow(timelock, _two(_cap(60), _cap(90)));

        _applyNow(timelock, _two(_cap(90), _cap(60)));
        assertEq(box.cap(), 60);
    }

    function test_ApplyNow_RevertWhen_TheSelectorIsUnknown() public {
        _expectNotTightening(0, ParameterBox.setLabel.selector);
        _applyNow(timelock, _boxBundle(abi.encodeCall(ParameterBox.setLabel, (1))));
    }

    function test_ApplyNow_RevertWhen_ThereIsNoSelector() public {
        _expectNotTightening(0, bytes4(hex"112233"));
        _applyNow(timelock, _boxBundle(hex"112233"));
    }

    function test_ApplyNow_RevertWhen_ArgumentsDoNotDecode() public {
        _expectNotTightening(0, ParameterBox.setCap.selector);
        _applyNow(timelock, _boxBundle(abi.encodePacked(ParameterBox.setCap.selector, uint8(1))));
    }

    function test_ApplyNow_RevertGiven_NoJudge() public {
        _setBoxJudge(ITighteningJudge(address(0)));

        _expectNotTightening(0, ParameterBox.setCap.selector);
        _applyNow(timelock, _one(_cap(1)));
    }

    function test_ApplyNow_RevertGiven_AJudgeThatDoesNotSayTrue() public {
        address[6] memory judges = [
            makeAddr("no code"),
            address(new RevertingJudge()),
            address(new BurningJudge()),
            address(new WordJudge(2, 32)),
            address(new WordJudge(1, 31)),
            address(new WordJudge(1, 64))
        ];
        for (uint256 i; i < judges.length; ++i) {
            _setBoxJudge(ITighteningJudge(judges[i]));

            _expectNotTightening(0, ParameterBox.setCap.selector);
            _applyNow(timelock, _one(_cap(1)));
        }
        _setBoxJudge(ITighteningJudge(address(new WordJudge(1, 32))));
        _applyNow(timelock, _one(_cap(1)));
    }

    function test_ApplyNow_RevertWhen_AChangeFails() public {
        Change memory check = Change(address(box), abi.encodeCall(ParameterBox.requireCovered, ()));
        _pass(_one(_cap(150)));

        bytes memory cause = abi.encodeWithSelector(ParameterBox.ParameterBox_Uncovered.selector, 120, 100);
        bytes4 reason = IParameterTimelock.ParameterTimelock_ChangeFailed.selector;
        _await(abi.encodeWithSelector(reason, 1, address(box), cause));
        _applyNow(timelock, _two(_cap(120), check));

        assertEq(box.cap(), 150, "all or nothing");
    }

    function test_ApplyNow_RevertWhen_CallerIsNoTightener() public {
        Bundle memory bundle = _one(_cap(1));
        address[4] memory others = [proposer, guardian, root, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            timelock.applyNow(bundle);
        }
    }

    /* VERSIONS */

    function test_ApplyNow_RevertWhen_TheVersionIsNotTheNext() public {
        uint64[3] memory versions = [uint64(0), 2, type(uint64).max];
        for (uint256 i; i < versions.length; ++i) {
            Bundle memory bundle = _one(_cap(1));
            bundle.version = versions[i];

            _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_WrongVersion.selector, versions[i], 1));
            _applyNow(timelock, bundle);
        }
    }

    function test_Execute_OfTwoPreparedForOneState_OnlyOneApplies() public {
        Bundle memory first = _one(_cap(200));
        Bundle memory second = _one(_margin(50));
        _schedule(timelock, first);
        _schedule(timelock, second);
        _wait(DELAY);
        _execute(timelock, first);

        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_WrongVersion.selector, 1, 2));
        _execute(timelock, second);
    }

    function test_Execute_RevertGiven_ATighteningInBetween() public {
        Bundle memory bundle = _one(_cap(200));
        _schedule(timelock, bundle);
        _wait(DELAY);
        _applyNow(timelock, _one(_cap(10)));

        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_WrongVersion.selector, 1, 2));
        _execute(timelock, bundle);
        assertEq(box.cap(), 10);
    }

    function test_Schedule_QueuesOneAfterTheOther() public {
        Bundle memory first = _one(_cap(200));
        Bundle memory second = _one(_cap(300));
        second.version = 2;
        _schedule(timelock, first);
        _schedule(timelock, second);
        _wait(DELAY);

        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_WrongVersion.selector, 2, 1));
        _execute(timelock, second);
        _execute(timelock, first);
        _execute(timelock, second);
        assertEq(box.cap(), 300);
    }

    function test_Schedule_RevertWhen_TheVersionHasPassed() public {
        _applyNow(timelock, _one(_cap(10)));
        Bundle memory bundle = _one(_cap(200));
        bundle.version = 1;

        vm.expectRevert(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_WrongVersion.selector, 1, 2));
        _schedule(timelock, bundle);
    }

    /* LOOSENING */

    function test_Schedule_SaysWhen() public {
        Bundle memory bundle = _one(_cap(200));
        bytes32 id = timelock.bundleId(bundle);
        uint64 readyAt = uint64(START) + DELAY;

        vm.expectEmit();
        emit IParameterTimelock.Scheduled(id, 1, bundle.reason, readyAt, readyAt + EXPIRY);
        assertEq(_schedule(timelock, bundle), id);
        assertEq(timelock.pending(id).readyAt, readyAt);
        assertEq(timelock.pending(id).expiresAt, readyAt + EXPIRY);
    }

    function test_Execute_LoosensAfterTheDelay_ByAnybody() public {
        Bundle memory bundle = _two(_cap(200), _margin(50));
        bytes32 id = _schedule(timelock, bundle);
        _wait(DELAY);

        vm.expectEmit();
        emit IParameterTimelock.Applied(id, 1, bundle.reason, false);
        _execute(timelock, bundle);

        assertEq(box.cap(), 200);
        assertEq(box.margin(), 50);
        assertEq(timelock.pending(id).readyAt, 0);
    }

    function test_Execute_RevertGiven_TheDelayHasNotPassed() public {
        Bundle memory bundle = _one(_cap(200));
        bytes32 id = _schedule(timelock, bundle);
        _wait(DELAY - 1);

        bytes4 reason = IParameterTimelock.ParameterTimelock_NotReady.selector;
        _await(abi.encodeWithSelector(reason, id, START + DELAY));
        _execute(timelock, bundle);
    }

    function test_Execute_RevertGiven_ItHasExpired() public {
        Bundle memory bundle = _one(_cap(200));
        bytes32 id = _schedule(timelock, bundle);
        _wait(DELAY + EXPIRY);

        bytes4 reason = IParameterTimelock.ParameterTimelock_Expired.selector;
        _await(abi.encodeWithSelector(reason, id, START + DELAY + EXPIRY));
        _execute(timelock, bundle);
        // One second earlier it may.
        vm.warp(block.timestamp - 1);
        _execute(timelock, bundle);
    }

    function test_Execute_RevertGiven_ItWasNotScheduled() public {
        Bundle memory bundle = _one(_cap(200));
        _expectNotScheduled(timelock.bundleId(bundle));
        _execute(timelock, bundle);
    }

    /// @dev The id binds every part of a bundle.
    function test_Execute_RevertWhen_AnythingIsDifferent() public {
        Bundle memory bundle = _two(_cap(200), _margin(50));
        _schedule(timelock, bundle);
        _wait(DELAY);
        Bundle[4] memory others;
        for (uint256 i; i < 4; ++i) {
            others[i] = _two(_cap(200), _margin(50));
        }
        others[0].version = 2;
        others[1].reason = keccak256("other");
        others[2].changes[1].data = abi.encodeCall(ParameterBox.setMargin, (49));
        others[3].changes[0].target = address(venue);
        for (uint256 i; i < 4; ++i) {
            _expectNotScheduled(timelock.bundleId(others[i]));
            _execute(timelock, others[i]);
        }
    }

    function test_Execute_OnlyOnce() public {
        Bundle memory bundle = _one(_cap(200));
        _pass(bundle);

        _expectNotScheduled(timelock.bundleId(bundle));
        _execute(timelock, bundle);
    }

    function test_Execute_StaysScheduled_WhenAChangeFails() public {
        Change memory check = Change(address(box), abi.encodeCall(ParameterBox.requireCovered, ()));
        Bundle memory bundle = _two(_cap(200), check);
        bytes32 id = _schedule(timelock, bundle);
        _wait(DELAY);

        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_ChangeFailed.selector));
        _execute(timelock, bundle);
        assertEq(box.cap(), 100, "all or nothing");
        assertEq(timelock.version(), 0);
        assertEq(timelock.pending(id).readyAt, START + DELAY);
    }

    function test_Execute_RevertWhen_ATargetHasNoCode() public {
        Bundle memory bundle = _bundle(timelock, stranger, hex"11223344");
        _schedule(timelock, bundle);
        _wait(DELAY);

        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_NoCode.selector, 0, stranger));
        _execute(timelock, bundle);
    }

    function test_Schedule_RevertWhen_CallerIsNoProposer() public {
        Bundle memory bundle = _one(_cap(200));
        address[4] memory others = [tightener, guardian, root, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            timelock.schedule(bundle);
        }
    }

    /// @dev Otherwise scheduling again would put the time of execution off.
    function test_Schedule_RevertGiven_ItWaits() public {
        Bundle memory bundle = _one(_cap(200));
        bytes32 id = _schedule(timelock, bundle);

        bytes4 reason = IParameterTimelock.ParameterTimelock_AlreadyScheduled.selector;
        vm.expectRevert(abi.encodeWithSelector(reason, id));
        _schedule(timelock, bundle);

        _wait(DELAY + EXPIRY);
        _schedule(timelock, bundle);
        assertEq(timelock.pending(id).readyAt, block.timestamp + DELAY);
    }

    function test_Schedule_RevertWhen_ItIsEmptyOrTooLong() public {
        Bundle memory bundle = _one(_cap(200));
        bytes4 reason = IParameterTimelock.ParameterTimelock_InvalidLength.selector;
        uint256[2] memory lengths = [uint256(0), 65];
        for (uint256 i; i < 2; ++i) {
            bundle.changes = new Change[](lengths[i]);
            vm.expectRevert(abi.encodeWithSelector(reason, lengths[i], 64));
            _schedule(timelock, bundle);
            _await(abi.encodeWithSelector(reason, lengths[i], 64));
            _applyNow(timelock, bundle);
        }
    }

    /* VETO */

    function test_Cancel_TakesItBack() public {
        Bundle memory bundle = _one(_cap(200));
        bytes32 id = _schedule(timelock, bundle);
        _wait(DELAY);

        vm.expectEmit();
        emit IParameterTimelock.Cancelled(id, guardian);
        vm.prank(guardian);
        timelock.cancel(id);

        _expectNotScheduled(id);
        _execute(timelock, bundle);
        // Again, with the whole delay.
        _schedule(timelock, bundle);
        assertEq(timelock.pending(id).readyAt, block.timestamp + DELAY);
    }

    function test_Cancel_RevertWhen_CallerIsNoGuardian() public {
        bytes32 id = _schedule(timelock, _one(_cap(200)));
        address[4] memory others = [proposer, tightener, root, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, others[i]));
            vm.prank(others[i]);
            timelock.cancel(id);
        }
    }

    function test_Cancel_RevertGiven_NothingWaits() public {
        bytes4 reason = IParameterTimelock.ParameterTimelock_NotScheduled.selector;
        vm.expectRevert(abi.encodeWithSelector(reason, bytes32(uint256(1))));
        vm.prank(guardian);
        timelock.cancel(bytes32(uint256(1)));
    }

    /* RE-ENTRY */

    function test_Execute_RevertWhen_ATargetReenters() public {
        Bundle memory inner = _one(_cap(200));
        inner.version = 2;
        _schedule(timelock, inner);
        ReentrantTarget target = new ReentrantTarget(timelock);
        Bundle memory outer = _bundle(timelock, address(target), abi.encodeCall(ReentrantTarget.run, (inner)));
        _schedule(timelock, outer);
        _wait(DELAY);

        bytes memory cause = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        bytes4 reason = IParameterTimelock.ParameterTimelock_ChangeFailed.selector;
        _await(abi.encodeWithSelector(reason, 0, address(target), cause));
        _execute(timelock, outer);
    }

    /* OWN PARAMETERS */

    function test_SetTimes_LongerAtOnce_ShorterAfterTheLonger() public {
        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setTimes, (10 days, EXPIRY))));
        assertEq(timelock.delay(), 10 days);

        Bundle memory shorter = _own(abi.encodeCall(IParameterTimelock.setTimes, (DELAY, EXPIRY)));
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, shorter);

        bytes32 id = _schedule(timelock, shorter);
        _wait(10 days - 1);
        bytes4 reason = IParameterTimelock.ParameterTimelock_NotReady.selector;
        _await(abi.encodeWithSelector(reason, id, START + 10 days));
        _execute(timelock, shorter);
        _wait(1);
        _execute(timelock, shorter);
        assertEq(timelock.delay(), DELAY);
    }

    function test_SetTimes_LongerExpiryWaits() public {
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setTimes, (DELAY, EXPIRY + 1))));

        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setTimes, (DELAY, 1 days))));
        assertEq(timelock.expiry(), 1 days);
    }

    function test_SetTimes_RevertWhen_OutOfBounds() public {
        _expectOwnFails("delay", 1 days - 1, 1 days, 30 days, _times(1 days - 1, EXPIRY));
        _expectOwnFails("delay", 30 days + 1, 1 days, 30 days, _times(30 days + 1, EXPIRY));
        _expectOwnFails("expiry", 1 days - 1, 1 days, 14 days, _times(DELAY, 1 days - 1));
        _expectOwnFails("expiry", 14 days + 1, 1 days, 14 days, _times(DELAY, 14 days + 1));
    }

    function test_SetCap_LowerAtOnce_HigherWaits() public {
        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setCap, (50))));
        assertEq(timelock.cap(), 50);

        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setCap, (51))));
        _pass(_own(abi.encodeCall(IParameterTimelock.setCap, (51))));
        assertEq(timelock.cap(), 51);
    }

    function test_SetCap_RevertWhen_OutOfBounds() public {
        _expectOwnFails("capBps", 0, 1, 1_000, abi.encodeCall(IParameterTimelock.setCap, (0)));
        _expectOwnFails("capBps", 1_001, 1, 1_000, abi.encodeCall(IParameterTimelock.setCap, (1_001)));
    }

    /// @dev Who judges, who previews, who authorises: always after the delay, even to take one away.
    function test_ApplyNow_RevertWhen_WitnessesChange() public {
        bytes[4] memory calls = [
            abi.encodeCall(IParameterTimelock.setJudge, (address(box), ITighteningJudge(address(1)))),
            abi.encodeCall(IParameterTimelock.setJudge, (address(box), ITighteningJudge(address(0)))),
            abi.encodeCall(IParameterTimelock.setPreviewer, (venue, false)),
            abi.encodeCall(IAccessManaged.setAuthority, (address(box)))
        ];
        for (uint256 i; i < calls.length; ++i) {
            _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
            _applyNow(timelock, _own(calls[i]));
        }
    }

    function test_OwnSetters_RevertWhen_CalledDirectly() public {
        address[5] memory callers = [proposer, tightener, guardian, root, address(setup.manager())];
        bytes[6] memory calls = [
            _times(30 days, EXPIRY),
            abi.encodeCall(IParameterTimelock.setCap, (1)),
            abi.encodeCall(IParameterTimelock.setJudge, (address(box), ITighteningJudge(address(0)))),
            abi.encodeCall(IParameterTimelock.setPreviewer, (venue, false)),
            abi.encodeCall(IAccessManaged.setAuthority, (address(box))),
            abi.encodeCall(IParameterTimelock.simulate, (_one(_cap(1))))
        ];
        for (uint256 i; i < calls.length; ++i) {
            for (uint256 j; j < callers.length; ++j) {
                vm.prank(callers[j]);
                (bool ok, bytes memory reason) = address(timelock).call(calls[i]);
                assertFalse(ok);
                bytes4 expected = IParameterTimelock.ParameterTimelock_NotSelf.selector;
                assertEq(reason, abi.encodeWithSelector(expected, callers[j]));
            }
        }
    }

    function test_SetAuthority_ByABundle() public {
        _pass(_own(abi.encodeCall(IAccessManaged.setAuthority, (address(box)))));
        assertEq(timelock.authority(), address(box));
    }

    function test_Constructor_RevertWhen_OutOfBounds() public {
        TimelockParameters memory parameters = _parameters(new JudgeEntry[](0), new IImpactPreview[](0));
        parameters.delaySeconds = 1 hours;
        bytes4 reason = IParameterTimelock.ParameterTimelock_OutOfBounds.selector;
        address manager = address(setup.manager());
        vm.expectRevert(abi.encodeWithSelector(reason, "delay", 1 hours, 1 days, 30 days));
        new ParameterTimelock(manager, parameters);
    }

    /* PRIVATE */

    function _times(uint64 delaySeconds, uint64 expirySeconds) private pure returns (bytes memory) {
        return abi.encodeCall(IParameterTimelock.setTimes, (delaySeconds, expirySeconds));
    }

    function _expectNotScheduled(bytes32 id) private {
        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_NotScheduled.selector, id));
    }

    function _expectOwnFails(
        string memory parameter,
        uint256 value,
        uint256 least,
        uint256 most,
        bytes memory data
    ) private {
        Bundle memory bundle = _own(data);
        _schedule(timelock, bundle);
        _wait(DELAY);
        bytes4 bounds = IParameterTimelock.ParameterTimelock_OutOfBounds.selector;
        bytes memory cause = abi.encodeWithSelector(bounds, parameter, value, least, most);
        bytes4 reason = IParameterTimelock.ParameterTimelock_ChangeFailed.selector;
        _await(abi.encodeWithSelector(reason, 0, address(timelock), cause));
        _execute(timelock, bundle);
    }
}
