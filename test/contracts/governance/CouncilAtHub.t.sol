// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Council, CouncilParameters} from "../../../contracts/governance/Council.sol";
import {ICouncil, Void, VoidStatus} from "../../../contracts/interfaces/ICouncil.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M1, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {HubFixture} from "../hub/HubFixture.sol";

/// @notice The council at the real hub: alarms through its grant, voids through its name there.
contract CouncilAtHubTest is HubFixture {
    uint64 private constant DELAY = 30 minutes;

    Council private council;
    address private guardian = makeAddr("guardian");

    function setUp() public override {
        super.setUp();
        CouncilParameters memory parameters;
        parameters.members = operators;
        parameters.guardians = new address[](1);
        parameters.guardians[0] = guardian;
        (parameters.uses, parameters.threshold, parameters.voidDelaySeconds) = (3, 2, DELAY);
        council = new Council(hub, MESH_ID, governance, parameters);
        vm.startPrank(governance);
        hub.setSensor(address(council), _councilGrant(true));
        hub.setCouncil(address(council));
        vm.stopPrank();
    }

    /* ALARM */

    function test_Alarm_ReachesAsFarAsTheGrant() public {
        _alarm();

        _expectRungs(MARKET, HALTED, M4);
        assertEq(hub.meshWord(MARKET).inForce(hub.leases(), block.timestamp), _rungs(CAUTION, M1), "mesh");
        vm.warp(START + 1 hours + 1);
        hub.lift(MARKET);
        assertTrue(hub.postureNow().own(MARKET).breaker() < HALTED, "a use buys one lease");
    }

    function test_Alarm_RevertGiven_TheGrantIsWithdrawn() public {
        vm.prank(governance);
        hub.setSensor(address(council), _councilGrant(false));

        vm.expectPartialRevert(IIncidentState.IncidentState_NotGranted.selector);
        vm.prank(operators[0]);
        council.alarm(MARKET, _rungs(HALTED, M4));
        assertEq(council.memberOf(operators[0]).uses, 3, "no use is lost");
    }

    /* VOID */

    function test_Void_TakesTheDelay_AndLiftBringsThePostureDown() public {
        _assert(MARKET, _rungs(HALTED, M4));
        bytes32 id = _propose(START + 60);
        vm.warp(START + 60 + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NotReady.selector, id, START + 60 + DELAY));
        council.executeVoid(id);

        vm.warp(START + 60 + DELAY);
        council.executeVoid(id);
        _expectRungs(MARKET, HALTED, M4);
        hub.lift(MARKET);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    /// @dev The same incident without a void: the lease has not run out yet.
    function test_Lift_KeepsTheHaltWithoutTheVoid() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 60 + DELAY);

        hub.lift(MARKET);
        _expectRungs(MARKET, HALTED, M4);
    }

    function test_Void_ANewerAssertionSurvives() public {
        _assert(MARKET, _rungs(HALTED, M4));
        bytes32 id = _propose(START + 60);
        vm.warp(START + 61);
        _assert(MARKET, _rungs(REDUCE_ONLY, M1));

        vm.warp(START + 60 + DELAY);
        council.executeVoid(id);
        hub.lift(MARKET);
        _expectRungs(MARKET, REDUCE_ONLY, M1);
    }

    /// @dev A void reaches what sensors asserted on this chain, and what peers sent.
    function test_Void_ReachesTheMeshWordToo() public {
        _alarm();
        bytes32 id = _propose(START + 60);
        vm.warp(START + 60 + DELAY);
        council.executeVoid(id);

        assertTrue(hub.meshWord(MARKET).inForce(hub.leases(), block.timestamp).isCalm(), "mesh");
        assertTrue(hub.localWord(MARKET).inForce(hub.leases(), block.timestamp).isCalm(), "local");
    }

    function test_Void_IsVetoed() public {
        _assert(MARKET, _rungs(HALTED, M4));
        bytes32 id = _propose(START + 60);
        vm.prank(guardian);
        council.veto(id);

        vm.warp(START + 60 + DELAY);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_WrongStatus.selector, id, VoidStatus.Vetoed));
        council.executeVoid(id);
        hub.lift(MARKET);
        _expectRungs(MARKET, HALTED, M4);
    }

    /// @dev A hub that has named another council refuses, and the void is not used up.
    function test_Void_WaitsGiven_TheHubNamesAnotherCouncil() public {
        _assert(MARKET, _rungs(HALTED, M4));
        bytes32 id = _propose(START + 60);
        vm.warp(START + 60 + DELAY);
        vm.prank(governance);
        hub.setCouncil(stranger);
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_NotCouncil.selector, address(council)));
        council.executeVoid(id);

        vm.prank(governance);
        hub.setCouncil(address(council));
        council.executeVoid(id);
        assertEq(uint8(council.proposal(id).status), uint8(VoidStatus.Executed));
    }

    /// @dev As of the second of the proposal: by the time it may be executed that second is over, so the hub takes it.
    function test_Void_AsOfTheSecondOfTheProposal() public {
        vm.warp(START + 60);
        _assert(MARKET, _rungs(HALTED, M4));
        bytes32 id = _propose(START + 60);
        vm.warp(START + 60 + DELAY);
        council.executeVoid(id);
        hub.lift(MARKET);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    /* PRIVATE */

    function _councilGrant(bool isActive) private pure returns (SensorGrant memory grant) {
        grant = _grant(_rungs(HALTED, M4), _rungs(CAUTION, M1));
        (grant.cause, grant.isActive) = (Cause.Council, isActive);
    }

    function _alarm() private {
        vm.prank(operators[0]);
        council.alarm(MARKET, _rungs(HALTED, M4));
    }

    /// @dev At `at`, as of `at`, by two members.
    function _propose(uint256 at) private returns (bytes32) {
        vm.warp(at);
        Void memory request = Void(MARKET, uint64(at), uint64(at) + 1 hours, 1);
        bytes32 digest = council.voidDigest(request);
        bytes memory signatures = bytes.concat(_signWith(operatorKeys[0], digest), _signWith(operatorKeys[1], digest));
        return council.proposeVoid(request, signatures);
    }
}
