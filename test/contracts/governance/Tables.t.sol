// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FieldRules} from "../../../contracts/governance/judges/FieldJudge.sol";
import {FieldTables} from "../../../contracts/governance/judges/FieldTables.sol";
import {CorroborationParameters} from "../../../contracts/interfaces/ICorroborationSensor.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator, Price, SequencerStatus} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {ScriptedSensor} from "../../../contracts/mocks/keepers/ScriptedSensor.sol";
import {CorroborationSensor} from "../../../contracts/sensors/corroboration/CorroborationSensor.sol";
import {DrawdownPresets} from "../../../contracts/sensors/drawdown/DrawdownPresets.sol";
import {DrawdownSensor} from "../../../contracts/sensors/drawdown/DrawdownSensor.sol";
import {HealthPresets} from "../../../contracts/sensors/oracle-health/HealthPresets.sol";
import {OracleHealthSensor} from "../../../contracts/sensors/oracle-health/OracleHealthSensor.sol";
import {VolatilityPresets} from "../../../contracts/sensors/volatility/VolatilityPresets.sol";
import {VolatilitySensor} from "../../../contracts/sensors/volatility/VolatilitySensor.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {Rungs} from "../../../contracts/types/Rungs.sol";
import {TableWorld} from "./TableWorld.sol";

/// @notice Falls near a tier of either window, with and without the short one.
contract DrawdownTableTest is TableWorld {
    uint256 private constant PEAK_E18 = 20_000e18;

    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.drawdown();
    }

    function _deploy() internal override returns (address) {
        address to = address(stage);
        return address(new DrawdownSensor(IIncidentState(to), IPriceAggregator(to), address(this)));
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory fields) {
        fields = _words(abi.encode(DrawdownPresets.majors()));
        // Apart, so that each can be moved: 600 to 900 at the first, up to 4,600 at the last.
        fields[0] = 600 + (_roll(seed, 11) % 300);
        fields[3] = fields[0] + 100 + (_roll(seed, 12) % 300);
        for (uint256 tier = 1; tier < 3; ++tier) {
            fields[tier] = fields[tier - 1] * 2 + (_roll(seed, 12 + tier) % 200);
            fields[3 + tier] = fields[2 + tier] * 2 + (_roll(seed, 14 + tier) % 200);
        }
        fields[6] = _pair(1, 1);
        fields[7] = _pair(1, 1 + (_roll(seed, 17) % 3));
        fields[8] = _pair(1 + (_roll(seed, 18) % 3), 3);
        fields[11] = 100;
    }

    function _past(uint256) internal override {
        _show(PEAK_E18, 0, NOW, 3);
        _poked(sensors[0]);
        _poked(sensors[1]);
    }

    /// @dev A day and a quarter later the short window is empty, and the long one alone decides.
    function _observe(uint256 seed, uint256 step) internal override {
        uint256 roll = _roll(seed, step);
        bool isLong =
            moved < 3
                ? false
                : moved < 6
                    ? true
                    : roll % 2 == 0;
        vm.warp(block.timestamp + (step == 0 && isLong ? 30 hours : 2 minutes));
        uint256 field = isLong ? _oneOf(roll >> 16, 3, 5) : _oneOf(roll >> 16, 0, 2);
        uint256 priceE18 = (PEAK_E18 * (BPS - _near(roll >> 32, field))) / BPS;
        uint256 confidenceE18 = roll % 8 == 0 ? priceE18 / 100 : 0;
        _show(priceE18, confidenceE18, block.timestamp, 3);
    }

    function _steps() internal pure override returns (uint256) {
        return 3;
    }
}

/// @notice Each fault, near what makes it one, for about as long as it has to last.
contract HealthTableTest is TableWorld {
    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.oracleHealth();
    }

    function _deploy() internal override returns (address) {
        address to = address(stage);
        return address(new OracleHealthSensor(IIncidentState(to), IPriceAggregator(to), address(this)));
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory fields) {
        fields = _words(abi.encode(HealthPresets.standard(uint8(2 + (seed % 6)))));
        fields[1] = 100 + (_roll(seed, 11) % 400);
        fields[2] = 50 + (_roll(seed, 12) % 200);
        fields[3] = 30 + (_roll(seed, 13) % 60);
        fields[4] = fields[3] + (_roll(seed, 14) % 200);
        for (uint256 i = 5; i < 10; ++i) {
            fields[i] = _pair(_roll(seed, 10 + i) % 2, 1);
        }
        fields[8] = _pair(1, 2);
    }

    function _past(uint256 seed) internal override {
        if (seed % 2 == 0) return;
        _observe(seed, 0);
        _poked(sensors[0]);
        _poked(sensors[1]);
    }

    function _observe(uint256 seed, uint256 step) internal override {
        uint256 roll = _roll(seed, 40 + step);
        vm.warp(block.timestamp + _near(roll, _oneOf(roll >> 8, 3, 4)));
        // One fault for the whole time, the changed one's if there is one.
        uint256 kind =
            moved < 3
                ? moved
                : moved < 5
                    ? _roll(seed, 41) % 5
                    : moved - 5;
        stage.show(kind == 4 ? SequencerStatus(2 + (_roll(seed, 42) % 3)) : SequencerStatus.Up);
        uint256 age = kind == 1 ? _near(roll >> 16, 1) : 0;
        uint256 confidence = kind == 2 ? _near(roll >> 32, 2) : 0;
        _show(1e18, (1e18 * confidence) / BPS, block.timestamp - age, kind == 0 ? _near(roll >> 64, 0) : 9);
        if (kind == 3) stage.show(false, Price(0, 0, 0, 0));
    }

    function _steps() internal pure override returns (uint256) {
        return 4;
    }
}

/// @notice Up to six classes, near the rungs that count and near the window's end.
contract CorroborationTableTest is TableWorld {
    ScriptedSensor[6] private witnesses;

    function setUp() public override {
        super.setUp();
        for (uint256 i; i < 6; ++i) {
            witnesses[i] = new ScriptedSensor(IIncidentState(address(stage)));
            SensorGrant memory grant = SensorGrant(
                true,
                Cause(i),
                Rungs.wrap(0x34),
                Rungs.wrap(0x34),
                type(uint32).max
            );
            stage.grant(address(witnesses[i]), grant);
        }
    }

    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.corroboration();
    }

    function _deploy() internal override returns (address) {
        CorroborationSensor made = new CorroborationSensor(IIncidentState(address(stage)), address(this));
        for (uint256 i; i < 6; ++i) {
            made.setWitness(witnesses[i], true);
        }
        return address(made);
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory) {
        uint256 window = 100 + (_roll(seed, 11) % 1_000);
        Rungs counted = Rungs.wrap(uint8(_pair(1 + (seed % 2), 1)));
        Rungs asserted = Rungs.wrap(uint8(_pair(1 + (_roll(seed, 12) % 2), 2)));
        return
            _words(
                abi.encode(CorroborationParameters(uint8(2 + (_roll(seed, 13) % 4)), uint24(window), counted, asserted))
            );
    }

    function _past(uint256) internal override {}

    function _observe(uint256 seed, uint256 step) internal override {
        uint256 speakers = moved == 0 ? _near(_roll(seed, step), 0) : 6;
        for (uint256 i; i < 6; ++i) {
            uint256 roll = _roll(seed, 50 + i + 8 * step);
            uint256 said = i < speakers ? (moved == 2 ? _anyRungs(roll) : 0x34) : 0;
            uint256 age = roll % 2 == 0 ? 0 : _near(roll >> 32, 1);
            if (moved != 1) age = 0;
            witnesses[i].say(MARKET, said, block.timestamp - age);
        }
    }

    function _steps() internal pure override returns (uint256) {
        return 3;
    }
}

/// @notice Moves of all sizes, then quiet: what raises the forecast, and what keeps it up.
contract VolatilityTableTest is TableWorld {
    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.volatility();
    }

    function _deploy() internal override returns (address) {
        address to = address(stage);
        return
            address(
                new VolatilitySensor(
                    IIncidentState(to),
                    IPriceAggregator(to),
                    VolatilityPresets.pooledModel(),
                    address(this)
                )
            );
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory fields) {
        fields = _words(abi.encode(VolatilityPresets.majors()));
        fields[2] = 150 + (_roll(seed, 11) % 500);
        fields[7] = 30_000 + (_roll(seed, 12) % 40_000);
        fields[8] = fields[7] + (_roll(seed, 13) % 100_000);
        fields[9] = 1_000 + (_roll(seed, 14) % 3_000);
        fields[10] = 1_000 + (_roll(seed, 15) % 3_000);
    }

    function _past(uint256) internal override {
        _show(1_000e18, 0, NOW, 3);
        _poked(sensors[0]);
        _poked(sensors[1]);
    }

    function _observe(uint256 seed, uint256 step) internal override {
        uint256 roll = _roll(seed, 60 + step);
        vm.warp(block.timestamp + (step == 0 ? 1 hours : 20 minutes + ((roll >> 8) % 1 days)));
        bool isQuiet = step > 1 || roll % 4 == 0;
        uint256 move = isQuiet ? (roll >> 32) % 20 : (roll >> 32) % 1_500;
        _show((1_000e18 * (BPS - move)) / BPS, 0, block.timestamp, 3);
    }

    function _steps() internal pure override returns (uint256) {
        return 6;
    }
}
