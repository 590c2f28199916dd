// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {GovernanceMembers, GovernanceSetup} from "../../../contracts/governance/GovernanceSetup.sol";
import {JudgeEntry, ParameterTimelock, TimelockParameters} from "../../../contracts/governance/ParameterTimelock.sol";
import {TimelockJudge} from "../../../contracts/governance/judges/TimelockJudge.sol";
import {IImpactPreview} from "../../../contracts/interfaces/IImpactPreview.sol";
import {Bundle, Change} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";

/// @title GovernanceWorld
/// @notice A timelock with the default parameters, and somebody in each role.
abstract contract GovernanceWorld is Test {
    uint256 internal constant START = 1_700_000_000;
    uint64 internal constant DELAY = 2 days;
    uint64 internal constant EXPIRY = 7 days;
    uint32 internal constant ROOT_DELAY = 5 days;
    uint256 internal constant CAP_BPS = 100;

    address internal root = makeAddr("root");
    address internal proposer = makeAddr("proposer");
    address internal tightener = makeAddr("tightener");
    address internal guardian = makeAddr("guardian");
    address internal stranger = makeAddr("stranger");

    bytes private _awaited;

    /* BUILDING */

    function _setUpGovernance(
        JudgeEntry[] memory judges,
        IImpactPreview[] memory previewers
    ) internal returns (GovernanceSetup) {
        return new GovernanceSetup(_members(), _parameters(judges, previewers));
    }

    function _members() internal view returns (GovernanceMembers memory members) {
        members.root = root;
        members.rootDelaySeconds = ROOT_DELAY;
        members.proposers = _only(proposer);
        members.tighteners = _only(tightener);
        members.guardians = _only(guardian);
    }

    function _parameters(
        JudgeEntry[] memory judges,
        IImpactPreview[] memory previewers
    ) internal returns (TimelockParameters memory) {
        return TimelockParameters(DELAY, EXPIRY, CAP_BPS, new TimelockJudge(), judges, previewers);
    }

    function _only(address account) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }

    function _entry(address target, ITighteningJudge judge) internal pure returns (JudgeEntry memory) {
        return JudgeEntry(target, judge);
    }

    /* BUNDLES */

    function _next(ParameterTimelock timelock, Change[] memory changes) internal view returns (Bundle memory) {
        return Bundle(timelock.version() + 1, keccak256("reason"), changes);
    }

    function _bundle(
        ParameterTimelock timelock,
        address target,
        bytes memory data
    ) internal view returns (Bundle memory) {
        return _next(timelock, _changes(Change(target, data)));
    }

    function _changes(Change memory a) internal pure returns (Change[] memory list) {
        list = new Change[](1);
        list[0] = a;
    }

    function _changes(Change memory a, Change memory b) internal pure returns (Change[] memory list) {
        list = new Change[](2);
        (list[0], list[1]) = (a, b);
    }

    /* ACTIONS */

    /// @dev The next action below is expected to revert. Building a bundle in between asks the timelock for its version,
    /// which is why this does not go to `vm` at once.
    function _await(bytes memory reason) internal {
        _awaited = reason;
    }

    function _applyNow(ParameterTimelock timelock, Bundle memory bundle) internal {
        vm.prank(tightener);
        _arm();
        timelock.applyNow(bundle);
    }

    function _schedule(ParameterTimelock timelock, Bundle memory bundle) internal returns (bytes32) {
        vm.prank(proposer);
        return timelock.schedule(bundle);
    }

    function _execute(ParameterTimelock timelock, Bundle memory bundle) internal {
        vm.prank(stranger);
        _arm();
        timelock.execute(bundle);
    }

    function _wait(uint256 span) internal {
        vm.warp(block.timestamp + span);
    }

    /// @dev Four bytes stand for any error of that selector.
    function _arm() private {
        if (_awaited.length == 4) vm.expectPartialRevert(bytes4(_awaited));
        else if (_awaited.length != 0) vm.expectRevert(_awaited);
        delete _awaited;
    }
}
