// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {
    ISolvencySensor,
    SolvencyParameters,
    SolvencyReading
} from "../../../../contracts/interfaces/ISolvencySensor.sol";
import {ISolvencySource, SolvencyReport} from "../../../../contracts/interfaces/ISolvencySource.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {Behaviour} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {ScriptedVenue} from "../../../../contracts/mocks/keepers/ScriptedVenue.sol";
import {SolvencyPresets} from "../../../../contracts/sensors/solvency/SolvencyPresets.sol";
import {SolvencySensor} from "../../../../contracts/sensors/solvency/SolvencySensor.sol";
import {CAUTION, HALTED, M1, M2, M3, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";

contract SolvencySensorTest is Test {
    uint256 private constant NOW = 1_700_000_000;
    uint8 private constant MARKET = 1;
    uint112 private constant DUST = 10;
    uint112 private constant MOST_DUST = 1_000;

    RecordingHub private recorder;
    ScriptedVenue private venue;
    SolvencySensor private sensor;

    function setUp() public {
        vm.warp(NOW);
        recorder = new RecordingHub();
        venue = new ScriptedVenue();
        sensor = new SolvencySensor(IIncidentState(address(recorder)), address(this), MOST_DUST);
        sensor.setMarket(MARKET, venue, SolvencyPresets.standard(DUST));
        _tell(0, 1_000);
    }

    /* WHAT IS ASSERTED */

    function test_Poke_AssertsNothingWhileCovered() public {
        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(recorder.assertions(), 0);
        assertEq(sensor.reading(MARKET).insurance, 1_000);
    }

    function test_Poke_AssertsTheTiersRungs() public {
        uint256[3] memory equity = [uint256(1_000), 5_000, 20_000];
        Rungs[3] memory rungs = [
            RungsLib.pair(CAUTION, M1),
            RungsLib.pair(REDUCE_ONLY, M2),
            RungsLib.pair(REDUCE_ONLY, M3)
        ];
        for (uint256 i; i < 3; ++i) {
            _tell(equity[i], 1_000);
            SolvencyReport memory report = SolvencyReport(equity[i], 1_000, 1_000, 1_000, 1e6);
            vm.expectEmit(address(sensor));
            emit ISolvencySensor.SolvencySeen(MARKET, uint8(i + 1), 1, report, 1_000);
            assertTrue(sensor.poke(MARKET).equals(rungs[i]));

            assertTrue(recorder.latestRungs().equals(rungs[i]));
            (Rungs last, uint64 at) = sensor.lastAsserted(MARKET);
            assertTrue(last.equals(rungs[i]));
            assertEq(at, block.timestamp);
            assertEq(sensor.reading(MARKET).tier, i + 1);
        }
    }

    function test_Poke_SaysWhenATierIsOver() public {
        _tell(20_000, 1_000);
        sensor.poke(MARKET);
        _tell(0, 1_000);

        vm.expectEmit(address(sensor));
        emit ISolvencySensor.SolvencySeen(MARKET, 0, 0, SolvencyReport(0, 1_000, 1_000, 1_000, 1e6), 1_000);
        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(recorder.assertions(), 1);
    }

    function test_Poke_AssertsTopTierOnceAFifthIsDrawnInTheWindow() public {
        SolvencyParameters memory parameters = SolvencyPresets.standard(DUST);
        venue.tell(SolvencyReport(0, 10_000, 0, 0, 1e6));
        sensor.poke(MARKET);

        vm.warp(NOW + parameters.drawdownSeconds);
        venue.tell(SolvencyReport(0, 8_001, 0, 0, 1e6));
        assertTrue(sensor.poke(MARKET).isCalm());
        venue.tell(SolvencyReport(0, 8_000, 0, 0, 1e6));
        assertTrue(sensor.poke(MARKET).equals(parameters.tier3Rungs));
        assertEq(sensor.reading(MARKET).conditions, 4);
        assertEq(sensor.reading(MARKET).peak, 10_000);
    }

    function test_Poke_DoesNotCallASlowDrawFast() public {
        uint256 insurance = 10_000;
        venue.tell(SolvencyReport(0, insurance, 0, 0, 1e6));
        sensor.poke(MARKET);
        // Eight per cent a window for a day: 90 % is gone, never a fifth of it within two windows.
        for (uint256 i; i < 24; ++i) {
            vm.warp(block.timestamp + 10 minutes);
            insurance = (insurance * 92) / 100;
            venue.tell(SolvencyReport(0, insurance, 0, 0, 1e6));
            assertTrue(sensor.poke(MARKET).isCalm());
        }
    }

    function test_Poke_ForgetsThePeakAfterTwoIdleWindows() public {
        venue.tell(SolvencyReport(0, 10_000, 0, 0, 1e6));
        sensor.poke(MARKET);
        vm.warp(NOW + 20 minutes);
        venue.tell(SolvencyReport(0, 100, 0, 0, 1e6));

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(sensor.reading(MARKET).peak, 100);
    }

    /* A VENUE THAT DOES NOT REPORT */

    function test_Poke_AReportThatCannotBeReadIsNoReport() public {
        _tell(0, 10_000);
        sensor.poke(MARKET);
        for (uint8 i = 1; i <= uint8(Behaviour.ReturnHuge); ++i) {
            venue.behave(Behaviour(i));
            assertTrue(sensor.poke(MARKET).isCalm());
        }
        venue.behave(Behaviour.Answer);
        venue.tell(SolvencyReport(uint256(type(uint112).max) + 1, 1_000, 0, 0, 0));
        assertTrue(sensor.poke(MARKET).isCalm());
        venue.tell(SolvencyReport(0, type(uint256).max, 0, 0, 0));
        assertTrue(sensor.poke(MARKET).isCalm());

        assertEq(recorder.assertions(), 0);
        SolvencyReading memory reading = sensor.reading(MARKET);
        assertEq(reading.insurance, 10_000);
        assertEq(reading.peak, 10_000);
        assertEq(reading.reportedAt, NOW);
    }

    function test_Poke_AssertsCautionOnceAVenueIsBlind() public {
        vm.warp(NOW + 5 minutes);
        sensor.poke(MARKET);
        venue.behave(Behaviour.Revert);

        vm.warp(NOW + 35 minutes - 1);
        assertTrue(sensor.poke(MARKET).isCalm());
        vm.warp(NOW + 35 minutes);
        vm.expectEmit(address(sensor));
        emit ISolvencySensor.SolvencyUnseen(MARKET, uint64(NOW + 5 minutes));
        assertTrue(sensor.poke(MARKET).equals(RungsLib.pair(CAUTION, NORMAL)));

        venue.behave(Behaviour.Answer);
        assertTrue(sensor.poke(MARKET).isCalm());
    }

    function test_Poke_AVenueThatNeverReportedCountsFromWhenItWasSet() public {
        venue.behave(Behaviour.BurnGas);
        vm.warp(NOW + 30 minutes - 1);
        assertTrue(sensor.poke(MARKET).isCalm());
        vm.warp(NOW + 30 minutes);
        assertEq(sensor.poke(MARKET).breaker(), CAUTION);
    }

    function test_Poke_ReadsTheLargestAmounts() public {
        uint256 most = type(uint112).max;
        venue.tell(SolvencyReport(most, most, most, most, most));
        assertEq(sensor.poke(MARKET).margin(), M3);
    }

    /* GAS */

    function test_Poke_RevertWhen_TheCallerBringsTooLittleGas() public {
        _tell(20_000, 1_000);
        (bool ok, bytes memory reason) = address(sensor).call{gas: 250_000}(abi.encodeCall(sensor.poke, (MARKET)));
        assertFalse(ok);
        assertEq(bytes4(reason), ISolvencySensor.SolvencySensor_GasTooLow.selector);
    }

    /// @dev With any gas a poke either reverts or sees the condition: a caller cannot starve the venue into silence.
    function testFuzz_Poke_CannotBeStarved(uint256 gasGiven) public {
        _tell(20_000, 1_000);
        gasGiven = bound(gasGiven, 21_000, 700_000);
        (bool ok, ) = address(sensor).call{gas: gasGiven}(abi.encodeCall(sensor.poke, (MARKET)));
        assertEq(ok, recorder.assertions() == 1);
    }

    function test_Poke_CostsLittleMoreThanItsBoundWhateverTheVenueDoes() public {
        sensor.poke(MARKET);
        for (uint8 i = 1; i <= uint8(Behaviour.ReturnHuge); ++i) {
            venue.behave(Behaviour(i));
            uint256 before = gasleft();
            sensor.poke(MARKET);
            assertLt(before - gasleft(), sensor.SOURCE_GAS() + 40_000);
        }
    }

    function test_Poke_CostsTheSameHoweverLongNobodyLooked() public {
        sensor.poke(MARKET);
        uint256[3] memory idle = [uint256(1 minutes), 15 minutes, 400 days];
        uint256[3] memory costs;
        for (uint256 i; i < 3; ++i) {
            vm.warp(block.timestamp + idle[i]);
            uint256 before = gasleft();
            sensor.poke(MARKET);
            costs[i] = before - gasleft();
        }
        assertApproxEqAbs(costs[1], costs[0], 1_000);
        assertApproxEqAbs(costs[2], costs[0], 1_000);
    }

    /* GOVERNANCE */

    function test_SetMarket_KeepsWhatIsRememberedUnlessTheSourceChanges() public {
        venue.tell(SolvencyReport(0, 10_000, 0, 0, 1e6));
        sensor.poke(MARKET);
        vm.warp(NOW + 60);
        sensor.setMarket(MARKET, venue, SolvencyPresets.standard(0));
        assertEq(sensor.reading(MARKET).peak, 10_000);
        assertEq(sensor.reading(MARKET).reportedAt, NOW);
        assertEq(sensor.parametersOf(MARKET).dust, 0);

        ScriptedVenue other = new ScriptedVenue();
        sensor.setMarket(MARKET, other, SolvencyPresets.standard(0));
        assertEq(sensor.reading(MARKET).peak, 0);
        assertEq(sensor.reading(MARKET).reportedAt, NOW + 60);
        assertEq(address(sensor.sourceOf(MARKET)), address(other));
    }

    function test_SetMarket_RevertWhen_NotTheOwnerOrNoSource() public {
        SolvencyParameters memory parameters = SolvencyPresets.standard(DUST);
        vm.expectRevert(abi.encodeWithSelector(ISolvencySensor.SolvencySensor_InvalidSource.selector, address(7)));
        sensor.setMarket(MARKET, ISolvencySource(address(7)), parameters);
        vm.expectRevert(abi.encodeWithSelector(ISolvencySensor.SolvencySensor_UnknownMarket.selector, 32));
        sensor.setMarket(32, venue, parameters);
        vm.prank(address(7));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(7)));
        sensor.setMarket(MARKET, venue, parameters);
    }

    function test_SetMarket_RevertWhen_ATierWouldHalt() public {
        SolvencyParameters memory parameters = SolvencyPresets.standard(DUST);
        parameters.tier3Rungs = RungsLib.pair(HALTED, M3);
        vm.expectRevert(
            abi.encodeWithSelector(ISolvencySensor.SolvencySensor_InvalidRungs.selector, 3, parameters.tier3Rungs)
        );
        sensor.setMarket(MARKET, venue, parameters);
    }

    function test_SetMarket_RevertWhen_TiersAssertNothingOrLessThanTheOneBelow() public {
        SolvencyParameters memory parameters = SolvencyPresets.standard(DUST);
        parameters.tier1Rungs = Rungs.wrap(0);
        vm.expectRevert(abi.encodeWithSelector(ISolvencySensor.SolvencySensor_InvalidRungs.selector, 1, 0));
        sensor.setMarket(MARKET, venue, parameters);

        parameters = SolvencyPresets.standard(DUST);
        parameters.tier2Rungs = RungsLib.pair(NORMAL, M2);
        vm.expectRevert(
            abi.encodeWithSelector(ISolvencySensor.SolvencySensor_InvalidRungs.selector, 2, parameters.tier2Rungs)
        );
        sensor.setMarket(MARKET, venue, parameters);
    }

    function test_SetMarket_RevertWhen_OutOfBounds() public {
        for (uint256 i; i < 13; ++i) {
            SolvencyParameters memory parameters = SolvencyPresets.standard(DUST);
            if (i == 0) parameters.equity1Bps = 0;
            if (i == 1) parameters.equity2Bps = 19;
            if (i == 2) parameters.equity3Bps = 99;
            if (i == 3) parameters.target1Bps = 9_501;
            if (i == 4) parameters.target2Bps = 2_500;
            if (i == 5) parameters.target3Bps = 499;
            if (i == 6) parameters.stress1Bps = 9_999;
            if (i == 7) parameters.stress2Bps = 4_999;
            if (i == 8) parameters.stress3Bps = 499;
            if (i == 9) parameters.drawdownBps = 9_001;
            if (i == 10) parameters.drawdownSeconds = 59;
            if (i == 11) parameters.blindSeconds = 1 days + 1;
            if (i == 12) parameters.dust = MOST_DUST + 1;
            vm.expectPartialRevert(ISolvencySensor.SolvencySensor_OutOfBounds.selector);
            sensor.setMarket(MARKET, venue, parameters);
        }
    }

    function test_Poke_RevertWhen_MarketIsNotSetUp() public {
        vm.expectRevert(abi.encodeWithSelector(ISolvencySensor.SolvencySensor_UnknownMarket.selector, 2));
        sensor.poke(2);
    }

    function test_Poke_RevertGiven_TheHubRefuses() public {
        _tell(20_000, 1_000);
        recorder.refuse(true);
        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        sensor.poke(MARKET);
    }

    /// @dev Open interest of a million, insurance at its target and at the stressed loss.
    function _tell(uint256 negativeEquity, uint256 insurance) private {
        venue.tell(SolvencyReport(negativeEquity, insurance, insurance, insurance, 1e6));
    }
}
