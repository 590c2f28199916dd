// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {IClearingAccounts} from "../../../contracts/interfaces/IClearingAccounts.sol";
import {IClearingHouse} from "../../../contracts/interfaces/IClearingHouse.sol";
import {IPostureMirror} from "../../../contracts/interfaces/IPostureMirror.sol";
import {IClearingMarkets, MarketParams, Ramp} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {Clocks} from "../../../contracts/clearing/modules/Clocks.sol";
import {CallbackToken} from "../../../contracts/mocks/clearing/CallbackToken.sol";
import {FeeToken} from "../../../contracts/mocks/clearing/FeeToken.sol";
import {MintableToken} from "../../../contracts/mocks/clearing/MintableToken.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

contract AccountsTest is ClearingWorld {
    /* DEPOSITS */

    function test_Deposit_IsOpenAtEveryRung() public {
        for (uint8 breaker; breaker <= HALTED; ++breaker) {
            hub.set(0, breaker, 0);
            _fund(0, 1);
        }
        assertEq(_equityUnits(0), int256(4 * ONE));
        _assertSound();
    }

    function test_Deposit_RevertWhen_Zero() public {
        vm.expectRevert(IClearingAccounts.ClearingAccounts_ZeroAmount.selector);
        house.deposit(traders[0], 0);
    }

    function test_Deposit_RevertWhen_MoreThanTheLedgerHolds() public {
        token.mint(address(this), 1 << 97);
        uint256 units = (1 << 96) + 1;
        vm.expectRevert(abi.encodeWithSelector(IClearingAccounts.ClearingAccounts_TooMuch.selector, units));
        house.deposit(traders[0], units);
    }

    function test_Deposit_RevertGiven_ATokenThatTakesFees() public {
        FeeToken fee = new FeeToken();
        _rebuild(fee);
        fee.mint(address(this), 100);
        fee.approve(address(house), 100);
        vm.expectRevert(abi.encodeWithSelector(IClearingAccounts.ClearingAccounts_WrongTransfer.selector, 100, 99));
        house.deposit(traders[0], 100);
        assertEq(house.unitsHeld(), 0);
    }

    function test_Deposit_OfATokenOfManyDecimalsIsInUnits() public {
        MintableToken fine = new MintableToken(18);
        _rebuild(fine);
        assertEq(house.tokenPerUnit(), 1e6);
        fine.mint(address(this), 1e18);
        fine.approve(address(house), 1e18);
        house.deposit(traders[0], 1e12);
        assertEq(fine.balanceOf(address(house)), 1e18);
        assertEq(_equityUnits(0), 1e12);
    }

    function test_Deposit_RevertWhen_TheTokenCallsBack() public {
        CallbackToken calling = new CallbackToken();
        _rebuild(calling);
        calling.mint(address(this), 100);
        calling.approve(address(house), 100);
        calling.setCallback(address(house), abi.encodeCall(IClearingAccounts.deposit, (traders[1], 1)));
        vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        house.deposit(traders[0], 100);
    }

    /* WITHDRAWALS */

    function test_Withdraw_SendsWhatIsFree() public {
        _fund(0, 1_000);
        _fund(1, 1_000);
        _trade(BTC, 0, 1, 1_000, 10_000);
        assertEq(house.freeUnits(traders[0]), 950 * ONE);
        _expectWithdrawal(0, 950 * ONE + 1, IClearingAccounts.ClearingAccounts_NotFree.selector);

        vm.prank(traders[0]);
        house.withdraw(950 * ONE, address(0xb0b));
        assertEq(token.balanceOf(address(0xb0b)), 950 * ONE);
        assertEq(house.freeUnits(traders[0]), 0);
        _assertSound();
    }

    function test_Withdraw_DoesNotCountUnrealisedProfit() public {
        _fund(0, 1_000);
        _fund(1, 1_000);
        _trade(BTC, 0, 1, 1_000, 10_000);
        _setPrice(BTC, 11_000);
        // Cash 1,000, equity 1,100, margin 55.
        assertEq(house.freeUnits(traders[0]), 945 * ONE);
        assertEq(house.freeUnits(traders[1]), 845 * ONE);
    }

    function test_Withdraw_SlowsAsTheRungRises() public {
        uint256[4] memory most = [uint256(1_000), 200, 50, 20];
        for (uint8 rung; rung <= HALTED; ++rung) {
            setUp();
            _fund(0, 1_000);
            hub.set(0, rung, 0);
            assertEq(house.withdrawable(0), most[rung] * ONE);
            bytes4 reason =
                rung == 0
                    ? IClearingAccounts.ClearingAccounts_NotFree.selector
                    : IClearingAccounts.ClearingAccounts_RateLimited.selector;
            _expectWithdrawal(0, most[rung] * ONE + 1, reason);
            vm.prank(traders[0]);
            house.withdraw(most[rung] * ONE, traders[0]);
        }
    }

    function test_Withdraw_LimitRefillsWithinAnHourAndNotByReconfiguration() public {
        _fund(0, 1_000);
        hub.set(0, CAUTION, 0);
        vm.prank(traders[0]);
        house.withdraw(200 * ONE, traders[0]);
        assertEq(house.withdrawable(0), 0);
        house.setWithdrawalLimits([uint32(1_000_000), 200_000, 50_000, 20_000]);
        assertEq(house.withdrawable(0), 0);
        _pass(30 minutes);
        assertApproxEqAbs(house.withdrawable(0), 40 * ONE, 1);
        _pass(30 minutes);
        assertEq(house.withdrawable(0), 160 * ONE);
    }

    function test_Withdraw_HeedsTheRungsOfItsMarkets() public {
        _fund(0, 1_000);
        _fund(1, 1_000);
        _trade(BTC, 0, 1, 10, 10_000);
        hub.set(BTC, REDUCE_ONLY, 0);
        _expectWithdrawal(0, 101 * ONE, IClearingAccounts.ClearingAccounts_RateLimited.selector);
        _fund(2, 1_000);
        vm.prank(traders[2]);
        house.withdraw(1_000 * ONE, traders[2]);
    }

    function test_Withdraw_RevertGiven_NoPrice() public {
        _fund(0, 1_000);
        _fund(1, 1_000);
        _trade(BTC, 0, 1, 10, 10_000);
        vm.warp(block.timestamp + 301);
        _expectWithdrawal(0, 1, IClearingAccounts.ClearingAccounts_NoPrice.selector);
        _pass(0);
        vm.prank(traders[0]);
        house.withdraw(1, traders[0]);
    }

    /* FUNDING AND HALTS */

    function test_Funding_FollowsThePremiumUpToItsCap() public {
        _tradeAtAPremium();
        int256 before = _equityUnits(0);
        _pass(8 hours);
        house.poke(BTC);
        // The cap is 1 % a day, 3,333 ppm in 8 h; half of it has entered the average: 1,666 ppm of 1,000.
        assertApproxEqAbs(before - _equityUnits(0), 1_666_000, 200);
        assertApproxEqAbs(_equityUnits(1), int256(1_000 * ONE + 40 * ONE + 1_666_000), 200);
        _assertSound();
    }

    function test_Funding_StandsStillForExactlyTheHaltedSpan() public {
        _tradeAtAPremium();
        _pass(3 hours);
        house.poke(BTC);
        int256 expected = _equity(0);

        setUp();
        hub.setMirror(IPostureMirror(address(house)));
        _tradeAtAPremium();
        _pass(1 hours);
        hub.set(BTC, HALTED, 0);
        _pass(40 minutes);
        // The protocol-wide halt overlaps: the union counts, not the sum.
        hub.set(0, HALTED, 0);
        _pass(20 minutes);
        hub.set(BTC, NORMAL, 0);
        _pass(25 minutes);
        hub.set(0, NORMAL, 0);
        _pass(2 hours);
        house.poke(BTC);

        assertEq(_equity(0), expected);
        (uint64 since, uint64 grace) = house.haltOf(BTC);
        assertEq(since, 0);
        // 85 minutes of halt, so an hour of grace, two hours ago.
        assertEq(grace, block.timestamp - 1 hours);
    }

    function test_OnPosture_RevertWhen_NotTheHub() public {
        vm.expectRevert(abi.encodeWithSelector(Clocks.Clocks_NotHub.selector, address(this)));
        IPostureMirror(address(house)).onPosture(Posture.wrap(0));
    }

    /* GOVERNANCE */

    function test_RampMaintenance_MovesLinearlyAfterNotice() public {
        uint64 from = uint64(block.timestamp + 1 days);
        house.rampMaintenance(BTC, 45_000, from, from + 2 days);
        _pass(1 days);
        assertEq(house.maintenancePpm(BTC), 25_000);
        _pass(1 days);
        assertEq(house.maintenancePpm(BTC), 35_000);
        _pass(1 days);
        assertEq(house.maintenancePpm(BTC), 45_000);
    }

    function test_RampMaintenance_RevertWhen_TooSoonTooFastOrTooHigh() public {
        uint64 from = uint64(block.timestamp + 1 days);
        _expectBadRamp(45_000, from - 1, from + 2 days);
        _expectBadRamp(45_000, from, from + 1 days - 1);
        _expectBadRamp(50_000, from, from + 1 days);
        _expectBadRamp(0, from, from + 1 days);
    }

    function test_SetMarket_RevertWhen_MarginWouldReachMaintenanceOrTheLotChange() public {
        MarketParams memory params = _params(1e14);
        params.initialPpm = 25_000;
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidParams.selector, BTC));
        house.setMarket(BTC, params);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidParams.selector, BTC));
        house.setMarket(BTC, _params(1e15));
    }

    function test_ListMarket_RevertWhen_ListedOrProtocol() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_AlreadyListed.selector, BTC));
        house.listMarket(BTC, _params(1e14), 25_000);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidParams.selector, 0));
        house.listMarket(0, _params(1e14), 25_000);
    }

    function test_SetWithdrawalLimits_RevertWhen_TheyGrowWithTheRung() public {
        vm.expectRevert(IClearingMarkets.ClearingMarkets_InvalidLimits.selector);
        house.setWithdrawalLimits([uint32(1_000_000), 200_000, 200_001, 0]);
    }

    function test_SetClassOffset_RevertWhen_OutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidOffset.selector, 8, 1));
        house.setClassOffset(8, 1);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidOffset.selector, 0, 1_000_001));
        house.setClassOffset(0, 1_000_001);
    }

    /// @dev Longs bought 4 % above the mark, an hour after listing; funding is capped at 1 % a day.
    function _tradeAtAPremium() private {
        MarketParams memory params = _params(1e14);
        params.fundingCapPpm = 10_000;
        house.setMarket(BTC, params);
        _fund(0, 1_000);
        _fund(1, 1_000);
        _pass(1 hours);
        _trade(BTC, 0, 1, 1_000, 10_400);
    }

    function _rebuild(MintableToken collateral) private {
        token = collateral;
        house = IClearingHouse(address(_deploy(hub)));
    }

    function _expectWithdrawal(uint256 trader, uint256 units, bytes4 reason) private {
        vm.prank(traders[trader]);
        vm.expectPartialRevert(reason);
        house.withdraw(units, traders[trader]);
    }

    function _expectBadRamp(uint32 toPpm, uint64 from, uint64 to) private {
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_InvalidRamp.selector, toPpm, from, to));
        house.rampMaintenance(BTC, toPpm, from, to);
    }
}
