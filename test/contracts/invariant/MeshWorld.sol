// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {EndpointModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {ScriptedGate} from "../../../contracts/mocks/hub/LiftGates.sol";
import {CAUTION, HALTED, M1, M4, NORMAL} from "../../../contracts/types/Rungs.sol";
import {deployHub} from "../hub/HubArtifact.sol";
import {HubBuilders} from "../hub/HubBuilders.sol";
import {MeshModel} from "./MeshModel.sol";

/// @title MeshWorld
/// @notice Three hubs on three endpoint models, with clocks that differ, beside the model of what they should hold.
abstract contract MeshWorld is HubBuilders {
    uint256 internal constant HUBS = 3;
    uint8 internal constant REGISTERED_MARKETS = 3;
    uint32 internal constant FIRST_EID = 50901;
    bytes32 internal constant MESH_ID = keccak256("three hubs");

    address internal constant GOVERNANCE = address(0x60f);
    /// @dev May say anything, everywhere.
    address internal constant OPEN_SENSOR = address(0x5e1);
    /// @dev Halts its own chain, and only warns the others.
    address internal constant GRADED_SENSOR = address(0x5e2);
    /// @dev The council's alarm: halts everywhere, and leaves margins alone.
    address internal constant COUNCIL_ALARM = address(0x5e3);
    address internal constant COUNCIL = address(0xc0);

    EndpointModel[HUBS] internal endpoints;
    IncidentHub[HUBS] internal hubs;
    /// @dev Asked by the hub of the same index.
    ScriptedGate[HUBS] internal gates;
    MeshModel internal model;
    uint256[] internal operatorKeys;

    /// @dev Time on the slowest chain. The hub at index i is CLOCK_OFFSETS[i] seconds ahead of it.
    uint256 public time = 1_700_000_000;
    /// @dev The fastest clock is further ahead of the slowest than a hub puts up with.
    uint256[HUBS] internal clockOffsets = [uint256(0), 120, 400];

    /// @dev hub => sequence number of the last event seen in its logs.
    uint64[HUBS] public seqSeen;

    constructor() {
        vm.recordLogs();
        model = new MeshModel();
        operatorKeys = _sortedKeys(3);
        vm.warp(time);
        for (uint256 i; i < HUBS; ++i) {
            _deployHub(i);
        }
        for (uint256 i; i < HUBS; ++i) {
            _configureHub(i);
        }
        _readLogs();
    }

    function _deployHub(uint256 i) private {
        endpoints[i] = new EndpointModel(_eidOf(i));
        endpoints[i].setFee(0.001 ether);
        hubs[i] = deployHub(
            address(endpoints[i]),
            GOVERNANCE,
            MESH_ID,
            _defaultLeases(),
            _defaultLimits(),
            _addressesOf(operatorKeys)
        );
        vm.deal(address(hubs[i]), 1 ether);
    }

    function _configureHub(uint256 i) private {
        vm.startPrank(GOVERNANCE);
        for (uint8 market; market < REGISTERED_MARKETS; ++market) {
            hubs[i].registerMarket(market);
        }
        hubs[i].setSensor(OPEN_SENSOR, _openGrant());
        hubs[i].setSensor(GRADED_SENSOR, _grant(_rungs(HALTED, M4), _rungs(CAUTION, M1)));
        hubs[i].setSensor(COUNCIL_ALARM, _grant(_rungs(HALTED, NORMAL), _rungs(HALTED, NORMAL)));
        hubs[i].setCouncil(COUNCIL);
        gates[i] = new ScriptedGate();
        hubs[i].setLiftGate(gates[i]);
        for (uint256 j; j < HUBS; ++j) {
            if (j != i) hubs[i].setPeer(_eidOf(j), _asBytes32(address(hubs[j])));
        }
        vm.stopPrank();
    }

    /* TIME AND PLACE */

    /// @notice Time on the chain of hub `i`.
    function timeAt(uint256 i) public view returns (uint256) {
        return time + clockOffsets[i];
    }

    /// @dev From here on the chain of hub `i` is looked at.
    function _visit(uint256 i) internal returns (uint256 now_) {
        now_ = timeAt(i);
        vm.warp(now_);
    }

    function _eidOf(uint256 i) internal pure returns (uint32) {
        return FIRST_EID + uint32(i);
    }

    /* EVENTS */

    /// @dev Every event of a hub's own interface has its sequence number as the first indexed argument.
    /// @return isContiguous Whether each hub went on counting where it had stopped.
    function _readLogs() internal returns (bool isContiguous) {
        isContiguous = true;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 n; n < logs.length; ++n) {
            for (uint256 i; i < HUBS; ++i) {
                if (logs[n].emitter != address(hubs[i]) || !_isCounted(logs[n].topics[0])) continue;
                isContiguous = isContiguous && uint256(logs[n].topics[1]) == seqSeen[i] + 1;
                seqSeen[i] = uint64(uint256(logs[n].topics[1]));
            }
        }
    }

    function _isCounted(bytes32 topic) private pure returns (bool) {
        return
            topic == IIncidentState.MarketRegistered.selector ||
            topic == IIncidentState.SensorSet.selector ||
            topic == IIncidentState.Asserted.selector ||
            topic == IIncidentState.Merged.selector ||
            topic == IIncidentState.SoloMerged.selector ||
            topic == IIncidentState.LanesRefused.selector ||
            topic == IIncidentState.Lifted.selector ||
            topic == IIncidentState.Voided.selector ||
            topic == IIncidentState.HaltBudgetSpent.selector ||
            topic == IIncidentState.HaltBudgetRearmed.selector ||
            topic == IIncidentState.CouncilSet.selector ||
            topic == IIncidentState.LiftGateSet.selector ||
            topic == IIncidentHub.BroadcastSent.selector ||
            topic == IIncidentHub.SendFailed.selector ||
            topic == IIncidentHub.Heard.selector ||
            topic == IIncidentHub.ConfigDiffers.selector ||
            topic == IIncidentHub.MessageRefused.selector ||
            topic == IIncidentHub.NothingMerged.selector ||
            topic == IIncidentHub.OperatorSet.selector ||
            topic == IIncidentHub.LimitsSet.selector;
    }
}
