// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {DrawdownWorld} from "./DrawdownWorld.sol";

/// @dev Recorded hours of 2022: what a rule of 10 % within an hour never saw. Prices and their source are in
/// `test/vectors/drawdown-recorded.json`.
contract DrawdownRecordedTest is DrawdownWorld {
    uint256 private constant NEVER = 0;

    struct Replay {
        // Publish time at which each tier was first asserted.
        uint256 first;
        uint256 second;
        uint256 largestHourlyFallBps;
        uint256 count;
    }

    /// @dev The price band, at its preset, first spoke on 11 May at 13:50 UTC, and on 15 June; it was silent in November.
    function test_Poke_SeesTheFallOfLuna() public {
        Replay memory replay = _replay(0, "LUNA");

        assertEq(replay.first, 1_652_065_200, "09 May 03:00");
        assertEq(replay.second, 1_652_331_600, "12 May 05:00");
        _assertTooSlowForAnHour(replay);
    }

    function test_Poke_SeesTheFallOfThreeArrows() public {
        Replay memory replay = _replay(1, "Three Arrows");

        assertEq(replay.first, 1_655_082_000, "13 June 01:00");
        assertEq(replay.second, 1_655_168_400, "14 June 01:00");
        _assertTooSlowForAnHour(replay);
    }

    function test_Poke_SeesTheFallOfFtx() public {
        Replay memory replay = _replay(2, "FTX");

        assertEq(replay.first, 1_667_934_000, "08 November 19:00");
        assertEq(replay.second, NEVER);
        _assertTooSlowForAnHour(replay);
    }

    function test_Poke_SaysNothingInTwoQuietWeeks() public {
        Replay memory replay = _replay(3, "calm");

        assertEq(replay.first, NEVER);
        assertEq(replay.count, 336);
        assertEq(recorder.assertions(), 0);
    }

    function _assertTooSlowForAnHour(Replay memory replay) private pure {
        assertLt(replay.largestHourlyFallBps, 1_000);
        assertGt(replay.count, 150);
    }

    function _replay(uint256 index, string memory why) private returns (Replay memory replay) {
        string memory json = vm.readFile("test/vectors/drawdown-recorded.json");
        string memory at = string.concat("$[", vm.toString(index), "].");
        assertEq(vm.parseJsonString(json, string.concat(at, "why")), why);
        uint256[] memory times = vm.parseJsonUintArray(json, string.concat(at, "times"));
        uint256[] memory pricesE18 = vm.parseJsonUintArray(json, string.concat(at, "pricesE18"));
        replay.count = times.length;
        for (uint256 i; i < times.length; ++i) {
            vm.warp(times[i]);
            prices.tell(pricesE18[i], 0, times[i]);
            Rungs asserted = sensor.poke(MARKET);
            if (asserted.margin() >= 1 && replay.first == NEVER) replay.first = times[i];
            if (asserted.margin() >= 2 && replay.second == NEVER) replay.second = times[i];
            if (i == 0 || pricesE18[i] >= pricesE18[i - 1]) continue;

            uint256 fall = ((pricesE18[i - 1] - pricesE18[i]) * 10_000) / pricesE18[i - 1];
            if (fall > replay.largestHourlyFallBps) replay.largestHourlyFallBps = fall;
        }
    }
}
