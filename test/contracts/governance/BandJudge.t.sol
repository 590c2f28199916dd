// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandJudge} from "../../../contracts/governance/judges/BandJudge.sol";
import {BandParameters, IPriceBandSensor} from "../../../contracts/interfaces/IPriceBandSensor.sol";
import {Band} from "../../../contracts/sensors/price-band/Band.sol";
import {BandPresets} from "../../../contracts/sensors/price-band/BandPresets.sol";
import {HALTED, M4, Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";
import {SensorWorld} from "../sensors/price-band/SensorWorld.sol";

/// @notice The band's judge, field by field. That what it calls tightening never lowers what a poke asserts is in
/// BandTable.t.sol.
contract BandJudgeTest is SensorWorld {
    BandJudge private judge;

    function setUp() public override {
        super.setUp();
        judge = new BandJudge();
    }

    /* FIELD BY FIELD */

    function test_Tightens_WhatChangesNothing() public view {
        assertTrue(_judge(BandPresets.standard()));
    }

    function test_Tightens_TakesEachThresholdDownwards() public view {
        for (uint256 field; field < 5; ++field) {
            assertTrue(_judge(_moved(BandPresets.standard(), field, -1)), "lower");
            assertFalse(_judge(_moved(BandPresets.standard(), field, 1)), "higher");
        }
    }

    function test_Tightens_TakesNoChangeOfMemory() public view {
        for (uint256 field = 5; field < 13; ++field) {
            assertFalse(_judge(_moved(BandPresets.standard(), field, -1)), "lower");
            assertFalse(_judge(_moved(BandPresets.standard(), field, 1)), "higher");
        }
    }

    function test_Tightens_TakesRungsUpwards() public view {
        BandParameters memory next = BandPresets.standard();
        next.tier3Rungs = RungsLib.pair(HALTED, M4);
        assertTrue(_judge(next));

        Rungs[3] memory lower = [RungsLib.pair(0, 1), RungsLib.pair(2, 1), RungsLib.pair(2, 4)];
        next = BandPresets.standard();
        next.tier1Rungs = lower[0];
        assertFalse(_judge(next), "tier 1");
        next = BandPresets.standard();
        next.tier2Rungs = lower[1];
        assertFalse(_judge(next), "tier 2");
        // Higher on one axis does not make up for lower on the other.
        next = BandPresets.standard();
        next.tier3Rungs = lower[2];
        assertFalse(_judge(next), "tier 3");
    }

    function test_Tightens_TakesTheFirstBandOfAMarket() public view {
        assertTrue(judge.tightens(address(sensor), _call(MARKET + 1, BandPresets.standard())));
    }

    function test_Tightens_KnowsNothingElse() public view {
        assertFalse(judge.tightens(address(sensor), abi.encodeWithSignature("transferOwnership(address)", address(1))));
        assertFalse(judge.tightens(address(sensor), abi.encodeWithSignature("renounceOwnership()")));
        assertFalse(judge.tightens(address(sensor), ""));
    }

    /* P9 */

    /// @dev What the judge takes is not nothing. A draw that only tightens is taken.
    function testFuzz_Tightens_TakesEveryDrawThatOnlyTightens(uint256 seed) public {
        BandParameters memory current = _drawBand(seed);
        sensor.setMarket(MARKET, current);

        assertTrue(_judge(_tightened(current, seed)));
    }

    /// @dev A longer breach swallows the re-breach that would have escalated: it is no tightening.
    function test_Breach_LongerIsNotTighter() public pure {
        BandParameters memory current = BandPresets.standard();
        BandParameters memory longer = BandPresets.standard();
        longer.tier1Seconds = 20 minutes;
        assertEq(_tierOfSecondBreach(current), 2);
        assertEq(_tierOfSecondBreach(longer), 1);
    }

    /* DRAWING */

    function _drawBand(uint256 seed) private pure returns (BandParameters memory band) {
        band = BandPresets.standard();
        band.tier1Bps = uint16(60 + (_roll(seed, 1) % 1_500));
        band.tier2Bps = uint16(2 * band.tier1Bps + (_roll(seed, 2) % 500));
        band.tier3Bps = uint16(2 * band.tier2Bps + (_roll(seed, 3) % 500));
        if (band.tier3Bps > 9_000) band.tier3Bps = 9_000;
        band.clipBps = uint16(10 + (_roll(seed, 4) % 40));
        band.anchorUpBps = uint16(band.tier1Bps + 1 + (_roll(seed, 5) % 3_000));
        band.anchorDownBps = uint16(band.tier1Bps + 1 + (_roll(seed, 6) % 3_000));
        uint8 breaker = uint8(_roll(seed, 7) % 4);
        uint8 margin = uint8(1 + (_roll(seed, 8) % 4));
        band.tier1Rungs = RungsLib.pair(0, 1);
        band.tier2Rungs = RungsLib.pair(breaker / 2, margin);
        band.tier3Rungs = RungsLib.pair(breaker, margin);
    }

    function _tightened(BandParameters memory current, uint256 seed) private pure returns (BandParameters memory next) {
        next = abi.decode(abi.encode(current), (BandParameters));
        next.tier1Bps -= uint16(_roll(seed, 11) % 10);
        next.tier2Bps -= uint16(_roll(seed, 12) % 10);
        next.tier3Bps -= uint16(_roll(seed, 13) % 10);
        next.anchorUpBps -= uint16(_roll(seed, 14) % 2);
        next.anchorDownBps -= uint16(_roll(seed, 15) % 2);
        next.tier3Rungs = next.tier3Rungs.join(RungsLib.pair(uint8(_roll(seed, 16) % 4), uint8(_roll(seed, 17) % 5)));
    }

    /// @dev Fields in the order: thresholds (0 to 4), then what shapes the memory (5 to 12).
    function _moved(
        BandParameters memory from,
        uint256 field,
        int256 by
    ) private pure returns (BandParameters memory next) {
        next = abi.decode(abi.encode(from), (BandParameters));
        if (field == 0) next.tier1Bps = uint16(_plus(next.tier1Bps, by));
        if (field == 1) next.tier2Bps = uint16(_plus(next.tier2Bps, by));
        if (field == 2) next.tier3Bps = uint16(_plus(next.tier3Bps, by));
        if (field == 3) next.anchorUpBps = uint16(_plus(next.anchorUpBps, by));
        if (field == 4) next.anchorDownBps = uint16(_plus(next.anchorDownBps, by));
        if (field == 5) next.tier1Seconds = uint24(_plus(next.tier1Seconds, by));
        if (field == 6) next.tier2Seconds = uint24(_plus(next.tier2Seconds, by));
        if (field == 7) next.tier3Seconds = uint24(_plus(next.tier3Seconds, by));
        if (field == 8) next.tauSeconds = uint24(_plus(next.tauSeconds, by));
        if (field == 9) next.clipBps = uint16(_plus(next.clipBps, by));
        if (field == 10) next.anchorSeconds = uint24(_plus(next.anchorSeconds, by));
        if (field == 11) next.seedMaxAgeSeconds = uint8(_plus(next.seedMaxAgeSeconds, by));
        if (field == 12) next.minGapSeconds = uint8(_plus(next.minGapSeconds, by));
    }

    function _tierOfSecondBreach(BandParameters memory parameters) private pure returns (uint8) {
        Band memory band;
        band.breach(1, parameters, NOW);
        return band.breach(1, parameters, NOW + 15 minutes);
    }

    function _plus(uint256 value, int256 by) private pure returns (uint256) {
        return uint256(int256(value) + by);
    }

    function _roll(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _judge(BandParameters memory next) private view returns (bool) {
        return judge.tightens(address(sensor), _call(MARKET, next));
    }

    function _call(uint8 market, BandParameters memory next) private pure returns (bytes memory) {
        return abi.encodeCall(IPriceBandSensor.setMarket, (market, next));
    }
}
