// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILiftGate} from "../../../contracts/interfaces/ILiftGate.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {CatchingGate, MisbehavingGate, ScriptedGate} from "../../../contracts/mocks/hub/LiftGates.sol";
import {CAUTION, HALTED, M1, M3, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice What is asked before a halt is lifted, and what the answer can and cannot do.
contract LiftGateTest is HubFixture {
    ScriptedGate private gate;

    function setUp() public override {
        super.setUp();
        gate = new ScriptedGate();
        _setGate(address(gate));
    }

    /* ASKED */

    function test_Lift_GivenClosedGate_LowersEverythingButTheHalt() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours);

        vm.expectEmit(address(hub));
        emit IIncidentState.Lifted(
            hub.seq() + 1,
            MARKET,
            _rungs(HALTED, M3),
            hub.postureNow().replaced(MARKET, _rungs(HALTED, M3))
        );
        assertEq(hub.lift(MARKET), _rungs(HALTED, M3), "returned");

        _expectRungs(MARKET, HALTED, M3);
    }

    function test_Lift_RevertGiven_ClosedGateAndNothingElseToLower() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 30 minutes);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 1 days);

        vm.expectRevert(
            abi.encodeWithSelector(IIncidentState.IncidentState_GateClosed.selector, MARKET, uint64(START + 30 minutes))
        );
        hub.lift(MARKET);

        _expectRungs(MARKET, HALTED, NORMAL);
    }

    function test_Lift_GivenOpenGate_LiftsTheHalt() public {
        gate.set(MARKET, true);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 1 hours);

        hub.lift(MARKET);

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
    }

    function test_Lift_GateThatOpensLaterLiftsThen() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 2 hours);
        hub.lift(MARKET);
        vm.warp(START + 4 hours);
        gate.set(MARKET, true);

        hub.lift(MARKET);

        _expectRungs(MARKET, CAUTION, 2);
        (uint256 used, ) = hub.haltBudget(MARKET);
        assertGe(used, 4 hours, "the time at the gate was halted time");
        assertLe(used, 4 hours + 60, "and no more");
    }

    function test_Lift_TheProtocolHasAnAnswerOfItsOwn() public {
        gate.set(MARKET, true);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        _assert(PROTOCOL, _rungs(HALTED, NORMAL));
        vm.warp(START + 1 hours);

        hub.lift(MARKET);
        vm.expectPartialRevert(IIncidentState.IncidentState_GateClosed.selector);
        hub.lift(PROTOCOL);

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
        _expectRungs(PROTOCOL, HALTED, NORMAL);
    }

    function test_Lift_GateHearsOfTheNewestHaltOfBothWords() public {
        gate.set(MARKET, true);
        gate.expectStamp(uint64(START + 20 minutes));
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(NORMAL, M1)));
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), START));
        vm.warp(START + 20 minutes);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 2 hours);

        hub.lift(MARKET);

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
    }

    /* NOT ASKED */

    function testFuzz_Lift_GivenClosedGate_RungsBelowHaltedComeDown(uint8 margin, uint256 elapsed) public {
        elapsed = bound(elapsed, 0, 2 days);
        _assert(MARKET, _rungs(REDUCE_ONLY, margin % 5));
        vm.warp(START + elapsed);

        hub.lift(MARKET);

        assertEq(
            hub.postureNow().own(MARKET),
            hub.meshWord(MARKET).inForce(hub.leases(), block.timestamp),
            "as without a gate"
        );
    }

    function test_Lift_GivenHaltInForce_GateCannotLift() public {
        gate.set(MARKET, true);
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours - 1);

        hub.lift(MARKET);

        _expectRungs(MARKET, HALTED, M4);
    }

    function test_Lift_GivenSpentBudget_ClosedGateIsNotAsked() public {
        MisbehavingGate burning = new MisbehavingGate();
        burning.burn();
        _setGate(address(burning));
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 8 days);

        hub.lift(MARKET);

        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function test_Lift_GivenNoGate_Lifts() public {
        _setGate(address(0));
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 1 hours);

        hub.lift(MARKET);

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
    }

    function test_AssertRungs_GivenBurningGate_DoesNotAskIt() public {
        MisbehavingGate burning = new MisbehavingGate();
        burning.burn();
        _setGate(address(burning));

        _assert(MARKET, _rungs(HALTED, M4));

        _expectRungs(MARKET, HALTED, M4);
    }

    /* GATES THAT MISBEHAVE */

    function test_Lift_GateThatRevertsKeepsTheHalt() public {
        _expectKept(abi.encode(true), true);
    }

    function test_Lift_GateThatReturnsNothingKeepsTheHalt() public {
        _expectKept("", false);
    }

    function test_Lift_GateThatReturnsTooLittleKeepsTheHalt() public {
        _expectKept(hex"00000000000000000000000000000000000000000000000000000000000001", false);
    }

    function testFuzz_Lift_GateThatReturnsAnythingButTrueKeepsTheHalt(uint256 word) public {
        vm.assume(word != 1);
        _expectKept(abi.encode(word), false);
    }

    function test_Lift_GateThatReturnsMuchCostsLittle() public {
        MisbehavingGate bomb = _misbehaving(abi.encodePacked(abi.encode(true), new bytes(10_000)), false);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(START + 1 hours);

        hub.lift(MARKET);

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
        assertTrue(address(bomb).code.length != 0);
    }

    function test_Lift_GateThatBurnsItsGasKeepsTheHaltAndCostsBounded() public {
        MisbehavingGate burning = new MisbehavingGate();
        burning.burn();
        _setGate(address(burning));
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours);

        uint256 before = gasleft();
        hub.lift(MARKET);

        assertLt(before - gasleft(), 300_000, "bounded");
        _expectRungs(MARKET, HALTED, M3);
    }

    /* CALLERS THAT STARVE IT */

    /// @dev This gate says yes when it has less than its share: no amount of gas makes it say so.
    function testFuzz_Lift_NobodyCanStarveTheGate(uint256 share) public {
        _setGate(address(new CatchingGate(200_000 - 500)));
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours);

        try hub.lift{gas: bound(share, 30_000, 600_000)}(MARKET) {
            _expectRungs(MARKET, HALTED, M3);
        } catch {
            _expectRungs(MARKET, HALTED, M4);
        }
    }

    function test_Lift_RevertWhen_GasIsTooLowForTheGate() public {
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours);

        vm.expectPartialRevert(IIncidentState.IncidentState_GasTooLow.selector);
        hub.lift{gas: 200_000}(MARKET);
    }

    /* SETTING */

    function test_SetLiftGate_SetsAndEmits() public {
        ScriptedGate other = new ScriptedGate();

        vm.expectEmit(address(hub));
        emit IIncidentState.LiftGateSet(hub.seq() + 1, other);
        _setGate(address(other));

        assertEq(address(hub.liftGate()), address(other));
    }

    function test_SetLiftGate_RevertWhen_ThereIsNoCode() public {
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_InvalidLiftGate.selector, stranger));
        _setGate(stranger);
    }

    function test_SetLiftGate_RevertWhen_CallerIsNotGovernance() public {
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", stranger));
        vm.prank(stranger);
        hub.setLiftGate(gate);
    }

    /* PARTS */

    function _setGate(address newGate) private {
        vm.prank(governance);
        hub.setLiftGate(ILiftGate(newGate));
    }

    function _misbehaving(bytes memory answer, bool isReverting) private returns (MisbehavingGate bad) {
        bad = new MisbehavingGate();
        bad.answer(answer, isReverting);
        _setGate(address(bad));
    }

    function _expectKept(bytes memory answer, bool isReverting) private {
        _misbehaving(answer, isReverting);
        _assert(MARKET, _rungs(HALTED, M4));
        vm.warp(START + 1 hours);

        hub.lift(MARKET);

        _expectRungs(MARKET, HALTED, M3);
    }
}
