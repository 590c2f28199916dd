// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandReading} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {CAUTION, HALTED, M1, M2, M3, REDUCE_ONLY, Rungs} from "../../../../contracts/types/Rungs.sol";
import {SensorWorld} from "./SensorWorld.sol";

/// @dev What the audits of marginfi's price breaker of May to July 2026 found there, tried here: a price walked slowly,
/// dust and pokes in the same slot, and the order of gate and update.
contract AuditCasesTest is SensorWorld {
    uint256 private constant GAP = 5;

    function setUp() public override {
        super.setUp();
        _seed();
    }

    /* SLOW WALK */

    /// @dev The fastest walk that never leaves the band: at every pulse just inside tier 1 of the reference that the last
    /// one moved. The anchor stops it.
    function test_SlowWalk_AtTheEdgeOfTheBand_IsStoppedByTheAnchor_Up() public {
        _walkAtTheEdge(499, 12_000);
    }

    function test_SlowWalk_AtTheEdgeOfTheBand_IsStoppedByTheAnchor_Down() public {
        _walkAtTheEdge(-499, 6_000);
    }

    /// @dev Any walk: what was not asserted lay within the anchor's caps, and the anchor itself moves once a window and by
    /// no more than a cap. So nothing unseen moves a price further than that.
    function testFuzz_SlowWalk_NothingUnseenLiesBeyondTheAnchor(uint256 seed) public {
        uint256 anchoredAt = block.timestamp;
        for (uint256 i; i < 40; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            BandReading memory before = _reading();
            int256 bps = int256(roll % 1_100) - 550;
            Rungs asserted = _after(GAP + ((roll >> 64) % 30 minutes), _away(bps == 0 ? int256(1) : bps));
            BandReading memory reading = _reading();

            uint256 price = reading.priceE18;
            bool isBeyond = price * 10 >= before.anchorE18 * 12 || price * 10 <= before.anchorE18 * 6;
            if (isBeyond) assertFalse(asserted.isCalm());
            if (reading.anchorE18 == before.anchorE18) continue;
            assertGe(block.timestamp, anchoredAt + 4 hours);
            anchoredAt = block.timestamp;
            assertLe(reading.anchorE18 * 10, before.anchorE18 * 12);
            assertGe(reading.anchorE18 * 10 + 10, before.anchorE18 * 6);
        }
    }

    /// @dev A walk that goes on past the edge is held against the price window after window.
    function test_SlowWalk_PastTheEdge_IsAssertedUntilTheAnchorHasFollowed() public {
        int256 answer = PAR;
        uint256 calm;
        while (block.timestamp < NOW + 8 hours) {
            // 0.4 % a minute, 2.6 times in four hours.
            answer = (answer * 1_004) / 1_000;
            if (_after(60, answer).isCalm()) calm = block.timestamp;
        }
        // The last calm minute is before the first window's edge: 20 % take 46 minutes.
        assertLt(calm, NOW + 46 minutes);
    }

    /* DUST AND THE SAME SLOT */

    /// @dev Pokes on every second with dust between the prices take the reference no further than its own pace allows.
    function test_Dust_PokesDoNotHurryTheReference() public {
        int256 answer = (PAR * 104) / 100;
        for (uint256 i; i < 60; ++i) {
            _after(1, answer + int256(i % 2));
        }
        uint256 dusted = _reading().referenceE18;

        setUp();
        for (uint256 i; i < 12; ++i) {
            _after(GAP, answer);
        }
        // The same pulses at the same times, whatever was poked between them.
        assertApproxEqAbs(dusted, _reading().referenceE18, 1e11);
        // One pulse a minute goes as far: the weight depends on time, not on the number of pokes.
        assertApproxEqRel(dusted, _pulsedOnceAMinute(answer), 0.0003e18);
    }

    /// @dev Nothing that is published and poked within one slot moves the reference more than the slot's one pulse.
    function testFuzz_SameSlot_OnePulseOnly(uint256 seed) public {
        vm.warp(NOW + GAP);
        _publish(PAR + 1);
        sensor.poke(MARKET);
        uint256 referenceE18 = _reading().referenceE18;
        for (uint256 i; i < 10; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            _publish(PAR / 2 + int256(roll % uint256(PAR)));
            sensor.poke(MARKET);
        }
        assertEq(_reading().referenceE18, referenceE18);
        assertEq(_reading().anchorE18, 10_000e18);
    }

    /// @dev A poke with a harmless price in the same slot does not shield a fall that is published one second later.
    function test_SameSlot_AHarmlessPokeDoesNotShieldAFall() public {
        _after(GAP, PAR);
        _assertRungs(_after(1, (PAR * 70) / 100), HALTED, M3);
    }

    /* THE ORDER OF GATE AND UPDATE */

    /// @dev A price is compared with the reference as it was, then moves it: taken the other way round, this fall of 5.1 %
    /// would be one of less than 5 %.
    function test_GateOrder_APriceIsComparedBeforeItMovesTheReference() public {
        Rungs asserted = _after(60, (PAR * 949) / 1_000);

        _assertRungs(asserted, CAUTION, M1);
        assertEq(_reading().deviationBps, 510);
        assertLt(_reading().referenceE18, 10_000e18);
    }

    /// @dev The first price after a long silence is compared with the reference from before it.
    function test_GateOrder_ASilenceDoesNotForgive() public {
        _assertRungs(_after(3 days, (PAR * 85) / 100), REDUCE_ONLY, M2);
    }

    /// @dev The anchor too is compared before it creeps.
    function test_GateOrder_TheAnchorIsComparedBeforeItCreeps() public {
        int256 answer = PAR;
        while (block.timestamp < NOW + 4 hours - 60) {
            answer = (answer * 10_007) / 10_000;
            assertTrue(_after(60, answer).isCalm());
        }
        // 18 % up, and the window ends with a price that is 22 % up.
        _assertRungs(_after(60, (PAR * 122) / 100), CAUTION, M1);
        assertEq(_reading().anchorE18, 12_000e18);
    }

    /// @dev Stale sources give no price, and no price moves nothing.
    function test_GateOrder_AnOldPriceIsNoPrice() public {
        BandReading memory before = _reading();
        vm.warp(NOW + 2 hours);

        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(keccak256(abi.encode(_reading())), keccak256(abi.encode(before)));
    }

    function _walkAtTheEdge(int256 bps, uint256 edge) private {
        while (recorder.assertions() == 0) {
            _after(GAP, _away(bps));
        }
        assertLt(_reading().deviationBps, 500);
        assertEq(_reading().anchorE18, 10_000e18);
        // Stopped within one step of the edge, and not before.
        assertApproxEqRel(_reading().priceE18, edge * 1e18, 0.003e18);
        assertLt(block.timestamp, NOW + 4 hours);
    }

    function _pulsedOnceAMinute(int256 answer) private returns (uint256) {
        setUp();
        _after(60, answer);
        return _reading().referenceE18;
    }
}
