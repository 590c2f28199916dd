// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {HALTED, M1, M2, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice The council's slow way down: {IIncidentState.voidMarket}.
contract VoidTest is HubFixture {
    address private council = makeAddr("council");

    function setUp() public override {
        super.setUp();
        vm.prank(governance);
        hub.setCouncil(council);
    }

    /* WHAT A VOID DOES */

    function test_VoidMarket_RaisesBothWordsAndLeavesPostureToLift() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(REDUCE_ONLY, M1)));
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 60);
        Word reach = WordLib.single(0, START + 30);
        (Word mesh, Word local) = (hub.meshWord(MARKET).merge(reach), hub.localWord(MARKET).merge(reach));

        vm.expectEmit(address(hub));
        emit IIncidentState.Voided(hub.seq() + 1, MARKET, uint64(START + 30), mesh, local);
        _void(MARKET, START + 30);

        assertEq(hub.meshWord(MARKET), mesh, "mesh");
        assertEq(hub.localWord(MARKET), local, "local");
        _expectRungs(MARKET, HALTED, M4);
        hub.lift(MARKET);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function test_VoidMarket_NewerAssertionSurvives() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 60);
        _assert(MARKET, _rungs(REDUCE_ONLY, M2));
        vm.warp(START + 120);

        _void(MARKET, START + 59);
        hub.lift(MARKET);

        _expectRungs(MARKET, REDUCE_ONLY, M2);
    }

    function testFuzz_VoidMarket_VoidsExactlyWhatIsNotNewer(uint256 asOf, uint256 at) public {
        at = bound(at, START, START + 50 minutes);
        asOf = bound(asOf, START - 1 days, START + 50 minutes);
        vm.warp(at);
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 50 minutes);

        _void(MARKET, asOf);
        hub.lift(MARKET);

        assertEq(hub.postureNow().own(MARKET), asOf < at ? _rungs(HALTED, M4) : _rungs(NORMAL, NORMAL), "as of");
    }

    function test_VoidMarket_AnotherMarketIsNotTouched() public {
        _assert(PROTOCOL, _rungs(HALTED, NORMAL));
        Word mesh = hub.meshWord(PROTOCOL);

        _void(MARKET, START);
        hub.lift(PROTOCOL);

        assertEq(hub.meshWord(PROTOCOL), mesh, "word");
        _expectRungs(PROTOCOL, HALTED, NORMAL);
    }

    function test_VoidMarket_SensorMayAssertAnewAtOnce() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        _void(MARKET, START);
        hub.lift(MARKET);
        vm.warp(START + 1);

        _assert(MARKET, _rungs(HALTED, NORMAL));
        hub.lift(MARKET);

        _expectRungs(MARKET, HALTED, NORMAL);
    }

    function test_VoidMarket_SecondOfTheVoidIsNeverVoid() public {
        vm.warp(START + 60);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        _void(MARKET, START + 59);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        hub.lift(MARKET);

        _expectRungs(MARKET, HALTED, NORMAL);
    }

    /* WHAT ARRIVES AFTERWARDS */

    function test_VoidMarket_PeersMessageWithVoidedStampsDoesNotBringThemBack() public {
        _assert(MARKET, _rungs(HALTED, M4));
        Word voided = hub.meshWord(MARKET);
        vm.warp(START + 60);
        _void(MARKET, START + 30);
        hub.lift(MARKET);

        _receiveWord(MARKET, voided);
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, M4), START + 30));
        _submit(_pack(MARKET, voided), 2);

        _expectRungs(MARKET, NORMAL, NORMAL);
        assertEq(hub.meshWord(MARKET).lane(HALTED), START + 30, "merged all the same: words agree in the end");
    }

    function test_VoidMarket_PeersMessageWithNewerStampDoes() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 60);
        _void(MARKET, START + 30);
        hub.lift(MARKET);

        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START + 31));

        _expectRungs(MARKET, HALTED, NORMAL);
    }

    function testFuzz_VoidMarket_NoMessageCarriesAVoid(uint32 claimed) public {
        _assert(MARKET, _rungs(HALTED, M4));

        _receiveWord(MARKET, WordLib.single(0, claimed));
        _submit(_pack(MARKET, WordLib.single(0, claimed)), 2);
        hub.lift(MARKET);

        assertEq(hub.meshWord(MARKET).lane(0), 1, "as registration wrote it");
        _expectRungs(MARKET, HALTED, M4);
    }

    /* WHAT TRAVELS */

    function test_Broadcast_VoidedRungsDoNotTravel() public {
        hub.broadcast();
        _assert(MARKET, _rungs(HALTED, M4));
        _void(MARKET, START);

        (uint32 markets, ) = hub.broadcastDue();

        assertEq(markets, 0);
    }

    /// @dev Without the void, less than half of the lease that the peer knows of would be gone.
    function test_Broadcast_AssertionAfterVoidTravelsAtOnce() public {
        hub.broadcast();
        _assert(MARKET, _rungs(HALTED, M4));
        hub.broadcast();
        vm.warp(START + 60);
        _assert(MARKET, _rungs(HALTED, M4));
        (uint32 withoutVoid, ) = hub.broadcastDue();

        _void(MARKET, START + 30);

        (uint32 markets, ) = hub.broadcastDue();
        assertEq(withoutVoid, 0, "peers know of it");
        assertEq(markets, uint32(1) << MARKET, "peers may have voided what they know of");
    }

    /// @dev What was sent before the void is the mesh word as it was.
    function test_Broadcast_FirstAssertionAfterVoidTravelsAtOnce() public {
        hub.broadcast();
        _assert(MARKET, _rungs(HALTED, M4));
        hub.broadcast();
        vm.warp(START + 60);
        _void(MARKET, START + 30);

        _assert(MARKET, _rungs(HALTED, M4));

        (uint32 markets, ) = hub.broadcastDue();
        assertEq(markets, uint32(1) << MARKET);
    }

    /* WHO MAY, AND HOW FAR */

    function testFuzz_VoidMarket_OnlyUpwards(uint256 first, uint256 second) public {
        vm.warp(START + 1 days);
        first = bound(first, 2, START + 1 days - 1);
        second = bound(second, 0, first);
        _void(MARKET, first);

        vm.expectRevert(
            abi.encodeWithSelector(
                IIncidentState.IncidentState_InvalidVoid.selector,
                uint64(second),
                first,
                START + 1 days
            )
        );
        _void(MARKET, second);

        assertEq(hub.meshWord(MARKET).lane(0), first, "kept");
    }

    function testFuzz_VoidMarket_RevertWhen_NotBeforeNow(uint64 asOf) public {
        vm.assume(asOf >= START);

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_InvalidVoid.selector, asOf, 1, START));
        vm.prank(council);
        hub.voidMarket(MARKET, asOf);
    }

    /// @dev Or what is asserted later in that second would be void already.
    function test_VoidMarket_RevertWhen_AsOfTheRunningSecond() public {
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentState.IncidentState_InvalidVoid.selector, uint64(START), 1, START)
        );
        vm.prank(council);
        hub.voidMarket(MARKET, uint64(START));
    }

    function test_VoidMarket_RevertWhen_MarketIsNotRegistered() public {
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_UnknownMarket.selector, ABSENT));
        _void(ABSENT, START);
    }

    function test_VoidMarket_RevertWhen_CallerIsNotTheCouncil() public {
        address[4] memory others = [stranger, governance, sensor, address(this)];
        for (uint256 i; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_NotCouncil.selector, others[i]));
            vm.prank(others[i]);
            hub.voidMarket(MARKET, uint64(START));
        }
    }

    function test_VoidMarket_RevertGiven_NoCouncil() public {
        vm.prank(governance);
        hub.setCouncil(address(0));

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_NotCouncil.selector, council));
        _void(MARKET, START);
    }

    function test_SetCouncil_SetsAndEmits() public {
        vm.expectEmit(address(hub));
        emit IIncidentState.CouncilSet(hub.seq() + 1, stranger);
        vm.prank(governance);
        hub.setCouncil(stranger);

        assertEq(hub.council(), stranger);
    }

    function test_SetCouncil_RevertWhen_CallerIsNotGovernance() public {
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", council));
        vm.prank(council);
        hub.setCouncil(council);
    }

    /// @dev In the next second, when it is the running one that is to be voided.
    function _void(uint8 market, uint256 asOf) private {
        if (asOf == block.timestamp) vm.warp(asOf + 1);
        vm.prank(council);
        hub.voidMarket(market, uint64(asOf));
    }
}
