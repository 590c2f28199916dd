// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Test} from "forge-std/Test.sol";

import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {
    FeedConfig,
    FeedReading,
    IPriceAggregator,
    Price,
    Standing
} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {Behaviour, ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {FeedReader} from "../../../contracts/oracle/FeedReader.sol";
import {PriceAggregator} from "../../../contracts/oracle/PriceAggregator.sol";

contract PriceAggregatorTest is Test {
    uint8 private constant MARKET = 1;
    uint32 private constant MAX_AGE = 3_600;
    uint256 private constant NOW = 1_600_000_000;
    /// @dev What a reading of three feeds needs when none of them misbehaves.
    uint256 private constant PLENTY = 5_000_000;

    PriceAggregator private aggregator;
    ScriptedFeed[3] private sources;

    function setUp() public {
        vm.warp(NOW);
        aggregator = new PriceAggregator(address(this));
        // Three ways of saying 7,900.
        sources[0] = _feed(8, 7_900e8);
        sources[1] = _feed(18, 7_900e18);
        sources[2] = _feed(0, 7_900);
        aggregator.setFeeds(MARKET, _configs(1, 1, 1), 2);
    }

    /* PRICE */

    function test_Price_NormalisesDecimals() public {
        ScriptedFeed fine = _feed(24, 7_900e24);
        FeedConfig[] memory configs = new FeedConfig[](1);
        configs[0] = FeedConfig(fine, MAX_AGE, 1);
        aggregator.setFeeds(2, configs, 1);

        _assertPrice(MARKET, 7_900e18, 0, 3);
        _assertPrice(2, 7_900e18, 0, 1);
    }

    function test_Price_IsTheMedian_AndItsSpreadTheConfidence() public {
        sources[1].publish(7_890e18);
        sources[2].publish(7_960);

        _assertPrice(MARKET, 7_900e18, 10e18, 3);
    }

    function test_Price_FollowsWeights() public {
        aggregator.setFeeds(MARKET, _configs(1, 1, 3), 2);
        sources[2].publish(8_000);

        _assertPrice(MARKET, 8_000e18, 0, 3);
    }

    function test_Price_WeightOfZeroCountsAsOne() public {
        aggregator.setFeeds(MARKET, _configs(0, 0, 0), 2);
        sources[0].publish(7_890e8);
        sources[2].publish(8_000);

        _assertPrice(MARKET, 7_900e18, 10e18, 3);
        (FeedConfig[] memory configs, ) = aggregator.feeds(MARKET);
        assertEq(configs[2].weight, 1);
    }

    function test_Price_PublishTimeIsOfTheNewestFeedUsed() public {
        sources[0].publishAt(7_900e8, NOW - 300);
        sources[1].publishAt(7_900e18, NOW - 20);
        sources[2].publishAt(-1, NOW);

        (bool ok, Price memory price) = aggregator.price(MARKET);
        assertTrue(ok);
        assertEq(price.publishTime, NOW - 20);
    }

    function test_Price_PublishTimeIsNeverAheadOfNow() public {
        sources[0].publishAt(7_900e8, NOW + 30);
        sources[1].publishAt(7_900e18, NOW - 1);
        sources[2].publishAt(7_900, NOW - 1);

        (, Price memory price) = aggregator.price(MARKET);
        assertEq(price.count, 3);
        assertEq(price.publishTime, NOW);
    }

    function test_Price_IsNone_GivenTooFewFeeds() public {
        sources[0].behave(Behaviour.Revert);
        _assertPrice(MARKET, 7_900e18, 0, 2);

        sources[1].behave(Behaviour.Revert);
        (bool ok, Price memory price) = aggregator.price(MARKET);
        assertFalse(ok);
        assertEq(price.count, 1);
        assertEq(price.priceE18, 0);
        assertEq(price.publishTime, 0);
    }

    function test_Price_IsNone_GivenUnknownMarket() public view {
        (bool ok, Price memory price) = aggregator.price(9);
        assertFalse(ok);
        assertEq(price.count, 0);
    }

    /* STALENESS */

    function test_Price_AgeBoundIsInclusive() public {
        sources[0].publishAt(7_000e8, NOW - MAX_AGE);
        assertEq(uint8(_standing(0)), uint8(Standing.Used));

        sources[0].publishAt(7_000e8, NOW - MAX_AGE - 1);
        assertEq(uint8(_standing(0)), uint8(Standing.Stale));
    }

    function test_Price_AheadBoundIsInclusive() public {
        sources[0].publishAt(7_000e8, NOW + aggregator.AHEAD_SECONDS());
        assertEq(uint8(_standing(0)), uint8(Standing.Used));

        sources[0].publishAt(7_000e8, NOW + aggregator.AHEAD_SECONDS() + 1);
        assertEq(uint8(_standing(0)), uint8(Standing.Ahead));
    }

    function test_PriceWithin_LeavesOutWhatThePriceStillUses() public {
        sources[0].publishAt(7_900e8, NOW - 61);
        sources[1].publishAt(7_900e18, NOW - 60);

        (bool ok, Price memory price) = aggregator.priceWithin(MARKET, 60);
        assertTrue(ok);
        assertEq(price.count, 2);
        _assertPrice(MARKET, 7_900e18, 0, 3);
    }

    function test_PriceWithin_NeverAllowsMoreThanTheFeed() public {
        sources[0].publishAt(7_900e8, NOW - MAX_AGE - 1);

        (, Price memory price) = aggregator.priceWithin(MARKET, type(uint32).max);
        assertEq(price.count, 2);
    }

    /* WHAT A FEED MAY SAY AND DO */

    function testFuzz_Price_LeavesOutWhatABadFeedSaysAndDoes(int64 answer, uint256 updatedAt, uint8 behaviour) public {
        // Half of the time about now, half of the time any time at all.
        if (updatedAt % 2 == 0) updatedAt = NOW - MAX_AGE - 100 + (updatedAt % (MAX_AGE + 200));
        sources[0].publishAt(answer, updatedAt);
        sources[0].behave(Behaviour(behaviour % 5));

        (bool ok, Price memory price) = aggregator.price{gas: PLENTY}(MARKET);

        assertTrue(ok);
        // Whatever it says, the two honest feeds hold the median to the nearer half of their range.
        assertEq(price.priceE18, 7_900e18);
        assertLe(price.publishTime, NOW);
    }

    function test_Price_LeavesOut_EveryBadBehaviour() public {
        Behaviour[4] memory bad = [Behaviour.Revert, Behaviour.BurnGas, Behaviour.ReturnLittle, Behaviour.ReturnHuge];
        for (uint256 i; i < bad.length; ++i) {
            sources[0].behave(bad[i]);
            assertEq(uint8(_standing(0)), uint8(Standing.Failed));
            _assertPrice(MARKET, 7_900e18, 0, 2);
        }
    }

    function test_Price_LeavesOut_EveryBadAnswer() public {
        int256[6] memory bad = [
            int256(0),
            -1,
            type(int256).min,
            type(int256).max,
            int256(uint256(type(uint112).max) / 1e10 + 1),
            int256(uint256(type(uint112).max) + 1)
        ];
        for (uint256 i; i < bad.length; ++i) {
            sources[0].publish(bad[i]);
            assertEq(uint8(_standing(0)), uint8(Standing.BadPrice));
            _assertPrice(MARKET, 7_900e18, 0, 2);
        }
    }

    function test_Price_LeavesOut_AFeedWithoutCode() public {
        vm.etch(address(sources[0]), "");

        assertEq(uint8(_standing(0)), uint8(Standing.Failed));
        _assertPrice(MARKET, 7_900e18, 0, 2);
    }

    function test_Price_LeavesOut_APriceTooSmallToHold() public {
        ScriptedFeed fine = _feed(36, 1e18 - 1);
        FeedConfig[] memory configs = new FeedConfig[](1);
        configs[0] = FeedConfig(fine, MAX_AGE, 1);
        aggregator.setFeeds(MARKET, configs, 1);
        assertEq(uint8(_standing(0)), uint8(Standing.BadPrice));

        fine.publish(1e18);
        assertEq(uint8(_standing(0)), uint8(Standing.Used));
    }

    function test_Price_GivesAFeedNoMoreThanItsGas() public {
        sources[0].behave(Behaviour.BurnGas);

        uint256 left = gasleft();
        aggregator.price(MARKET);
        assertLt(left - gasleft(), FeedReader.FEED_GAS + 60_000);
    }

    /* GAS OF THE CALLER */

    /// @dev A feed that needs most of its gas answers after the caller's gas was cut at any point: the reading either is
    /// the same or reverts as a whole. It never silently goes without that feed.
    function testFuzz_Price_CannotBeStarvedOfAFeed(uint256 gasGiven) public {
        gasGiven = bound(gasGiven, 10_000, 600_000);
        sources[0].publish(8_100e8);
        sources[1].publish(7_500e18);
        HungryFeed hungry = new HungryFeed(7_600);
        FeedConfig[] memory configs = _configs(1, 1, 1);
        configs[2].feed = hungry;
        aggregator.setFeeds(MARKET, configs, 2);

        try aggregator.price{gas: gasGiven}(MARKET) returns (bool ok, Price memory price) {
            assertTrue(ok);
            assertEq(price.count, 3);
            assertEq(price.priceE18, 7_600e18);
        } catch (bytes memory) {}
    }

    function test_Price_RevertWhen_GasIsTooLow() public {
        (bool ok, bytes memory reason) = address(aggregator).call{gas: 100_000}(
            abi.encodeCall(IPriceAggregator.price, (MARKET))
        );

        assertFalse(ok);
        assertEq(bytes4(reason), IPriceAggregator.PriceAggregator_GasTooLow.selector);
    }

    /* GOVERNANCE */

    function test_SetFeeds_ReplacesAll() public {
        FeedConfig[] memory one = new FeedConfig[](1);
        one[0] = FeedConfig(sources[2], 60, 7);
        aggregator.setFeeds(MARKET, one, 1);

        (FeedConfig[] memory configs, uint8 minCount) = aggregator.feeds(MARKET);
        assertEq(configs.length, 1);
        assertEq(address(configs[0].feed), address(sources[2]));
        assertEq(configs[0].maxAgeSeconds, 60);
        assertEq(configs[0].weight, 7);
        assertEq(minCount, 1);
    }

    function test_SetFeeds_RemovesAMarket() public {
        aggregator.setFeeds(MARKET, new FeedConfig[](0), 0);

        (bool ok, ) = aggregator.price(MARKET);
        assertFalse(ok);
    }

    function test_SetFeeds_RevertWhen_CallerIsNotTheOwner() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD)));
        aggregator.setFeeds(MARKET, _configs(1, 1, 1), 2);
    }

    function test_SetFeeds_RevertWhen_CountsDoNotFit() public {
        _expectCount(3, 4);
        aggregator.setFeeds(MARKET, _configs(1, 1, 1), 4);
        _expectCount(3, 0);
        aggregator.setFeeds(MARKET, _configs(1, 1, 1), 0);
        _expectCount(10, 2);
        aggregator.setFeeds(MARKET, new FeedConfig[](10), 2);
        _expectCount(0, 1);
        aggregator.setFeeds(MARKET, new FeedConfig[](0), 1);
    }

    function test_SetFeeds_RevertWhen_AFeedIsRepeated() public {
        FeedConfig[] memory configs = _configs(1, 1, 1);
        configs[2].feed = configs[0].feed;

        _expectInvalid(address(sources[0]));
        aggregator.setFeeds(MARKET, configs, 2);
    }

    function test_SetFeeds_RevertWhen_AFeedCannotBeOne() public {
        FeedConfig[] memory configs = _configs(1, 1, 1);
        configs[1].maxAgeSeconds = 0;
        _expectInvalid(address(sources[1]));
        aggregator.setFeeds(MARKET, configs, 2);

        configs[1] = FeedConfig(IAggregatorV3(address(0xE0A)), MAX_AGE, 1);
        _expectInvalid(address(0xE0A));
        aggregator.setFeeds(MARKET, configs, 2);

        ScriptedFeed tooFine = _feed(37, 1);
        configs[1].feed = tooFine;
        _expectInvalid(address(tooFine));
        aggregator.setFeeds(MARKET, configs, 2);
    }

    /* BUILDING */

    function _feed(uint8 decimals, int256 answer) private returns (ScriptedFeed feed) {
        feed = new ScriptedFeed(decimals, "BTC / USD");
        feed.publish(answer);
    }

    function _configs(uint16 a, uint16 b, uint16 c) private view returns (FeedConfig[] memory configs) {
        configs = new FeedConfig[](3);
        configs[0] = FeedConfig(sources[0], MAX_AGE, a);
        configs[1] = FeedConfig(sources[1], MAX_AGE, b);
        configs[2] = FeedConfig(sources[2], MAX_AGE, c);
    }

    function _standing(uint256 index) private view returns (Standing) {
        FeedReading[] memory list = aggregator.readings(MARKET);
        return list[index].standing;
    }

    function _assertPrice(uint8 market, uint256 priceE18, uint256 confidenceE18, uint8 count) private view {
        (bool ok, Price memory price) = aggregator.price(market);
        assertTrue(ok);
        assertEq(price.priceE18, priceE18);
        assertEq(price.confidenceE18, confidenceE18);
        assertEq(price.count, count);
    }

    function _expectCount(uint256 feeds, uint256 minCount) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceAggregator.PriceAggregator_InvalidCount.selector, feeds, minCount)
        );
    }

    function _expectInvalid(address feed) private {
        vm.expectRevert(abi.encodeWithSelector(IPriceAggregator.PriceAggregator_InvalidFeed.selector, feed));
    }
}

/// @dev An honest feed that needs most of the gas that it is promised, and gives back the rest when it gets less.
contract HungryFeed is IAggregatorV3 {
    error HungryFeed_WantsMore();

    uint256 private constant NEEDED = 140_000;

    int256 private immutable ANSWER;

    constructor(int256 answer) {
        ANSWER = answer;
    }

    function decimals() external pure returns (uint8) {
        return 0;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (gasleft() < NEEDED) revert HungryFeed_WantsMore();
        return (1, ANSWER, block.timestamp, block.timestamp, 1);
    }
}
