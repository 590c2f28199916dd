// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {EndpointModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {IPosture} from "../../../contracts/interfaces/IPosture.sol";
import {deployHub} from "../hub/HubArtifact.sol";
import {HubBuilders} from "../hub/HubBuilders.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @title HubVenueWorld
/// @notice {ClearingWorld} behind a real hub that pushes to it: nothing between the sensor and the venue is a double. The
/// test is governance.
abstract contract HubVenueWorld is ClearingWorld, HubBuilders {
    uint32 internal constant EID = 50901;
    bytes32 internal constant MESH_ID = keccak256("venue");

    IncidentHub internal incidents;
    /// @dev In ascending order of their addresses; two of them are a quorum.
    uint256[] internal operatorKeys;

    function setUp() public virtual override {
        super.setUp();
        incidents.setMirror(address(house), true);
    }

    function _makeHub() internal override returns (IPosture) {
        operatorKeys = _sortedKeys(3);
        address endpoint = address(new EndpointModel(EID));
        incidents = deployHub(
            endpoint,
            address(this),
            MESH_ID,
            _defaultLeases(),
            _defaultLimits(),
            _addressesOf(operatorKeys)
        );
        for (uint8 market; market <= ETH; ++market) incidents.registerMarket(market);
        incidents.setSensor(address(this), _openGrant());
        return incidents;
    }

    /// @dev This contract is the sensor.
    function _assertRungs(uint8 market, uint8 breaker, uint8 margin) internal {
        incidents.assertRungs(market, _rungs(breaker, margin));
    }
}
