// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {BandParameters, BandReading, IPriceBandSensor} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {Behaviour} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {CAUTION, HALTED, M1, M2, M3, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {BandPresets} from "../../../../contracts/sensors/price-band/BandPresets.sol";
import {SensorWorld} from "./SensorWorld.sol";

contract PriceBandSensorTest is SensorWorld {
    /* SEEDING */

    function test_Poke_SeedsFromAFreshPrice() public {
        _publish(PAR);
        vm.warp(NOW + 30);

        vm.expectEmit();
        emit IPriceBandSensor.Seeded(MARKET, 10_000e18, uint64(NOW));
        assertTrue(sensor.poke(MARKET).isCalm());

        BandReading memory reading = _reading();
        assertEq(reading.referenceE18, 10_000e18);
        assertEq(reading.anchorE18, 10_000e18);
        assertEq(reading.priceE18, 10_000e18);
        assertEq(reading.publishTime, NOW);
        assertEq(reading.pulsedAt, NOW + 30);
        assertEq(reading.tier, 0);
    }

    function test_Poke_DoesNotSeedFromAnOldPrice() public {
        _publish(PAR);
        vm.warp(NOW + 31);

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(_reading().referenceE18, 0);
    }

    /* TIERS */

    function test_Poke_AssertsTheTiersRungs_BothWays() public {
        int256[3] memory bps = [int256(500), 1_000, 2_500];
        Rungs[3] memory rungs = [RungsLib.pair(CAUTION, M1), RungsLib.pair(REDUCE_ONLY, M2), RungsLib.pair(HALTED, M3)];
        for (uint256 i; i < 3; ++i) {
            for (int256 sign = -1; sign <= 1; sign += 2) {
                setUp();
                _seed();
                Rungs asserted = _after(60, _away(sign * bps[i]));

                assertTrue(asserted.equals(rungs[i]));
                assertEq(recorder.assertions(), 1);
                assertEq(recorder.latestMarket(), MARKET);
                assertTrue(recorder.latestRungs().equals(rungs[i]));
                assertEq(_reading().tier, i + 1);
            }
        }
    }

    function test_Poke_AssertsNothingInsideTheBand() public {
        _seed();

        assertTrue(_after(60, _away(499) - 1).isCalm());
        assertTrue(_after(60, _away(-499)).isCalm());
        assertEq(recorder.assertions(), 0);
    }

    function test_Poke_AssertsAgainWhileThePriceStaysOutside() public {
        _seed();
        for (uint256 i; i < 5; ++i) {
            assertFalse(_after(12, (PAR * 115) / 100).isCalm());
        }

        assertEq(recorder.assertions(), 5);
    }

    function test_Poke_FallsSilentOnceTheReferenceHasCaughtUp() public {
        _seed();
        uint256 minutesOutside;
        while (!_after(60, (PAR * 107) / 100).isCalm()) ++minutesOutside;

        assertEq(recorder.assertions(), minutesOutside);
        // 7 % decays to 5 % of the reference in about a third of the time constant.
        assertGe(minutesOutside, 2);
        assertLe(minutesOutside, 5);
        assertEq(_reading().tier, 0);
    }

    function test_Poke_EmitsWhatThePriceWasComparedWith() public {
        _seed();
        vm.warp(NOW + 60);
        _publish((PAR * 1_066) / 1_000);

        vm.expectEmit();
        emit IPriceBandSensor.Pulsed(MARKET, 1, 10_660e18, 10_000e18, 10_000e18, 660, uint64(NOW + 60));
        sensor.poke(MARKET);

        // 660 * 60 / 660
        assertEq(_reading().referenceE18, 10_060e18);
        assertEq(_reading().deviationBps, 660);
    }

    function test_Poke_AllowsForDisagreementOfSources() public {
        _seed();
        vm.warp(NOW + 60);
        // Median 6 % up, median distance 2 %: 4 % net.
        _publishThree((PAR * 104) / 100, (PAR * 106) / 100, (PAR * 120) / 100);

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(_reading().deviationBps, 400);
    }

    function test_Poke_IsNotBlindedByDisagreementOfSources() public {
        _seed();
        vm.warp(NOW + 60);
        // Median 10 % down, and everything within 50 % of it.
        _publishThree((PAR * 40) / 100, (PAR * 90) / 100, (PAR * 140) / 100);

        _assertRungs(sensor.poke(MARKET), CAUTION, M1);
    }

    /* PULSES */

    function test_Poke_IgnoresAPriceThatItHasSeen() public {
        _seed();
        _after(60, (PAR * 106) / 100);
        BandReading memory before = _reading();
        vm.warp(block.timestamp + 60);

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(keccak256(abi.encode(_reading())), keccak256(abi.encode(before)));
        assertEq(recorder.assertions(), 1);
    }

    function test_Poke_IgnoresAnOlderPrice() public {
        _seed();
        vm.warp(NOW + 60);
        for (uint256 i; i < 3; ++i) {
            feeds[i].publishAt(PAR / 2, NOW - 1);
        }

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(_reading().priceE18, 10_000e18);
    }

    /// @dev One feed of three, with a clock half a minute ahead, must not hide a fall for half a minute.
    function test_Poke_IsNotHeldUpByAFeedAheadOfTime() public {
        _seed();
        vm.warp(NOW + 60);
        _publish(PAR);
        feeds[0].publishAt(PAR, NOW + 90);
        sensor.poke(MARKET);

        vm.warp(NOW + 61);
        feeds[1].publish((PAR * 89) / 100);
        feeds[2].publish((PAR * 89) / 100);
        _assertRungs(sensor.poke(MARKET), REDUCE_ONLY, M2);
    }

    function test_Poke_BeforeTheGapMovesNothing() public {
        _seed();
        BandReading memory before = _reading();

        assertTrue(_after(4, (PAR * 104) / 100).isCalm());
        assertEq(keccak256(abi.encode(_reading())), keccak256(abi.encode(before)));
    }

    /// @dev Somebody who pokes just before a fall must not win the gap for it.
    function test_Poke_BeforeTheGapStillAsserts() public {
        _seed();

        _assertRungs(_after(1, (PAR * 89) / 100), REDUCE_ONLY, M2);
        assertEq(_reading().referenceE18, 10_000e18);
        assertEq(_reading().pulsedAt, NOW);
        assertEq(_reading().priceE18, 8_900e18);

        // The same price moves the reference once the gap has passed, by all the time since the last pulse.
        vm.warp(NOW + 5);
        _assertRungs(sensor.poke(MARKET), REDUCE_ONLY, M2);
        assertEq(_reading().pulsedAt, NOW + 5);
        assertLt(_reading().referenceE18, 10_000e18);
    }

    function testFuzz_Poke_ManyPokesMoveTheReferenceNoFurtherThanOne(uint8 pokes) public {
        _seed();
        _after(60, (PAR * 104) / 100);
        uint256 referenceE18 = _reading().referenceE18;
        for (uint256 i; i < pokes; ++i) {
            sensor.poke(MARKET);
        }

        assertEq(_reading().referenceE18, referenceE18);
    }

    /* LONG WINDOW */

    function test_Poke_CatchesASlowWalkUp() public {
        _assertWalk(1_003, 2_000);
    }

    function test_Poke_CatchesASlowWalkDown() public {
        _assertWalk(997, -4_000);
    }

    /// @dev Walks by `perMille` of the price a minute; never a minute's move nor a deviation of 5 %.
    function _assertWalk(int256 perMille, int256 edgeBps) private {
        _seed();
        int256 answer = PAR;
        while (recorder.assertions() == 0) {
            answer = (answer * perMille) / 1_000;
            Rungs asserted = _after(60, answer);
            if (asserted.isCalm()) continue;
            _assertRungs(asserted, CAUTION, M1);
        }
        assertLt(_reading().deviationBps, 500);
        assertEq(_reading().anchorE18, 10_000e18);
        // Within one step of the edge.
        int256 edge = (PAR * (10_000 + edgeBps)) / 10_000;
        int256 beyond = edgeBps > 0 ? answer - edge : edge - answer;
        assertGe(beyond, 0);
        assertLt(beyond, (edge * 5) / 1_000);
        assertLt(block.timestamp, NOW + 4 hours);
    }

    function test_Poke_CreepsTheAnchorToTheEdge_GivenAWalkPastIt() public {
        _seed();
        int256 answer = PAR;
        while (block.timestamp < NOW + 4 hours) {
            answer = (answer * 1_002) / 1_000;
            _after(60, answer);
        }

        assertEq(_reading().anchorE18, 12_000e18);
        // 60 % up from the start is 34 % up from the edge: held for another window.
        _assertRungs(_after(60, answer), CAUTION, M1);
    }

    function test_Poke_TakesTheAnchorAlong_GivenAQuietWindow() public {
        _seed();
        int256 answer = PAR;
        while (block.timestamp < NOW + 4 hours) {
            answer = (answer * 10_005) / 10_000;
            _after(60, answer);
        }

        assertEq(_reading().anchorE18, uint256(answer) * 1e10);
        assertEq(recorder.assertions(), 0);
    }

    /* ESCALATION */

    function test_Poke_EscalatesANewBreachSoonAfterTheLast() public {
        _seed();
        _assertRungs(_after(60, _away(600)), CAUTION, M1);
        uint256 endsAt = _reading().breachEndsAt;
        assertEq(endsAt, block.timestamp + 10 minutes);
        _settle(endsAt + 5 minutes);

        _assertRungs(_after(60, _away(600)), REDUCE_ONLY, M2);
        assertTrue(_reading().isEscalated);
        assertEq(_reading().tier, 2);
    }

    function test_Poke_DoesNotEscalate_GivenTheBreachStillLasts() public {
        _seed();
        _after(60, _away(600));
        _settle(_reading().breachEndsAt - 2 minutes);

        _assertRungs(_after(60, _away(600)), CAUTION, M1);
    }

    function test_Poke_DoesNotEscalate_GivenAQuietTime() public {
        _seed();
        _after(60, _away(600));
        _settle(_reading().breachEndsAt + 20 minutes);

        _assertRungs(_after(60, _away(600)), CAUTION, M1);
    }

    /// @dev Holds the price at the reference until `time`.
    function _settle(uint256 time) private {
        while (block.timestamp < time) {
            assertTrue(_after(60, int256(_reading().referenceE18 / 1e10)).isCalm());
        }
    }

    /* FAILURES */

    function test_Poke_ChangesNothing_GivenTooFewFeeds() public {
        _seed();
        BandReading memory before = _reading();
        feeds[0].behave(Behaviour.Revert);
        feeds[1].behave(Behaviour.BurnGas);

        assertTrue(_after(60, PAR / 2).isCalm());
        assertEq(keccak256(abi.encode(_reading())), keccak256(abi.encode(before)));
    }

    function test_Poke_RevertGiven_HubRefuses() public {
        _seed();
        recorder.refuse(true);
        vm.warp(NOW + 60);
        _publish(PAR / 2);

        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        sensor.poke(MARKET);
        // Nothing was learnt from the price: the next poke sees it again.
        assertEq(_reading().priceE18, 10_000e18);
    }

    function test_Poke_RevertGiven_UnknownMarket() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceBandSensor.PriceBandSensor_UnknownMarket.selector, 2));
        sensor.poke(2);
    }

    function test_Poke_RevertWhen_GasIsTooLow() public {
        _seed();
        vm.warp(NOW + 60);
        _publish(PAR / 2);

        (bool ok, bytes memory reason) = address(sensor).call{gas: 150_000}(abi.encodeCall(sensor.poke, (MARKET)));
        assertFalse(ok);
        assertEq(bytes4(reason), IPriceAggregator.PriceAggregator_GasTooLow.selector);
    }

    /// @dev With any amount of gas a fall is either asserted or the poke reverts.
    function testFuzz_Poke_CannotBeStarvedOfItsAssertion(uint256 gasGiven) public {
        gasGiven = bound(gasGiven, 30_000, 500_000);
        _seed();
        vm.warp(NOW + 60);
        _publish(PAR / 2);

        try sensor.poke{gas: gasGiven}(MARKET) {
            assertEq(recorder.assertions(), 1);
        } catch (bytes memory) {
            assertEq(recorder.assertions(), 0);
        }
    }

    /* WHATEVER THE PRICE DOES */

    /// @dev Along any path: asserts exactly when a tier holds, and the reference follows within its clip.
    function testFuzz_Poke_AlongAnyPath(uint256 seed) public {
        _seed();
        for (uint256 i; i < 12; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            BandReading memory before = _reading();
            uint256 count = recorder.assertions();
            // From half to twice the reference, most often near it.
            int256 bps = int256(roll % 3 == 0 ? (roll >> 8) % 15_000 : 4_500 + ((roll >> 8) % 1_000)) - 5_000;
            Rungs asserted = _after(1 + ((roll >> 64) % 20 minutes), _away(bps));
            BandReading memory reading = _reading();

            assertEq(recorder.assertions() - count, asserted.isCalm() ? 0 : 1);
            uint256 moved =
                reading.referenceE18 > before.referenceE18
                    ? reading.referenceE18 - before.referenceE18
                    : before.referenceE18 - reading.referenceE18;
            assertLe(moved * 10_000, before.referenceE18 * 500);
            if (bps >= 500 || bps <= -500) assertFalse(asserted.isCalm());
            if (bps >= 2_500 || bps <= -2_500) _assertRungs(asserted, HALTED, M3);
        }
    }

    /* GOVERNANCE */

    function test_SetMarket_KeepsWhatIsKnown() public {
        _seed();
        BandParameters memory tighter = BandPresets.standard();
        tighter.tier1Bps = 200;
        tighter.clipBps = 200;
        vm.expectEmit();
        emit IPriceBandSensor.MarketSet(MARKET, tighter);
        sensor.setMarket(MARKET, tighter);

        assertEq(_reading().referenceE18, 10_000e18);
        assertEq(keccak256(abi.encode(sensor.band(MARKET))), keccak256(abi.encode(tighter)));
        _assertRungs(_after(60, (PAR * 103) / 100), CAUTION, M1);
    }
}
