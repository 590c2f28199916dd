// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Fault, HealthParameters, IOracleHealthSensor} from "../../../../contracts/interfaces/IOracleHealthSensor.sol";
import {HealthPresets} from "../../../../contracts/sensors/oracle-health/HealthPresets.sol";
import {MARKETS} from "../../../../contracts/types/Posture.sol";
import {HALTED, M2, M3, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {HealthWorld} from "./HealthWorld.sol";

contract HealthBoundsTest is HealthWorld {
    HealthParameters private parameters;

    function setUp() public override {
        super.setUp();
        parameters = HealthPresets.standard(3);
    }

    function test_SetMarket_IsReadBack() public {
        vm.expectEmit();
        emit IOracleHealthSensor.MarketSet(7, parameters);
        sensor.setMarket(7, parameters);
        assertEq(keccak256(abi.encode(sensor.parametersOf(7))), keccak256(abi.encode(parameters)));

        sensor.setMarket(0, HealthPresets.protocol());
        assertEq(keccak256(abi.encode(sensor.parametersOf(0))), keccak256(abi.encode(HealthPresets.protocol())));
        assertEq(address(sensor.aggregator()), address(aggregator));
    }

    function test_SetMarket_RevertWhen_MarketIsPastTheLast() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleHealthSensor.OracleHealthSensor_UnknownMarket.selector, MARKETS));
        sensor.setMarket(MARKETS, parameters);
    }

    function test_SetMarket_RevertWhen_CallerIsNotTheOwner() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD)));
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_OutOfBounds() public {
        parameters.expectedCount = 0;
        _refused("expectedCount", 0, 1, 9);
        parameters.expectedCount = 10;
        _refused("expectedCount", 10, 1, 9);
        parameters.expectedCount = 9;
        parameters.staleSeconds = 4;
        _refused("staleSeconds", 4, 5, 25 hours);
        parameters.staleSeconds = 25 hours + 1;
        _refused("staleSeconds", 25 hours + 1, 5, 25 hours);
        parameters.staleSeconds = 25 hours;
        parameters.dispersedBps = 9;
        _refused("dispersedBps", 9, 10, 2_000);
        parameters.dispersedBps = 2_001;
        _refused("dispersedBps", 2_001, 10, 2_000);
        parameters.dispersedBps = 2_000;
        parameters.persistSeconds = 14;
        _refused("persistSeconds", 14, 15, 1 hours);
        parameters.persistSeconds = 1 hours + 1;
        _refused("persistSeconds", 1 hours + 1, 15, 1 hours);
        parameters.persistSeconds = 1 hours;
        parameters.memorySeconds = 1 hours - 1;
        _refused("memorySeconds", 1 hours - 1, 1 hours, 1 days);
        parameters.memorySeconds = 1 days + 1;
        _refused("memorySeconds", 1 days + 1, 1 hours, 1 days);
        parameters.memorySeconds = 1 days;
        sensor.setMarket(MARKET, parameters);
    }

    /// @dev A source in doubt never halts and never asks for more than M2.
    function test_SetMarket_RevertWhen_AFaultAssertsTooMuch() public {
        Rungs[2] memory tooMuch = [RungsLib.pair(HALTED, NORMAL), RungsLib.pair(NORMAL, M3)];
        for (uint256 i; i < 2; ++i) {
            parameters = HealthPresets.standard(3);
            parameters.missingRungs = tooMuch[i];
            _refusedRungs(Fault.Missing, tooMuch[i]);
            parameters = HealthPresets.standard(3);
            parameters.staleRungs = tooMuch[i];
            _refusedRungs(Fault.Stale, tooMuch[i]);
            parameters = HealthPresets.standard(3);
            parameters.dispersedRungs = tooMuch[i];
            _refusedRungs(Fault.Dispersed, tooMuch[i]);
            parameters = HealthPresets.standard(3);
            parameters.noPriceRungs = tooMuch[i];
            _refusedRungs(Fault.NoPrice, tooMuch[i]);
            parameters = HealthPresets.standard(3);
            parameters.sequencerRungs = tooMuch[i];
            _refusedRungs(Fault.Sequencer, tooMuch[i]);
        }
        parameters = HealthPresets.standard(3);
        parameters.sequencerRungs = RungsLib.pair(REDUCE_ONLY, M2);
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_RungsAreOffTheLadder() public {
        parameters.staleRungs = Rungs.wrap(0x05);
        vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, 0, 5));
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_NoPriceIsMilderThanAMissingFeed() public {
        parameters.noPriceRungs = RungsLib.pair(NORMAL, M2);
        _refusedRungs(Fault.NoPrice, parameters.noPriceRungs);
    }

    function test_SetMarket_RevertWhen_EverythingIsCalm() public {
        parameters = HealthPresets.protocol();
        parameters.sequencerRungs = Rungs.wrap(0);
        vm.expectRevert(IOracleHealthSensor.OracleHealthSensor_AllCalm.selector);
        sensor.setMarket(MARKET, parameters);
    }

    function _refused(string memory name, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IOracleHealthSensor.OracleHealthSensor_OutOfBounds.selector,
                name,
                value,
                least,
                most
            )
        );
        sensor.setMarket(MARKET, parameters);
    }

    function _refusedRungs(Fault fault, Rungs rungs) private {
        vm.expectRevert(
            abi.encodeWithSelector(IOracleHealthSensor.OracleHealthSensor_InvalidRungs.selector, fault, rungs)
        );
        sensor.setMarket(MARKET, parameters);
    }
}
