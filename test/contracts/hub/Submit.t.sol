// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {Directive, Limits, Path, Refusal} from "../../../contracts/types/Incident.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M3, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What operators sign: {IIncidentHub.submit}. P7 is in `SoloKey.t.sol`.
contract SubmitTest is HubFixture {
    uint256 private constant BASE_POINT_X = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798;
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /* QUORUM */

    function test_Submit_QuorumMergesUpToHaltedWithTheTrueTime() public {
        Word entry = WordLib.stamped(_rungs(HALTED, M4), START - 60);
        Directive memory directive = _directive(_pack(MARKET, entry));
        Word merged = WordLib.REGISTERED.merge(entry);
        Posture tightened = hub.postureNow().tightened(MARKET, _rungs(HALTED, M4));

        vm.expectEmit(address(hub));
        emit IIncidentState.Merged(hub.seq() + 1, MARKET, directive.decision, merged, tightened);
        vm.prank(stranger);
        hub.submit(directive, _sign(directive, 2));

        assertEq(hub.meshWord(MARKET), merged, "word");
        assertEq(hub.postureNow(), tightened, "posture");
    }

    function test_Submit_MoreThanQuorumIsQuorum() public {
        _submit(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)), 3);

        _expectRungs(MARKET, HALTED, M4);
    }

    function test_Submit_QuorumIsBoundByItsCeiling() public {
        Limits memory limits = _defaultLimits();
        limits.quorumCeiling = _rungs(REDUCE_ONLY, M3);
        vm.prank(governance);
        hub.setLimits(limits);

        _submit(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)), 2);

        _expectRungs(MARKET, REDUCE_ONLY, M3);
    }

    function test_Submit_ReplayChangesNothing() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        bytes memory signatures = _sign(directive, 2);
        hub.submit(directive, signatures);
        (bytes32 digest, Posture posture) = (hub.meshDigest(), hub.postureNow());
        vm.warp(START + 900);

        vm.expectEmit(address(hub));
        emit IIncidentHub.NothingMerged(hub.seq() + 1, directive.decision);
        hub.submit(directive, signatures);

        assertEq(hub.meshDigest(), digest, "digest");
        assertEq(hub.postureNow(), posture, "posture");
    }

    function test_Submit_StampAheadOfTimeIsRefused() public {
        Word ahead = WordLib.single(CAUTION, START + 300 + 1);

        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 1, MARKET, EID, Path.Quorum, Refusal.AheadOfTime, ahead);
        _submit(_pack(MARKET, ahead), 2);

        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function test_Submit_UnknownMarketIsRefusedAndTheRestMerged() public {
        Word entry = WordLib.stamped(_rungs(HALTED, M4), START);

        vm.expectEmit(address(hub));
        emit IIncidentState.LanesRefused(hub.seq() + 1, ABSENT, EID, Path.Quorum, Refusal.UnknownMarket, entry);
        _submit(bytes.concat(_pack(ABSENT, entry), _pack(MARKET, entry)), 2);

        _expectRungs(MARKET, HALTED, M4);
    }

    function testFuzz_Submit_UnreadableEntriesAreAnEvent(uint8 signatures, uint16 length) public {
        signatures = uint8(bound(signatures, 1, 3));
        vm.assume(length % PayloadLib.ENTRY_BYTES != 0 || length > 32 * PayloadLib.ENTRY_BYTES);
        bytes memory entries = new bytes(bound(length, 1, 3_000));
        vm.assume(entries.length % PayloadLib.ENTRY_BYTES != 0 || entries.length > 32 * PayloadLib.ENTRY_BYTES);
        bytes32 digest = hub.meshDigest();
        Path path = signatures == 1 ? Path.Solo : Path.Quorum;

        vm.expectEmit(address(hub));
        emit IIncidentHub.MessageRefused(hub.seq() + 1, EID, path, Refusal.BadLength, keccak256(entries));
        _submit(entries, signatures);

        assertEq(hub.meshDigest(), digest, "digest");
    }

    function testFuzz_Submit_SignedContentNeverReverts(uint256[3] memory words, uint8 signatures) public {
        bytes memory entries;
        for (uint256 i; i < 3; ++i) {
            entries = bytes.concat(entries, _pack(uint8(words[i]), Word.wrap(words[i])));
        }
        Posture before = hub.postureNow();

        _submit(entries, bound(signatures, 1, 3));

        assertFalse(before.own(MARKET).exceeds(hub.postureNow().own(MARKET)), "posture holds");
        assertEq(hub.meshWord(MARKET).lane(0), 1, "voidBefore");
    }

    function test_Submit_WithoutEntriesIsAcceptedAndMergesNothing() public {
        bytes32 digest = hub.meshDigest();

        vm.expectEmit(address(hub));
        emit IIncidentHub.NothingMerged(hub.seq() + 1, keccak256("decision"));
        _submit("", 2);

        assertEq(hub.meshDigest(), digest, "digest");
    }

    /* WHAT WAS SIGNED */

    function testFuzz_DirectiveDigest_IsEip712(bytes32 decision, uint64 deadline, bytes memory entries) public view {
        Directive memory directive = Directive(decision, deadline, entries);

        assertEq(hub.directiveDigest(directive), _digest(MESH_ID, directive));
    }

    function test_Submit_RevertWhen_SignedForAnotherMesh() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        bytes memory signature = _signCompact(operatorKeys[0], _digest(keccak256("another mesh"), directive));

        _expectNotOperator(directive, signature, 0);
    }

    function test_Submit_RevertWhen_EntriesWereChanged() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        bytes memory signatures = _sign(directive, 2);
        directive.entries = _pack(MARKET, WordLib.stamped(_rungs(REDUCE_ONLY, M1), START));

        _expectNotOperator(directive, signatures, 0);
    }

    function test_Submit_RevertWhen_DecisionOrDeadlineWereChanged() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        bytes memory signatures = _sign(directive, 2);

        directive.decision = keccak256("another decision");
        _expectNotOperator(directive, signatures, 0);

        directive = _directive(directive.entries);
        directive.deadline -= 1;
        _expectNotOperator(directive, signatures, 0);
    }

    /* DEADLINE */

    function test_Submit_DeadlineIsInclusiveOnBothEnds() public {
        bytes memory entries = _pack(MARKET, WordLib.stamped(_rungs(CAUTION, NORMAL), START));
        Directive memory directive = Directive(0, uint64(START), entries);
        hub.submit(directive, _sign(directive, 2));

        directive.deadline = uint64(START + 900 + 300);
        hub.submit(directive, _sign(directive, 2));

        _expectRungs(MARKET, CAUTION, NORMAL);
    }

    function test_Submit_RevertWhen_DeadlineHasPassed() public {
        _expectInvalidDeadline(uint64(START - 1));
    }

    function testFuzz_Submit_RevertWhen_DeadlineIsTooFarAhead(uint64 deadline) public {
        _expectInvalidDeadline(uint64(bound(deadline, START + 900 + 300 + 1, type(uint64).max)));
    }

    /* SIGNATURES */

    /// @dev One that does not fit its type is read as it stands, and refused all the same.
    function testFuzz_Submit_RevertWhen_DeadlineDoesNotFit(uint256 deadline) public {
        deadline = bound(deadline, uint256(type(uint64).max) + 1, type(uint256).max);
        Directive memory directive = _directive("");
        bytes memory data = abi.encodeCall(hub.submit, (directive, _sign(directive, 2)));
        assembly ("memory-safe") {
            // Behind the selector: two offsets and the decision.
            mstore(add(data, 132), deadline)
        }
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidDeadline.selector, deadline, block.timestamp)
        );
        (bool ok, ) = address(hub).call(data);
        ok;
    }

    function testFuzz_Submit_RevertWhen_SignaturesAreNotWhole(uint16 length) public {
        length = uint16(bound(length, 0, 3_000));
        vm.assume(length == 0 || length % 64 != 0 || length > 32 * 64);
        Directive memory directive = _directive("");

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidSignatures.selector, uint256(length)));
        hub.submit(directive, new bytes(length));
    }

    function test_Submit_RevertWhen_OneSignatureIsGivenTwice() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        bytes memory one = _sign(directive, 1);

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_NotOperator.selector, 1, operators[0]));
        hub.submit(directive, bytes.concat(one, one));
    }

    function test_Submit_RevertWhen_SignersAreNotAscending() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        bytes32 digest = _digest(MESH_ID, directive);

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_NotOperator.selector, 1, operators[0]));
        hub.submit(
            directive,
            bytes.concat(_signCompact(operatorKeys[1], digest), _signCompact(operatorKeys[0], digest))
        );
    }

    function test_Submit_RevertWhen_SignerIsNoOperator() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        uint256 key = uint256(keccak256("nobody"));

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_NotOperator.selector, 0, vm.addr(key)));
        hub.submit(directive, _signCompact(key, _digest(MESH_ID, directive)));
    }

    function test_Submit_RevertGiven_OperatorRemoved() public {
        vm.prank(governance);
        hub.setOperator(operators[0], false);
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        bytes memory signature = _sign(directive, 1);

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_NotOperator.selector, 0, operators[0]));
        hub.submit(directive, signature);
    }

    /// @dev There is nearly always no bit left for the parity beside the greater `s`. Here there is: it is the least that is
    /// too great. `r` is the curve's base point, whose logarithm is 1, and the key is what makes `s` come out.
    function test_Submit_RevertWhen_SIsInTheUpperHalf() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        uint256 upper = CURVE_ORDER / 2 + 1;
        uint256 minusDigest = CURVE_ORDER - (uint256(_digest(MESH_ID, directive)) % CURVE_ORDER);
        uint256 key = mulmod(
            addmod(upper, minusDigest, CURVE_ORDER),
            Math.invModPrime(BASE_POINT_X, CURVE_ORDER),
            CURVE_ORDER
        );
        assertEq(ecrecover(_digest(MESH_ID, directive), 27, bytes32(BASE_POINT_X), bytes32(upper)), vm.addr(key), "is");
        vm.prank(governance);
        hub.setOperator(vm.addr(key), true);

        _expectNotOperator(directive, abi.encodePacked(BASE_POINT_X, upper), 0);

        hub.submit(directive, abi.encodePacked(BASE_POINT_X, (CURVE_ORDER - upper) | (1 << 255)));
        _expectRungs(MARKET, CAUTION, M1);
    }

    function test_Submit_RevertWhen_SignatureIsMalleated() public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));
        (, bytes32 r, bytes32 s) = vm.sign(operatorKeys[0], _digest(MESH_ID, directive));
        uint256 highS = CURVE_ORDER - uint256(s);
        assertGt(highS, type(uint256).max >> 1, "leaves no bit for the parity");

        _expectNotOperator(directive, abi.encodePacked(r, highS), 0);
        _expectNotOperator(directive, abi.encodePacked(r, highS ^ (1 << 255)), 0);
    }

    function testFuzz_Submit_RevertWhen_SignatureIsMalformed(bytes32 r, bytes32 parityAndS) public {
        Directive memory directive = _directive(_pack(MARKET, WordLib.stamped(_rungs(CAUTION, M1), START)));

        _expectNotOperator(directive, abi.encodePacked(r, parityAndS), 0);
    }

    function test_Submit_RevertWhen_ZeroAddressWouldSign() public {
        // No recovery gives the zero address for an operator: it cannot be made one.
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidOperator.selector, address(0)));
        hub.setOperator(address(0), true);
    }

    /* PRIVATE */

    /// @dev Which address an altered content recovers to is not known, so the argument is not compared.
    function _expectNotOperator(Directive memory directive, bytes memory signatures, uint256 index) private {
        bytes32 digest = hub.meshDigest();
        try hub.submit(directive, signatures) {
            assertTrue(false, "accepted");
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IIncidentHub.IncidentHub_NotOperator.selector, "selector");
            assertEq(this.firstArgument(reason), index, "index");
        }
        assertEq(hub.meshDigest(), digest, "digest");
    }

    function _expectInvalidDeadline(uint64 deadline) private {
        bytes memory entries = _pack(MARKET, WordLib.stamped(_rungs(CAUTION, NORMAL), START));
        Directive memory directive = Directive(0, deadline, entries);
        bytes memory signatures = _sign(directive, 2);

        vm.expectRevert(
            abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidDeadline.selector, uint256(deadline), START)
        );
        hub.submit(directive, signatures);
    }

    function firstArgument(bytes calldata reason) external pure returns (uint256) {
        return uint256(bytes32(reason[4:36]));
    }
}
