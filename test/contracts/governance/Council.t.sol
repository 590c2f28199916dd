// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Council, CouncilParameters} from "../../../contracts/governance/Council.sol";
import {ICouncil, Void, VoidStatus} from "../../../contracts/interfaces/ICouncil.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {RecordingHub} from "../../../contracts/mocks/RecordingHub.sol";
import {VoidingHub} from "../../../contracts/mocks/governance/VoidingHub.sol";
import {HALTED, M4, Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";
import {HubBuilders} from "../hub/HubBuilders.sol";

/// @notice Alarms by one member, voids by a quorum under veto.
contract CouncilTest is HubBuilders {
    bytes32 private constant MESH_ID = keccak256("council");
    uint256 private constant START = 1_700_000_000;
    uint64 private constant DELAY = 30 minutes;
    uint8 private constant MARKET = 1;

    VoidingHub private hub;
    Council private council;
    uint256[] private keys;
    address[] private members;
    address private governance = makeAddr("governance");
    address private guardian = makeAddr("guardian");
    address private stranger = makeAddr("stranger");

    function setUp() public {
        vm.warp(START);
        hub = new VoidingHub();
        keys = _sortedKeys(4);
        members = _addressesOf(keys);
        council = _deploy(_parameters());
    }

    /* ALARM */

    function test_Alarm_AssertsAtOnce() public {
        vm.expectEmit();
        emit ICouncil.AlarmRaised(members[0], MARKET, _halt(), 2);
        vm.prank(members[0]);
        council.alarm(MARKET, _halt());

        assertEq(hub.assertions(), 1);
        assertEq(hub.latestMarket(), MARKET);
        assertEq(Rungs.unwrap(hub.latestRungs()), Rungs.unwrap(_halt()));
    }

    function test_Alarm_EveryCallIsAUse() public {
        for (uint256 i; i < 3; ++i) {
            vm.prank(members[0]);
            council.alarm(MARKET, _halt());
        }
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NoUsesLeft.selector, members[0]));
        vm.prank(members[0]);
        council.alarm(MARKET, _halt());

        // Each member has its own.
        vm.prank(members[1]);
        council.alarm(MARKET, _halt());
        assertEq(hub.assertions(), 4);
    }

    function test_Alarm_CostsNothing_WhenTheHubRefuses() public {
        hub.refuse(true);
        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        vm.prank(members[0]);
        council.alarm(MARKET, _halt());

        assertEq(council.memberOf(members[0]).uses, 3);
    }

    function test_Alarm_RevertWhen_CallerIsNoMember() public {
        address[3] memory others = [governance, guardian, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NotMember.selector, others[i]));
            vm.prank(others[i]);
            council.alarm(MARKET, _halt());
        }
    }

    function test_Alarm_RevertWhen_ItSaysNothingOrNonsense() public {
        vm.expectRevert(ICouncil.Council_EmptyAlarm.selector);
        vm.prank(members[0]);
        council.alarm(MARKET, Rungs.wrap(0));

        vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, 3, 7));
        vm.prank(members[0]);
        council.alarm(MARKET, Rungs.wrap(0x37));
    }

    function test_Rearm_GivesTheFullNumberAgain() public {
        vm.prank(members[0]);
        council.alarm(MARKET, _halt());

        vm.expectEmit();
        emit ICouncil.Rearmed(members[0], 3);
        vm.prank(governance);
        council.rearm(members[0]);
        assertEq(council.memberOf(members[0]).uses, 3);
    }

    function test_Rearm_RevertWhen_NoMember() public {
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NotMember.selector, stranger));
        vm.prank(governance);
        council.rearm(stranger);
    }

    /* VOID */

    function test_ProposeVoid_IsByAnybodyWithSignatures() public {
        Void memory request = _request();
        bytes32 id = _digest(request);
        uint64 readyAt = uint64(START) + DELAY;
        bytes memory signatures = _signed(request, 2);

        vm.expectEmit();
        emit ICouncil.VoidProposed(id, MARKET, request.asOf, readyAt, readyAt + 1 days);
        vm.prank(stranger);
        assertEq(council.proposeVoid(request, signatures), id);
        assertEq(uint8(council.proposal(id).status), uint8(VoidStatus.Waiting));
        assertEq(hub.voids(), 0);
    }

    function test_ExecuteVoid_AfterTheDelay_ByAnybody() public {
        bytes32 id = _propose(_request());
        vm.warp(START + DELAY);

        vm.expectEmit();
        emit ICouncil.VoidExecuted(id, MARKET, uint64(START) - 5);
        vm.prank(stranger);
        council.executeVoid(id);

        assertEq(hub.voids(), 1);
        assertEq(hub.voidedMarket(), MARKET);
        assertEq(hub.voidedAsOf(), START - 5);
        _expectStatus(id, VoidStatus.Executed);
        council.executeVoid(id);
    }

    function test_ExecuteVoid_RevertGiven_TheDelayHasNotPassed() public {
        bytes32 id = _propose(_request());
        vm.warp(START + DELAY - 1);

        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NotReady.selector, id, START + DELAY));
        council.executeVoid(id);
    }

    function test_ExecuteVoid_RevertGiven_ItHasExpired() public {
        bytes32 id = _propose(_request());
        vm.warp(START + DELAY + 1 days);

        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_Expired.selector, id, START + DELAY + 1 days));
        council.executeVoid(id);
        vm.warp(block.timestamp - 1);
        council.executeVoid(id);
    }

    /// @dev A hub that refuses for now does not use the void up.
    function test_ExecuteVoid_CanBeRepeated_WhenTheHubRefuses() public {
        bytes32 id = _propose(_request());
        vm.warp(START + DELAY);
        hub.refuseVoids(true);
        vm.expectRevert(VoidingHub.VoidingHub_Refused.selector);
        council.executeVoid(id);

        hub.refuseVoids(false);
        council.executeVoid(id);
        assertEq(hub.voids(), 1);
    }

    function test_ExecuteVoid_RevertWhen_Unknown() public {
        _expectStatus(bytes32(uint256(1)), VoidStatus.Unknown);
        council.executeVoid(bytes32(uint256(1)));
    }

    /// @dev One id, one void: not again while it waits, after it was executed, vetoed, or left to expire.
    function test_ProposeVoid_RevertGiven_ItIsKnown() public {
        Void memory request = _request();
        bytes memory signatures = _signed(request, 2);
        bytes32 id = council.proposeVoid(request, signatures);
        _expectStatus(id, VoidStatus.Waiting);
        council.proposeVoid(request, signatures);

        vm.warp(START + DELAY);
        council.executeVoid(id);
        _expectStatus(id, VoidStatus.Executed);
        council.proposeVoid(request, signatures);
    }

    function test_ProposeVoid_AnotherNonceIsAnotherVoid() public {
        Void memory request = _request();
        bytes32 first = _propose(request);
        request.nonce = 2;
        bytes32 second = _propose(request);

        assertNotEq(first, second);
    }

    function test_ProposeVoid_RevertWhen_TheDeadlineIsOut() public {
        Void memory request = _request();
        uint64[2] memory deadlines = [uint64(START) - 1, uint64(START) + 1 days + 1];
        for (uint256 i; i < 2; ++i) {
            request.deadline = deadlines[i];
            _expectRefused(
                request,
                2,
                abi.encodeWithSelector(ICouncil.Council_InvalidDeadline.selector, deadlines[i], START)
            );
        }
        request.deadline = uint64(START);
        _propose(request);
    }

    /// @dev It would void what nobody has asserted yet.
    function test_ProposeVoid_RevertWhen_AsOfLiesAhead() public {
        Void memory request = _request();
        request.asOf = uint64(START) + 1;
        _expectRefused(request, 2, abi.encodeWithSelector(ICouncil.Council_AsOfAhead.selector, START + 1, START));

        request.asOf = uint64(START);
        _propose(request);
    }

    function test_ProposeVoid_RevertWhen_SignaturesAreNoQuorum() public {
        Void memory request = _request();
        _expectRefused(request, 1, abi.encodeWithSelector(ICouncil.Council_InvalidSignatures.selector, 65));
        _expectRefused(request, 0, abi.encodeWithSelector(ICouncil.Council_InvalidSignatures.selector, 0));
        bytes memory signatures = _signed(request, 2);
        bytes memory trailing = bytes.concat(signatures, hex"00");
        _expectRefused(request, trailing, abi.encodeWithSelector(ICouncil.Council_InvalidSignatures.selector, 131));
    }

    function test_ProposeVoid_RevertWhen_OneKeySignsTwice() public {
        Void memory request = _request();
        bytes memory once = _signWith(keys[0], _digest(request));
        bytes memory reason = abi.encodeWithSelector(ICouncil.Council_NotSigner.selector, 1, members[0]);
        _expectRefused(request, bytes.concat(once, once), reason);

        bytes memory swapped = bytes.concat(_signWith(keys[1], _digest(request)), once);
        _expectRefused(request, swapped, reason);
    }

    function test_ProposeVoid_RevertWhen_ASignerIsNoMember() public {
        Void memory request = _request();
        vm.prank(governance);
        council.setMember(members[1], false);

        bytes memory reason = abi.encodeWithSelector(ICouncil.Council_NotSigner.selector, 1, members[1]);
        _expectRefused(request, 2, reason);
        bytes memory garbage = new bytes(130);
        _expectRefused(request, garbage, abi.encodeWithSelector(ICouncil.Council_NotSigner.selector, 0, address(0)));
    }

    /// @dev Signatures are for one content: any other field recovers to strangers.
    function testFuzz_ProposeVoid_RevertWhen_AnythingIsDifferent(uint8 market, uint64 asOf, uint64 nonce) public {
        Void memory request = _request();
        bytes memory signatures = _signed(request, 2);
        Void memory other = Void(market, uint64(bound(asOf, 0, START)), request.deadline, nonce);
        vm.assume(keccak256(abi.encode(other)) != keccak256(abi.encode(request)));

        vm.expectPartialRevert(ICouncil.Council_NotSigner.selector);
        council.proposeVoid(other, signatures);
    }

    /// @dev No chain, no contract in what is signed: the mesh alone. Each chain's delay runs from its own submission.
    function test_ProposeVoid_OneSetOfSignaturesServesEveryChain() public {
        Void memory request = _request();
        bytes memory signatures = _signed(request, 2);
        Council other = _deploy(_parameters());
        council.proposeVoid(request, signatures);

        vm.chainId(99);
        vm.warp(START + 10 minutes);
        bytes32 id = other.proposeVoid(request, signatures);
        assertEq(other.proposal(id).readyAt, START + 10 minutes + DELAY);
        assertEq(council.proposal(id).readyAt, START + DELAY);
    }

    function test_ProposeVoid_RevertWhen_SignedForAnotherMesh() public {
        Void memory request = _request();
        bytes memory signatures = _signed(request, 2);
        Council other = new Council(IIncidentState(address(hub)), keccak256("other"), governance, _parameters());

        vm.expectPartialRevert(ICouncil.Council_NotSigner.selector);
        other.proposeVoid(request, signatures);
    }

    /* VETO */

    function test_Veto_RefusesForGood() public {
        Void memory request = _request();
        bytes memory signatures = _signed(request, 3);
        bytes32 id = council.proposeVoid(request, signatures);

        vm.expectEmit();
        emit ICouncil.VoidVetoed(id, guardian);
        vm.prank(guardian);
        council.veto(id);

        vm.warp(START + DELAY);
        _expectStatus(id, VoidStatus.Vetoed);
        council.executeVoid(id);
        _expectStatus(id, VoidStatus.Vetoed);
        council.proposeVoid(request, signatures);
        _expectStatus(id, VoidStatus.Vetoed);
        vm.prank(guardian);
        council.veto(id);
    }

    /// @dev Signatures travel; so may a veto, ahead of them.
    function test_Veto_BeforeItArrives() public {
        Void memory request = _request();
        bytes memory signatures = _signed(request, 2);
        bytes32 id = council.voidDigest(request);
        vm.prank(guardian);
        council.veto(id);

        _expectStatus(id, VoidStatus.Vetoed);
        council.proposeVoid(request, signatures);
    }

    function test_Veto_RevertWhen_CallerIsNoGuardian() public {
        bytes32 id = _propose(_request());
        address[3] memory others = [members[0], governance, stranger];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NotGuardian.selector, others[i]));
            vm.prank(others[i]);
            council.veto(id);
        }
    }

    function test_Veto_RevertGiven_ItIsExecuted() public {
        bytes32 id = _propose(_request());
        vm.warp(START + DELAY);
        council.executeVoid(id);

        _expectStatus(id, VoidStatus.Executed);
        vm.prank(guardian);
        council.veto(id);
    }

    /* ROLL */

    function test_SetMember_AddsArmedAndRemoves() public {
        vm.startPrank(governance);
        council.setMember(stranger, true);
        assertEq(council.memberOf(stranger).uses, 3);
        assertEq(council.members().length, 5);
        council.setMember(members[0], false);
        vm.stopPrank();

        assertFalse(council.memberOf(members[0]).isMember);
        address[] memory left = council.members();
        assertEq(left.length, 4);
        assertEq(left[0], stranger);
    }

    function test_SetMember_RevertWhen_TooFewAreLeft() public {
        vm.startPrank(governance);
        council.setMember(members[0], false);
        council.setMember(members[1], false);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_InvalidThreshold.selector, 2, 1));
        council.setMember(members[2], false);
    }

    function test_SetMember_RevertWhen_Invalid() public {
        _expectInvalid(address(0), abi.encodeCall(ICouncil.setMember, (address(0), true)));
        _expectInvalid(members[0], abi.encodeCall(ICouncil.setMember, (members[0], true)));
        _expectInvalid(stranger, abi.encodeCall(ICouncil.setMember, (stranger, false)));
        _expectInvalid(guardian, abi.encodeCall(ICouncil.setMember, (guardian, true)));
    }

    function test_SetMember_RevertWhen_TheRollIsFull() public {
        vm.startPrank(governance);
        for (uint160 i = 5; i <= 32; ++i) {
            council.setMember(address(i), true);
        }
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_InvalidAccount.selector, address(33)));
        council.setMember(address(33), true);
    }

    /// @dev Nobody is member and guardian at once.
    function test_SetGuardian_RevertWhen_Invalid() public {
        _expectInvalid(members[0], abi.encodeCall(ICouncil.setGuardian, (members[0], true)));
        _expectInvalid(address(0), abi.encodeCall(ICouncil.setGuardian, (address(0), true)));
        _expectInvalid(guardian, abi.encodeCall(ICouncil.setGuardian, (guardian, true)));
        _expectInvalid(stranger, abi.encodeCall(ICouncil.setGuardian, (stranger, false)));
    }

    function test_SetGuardian_AddsAndRemoves() public {
        vm.startPrank(governance);
        council.setGuardian(stranger, true);
        council.setGuardian(guardian, false);
        assertTrue(council.isGuardian(stranger));
        assertFalse(council.isGuardian(guardian));
    }

    function test_SetVoidRules_KeepsToItsBounds() public {
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_InvalidThreshold.selector, 1, 4));
        council.setVoidRules(1, DELAY);
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_InvalidThreshold.selector, 5, 4));
        council.setVoidRules(5, DELAY);
        uint64[2] memory delays = [uint64(10 minutes) - 1, 2 days + 1];
        for (uint256 i; i < 2; ++i) {
            bytes4 bounds = ICouncil.Council_OutOfBounds.selector;
            vm.expectRevert(abi.encodeWithSelector(bounds, "voidDelay", delays[i], 10 minutes, 2 days));
            council.setVoidRules(2, delays[i]);
        }
        council.setVoidRules(4, 2 days);
        assertEq(council.threshold(), 4);
        assertEq(council.voidDelay(), 2 days);
    }

    function test_Setters_RevertWhen_CallerIsNotGovernance() public {
        bytes[4] memory calls = [
            abi.encodeCall(ICouncil.setMember, (stranger, true)),
            abi.encodeCall(ICouncil.setGuardian, (stranger, true)),
            abi.encodeCall(ICouncil.rearm, (members[0])),
            abi.encodeCall(ICouncil.setVoidRules, (2, DELAY))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(members[0]);
            (bool ok, bytes memory reason) = address(council).call(calls[i]);
            assertFalse(ok);
            assertEq(reason, abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, members[0]));
        }
    }

    function test_Constructor_RevertWhen_UsesAreOutOfBounds() public {
        CouncilParameters memory parameters = _parameters();
        uint8[2] memory uses = [0, 25];
        for (uint256 i; i < 2; ++i) {
            parameters.uses = uses[i];
            vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_OutOfBounds.selector, "uses", uses[i], 1, 24));
            _deploy(parameters);
        }
    }

    /* AUTHORITY THAT RUNS OUT IS SEEN */

    function test_Readiness_CountsWhoCanStillAct() public {
        uint64 since = uint64(START);
        (uint256 armed, uint256 inReach) = council.readiness(since);
        assertEq(armed, 4);
        assertEq(inReach, 4);

        vm.warp(START + 90 days);
        for (uint256 i; i < 3; ++i) {
            vm.prank(members[0]);
            council.alarm(MARKET, _halt());
        }
        vm.expectEmit();
        emit ICouncil.CheckedIn(members[1]);
        vm.prank(members[1]);
        council.checkIn();

        (armed, inReach) = council.readiness(since + 1);
        assertEq(armed, 1);
        assertEq(inReach, 2);
    }

    /// @dev Balancer, November 2025: the power to pause had expired unnoticed. This one does not expire.
    function test_Alarm_WorksAfterTenYears() public {
        vm.warp(START + 3650 days);
        vm.prank(members[0]);
        council.alarm(MARKET, _halt());

        assertEq(hub.assertions(), 1);
    }

    function test_CheckIn_RevertWhen_CallerIsNoMember() public {
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_NotMember.selector, guardian));
        vm.prank(guardian);
        council.checkIn();
    }

    /* PRIVATE */

    function _parameters() private view returns (CouncilParameters memory parameters) {
        parameters.members = members;
        parameters.guardians = new address[](1);
        parameters.guardians[0] = guardian;
        parameters.uses = 3;
        parameters.threshold = 2;
        parameters.voidDelaySeconds = DELAY;
    }

    function _deploy(CouncilParameters memory parameters) private returns (Council) {
        return new Council(IIncidentState(address(hub)), MESH_ID, governance, parameters);
    }

    function _halt() private pure returns (Rungs) {
        return _rungs(HALTED, M4);
    }

    function _request() private pure returns (Void memory) {
        return Void(MARKET, uint64(START) - 5, uint64(START) + 1 hours, 1);
    }

    /// @dev EIP-712 by the book, without the contract's help.
    function _digest(Void memory request) private pure returns (bytes32) {
        bytes32 domainType = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
        bytes32 domain = keccak256(abi.encode(domainType, keccak256("Cordon"), keccak256("1"), MESH_ID));
        bytes32 voidType = keccak256("Void(uint8 market,uint64 asOf,uint64 deadline,uint64 nonce)");
        bytes32 content = keccak256(
            abi.encode(voidType, request.market, request.asOf, request.deadline, request.nonce)
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, content));
    }

    function _signed(Void memory request, uint256 count) private view returns (bytes memory signatures) {
        for (uint256 i; i < count; ++i) {
            signatures = bytes.concat(signatures, _signWith(keys[i], _digest(request)));
        }
    }

    function _propose(Void memory request) private returns (bytes32) {
        return council.proposeVoid(request, _signed(request, 2));
    }

    function _expectRefused(Void memory request, uint256 signers, bytes memory reason) private {
        _expectRefused(request, _signed(request, signers), reason);
    }

    function _expectRefused(Void memory request, bytes memory signatures, bytes memory reason) private {
        vm.expectRevert(reason);
        council.proposeVoid(request, signatures);
    }

    function _expectStatus(bytes32 id, VoidStatus status) private {
        vm.expectRevert(abi.encodeWithSelector(ICouncil.Council_WrongStatus.selector, id, status));
    }

    function _expectInvalid(address account, bytes memory data) private {
        vm.prank(governance);
        (bool ok, bytes memory reason) = address(council).call(data);
        assertFalse(ok);
        assertEq(reason, abi.encodeWithSelector(ICouncil.Council_InvalidAccount.selector, account));
    }
}
