// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {DrawdownParameters, IDrawdownSensor} from "../../../../contracts/interfaces/IDrawdownSensor.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {DrawdownPresets} from "../../../../contracts/sensors/drawdown/DrawdownPresets.sol";
import {DrawdownSensor} from "../../../../contracts/sensors/drawdown/DrawdownSensor.sol";
import {CAUTION, M1, M2, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";

/// @dev Each parameter just inside and just outside of its bounds, through the contract.
contract DrawdownBoundsTest is Test {
    uint8 private constant MARKET = 1;

    DrawdownSensor private sensor;
    DrawdownParameters private parameters;

    function setUp() public {
        sensor = new DrawdownSensor(IIncidentState(address(1)), IPriceAggregator(address(2)), address(this));
        parameters = DrawdownPresets.majors();
    }

    function test_SetMarket_AcceptsEveryPreset() public {
        sensor.setMarket(MARKET, DrawdownPresets.majors());
        sensor.setMarket(MARKET, DrawdownPresets.alts());
        sensor.setMarket(MARKET, DrawdownPresets.stables());
    }

    function test_SetMarket_RevertWhen_ShortTiersAreOutOrTooClose() public {
        parameters.shortTier1Bps = 49;
        _refused("shortTier1Bps", 49, 50, 9_500);
        parameters.shortTier1Bps = 1_334;
        _refused("shortTier2Bps", 2_000, 2_001, 9_500);
        parameters.shortTier1Bps = 1_000;
        parameters.shortTier3Bps = 2_999;
        _refused("shortTier3Bps", 2_999, 3_000, 9_500);
        parameters.shortTier3Bps = 9_501;
        _refused("shortTier3Bps", 9_501, 3_000, 9_500);
        parameters.shortTier3Bps = 9_500;
        _accepted();
    }

    function test_SetMarket_RevertWhen_LongTiersAreOutOrTooClose() public {
        parameters.longTier1Bps = 999;
        _refused("longTier1Bps", 999, 1_000, 9_500);
        parameters.longTier1Bps = 1_000;
        _accepted();
        parameters.longTier2Bps = 1_499;
        _refused("longTier2Bps", 1_499, 1_500, 9_500);
        parameters.longTier2Bps = 1_500;
        parameters.longTier3Bps = 2_249;
        _refused("longTier3Bps", 2_249, 2_250, 9_500);
        parameters.longTier3Bps = 9_501;
        _refused("longTier3Bps", 9_501, 2_250, 9_500);
    }

    function test_SetMarket_RevertWhen_TierAssertsNothingOrLess() public {
        parameters.tier1Rungs = RungsLib.pair(NORMAL, 0);
        _refusedRungs(1, parameters.tier1Rungs);
        parameters.tier1Rungs = RungsLib.pair(CAUTION, M2);
        parameters.tier2Rungs = RungsLib.pair(REDUCE_ONLY, M1);
        _refusedRungs(2, parameters.tier2Rungs);
        parameters.tier2Rungs = RungsLib.pair(REDUCE_ONLY, M2);
        parameters.tier3Rungs = RungsLib.pair(CAUTION, M2);
        _refusedRungs(3, parameters.tier3Rungs);
        parameters.tier3Rungs = Rungs.wrap(0x80);
        vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, 8, 0));
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_BucketsAreOut() public {
        parameters.shortBucketSeconds = 10 minutes - 1;
        _refused("shortBucketSeconds", 10 minutes - 1, 10 minutes, 5 days);
        parameters.shortBucketSeconds = 14 hours + 1;
        _refused("longBucketSeconds", 28 hours, 28 hours + 2, 5 days);
        parameters.shortBucketSeconds = 14 hours;
        _accepted();
        parameters.longBucketSeconds = 5 days + 1;
        _refused("longBucketSeconds", 5 days + 1, 28 hours, 5 days);
        parameters.longBucketSeconds = 5 days;
        _accepted();
    }

    function test_SetMarket_RevertWhen_RestIsOut() public {
        parameters.clipBps = 9;
        _refused("clipBps", 9, 10, 1_000);
        parameters.clipBps = 1_001;
        _refused("clipBps", 1_001, 10, 1_000);
        parameters.clipBps = 1_000;
        parameters.gapSeconds = 4;
        _refused("gapSeconds", 4, 5, 4 hours);
        parameters.gapSeconds = 4 hours + 1;
        _refused("gapSeconds", 4 hours + 1, 5, 4 hours);
        parameters.gapSeconds = 5;
        parameters.seedMaxAgeSeconds = 0;
        _refused("seedMaxAgeSeconds", 0, 1, 255);
    }

    function _accepted() private {
        sensor.setMarket(MARKET, parameters);
    }

    function _refused(string memory parameter, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDrawdownSensor.DrawdownSensor_OutOfBounds.selector, parameter, value, least, most)
        );
        sensor.setMarket(MARKET, parameters);
    }

    function _refusedRungs(uint8 tier, Rungs rungs) private {
        vm.expectRevert(abi.encodeWithSelector(IDrawdownSensor.DrawdownSensor_InvalidRungs.selector, tier, rungs));
        sensor.setMarket(MARKET, parameters);
    }
}
