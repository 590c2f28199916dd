// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../../contracts/hub/IncidentHub.sol";
import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {IPostureGuard} from "../../../../contracts/interfaces/IPostureGuard.sol";
import {GuardedVenue} from "../../../../contracts/mocks/GuardedVenue.sol";
import {MirroredVenue} from "../../../../contracts/mocks/MirroredVenue.sol";
import {EndpointModel} from "../../../../contracts/mocks/hub/EndpointModel.sol";
import {Cause, Limits, SensorGrant} from "../../../../contracts/types/Incident.sol";
import {Leases} from "../../../../contracts/types/Leases.sol";
import {Posture} from "../../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M2, M4, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {deployHub} from "../../hub/HubArtifact.sol";
import {SensorWorld} from "./SensorWorld.sol";

/// @dev From a price to a refused trade, with the real hub in between.
contract PriceBandSensorAtHubTest is SensorWorld {
    IncidentHub private hub;
    GuardedVenue private asking;
    MirroredVenue private mirroring;

    function setUp() public override {
        vm.warp(NOW);
        address[] memory operators = new address[](2);
        (operators[0], operators[1]) = (address(0xA1), address(0xA2));
        hub = deployHub(
            address(new EndpointModel(50_901)),
            address(this),
            keccak256("mesh"),
            _leases(),
            _limits(),
            operators
        );
        hub.registerMarket(0);
        hub.registerMarket(MARKET);
        _build(hub);
        asking = new GuardedVenue(hub);
        mirroring = new MirroredVenue(hub);
        hub.setMirror(address(mirroring), true);
        hub.setSensor(address(sensor), _grant());
        _seed();
    }

    function test_Poke_ClosesTheVenuesInTheSameTransaction() public {
        asking.increase(MARKET, 1);
        mirroring.increase(MARKET, 1);

        _after(60, (PAR * 70) / 100);

        bytes memory reason = abi.encodeWithSelector(
            IPostureGuard.PostureGuard_Restricted.selector,
            MARKET,
            RungsLib.pair(HALTED, 3)
        );
        vm.expectRevert(reason);
        asking.increase(MARKET, 1);
        vm.expectRevert(reason);
        mirroring.reduce(MARKET, 1);
        asking.deposit(MARKET, 1);
        mirroring.topUp(MARKET, 1);
        assertEq(asking.initialMarginBps(MARKET), 20_000);
        assertEq(Posture.unwrap(mirroring.mirroredPosture()), Posture.unwrap(hub.postureNow()));
    }

    function test_Poke_ReachesTheMeshUpToItsCeilingOnly() public {
        _after(60, (PAR * 70) / 100);

        Rungs mesh = hub.meshWord(MARKET).inForce(_leases(), block.timestamp);
        _assertRungs(mesh, REDUCE_ONLY, M2);
        _assertRungs(hub.postureNow().at(MARKET), HALTED, 3);
    }

    function test_Poke_RecoveryIsStagedByLeasesAlone() public {
        _after(60, (PAR * 70) / 100);
        uint256 tripped = block.timestamp;

        uint8[3] memory stages = [REDUCE_ONLY, CAUTION, NORMAL];
        uint256[3] memory ends = [uint256(1 hours), 3 hours, 12 hours];
        for (uint256 i; i < 3; ++i) {
            vm.warp(tripped + ends[i] - 1);
            assertEq(hub.lift(MARKET).breaker(), stages[i] + 1);
            vm.warp(tripped + ends[i]);
            assertEq(hub.lift(MARKET).breaker(), stages[i]);
        }
        asking.increase(MARKET, 1);
        mirroring.increase(MARKET, 1);
    }

    function test_Poke_RevertGiven_NoGrantForTheMarket() public {
        SensorGrant memory grant = _grant();
        grant.markets = 1;
        hub.setSensor(address(sensor), grant);
        vm.warp(block.timestamp + 60);
        _publish(PAR / 2);

        vm.expectRevert(
            abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, address(sensor), MARKET)
        );
        sensor.poke(MARKET);
    }

    function _grant() private pure returns (SensorGrant memory) {
        return
            SensorGrant({
                isActive: true,
                cause: Cause.Price,
                localCeiling: RungsLib.pair(HALTED, M4),
                meshCeiling: RungsLib.pair(REDUCE_ONLY, M2),
                markets: uint32(1) << MARKET
            });
    }

    function _limits() private pure returns (Limits memory) {
        return
            Limits({
                peerCeiling: RungsLib.pair(HALTED, M4),
                soloCeiling: RungsLib.pair(REDUCE_ONLY, M2),
                quorumCeiling: RungsLib.pair(HALTED, M4),
                quorum: 2
            });
    }

    function _leases() private pure returns (Leases) {
        uint24[8] memory secondsOf = [uint24(0), 12 hours, 3 hours, 1 hours, 24 hours, 8 hours, 3 hours, 1 hours];
        uint256 packed;
        for (uint256 i; i < 8; ++i) {
            packed = (packed << 32) | secondsOf[i];
        }
        return Leases.wrap(packed);
    }
}
