// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {
    IVolatilitySensor,
    VolatilityModel,
    VolatilityParameters
} from "../../../../contracts/interfaces/IVolatilitySensor.sol";
import {VolatilityPresets} from "../../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {VolatilitySensor} from "../../../../contracts/sensors/volatility/VolatilitySensor.sol";

/// @dev Each parameter just inside and just outside of its bounds, through the contract.
contract VolatilityBoundsTest is Test {
    uint8 private constant MARKET = 1;

    VolatilitySensor private sensor;

    function setUp() public {
        sensor = _deploy(VolatilityPresets.pooledModel());
    }

    /* PARAMETERS */

    function test_SetMarket_AcceptsEveryPreset() public {
        sensor.setMarket(MARKET, VolatilityPresets.majors());
        sensor.setMarket(MARKET, VolatilityPresets.alts());
    }

    function test_SetMarket_RevertWhen_MultiplierIsOut() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.multiplierMilli = 2_000;
        sensor.setMarket(MARKET, parameters);
        parameters.multiplierMilli = 15_000;
        sensor.setMarket(MARKET, parameters);
        parameters.multiplierMilli = 1_999;
        _refused(parameters, "multiplierMilli", 1_999, 2_000, 15_000);
        parameters.multiplierMilli = 15_001;
        _refused(parameters, "multiplierMilli", 15_001, 2_000, 15_000);
    }

    function test_SetMarket_RevertWhen_PeriodIsOut() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.periodSeconds = 599;
        _refused(parameters, "periodSeconds", 599, 600, 864_000);
        parameters.periodSeconds = 864_001;
        _refused(parameters, "periodSeconds", 864_001, 600, 864_000);
        parameters.periodSeconds = 600;
        sensor.setMarket(MARKET, parameters);
        parameters.periodSeconds = 864_000;
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_BaseIsOut() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.baseBps = 9;
        _refused(parameters, "baseBps", 9, 10, 10_000);
        parameters.baseBps = 10_001;
        _refused(parameters, "baseBps", 10_001, 10, 10_000);
    }

    function test_SetMarket_RevertWhen_RungsAreTooClose() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.m2Bps = 11_999;
        _refused(parameters, "m2Bps", 11_999, 12_000, 65_535);
        parameters.m2Bps = 15_501;
        _refused(parameters, "m3Bps", 16_500, 16_501, 65_535);
        parameters.m2Bps = 13_750;
        parameters.m4Bps = 17_499;
        _refused(parameters, "m4Bps", 17_499, 17_500, 65_535);
        parameters.m4Bps = 17_500;
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_FirstRungIsTooLow() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.m1Bps = 4_999;
        _refused(parameters, "m1Bps", 4_999, 5_000, 65_535);
        parameters.m1Bps = 5_000;
        sensor.setMarket(MARKET, parameters);
    }

    /// @dev A rung that leaves no room above it is refused, and does not overflow on the way.
    function test_SetMarket_RevertWhen_FirstRungLeavesNoRoom() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.m1Bps = 65_000;
        _refused(parameters, "m2Bps", 13_750, 66_000, 65_535);
    }

    function test_SetMarket_RevertWhen_VolatilitiesAreOut() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.longRunVolatilityE6 = 9;
        _refused(parameters, "longRunVolatilityE6", 9, 10, 2_000_000);
        parameters.longRunVolatilityE6 = 120_001;
        _refused(parameters, "stressedVolatilityE6", 120_000, 120_001, 2_000_000);
        parameters.stressedVolatilityE6 = 2_000_001;
        _refused(parameters, "stressedVolatilityE6", 2_000_001, 120_001, 2_000_000);
        parameters.stressedVolatilityE6 = 2_000_000;
        parameters.longRunVolatilityE6 = 2_000_000;
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_ToolsAreOut() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.stressWeightBps = 5_001;
        _refused(parameters, "stressWeightBps", 5_001, 0, 5_000);
        parameters.stressWeightBps = 0;
        parameters.bufferBps = 10_001;
        _refused(parameters, "bufferBps", 10_001, 0, 10_000);
        parameters.bufferBps = 0;
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_SeedHasNoAge() public {
        VolatilityParameters memory parameters = VolatilityPresets.majors();
        parameters.seedMaxAgeSeconds = 0;
        _refused(parameters, "seedMaxAgeSeconds", 0, 1, 255);
    }

    /* MODEL */

    function test_Constructor_RevertWhen_HalfLivesAreOutOfOrder() public {
        VolatilityModel memory model = VolatilityPresets.pooledModel();
        model.middleSeconds = 8 hours;
        _refusedModel(model, "middleSeconds", 8 hours, 8 hours + 1, 365 days);
        model.middleSeconds = 14 days;
        _refusedModel(model, "slowSeconds", 14 days, 14 days + 1, 365 days);
        model.fastSeconds = 1 hours - 1;
        _refusedModel(model, "fastSeconds", 1 hours - 1, 1 hours, 365 days);
    }

    function test_Constructor_RevertWhen_PowersAreOut() public {
        VolatilityModel memory model = VolatilityPresets.pooledModel();
        model.fastPowerE6 = 1_000_001;
        _refusedModel(model, "fastPowerE6", 1_000_001, 0, 1_000_000);
        model = VolatilityPresets.pooledModel();
        model.middlePowerE6 = 1_000_001;
        _refusedModel(model, "middlePowerE6", 1_000_001, 0, 1_000_000);
        model = VolatilityPresets.pooledModel();
        model.slowPowerE6 = 1_000_001;
        _refusedModel(model, "slowPowerE6", 1_000_001, 0, 1_000_000);
        (model.fastPowerE6, model.middlePowerE6, model.slowPowerE6) = (500_000, 500_000, 200_001);
        _refusedModel(model, "powersE6", 1_200_001, 500_000, 1_200_000);
        (model.fastPowerE6, model.middlePowerE6, model.slowPowerE6) = (499_999, 0, 0);
        _refusedModel(model, "powersE6", 499_999, 500_000, 1_200_000);
    }

    function test_Constructor_RevertWhen_ScaleIsOutEitherWay() public {
        VolatilityModel memory model = VolatilityPresets.pooledModel();
        model.scaleE6 = 16_000_001;
        _refusedModel(model, "scaleE6", 16_000_001, 0, 16_000_000);
        model.scaleE6 = -16_000_001;
        _refusedModel(model, "scaleE6", 16_000_001, 0, 16_000_000);
        model.scaleE6 = type(int32).min;
        _refusedModel(model, "scaleE6", 1 << 31, 0, 16_000_000);
    }

    function test_Constructor_RevertWhen_TimesOrClipAreOut() public {
        VolatilityModel memory model = VolatilityPresets.pooledModel();
        model.gapSeconds = 59;
        _refusedModel(model, "gapSeconds", 59, 60, 6 hours);
        model.gapSeconds = 6 hours + 1;
        _refusedModel(model, "gapSeconds", 6 hours + 1, 60, 6 hours);
        model.gapSeconds = 2 hours;
        model.fallSeconds = 2 hours - 1;
        _refusedModel(model, "fallSeconds", 2 hours - 1, 2 hours, 2 days);
        model.fallSeconds = 2 days + 1;
        _refusedModel(model, "fallSeconds", 2 days + 1, 2 hours, 2 days);
        model.fallSeconds = 2 days;
        model.clipSigmas = 3;
        _refusedModel(model, "clipSigmas", 3, 4, 20);
        model.clipSigmas = 21;
        _refusedModel(model, "clipSigmas", 21, 4, 20);
    }

    /* STEPS */

    function _refused(
        VolatilityParameters memory parameters,
        string memory parameter,
        uint256 value,
        uint256 least,
        uint256 most
    ) private {
        vm.expectRevert(_outOfBounds(parameter, value, least, most));
        sensor.setMarket(MARKET, parameters);
    }

    function _refusedModel(
        VolatilityModel memory model,
        string memory parameter,
        uint256 value,
        uint256 least,
        uint256 most
    ) private {
        vm.expectRevert(_outOfBounds(parameter, value, least, most));
        _deploy(model);
    }

    function _outOfBounds(
        string memory parameter,
        uint256 value,
        uint256 least,
        uint256 most
    ) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IVolatilitySensor.VolatilitySensor_OutOfBounds.selector,
                parameter,
                value,
                least,
                most
            );
    }

    function _deploy(VolatilityModel memory model) private returns (VolatilitySensor) {
        return new VolatilitySensor(IIncidentState(address(1)), IPriceAggregator(address(2)), model, address(this));
    }
}
