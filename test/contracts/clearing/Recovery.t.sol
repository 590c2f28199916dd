// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {Standing} from "../../../contracts/interfaces/IClearingReports.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @dev Trader 0 is long 10,000 lots, worth 10,000, against trader 1, with 600 of margin.
contract RecoveryTest is ClearingWorld {
    uint256 private constant POOR = 0;
    uint256 private constant RICH = 1;
    uint256 private constant KEEPER = 2;

    function setUp() public override {
        super.setUp();
        _fund(POOR, 600);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(BTC, POOR, RICH, 10_000, 10_000);
    }

    /* LIQUIDATION */

    function test_Liquidate_TakesPartAtADiscountAndFillsTheFund() public {
        // Equity 240 of 241 needed.
        _setPrice(BTC, 9_640);
        uint256 taken = _liquidate(10_000);

        assertEq(int256(taken), _lots(5_000));
        assertEq(_size(KEEPER, BTC), _lots(5_000));
        assertEq(_size(POOR, BTC), _lots(5_000));
        // 0.5 % and 1/241 of 1.5 %, of 4,820.
        assertApproxEqAbs(_equityUnits(KEEPER), int256(10_000 * ONE + 24_400_000), 5_000);
        assertApproxEqAbs(house.fundOf(BTC) / UNIT_FINE, 24_100_000, 1);
        assertApproxEqAbs(_equityUnits(POOR), int256(240 * ONE - 48_500_000), 5_000);
        _assertSound();
    }

    function test_Liquidate_TakesAllWhenLittleIsLeft() public {
        // Equity 100 of 237.5 needed.
        _setPrice(BTC, 9_500);
        assertEq(int256(_liquidate(10_000)), _lots(10_000));
        assertEq(house.openMarkets(traders[POOR]), 0);
        // The discount would be more than there is: it takes what there is.
        assertGe(_equity(POOR), 0);
        _assertSound();
    }

    function test_Liquidate_TakesWhatIsAskedFor() public {
        _setPrice(BTC, 9_500);
        assertEq(int256(_liquidate(7)), _lots(7));
    }

    function testFuzz_Liquidate_NeverMakesTheAccountLessSafe(uint256 price, uint64 lots) public {
        price = bound(price, 9_401, 9_641);
        lots = uint64(bound(lots, 1, 20_000));
        _setPrice(BTC, price);
        Standing memory before = house.standing(traders[POOR]);
        if (before.equityFine >= int256(before.maintenanceUnits * UNIT_FINE)) return;
        _liquidate(lots);

        Standing memory afterwards = house.standing(traders[POOR]);
        assertGe(afterwards.equityFine, 0);
        // To a unit of rounded margin.
        assertGe(
            uint256(afterwards.equityFine / int256(UNIT_FINE) + 1) * before.maintenanceUnits,
            uint256(before.equityFine / int256(UNIT_FINE)) * (afterwards.maintenanceUnits - (lots < 10_000 ? 1 : 0))
        );
        _assertSound();
    }

    function test_Liquidate_IsThrottledInABlock() public {
        MarketParams memory params = _params(1e14);
        params.throttlePpm = 100_000;
        house.setMarket(BTC, params);
        _setPrice(BTC, 9_500);
        assertApproxEqAbs(int256(_liquidate(10_000)), _lots(1_000), 1e30);

        vm.prank(traders[KEEPER]);
        vm.expectPartialRevert(IRecovery.Recovery_Throttled.selector);
        house.liquidate(traders[POOR], BTC, 10_000);

        vm.roll(block.number + 1);
        assertGt(_liquidate(10_000), 0);
    }

    function test_Liquidate_RevertGiven_EnoughMargin() public {
        _setPrice(BTC, 9_650);
        _expectRefusal(IRecovery.Recovery_NotLiquidatable.selector, 1);
    }

    function test_Liquidate_RevertGiven_NegativeEquity() public {
        _setPrice(BTC, 9_300);
        _expectRefusal(IRecovery.Recovery_Bankrupt.selector, 1);
    }

    function test_Liquidate_RevertGiven_LiquidatorWithoutMargin() public {
        _setPrice(BTC, 9_500);
        address stranger = address(0xbad);
        vm.prank(stranger);
        vm.expectPartialRevert(IRecovery.Recovery_LiquidatorMargin.selector);
        house.liquidate(traders[POOR], BTC, 10_000);
    }

    function test_Liquidate_RevertWhen_Self() public {
        vm.prank(traders[POOR]);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_SelfLiquidation.selector, traders[POOR]));
        house.liquidate(traders[POOR], BTC, 1);
    }

    function test_Liquidate_RevertWhen_NoPosition() public {
        vm.prank(traders[KEEPER]);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_NoPosition.selector, traders[POOR], ETH));
        house.liquidate(traders[POOR], ETH, 1);
    }

    function test_Liquidate_RevertGiven_InsanePrice() public {
        MarketParams memory params = _params(1e14);
        params.saneBandPpm = 40_000;
        house.setMarket(BTC, params);
        _setPrice(BTC, 9_500);
        _expectRefusal(IRecovery.Recovery_InsanePrice.selector, 1);

        // Once it has been seen for long enough that the average has followed, it is believed.
        house.poke(BTC);
        _pass(30 minutes);
        house.poke(BTC);
        assertGt(_liquidate(1), 0);
    }

    function test_Liquidate_RevertGiven_HaltAndGraceAfterIt() public {
        _setPrice(BTC, 9_500);
        hub.set(BTC, HALTED, 0);
        house.poke(BTC);
        _expectRefusal(IRecovery.Recovery_Suspended.selector, 1);

        _pass(20 minutes);
        hub.set(BTC, NORMAL, 0);
        house.poke(BTC);
        (uint64 since, uint64 grace) = house.haltOf(BTC);
        assertEq(since, 0);
        assertEq(grace, block.timestamp + 20 minutes);
        _expectRefusal(IRecovery.Recovery_Suspended.selector, 1);

        _pass(20 minutes);
        assertGt(_liquidate(1), 0);
    }

    function test_Liquidate_GraceLastsAnHourAtMost() public {
        hub.set(0, HALTED, 0);
        house.poke(BTC);
        _pass(5 hours);
        hub.set(0, NORMAL, 0);
        house.poke(BTC);
        (, uint64 grace) = house.haltOf(BTC);
        assertEq(grace, block.timestamp + 1 hours);
    }

    function test_Liquidate_ATopUpWithinTheGracePeriodSaves() public {
        _setPrice(BTC, 9_500);
        hub.set(BTC, HALTED, 0);
        house.poke(BTC);
        _fund(POOR, 500);
        _pass(10 minutes);
        hub.set(BTC, NORMAL, 0);
        house.poke(BTC);
        _pass(10 minutes);
        _expectRefusal(IRecovery.Recovery_NotLiquidatable.selector, 1);
    }

    /* WATERFALL */

    function test_Resolve_RunsTheStagesInOrder() public {
        house.contribute(BTC, 100 * ONE);
        house.contribute(0, 150 * ONE);
        // Loss 1,000, margin 600: 400 are missing; 150 are left for the winner.
        _setPrice(BTC, 9_000);
        int256 before = _equityUnits(RICH);

        vm.expectEmit();
        emit IRecovery.Defaulted(traders[POOR], 400 * ONE * UNIT_FINE);
        vm.expectEmit();
        emit IRecovery.FundDrawn(BTC, false, 100 * ONE * UNIT_FINE);
        vm.expectEmit();
        emit IRecovery.FundDrawn(BTC, true, 150 * ONE * UNIT_FINE);
        vm.expectEmit(true, false, false, false);
        emit IRecovery.TornUp(BTC, false, 0, 0, 0, 0, 0, 0, 0);
        house.resolve(traders[POOR]);

        assertEq(_equity(POOR), 0);
        assertEq(house.fundOf(BTC), 0);
        assertEq(house.fundOf(0), 0);
        // 150, and at most one unit more.
        assertApproxEqAbs(before - _equityUnits(RICH), int256(150 * ONE), 1);
        assertEq(house.openMarkets(traders[POOR]), 0);
        _assertSound();
    }

    function test_Resolve_DoesNotReachLaterStagesWhenEarlierOnesSuffice() public {
        house.contribute(BTC, 1_000 * ONE);
        _setPrice(BTC, 9_000);
        int256 before = _equity(RICH);
        house.resolve(traders[POOR]);

        assertEq(_equity(RICH), before);
        assertEq(house.fundOf(BTC) / UNIT_FINE, 600 * ONE);
        _assertSound();
    }

    function test_Resolve_DrawsNoMoreThanItsCapInADay() public {
        MarketParams memory params = _params(1e14);
        (params.fundDrawPpm, params.sharedDrawPpm) = (500_000, 100_000);
        house.setMarket(BTC, params);
        house.contribute(BTC, 100 * ONE);
        house.contribute(0, 100 * ONE);
        _setPrice(BTC, 9_000);
        house.resolve(traders[POOR]);

        assertEq(house.fundOf(BTC) / UNIT_FINE, 50 * ONE);
        assertEq(house.fundOf(0) / UNIT_FINE, 90 * ONE);
        assertEq(house.reportOf(BTC).insurance, 0);
        _assertSound();
    }

    function test_Resolve_SocialisesWhatWinnersMayNotBeAskedFor() public {
        _haircutCap(100_000);
        _trade(BTC, 3, 4, 10_000, 10_000);
        _setPrice(BTC, 9_000);
        int256[3] memory before = [_equityUnits(RICH), _equityUnits(3), _equityUnits(4)];
        house.resolve(traders[POOR]);

        // A tenth of two profits of 1,000; then 200 over what is left: half of each short, and all of trader 3's long.
        assertApproxEqAbs(before[0] - _equityUnits(RICH), int256(150 * ONE), 2);
        assertApproxEqAbs(before[2] - _equityUnits(4), int256(150 * ONE), 2);
        assertApproxEqAbs(before[1] - _equityUnits(3), int256(100 * ONE), 2);
        _assertSound();
    }

    function test_Resolve_LeavesAShortfallWhenNobodyIsLeft_WhichIncomeRepays() public {
        _haircutCap(0);
        _setPrice(BTC, 9_000);
        house.resolve(traders[POOR]);
        assertEq(house.shortfallOf(BTC), 400 * ONE * UNIT_FINE);
        _assertSound();

        house.contribute(BTC, 500 * ONE);
        assertEq(house.shortfallOf(BTC), 0);
        assertEq(house.fundOf(BTC), 100 * ONE * UNIT_FINE);
        _assertSound();
    }

    function test_Resolve_DividesTheDeficitByWhatWasLostInEachMarket() public {
        house.contribute(BTC, 10_000 * ONE);
        house.contribute(ETH, 10_000 * ONE);
        _trade(ETH, POOR, 3, 1_000, 1_000);
        // Lost 900 and 300 of 600: three quarters and one quarter of 600.
        _setPrice(BTC, 9_100);
        _setPrice(ETH, 700);
        house.resolve(traders[POOR]);

        assertApproxEqAbs(house.fundOf(BTC) / UNIT_FINE, 9_550 * ONE, 1);
        assertApproxEqAbs(house.fundOf(ETH) / UNIT_FINE, 9_850 * ONE, 1);
        assertEq(_equity(POOR), 0);
        _assertSound();
    }

    function test_Resolve_ClosesAShortAgainstLongs() public {
        _trade(ETH, 3, POOR, 1_000, 1_000);
        _setPrice(ETH, 1_400);
        _setPrice(BTC, 9_700);
        int256 before = _equityUnits(3);
        house.resolve(traders[POOR]);
        // 600 less 300 less 400; three sevenths fall to BTC.
        assertApproxEqAbs(before - _equityUnits(3), int256((100 * ONE * 4) / 7), 2);
        _assertSound();
    }

    function test_Resolve_RevertGiven_EquityLeft() public {
        _setPrice(BTC, 9_500);
        vm.expectPartialRevert(IRecovery.Recovery_NotBankrupt.selector);
        house.resolve(traders[POOR]);
    }

    function test_Resolve_RevertGiven_Halt() public {
        _setPrice(BTC, 9_000);
        hub.set(BTC, HALTED, 0);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_Suspended.selector, BTC, 0));
        house.resolve(traders[POOR]);
    }

    function test_Resolve_TouchesOnlyTheDefaulter() public {
        _setPrice(BTC, 9_000);
        house.resolve(traders[POOR]);
        // The winner has not been touched: it applies the tear-up when it next is.
        assertEq(house.positionOf(traders[RICH], BTC).unseen, 1);
        house.settle(traders[RICH], BTC, 1);
        assertEq(house.openMarkets(traders[RICH]), 0);
        _assertSound();
    }

    function _liquidate(uint64 lots) private returns (uint256) {
        vm.prank(traders[KEEPER]);
        return house.liquidate(traders[POOR], BTC, lots);
    }

    function _expectRefusal(bytes4 selector, uint64 lots) private {
        vm.prank(traders[KEEPER]);
        vm.expectPartialRevert(selector);
        house.liquidate(traders[POOR], BTC, lots);
    }

    function _haircutCap(uint32 ppm) private {
        MarketParams memory params = _params(1e14);
        params.haircutCapPpm = ppm;
        house.setMarket(BTC, params);
    }
}
