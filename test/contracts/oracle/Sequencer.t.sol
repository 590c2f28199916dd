// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {IPriceAggregator, Price, SequencerStatus} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {Behaviour, ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {ACTIONS, Action} from "../../../contracts/types/Matrix.sol";
import {OracleWorld} from "./OracleWorld.sol";

contract SequencerTest is OracleWorld {
    int256 private constant UP = 0;
    int256 private constant DOWN = 1;
    uint32 private constant GRACE = 1 hours;
    IAggregatorV3 private constant NONE = IAggregatorV3(address(0));

    /// @dev Answers as Chainlink's uptime feeds do; its start is its publish time.
    ScriptedFeed private uptime;

    function setUp() public override {
        super.setUp();
        uptime = new ScriptedFeed(0, "L2 Sequencer Uptime Status Feed");
        uptime.publishAt(UP, NOW - 1 days);
        aggregator.setSequencer(uptime, GRACE);
    }

    function test_SequencerStatus_FollowsTheFeed() public {
        _assertStatus(SequencerStatus.Up, NOW - 1 days);

        uptime.publishAt(DOWN, NOW - 10);
        _assertStatus(SequencerStatus.Down, NOW - 10);

        uptime.publishAt(UP, NOW);
        _assertStatus(SequencerStatus.Grace, NOW);
        vm.warp(NOW + GRACE);
        _assertStatus(SequencerStatus.Grace, NOW);
        vm.warp(NOW + GRACE + 1);
        _assertStatus(SequencerStatus.Up, NOW);
    }

    function test_SequencerStatus_IsNone_GivenNoFeed() public {
        aggregator.setSequencer(NONE, 0);
        _assertStatus(SequencerStatus.None, 0);
    }

    function test_SequencerStatus_IsUnknown_GivenAFeedThatCannotBeJudged() public {
        Behaviour[4] memory bad = [Behaviour.Revert, Behaviour.BurnGas, Behaviour.ReturnLittle, Behaviour.ReturnHuge];
        for (uint256 i; i < bad.length; ++i) {
            uptime.behave(bad[i]);
            _assertStatus(SequencerStatus.Unknown, 0);
        }
        uptime.behave(Behaviour.Answer);
        uptime.publishAt(2, NOW - 1 days);
        _assertStatus(SequencerStatus.Unknown, 0);
        uptime.publishAt(-1, NOW - 1 days);
        _assertStatus(SequencerStatus.Unknown, 0);
        // Not initialised yet, as on Arbitrum; and a start that is still to come.
        uptime.publishAt(UP, 0);
        _assertStatus(SequencerStatus.Unknown, 0);
        uptime.publishAt(UP, NOW + 1);
        _assertStatus(SequencerStatus.Unknown, 0);
        uptime.publishAt(UP, type(uint256).max);
        _assertStatus(SequencerStatus.Unknown, 0);
        vm.etch(address(uptime), "");
        _assertStatus(SequencerStatus.Unknown, 0);
    }

    /// @dev Down, unknown or in grace: no price for what takes risk on or something away; closing goes on.
    function test_PriceFor_OnlyCloseHasAPrice_GivenTheSequencerIsNotUp() public {
        assertTrue(_isThere(Action.Open));

        uptime.publishAt(DOWN, NOW);
        _assertOnlyClose();
        uptime.publishAt(UP, NOW);
        _assertOnlyClose();
        uptime.behave(Behaviour.Revert);
        _assertOnlyClose();

        uptime.behave(Behaviour.Answer);
        uptime.publishAt(UP, NOW - GRACE - 1);
        for (uint256 i; i < ACTIONS; ++i) {
            assertTrue(_isThere(Action(i)));
        }
    }

    /// @dev Sensors can only tighten, so they see what the feeds say.
    function test_Price_IsThere_GivenTheSequencerIsDown() public {
        uptime.publishAt(DOWN, NOW);

        (bool ok, Price memory price) = aggregator.price(MARKET);
        assertTrue(ok);
        assertEq(price.count, 3);
    }

    /// @dev With any amount of gas the status is the true one or the call reverts.
    function testFuzz_SequencerStatus_CannotBeStarved(uint256 gasGiven) public view {
        gasGiven = bound(gasGiven, 10_000, 300_000);
        try aggregator.sequencerStatus{gas: gasGiven}() returns (SequencerStatus status, uint64) {
            assertEq(uint8(status), uint8(SequencerStatus.Up));
        } catch (bytes memory) {}
    }

    function testFuzz_PriceFor_NeverOpensUnlessUp(int8 answer, uint256 startedAt, uint8 behaviour) public {
        startedAt = startedAt % 2 == 0 ? startedAt : NOW - 2 hours + (startedAt % 4 hours);
        uptime.publishAt(answer, startedAt);
        uptime.behave(Behaviour(behaviour % 5));

        bool isUp = behaviour % 5 == 0 && answer == 0 && startedAt != 0 && startedAt < NOW && NOW - startedAt > GRACE;
        assertEq(_isThere(Action.Open), isUp);
        assertTrue(_isThere(Action.Close));
    }

    /* GOVERNANCE */

    function test_SetSequencer_IsReadBack() public {
        vm.expectEmit();
        emit IPriceAggregator.SequencerSet(uptime, 300);
        aggregator.setSequencer(uptime, 300);

        (IAggregatorV3 feed, uint32 graceSeconds) = aggregator.sequencer();
        assertEq(address(feed), address(uptime));
        assertEq(graceSeconds, 300);
    }

    function test_SetSequencer_TakesAFeedThatSaysDown() public {
        uptime.publishAt(DOWN, NOW);
        aggregator.setSequencer(uptime, GRACE);
        _assertOnlyClose();
    }

    function test_SetSequencer_RevertWhen_OutOfBounds() public {
        _expectBounds(299);
        aggregator.setSequencer(uptime, 299);
        _expectBounds(1 days + 1);
        aggregator.setSequencer(uptime, 1 days + 1);
    }

    function test_SetSequencer_RevertWhen_TheFeedCannotBeJudged() public {
        uptime.publishAt(7, NOW);
        _expectInvalid(address(uptime), GRACE);
        aggregator.setSequencer(uptime, GRACE);
        _expectInvalid(address(0xE0A), GRACE);
        aggregator.setSequencer(IAggregatorV3(address(0xE0A)), GRACE);
        _expectInvalid(address(0), 1);
        aggregator.setSequencer(NONE, 1);
    }

    function test_SetSequencer_RevertWhen_CallerIsNotTheOwner() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD)));
        aggregator.setSequencer(NONE, 0);
    }

    function _assertStatus(SequencerStatus expected, uint256 expectedSince) private view {
        (SequencerStatus status, uint64 since) = aggregator.sequencerStatus();
        assertEq(uint8(status), uint8(expected));
        assertEq(since, expectedSince);
    }

    function _assertOnlyClose() private view {
        for (uint256 i; i < ACTIONS; ++i) {
            assertEq(_isThere(Action(i)), Action(i) == Action.Close);
        }
    }

    function _expectBounds(uint256 value) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPriceAggregator.PriceAggregator_OutOfBounds.selector,
                "graceSeconds",
                value,
                300,
                1 days
            )
        );
    }

    function _expectInvalid(address feed, uint32 graceSeconds) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceAggregator.PriceAggregator_InvalidSequencer.selector, feed, graceSeconds)
        );
    }
}
