// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IImpactPreview} from "../../../contracts/interfaces/IImpactPreview.sol";
import {Bundle, BundlePreview, Change, IParameterTimelock} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {ParameterBox} from "../../../contracts/mocks/governance/ParameterBox.sol";
import {ScriptedPreview} from "../../../contracts/mocks/governance/ScriptedPreview.sol";
import {BoxWorld} from "./BoxWorld.sol";

/// @notice What bundles may make liquidatable. Each unit of margin above 100 makes a thousandth of 1,000,000 so; the
/// cap is 1 %, which is ten units.
contract ImpactCapTest is BoxWorld {
    /* THE CAP */

    function test_ApplyNow_UpToTheCap() public {
        _applyNow(timelock, _one(_margin(110)));

        assertEq(box.margin(), 110);
        assertEq(timelock.usedShare(venue), 0.01e18);
    }

    function test_ApplyNow_RevertWhen_TooMuchWouldBeLiquidated() public {
        _expectTooMuch(0, 11_000, 10_000);
        _applyNow(timelock, _one(_margin(111)));
    }

    function test_Execute_RevertWhen_TooMuchWouldBeLiquidated() public {
        Bundle memory bundle = _one(_margin(111));
        _schedule(timelock, bundle);
        _wait(DELAY);

        _expectTooMuch(0, 11_000, 10_000);
        _execute(timelock, bundle);
        assertEq(box.margin(), 100);
    }

    function test_Execute_CountsOnlyWhatIsNew() public {
        _applyNow(timelock, _one(_margin(110)));
        _pass(_one(_margin(120)));
        assertEq(box.margin(), 120);

        _pass(_one(_margin(90)));
        assertEq(box.margin(), 90);
    }

    /// @dev A change in slices gets no further than a whole one.
    function test_ApplyNow_RevertGiven_TheCapIsUsedUp() public {
        _applyNow(timelock, _one(_margin(106)));
        _applyNow(timelock, _one(_margin(110)));

        _expectTooMuch(10_000, 11_000, 0);
        _applyNow(timelock, _one(_margin(111)));

        // A tenth of a day brings a tenth of the cap back.
        _wait(1 days / 10);
        _applyNow(timelock, _one(_margin(111)));
        _expectTooMuch(11_000, 12_000, 0);
        _applyNow(timelock, _one(_margin(112)));
    }

    function testFuzz_ApplyNow_WithinADayNoMoreThanTwiceTheCap(uint256 seed) public {
        for (uint256 i; i < 24; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            uint256 before = box.margin();
            vm.prank(tightener);
            // What is refused is no concern here.
            try timelock.applyNow(_one(_margin(before + (roll % 6)))) {} catch {}
            _wait(1 hours);
        }
        assertLe(box.margin(), 100 + 20);
    }

    function test_ApplyNow_NothingBecomesLiquidatableOfNothing() public {
        venue.setOpenInterest(0);
        _applyNow(timelock, _one(_margin(150)));
        assertEq(timelock.usedShare(venue), 0);
    }

    function test_UsedShare_DoesNotRefillWhenTheCapIsSet() public {
        _applyNow(timelock, _one(_margin(110)));
        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setCap, (50))));

        assertEq(timelock.usedShare(venue), 0.01e18);
        _expectTooMuch(10_000, 11_000, 0);
        _applyNow(timelock, _one(_margin(111)));
    }

    /* SEVERAL PREVIEWERS */

    function test_ApplyNow_HoldsEveryVenueToTheCapByItself() public {
        ParameterBox other = new ParameterBox(address(timelock));
        ScriptedPreview large = new ScriptedPreview(other);
        large.setOpenInterest(1_000_000_000);
        _pass(_own(abi.encodeCall(IParameterTimelock.setPreviewer, (large, true))));

        _expectTooMuch(0, 11_000, 10_000);
        _applyNow(timelock, _one(_margin(111)));
    }

    function test_SetPreviewer_AddsAndRemoves() public {
        ScriptedPreview other = new ScriptedPreview(box);
        _pass(_own(abi.encodeCall(IParameterTimelock.setPreviewer, (other, true))));
        assertEq(timelock.previewers().length, 2);

        _pass(_own(abi.encodeCall(IParameterTimelock.setPreviewer, (venue, false))));
        IImpactPreview[] memory left = timelock.previewers();
        assertEq(left.length, 1);
        assertEq(address(left[0]), address(other));
    }

    function test_SetPreviewer_RevertWhen_Invalid() public {
        _expectInvalidPreviewer(IImpactPreview(address(0)), true);
        _expectInvalidPreviewer(venue, true);
        _expectInvalidPreviewer(IImpactPreview(stranger), false);
        for (uint256 i = 1; i < 8; ++i) {
            ScriptedPreview more = new ScriptedPreview(box);
            _pass(_own(abi.encodeCall(IParameterTimelock.setPreviewer, (more, true))));
        }
        _expectInvalidPreviewer(new ScriptedPreview(box), true);
    }

    /* PREVIEWERS THAT FAIL */

    /// @dev An incident must be able to tighten while a venue is broken.
    function test_ApplyNow_GoesOnGiven_APreviewerThatCannotBeRead() public {
        ScriptedPreview.Fault[3] memory faults = _faults();
        for (uint256 i; i < faults.length; ++i) {
            venue.setFault(faults[i]);
            Bundle memory bundle = _one(_cap(90 - i));

            vm.expectEmit();
            emit IParameterTimelock.PreviewMissing(timelock.bundleId(bundle), venue);
            _applyNow(timelock, bundle);
            assertEq(box.cap(), 90 - i);
        }
    }

    function test_ApplyNow_RevertWhen_TheBundleBreaksAPreviewer() public {
        venue.setFault(ScriptedPreview.Fault.RevertsTight);

        _expectPreviewFailed();
        _applyNow(timelock, _one(_margin(105)));
    }

    /// @dev Loosening can wait until the venue is mended.
    function test_Execute_RevertGiven_APreviewerThatCannotBeRead() public {
        Bundle memory bundle = _one(_cap(200));
        _schedule(timelock, bundle);
        _wait(DELAY);
        ScriptedPreview.Fault[3] memory faults = _faults();
        for (uint256 i; i < faults.length; ++i) {
            venue.setFault(faults[i]);
            _expectPreviewFailed();
            _execute(timelock, bundle);
        }
        venue.setFault(ScriptedPreview.Fault.None);
        _execute(timelock, bundle);
        assertEq(box.cap(), 200);
    }

    /// @dev Otherwise a broken previewer would lock governance for good.
    function test_Execute_RemovesAPreviewerThatCannotBeRead() public {
        venue.setFault(ScriptedPreview.Fault.Reverts);
        _pass(_own(abi.encodeCall(IParameterTimelock.setPreviewer, (venue, false))));

        assertEq(timelock.previewers().length, 0);
    }

    /// @dev Taking the witness away together with what it would have seen is no way around the cap.
    function test_Execute_RevertWhen_APreviewerIsRemovedWithWhatItWouldSee() public {
        Change memory removal = Change(
            address(timelock),
            abi.encodeCall(IParameterTimelock.setPreviewer, (venue, false))
        );
        Bundle memory bundle = _two(removal, _margin(200));
        _schedule(timelock, bundle);
        _wait(DELAY);

        _expectTooMuch(0, 100_000, 10_000);
        _execute(timelock, bundle);
    }

    /// @dev A previewer is given its gas or nothing happens: starving it would silence it.
    function test_ApplyNow_NoAmountOfGasSilencesAPreviewer() public {
        Bundle memory bundle = _one(_margin(111));
        for (uint256 gas_ = 100_000; gas_ < 3_000_000; gas_ += 100_000) {
            vm.prank(tightener);
            (bool ok, ) = address(timelock).call{gas: gas_}(abi.encodeCall(IParameterTimelock.applyNow, (bundle)));
            assertFalse(ok);
        }
        assertEq(box.margin(), 100);
    }

    /* PREVIEW */

    function test_Preview_ShowsTheNumbers_AndChangesNothing() public {
        BundlePreview memory seen = timelock.preview(_two(_cap(60), _margin(112)));

        assertTrue(seen.isTightening);
        assertFalse(seen.isWithinCap);
        assertEq(seen.impacts.length, 1);
        assertEq(address(seen.impacts[0].previewer), address(venue));
        assertTrue(seen.impacts[0].isMeasured);
        assertEq(seen.impacts[0].liquidatableBefore, 0);
        assertEq(seen.impacts[0].liquidatableAfter, 12_000);
        assertEq(seen.impacts[0].openInterest, 1_000_000);
        assertEq(seen.impacts[0].allowed, 10_000);
        assertEq(box.cap(), 100);
        assertEq(box.margin(), 100);
        assertEq(timelock.version(), 0);
        assertEq(timelock.usedShare(venue), 0);
    }

    function test_Preview_TellsTighteningFromLoosening() public {
        assertTrue(timelock.preview(_two(_cap(90), _cap(60))).isTightening);
        assertFalse(timelock.preview(_two(_cap(60), _cap(90))).isTightening);
        assertTrue(timelock.preview(_one(_cap(200))).isWithinCap);
    }

    function test_Preview_ShowsAPreviewerThatCannotBeRead() public {
        venue.setFault(ScriptedPreview.Fault.Reverts);
        BundlePreview memory seen = timelock.preview(_one(_cap(60)));

        assertFalse(seen.impacts[0].isMeasured);
    }

    function test_Preview_RevertWhen_AChangeFails() public {
        Change memory check = Change(address(box), abi.encodeCall(ParameterBox.requireCovered, ()));
        Bundle memory bundle = _two(_cap(200), check);

        bytes memory cause = abi.encodeWithSelector(ParameterBox.ParameterBox_Uncovered.selector, 200, 100);
        bytes4 reason = IParameterTimelock.ParameterTimelock_ChangeFailed.selector;
        vm.expectRevert(abi.encodeWithSelector(reason, 1, address(box), cause));
        timelock.preview(bundle);
    }

    function testFuzz_Preview_SaysWhatApplyingDoes(uint256 cap, uint256 margin) public {
        Bundle memory bundle = _two(_cap(bound(cap, 50, 150)), _margin(bound(margin, 95, 120)));
        BundlePreview memory seen = timelock.preview(bundle);

        vm.prank(tightener);
        (bool ok, ) = address(timelock).call(abi.encodeCall(IParameterTimelock.applyNow, (bundle)));
        assertEq(ok, seen.isTightening && seen.isWithinCap);
    }

    /* PRIVATE */

    function _faults() private pure returns (ScriptedPreview.Fault[3] memory) {
        return [ScriptedPreview.Fault.Reverts, ScriptedPreview.Fault.Burns, ScriptedPreview.Fault.Short];
    }

    function _expectInvalidPreviewer(IImpactPreview previewer, bool isActive) private {
        Bundle memory bundle = _own(abi.encodeCall(IParameterTimelock.setPreviewer, (previewer, isActive)));
        _schedule(timelock, bundle);
        _wait(DELAY);
        bytes4 invalid = IParameterTimelock.ParameterTimelock_InvalidPreviewer.selector;
        bytes memory cause = abi.encodeWithSelector(invalid, previewer);
        bytes4 reason = IParameterTimelock.ParameterTimelock_ChangeFailed.selector;
        _await(abi.encodeWithSelector(reason, 0, address(timelock), cause));
        _execute(timelock, bundle);
    }
}
