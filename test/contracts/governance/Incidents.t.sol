// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {JudgeEntry, ParameterTimelock} from "../../../contracts/governance/ParameterTimelock.sol";
import {IImpactPreview} from "../../../contracts/interfaces/IImpactPreview.sol";
import {Bundle, BundlePreview, Change, IParameterTimelock} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {CappedRatio} from "../../../contracts/mocks/governance/CappedRatio.sol";
import {LoopVenue} from "../../../contracts/mocks/governance/LoopVenue.sol";
import {TokenGovernor} from "../../../contracts/mocks/governance/TokenGovernor.sol";
import {VotesToken} from "../../../contracts/mocks/governance/VotesToken.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";

/// @notice Aave, March 2026: a capped rate's snapshot and the snapshot's time were updated apart. The cap fell below the
/// market, and looped positions that were healthy were liquidated.
contract CoupledParametersTest is GovernanceWorld {
    uint256 private constant MARKET_E18 = 1.215e18;
    uint256 private constant OLD_E18 = 1.2e18;
    uint256 private constant NEW_E18 = 1.213e18;
    uint256 private constant NEW_AT = START - 7 days;

    CappedRatio private oracle;
    LoopVenue private venue;
    ParameterTimelock private timelock;

    function setUp() public {
        vm.warp(START);
        oracle = new CappedRatio(address(this), MARKET_E18, OLD_E18, START - 60 days, 1_000);
        venue = new LoopVenue(oracle);
        venue.open(900e18, 1.1e18);
        // Looped to within one per cent of liquidation.
        venue.open(100e18, 1.204e18);
        IImpactPreview[] memory previewers = new IImpactPreview[](1);
        previewers[0] = venue;
        timelock = _setUpGovernance(new JudgeEntry[](0), previewers).timelock();
        oracle.transferOwnership(address(timelock));
        assertEq(oracle.ratioE18(), MARKET_E18, "the market is below the cap");
    }

    function test_Incident_AppliedTogether_LiquidatesNobody() public {
        Bundle memory bundle = _next(timelock, _changes(_snapshot(), _snapshotAt()));
        assertTrue(timelock.preview(bundle).isWithinCap);
        _schedule(timelock, bundle);
        _wait(DELAY);
        _execute(timelock, bundle);

        assertEq(oracle.ratioE18(), MARKET_E18);
        (uint256 liquidatable, ) = venue.liquidatable();
        assertEq(liquidatable, 0);
    }

    function test_Incident_AppliedApart_IsStoppedByThePreview() public {
        Bundle memory half = _next(timelock, _changes(_snapshotAt()));
        BundlePreview memory seen = timelock.preview(half);
        assertFalse(seen.isWithinCap);
        assertEq(seen.impacts[0].liquidatableAfter, 100e18);
        _schedule(timelock, half);
        _wait(DELAY);

        bytes4 reason = IParameterTimelock.ParameterTimelock_TooMuchLiquidated.selector;
        _await(abi.encodeWithSelector(reason, 0, 100e18, 10e18));
        _execute(timelock, half);
        assertEq(oracle.ratioE18(), MARKET_E18);
    }

    /// @dev Two halves prepared against one state are not a whole: the second is refused.
    function test_Incident_TwoHalvesOfOneState_OnlyOneApplies() public {
        Bundle memory first = _next(timelock, _changes(_snapshot()));
        Bundle memory second = _next(timelock, _changes(_snapshotAt()));
        _schedule(timelock, first);
        _schedule(timelock, second);
        _wait(DELAY);
        _execute(timelock, first);

        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_WrongVersion.selector, 1, 2));
        _execute(timelock, second);
    }

    function _snapshot() private view returns (Change memory) {
        return Change(address(oracle), abi.encodeCall(CappedRatio.setSnapshot, (NEW_E18)));
    }

    function _snapshotAt() private view returns (Change memory) {
        return Change(address(oracle), abi.encodeCall(CappedRatio.setSnapshotAt, (NEW_AT)));
    }
}

/// @notice Token holders as the proposer, end to end: OpenZeppelin `Governor` and `ERC20Votes`.
contract TokenGovernorTest is GovernanceWorld {
    CappedRatio private oracle;
    VotesToken private token;
    TokenGovernor private governor;
    ParameterTimelock private timelock;
    address private holder = makeAddr("holder");

    function setUp() public {
        vm.warp(START);
        oracle = new CappedRatio(address(this), 2e18, 1e18, START, 1_000);
        token = new VotesToken(holder);
        governor = new TokenGovernor(token);
        proposer = address(governor);
        timelock = _setUpGovernance(new JudgeEntry[](0), new IImpactPreview[](0)).timelock();
        oracle.transferOwnership(address(timelock));
        vm.prank(holder);
        token.delegate(holder);
        vm.roll(block.number + 1);
    }

    function test_Governor_VotesABundleThrough() public {
        Bundle memory bundle = _bundle(timelock, address(oracle), abi.encodeCall(CappedRatio.setSnapshot, (3e18)));
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _proposal(bundle);
        uint256 id = governor.propose(targets, values, calls, "raise");
        vm.roll(block.number + 2);
        vm.prank(holder);
        governor.castVote(id, 1);
        vm.roll(block.number + 11);
        governor.execute(targets, values, calls, keccak256("raise"));

        assertEq(timelock.pending(timelock.bundleId(bundle)).readyAt, START + DELAY);
        _wait(DELAY);
        _execute(timelock, bundle);
        assertEq(oracle.snapshotE18(), 3e18);
    }

    /// @dev A captured vote is vetoed like any other proposal.
    function test_Governor_IsVetoedByAGuardian() public {
        Bundle memory bundle = _bundle(timelock, address(oracle), abi.encodeCall(CappedRatio.setSnapshot, (3e18)));
        vm.prank(address(governor));
        bytes32 id = timelock.schedule(bundle);
        vm.prank(guardian);
        timelock.cancel(id);

        _wait(DELAY);
        _await(abi.encodeWithSelector(IParameterTimelock.ParameterTimelock_NotScheduled.selector, id));
        _execute(timelock, bundle);
    }

    function _proposal(
        Bundle memory bundle
    ) private view returns (address[] memory targets, uint256[] memory values, bytes[] memory calls) {
        targets = _only(address(timelock));
        values = new uint256[](1);
        calls = new bytes[](1);
        calls[0] = abi.encodeCall(IParameterTimelock.schedule, (bundle));
    }
}
