// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {CompactPrice} from "../../../../contracts/libraries/fixed-point/CompactPrice.sol";
import {Peaks} from "../../../../contracts/sensors/drawdown/Peaks.sol";

contract PeaksTest is Test {
    uint256 private constant BUCKET = 4 hours;
    /// @dev The beginning of a bucket.
    uint256 private constant START = 1_649_995_200;

    struct Recorded {
        uint256 time;
        uint32 price;
    }

    /// @dev Against the plainest model that there is: a list of everything recorded, and a maximum over the buckets.
    function testFuzz_Highest_IsThatOfAList(uint256 seed, uint8 length) public pure {
        Recorded[] memory list = new Recorded[]((uint256(length) % 60) + 1);
        Peaks peaks;
        uint256 time = START;
        for (uint256 i; i < list.length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // From seconds to more than a window.
            time += 1 + (seed % 7 == 0 ? seed % (9 * BUCKET) : seed % BUCKET);
            list[i] = Recorded(time, uint32(seed >> 100));
            peaks = peaks.movedTo(time, BUCKET).raisedTo(CompactPrice.wrap(list[i].price));

            assertEq(CompactPrice.unwrap(peaks.highest()), _highestOf(list, i + 1, time));
            assertEq(peaks.time(), time);
        }
    }

    function _highestOf(Recorded[] memory list, uint256 count, uint256 time) private pure returns (uint32 most) {
        for (uint256 i; i < count; ++i) {
            bool isInWindow = list[i].time / BUCKET + 7 > time / BUCKET;
            if (isInWindow && list[i].price > most) most = list[i].price;
        }
    }

    function test_MovedTo_RemembersForSixBucketsAndForgetsInTheSeventh() public pure {
        Peaks last = _at(START + BUCKET - 1);
        assertEq(_highestAt(last, START + 7 * BUCKET - 1), 9);
        assertEq(_highestAt(last, START + 7 * BUCKET), 0);

        // What came at the beginning of a bucket is remembered for longer.
        Peaks first = _at(START);
        assertEq(_highestAt(first, START + 7 * BUCKET - 1), 9);
        assertEq(_highestAt(first, START + 7 * BUCKET), 0);
    }

    function testFuzz_MovedTo_AfterAnyTimeBeyondTheWindowIsEmpty(uint32 idle) public pure {
        uint256 time = START + bound(idle, 7 * BUCKET, type(uint32).max - START);

        assertEq(Peaks.unwrap(_at(START).movedTo(time, BUCKET)), time);
    }

    function testFuzz_MovedTo_InTwoStepsAsInOne(uint256 bits, uint32 first, uint32 second) public pure {
        Peaks peaks = Peaks.wrap(((bits >> 32) << 32) | START);
        uint256 half = START + bound(first, 0, 8 * BUCKET);
        uint256 end = half + bound(second, 0, 8 * BUCKET);

        Peaks twice = peaks.movedTo(half, BUCKET).movedTo(end, BUCKET);

        assertEq(Peaks.unwrap(twice), Peaks.unwrap(peaks.movedTo(end, BUCKET)));
    }

    function testFuzz_RaisedTo_ChangesTheNewestBucketAlone(uint256 bits, uint32 price) public pure {
        Peaks raised = Peaks.wrap(bits).raisedTo(CompactPrice.wrap(price));

        uint256 newest = (bits >> 32) & type(uint32).max;
        uint256 expected = price > newest ? price : newest;
        assertEq(Peaks.unwrap(raised), (bits & ~(uint256(type(uint32).max) << 32)) | (expected << 32));
    }

    function test_Matches_WhenPricesAndBucketAreTheSame() public pure {
        Peaks peaks = _at(START);
        assertTrue(peaks.matches(peaks.movedTo(START + BUCKET - 1, BUCKET), BUCKET));
        assertFalse(peaks.matches(peaks.raisedTo(CompactPrice.wrap(10)), BUCKET));
    }

    /// @dev Seven equal buckets look the same after one has passed. They are not: it is a bucket later.
    function test_Matches_NotWhenABucketHasPassedUnseen() public pure {
        Peaks peaks = _at(START);
        for (uint256 i = 1; i < 8; ++i) {
            peaks = peaks.movedTo(START + i * BUCKET, BUCKET).raisedTo(CompactPrice.wrap(9));
        }
        Peaks later = peaks.movedTo(peaks.time() + BUCKET, BUCKET).raisedTo(CompactPrice.wrap(9));

        assertEq(Peaks.unwrap(peaks) >> 32, Peaks.unwrap(later) >> 32);
        assertFalse(peaks.matches(later, BUCKET));
    }

    function _at(uint256 time) private pure returns (Peaks) {
        return Peaks.wrap(0).movedTo(time, BUCKET).raisedTo(CompactPrice.wrap(9));
    }

    function _highestAt(Peaks peaks, uint256 time) private pure returns (uint32) {
        return CompactPrice.unwrap(peaks.movedTo(time, BUCKET).highest());
    }
}
