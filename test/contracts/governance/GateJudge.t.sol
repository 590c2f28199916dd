// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {GateJudge} from "../../../contracts/governance/judges/GateJudge.sol";
import {IFreshnessGate, Pace} from "../../../contracts/interfaces/IFreshnessGate.sol";
import {IPriceAggregator, Price} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {FreshnessGate} from "../../../contracts/oracle/FreshnessGate.sol";
import {TableStage} from "./TableWorld.sol";

/// @notice P9 for the gate: what the judge calls tightening never lets a halt go that would have been kept.
contract GateJudgeTest is Test {
    uint8 private constant MARKET = 4;
    uint64 private constant NOW = 1_700_000_000;

    GateJudge private judge;
    TableStage private stage;
    FreshnessGate private gate;
    FreshnessGate private changed;

    function setUp() public {
        vm.warp(NOW);
        judge = new GateJudge();
        stage = new TableStage();
        _deploy(Pace(3, 10, 60));
    }

    /* SETTER BY SETTER */

    function test_SetPace_MoreObservationsAndYoungerOnesTighten() public view {
        assertTrue(_judgePace(Pace(3, 10, 60)), "the same");
        assertTrue(_judgePace(Pace(4, 10, 60)), "more");
        assertFalse(_judgePace(Pace(2, 10, 60)), "fewer");
        assertTrue(_judgePace(Pace(3, 10, 59)), "younger");
        assertFalse(_judgePace(Pace(3, 10, 61)), "older");
        assertFalse(_judgePace(Pace(3, 9, 60)), "gap, shorter");
        assertFalse(_judgePace(Pace(3, 11, 60)), "gap, longer");
    }

    /// @dev Prices every second from 0 on. With a gap of 10 observations are at 0, 10, 20, 30; with 12 at 0, 12, 24. For
    /// a halt at 11, two of the longer gap are there at 24, two of the shorter one only at 30.
    function test_SetPace_ALongerGapMayLiftEarlier() public {
        _deploy(Pace(2, 10, 60));
        changed.setPace(Pace(2, 12, 60));
        for (uint64 at; at <= 24; ++at) {
            _observe(1, NOW + at);
        }
        assertFalse(gate.isFresh(1, NOW + 11), "10");
        assertTrue(changed.isFresh(1, NOW + 11), "12");
    }

    function test_SetSource_TheFirstTightens() public {
        assertTrue(_judgeSource(6, 1), "the first");
        assertTrue(_judgeSource(0, 0), "nothing changes");
        gate.setSource(MARKET, 6, 1);
        assertFalse(_judgeSource(0, 0), "none any more");
    }

    function test_SetSource_ComparesTheWorstCase() public {
        gate.setSource(MARKET, 14, 2);
        assertTrue(_judgeSource(14, 3), "one more of the same");
        assertTrue(_judgeSource(6, 2), "the same number of fewer");
        assertFalse(_judgeSource(14, 1), "one less");
        assertFalse(_judgeSource(30, 2), "another one counts too");
        assertTrue(_judgeSource(30, 3), "and makes no difference");
        assertFalse(_judgeSource(48, 2), "others");
    }

    function test_Tightens_KnowsNothingElse() public view {
        assertFalse(judge.tightens(address(gate), abi.encodeCall(IFreshnessGate.observe, (1))));
        assertFalse(judge.tightens(address(gate), abi.encodeWithSignature("renounceOwnership()")));
    }

    /* P9 */

    function testFuzz_P9_WhatTightensNeverLiftsEarlier(uint256 seed) public {
        Pace memory pace = Pace(uint8(2 + (seed % 3)), 5, uint24(20 + (_roll(seed, 1) % 20)));
        _deploy(pace);
        (uint32 sources, uint8 least) = _drawSource(_roll(seed, 2));
        gate.setSource(MARKET, sources, least);
        changed.setSource(MARKET, sources, least);
        if (seed % 2 == 0) {
            if (!_changePace(pace, _roll(seed, 3))) return;
        } else {
            (uint32 other, uint8 fewest) = _drawSource(_roll(seed, 4));
            if (!_judgeSource(other, fewest)) return;
            changed.setSource(MARKET, other, fewest);
        }
        for (uint64 i; i < 12; ++i) {
            uint256 roll = _roll(seed, 10 + i);
            // One of the three hears less than the others, so that sets of sources differ.
            if (roll % 5 != 0) _observe(uint8(1 + ((roll >> 8) % 3)), NOW + 6 * i);
            _compare(NOW + uint64((roll >> 16) % (6 * i + 1)));
        }
        for (uint256 i; i < 8; ++i) {
            vm.warp(block.timestamp + 1 + (_roll(seed, 40 + i) % 8));
            _compare(NOW);
        }
    }

    /* PRIVATE */

    function _compare(uint64 haltedAt) private view {
        bool lifts = changed.mayLift(MARKET, haltedAt);
        assertFalse(lifts && !gate.mayLift(MARKET, haltedAt), "lifted earlier");
    }

    function _changePace(Pace memory pace, uint256 roll) private returns (bool) {
        uint256 step = 1 + ((roll >> 8) % 12);
        bool isUp = roll % 2 == 0;
        uint256 field = (roll >> 1) % 3;
        if (field == 0) pace.observations = isUp ? pace.observations + 1 : pace.observations - 1;
        if (field == 1) pace.minGapSeconds = uint16(isUp ? pace.minGapSeconds + step : 1 + (step % 4));
        if (field == 2) pace.maxAgeSeconds = uint24(isUp ? pace.maxAgeSeconds + step : pace.maxAgeSeconds - step);
        if (pace.observations < 2 || !_judgePace(pace)) return false;
        changed.setPace(pace);
        return true;
    }

    function _drawSource(uint256 roll) private pure returns (uint32 sources, uint8 least) {
        // Markets 1 to 3.
        sources = uint32((roll % 8) << 1);
        uint256 count;
        for (uint32 left = sources; left != 0; left >>= 1) {
            count += left & 1;
        }
        if (count != 0) least = uint8(1 + ((roll >> 8) % count));
    }

    function _observe(uint8 market, uint64 at) private {
        vm.warp(at);
        stage.show(true, Price(1e18, 0, at, 3));
        gate.observe(market);
        changed.observe(market);
    }

    function _deploy(Pace memory pace) private {
        IPriceAggregator prices = IPriceAggregator(address(stage));
        gate = new FreshnessGate(prices, address(this), pace);
        changed = new FreshnessGate(prices, address(this), pace);
    }

    function _judgePace(Pace memory next) private view returns (bool) {
        return judge.tightens(address(gate), abi.encodeCall(IFreshnessGate.setPace, (next)));
    }

    function _judgeSource(uint32 sources, uint8 least) private view returns (bool) {
        return judge.tightens(address(gate), abi.encodeCall(IFreshnessGate.setSource, (MARKET, sources, least)));
    }

    function _roll(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }
}
