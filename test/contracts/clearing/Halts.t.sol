// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {Match} from "../../../contracts/interfaces/INovation.sol";
import {IPostureGuard} from "../../../contracts/interfaces/IPostureGuard.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {HALTED, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {HubVenueWorld} from "./HubVenueWorld.sol";

/// @notice P6 over a real hub, guard and clearing house: what is open at which rung, and what a halt freezes, to the second.
/// @dev 0 is long 10,000 lots with 600 of margin against 1; 3 is long 10,000 against 4.
contract HaltsTest is HubVenueWorld {
    uint256 private constant POOR = 0;
    uint256 private constant KEEPER = 2;

    function setUp() public override {
        super.setUp();
        _fund(POOR, 600);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(BTC, POOR, 1, 10_000, 10_000);
        _trade(BTC, 3, 4, 10_000, 10_000);
    }

    function _params(uint128 lotE18) internal pure override returns (MarketParams memory params) {
        params = super._params(lotE18);
        params.fundingCapPpm = 100_000;
    }

    /* WHAT IS OPEN AT WHICH RUNG */

    function testFuzz_Deposit_IsOpenAtEveryRung(uint8 breaker, uint8 margin, uint8 market, uint96 units) public {
        _assertRungs(market % 3, breaker % 4, margin % 5);
        units = uint96(bound(units, 1, 1e24));
        int256 before = house.standing(traders[1]).cashFine;
        house.deposit(traders[1], units);
        assertEq(house.standing(traders[1]).cashFine - before, int256(uint256(units)) << 136);
        house.contribute(BTC, units);
    }

    function testFuzz_Fill_ReducingIsOpenBelowHalted(uint8 breaker, uint8 margin, bool isProtocol) public {
        breaker = breaker % 4;
        _assertRungs(isProtocol ? 0 : BTC, breaker, margin % 5);
        Match memory reducing = _match(BTC, 4, 3, 1, 10_000);
        if (breaker == HALTED) vm.expectPartialRevert(IPostureGuard.PostureGuard_Restricted.selector);
        house.fill(reducing);
    }

    function testFuzz_Fill_IncreasingIsOpenBelowReduceOnly(uint8 breaker, bool isProtocol) public {
        breaker = breaker % 4;
        _assertRungs(isProtocol ? 0 : BTC, breaker, NORMAL);
        Match memory opening = _match(BTC, 3, 4, 1, 10_000);
        // One closes, the other opens: what adds risk to one side adds risk.
        Match memory mixed = _match(BTC, 1, 4, 1, 10_000);
        if (breaker >= REDUCE_ONLY) vm.expectPartialRevert(IPostureGuard.PostureGuard_Restricted.selector);
        house.fill(mixed);
        if (breaker >= REDUCE_ONLY) vm.expectPartialRevert(IPostureGuard.PostureGuard_Restricted.selector);
        house.fill(opening);
    }

    function test_Fill_AHaltOfOneMarketLeavesTheOtherOpen() public {
        _assertRungs(BTC, HALTED, NORMAL);
        _trade(ETH, 3, 4, 10, 1_000);
    }

    /* WHAT A HALT FREEZES */

    function test_Liquidate_StandsStillForTheHaltAndTheGrace() public {
        _setPrice(BTC, 9_600);
        _assertRungs(BTC, HALTED, NORMAL);
        _expectSuspended(0);
        _pass(1 hours - 1);
        _expectSuspended(0);
        _pass(1);
        incidents.lift(BTC);
        uint64 until = uint64(block.timestamp + 1 hours);
        _expectSuspended(until);
        _pass(1 hours - 1);
        _expectSuspended(until);
        _pass(1);
        _liquidate();
    }

    /// @dev Provisional halts of operators are short: the grace is as short.
    function test_Liquidate_GraceIsAsLongAsAShortHalt() public {
        _assertRungs(BTC, HALTED, NORMAL);
        _pass(7 minutes);
        incidents.setCouncil(address(this));
        incidents.voidMarket(BTC, uint64(block.timestamp - 1));
        incidents.lift(BTC);
        house.poke(BTC);
        (, uint64 until) = house.haltOf(BTC);
        assertEq(until, block.timestamp + 7 minutes);
    }

    /// @dev Market from 0 to 60 minutes, protocol from 30 to 90: one halt of 90.
    function test_Halts_ThatOverlapAreOne() public {
        uint256 from = block.timestamp;
        vm.recordLogs();
        _assertRungs(BTC, HALTED, NORMAL);
        _pass(30 minutes);
        _assertRungs(0, HALTED, NORMAL);
        _pass(30 minutes);
        incidents.lift(BTC);
        house.poke(BTC);
        (uint64 since, ) = house.haltOf(BTC);
        assertEq(since, from, "the protocol's halt is the same halt");
        house.poke(ETH);
        (since, ) = house.haltOf(ETH);
        assertEq(since, from + 30 minutes);
        _pass(30 minutes);
        incidents.lift(0);
        _pass(10 minutes);
        house.poke(BTC);
        house.poke(ETH);

        (, uint64 until) = house.haltOf(BTC);
        assertEq(until, from + 90 minutes + 1 hours);
        uint256[3] memory running = _runningOfAll();
        assertEq(running[BTC], 10 minutes, "funding ran in the halt of the market or the protocol");
        assertEq(running[ETH], 40 minutes);
    }

    /// @dev The premium is positive: longs pay for all of the time, but not for an hour of halt.
    function test_Funding_IsNotPaidForTheHaltedSpan() public {
        _trade(BTC, 3, 4, 100, 10_300);
        _pass(10 minutes);
        _trade(BTC, 3, 4, 100, 10_300);
        house.poke(BTC);
        uint256 snapshot = vm.snapshotState();
        _pass(2 hours);
        house.poke(BTC);
        int256 whole = _equity(3);
        vm.revertToState(snapshot);

        int256 before = _equity(3);
        _pass(30 minutes);
        _assertRungs(BTC, HALTED, NORMAL);
        _pass(1 hours);
        incidents.lift(BTC);
        _pass(90 minutes);
        house.poke(BTC);
        assertLt(whole, before);
        assertEq(_equity(3), whole, "two hours of three were paid for");
    }

    /// @dev Whatever anybody halts and lifts, and whoever looks when: funding runs for exactly the rest.
    function testFuzz_Funding_RunsForExactlyTheTimeNotHalted(uint256 seed) public {
        vm.recordLogs();
        uint256[3] memory expected;
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint8 market = uint8(seed % 3);
            if ((seed >> 8) % 3 == 0) _assertRungs(market, HALTED, NORMAL);
            else if ((seed >> 8) % 3 == 1) incidents.lift(market);
            else if (market != 0) house.poke(market);
            uint256 elapsed = 1 + ((seed >> 16) % 50 minutes);
            for (uint8 m = BTC; m <= ETH; ++m) {
                if (incidents.postureNow().at(m).breaker() != HALTED) expected[m] += elapsed;
            }
            _pass(elapsed);
        }
        house.poke(BTC);
        house.poke(ETH);
        uint256[3] memory found = _runningOfAll();
        assertEq(found[BTC], expected[BTC], "P6: BTC");
        assertEq(found[ETH], expected[ETH], "P6: ETH");
    }

    function _liquidate() private {
        vm.prank(traders[KEEPER]);
        house.liquidate(traders[POOR], BTC, 1);
    }

    function _expectSuspended(uint64 until) private {
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_Suspended.selector, BTC, until));
        _liquidate();
    }

    /// @dev Seconds that funding has run for, from events alone.
    function _runningOfAll() private returns (uint256[3] memory sums) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRecovery.FundingAccrued.selector) continue;
            (, uint256 elapsed) = abi.decode(logs[i].data, (int256, uint256));
            sums[uint256(logs[i].topics[1])] += elapsed;
        }
    }
}
