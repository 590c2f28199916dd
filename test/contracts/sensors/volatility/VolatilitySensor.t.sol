// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {
    IVolatilitySensor,
    VolatilityParameters,
    VolatilityReading
} from "../../../../contracts/interfaces/IVolatilitySensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {M1, M2, M4, Rungs} from "../../../../contracts/types/Rungs.sol";
import {VolatilityWorld} from "./VolatilityWorld.sol";

contract VolatilitySensorTest is VolatilityWorld {
    /* SEED */

    function test_Poke_SeedsWithTheLongRunVolatility() public {
        prices.tell(PAR, 0, START);
        vm.expectEmit(address(sensor));
        emit IVolatilitySensor.Seeded(MARKET, PAR, uint64(START));
        sensor.poke(MARKET);

        VolatilityReading memory reading = sensor.reading(MARKET);
        assertApproxEqRel(reading.fastE18, 0.05e18, 1e9);
        assertApproxEqRel(reading.middleE18, 0.05e18, 1e9);
        assertApproxEqRel(reading.slowE18, 0.05e18, 1e9);
        assertApproxEqRel(reading.forecastE18, 0.054583e18, 1e14);
        assertEq(reading.publishTime, START);
        assertEq(reading.marginE6, 0);
        assertEq(recorder.assertions(), 0);
    }

    function test_Poke_SeedsFromAFreshPriceOnly() public {
        prices.tell(PAR, 0, START - 61);
        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(sensor.reading(MARKET).publishTime, 0);
        assertEq(sensor.reading(MARKET).fastE18, 0);

        prices.tell(PAR, 0, START - 60);
        sensor.poke(MARKET);
        assertEq(sensor.reading(MARKET).publishTime, START - 60);
    }

    /* SAMPLES AND LOOKS */

    function test_Poke_KeepsASampleOnceTheGapHasPassed() public {
        _seed();
        bytes32 before = _memory();

        _after(GAP - 1, (PAR * 101) / 100);
        assertEq(_memory(), before);

        _after(1, (PAR * 101) / 100);
        assertEq(sensor.reading(MARKET).publishTime, START + GAP);
    }

    function test_Poke_RevertsNothingAndChangesNothing_WhenThePriceIsNotNewer() public {
        _seed();
        _after(GAP, PAR);
        bytes32 before = _memory();

        prices.tell(PAR / 2, 0, block.timestamp);
        assertTrue(sensor.poke(MARKET).isCalm());
        prices.tell(PAR / 2, 0, block.timestamp - 1);
        vm.warp(block.timestamp + 1 days);
        assertTrue(sensor.poke(MARKET).isCalm());

        assertEq(_memory(), before);
        assertEq(recorder.assertions(), 0);
    }

    function test_Poke_ChangesNothing_WhenThereIsNoPrice() public {
        _seed();
        bytes32 before = _memory();

        vm.warp(block.timestamp + 1 days);
        prices.tell(PAR / 2, 0, block.timestamp);
        prices.tellNothing();

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(_memory(), before);
    }

    /// @dev A poke just before a fall takes the sample; the fall is judged all the same, within the gap.
    function test_Poke_JudgesAFallWithinTheGap() public {
        _seed();
        _after(GAP, PAR);
        _after(GAP, PAR);
        bytes32 before = _memory();

        vm.warp(block.timestamp + 60);
        prices.tell((PAR * 88) / 100, 0, block.timestamp);
        vm.expectEmit(true, true, false, false, address(sensor));
        emit IVolatilitySensor.Judged(MARKET, M1, 0, 0, 0, 0);
        Rungs asserted = sensor.poke(MARKET);

        assertEq(asserted.margin(), M1);
        assertEq(recorder.assertions(), 1);
        assertEq(_memory(), before, "remembered");
        assertTrue(_after(60, PAR).isCalm(), "gone when the price is back");
    }

    function test_Poke_TellsWhatItKept() public {
        _seed();
        vm.warp(START + GAP);
        prices.tell(PAR, 0, START + GAP);

        vm.recordLogs();
        sensor.poke(MARKET);

        (uint256 priceE18, uint256 volatilityE18, uint256 marginE6, uint64 publishTime) = abi.decode(
            vm.getRecordedLogs()[0].data,
            (uint256, uint256, uint256, uint64)
        );
        VolatilityReading memory reading = sensor.reading(MARKET);
        assertEq(priceE18, PAR);
        assertApproxEqRel(volatilityE18, reading.forecastE18, 1e9);
        assertEq(marginE6, reading.marginE6);
        assertEq(publishTime, START + GAP);
    }

    /* RUNGS */

    function test_Poke_AssertsMarginOnly_RungByRungAsVolatilityRises() public {
        _seed();
        assertTrue(_shake(48, 50).isCalm());
        uint8 highest;
        for (uint256 bps = 100; bps <= 1_500; bps += 100) {
            Rungs asserted = _shake(12, bps);
            assertEq(asserted.breaker(), 0);
            assertGe(asserted.margin(), highest);
            if (asserted.margin() > highest) {
                assertLe(asserted.margin(), highest + 1, "a rung is left out");
                highest = asserted.margin();
            }
        }

        assertEq(highest, M4);
        assertEq(sensor.reading(MARKET).rung, M4);
        assertTrue(recorder.latestRungs().equals(Rungs.wrap(M4)));
        (Rungs last, uint64 at) = sensor.lastAsserted(MARKET);
        assertTrue(last.equals(Rungs.wrap(M4)));
        assertEq(at, block.timestamp);
    }

    function test_Poke_AsksForLessAsVolatilityFalls_AndAssertsNothingInTheEnd() public {
        _seed();
        _shake(24, 300);
        assertGe(sensor.reading(MARKET).rung, M2);
        uint256 margin = sensor.reading(MARKET).marginE6;

        assertTrue(_shake(30 * 24, 20).isCalm());

        // Down to the buffer over the floor: 1.25 times what stress and quiet come to, and no further.
        uint256 quiet = sensor.reading(MARKET).marginE6;
        assertLt(quiet, margin);
        assertGe(quiet, 37_000);
    }

    /// @dev The buffer: what a fall of volatility leaves published lets the next rise be met without a raise.
    function test_Poke_PublishedMarginStands_WhileTheModelRisesThroughTheBuffer() public {
        _seed();
        _shake(24, 150);
        _shake(24, 60);
        uint256 before = sensor.reading(MARKET).marginE6;
        uint256 forecast = sensor.reading(MARKET).forecastE18;

        _shake(6, 80);

        assertGt(sensor.reading(MARKET).forecastE18, forecast);
        assertEq(sensor.reading(MARKET).marginE6, before);
    }

    /// @dev Clipping: however wrong one price is, it multiplies the fast average by no more than it may.
    function testFuzz_Poke_OneWrongPriceMovesTheForecastByAKnownFactor(uint112 wrong) public {
        vm.assume(wrong != 0);
        _seed();
        _shake(48, 100);
        uint256 forecast = sensor.reading(MARKET).forecastE18;

        _after(GAP, wrong);

        // At most 36 times the highest average for an hour: 3.9 times the fast one, 1.5 and 1.1 times the others.
        assertLe(sensor.reading(MARKET).forecastE18, forecast * 2);
    }

    function test_Poke_AfterAYearWithoutOne_FallsByADayAndNoMore() public {
        _seed();
        _shake(24, 300);
        uint256 fast = sensor.reading(MARKET).fastE18;
        uint256 slow = sensor.reading(MARKET).slowE18;

        _after(365 days, PAR);

        // Three half-lives of the fast average, in variance: 2^-1.5 of a volatility; a fourteenth of one of the slow.
        assertApproxEqRel(sensor.reading(MARKET).fastE18, (fast * 353_553) / 1e6, 1e15);
        assertApproxEqRel(sensor.reading(MARKET).slowE18, (slow * 975_547) / 1e6, 1e15);
    }

    function test_Poke_AfterMonthsWithoutOne_RisesInFull() public {
        _seed();
        _shake(24, 20);

        Rungs asserted = _after(60 days, PAR / 4);

        // (ln 4)^2 in 60 days is 17.9 % a day, in every average that has had the time.
        assertApproxEqRel(sensor.reading(MARKET).fastE18, 0.17897e18, 1e15);
        assertEq(asserted.margin(), M4);
    }

    function test_Poke_RevertWhen_HubRefuses() public {
        _seed();
        recorder.refuse(true);

        vm.warp(START + GAP);
        prices.tell(PAR / 2, 0, START + GAP);
        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        sensor.poke(MARKET);
    }

    /* MARKETS */

    function test_Poke_RevertWhen_MarketIsNotSetUp() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilitySensor.VolatilitySensor_UnknownMarket.selector, 2));
        sensor.poke(2);
    }

    function test_Poke_KeepsMarketsApart() public {
        sensor.setMarket(2, VolatilityPresets.alts());
        _seed();
        sensor.poke(2);
        bytes32 before = keccak256(abi.encode(sensor.reading(2)));

        _shake(3, 500);

        assertEq(keccak256(abi.encode(sensor.reading(2))), before);
        assertEq(recorder.latestMarket(), MARKET);
    }

    function test_SetMarket_RevertWhen_NotOwner() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD)));
        sensor.setMarket(MARKET, VolatilityPresets.majors());
    }

    function test_SetMarket_RevertWhen_MarketIsOffTheMap() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilitySensor.VolatilitySensor_UnknownMarket.selector, 32));
        sensor.setMarket(32, VolatilityPresets.majors());
        sensor.setMarket(31, VolatilityPresets.majors());
    }

    function test_SetMarket_KeepsWhatIsKnown_AndAppliesAtTheNextPoke() public {
        _seed();
        assertTrue(_shake(24, 80).isCalm());
        VolatilityReading memory before = sensor.reading(MARKET);

        VolatilityParameters memory tighter = VolatilityPresets.majors();
        tighter.baseBps = 300;
        vm.expectEmit(address(sensor));
        emit IVolatilitySensor.MarketSet(MARKET, tighter);
        sensor.setMarket(MARKET, tighter);

        assertEq(sensor.reading(MARKET).fastE18, before.fastE18);
        assertEq(sensor.parametersOf(MARKET).baseBps, 300);
        assertGe(_after(GAP, PAR).margin(), M1);
    }

    /* VIEWS */

    function test_Views_SayHowItIsBuilt() public view {
        assertEq(keccak256(abi.encode(sensor.model())), keccak256(abi.encode(VolatilityPresets.pooledModel())));
        assertEq(address(sensor.hub()), address(recorder));
        assertEq(address(sensor.aggregator()), address(prices));
        bytes32 majors = keccak256(abi.encode(VolatilityPresets.majors()));
        assertEq(keccak256(abi.encode(sensor.parametersOf(MARKET))), majors);
    }
}
