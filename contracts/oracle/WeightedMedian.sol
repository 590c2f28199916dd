// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice One value, how sure its source is of it, and what it weighs. Values and confidences stay below 2^254, weights
/// are not zero.
struct Sample {
    uint256 value;
    uint256 confidence;
    uint256 weight;
}

/// @title WeightedMedian
/// @notice Median of weighted samples, and how far they lie from it.
library WeightedMedian {
    /// @notice Puts `sample` in its place among the first `count` of `samples`, which ascend.
    /// @dev Insertion: the lists are as long as a market has feeds.
    function insert(Sample[] memory samples, uint256 count, Sample memory sample) internal pure {
        uint256 place = count;
        while (place != 0 && samples[place - 1].value > sample.value) {
            samples[place] = samples[place - 1];
            --place;
        }
        samples[place] = sample;
    }

    /// @notice The value with half of the weight on either side; where two share that place, the middle of them.
    /// @param samples The first `count` ascend; the rest is ignored. `count` is not zero.
    function median(Sample[] memory samples, uint256 count) internal pure returns (uint256) {
        uint256 total;
        for (uint256 i; i < count; ++i) {
            total += samples[i].weight;
        }
        uint256 twiceBelow;
        uint256 index;
        // Ends before `count`: at the last sample twice the weight so far is twice the total.
        while (true) {
            twiceBelow += 2 * samples[index].weight;
            if (twiceBelow >= total) break;
            ++index;
        }
        if (twiceBelow > total) return samples[index].value;
        return (samples[index].value + samples[index + 1].value) / 2;
    }

    /// @notice Weighted median of how far from `centre` each of the first `count` of `samples` may have the truth: its
    /// distance and its own confidence together.
    /// @dev Like the median itself it does not move until half of the weight lies: a range, or the widest confidence, would
    /// let a single feed make it as wide as it likes, and so blind whoever allows for it.
    function spread(Sample[] memory samples, uint256 count, uint256 centre) internal pure returns (uint256) {
        Sample[] memory distances = new Sample[](count);
        for (uint256 i; i < count; ++i) {
            Sample memory sample = samples[i];
            uint256 distance = sample.value > centre ? sample.value - centre : centre - sample.value;
            insert(distances, i, Sample(distance + sample.confidence, 0, sample.weight));
        }
        return median(distances, count);
    }
}
