// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {Fault} from "../../../../contracts/interfaces/IOracleHealthSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {HealthPresets} from "../../../../contracts/sensors/oracle-health/HealthPresets.sol";
import {OracleHealthSensor} from "../../../../contracts/sensors/oracle-health/OracleHealthSensor.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {OracleWorld} from "../../oracle/OracleWorld.sol";

/// @dev The oracle's world with the health sensor in its preset, and a hub that records.
abstract contract HealthWorld is OracleWorld {
    uint256 internal constant PERSIST = 60;
    uint256 internal constant MEMORY = 600;

    RecordingHub internal recorder;
    OracleHealthSensor internal sensor;

    function setUp() public virtual override {
        super.setUp();
        recorder = new RecordingHub();
        _build(IIncidentState(address(recorder)));
    }

    function _build(IIncidentState hub) internal {
        sensor = new OracleHealthSensor(hub, aggregator, address(this));
        sensor.setMarket(MARKET, HealthPresets.standard(3));
    }

    /// @dev Publishes par, with what is broken staying broken, `elapsed` seconds on, and pokes.
    function _pokeAfter(uint256 elapsed) internal returns (Rungs) {
        vm.warp(block.timestamp + elapsed);
        _publish(PAR);
        return sensor.poke(MARKET);
    }

    /// @dev Pokes, and pokes again when a fault has lasted.
    function _pokeTwice() internal returns (Rungs) {
        sensor.poke(MARKET);
        vm.warp(block.timestamp + PERSIST);
        return sensor.poke(MARKET);
    }

    function _bit(Fault fault) internal pure returns (uint8) {
        return uint8(1 << uint8(fault));
    }

    function _assertRungs(Rungs asserted, uint8 breaker, uint8 margin) internal pure {
        assertEq(asserted.breaker(), breaker, "breaker rung");
        assertEq(asserted.margin(), margin, "margin rung");
    }
}
