// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Price} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {BandParameters} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {Band, BandLib} from "../../../../contracts/sensors/price-band/Band.sol";
import {BandPresets} from "../../../../contracts/sensors/price-band/BandPresets.sol";

contract BandLibTest is Test {
    uint256 private constant MAX_PRICE = type(uint112).max;
    uint256 private constant NOW = 1_600_000_000;

    /* REFERENCE */

    function test_Stepped_TakesElapsedOverElapsedPlusTau() public pure {
        // 440 away, 60 s against a time constant of 600 s: 440 * 60 / 660.
        assertEq(BandLib.stepped(10_000, 10_440, 60, BandPresets.standard()), 10_040);
        assertEq(BandLib.stepped(10_000, 9_560, 60, BandPresets.standard()), 9_960);
    }

    function test_Stepped_IsClipped() public pure {
        assertEq(BandLib.stepped(10_000, 20_000, 1 days, BandPresets.standard()), 10_500);
        assertEq(BandLib.stepped(10_000, 1, 1 days, BandPresets.standard()), 9_500);
    }

    function testFuzz_Stepped_StaysBetweenAndWithinTheClip(uint112 centre, uint112 price, uint32 elapsed) public pure {
        uint256 next = BandLib.stepped(centre, price, elapsed, BandPresets.standard());
        (uint256 low, uint256 high) = centre < price ? (centre, price) : (price, centre);

        assertGe(next, low);
        assertLe(next, high);
        uint256 moved = next > centre ? next - centre : centre - next;
        assertLe(moved * 10_000, uint256(centre) * 500);
    }

    function testFuzz_Stepped_MovesFurtherTheLongerNobodyLooked(
        uint112 price,
        uint32 elapsed,
        uint32 more
    ) public pure {
        uint256 sooner = BandLib.stepped(1e18, price, elapsed, BandPresets.standard());
        uint256 later = BandLib.stepped(1e18, price, uint256(elapsed) + more, BandPresets.standard());

        if (price > 1e18) assertGe(later, sooner);
        else assertLe(later, sooner);
    }

    /* DEVIATION */

    function test_DeviationBps_IsNetOfConfidence() public pure {
        assertEq(BandLib.deviationBps(_price(10_600, 150), 10_000, 500), 450);
        assertEq(BandLib.deviationBps(_price(9_400, 150), 10_000, 500), 450);
        assertEq(BandLib.deviationBps(_price(10_100, 100), 10_000, 500), 0);
    }

    function test_DeviationBps_TakesNoMoreConfidenceThanAllowed() public pure {
        assertEq(BandLib.deviationBps(_price(11_000, 5_000), 10_000, 500), 500);
    }

    function test_DeviationBps_RoundsDown() public pure {
        assertEq(BandLib.deviationBps(_price(10_499, 0), 10_000, 500), 499);
        assertEq(BandLib.deviationBps(_price(1_049_999, 0), 1_000_000, 500), 499);
    }

    function testFuzz_DeviationBps_DoesNotOverflow(uint112 price, uint112 confidence, uint112 centre) public pure {
        vm.assume(centre != 0);
        uint256 deviation = BandLib.deviationBps(_price(price, confidence), centre, 500);

        assertLe(deviation, type(uint24).max);
        if (price == centre) assertEq(deviation, 0);
    }

    /* TIERS */

    function test_TierOf_StartsAtEachThreshold_BothWays() public pure {
        uint16[3] memory thresholds = [500, 1_000, 2_500];
        for (uint8 i; i < 3; ++i) {
            uint256 away = thresholds[i];
            assertEq(_tier(10_000 + away), i + 1);
            assertEq(_tier(10_000 - away), i + 1);
            assertEq(_tier(10_000 + away - 1), i);
            assertEq(_tier(10_000 - away + 1), i);
        }
    }

    function test_TierOf_IsAtLeastOneBeyondTheAnchor() public pure {
        Band memory band = _band(10_000);
        band.anchorE18 = 8_333;
        assertEq(_tierIn(band, 10_000), 1);
        band.anchorE18 = 8_334;
        assertEq(_tierIn(band, 10_000), 0);

        band.anchorE18 = 16_667;
        assertEq(_tierIn(band, 10_000), 1);
        band.anchorE18 = 16_666;
        assertEq(_tierIn(band, 10_000), 0);
    }

    function test_TierOf_TheReferenceDecidesAboveTheAnchor() public pure {
        Band memory band = _band(10_000);
        band.anchorE18 = 5_000;

        assertEq(_tierIn(band, 11_000), 2);
    }

    /* ANCHOR */

    function test_Crept_TakesThePriceWithinTheCaps() public pure {
        assertEq(BandLib.crept(10_000, 11_999, BandPresets.standard()), 11_999);
        assertEq(BandLib.crept(10_000, 6_001, BandPresets.standard()), 6_001);
    }

    function test_Crept_StopsAtTheEdge() public pure {
        assertEq(BandLib.crept(10_000, 30_000, BandPresets.standard()), 12_000);
        assertEq(BandLib.crept(10_000, 100, BandPresets.standard()), 6_000);
    }

    function testFuzz_Crept_StaysWithinTheCaps(uint112 anchor, uint112 price) public pure {
        uint256 next = BandLib.crept(anchor, price, BandPresets.standard());

        assertLe(next * 10_000, uint256(anchor) * 12_000);
        // One unit for rounding down.
        assertGe((next + 1) * 10_000, uint256(anchor) * 6_000);
    }

    function test_Advance_MovesTheAnchorOnlyAfterTheWindow() public pure {
        Band memory band = _band(10_000);
        BandLib.advance(band, _price(10_100, 0), BandPresets.standard(), NOW + 4 hours - 1);
        assertEq(band.anchorE18, 10_000);
        assertEq(band.anchoredAt, NOW);

        band.publishTime = uint32(NOW);
        BandLib.advance(band, _price(10_100, 0), BandPresets.standard(), NOW + 4 hours);
        assertEq(band.anchorE18, 10_100);
        assertEq(band.anchoredAt, NOW + 4 hours);
    }

    /* BREACHES */

    function test_Breach_LastsForItsTiersTime() public pure {
        uint16[3] memory lasting = [10 minutes, 1 hours, 4 hours];
        for (uint8 tier = 1; tier <= 3; ++tier) {
            Band memory band = _band(10_000);
            assertEq(BandLib.breach(band, tier, BandPresets.standard(), NOW), tier);
            assertEq(band.breachEndsAt, NOW + lasting[tier - 1]);
            assertEq(band.breachTier, tier);
        }
    }

    function test_Breach_IsTheSameWhileItLasts() public pure {
        Band memory band = _band(10_000);
        BandLib.breach(band, 1, BandPresets.standard(), NOW);

        assertEq(BandLib.breach(band, 1, BandPresets.standard(), NOW + 10 minutes), 1);
        assertEq(band.breachEndsAt, NOW + 20 minutes);
        assertFalse(band.isEscalated);
    }

    function test_Breach_KeepsTheLongerEnd() public pure {
        Band memory band = _band(10_000);
        BandLib.breach(band, 2, BandPresets.standard(), NOW);

        assertEq(BandLib.breach(band, 1, BandPresets.standard(), NOW + 5 minutes), 1);
        assertEq(band.breachEndsAt, NOW + 1 hours);
        assertEq(band.breachTier, 2);
    }

    function test_Breach_CountsOneTierUp_SoonAfterTheLastOne() public pure {
        Band memory first = _band(10_000);
        BandLib.breach(first, 1, BandPresets.standard(), NOW);
        assertEq(BandLib.breach(first, 1, BandPresets.standard(), NOW + 10 minutes + 1), 2);

        Band memory last = _band(10_000);
        BandLib.breach(last, 1, BandPresets.standard(), NOW);
        assertEq(BandLib.breach(last, 1, BandPresets.standard(), NOW + 30 minutes), 2);
        // And for as long as it lasts.
        assertEq(BandLib.breach(last, 1, BandPresets.standard(), NOW + 31 minutes), 2);
        assertEq(BandLib.breach(last, 2, BandPresets.standard(), NOW + 32 minutes), 3);
        assertEq(BandLib.breach(last, 3, BandPresets.standard(), NOW + 33 minutes), 3);
    }

    function test_Breach_StartsAfresh_LongAfterTheLastOne() public pure {
        Band memory band = _band(10_000);
        BandLib.breach(band, 1, BandPresets.standard(), NOW);

        assertEq(BandLib.breach(band, 1, BandPresets.standard(), NOW + 30 minutes + 1), 1);
        assertFalse(band.isEscalated);
    }

    /// @dev A halt of last month does not lengthen the memory of a small breach of today.
    function test_Breach_RemembersTheLatestOnly() public pure {
        Band memory band = _band(10_000);
        BandLib.breach(band, 3, BandPresets.standard(), NOW);
        BandLib.breach(band, 1, BandPresets.standard(), NOW + 30 days);
        assertEq(band.breachTier, 1);

        assertEq(BandLib.breach(band, 1, BandPresets.standard(), NOW + 30 days + 30 minutes + 1), 1);
    }

    function test_Breach_FirstOneOfAMarketIsNotARepeat() public pure {
        Band memory band = _band(10_000);

        assertEq(BandLib.breach(band, 1, BandPresets.standard(), 1), 1);
    }

    /// @dev A row of small breaches, each soon after the last, climbs one tier and stays there.
    function test_Breach_ARowOfSmallOnesDoesNotClimbToAHalt() public pure {
        Band memory band = _band(10_000);
        uint256 time = NOW;
        assertEq(BandLib.breach(band, 1, BandPresets.standard(), time), 1);
        for (uint256 i; i < 10; ++i) {
            time = band.breachEndsAt + 1;
            assertEq(BandLib.breach(band, 1, BandPresets.standard(), time), 2);
        }
    }

    /// @dev A pulse's tier is never below what the price alone says, and at most one above it.
    function testFuzz_Breach_StaysWithinOneTierOfThePrice(uint256 seed) public pure {
        Band memory band = _band(10_000);
        uint256 time = NOW;
        for (uint256 i; i < 20; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            time += 1 + (roll % 3 hours);
            uint8 tier = uint8(1 + ((roll >> 64) % 3));
            uint8 escalated = BandLib.breach(band, tier, BandPresets.standard(), time);

            assertGe(escalated, tier);
            assertLe(escalated, tier + 1);
            assertLe(escalated, 3);
            assertGt(band.breachEndsAt, time);
        }
    }

    /* BUILDING */

    function _price(uint256 priceE18, uint256 confidenceE18) private pure returns (Price memory) {
        return Price({priceE18: priceE18, confidenceE18: confidenceE18, publishTime: uint64(NOW + 60), count: 3});
    }

    function _band(uint112 centre) private pure returns (Band memory band) {
        band.referenceE18 = centre;
        band.anchorE18 = centre;
        band.anchoredAt = uint32(NOW);
        band.publishTime = uint32(NOW);
        band.pulsedAt = uint32(NOW);
    }

    function _tier(uint256 price) private pure returns (uint8) {
        return _tierIn(_band(10_000), price);
    }

    function _tierIn(Band memory band, uint256 price) private pure returns (uint8 tier) {
        BandParameters memory parameters = BandPresets.standard();
        (tier, ) = band.tierOf(_price(price, 0), parameters);
    }
}
