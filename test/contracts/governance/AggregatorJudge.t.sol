// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatorJudge} from "../../../contracts/governance/judges/AggregatorJudge.sol";
import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {FeedConfig, IPriceAggregator} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {MatrixPresets} from "../../../contracts/oracle/MatrixPresets.sol";
import {ACTIONS, Action, ActionLimit} from "../../../contracts/types/Matrix.sol";
import {OracleWorld} from "../oracle/OracleWorld.sol";

/// @notice P9 for the staleness matrix, and why so little of it can be compared.
contract AggregatorJudgeTest is OracleWorld {
    AggregatorJudge private judge;
    ScriptedFeed private uptime;

    function setUp() public override {
        super.setUp();
        judge = new AggregatorJudge();
        // Nothing asks for the sequencer.
        aggregator.setMatrix(MARKET, _row());
        uptime = new ScriptedFeed(0, "sequencer");
        uptime.publishAt(0, NOW - 1 days);
        aggregator.setSequencer(uptime, 1 hours);
    }

    function test_SetMatrix_OnlyOpenAndLiftMayAskForTheSequencer() public view {
        for (uint256 i; i < ACTIONS; ++i) {
            ActionLimit[ACTIONS] memory next = _row();
            next[i].needsSequencer = true;
            bool isOut = Action(i) == Action.Open || Action(i) == Action.Lift;
            assertEq(_judge(next), isOut, vm.toString(i));
        }
    }

    function test_SetMatrix_NoLongerAskingLoosens() public {
        ActionLimit[ACTIONS] memory asking = _row();
        for (uint256 i; i < ACTIONS; ++i) {
            asking[i].needsSequencer = true;
        }
        aggregator.setMatrix(MARKET, asking);
        assertTrue(_judge(asking), "the same");
        for (uint256 i; i < ACTIONS; ++i) {
            ActionLimit[ACTIONS] memory next = _copy(asking);
            next[i].needsSequencer = false;
            assertFalse(_judge(next), vm.toString(i));
        }
    }

    /// @dev Not up, not down, for no action.
    function test_SetMatrix_AgesAndConfidencesWait() public view {
        for (uint256 i; i < 4 * ACTIONS; ++i) {
            ActionLimit[ACTIONS] memory next = _row();
            ActionLimit memory limit = next[i / 4];
            if (i % 4 == 0) ++limit.maxAgeSeconds;
            if (i % 4 == 1) --limit.maxAgeSeconds;
            if (i % 4 == 2) ++limit.maxConfidenceBps;
            if (i % 4 == 3) --limit.maxConfidenceBps;
            assertFalse(_judge(next), vm.toString(i));
        }
    }

    /// @dev A market without a row has no price for any action: the first row allows what was refused.
    function test_SetMatrix_TheFirstRowWaits() public view {
        assertFalse(judge.tightens(address(aggregator), abi.encodeCall(IPriceAggregator.setMatrix, (9, _row()))));
    }

    /// @dev Why ages wait: the two old feeds disagree with the young one and with each other, so opening is refused; a
    /// stricter age leaves them out, and the one that is left agrees with itself.
    function test_SetMatrix_AStricterAgeMayOpen() public {
        aggregator.setFeeds(MARKET, _configs(), 1);
        vm.warp(NOW + 40);
        pushed[0].publishAt(int256(PAR * 1e8) + 900e8, NOW);
        pushed[1].publishAt(int256(PAR * 1e8) - 900e8, NOW);
        _pull(int64(int256(PAR * 1e8)), 0, block.timestamp);
        assertFalse(_isThere(Action.Open), "they disagree");

        ActionLimit[ACTIONS] memory next = _row();
        next[uint256(Action.Open)].maxAgeSeconds = 30;
        assertFalse(_judge(next), "waits");
        aggregator.setMatrix(MARKET, next);
        assertTrue(_isThere(Action.Open), "those that are left agree");
    }

    /// @dev What blinds or moves what the sensors see is never judged to tighten, in whichever direction.
    function test_Tightens_NothingThatTheSensorsSee() public view {
        bytes[6] memory calls = [
            abi.encodeCall(IPriceAggregator.setFeeds, (MARKET, _configs(), 3)),
            abi.encodeCall(IPriceAggregator.setFeeds, (MARKET, _configs(), 2)),
            abi.encodeCall(IPriceAggregator.setFeedConfidence, (MARKET, 10)),
            abi.encodeCall(IPriceAggregator.setFeedConfidence, (MARKET, 2_000)),
            abi.encodeCall(IPriceAggregator.setSequencer, (IAggregatorV3(address(pushed[0])), 1 hours)),
            abi.encodeCall(IPriceAggregator.setSequencer, (IAggregatorV3(address(0)), 0))
        ];
        for (uint256 i; i < calls.length; ++i) {
            assertFalse(judge.tightens(address(aggregator), calls[i]), vm.toString(i));
        }
    }

    /// @dev Whatever row the judge takes, no action has a price that it had not, and every way out keeps its own.
    function testFuzz_P9_WhatTightensAllowsNothingMore(uint256 seed) public {
        uint256 roll = uint256(keccak256(abi.encode(seed)));
        ActionLimit[ACTIONS] memory next = _row();
        for (uint256 i; i < ACTIONS; ++i) {
            bool isOut = Action(i) == Action.Open || Action(i) == Action.Lift;
            next[i].needsSequencer = (roll >> (4 * i)) % (isOut ? 2 : 16) == 0;
        }
        if ((roll >> 36) % 4 == 0) next[(roll >> 40) % ACTIONS].maxAgeSeconds -= uint24(1 + ((roll >> 44) % 20));
        if (!_judge(next)) return;

        vm.warp(NOW + ((roll >> 64) % 120));
        pushed[1].publish(int256(PAR * 1e8) + int256(((roll >> 72) % 900) * 1e8));
        // Down in half of the draws.
        uptime.publishAt(int256((roll >> 60) % 2), NOW - 1 days);
        bool[ACTIONS] memory before;
        for (uint256 i; i < ACTIONS; ++i) {
            before[i] = _isThere(Action(i));
        }
        aggregator.setMatrix(MARKET, next);
        for (uint256 i; i < ACTIONS; ++i) {
            bool isOut = Action(i) == Action.Open || Action(i) == Action.Lift;
            if (isOut) assertFalse(_isThere(Action(i)) && !before[i], "allowed");
            else assertEq(_isThere(Action(i)), before[i], "a way out");
        }
    }

    function _row() private pure returns (ActionLimit[ACTIONS] memory limits) {
        limits = MatrixPresets.fast();
        for (uint256 i; i < ACTIONS; ++i) {
            limits[i].needsSequencer = false;
        }
    }

    function _copy(ActionLimit[ACTIONS] memory from) private pure returns (ActionLimit[ACTIONS] memory) {
        return abi.decode(abi.encode(from), (ActionLimit[6]));
    }

    function _judge(ActionLimit[ACTIONS] memory next) private view returns (bool) {
        return judge.tightens(address(aggregator), abi.encodeCall(IPriceAggregator.setMatrix, (MARKET, next)));
    }
}
