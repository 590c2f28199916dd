// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {Pace} from "../../../contracts/interfaces/IFreshnessGate.sol";
import {RecordingHub} from "../../../contracts/mocks/RecordingHub.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {FreshnessGate} from "../../../contracts/oracle/FreshnessGate.sol";
import {HealthPresets} from "../../../contracts/sensors/oracle-health/HealthPresets.sol";
import {OracleHealthSensor} from "../../../contracts/sensors/oracle-health/OracleHealthSensor.sol";
import {BandPresets} from "../../../contracts/sensors/price-band/BandPresets.sol";
import {PriceBandSensor} from "../../../contracts/sensors/price-band/PriceBandSensor.sol";
import {Action} from "../../../contracts/types/Matrix.sol";
import {OracleWorld} from "./OracleWorld.sol";

/// @dev What docs/oracle.md says that things cost, with every slot and account cold: two pushed feeds and a pulled one.
contract OracleGasTest is OracleWorld {
    FreshnessGate private gate;
    OracleHealthSensor private health;
    PriceBandSensor private band;

    function setUp() public override {
        super.setUp();
        IIncidentState hub = IIncidentState(address(new RecordingHub()));
        ScriptedFeed uptime = new ScriptedFeed(0, "L2 Sequencer Uptime Status Feed");
        uptime.publishAt(0, NOW - 1 days);
        aggregator.setSequencer(uptime, 1 hours);
        gate = new FreshnessGate(aggregator, address(this), Pace(3, 10, 60));
        gate.setSource(MARKET, uint32(1) << MARKET, 1);
        gate.observe(MARKET);
        health = new OracleHealthSensor(hub, aggregator, address(this));
        health.setMarket(MARKET, HealthPresets.standard(3));
        band = new PriceBandSensor(hub, aggregator, address(this));
        band.setMarket(MARKET, BandPresets.standard());
        band.poke(MARKET);
        vm.warp(NOW + 20);
        _publish(PAR + 1);
    }

    function test_Gas_Price() public view {
        uint256 left = gasleft();
        aggregator.price(MARKET);
        _assertAtMost(left, 65_000);
    }

    function test_Gas_PriceFor() public view {
        uint256 left = gasleft();
        aggregator.priceFor(MARKET, Action.Liquidate);
        _assertAtMost(left, 85_000);
    }

    function test_Gas_Observe() public {
        uint256 left = gasleft();
        gate.observe(MARKET);
        _assertAtMost(left, 100_000);
    }

    function test_Gas_MayLift() public view {
        uint256 left = gasleft();
        gate.mayLift(MARKET, uint64(NOW));
        _assertAtMost(left, 14_000);
    }

    function test_Gas_BandPoke() public {
        uint256 left = gasleft();
        band.poke(MARKET);
        _assertAtMost(left, 95_000);
    }

    function test_Gas_HealthPoke() public {
        uint256 left = gasleft();
        health.poke(MARKET);
        _assertAtMost(left, 95_000);
    }

    function _assertAtMost(uint256 left, uint256 most) private view {
        assertLe(left - gasleft(), most);
    }
}
