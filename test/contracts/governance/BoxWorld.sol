// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GovernanceSetup} from "../../../contracts/governance/GovernanceSetup.sol";
import {JudgeEntry, ParameterTimelock} from "../../../contracts/governance/ParameterTimelock.sol";
import {IImpactPreview} from "../../../contracts/interfaces/IImpactPreview.sol";
import {Bundle, Change, IParameterTimelock} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";
import {BoxJudge} from "../../../contracts/mocks/governance/BoxJudge.sol";
import {ParameterBox} from "../../../contracts/mocks/governance/ParameterBox.sol";
import {ScriptedPreview} from "../../../contracts/mocks/governance/ScriptedPreview.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";

/// @title BoxWorld
/// @notice A box of parameters, owned by a timelock with a judge for it and one previewer.
abstract contract BoxWorld is GovernanceWorld {
    ParameterBox internal box;
    ScriptedPreview internal venue;
    ParameterTimelock internal timelock;
    GovernanceSetup internal setup;

    function setUp() public virtual {
        vm.warp(START);
        box = new ParameterBox(address(this));
        venue = new ScriptedPreview(box);
        JudgeEntry[] memory judges = new JudgeEntry[](1);
        judges[0] = _entry(address(box), new BoxJudge());
        IImpactPreview[] memory previewers = new IImpactPreview[](1);
        previewers[0] = venue;
        setup = _setUpGovernance(judges, previewers);
        timelock = setup.timelock();
        box.transferOwnership(address(timelock));
    }

    /* BUNDLES */

    function _boxBundle(bytes memory data) internal view returns (Bundle memory) {
        return _bundle(timelock, address(box), data);
    }

    function _own(bytes memory data) internal view returns (Bundle memory) {
        return _bundle(timelock, address(timelock), data);
    }

    function _cap(uint256 cap) internal view returns (Change memory) {
        return Change(address(box), abi.encodeCall(ParameterBox.setCap, (cap)));
    }

    function _margin(uint256 margin) internal view returns (Change memory) {
        return Change(address(box), abi.encodeCall(ParameterBox.setMargin, (margin)));
    }

    function _one(Change memory change) internal view returns (Bundle memory) {
        return _next(timelock, _changes(change));
    }

    function _two(Change memory a, Change memory b) internal view returns (Bundle memory) {
        return _next(timelock, _changes(a, b));
    }

    function _pass(Bundle memory bundle) internal {
        _schedule(timelock, bundle);
        _wait(timelock.delay());
        _execute(timelock, bundle);
    }

    function _setBoxJudge(ITighteningJudge judge) internal {
        _pass(_own(abi.encodeCall(IParameterTimelock.setJudge, (address(box), judge))));
    }

    /* EXPECTATIONS */

    function _expectNotTightening(uint256 index, bytes4 selector) internal {
        bytes4 reason = IParameterTimelock.ParameterTimelock_NotTightening.selector;
        _await(abi.encodeWithSelector(reason, index, address(box), selector));
    }

    function _expectTooMuch(uint256 before, uint256 afterwards, uint256 allowed) internal {
        bytes4 reason = IParameterTimelock.ParameterTimelock_TooMuchLiquidated.selector;
        _await(abi.encodeWithSelector(reason, before, afterwards, allowed));
    }

    function _expectPreviewFailed() internal {
        bytes4 reason = IParameterTimelock.ParameterTimelock_PreviewFailed.selector;
        _await(abi.encodeWithSelector(reason, venue));
    }
}
