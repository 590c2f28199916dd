// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {FundTerms, IClearingFunds, WorstAccount} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {SolvencyReport} from "../../../../contracts/interfaces/ISolvencySource.sol";
import {IClearingAccounts} from "../../../../contracts/interfaces/IClearingAccounts.sol";
import {IClearingMarkets} from "../../../../contracts/interfaces/IClearingMarkets.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {SolvencyPresets} from "../../../../contracts/sensors/solvency/SolvencyPresets.sol";
import {SolvencySensor} from "../../../../contracts/sensors/solvency/SolvencySensor.sol";
import {CAUTION, M1, M2, M3, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice What a gap would cost, whether the insurance holds it, and what the real solvency sensor makes of it.
/// @dev A gap of 12.5 %: POOR, long 10,000 with 600, lacks 650 when BTC falls by it. RICH lacks nothing.
contract StressTest is FundsWorld {
    uint256 private constant LACKS = 650;

    RecordingHub private recorder;
    SolvencySensor private sensor;

    function setUp() public override {
        super.setUp();
        house.setFundTerms(BTC, _terms());
        recorder = new RecordingHub();
        sensor = new SolvencySensor(IIncidentState(address(recorder)), address(this), uint112(ONE));
        sensor.setMarket(BTC, house, SolvencyPresets.standard(uint112(ONE)));
    }

    /* SCENARIOS */

    function test_StressOf_MovesOneMarketOrAll() public {
        FundTerms memory terms = _terms();
        terms.gapPpm = 200_000;
        house.setFundTerms(ETH, terms);
        _trade(ETH, RICH, POOR, 1_000, 1_000);

        (int256 equity, int256 fallen, int256 risen) = house.stressOf(traders[POOR], BTC);
        assertEq(equity, _coins(600));
        assertEq(fallen, _coins(600 - 1_250));
        assertEq(risen, _coins(600 + 1_250));
        // Short 1,000 of ETH: falls help.
        (, fallen, risen) = house.stressOf(traders[POOR], ETH);
        assertEq(fallen, _coins(800));
        assertEq(risen, _coins(400));
        (, fallen, risen) = house.stressOf(traders[POOR], 0);
        assertEq(fallen, _coins(600 - 1_250 + 200));
        assertEq(risen, _coins(600 + 1_250 - 200));
    }

    function test_NameWorst_KeepsTheTwoWorst() public {
        _deposit(ANN, 2_000);
        _deposit(BOB, 200);
        _deposit(CAT, 300);
        _trade(BTC, BOB, ANN, 3_000, 10_000);
        _trade(BTC, CAT, ANN, 3_500, 10_000);
        // Lacking: BOB 375 - 200 = 175, CAT 437.5 - 300 = 137.5, POOR 650.
        _nameWorst(CAT);
        _nameWorst(BOB);
        assertEq(house.stressedLoss(BTC), 312_500_000);
        vm.expectEmit(address(house));
        emit IClearingFunds.WorstNamed(BTC, false, traders[POOR], LACKS * ONE);
        _nameWorst(POOR);
        assertEq(house.stressedLoss(BTC), (LACKS + 175) * ONE);

        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotWorse.selector, BTC, traders[CAT]));
        _nameWorst(CAT);
        // ANN is short, and rich enough.
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotWorse.selector, BTC, traders[ANN]));
        _nameWorst(ANN);
    }

    /// @dev Those that have shrunk make room, also for somebody who lacks less than they once did.
    function test_NameWorst_ReplacesThoseThatShrank() public {
        _deposit(BOB, 200);
        _trade(BTC, BOB, RICH, 3_000, 10_000);
        _nameWorst(POOR);
        _nameWorst(BOB);
        _deposit(POOR, 550);
        _deposit(BOB, 200);
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).stressedUnits, 100 * ONE);

        _deposit(CAT, 10);
        _trade(BTC, CAT, RICH, 150, 10_000);
        // 18.75 - 10.
        _nameWorst(CAT);
        assertEq(house.stressedLoss(BTC), 108_750_000);
        WorstAccount[2] memory kept = house.worstKnown(BTC, false);
        assertTrue(kept[0].account == traders[CAT] || kept[1].account == traders[CAT]);
    }

    /// @dev Twice the same changes nothing.
    function test_NameWorst_TheSameAgainCountsOnce() public {
        _nameWorst(POOR);
        _nameWorst(POOR);
        assertEq(house.stressedLoss(BTC), LACKS * ONE);
    }

    /// @dev Against all traders: what is kept is the sum of the two largest shortfalls, in whatever order they come.
    function testFuzz_NameWorst_IsCover2OfAllNamed(uint256 seed) public {
        uint256[TRADERS] memory lacks;
        for (uint256 i = ANN; i <= CAT; ++i) {
            uint256 coins = 100 + (uint256(keccak256(abi.encode(seed, i))) % 400);
            _deposit(i, coins);
            _trade(BTC, i, RICH, uint64(coins * 10 + (seed % 100) * 10), 10_000);
        }
        for (uint256 i; i < TRADERS; ++i) {
            (, int256 fallen, ) = house.stressOf(traders[i], BTC);
            if (fallen < 0) lacks[i] = (uint256(-fallen) + UNIT_FINE - 1) / UNIT_FINE;
        }
        for (uint256 i; i < TRADERS; ++i) {
            try house.nameWorst(traders[(i + (seed % TRADERS)) % TRADERS], BTC) {} catch {}
        }
        (uint256 first, uint256 second) = (0, 0);
        for (uint256 i; i < TRADERS; ++i) {
            if (lacks[i] > first) (first, second) = (lacks[i], first);
            else if (lacks[i] > second) second = lacks[i];
        }
        assertEq(house.stressedLoss(BTC), first + second);
    }

    function test_NameWorst_RevertWhen_MarketNotListed() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotListed.selector, 9));
        house.nameWorst(traders[POOR], 9);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotListed.selector, 9));
        house.assess(9);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotListed.selector, 9));
        house.solvencyOf(9);
    }

    /// @dev Else somebody bankrupt in one market would keep the owners of every other fund waiting, and trip its sensor.
    function test_NameWorst_RevertWhen_AccountHoldsNothingThere() public {
        _setPrice(BTC, 9_000);
        assertEq(_equity(POOR), _coins(-400));
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotWorse.selector, ETH, traders[POOR]));
        house.nameWorst(traders[POOR], ETH);
        house.nameWorst(traders[POOR], 0);
        assertEq(house.assessmentOf(0).deficitUnits, 400 * ONE);
    }

    function test_Assess_ForgetsWhoHasLeftTheMarket() public {
        house.setFundTerms(ETH, _terms());
        _deposit(ANN, 300);
        _trade(ETH, ANN, RICH, 3_000, 1_000);
        house.nameWorst(traders[ANN], ETH);
        assertEq(house.stressedLoss(ETH), 75 * ONE);
        _trade(ETH, RICH, ANN, 3_000, 1_000);
        _trade(BTC, ANN, RICH, 5_000, 10_000);
        _setPrice(BTC, 9_000);
        assertEq(_equity(ANN), _coins(-200));
        assertEq(house.stressedLoss(ETH), 0);
        house.assess(ETH);
        assertEq(house.assessmentOf(ETH).stressedUnits, 0);
        assertEq(house.assessmentOf(ETH).deficitUnits, 0);
    }

    /// @dev Somebody with a position in a market without a price cannot blind the others.
    function test_Assess_KeepsWhatItCannotLookAt() public {
        _trade(ETH, POOR, RICH, 10, 1_000);
        _nameWorst(POOR);
        feeds[ETH].publish(0);
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).stressedUnits, LACKS * ONE);
        assertEq(house.assessmentOf(BTC).at, block.timestamp);

        vm.expectRevert(abi.encodeWithSelector(IClearingAccounts.ClearingAccounts_NoPrice.selector, ETH));
        house.stressedLoss(BTC);
    }

    /* TARGETS */

    /// @dev 10,000 of open interest, 12.5 % less 2.5 % of margin, a tenth of it.
    function test_CoverTarget_IsTheGapRuleOrCover2() public {
        assertEq(house.coverTarget(BTC), 100 * ONE);
        assertEq(house.coverRatio(BTC), 0);
        house.contribute(BTC, 50 * ONE);
        assertEq(house.coverRatio(BTC), 500_000);
        _nameWorst(POOR);
        assertEq(house.coverTarget(BTC), LACKS * ONE);
        assertEq(house.coverRatio(BTC), uint256(50 * 1e6) / LACKS);
        assertEq(house.coverRatio(ETH), type(uint256).max);
    }

    function test_CoverTarget_WithoutAGapIsNone() public {
        FundTerms memory none;
        house.setFundTerms(BTC, none);
        assertEq(house.coverTarget(BTC), 0);
    }

    function testFuzz_CoverTarget_GapRule(uint32 gap, uint32 share) public {
        FundTerms memory terms = _terms();
        (terms.gapPpm, terms.concentrationPpm) = (uint32(bound(gap, 10_000, 900_000)), uint32(bound(share, 1, 1e6)));
        house.setFundTerms(BTC, terms);
        uint256 open = terms.gapPpm > 25_000 ? terms.gapPpm - 25_000 : 0;
        uint256 needed = 10_000 * ONE * open * terms.concentrationPpm;
        assertEq(house.coverTarget(BTC), (needed + 1e12 - 1) / 1e12);
    }

    /// @dev Of the whole deployment: all prices at once, each market's own scenario, and the sum of gaps.
    function test_CoverTarget_OfTheWholeDeployment() public {
        house.setFundTerms(ETH, _terms());
        _deposit(BOB, 400);
        _trade(ETH, BOB, RICH, 4_000, 1_000);
        house.assess(BTC);
        house.assess(ETH);
        house.assess(0);
        assertEq(house.assessmentOf(0).gapUnits, 140 * ONE);
        assertEq(house.assessmentOf(0).interestUnits, 14_000 * ONE);

        house.nameWorst(traders[POOR], 0);
        house.nameWorst(traders[BOB], 0);
        assertEq(house.stressedLoss(0), (LACKS + 100) * ONE);
        house.contribute(ETH, 15 * ONE);
        house.contribute(0, 60 * ONE);
        assertEq(house.coverRatio(0), 100_000);
    }

    function test_CoverTarget_OfTheWholeDeployment_CountsEveryMarketsScenario() public {
        _nameWorst(POOR);
        house.assess(0);
        assertEq(house.assessmentOf(0).stressedUnits, LACKS * ONE);
        assertEq(house.stressedLoss(0), LACKS * ONE);
    }

    function test_Assess_SaysWhenTheRatioCrosses() public {
        uint256[2] memory contributed = [uint256(74), 1];
        uint8[2] memory severities = [1, 0];
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).severity, 3);
        for (uint256 i; i < 2; ++i) {
            house.contribute(BTC, contributed[i] * ONE);
            vm.expectEmit(address(house));
            emit IClearingFunds.CoverCrossed(BTC, severities[i], (i == 0 ? 74 : 75) * ONE, 100 * ONE);
            house.assess(BTC);
        }
        // Twice as much to cover, and then four times.
        _deposit(ANN, 5_000);
        _trade(BTC, ANN, RICH, 10_000, 10_000);
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).severity, 2);
        assertEq(house.coverRatio(BTC), 375_000);
        FundTerms memory terms = _terms();
        terms.concentrationPpm = 200_000;
        house.setFundTerms(BTC, terms);
        house.assess(BTC);
        assertEq(house.assessmentOf(BTC).severity, 3);
    }

    /* THE REAL SENSOR */

    function test_Sensor_IsCalmWhileCovered() public {
        house.contribute(BTC, 1_000 * ONE);
        _nameWorst(POOR);
        assertTrue(sensor.poke(BTC).isCalm());
        assertEq(sensor.reading(BTC).insurance, 1_000 * ONE);
    }

    /// @dev 650 lacking: at 649 of insurance caution, below half of it, and a quarter, more.
    function test_Sensor_SeesInsuranceBelowTheStressedLoss() public {
        _nameWorst(POOR);
        house.contribute(BTC, 100 * ONE);
        _expect(REDUCE_ONLY, M3);
        house.contribute(BTC, 63 * ONE);
        _expect(REDUCE_ONLY, M2);
        house.contribute(BTC, 300 * ONE);
        _expect(CAUTION, M1);
        house.contribute(BTC, 187 * ONE);
        assertTrue(sensor.poke(BTC).isCalm());
    }

    function test_Sensor_SeesNegativeEquity_UntilItIsResolved() public {
        house.contribute(BTC, 10_000 * ONE);
        _setPrice(BTC, 9_350);
        // 50 below zero, of 9,350: half a percent.
        assertTrue(sensor.poke(BTC).isCalm());
        _nameWorst(POOR);
        assertEq(house.solvencyOf(BTC).negativeEquity, 50 * ONE);
        _expect(REDUCE_ONLY, M2);
        assertEq(sensor.reading(BTC).conditions & 1, 1);

        house.resolve(traders[POOR]);
        house.assess(BTC);
        assertEq(house.solvencyOf(BTC).negativeEquity, 0);
        assertTrue(sensor.poke(BTC).isCalm());
    }

    function test_Sensor_SeesAFundDrawn() public {
        house.contribute(BTC, 1_000 * ONE);
        sensor.poke(BTC);
        _pass(5 minutes);
        _lose(400);
        _expect(REDUCE_ONLY, M3);
        assertEq(sensor.reading(BTC).conditions & 4, 4);
    }

    /// @dev Asking to leave moves nothing; being paid does.
    function test_Sensor_SeesAnExitWhenItHappens() public {
        uint256 shares = _enter(vault, ANN, 1_000 * coin);
        sensor.poke(BTC);
        _request(vault, ANN, shares);
        assertTrue(sensor.poke(BTC).isCalm());
        _pass(4 days);
        sensor.poke(BTC);
        vault.payDue();
        // A quarter within ten minutes.
        _expect(REDUCE_ONLY, M3);
    }

    function test_Sensor_ReportsInBaseUnitsOfTheToken() public {
        house.contribute(BTC, 70 * ONE);
        _nameWorst(POOR);
        SolvencyReport memory report = house.solvencyOf(BTC);
        assertEq(report.insurance, 70 * coin);
        assertEq(report.insuranceTarget, LACKS * coin);
        assertEq(report.stressedLoss, LACKS * coin);
        assertEq(report.openInterest, 10_000 * coin);
    }

    /// @dev Whoever is named: the report costs a fraction of what the sensor gives.
    function test_SolvencyOf_CostsTheSameWhoeverIsNamed() public {
        _trade(ETH, POOR, RICH, 10, 1_000);
        _nameWorst(POOR);
        uint256 left = gasleft();
        house.solvencyOf(BTC);
        assertLt(left - gasleft(), sensor.SOURCE_GAS() / 2);
        left = gasleft();
        house.solvencyOf(0);
        assertLt(left - gasleft(), sensor.SOURCE_GAS() / 2);
    }

    function _expect(uint8 breaker, uint8 margin) private {
        Rungs asserted = sensor.poke(BTC);
        assertTrue(asserted.equals(RungsLib.pair(breaker, margin)));
        assertTrue(recorder.latestRungs().equals(asserted));
    }

    function _nameWorst(uint256 trader) private {
        house.nameWorst(traders[trader], BTC);
    }

    function _coins(int256 count) private pure returns (int256) {
        return count * int256(ONE * UNIT_FINE);
    }
}
