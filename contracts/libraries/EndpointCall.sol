// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title EndpointCall
/// @notice Calls LayerZero's endpoint with one message for many peers: it is encoded once, and only the peer is changed.
/// @dev The layout is the ABI encoding of (MessagingParams, address), which `send` and `quote` share, with the options before
/// the message: theirs is the length that is known, so nothing has to be padded.
library EndpointCall {
    /// @dev Behind the selector: offset of the parameters, an address, then the parameters, which begin with peer and receiver.
    uint256 private constant PARAMS_AT = 64;
    uint256 private constant PEER_AT = 68;
    uint256 private constant OPTIONS_AT = 160;
    uint256 private constant MESSAGE_AT = 224;
    /// @dev Selector, two words before the parameters, eight of them before the message.
    uint256 private constant HEAD_BYTES = 324;

    /// @dev Options of type 3 with one option: worker 1 (executor), 17 bytes, kind 1 (`lzReceive`), gas in 16 bytes.
    bytes32 private constant OPTIONS_HEAD = bytes32(bytes6(0x000301001101));
    uint256 private constant OPTIONS_BYTES = 22;
    uint256 private constant OPTIONS_PADDING_BITS = 80;

    /// @notice A call without its peer, which {setPeer} puts in.
    /// @param account For `send` who gets the refund, for `quote` who would send.
    /// @param receiveGas Gas bought for `lzReceive`; at most 128 bits.
    function encode(
        bytes4 selector,
        address account,
        bytes memory message,
        uint256 receiveGas
    ) internal pure returns (bytes memory data) {
        bytes32 options = OPTIONS_HEAD | bytes32(receiveGas << OPTIONS_PADDING_BITS);
        assembly ("memory-safe") {
            data := mload(0x40)
            let length := mload(message)
            mstore(data, add(HEAD_BYTES, length))
            mstore(add(data, 32), selector)
            let at := add(data, 36)
            mstore(at, PARAMS_AT)
            mstore(add(at, 32), account)
            // Peer and receiver come later.
            mstore(add(at, 128), MESSAGE_AT)
            mstore(add(at, 160), OPTIONS_AT)
            // The fee is paid in native units.
            mstore(add(at, 192), 0)
            mstore(add(at, 224), OPTIONS_BYTES)
            mstore(add(at, 256), options)
            mstore(add(at, 288), length)
            let end := add(at, 320)
            mcopy(end, add(message, 32), length)
            mstore(0x40, and(add(add(end, length), 31), not(31)))
        }
    }

    /// @notice Makes `data`, which {encode} made, a call for the peer at `eid`.
    function setPeer(bytes memory data, uint32 eid, bytes32 receiver) internal pure {
        assembly ("memory-safe") {
            let at := add(add(data, 32), PEER_AT)
            mstore(at, eid)
            mstore(add(at, 32), receiver)
        }
    }

    /// @notice Calls `endpoint` and copies four bytes back at the most.
    /// @return ok Whether it took the message.
    /// @return reason First four bytes of what it reverted with.
    function trySend(bytes memory data, address endpoint, uint256 value) internal returns (bool ok, bytes4 reason) {
        assembly ("memory-safe") {
            mstore(0, 0)
            ok := call(gas(), endpoint, value, add(data, 32), mload(data), 0, 4)
            // When it succeeded these would be the first bytes of its answer.
            reason := mul(iszero(ok), mload(0))
        }
    }

    /// @notice Asks `endpoint` for a fee, in native units. Reverts as it does.
    function quote(bytes memory data, address endpoint) internal view returns (uint256 nativeFee) {
        assembly ("memory-safe") {
            let ok := staticcall(gas(), endpoint, add(data, 32), mload(data), 0, 32)
            if iszero(ok) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
            nativeFee := mload(0)
        }
    }
}
