// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {EndpointModel, PacketOrigin} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Directive, SensorGrant} from "../../../contracts/types/Incident.sol";
import {Rungs} from "../../../contracts/types/Rungs.sol";
import {Word} from "../../../contracts/types/Word.sol";
import {deployHub} from "./HubArtifact.sol";
import {HubBuilders} from "./HubBuilders.sol";

/// @title HubFixture
/// @notice One hub with the default parameters on an endpoint model: markets 0 and 1, one sensor, three operators of
/// which two are a quorum, one peer.
abstract contract HubFixture is HubBuilders {
    uint32 internal constant EID = 50901;
    uint32 internal constant PEER_EID = 50902;
    bytes32 internal constant MESH_ID = keccak256("fixture");
    uint256 internal constant START = 1_700_000_000;

    uint8 internal constant PROTOCOL = 0;
    uint8 internal constant MARKET = 1;
    /// @dev In range, never registered.
    uint8 internal constant ABSENT = 9;

    EndpointModel internal endpoint;
    IncidentHub internal hub;

    address internal governance = makeAddr("governance");
    address internal sensor = makeAddr("sensor");
    address internal stranger = makeAddr("stranger");
    bytes32 internal peer = _asBytes32(makeAddr("peer hub"));

    /// @dev In ascending order of their addresses.
    uint256[] internal operatorKeys;
    address[] internal operators;

    function setUp() public virtual {
        vm.warp(START);
        endpoint = new EndpointModel(EID);
        operatorKeys = _sortedKeys(3);
        operators = _addressesOf(operatorKeys);
        hub = deployHub(address(endpoint), governance, MESH_ID, _defaultLeases(), _defaultLimits(), operators);
        vm.deal(address(hub), 1 ether);

        vm.startPrank(governance);
        hub.registerMarket(PROTOCOL);
        hub.registerMarket(MARKET);
        hub.setSensor(sensor, _openGrant());
        hub.setPeer(PEER_EID, peer);
        vm.stopPrank();
    }

    /* ACTIONS */

    function _assert(uint8 market, Rungs rungs) internal {
        vm.prank(sensor);
        hub.assertRungs(market, rungs);
    }

    function _setSensor(SensorGrant memory grant) internal {
        vm.prank(governance);
        hub.setSensor(sensor, grant);
    }

    /// @dev A message as the peer's hub would have sent it.
    function _receive(bytes memory message) internal {
        endpoint.inject(PacketOrigin(PEER_EID, peer, 1), address(hub), message);
    }

    function _receiveWord(uint8 market, Word word) internal {
        _receive(PayloadLib.packMessage(1, _pack(market, word)));
    }

    function _submit(bytes memory entries, uint256 signatures) internal {
        Directive memory directive = _directive(entries);
        hub.submit(directive, _sign(directive, signatures));
    }

    /* BUILDERS */

    function _directive(bytes memory entries) internal view returns (Directive memory) {
        return Directive({decision: keccak256("decision"), deadline: uint64(block.timestamp + 900), entries: entries});
    }

    /// @dev Signatures of the first `count` operators.
    function _sign(Directive memory directive, uint256 count) internal view returns (bytes memory signatures) {
        for (uint256 i; i < count; ++i) {
            signatures = bytes.concat(signatures, _signCompact(operatorKeys[i], _digest(MESH_ID, directive)));
        }
    }

    /* ASSERTIONS */

    function _expectRungs(uint8 market, uint8 breaker, uint8 margin) internal view {
        Rungs own = hub.postureNow().own(market);
        assertEq(own.breaker(), breaker, "breaker rung");
        assertEq(own.margin(), margin, "margin rung");
    }
}
