// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {FeedConfig, IPriceAggregator, Price} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {MatrixPresets} from "../../../contracts/oracle/MatrixPresets.sol";
import {ACTIONS, Action, ActionLimit} from "../../../contracts/types/Matrix.sol";
import {OracleWorld} from "./OracleWorld.sol";

contract ActionMatrixTest is OracleWorld {
    /* THE SAME NUMBER */

    function testFuzz_PriceFor_IsTheSameNumberAsThePrice(uint64 a, uint64 b, uint64 c, uint8 action) public {
        pushed[0].publish(int64(a >> 1));
        pushed[1].publish(int64(b >> 1));
        vm.warp(NOW + 1);
        _pull(int64(c >> 1), 0, block.timestamp);

        (bool ok, Price memory price) = aggregator.priceFor(MARKET, Action(action % ACTIONS));
        if (!ok) return;
        (bool isThere, Price memory sensed) = aggregator.price(MARKET);
        assertTrue(isThere);
        assertEq(keccak256(abi.encode(price)), keccak256(abi.encode(sensed)));
    }

    /* AGES */

    function test_PriceFor_EachActionHasItsOwnAge() public {
        uint24[ACTIONS] memory ages = [uint24(60), 300, 60, 60, 30, 60];
        for (uint256 i; i < ACTIONS; ++i) {
            vm.warp(NOW + ages[i]);
            assertTrue(_isThere(Action(i)));
            assertEq(_countFor(Action(i)), 3);

            vm.warp(NOW + ages[i] + 1);
            assertFalse(_isThere(Action(i)));
            assertEq(_countFor(Action(i)), 0);
        }
        (bool ok, ) = aggregator.price(MARKET);
        assertTrue(ok);
    }

    function test_PriceFor_LeavesOutTheOldAndKeepsTheYoung() public {
        vm.warp(NOW + 61);
        pushed[1].publish(int256(PAR * 1e8) + 2e8);
        _pull(int64(int256(PAR * 1e8)) + 4e8, 0, block.timestamp);

        (bool ok, Price memory price) = aggregator.priceFor(MARKET, Action.Open);
        assertTrue(ok);
        assertEq(price.count, 2);
        assertEq(price.priceE18, 10_003e18);
        assertEq(price.publishTime, block.timestamp);
    }

    function test_PriceFor_NeverAllowsMoreAgeThanTheFeed() public {
        FeedConfig[] memory configs = _configs();
        configs[0].maxAgeSeconds = 10;
        aggregator.setFeeds(MARKET, configs, 3);
        vm.warp(NOW + 11);

        assertFalse(_isThere(Action.Close));
        assertEq(_countFor(Action.Close), 2);
    }

    function test_PriceFor_IsNone_GivenNoRow() public {
        aggregator.setFeeds(2, _configs(), 2);

        (bool sensed, ) = aggregator.price(2);
        assertTrue(sensed);
        for (uint256 i; i < ACTIONS; ++i) {
            (bool ok, Price memory price) = aggregator.priceFor(2, Action(i));
            assertFalse(ok);
            assertEq(price.count, 0);
        }
    }

    function test_PriceFor_IsNone_GivenTooFewFeeds() public {
        pushed[0].behave(Behaviour.ReturnHuge);
        assertTrue(_isThere(Action.Liquidate));

        pushed[1].publish(-1);
        assertFalse(_isThere(Action.Liquidate));
        assertEq(_countFor(Action.Liquidate), 1);
    }

    /* CONFIDENCE */

    /// @dev Two feeds 100 apart say 10,050, give or take 50: 49.75 basis points.
    function test_PriceFor_EachActionHasItsOwnConfidence() public {
        pyth.behave(Behaviour.Revert);
        pushed[1].publish(int256((PAR + 100) * 1e8));
        for (uint256 i; i < ACTIONS; ++i) {
            _setConfidence(Action(i), 49);
            assertFalse(_isThere(Action(i)));
            assertEq(_countFor(Action(i)), 2);

            _setConfidence(Action(i), 50);
            assertTrue(_isThere(Action(i)));
            assertEq(_countFor(Action(i)), 2);
        }
    }

    function test_PriceFor_SaysNothingButTheCount_GivenAWidePrice() public {
        pyth.behave(Behaviour.Revert);
        pushed[1].publish(int256((PAR + 1_000) * 1e8));

        (bool ok, Price memory price) = aggregator.priceFor(MARKET, Action.Open);
        assertFalse(ok);
        assertEq(price.priceE18, 0);
        assertEq(price.confidenceE18, 0);
        assertEq(price.publishTime, 0);
        assertEq(price.count, 2);
    }

    function test_PriceFor_LeavesOutAFeedThatIsLessSureThanTheRowAllows() public {
        // 1.5 %: good enough to liquidate on and to sense, not to open.
        _pullWithConfidence(150);

        assertEq(_countFor(Action.Open), 2);
        assertEq(_countFor(Action.Liquidate), 3);
        (, Price memory price) = aggregator.price(MARKET);
        assertEq(price.count, 3);
    }

    function test_PriceFor_NeverAllowsMoreConfidenceThanTheMarket() public {
        aggregator.setFeedConfidence(MARKET, 100);
        _pullWithConfidence(101);

        assertEq(_countFor(Action.Close), 2);
        assertEq(_countFor(Action.Liquidate), 2);
    }

    /* NEVER LOOSER */

    /// @dev P10: as time passes with nobody speaking, no action gains a feed or a price.
    function testFuzz_PriceFor_TimeAloneNeverLoosens(uint8 action, uint16[3] memory ages, uint16 passed) public {
        Action wanted = Action(action % ACTIONS);
        pushed[0].publishAt(int256(PAR * 1e8), NOW - (ages[0] % 400));
        pushed[1].publishAt(int256(PAR * 1e8), NOW - (ages[1] % 400));
        vm.warp(NOW + 400);
        _pull(int64(int256(PAR * 1e8)), 0, NOW + 400 - (ages[2] % 400));
        (bool before, uint8 count) = (_isThere(wanted), _countFor(wanted));

        vm.warp(block.timestamp + passed);
        if (_isThere(wanted)) assertTrue(before);
        assertLe(_countFor(wanted), count);
    }

    /// @dev A row that asks more never uses a feed that one which asks less leaves out.
    function testFuzz_PriceFor_AStricterRowUsesNoMoreFeeds(uint16[3] memory ages, uint16 conf, uint24 age) public {
        pushed[0].publishAt(int256(PAR * 1e8), NOW - (ages[0] % 1_000));
        pushed[1].publishAt(int256(PAR * 1e8), NOW - (ages[1] % 1_000));
        vm.warp(NOW + 1_000);
        _pull(int64(int256(PAR * 1e8)), uint64(conf) * 1e8, NOW + 1_000 - (ages[2] % 1_000));
        ActionLimit[ACTIONS] memory limits = MatrixPresets.fast();
        limits[uint256(Action.Lift)].maxAgeSeconds = uint24(bound(age, 5, 1_999));
        aggregator.setMatrix(MARKET, limits);
        uint8 strict = _countFor(Action.Lift);
        bool isThere = _isThere(Action.Lift);

        ++limits[uint256(Action.Lift)].maxAgeSeconds;
        limits[uint256(Action.Lift)].maxConfidenceBps += 1;
        aggregator.setMatrix(MARKET, limits);
        assertLe(strict, _countFor(Action.Lift));
        (bool sensed, Price memory price) = aggregator.price(MARKET);
        assertLe(strict, price.count);
        if (isThere) assertTrue(sensed);
    }

    /* GOVERNANCE */

    function test_SetMatrix_IsReadBack() public {
        ActionLimit[ACTIONS] memory limits = MatrixPresets.fast();
        limits[uint256(Action.Withdraw)] = ActionLimit(77, 33, false);
        vm.expectEmit();
        emit IPriceAggregator.MatrixSet(MARKET, limits);
        aggregator.setMatrix(MARKET, limits);

        assertEq(keccak256(abi.encode(aggregator.matrix(MARKET))), keccak256(abi.encode(limits)));
        assertEq(aggregator.matrix(2)[0].maxAgeSeconds, 0);
    }

    function test_SetMatrix_TakesThePresets() public {
        aggregator.setMatrix(MARKET, MatrixPresets.heartbeat());
        vm.warp(NOW + MAX_AGE);
        assertTrue(_isThere(Action.Deleverage));
        vm.warp(NOW + MAX_AGE + 1);
        assertFalse(_isThere(Action.Deleverage));
    }

    function test_SetFeeds_KeepsTheRow() public {
        aggregator.setFeeds(MARKET, new FeedConfig[](0), 0);
        assertFalse(_isThere(Action.Open));

        aggregator.setFeeds(MARKET, _configs(), 2);
        assertTrue(_isThere(Action.Open));
    }

    function test_SetMatrix_RevertWhen_ALimitIsOutOfBounds() public {
        ActionLimit[ACTIONS] memory limits = MatrixPresets.fast();
        for (uint256 i; i < ACTIONS; ++i) {
            limits = MatrixPresets.fast();
            limits[i].maxAgeSeconds = 4;
            _refused(limits, "maxAgeSeconds", 4, 5, 25 hours);
            limits[i].maxAgeSeconds = 25 hours + 1;
            _refused(limits, "maxAgeSeconds", 25 hours + 1, 5, 25 hours);
            limits = MatrixPresets.fast();
            limits[i].maxConfidenceBps = 9;
            _refused(limits, "maxConfidenceBps", 9, 10, 2_000);
            limits[i].maxConfidenceBps = 2_001;
            _refused(limits, "maxConfidenceBps", 2_001, 10, 2_000);
        }
    }

    function test_SetMatrix_RevertWhen_ClosingIsStricterThanOpening() public {
        ActionLimit[ACTIONS] memory limits = MatrixPresets.fast();
        limits[uint256(Action.Close)].maxAgeSeconds = 59;
        _refusedClose(limits);
        limits = MatrixPresets.fast();
        limits[uint256(Action.Close)].maxConfidenceBps = 99;
        _refusedClose(limits);
        limits = MatrixPresets.fast();
        limits[uint256(Action.Close)].needsSequencer = true;
        limits[uint256(Action.Open)].needsSequencer = false;
        _refusedClose(limits);

        limits[uint256(Action.Open)] = limits[uint256(Action.Close)];
        aggregator.setMatrix(MARKET, limits);
    }

    function test_SetFeedConfidence_IsReadBack() public {
        assertEq(aggregator.feedConfidence(MARKET), 200);
        vm.expectEmit();
        emit IPriceAggregator.FeedConfidenceSet(MARKET, 55);
        aggregator.setFeedConfidence(MARKET, 55);
        assertEq(aggregator.feedConfidence(MARKET), 55);
    }

    function test_SetFeedConfidence_RevertWhen_OutOfBounds() public {
        _expectBounds("maxBps", 9, 10, 2_000);
        aggregator.setFeedConfidence(MARKET, 9);
        _expectBounds("maxBps", 2_001, 10, 2_000);
        aggregator.setFeedConfidence(MARKET, 2_001);
    }

    function test_Setters_RevertWhen_CallerIsNotTheOwner() public {
        ActionLimit[ACTIONS] memory limits = MatrixPresets.fast();
        bytes memory reason = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD));
        vm.startPrank(address(0xBAD));
        vm.expectRevert(reason);
        aggregator.setMatrix(MARKET, limits);
        vm.expectRevert(reason);
        aggregator.setFeedConfidence(MARKET, 100);
    }

    /* BUILDING */

    function _setConfidence(Action action, uint16 bps) private {
        ActionLimit[ACTIONS] memory row = MatrixPresets.fast();
        row[uint256(action)].maxConfidenceBps = bps;
        // Closing asks no more than opening.
        if (action == Action.Close) row[uint256(Action.Open)].maxConfidenceBps = bps;
        aggregator.setMatrix(MARKET, row);
    }

    function _pullWithConfidence(uint64 bps) private {
        vm.warp(NOW + 1);
        _pull(int64(int256(PAR * 1e8)), uint64(PAR * 1e8 * bps) / 10_000, block.timestamp);
    }

    function _refused(
        ActionLimit[ACTIONS] memory limits,
        string memory name,
        uint256 value,
        uint256 least,
        uint256 most
    ) private {
        _expectBounds(name, value, least, most);
        aggregator.setMatrix(MARKET, limits);
    }

    function _refusedClose(ActionLimit[ACTIONS] memory limits) private {
        vm.expectRevert(IPriceAggregator.PriceAggregator_CloseStricterThanOpen.selector);
        aggregator.setMatrix(MARKET, limits);
    }

    function _expectBounds(string memory name, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceAggregator.PriceAggregator_OutOfBounds.selector, name, value, least, most)
        );
    }
}
