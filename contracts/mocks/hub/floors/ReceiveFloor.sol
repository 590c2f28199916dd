// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Origin} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";

/// @title ReceiveFloor
/// @notice Takes any message, writes as many slots as {IncidentHub} writes for one entry, and emits an event of the same
/// size for each that the hub emits. For comparison of gas only.
contract ReceiveFloor {
    uint256 private _word = 1 << 224;
    uint256 private _posture = 0x8080;
    uint256 private _status = 1;
    uint256 private _ledger = 1;

    function allowInitializePath(Origin calldata) external pure returns (bool) {
        return true;
    }

    function lzReceive(Origin calldata, bytes32, bytes calldata, address, bytes calldata) external payable {
        assembly ("memory-safe") {
            sstore(_word.slot, add(sload(_word.slot), 1))
            sstore(_posture.slot, add(sload(_posture.slot), 1))
            sstore(_status.slot, add(sload(_status.slot), 2))
            sstore(_ledger.slot, add(sload(_ledger.slot), 1))
            let data := mload(0x40)
            log3(data, 0x40, 0, 0, 0)
            log3(data, 0x60, 0, 0, 0)
        }
    }
}
