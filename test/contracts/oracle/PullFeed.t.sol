// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IConfidentFeed} from "../../../contracts/interfaces/IConfidentFeed.sol";
import {FeedReading, Price, Standing} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {IPullFeed} from "../../../contracts/interfaces/IPullFeed.sol";
import {IPyth} from "../../../contracts/interfaces/IPyth.sol";
import {PythModel} from "../../../contracts/mocks/PythModel.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {FeedReader} from "../../../contracts/oracle/FeedReader.sol";
import {PullFeed} from "../../../contracts/oracle/PullFeed.sol";
import {OracleWorld} from "./OracleWorld.sol";

contract PullFeedTest is OracleWorld {
    uint64 private constant PAR_E8 = uint64(PAR * 1e8);
    bool private isRefusing;

    /// @dev Takes refunds, unless told not to.
    receive() external payable {
        if (isRefusing) revert();
    }

    /* WHAT IT SAYS */

    function test_LatestReading_HasEighteenDecimals_WhateverTheExponent() public {
        int32[5] memory expos = [int32(-8), -18, 0, 2, -20];
        int64[5] memory prices = [int64(1_000_050_000_000), 5, 10_000, 100, 1_999];
        uint256[5] memory expected = [uint256(10_000.5e18), 5, 10_000e18, 10_000e18, 19];
        uint256[5] memory confidences = [uint256(0.00000007e18), 7, 7e18, 700e18, 1];
        for (uint256 i; i < expos.length; ++i) {
            _hold(IPyth.Price(prices[i], 7, expos[i], NOW + i + 1));

            (int256 answer, uint256 confidence, uint256 updatedAt) = pulled.latestReading();
            assertEq(answer, int256(expected[i]));
            // Rounded up: 7e-20 is one unit of 1e-18.
            assertEq(confidence, confidences[i]);
            assertEq(updatedAt, NOW + i + 1);
        }
        assertEq(pulled.decimals(), 18);
    }

    function test_LatestRoundData_IsTheSameReading() public {
        _hold(IPyth.Price(-3, 9, -8, NOW + 5));

        (uint80 round, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = pulled
            .latestRoundData();
        assertEq(round, NOW + 5);
        assertEq(answer, -3e10);
        assertEq(startedAt, NOW + 5);
        assertEq(updatedAt, NOW + 5);
        assertEq(answeredIn, NOW + 5);
    }

    function test_LatestReading_RevertGiven_ExponentOutOfRange() public {
        _hold(IPyth.Price(1, 0, 19, NOW + 1));
        _expectExponent(19);
        pulled.latestReading();
        _hold(IPyth.Price(1, 0, -37, NOW + 2));
        _expectExponent(-37);
        pulled.latestRoundData();
    }

    function testFuzz_LatestReading_NeverOverflows(int64 price, uint64 conf, int32 expo, uint64 time) public {
        expo = int32(bound(expo, -36, 18));
        _hold(IPyth.Price(price, conf, expo, uint256(time) + NOW + 1));

        (int256 answer, uint256 confidence, ) = pulled.latestReading();
        assertEq(answer > 0, price > 0 && (answer != 0));
        assertLt(confidence, 1 << 184);
    }

    function test_SupportsInterface_NamesItsKind() public view {
        assertTrue(pulled.supportsInterface(type(IConfidentFeed).interfaceId));
        assertTrue(pulled.supportsInterface(type(IERC165).interfaceId));
        assertFalse(pulled.supportsInterface(0xffffffff));
        assertEq(address(pulled.source()), address(pyth));
        assertEq(pulled.priceId(), PRICE_ID);
    }

    /* UPDATE */

    function test_Update_BringsThePriceAndGivesBackTheRest() public {
        bytes[] memory updates = _updates(IPyth.Price(int64(PAR_E8) * 2, 1, -8, NOW + 1));
        assertEq(pulled.updateFee(updates), FEE);
        vm.deal(address(this), 100);
        vm.expectEmit();
        emit IPullFeed.Updated(address(this), FEE, NOW + 1);
        pulled.update{value: 100}(updates);

        assertEq(address(this).balance, 93);
        assertEq(address(pyth).balance, 2 * FEE);
        assertEq(address(pulled).balance, 0);
        (int256 answer, , ) = pulled.latestReading();
        assertEq(answer, 20_000e18);
    }

    function test_Update_ChangesNothing_GivenAnOlderPrice() public {
        _pull(1, 0, NOW - 1);

        (int256 answer, , uint256 updatedAt) = pulled.latestReading();
        assertEq(answer, int256(PAR * 1e18));
        assertEq(updatedAt, NOW);
    }

    function test_Update_PaysTheFeeOfTheMoment() public {
        pyth.charge(50);
        bytes[] memory updates = _updates(IPyth.Price(1, 0, -8, NOW + 1));
        vm.deal(address(this), 100);

        vm.expectRevert(abi.encodeWithSelector(IPullFeed.PullFeed_FeeTooLow.selector, 49, 50));
        pulled.update{value: 49}(updates);
        pulled.update{value: 50}(updates);
        assertEq(address(this).balance, 50);
    }

    function test_Update_RevertWhen_TheRefundIsRefused() public {
        isRefusing = true;
        vm.deal(address(this), 100);

        vm.expectRevert(abi.encodeWithSelector(IPullFeed.PullFeed_RefundFailed.selector, address(this), 93));
        pulled.update{value: 100}(_updates(IPyth.Price(1, 0, -8, NOW + 1)));
    }

    function test_Update_ReentrantCallerGetsNoMoreThanItSent() public {
        ReentrantUpdater attacker = new ReentrantUpdater(pulled, _updates(IPyth.Price(1, 0, -8, NOW + 1)));
        vm.deal(address(attacker), 100);
        vm.deal(address(this), 0);
        attacker.start();

        assertEq(address(attacker).balance, 100 - 3 * FEE);
        assertEq(address(pulled).balance, 0);
    }

    function test_Constructor_RevertWhen_ThereIsNoSource() public {
        vm.expectRevert(abi.encodeWithSelector(IPullFeed.PullFeed_InvalidSource.selector, address(1), PRICE_ID));
        new PullFeed(IPyth(address(1)), PRICE_ID);
        vm.expectRevert(abi.encodeWithSelector(IPullFeed.PullFeed_InvalidSource.selector, address(pyth), bytes32(0)));
        new PullFeed(pyth, 0);
    }

    /* THROUGH THE AGGREGATOR */

    function test_Price_CountsAFeedsOwnConfidence() public {
        vm.warp(NOW + 1);
        // Alone: what the feed itself says. 1 % of 10,000.
        _pull(int64(PAR_E8), PAR_E8 / 100, block.timestamp);
        _only(pulled);
        assertEq(_price().confidenceE18, 100e18);
        assertEq(_price().count, 1);
    }

    function test_Price_ConfidenceIsTheMedianOfDistanceAndOwnConfidence() public {
        vm.warp(NOW + 1);
        pushed[0].publish(9_980e8);
        pushed[1].publish(10_010e8);
        _pull(int64(PAR_E8), 15e8, block.timestamp);

        // The distances are 20, 10 and 0, whose median is 10; with the pulled feed's 15 they are 20, 10 and 15.
        assertEq(_price().priceE18, 10_000e18);
        assertEq(_price().confidenceE18, 15e18);
    }

    function test_Price_OneUnsureFeedDoesNotBlind() public {
        vm.warp(NOW + 1);
        _pull(int64(PAR_E8), PAR_E8 / 50, block.timestamp);

        assertEq(_price().count, 3);
        assertEq(_price().confidenceE18, 0);
    }

    function test_Price_LeavesOutAFeedThatIsTooUnsure_BoundInclusive() public {
        vm.warp(NOW + 1);
        _pull(int64(PAR_E8), PAR_E8 / 50, block.timestamp);
        assertEq(uint8(_standing()), uint8(Standing.Used));

        vm.warp(NOW + 2);
        _pull(int64(PAR_E8), PAR_E8 / 50 + 1, block.timestamp);
        assertEq(uint8(_standing()), uint8(Standing.Wide));
        assertEq(_price().count, 2);

        vm.warp(NOW + 3);
        _pull(int64(PAR_E8), type(uint64).max, block.timestamp);
        assertEq(uint8(_standing()), uint8(Standing.Wide));
    }

    function test_Price_LeavesOut_EveryBadAnswerAndBehaviour() public {
        int64[3] memory bad = [int64(0), -1, type(int64).min];
        for (uint256 i; i < bad.length; ++i) {
            _hold(IPyth.Price(bad[i], 0, -8, NOW + i + 1));
            assertEq(uint8(_standing()), uint8(Standing.BadPrice));
        }
        _hold(IPyth.Price(type(int64).max, 0, 18, NOW + 4));
        assertEq(uint8(_standing()), uint8(Standing.BadPrice));
        _hold(IPyth.Price(1, 0, 19, NOW + 5));
        assertEq(uint8(_standing()), uint8(Standing.Failed));
        _hold(IPyth.Price(1, 0, -8, NOW + 31));
        assertEq(uint8(_standing()), uint8(Standing.Ahead));
        _hold(IPyth.Price(1, 0, -8, type(uint256).max));
        assertEq(uint8(_standing()), uint8(Standing.Ahead));

        for (uint8 i = 1; i < 5; ++i) {
            pyth.behave(Behaviour(i));
            assertEq(uint8(_standing()), uint8(Standing.Failed));
            assertEq(_price().count, 2);
        }
    }

    function test_Price_LeavesOut_APriceThatWasNeverBrought() public {
        PullFeed empty = new PullFeed(pyth, keccak256("ETH / USD"));
        _only(empty);

        (bool ok, ) = aggregator.price(MARKET);
        assertFalse(ok);
        FeedReading[] memory list = aggregator.readings(MARKET);
        assertEq(uint8(list[0].standing), uint8(Standing.Failed));
    }

    function testFuzz_Price_HonestMajorityHolds(IPyth.Price memory held, uint8 behaviour) public {
        if (held.publishTime % 2 == 0) held.publishTime = NOW - 4_000 + (held.publishTime % 4_100);
        _hold(held);
        pyth.behave(Behaviour(behaviour % 5));

        (bool ok, Price memory price) = aggregator.price{gas: 5_000_000}(MARKET);
        assertTrue(ok);
        assertEq(price.priceE18, PAR * 1e18);
        assertEq(price.confidenceE18, 0);
        assertLe(price.publishTime, NOW);
    }

    function test_Price_GasOfABurningSourceIsBounded() public {
        pyth.behave(Behaviour.BurnGas);
        uint256 left = gasleft();
        aggregator.price(MARKET);
        assertLt(left - gasleft(), FeedReader.FEED_GAS + 80_000);
    }

    /* BUILDING */

    /// @dev Makes the source hold exactly that.
    function _hold(IPyth.Price memory held) private {
        pyth = new PythModel(FEE);
        pulled = new PullFeed(pyth, PRICE_ID);
        vm.deal(address(this), FEE);
        if (held.publishTime != 0) pulled.update{value: FEE}(_updates(held));
        aggregator.setFeeds(MARKET, _configs(), 2);
    }

    function _price() private view returns (Price memory price) {
        (, price) = aggregator.price(MARKET);
    }

    function _standing() private view returns (Standing) {
        FeedReading[] memory list = aggregator.readings(MARKET);
        return list[2].standing;
    }

    function _expectExponent(int32 expo) private {
        vm.expectRevert(abi.encodeWithSelector(IPullFeed.PullFeed_ExponentOutOfRange.selector, expo));
    }
}

/// @dev Updates again, twice, from within its refund.
contract ReentrantUpdater {
    uint256 private constant SENT = 30;

    PullFeed private immutable FEED;
    bytes[] private updates;
    uint256 private calls;

    constructor(PullFeed feed, bytes[] memory updates_) {
        FEED = feed;
        updates = updates_;
    }

    receive() external payable {
        if (calls < 3) start();
    }

    function start() public {
        ++calls;
        FEED.update{value: SENT}(updates);
    }
}
