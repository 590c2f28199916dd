// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {
    DrawdownParameters,
    DrawdownReading,
    IDrawdownSensor
} from "../../../../contracts/interfaces/IDrawdownSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {DrawdownPresets} from "../../../../contracts/sensors/drawdown/DrawdownPresets.sol";
import {CAUTION, M1, M2, M3, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {DrawdownWorld} from "./DrawdownWorld.sol";

contract DrawdownSensorTest is DrawdownWorld {
    /* SEED */

    function test_Poke_BeginsBothWindows() public {
        _seed();

        assertApproxEqRel(_reading().shortPeakE18, PAR, 1e11);
        assertEq(_reading().longPeakE18, _reading().shortPeakE18);
        assertLe(_reading().shortPeakE18, PAR);
        assertEq(_reading().publishTime, START);
        assertEq(recorder.assertions(), 0);
    }

    function test_Poke_BeginsFromAFreshPriceOnly() public {
        prices.tell(PAR, 0, START - 61);
        sensor.poke(MARKET);
        assertEq(_reading().publishTime, 0);

        prices.tell(PAR, 0, START - 60);
        sensor.poke(MARKET);
        assertEq(_reading().publishTime, START - 60);
    }

    /// @dev After a day without prices the short window is empty. A stale price must not begin it, nor hide the week.
    function test_Poke_GivenEmptyShortWindow_AStalePriceIsJudgedAndNotKept() public {
        _seed();
        vm.warp(START + 2 days);
        prices.tell((PAR * 80) / 100, 0, block.timestamp - 61);

        Rungs asserted = sensor.poke(MARKET);

        assertTrue(asserted.equals(RungsLib.pair(CAUTION, M1)));
        assertEq(_reading().shortPeakE18, 0);
        assertEq(_reading().publishTime, START);
        assertApproxEqRel(_reading().longPeakE18, PAR, 1e11);
    }

    /* TIERS */

    function test_Poke_AssertsEachTierOfTheDay() public {
        _seed();
        assertTrue(_after(1 hours, 91).isCalm());
        assertTrue(_after(1 hours, 89).equals(RungsLib.pair(CAUTION, M1)));
        assertTrue(_after(1 hours, 79).equals(RungsLib.pair(CAUTION, M2)));
        assertTrue(_after(1 hours, 59).equals(RungsLib.pair(REDUCE_ONLY, M3)));
        assertEq(recorder.assertions(), 3);
        assertTrue(recorder.latestRungs().equals(RungsLib.pair(REDUCE_ONLY, M3)));
        assertEq(recorder.latestMarket(), MARKET);

        assertTrue(_after(1 hours, 100).isCalm());
        (Rungs last, uint64 at) = sensor.lastAsserted(MARKET);
        assertTrue(last.equals(RungsLib.pair(REDUCE_ONLY, M3)));
        assertEq(at, START + 4 hours);
    }

    /// @dev 2 % twice a day: never ten in a day, fifteen within a week.
    function test_Poke_SeesAFallTooSlowForTheDay() public {
        _seed();
        uint256 percent = 100;
        Rungs asserted;
        uint256 polls;
        for (; asserted.isCalm(); ++polls) {
            percent -= 2;
            asserted = _after(12 hours, percent);
        }

        assertEq(polls, 8);
        assertTrue(asserted.equals(RungsLib.pair(CAUTION, M1)));
        assertLt(_reading().shortFallBps, 1_000);
        assertEq(_reading().longFallBps, 1_599);
    }

    function test_Poke_TellsWhatItSaw() public {
        _seed();
        vm.warp(START + 1 hours);
        prices.tell((PAR * 85) / 100, 0, block.timestamp);
        (uint256 shortPeak, uint256 longPeak) = (_reading().shortPeakE18, _reading().longPeakE18);

        vm.expectEmit(address(sensor));
        emit IDrawdownSensor.Fallen(MARKET, 1, (PAR * 85) / 100, shortPeak, longPeak, uint64(block.timestamp));
        sensor.poke(MARKET);
    }

    function test_Poke_IsNetOfConfidence() public {
        _seed();
        vm.warp(START + 1 hours);
        prices.tell((PAR * 89) / 100, (PAR * 2) / 100, block.timestamp);
        assertTrue(sensor.poke(MARKET).isCalm());

        // Beyond a tenth of the peak, disagreement is no noise: 70 and 10 are 80, a fifth below.
        vm.warp(START + 2 hours);
        prices.tell((PAR * 70) / 100, PAR, block.timestamp);
        assertTrue(sensor.poke(MARKET).equals(RungsLib.pair(CAUTION, M1)));
    }

    /* MEMORY */

    function test_Poke_GoesOnAsserting_UntilThePeakLeavesTheWindow() public {
        _seed();
        // The day forgets its peak after 28 hours here, the week never reached its 15 %.
        for (uint256 i; i < 27; ++i) {
            assertFalse(_after(1 hours, 88).isCalm());
        }
        assertTrue(_after(1 hours, 88).isCalm());
        assertApproxEqRel(_reading().shortPeakE18, (PAR * 88) / 100, 1e11);
        assertApproxEqRel(_reading().longPeakE18, PAR, 1e11);
    }

    function test_Poke_StopsWhenThePriceIsBack() public {
        _seed();
        assertFalse(_after(1 hours, 88).isCalm());
        assertTrue(_after(1 hours, 91).isCalm());
    }

    /// @dev One wrong price that is too high is no fall once it is gone.
    function testFuzz_Poke_OneWrongPriceIsNoFall(uint112 wrong) public {
        _seed();
        _after(1 hours, 100);
        vm.warp(block.timestamp + 1 hours);
        prices.tell(bound(wrong, PAR, type(uint112).max), 0, block.timestamp);
        sensor.poke(MARKET);

        assertTrue(_after(1 minutes, 100).isCalm());
        assertLe(_reading().shortPeakE18, (PAR * 105) / 100);
    }

    function test_Poke_AMoveThatLastsRaisesThePeakInFull() public {
        _seed();
        for (uint256 i; i < 10; ++i) {
            _after(1 minutes, 150);
        }
        assertApproxEqRel(_reading().shortPeakE18, (PAR * 150) / 100, 1e11);
        assertApproxEqRel(_reading().longPeakE18, (PAR * 150) / 100, 1e11);
    }

    function test_Poke_WithinTheGapJudgesAndKeepsNothing() public {
        _seed();
        assertTrue(_after(30, 104).isCalm());
        assertFalse(_after(15, 88).isCalm());
        assertEq(_reading().publishTime, START);
        assertApproxEqRel(_reading().shortPeakE18, PAR, 1e11);

        _after(15, 104);
        assertEq(_reading().publishTime, START + 60);
        assertApproxEqRel(_reading().shortPeakE18, (PAR * 104) / 100, 1e11);
    }

    function test_Poke_ChangesNothing_WhenThePriceIsNotNewer() public {
        _seed();
        prices.tell(PAR / 2, 0, START);
        vm.warp(START + 1 hours);
        assertTrue(sensor.poke(MARKET).isCalm());
        prices.tell(PAR / 2, 0, START - 1);
        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(recorder.assertions(), 0);
    }

    function test_Poke_ChangesNothing_WhenThereIsNoPrice() public {
        _seed();
        vm.warp(START + 1 hours);
        prices.tell(PAR / 2, 0, block.timestamp);
        prices.tellNothing();

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(_reading().publishTime, START);
        assertEq(_reading().tier, 0);
    }

    /// @dev The same work after an hour as after a year: a window slides by a shift.
    function test_Poke_CostsTheSameAfterAnyIdleTime() public {
        _seed();
        _after(1 hours, 99);
        uint256 hour = _gasOfPoke(4 hours);
        uint256 day = _gasOfPoke(1 days);
        uint256 year = _gasOfPoke(365 days);

        assertApproxEqAbs(day, hour, 700);
        // Empty windows have nothing to go through.
        assertLe(year, hour);
        assertLt(hour, 45_000);
    }

    function _gasOfPoke(uint256 idle) private returns (uint256 spent) {
        vm.warp(block.timestamp + idle);
        prices.tell(PAR, 0, block.timestamp);
        spent = gasleft();
        sensor.poke(MARKET);
        spent -= gasleft();
    }

    function test_Poke_RevertWhen_HubRefuses() public {
        _seed();
        recorder.refuse(true);
        vm.warp(START + 1 hours);
        prices.tell(PAR / 2, 0, block.timestamp);

        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        sensor.poke(MARKET);
    }

    /* MARKETS */

    function test_Poke_RevertWhen_MarketIsNotSetUp() public {
        vm.expectRevert(abi.encodeWithSelector(IDrawdownSensor.DrawdownSensor_UnknownMarket.selector, 2));
        sensor.poke(2);
    }

    function test_Poke_KeepsMarketsApart() public {
        sensor.setMarket(2, DrawdownPresets.alts());
        _seed();
        _after(1 hours, 60);

        assertEq(sensor.reading(2).publishTime, 0);
        assertEq(sensor.reading(2).shortPeakE18, 0);
        assertTrue(sensor.poke(2).isCalm());
    }

    function test_SetMarket_RevertWhen_NotOwner() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD)));
        sensor.setMarket(MARKET, DrawdownPresets.majors());
    }

    function test_SetMarket_RevertWhen_MarketIsOffTheMap() public {
        vm.expectRevert(abi.encodeWithSelector(IDrawdownSensor.DrawdownSensor_UnknownMarket.selector, 32));
        sensor.setMarket(32, DrawdownPresets.majors());
        sensor.setMarket(31, DrawdownPresets.majors());
    }

    function test_SetMarket_KeepsPeaks_AndAppliesAtTheNextPoke() public {
        _seed();
        assertTrue(_after(1 hours, 96).isCalm());

        DrawdownParameters memory tighter = DrawdownPresets.majors();
        (tighter.shortTier1Bps, tighter.clipBps) = (300, 100);
        vm.expectEmit(address(sensor));
        emit IDrawdownSensor.MarketSet(MARKET, tighter);
        sensor.setMarket(MARKET, tighter);

        assertEq(sensor.parametersOf(MARKET).shortTier1Bps, 300);
        assertFalse(_after(1 minutes, 96).isCalm());
    }

    /* VIEWS */

    /// @dev What a reading says is what a poke would do, without the poke.
    function testFuzz_Reading_IsWhatAPokeWouldSee(uint8 percent, uint32 elapsed) public {
        _seed();
        _after(1 hours, 95);
        vm.warp(block.timestamp + bound(elapsed, 1, 9 days));
        prices.tell((PAR * bound(percent, 1, 120)) / 100, 0, block.timestamp);

        DrawdownReading memory before = _reading();
        Rungs asserted = sensor.poke(MARKET);

        assertEq(before.tier == 0, asserted.isCalm());
        if (before.tier != 0) assertEq(asserted.margin(), before.tier);
    }

    function test_Reading_ForgetsByItself() public {
        _seed();
        vm.warp(START + 28 hours - 1);
        assertGt(_reading().shortPeakE18, 0);
        vm.warp(START + 28 hours);
        assertEq(_reading().shortPeakE18, 0);
        assertGt(_reading().longPeakE18, 0);
        vm.warp(START + 7 * 28 hours);
        assertEq(_reading().longPeakE18, 0);
        assertEq(_reading().publishTime, START);
    }

    /// @dev The aggregator lets a publish time lie half a minute ahead: in the next bucket, here.
    function test_Reading_GivenAPublishTimeAhead() public {
        vm.warp(START + 4 hours - 10);
        prices.tell(PAR, 0, START + 4 hours + 10);
        sensor.poke(MARKET);

        assertEq(_reading().publishTime, START + 4 hours + 10);
        assertApproxEqRel(_reading().shortPeakE18, PAR, 1e11);
    }

    function test_Views_SayHowItIsBuilt() public view {
        assertEq(address(sensor.hub()), address(recorder));
        assertEq(address(sensor.aggregator()), address(prices));
        bytes32 majors = keccak256(abi.encode(DrawdownPresets.majors()));
        assertEq(keccak256(abi.encode(sensor.parametersOf(MARKET))), majors);
    }
}
