// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Sample, WeightedMedian} from "../../../contracts/oracle/WeightedMedian.sol";

contract WeightedMedianTest is Test {
    uint256 private constant MOST = 9;

    function test_Median_OfOddCount_IsTheMiddle() public pure {
        assertEq(_median([uint256(30), 10, 20], [uint256(1), 1, 1]), 20);
    }

    function test_Median_OfEvenSplit_IsBetweenTheTwo() public pure {
        assertEq(_median([uint256(10), 20, 31], [uint256(1), 1, 2]), 25);
    }

    function test_Median_FollowsTheWeight() public pure {
        assertEq(_median([uint256(10), 20, 30], [uint256(1), 1, 3]), 30);
        assertEq(_median([uint256(10), 20, 30], [uint256(5), 2, 2]), 10);
    }

    function test_Spread_IgnoresOneFarSampleOfThree() public pure {
        assertEq(_spread([uint256(100), 101, 1_000_000], [uint256(1), 1, 1]), 1);
    }

    function test_Spread_OfTwoGroups_IsHalfOfTheirGap() public pure {
        assertEq(_spread([uint256(100), 120, 120], [uint256(2), 1, 1]), 10);
    }

    function testFuzz_Insert_KeepsSamplesAscending(uint64[9] memory values, uint8[9] memory weights) public pure {
        (Sample[] memory samples, uint256 count) = _ascending(values, weights, 0);
        uint256 weight;
        uint256 total;
        for (uint256 i; i < count; ++i) {
            if (i != 0) assertGe(samples[i].value, samples[i - 1].value);
            weight += samples[i].weight;
            total += uint256(weights[i]) + 1;
        }
        assertEq(weight, total);
    }

    function testFuzz_Median_OrderDoesNotMatter(
        uint64[9] memory values,
        uint8[9] memory weights,
        uint8 turn
    ) public pure {
        (Sample[] memory samples, uint256 count) = _ascending(values, weights, 0);
        (Sample[] memory turned, ) = _ascending(values, weights, turn % MOST);

        assertEq(WeightedMedian.median(samples, count), WeightedMedian.median(turned, count));
    }

    /// @dev The definition: no more than half of the weight lies strictly below, none more strictly above.
    function testFuzz_Median_HalvesTheWeight(uint64[9] memory values, uint8[9] memory weights) public pure {
        (Sample[] memory samples, uint256 count) = _ascending(values, weights, 0);
        uint256 median = WeightedMedian.median(samples, count);

        (uint256 below, uint256 above, uint256 total) = (0, 0, 0);
        for (uint256 i; i < count; ++i) {
            total += samples[i].weight;
            if (samples[i].value < median) below += samples[i].weight;
            if (samples[i].value > median) above += samples[i].weight;
        }
        assertLe(2 * below, total);
        assertLe(2 * above, total);
    }

    /// @dev Four of nine feeds with equal weights may say anything: the median stays among the other five.
    function testFuzz_Median_StaysAmongTheMajority(uint64[5] memory honest, uint256[4] memory wild) public pure {
        (uint256 least, uint256 most) = (type(uint256).max, 0);
        Sample[] memory samples = new Sample[](MOST);
        uint256 count;
        for (uint256 i; i < honest.length; ++i) {
            if (honest[i] < least) least = honest[i];
            if (honest[i] > most) most = honest[i];
            WeightedMedian.insert(samples, count++, Sample(honest[i], 0, 1));
        }
        for (uint256 i; i < wild.length; ++i) {
            WeightedMedian.insert(samples, count++, Sample(wild[i] >> 2, 0, 1));
        }
        uint256 median = WeightedMedian.median(samples, count);

        assertGe(median, least);
        assertLe(median, most);
        assertLe(WeightedMedian.spread(samples, count, median), most - least);
    }

    function _median(uint256[3] memory values, uint256[3] memory weights) private pure returns (uint256) {
        return WeightedMedian.median(_three(values, weights), 3);
    }

    function _spread(uint256[3] memory values, uint256[3] memory weights) private pure returns (uint256) {
        Sample[] memory samples = _three(values, weights);
        return WeightedMedian.spread(samples, 3, WeightedMedian.median(samples, 3));
    }

    function _three(
        uint256[3] memory values,
        uint256[3] memory weights
    ) private pure returns (Sample[] memory samples) {
        samples = new Sample[](3);
        for (uint256 i; i < 3; ++i) {
            WeightedMedian.insert(samples, i, Sample(values[i], 0, weights[i]));
        }
    }

    /// @dev Inserts the samples in the order given, turned by `turn` places.
    function _ascending(
        uint64[9] memory values,
        uint8[9] memory weights,
        uint256 turn
    ) private pure returns (Sample[] memory samples, uint256 count) {
        samples = new Sample[](MOST);
        for (; count < MOST; ++count) {
            uint256 at = (count + turn) % MOST;
            WeightedMedian.insert(samples, count, Sample(values[at], 0, uint256(weights[at]) + 1));
        }
    }
}
