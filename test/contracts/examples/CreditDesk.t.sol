// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {CreditDesk} from "../../../contracts/examples/CreditDesk.sol";
import {IPostureGuard} from "../../../contracts/interfaces/IPostureGuard.sol";
import {FeedConfig} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {SolvencyReport} from "../../../contracts/interfaces/ISolvencySource.sol";
import {MarketReport} from "../../../contracts/interfaces/IVenue.sol";
import {MintableToken} from "../../../contracts/mocks/clearing/MintableToken.sol";
import {SettablePosture} from "../../../contracts/mocks/clearing/SettablePosture.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {PriceAggregator} from "../../../contracts/oracle/PriceAggregator.sol";
import {ACTIONS, Action, ActionLimit} from "../../../contracts/types/Matrix.sol";
import {HALTED, M4, NORMAL, REDUCE_ONLY, RungsLib} from "../../../contracts/types/Rungs.sol";

/// @dev The small venue of docs/integration.md: what it asks of the posture, and that its own sums hold.
contract CreditDeskTest is Test {
    uint8 private constant MARKET = 1;
    int256 private constant PRICE = 2_000;
    uint256 private constant ONE = 1e18;

    SettablePosture private hub = new SettablePosture(MARKET);
    PriceAggregator private prices = new PriceAggregator(address(this));
    ScriptedFeed private feed = new ScriptedFeed(0, "base / cash");
    MintableToken private base = new MintableToken(18);
    MintableToken private cash = new MintableToken(18);
    CreditDesk private desk;
    address private keeper = makeAddr("keeper");

    function setUp() public {
        vm.warp(1_900_000_000);
        FeedConfig[] memory feeds = new FeedConfig[](1);
        feeds[0] = FeedConfig(feed, 3_600, 1);
        feed.publish(PRICE);
        prices.setFeeds(MARKET, feeds, 1);
        ActionLimit[ACTIONS] memory limits;
        for (uint256 i; i < ACTIONS; ++i) limits[i] = ActionLimit(300, 500, false);
        prices.setMatrix(MARKET, limits);
        desk = new CreditDesk(hub, prices, MARKET, base, cash);
        address[2] memory people = [address(this), keeper];
        for (uint256 i; i < people.length; ++i) {
            base.mint(people[i], 1_000_000 * ONE);
            cash.mint(people[i], 1_000_000_000 * ONE);
            vm.startPrank(people[i]);
            base.approve(address(desk), type(uint256).max);
            cash.approve(address(desk), type(uint256).max);
            vm.stopPrank();
        }
        cash.mint(address(desk), 1_000_000_000 * ONE);
        desk.deposit(address(this), 10 * ONE);
    }

    /* POSTURE */

    function test_Rungs_AllowWhatTheyShouldAtEach() public {
        desk.borrow(1_000 * ONE);
        for (uint8 rung; rung <= HALTED; ++rung) {
            hub.set(MARKET, rung, 0);
            _assertAllows(rung);
            hub.set(MARKET, 0, 0);
            hub.set(0, rung, 0);
            _assertAllows(rung);
            hub.set(0, 0, 0);
        }
    }

    function test_Borrow_RevertGiven_AMarketThatTheHubDoesNotKnow() public {
        CreditDesk other = new CreditDesk(hub, prices, MARKET + 1, base, cash);
        vm.expectRevert(abi.encodeWithSelector(IPostureGuard.PostureGuard_UnknownMarket.selector, MARKET + 1));
        other.borrow(ONE);
    }

    function testFuzz_Borrow_NeedsTheMarginOfTheRung(uint8 margin, uint256 debt) public {
        margin %= M4 + 1;
        hub.set(MARKET, NORMAL, margin);
        uint16[5] memory factors = [10_000, 12_500, 15_000, 20_000, 30_000];
        // Ten of the base are worth 20,000; what is lent and margin have to fit.
        uint256 most = (20_000 * ONE * 10_000) / (10_000 + (desk.INITIAL_BPS() * factors[margin]) / 10_000);
        debt = bound(debt, ONE, 20_000 * ONE);
        bool isAllowed = debt <= most;
        if (!isAllowed) vm.expectPartialRevert(CreditDesk.CreditDesk_Margin.selector);
        desk.borrow(debt);
        assertEq(desk.debtOfAll(), isAllowed ? debt : 0);
    }

    function test_Withdraw_RevertWhen_MarginOfTheRungWouldBeMissing() public {
        desk.borrow(10_000 * ONE);
        desk.withdraw(4 * ONE);
        hub.set(MARKET, NORMAL, M4);
        vm.expectRevert(
            abi.encodeWithSelector(
                CreditDesk.CreditDesk_Margin.selector,
                address(this),
                12_000 * ONE - 2_000,
                16_000 * ONE
            )
        );
        desk.withdraw(1);
    }

    /* LOSSES */

    function test_Liquidate_RevertGiven_MaintenanceMargin() public {
        desk.borrow(16_000 * ONE);
        feed.publish(1_760);
        vm.expectRevert(
            abi.encodeWithSelector(CreditDesk.CreditDesk_Sound.selector, address(this), 17_600 * ONE, 17_600 * ONE)
        );
        desk.liquidate(address(this));
    }

    function test_Liquidate_LeavesTheRestToTheAccount() public {
        desk.borrow(16_000 * ONE);
        feed.publish(1_750);
        vm.prank(keeper);
        desk.liquidate(address(this));
        (uint256 collateral, uint256 debt) = desk.accounts(address(this));
        // 16,800 of 17,500 went to the keeper.
        assertEq(collateral, 0.4 ether);
        assertEq(debt, 0);
        assertEq(desk.shortfall(), 0);
    }

    function test_Liquidate_DrawsInsuranceBeforeAnythingIsUncovered() public {
        desk.insure(300 * ONE);
        desk.borrow(16_000 * ONE);
        feed.publish(1_575);
        vm.expectEmit();
        emit CreditDesk.Liquidated(address(this), 16_000 * ONE, 15_000 * ONE, 300 * ONE, 700 * ONE);
        vm.prank(keeper);
        desk.liquidate(address(this));
        assertEq(desk.insurance(), 0);
        assertEq(desk.shortfall(), 700 * ONE);
        assertEq(desk.debtOfAll(), 0);
    }

    function testFuzz_Liquidate_ConservesBothTokens(uint256 debt, uint256 price, uint256 insured) public {
        debt = bound(debt, ONE, 16_000 * ONE);
        insured = bound(insured, 0, 20_000 * ONE);
        desk.insure(insured);
        desk.borrow(debt);
        uint256 cashBefore = cash.balanceOf(address(desk)) + desk.debtOfAll() + desk.shortfall();
        feed.publish(int256(bound(price, 1, 2_000)));
        vm.prank(keeper);
        try desk.liquidate(address(this)) {} catch {}
        uint256 drawn = insured - desk.insurance();
        assertEq(cash.balanceOf(address(desk)) + desk.debtOfAll() + desk.shortfall() + drawn, cashBefore);
        (uint256 collateral, ) = desk.accounts(address(this));
        assertEq(base.balanceOf(address(desk)), collateral);
    }

    /* REPORT */

    function test_ReportOf_TellsWhatStands() public {
        desk.insure(50 * ONE);
        desk.borrow(1_000 * ONE);
        desk.repay(address(this), 100 * ONE);
        MarketReport memory report = desk.reportOf(MARKET);
        assertEq(report.openInterest, 900 * ONE);
        assertEq(report.insurance, 50 * ONE);
        assertEq(report.shortfall, 0);
        assertEq(report.skewFine, 0);
        assertEq(report.priceX32, uint256(PRICE) << 32);
    }

    function test_ReportOf_RevertWhen_ItCannotTell() public {
        vm.expectRevert(abi.encodeWithSelector(CreditDesk.CreditDesk_UnknownMarket.selector, 2));
        desk.reportOf(2);
        skip(301);
        vm.expectRevert(abi.encodeWithSelector(CreditDesk.CreditDesk_NoPrice.selector, Action.Close));
        desk.reportOf(MARKET);
    }

    function test_SolvencyOf_ReckonsWithAFallFromMaintenanceMargin() public {
        desk.insure(50 * ONE);
        desk.borrow(10_000 * ONE);
        SolvencyReport memory report = desk.solvencyOf(MARKET);
        // 1.1 of collateral for 1 of debt falls to 0.77, of which 0.7333 is paid and the rest the keeper's.
        assertEq(report.stressedLoss, 266.7 ether, "a tenth of the debt loses 26.67 %");
        assertEq(report.insurance, 50 * ONE);
        assertEq(report.openInterest, 10_000 * ONE);
        assertEq(report.negativeEquity, 0);
        assertEq(report.insuranceTarget, 0, "no target");
    }

    /// @dev The rule is what a liquidation brings after such a fall.
    function test_SolvencyOf_TheRuleIsWhatALiquidationLoses() public {
        desk.borrow(16_000 * ONE);
        uint256 stressed = desk.solvencyOf(MARKET).stressedLoss;
        // To maintenance margin, and from there by the gap.
        feed.publish(int256((1_760 * (10_000 - desk.GAP_BPS())) / 10_000));
        vm.prank(keeper);
        desk.liquidate(address(this));
        assertApproxEqRel((desk.shortfall() * desk.AT_EDGE_BPS()) / 10_000, stressed, 1e15);
        assertEq(desk.solvencyOf(MARKET).negativeEquity, desk.shortfall(), "nobody has borne it");
    }

    function test_SolvencyOf_RevertWhen_UnknownMarket() public {
        vm.expectRevert(abi.encodeWithSelector(CreditDesk.CreditDesk_UnknownMarket.selector, 2));
        desk.solvencyOf(2);
    }

    /* INTERNAL */

    function _assertAllows(uint8 rung) private {
        // P6: always.
        desk.deposit(address(this), ONE);
        desk.repay(address(this), 1);
        _expectUnless(rung < REDUCE_ONLY, rung);
        desk.borrow(ONE);
        _expectUnless(rung < HALTED, rung);
        desk.withdraw(1);
        if (rung < HALTED) vm.expectPartialRevert(CreditDesk.CreditDesk_Sound.selector);
        else _expectUnless(false, rung);
        desk.liquidate(address(this));
    }

    function _expectUnless(bool isAllowed, uint8 rung) private {
        if (isAllowed) return;
        bytes4 selector = IPostureGuard.PostureGuard_Restricted.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, MARKET, RungsLib.pair(rung, 0)));
    }
}
