// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {OperatorDesk} from "../../../contracts/clearing/desk/OperatorDesk.sol";
import {IClearingMarkets} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {FundTerms} from "../../../contracts/interfaces/IClearingFunds.sol";
import {IInsuranceMoves} from "../../../contracts/interfaces/IInsuranceMoves.sol";
import {
    Allotment,
    DeskLimits,
    DeskReport,
    Instruction,
    InstructionKind,
    IOperatorDesk
} from "../../../contracts/interfaces/IOperatorDesk.sol";
import {DeskWorld} from "./DeskWorld.sol";

/// @notice What a quorum of operators may do to a venue, and one key may not (P7, P10). Behind a real hub.
contract DeskTest is DeskWorld {
    uint32 private constant THERE = 50902;
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function setUp() public override {
        super.setUp();
        desk.setDeskLimits(InstructionKind.OpenInterestCap, BTC, DeskLimits(1_000, 1e12, 0, 2 hours));
        desk.setDeskLimits(InstructionKind.DeleveragingBudget, BTC, DeskLimits(0, 5_000, 0, 1 hours));
        desk.setDeskLimits(InstructionKind.InsuranceMove, BTC, DeskLimits(1, 400, 600, 0));
    }

    /* KINDS */

    function test_Execute_SetsAnOpenInterestCap() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        told.globalOpenInterest = 12_345;
        vm.expectEmit(address(desk));
        emit IOperatorDesk.InstructionExecuted(told.operation, told.decision, told.kind, BTC, 7_000, 2);
        _execute(told, 2);

        assertEq(house.envelope(BTC).openInterestCap, 7_000);
        assertEq(house.envelope(BTC).globalOpenInterest, 12_345);
        assertEq(house.envelope(BTC).until, told.until);
    }

    function test_Execute_SetsADeleveragingBudget() public {
        _execute(_instruction(InstructionKind.DeleveragingBudget, 4_000), 3);
        (uint256 left, uint64 until) = house.deleveragingBudget(BTC);
        assertEq(left, 4_000);
        assertEq(until, block.timestamp + 1 hours);
    }

    function test_Execute_MovesInsurance() public {
        Instruction memory told = _instruction(InstructionKind.InsuranceMove, 300);
        told.toMarket = ETH;
        bytes memory call_ = abi.encodeCall(IInsuranceMoves.moveInsurance, (BTC, ETH, 300));
        vm.mockCall(address(house), call_, "");
        vm.expectCall(address(house), call_);
        _execute(told, 2);
        assertEq(desk.movable(BTC), 300);
    }

    function test_Execute_EachDeploymentIsToldItsOwn() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        told.allotments = new Allotment[](2);
        told.allotments[0] = Allotment(THERE, 1_000);
        told.allotments[1] = Allotment(EID, 2_000);
        bytes memory signatures = _signed(told, 2);

        desk.execute(told, signatures);
        assertEq(house.envelope(BTC).openInterestCap, 2_000);
    }

    /// @dev The same signature on another chain, with another desk and hub of the mesh.
    function test_Execute_OneSignatureServesEveryChain() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes32 digest = desk.instructionDigest(told);
        vm.chainId(4_242);
        OperatorDesk other = new OperatorDesk(incidents, address(house), THERE, address(this));
        assertEq(other.instructionDigest(told), digest);
    }

    /// @dev EIP-712 by the book, without the contract's help.
    function test_InstructionDigest_IsEip712() public view {
        Instruction memory told = _instruction(InstructionKind.InsuranceMove, 300);
        bytes32 allotment = keccak256(
            abi.encode(keccak256("Allotment(uint32 eid,uint96 units)"), uint256(EID), uint256(300))
        );
        bytes memory typed =
            "Instruction(bytes32 decision,bytes32 operation,uint64 deadline,uint8 kind,uint8 market,"
            "uint8 toMarket,uint64 until,uint96 globalOpenInterest,Allotment[] allotments)"
            "Allotment(uint32 eid,uint96 units)";
        bytes memory head = abi.encode(keccak256(typed), told.decision, told.operation, told.deadline, told.kind);
        bytes memory tail = abi.encode(told.market, told.toMarket, told.until, told.globalOpenInterest);
        bytes32 body = keccak256(bytes.concat(head, tail, abi.encode(keccak256(abi.encodePacked(allotment)))));
        bytes32 domainType = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
        bytes32 domain = keccak256(abi.encode(domainType, keccak256("Cordon"), keccak256("1"), MESH_ID));
        assertEq(desk.instructionDigest(told), keccak256(abi.encodePacked("\x19\x01", domain, body)));
    }

    /* WHO */

    function test_Execute_RevertWhen_OneKey() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes memory signatures = _signed(told, 1);
        vm.expectRevert(abi.encodeWithSelector(IOperatorDesk.OperatorDesk_NoQuorum.selector, 65, 2));
        desk.execute(told, signatures);
    }

    function test_Execute_RevertWhen_OneKeyTwice() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes memory once = _signed(told, 1);
        _expectNotOperator(told, bytes.concat(once, once), 1, vm.addr(operatorKeys[0]));
    }

    /// @dev The other signature that a key and a digest have.
    function test_Execute_RevertWhen_AKeyAndItsTwin() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(operatorKeys[1], desk.instructionDigest(told));
        bytes memory twin = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _expectNotOperator(told, bytes.concat(_signed(told, 1), twin), 1, address(0));
    }

    function test_Execute_RevertWhen_AStrangerSigns() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes32 digest = desk.instructionDigest(told);
        bytes memory signatures;
        uint256 stranger = 0xbad;
        uint256 own = operatorKeys[0];
        (uint256 low, uint256 high) = vm.addr(stranger) < vm.addr(own) ? (stranger, own) : (own, stranger);
        signatures = bytes.concat(_signWith(low, digest), _signWith(high, digest));
        _expectNotOperator(told, signatures, low == stranger ? 0 : 1, vm.addr(stranger));
    }

    function test_Execute_RevertGiven_OperatorIsRemoved() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes memory signatures = _signed(told, 2);
        incidents.setOperator(vm.addr(operatorKeys[1]), false);
        _expectNotOperator(told, signatures, 1, vm.addr(operatorKeys[1]));
    }

    function test_Execute_RevertWhen_AnythingSignedWasChanged() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes memory signatures = _signed(told, 2);
        told.allotments[0].units = 7_001;
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_NotOperator.selector);
        desk.execute(told, signatures);
    }

    function test_SetEnvelope_RevertWhen_NotTheDesk() public {
        vm.prank(vm.addr(operatorKeys[0]));
        vm.expectPartialRevert(IClearingMarkets.ClearingMarkets_NotEnvelopeSetter.selector);
        house.setDeleveragingBudget(BTC, 1, uint64(block.timestamp + 1));
    }

    /* WHEN, AND HOW OFTEN */

    function test_Execute_RevertWhen_Late() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        bytes memory signatures = _signed(told, 2);
        _pass(15 minutes + 1);
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_InvalidDeadline.selector);
        desk.execute(told, signatures);
    }

    function test_Execute_RevertWhen_TheDeadlineIsFarAhead() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        told.deadline = uint64(block.timestamp + 20 minutes + 1);
        bytes memory signatures = _signed(told, 2);
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_InvalidDeadline.selector);
        desk.execute(told, signatures);
    }

    function test_Execute_RevertWhen_Replayed() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        _execute(told, 2);
        assertTrue(desk.isUsed(told.operation));
        bytes memory signatures = _signed(told, 3);
        vm.expectRevert(abi.encodeWithSelector(IOperatorDesk.OperatorDesk_Used.selector, told.operation));
        desk.execute(told, signatures);
    }

    /// @dev What the venue refuses has not been used.
    function test_Execute_WhatTheVenueRefusesMayBeTriedAgain() public {
        _execute(_instruction(InstructionKind.OpenInterestCap, 5_000), 2);
        Instruction memory looser = _instruction(InstructionKind.OpenInterestCap, 6_000);
        bytes memory signatures = _signed(looser, 2);
        vm.expectPartialRevert(IClearingMarkets.ClearingMarkets_InvalidEnvelope.selector);
        desk.execute(looser, signatures);
        assertFalse(desk.isUsed(looser.operation));
    }

    /* LIMITS */

    function test_Execute_RevertWhen_NotNamed() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        told.allotments[0].eid = THERE;
        bytes memory signatures = _signed(told, 2);
        vm.expectRevert(abi.encodeWithSelector(IOperatorDesk.OperatorDesk_NotNamedOnce.selector, EID));
        desk.execute(told, signatures);
    }

    function testFuzz_Execute_OnlyWithinBounds(uint96 units, uint8 drawn) public {
        InstructionKind kind = InstructionKind(drawn % 3);
        DeskLimits memory limits = desk.deskLimits(kind, BTC);
        Instruction memory told = _instruction(kind, units);
        vm.mockCall(address(house), abi.encodeWithSelector(IInsuranceMoves.moveInsurance.selector), "");
        bytes memory signatures = _signed(told, 2);
        bool isWithin = units >= limits.leastUnits && units <= limits.mostUnits;
        if (!isWithin) {
            vm.expectRevert(abi.encodeWithSelector(IOperatorDesk.OperatorDesk_OutOfBounds.selector, kind, BTC, units));
        }
        desk.execute(told, signatures);
    }

    function test_Execute_RevertGiven_NoLimits() public {
        Instruction memory told = _instruction(InstructionKind.DeleveragingBudget, 0);
        told.market = ETH;
        bytes memory signatures = _signed(told, 2);
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_OutOfBounds.selector);
        desk.execute(told, signatures);
    }

    function test_Execute_RevertWhen_ItWouldHoldTooLong() public {
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        told.until = uint64(block.timestamp + 2 hours + 1);
        bytes memory signatures = _signed(told, 2);
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_TooLong.selector);
        desk.execute(told, signatures);
    }

    function test_Execute_RevertGiven_MovedEnoughToday() public {
        vm.mockCall(address(house), abi.encodeWithSelector(IInsuranceMoves.moveInsurance.selector), "");
        _execute(_instruction(InstructionKind.InsuranceMove, 400), 2);
        Instruction memory more = _instruction(InstructionKind.InsuranceMove, 201);
        bytes memory signatures = _signed(more, 2);
        vm.expectRevert(abi.encodeWithSelector(IOperatorDesk.OperatorDesk_TooMuchDaily.selector, BTC, 201, 200));
        desk.execute(more, signatures);

        _pass(1 days);
        _execute(_instruction(InstructionKind.InsuranceMove, 400), 2);
    }

    /* REPORT */

    /// @dev Every field against the view that it stands for.
    function test_DeskReport_IsWhatTheViewsSay() public {
        house.setFundTerms(BTC, FundTerms(0, 0, 0, 150_000, 0, 77));
        Instruction memory told = _instruction(InstructionKind.OpenInterestCap, 7_000);
        told.globalOpenInterest = 12_345;
        _execute(told, 2);
        _execute(_instruction(InstructionKind.DeleveragingBudget, 4_000), 2);

        DeskReport memory report = desk.deskReport(BTC);
        assertTrue(report.isSetter);
        assertFalse(report.isMover);
        assertEq(report.capLimits.mostUnits, 1e12);
        assertEq(report.budgetLimits.mostUnits, 5_000);
        assertEq(report.moveLimits.mostUnitsDaily, 600);
        assertEq(report.movable, 600);
        assertEq(report.governedCap, house.marketParams(BTC).openInterestCap);
        assertEq(report.envelope.openInterestCap, 7_000);
        assertEq(report.envelope.globalOpenInterest, 12_345);
        assertEq(report.budgetLeft, 4_000);
        assertEq(report.budgetUntil, block.timestamp + 1 hours);
        assertEq(report.movePpm, 150_000);
        assertEq(report.floorUnits, 77);

        house.setInsuranceMover(address(desk));
        house.setEnvelopeSetter(address(this));
        report = desk.deskReport(BTC);
        assertTrue(report.isMover);
        assertFalse(report.isSetter);
    }

    /// @dev Operators name the operation of a move by this number: one that was refused must not change it.
    function test_DeskReport_CountsMovesThatWereCarriedOut() public {
        vm.mockCall(address(house), abi.encodeWithSelector(IInsuranceMoves.moveInsurance.selector), "");
        assertEq(desk.deskReport(BTC).moves, 0);
        _execute(_instruction(InstructionKind.InsuranceMove, 300), 2);
        _execute(_instruction(InstructionKind.OpenInterestCap, 7_000), 2);
        assertEq(desk.deskReport(BTC).moves, 1);
        assertEq(desk.deskReport(ETH).moves, 0);

        Instruction memory tooMuch = _instruction(InstructionKind.InsuranceMove, 400);
        bytes memory signatures = _signed(tooMuch, 2);
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_TooMuchDaily.selector);
        desk.execute(tooMuch, signatures);
        assertEq(desk.deskReport(BTC).moves, 1);
    }

    /// @dev Market 0 is the shared fund, and no market of the venue.
    function test_DeskReport_OfTheSharedFund() public view {
        DeskReport memory report = desk.deskReport(0);
        assertEq(report.governedCap, 0);
        assertEq(report.budgetLeft, type(uint256).max);
        assertEq(report.moves, 0);
    }

    function test_SetDeskLimits_RevertWhen_NotOwner() public {
        vm.prank(traders[0]);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, traders[0]));
        desk.setDeskLimits(InstructionKind.OpenInterestCap, BTC, DeskLimits(0, 1, 0, 1));
    }

    function test_SetDeskLimits_RevertWhen_Contradictory() public {
        vm.expectPartialRevert(IOperatorDesk.OperatorDesk_InvalidLimits.selector);
        desk.setDeskLimits(InstructionKind.OpenInterestCap, BTC, DeskLimits(2, 1, 0, 1));
    }

    /* HELPERS */

    function _execute(Instruction memory told, uint256 count) private {
        bytes memory signatures = _signed(told, count);
        desk.execute(told, signatures);
    }

    function _expectNotOperator(Instruction memory told, bytes memory signatures, uint256 at, address who) private {
        vm.expectRevert(abi.encodeWithSelector(IOperatorDesk.OperatorDesk_NotOperator.selector, at, who));
        desk.execute(told, signatures);
    }
}
