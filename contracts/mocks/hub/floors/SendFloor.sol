// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    ILayerZeroEndpointV2,
    MessagingParams
} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";

/// @title SendFloor
/// @notice Sends the same bytes to several peers and does nothing else: what {IncidentHub.broadcast} costs at the least. It
/// is told everything in calldata, and pays from its balance: all of it, of which the endpoint refunds the rest, or exactly
/// the fees that it is told. For comparison of gas only.
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

    function sendPaying(
        uint32[] calldata eids,
        bytes32 receiver,
        bytes calldata message,
        bytes calldata options,
        uint256[] calldata fees
    ) external {
        for (uint256 i; i < eids.length; ++i) {
            ENDPOINT.send{value: fees[i]}(MessagingParams(eids[i], receiver, message, options, false), address(this));
        }
    }
}
