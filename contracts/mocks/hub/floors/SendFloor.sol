// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    ILayerZeroEndpointV2,
    MessagingParams
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";

/// @title SendFloor
/// @notice Sends the same bytes to several peers and does nothing else: what {IncidentHub.broadcast} costs at the least. It
/// is told everything in calldata, pays from its balance and takes the refund, as the hub does. For comparison of gas only.
contract SendFloor {
    ILayerZeroEndpointV2 private immutable ENDPOINT;

    constructor(ILayerZeroEndpointV2 endpoint) {
        ENDPOINT = endpoint;
    }

    receive() external payable {}

    function send(uint32[] calldata eids, bytes32 receiver, bytes calldata message, bytes calldata options) external {
        for (uint256 i; i < eids.length; ++i) {
            ENDPOINT.send{value: address(this).balance}(
                MessagingParams(eids[i], receiver, message, options, false),
                address(this)
            );
        }
    }
}
