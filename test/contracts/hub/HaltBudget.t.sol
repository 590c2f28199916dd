// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {HALTED, M1, M2, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice P8: no market is halted for longer than 7 days of any 30 unless governance says so.
contract HaltBudgetTest is HubFixture {
    /// @dev Start of a period of the ledger, so that nothing is rounded.
    uint256 private constant T0 = 9_840 * 2 days;

    function setUp() public override {
        super.setUp();
        vm.warp(T0);
    }

    /* WHAT COUNTS */

    function test_HaltBudget_CountsFromTripToLift() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 30 minutes);
        _expectBudget(MARKET, 30 minutes, false);

        // The lease ended half an hour before: what counts is what the venue saw.
        vm.warp(T0 + 90 minutes);
        hub.lift(MARKET);
        vm.warp(T0 + 1 days);

        _expectBudget(MARKET, 90 minutes, false);
    }

    function test_HaltBudget_RenewalDoesNotBeginAnew() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        for (uint256 i = 1; i <= 6; ++i) {
            vm.warp(T0 + i * 30 minutes);
            _assert(MARKET, _rungs(HALTED, NORMAL));
        }
        vm.warp(T0 + 4 hours);
        hub.lift(MARKET);

        _expectBudget(MARKET, 4 hours, false);
    }

    function test_HaltBudget_LocalHaltCountsAndIsRenewed() public {
        _setSensor(_grant(_rungs(HALTED, M4), _rungs(NORMAL, M1)));
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 30 minutes);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 90 minutes);
        hub.lift(MARKET);

        _expectBudget(MARKET, 90 minutes, false);
    }

    function test_HaltBudget_EntryThatOvertakesTheStampDoesNotHideTheStart() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 50 minutes);
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), T0 + 50 minutes));
        vm.warp(T0 + 110 minutes);
        hub.lift(MARKET);

        _expectBudget(MARKET, 110 minutes, false);
    }

    function testFuzz_HaltBudget_EntryBeginsAHaltWhenItArrives(uint256 stamp) public {
        stamp = bound(stamp, T0 - 1 hours + 1, T0 + 300);
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), stamp));
        vm.warp(T0 + 2 hours);
        hub.lift(MARKET);

        _expectBudget(MARKET, 2 hours, false);
    }

    function test_HaltBudget_OtherRungsCostNothing() public {
        _assert(MARKET, _rungs(REDUCE_ONLY, M4));
        vm.warp(T0 + 20 days);
        hub.lift(MARKET);

        _expectBudget(MARKET, 0, false);
    }

    function test_HaltBudget_EachMarketAndTheProtocolHaveTheirOwn() public {
        _assert(PROTOCOL, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 1 hours);
        hub.lift(PROTOCOL);

        _expectBudget(PROTOCOL, 1 hours, false);
        _expectBudget(MARKET, 0, false);
    }

    function testFuzz_HaltBudget_RevertWhen_MarketIsNotRegistered(uint8 market) public {
        vm.assume(market > MARKET);

        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_UnknownMarket.selector, market));
        hub.haltBudget(market);
    }

    /* SPENT */

    function test_Lift_HaltBudgetUsedUpToTheMinuteBeforeIsNotSpent() public {
        _haltUntil(7 days - 60);

        hub.lift(MARKET);

        _expectRungs(MARKET, HALTED, NORMAL);
        _expectBudget(MARKET, 7 days - 60, false);
    }

    function test_Lift_SpentBudgetBringsHaltToReduceOnlyAlthoughItIsInForce() public {
        _haltUntil(7 days);
        Word mesh = hub.meshWord(MARKET);

        vm.expectEmit(address(hub));
        emit IIncidentState.HaltBudgetSpent(hub.seq() + 1, MARKET);
        vm.expectEmit(address(hub));
        emit IIncidentState.Lifted(
            hub.seq() + 2,
            MARKET,
            _rungs(REDUCE_ONLY, NORMAL),
            hub.postureNow().replaced(MARKET, _rungs(REDUCE_ONLY, NORMAL))
        );
        vm.prank(stranger);
        hub.lift(MARKET);

        _expectBudget(MARKET, 7 days, true);
        assertEq(hub.meshWord(MARKET), mesh, "words know nothing of budgets");
        assertEq(mesh.inForce(hub.leases(), block.timestamp), _rungs(HALTED, NORMAL), "still in force");
    }

    function test_AssertRungs_GivenSpentBudget_ReachesReduceOnlyAndSaysSo() public {
        _spend();
        vm.warp(block.timestamp + 1);
        uint64 seq = hub.seq();

        vm.expectEmit(address(hub));
        emit IIncidentState.HaltBudgetSpent(seq + 1, MARKET);
        _assert(MARKET, _rungs(HALTED, M2));

        assertEq(hub.seq(), seq + 2, "and Asserted");
        _expectRungs(MARKET, REDUCE_ONLY, M2);
        assertEq(hub.meshWord(MARKET).lane(HALTED), block.timestamp, "the word is stamped all the same");
    }

    function test_Merge_GivenSpentBudget_ReachesReduceOnlyAndSaysSo() public {
        _spend();
        vm.warp(block.timestamp + 1);

        vm.expectEmit(address(hub));
        emit IIncidentState.HaltBudgetSpent(hub.seq() + 2, MARKET);
        _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, M4), block.timestamp));

        _expectRungs(MARKET, REDUCE_ONLY, M4);
    }

    function test_AssertRungs_GivenSpentBudget_OtherMarketsHalt() public {
        _spend();

        _assert(PROTOCOL, _rungs(HALTED, NORMAL));

        assertEq(hub.postureNow().at(MARKET), _rungs(HALTED, NORMAL), "by the whole protocol");
        _expectRungs(PROTOCOL, HALTED, NORMAL);
    }

    function test_Lift_GivenSpentBudget_SaysNothingWhileNothingChanges() public {
        _spend();

        vm.recordLogs();
        hub.lift(MARKET);

        assertEq(vm.getRecordedLogs().length, 0, "nobody can make it repeat itself");
        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
    }

    function test_Lift_GivenSpentBudget_StagesGoOn() public {
        _spend();
        vm.warp(block.timestamp + 3 hours);

        hub.lift(MARKET);

        _expectRungs(MARKET, 1, NORMAL);
    }

    function test_HaltBudget_StaysSpentAfterTheWindow() public {
        _spend();
        vm.warp(block.timestamp + 90 days);
        hub.lift(MARKET);
        _assert(MARKET, _rungs(HALTED, NORMAL));

        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
        _expectBudget(MARKET, 0, true);
    }

    /* NOBODY LIFTS, OR EVERYBODY */

    function test_HaltBudget_HaltsThatFollowEachOtherAddUp() public {
        // Two hours of each day: 7 days of any 30 would take 84 days.
        for (uint256 day; day < 40; ++day) {
            vm.warp(T0 + day * 1 days);
            _assert(MARKET, _rungs(HALTED, NORMAL));
            vm.warp(T0 + day * 1 days + 2 hours);
            hub.lift(MARKET);
            (uint256 used, bool isSpent) = hub.haltBudget(MARKET);
            assertFalse(isSpent, "spent");
            assertGe(used, 2 hours * (day < 30 ? day + 1 : 30), "less than 30 days hold");
            assertLe(used, 2 hours * 32, "more than 32 days hold");
        }
    }

    function test_HaltBudget_LateLiftCountsInFull() public {
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 9 days);

        hub.lift(MARKET);

        _expectBudget(MARKET, 9 days, true);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    /* REARMED */

    function test_RearmHaltBudget_BringsTheHaltBack() public {
        _spend();
        uint256 at = block.timestamp + 10 minutes;
        vm.warp(at);

        vm.expectEmit(address(hub));
        emit IIncidentState.HaltBudgetRearmed(
            hub.seq() + 1,
            MARKET,
            hub.postureNow().tightened(MARKET, _rungs(HALTED, NORMAL))
        );
        vm.prank(governance);
        hub.rearmHaltBudget(MARKET);

        _expectRungs(MARKET, HALTED, NORMAL);
        _expectBudget(MARKET, 0, false);
        vm.warp(at + 2 hours);
        hub.lift(MARKET);
        _expectBudget(MARKET, 2 hours, false);
    }

    function test_RearmHaltBudget_GivenHaltThatRuns_BeginsAnew() public {
        _haltUntil(6 days);
        vm.prank(governance);
        hub.rearmHaltBudget(MARKET);
        vm.warp(block.timestamp + 30 minutes);

        _expectBudget(MARKET, 30 minutes, false);
        _expectRungs(MARKET, HALTED, NORMAL);
    }

    function test_RearmHaltBudget_GivenCalm_ChangesNoRung() public {
        vm.prank(governance);
        hub.rearmHaltBudget(MARKET);

        _expectRungs(MARKET, NORMAL, NORMAL);
        _assert(MARKET, _rungs(HALTED, NORMAL));
        vm.warp(T0 + 1 hours);
        hub.lift(MARKET);
        _expectBudget(MARKET, 1 hours, false);
    }

    function test_RearmHaltBudget_RevertWhen_CallerIsNotGovernance() public {
        _expectNotGovernance(stranger);
        vm.prank(stranger);
        hub.rearmHaltBudget(MARKET);
    }

    function test_RearmHaltBudget_RevertWhen_MarketIsNotRegistered() public {
        vm.expectRevert(abi.encodeWithSelector(IIncidentState.IncidentState_UnknownMarket.selector, ABSENT));
        vm.prank(governance);
        hub.rearmHaltBudget(ABSENT);
    }

    /* FUZZ */

    /// @dev Whatever sensors say and entries bring, with somebody who lifts every hour.
    function testFuzz_HaltBudget_NeverExceededByMoreThanOneLift(uint256 seed) public {
        uint256 halted;
        for (uint256 hour; hour < 400; ++hour) {
            vm.warp(T0 + hour * 1 hours);
            uint256 draw = uint256(keccak256(abi.encode(seed, hour)));
            if (draw % 8 != 0) _assert(MARKET, _rungs(HALTED, NORMAL));
            else if (draw % 3 == 0)
                _receiveWord(MARKET, WordLib.stamped(_rungs(HALTED, NORMAL), block.timestamp - 50 minutes));
            hub.lift(MARKET);
            if (hub.postureNow().own(MARKET).breaker() == HALTED) halted += 1 hours;
        }

        assertLe(halted, 7 days + 1 hours, "longer than the budget");
        (, bool isSpent) = hub.haltBudget(MARKET);
        assertEq(isSpent, halted >= 7 days, "spent too early or too late");
    }

    /* PARTS */

    /// @dev Halted from T0 on, renewed every half hour, until `elapsed` seconds later.
    function _haltUntil(uint256 elapsed) private {
        for (uint256 passed; passed < elapsed; passed += 30 minutes) {
            vm.warp(T0 + passed);
            _assert(MARKET, _rungs(HALTED, NORMAL));
        }
        vm.warp(T0 + elapsed);
    }

    /// @dev Spent, at reduce-only, with a halt in force for half an hour.
    function _spend() private {
        _haltUntil(7 days);
        hub.lift(MARKET);
        _expectRungs(MARKET, REDUCE_ONLY, NORMAL);
    }

    function _expectBudget(uint8 market, uint256 used, bool spent) private view {
        (uint256 usedSeconds, bool isSpent) = hub.haltBudget(market);
        assertEq(usedSeconds, used, "used");
        assertEq(isSpent, spent, "spent");
    }

    function _expectNotGovernance(address caller) private {
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", caller));
    }
}
