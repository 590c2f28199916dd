// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    HealthParameters,
    HealthReading,
    IOracleHealthSensor,
    Fault
} from "../../../../contracts/interfaces/IOracleHealthSensor.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {Behaviour, ScriptedFeed} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {HealthPresets} from "../../../../contracts/sensors/oracle-health/HealthPresets.sol";
import {CAUTION, M1, M2, NORMAL, REDUCE_ONLY, Rungs} from "../../../../contracts/types/Rungs.sol";
import {HealthWorld} from "./HealthWorld.sol";

contract OracleHealthSensorTest is HealthWorld {
    /* EACH FAULT */

    function test_Poke_AssertsNothing_GivenGoodHealth() public {
        for (uint256 i; i < 5; ++i) {
            assertTrue(_pokeAfter(PERSIST).isCalm());
        }
        assertEq(recorder.assertions(), 0);
        assertEq(sensor.examine(MARKET), 0);
        assertEq(sensor.reading(MARKET).seenAt, 0);
    }

    function test_Poke_Caution_GivenAFeedIsMissing() public {
        pushed[0].behave(Behaviour.Revert);
        assertEq(sensor.examine(MARKET), _bit(Fault.Missing));

        assertTrue(_pokeAfter(0).isCalm());
        _assertRungs(_pokeAfter(PERSIST), CAUTION, NORMAL);
        assertEq(recorder.assertions(), 1);
        assertEq(recorder.latestMarket(), MARKET);
    }

    function test_Poke_Caution_GivenEveryWayInWhichAFeedCanBeMissing() public {
        for (uint256 way; way < 7; ++way) {
            setUp();
            if (way < 4) pushed[0].behave(Behaviour(way + 1));
            if (way == 4) pushed[0].publish(0);
            if (way == 5) pushed[0].publishAt(1, NOW - MAX_AGE - 1);
            if (way == 6) _pull(int64(int256(PAR * 1e8)), uint64(PAR * 1e8), NOW + 1);
            assertEq(sensor.examine(MARKET), _bit(Fault.Missing));
            _assertRungs(_pokeTwice(), CAUTION, NORMAL);
        }
    }

    function test_Poke_ReduceOnly_GivenNoPrice() public {
        pushed[0].behave(Behaviour.Revert);
        pushed[1].behave(Behaviour.Revert);
        assertEq(sensor.examine(MARKET), _bit(Fault.NoPrice) | _bit(Fault.Missing));

        _assertRungs(_pokeTwice(), REDUCE_ONLY, M2);
    }

    function test_Poke_Caution_GivenTheNewestPriceIsOld() public {
        vm.warp(NOW + 5 minutes);
        assertEq(sensor.examine(MARKET), 0);
        vm.warp(NOW + 5 minutes + 1);
        assertEq(sensor.examine(MARKET), _bit(Fault.Stale));

        _assertRungs(_pokeTwice(), CAUTION, M1);
    }

    function test_Poke_Caution_GivenFeedsThatDisagree() public {
        // Median 10,101, median distance 101: one unit more than 1 % is needed.
        pushed[0].publish(10_000e8);
        pushed[1].publish(10_101e8);
        vm.warp(NOW + 1);
        _pull(10_202e8, 0, block.timestamp);
        assertEq(sensor.examine(MARKET), 0);

        vm.warp(NOW + 2);
        _pull(10_203e8, 0, block.timestamp);
        pushed[0].publish(9_999e8);
        assertEq(sensor.examine(MARKET), _bit(Fault.Dispersed));
        _assertRungs(_pokeTwice(), CAUTION, M1);
    }

    function test_Poke_Caution_GivenFeedsThatAreUnsure() public {
        _only(pulled);
        HealthParameters memory parameters = HealthPresets.standard(1);
        sensor.setMarket(MARKET, parameters);
        vm.warp(NOW + 1);
        _pull(int64(int256(PAR * 1e8)), uint64(PAR * 1e8) / 100, block.timestamp);
        assertEq(sensor.examine(MARKET), 0);

        vm.warp(NOW + 2);
        _pull(int64(int256(PAR * 1e8)), uint64(PAR * 1e8) / 100 + 1, block.timestamp);
        assertEq(sensor.examine(MARKET), _bit(Fault.Dispersed));
    }

    function test_Poke_JoinsTheRungsOfAllFaults() public {
        pushed[0].behave(Behaviour.Revert);
        sensor.setMarket(MARKET, _missingAtReduceOnly());
        vm.warp(NOW + 6 minutes);

        // Reduce-only from the one, M1 from the other.
        _assertRungs(_pokeTwice(), REDUCE_ONLY, M1);
    }

    /* SEQUENCER */

    function test_Poke_AssertsAtOnce_GivenTheSequencerIsDownOrInGrace() public {
        ScriptedFeed uptime = _watchSequencer();
        assertTrue(_pokeAfter(1).isCalm());

        uptime.publishAt(1, block.timestamp);
        _assertRungs(_pokeAfter(1), REDUCE_ONLY, M1);
        uptime.publishAt(0, block.timestamp);
        _assertRungs(_pokeAfter(1), REDUCE_ONLY, M1);
        _assertRungs(_pokeAfter(1 hours - 1), REDUCE_ONLY, M1);
        assertTrue(_pokeAfter(1).isCalm());
        assertEq(sensor.reading(MARKET).faults, 0);
    }

    function test_Poke_HasToLast_GivenASequencerFeedThatCannotBeJudged() public {
        ScriptedFeed uptime = _watchSequencer();
        uptime.behave(Behaviour.Revert);

        assertTrue(_pokeAfter(1).isCalm());
        assertTrue(_pokeAfter(PERSIST - 1).isCalm());
        _assertRungs(_pokeAfter(1), REDUCE_ONLY, M1);
    }

    /// @dev Market 0 has no feeds, and only the sequencer is looked at.
    function test_Poke_OfTheProtocol_LooksAtTheSequencerOnly() public {
        sensor.setMarket(0, HealthPresets.protocol());
        assertTrue(sensor.poke(0).isCalm());
        assertEq(sensor.examine(0), 0);

        ScriptedFeed uptime = _watchSequencer();
        uptime.publishAt(1, NOW);
        _assertRungs(sensor.poke(0), REDUCE_ONLY, M1);
        assertEq(recorder.latestMarket(), 0);
    }

    /* PERSISTENCE */

    function test_Poke_AMissedRoundIsNotAnIncident() public {
        for (uint256 i; i < 10; ++i) {
            pushed[0].behave(i % 2 == 0 ? Behaviour.Revert : Behaviour.Answer);
            assertTrue(_pokeAfter(PERSIST).isCalm());
        }
        assertEq(recorder.assertions(), 0);
    }

    function test_Poke_LastingIsInclusive() public {
        pushed[0].behave(Behaviour.Revert);
        sensor.poke(MARKET);

        assertTrue(_pokeAfter(PERSIST - 1).isCalm());
        assertFalse(_pokeAfter(1).isCalm());
    }

    /// @dev Two pokes far apart, each of which found the same feed out, say nothing of the time between.
    function test_Poke_TakesNothingToHaveLastedThatNobodyLookedAt() public {
        pushed[0].behave(Behaviour.Revert);
        sensor.poke(MARKET);
        assertTrue(_pokeAfter(MEMORY + 1).isCalm());
        assertEq(sensor.reading(MARKET).since[uint256(Fault.Missing)], block.timestamp);

        assertFalse(_pokeAfter(MEMORY).isCalm());
    }

    function test_Poke_EachFaultHasItsOwnTime() public {
        pushed[0].behave(Behaviour.Revert);
        sensor.poke(MARKET);
        vm.warp(NOW + 30);
        pushed[1].behave(Behaviour.Revert);
        sensor.poke(MARKET);

        vm.warp(NOW + 60);
        _assertRungs(sensor.poke(MARKET), CAUTION, NORMAL);
        vm.warp(NOW + 90);
        _assertRungs(sensor.poke(MARKET), REDUCE_ONLY, M2);
    }

    function test_Poke_AssertsAgainWhileItLasts_AndFallsSilentThen() public {
        pushed[0].behave(Behaviour.Revert);
        sensor.poke(MARKET);
        for (uint256 i = 1; i <= 4; ++i) {
            _pokeAfter(PERSIST);
            assertEq(recorder.assertions(), i);
        }
        pushed[0].behave(Behaviour.Answer);
        assertTrue(_pokeAfter(PERSIST).isCalm());
        assertEq(recorder.assertions(), 4);
        assertEq(sensor.reading(MARKET).faults, 0);
    }

    function test_Poke_EmitsWhatItFound() public {
        pushed[0].behave(Behaviour.Revert);
        uint8 missing = _bit(Fault.Missing);
        vm.expectEmit();
        emit IOracleHealthSensor.Examined(MARKET, missing, 0);
        sensor.poke(MARKET);

        HealthReading memory reading = sensor.reading(MARKET);
        assertEq(reading.faults, missing);
        assertEq(reading.since[uint256(Fault.Missing)], NOW);
        assertEq(reading.seenAt, NOW);
        vm.warp(NOW + PERSIST);
        vm.expectEmit();
        emit IOracleHealthSensor.Examined(MARKET, missing, missing);
        sensor.poke(MARKET);
    }

    /* FAILURES */

    function test_Poke_RevertGiven_UnknownMarket() public {
        bytes memory reason = abi.encodeWithSelector(IOracleHealthSensor.OracleHealthSensor_UnknownMarket.selector, 2);
        vm.expectRevert(reason);
        sensor.poke(2);
        vm.expectRevert(reason);
        sensor.examine(2);
    }

    function test_Poke_RevertGiven_HubRefuses() public {
        pushed[0].behave(Behaviour.Revert);
        sensor.poke(MARKET);
        vm.warp(NOW + PERSIST);
        recorder.refuse(true);

        vm.expectRevert(RecordingHub.RecordingHub_Refused.selector);
        sensor.poke(MARKET);
    }

    /// @dev Nobody can make a healthy feed look missing by bringing little gas, nor a lasting fault pass unseen.
    function testFuzz_Poke_CannotBeStarved(uint256 gasGiven, bool isBroken) public {
        _watchSequencer();
        pushed[0].behave(isBroken ? Behaviour.Revert : Behaviour.Answer);
        sensor.poke(MARKET);
        vm.warp(NOW + PERSIST);
        gasGiven = bound(gasGiven, 10_000, 700_000);

        try sensor.poke{gas: gasGiven}(MARKET) returns (Rungs asserted) {
            assertEq(asserted.isCalm(), !isBroken);
            assertEq(recorder.assertions(), isBroken ? 1 : 0);
        } catch (bytes memory) {
            assertEq(recorder.assertions(), 0);
        }
    }

    function test_Poke_RevertWhen_GasIsTooLow() public {
        vm.expectPartialRevert(IPriceAggregator.PriceAggregator_GasTooLow.selector);
        sensor.poke{gas: 150_000}(MARKET);
    }

    /* WHATEVER HAPPENS */

    /// @dev Along any path: asserts exactly when a fault was there at every poke for long enough, and never a halt.
    function testFuzz_Poke_AlongAnyPath(uint256 seed) public {
        uint256[2] memory since;
        uint256 last;
        for (uint256 i; i < 24; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            vm.warp(block.timestamp + ((roll >> 64) % 8 == 0 ? 700 : 20));
            _publish(PAR);
            uint256 broken = roll % 8 == 0 ? 0 : 1 + (roll % 2);
            pushed[0].behave(broken > 0 ? Behaviour.Revert : Behaviour.Answer);
            pushed[1].behave(broken > 1 ? Behaviour.Revert : Behaviour.Answer);

            for (uint256 fault; fault < 2; ++fault) {
                if (broken <= fault) since[fault] = 0;
                else if (since[fault] == 0 || block.timestamp > last + MEMORY) since[fault] = block.timestamp;
            }
            last = block.timestamp;
            bool isMissing = since[0] != 0 && block.timestamp - since[0] >= PERSIST;
            bool isGone = since[1] != 0 && block.timestamp - since[1] >= PERSIST;
            _assertRungs(
                sensor.poke(MARKET),
                isGone
                    ? REDUCE_ONLY
                    : isMissing
                        ? CAUTION
                        : NORMAL,
                isGone ? M2 : 0
            );
        }
    }

    function _watchSequencer() private returns (ScriptedFeed uptime) {
        uptime = new ScriptedFeed(0, "L2 Sequencer Uptime Status Feed");
        uptime.publishAt(0, NOW - 1 days);
        aggregator.setSequencer(uptime, 1 hours);
    }

    function _missingAtReduceOnly() private pure returns (HealthParameters memory parameters) {
        parameters = HealthPresets.standard(3);
        parameters.missingRungs = Rungs.wrap(0x20);
    }
}
