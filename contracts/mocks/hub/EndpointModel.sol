// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The four shapes below have the same ABI as LayerZero V2's, so an OApp cannot tell this model from an endpoint.
struct SendParams {
    uint32 dstEid;
    bytes32 receiver;
    bytes message;
    bytes options;
    bool payInLzToken;
}

struct SendFee {
    uint256 nativeFee;
    uint256 lzTokenFee;
}

struct SendReceipt {
    bytes32 guid;
    uint64 nonce;
    SendFee fee;
}

struct PacketOrigin {
    uint32 srcEid;
    bytes32 sender;
    uint64 nonce;
}

/// @dev What an endpoint calls on the receiving side.
interface IPacketReceiver {
    function lzReceive(
        PacketOrigin calldata origin,
        bytes32 guid,
        bytes calldata message,
        address executor,
        bytes calldata extraData
    ) external payable;
}

/// @notice What was sent and is waiting for a test to deliver it, any number of times and in any order.
struct Packet {
    PacketOrigin origin;
    uint32 dstEid;
    address receiver;
    bytes32 guid;
    bytes message;
    uint256 gasBought;
}

/// @dev The same ABI as the ULN configuration of LayerZero's libraries.
struct UlnModel {
    uint64 confirmations;
    uint8 requiredDVNCount;
    uint8 optionalDVNCount;
    uint8 optionalDVNThreshold;
    address[] requiredDVNs;
    address[] optionalDVNs;
}

/// @title EndpointModel
/// @notice A LayerZero endpoint without libraries, DVNs or executor: a test is all of them.
/// @dev Assumed of the real one and checked against it in `test/contracts/hub/LayerZero.test.ts`: `send` takes a fee
/// out of its value and refunds the rest, `lzReceive` is called with the origin of a verified packet only.
contract EndpointModel {
    /// @notice How sends to one destination fail.
    enum Fault {
        None,
        Reverts,
        RevertsEmpty
    }

    /// @notice Same name and shape as the real endpoint's.
    error LZ_InsufficientFee(
        uint256 requiredNative,
        uint256 suppliedNative,
        uint256 requiredLzToken,
        uint256 suppliedLzToken
    );

    /// @notice Thrown by a send to a destination whose fault is `Reverts`.
    error EndpointModel_Refused(uint32 dstEid);

    /// @notice Thrown when the refund is not taken.
    error EndpointModel_RefundFailed(address to);

    /// @dev Options of type 3 that hold one `lzReceive` option end in 16 bytes of gas limit.
    uint256 private constant OPTIONS_BYTES = 22;

    uint32 public immutable eid;

    uint256 public feePerMessage;
    /// @dev OApp => who configures messaging for it.
    mapping(address => address) public delegates;
    /// @dev destination => how sends to it fail.
    mapping(uint32 => Fault) public faults;

    /// @dev Both libraries of every pathway, unless a test says otherwise.
    address private constant SEND_LIBRARY = address(0x5E4D);
    address private constant RECEIVE_LIBRARY = address(0x4EC1);

    Packet[] private _packets;
    /// @dev library => remote chain => what the library answers; two required DVNs while empty.
    mapping(address => mapping(uint32 => bytes)) private _configs;
    /// @dev chains without libraries
    mapping(uint32 => bool) private _isUnsupported;
    address private _formerLibrary;
    uint256 private _graceEnd;
    bool private _isDefaultLibrary;

    constructor(uint32 eid_) {
        eid = eid_;
    }

    /* WHAT AN OAPP CALLS */

    function setDelegate(address delegate) external {
        delegates[msg.sender] = delegate;
    }

    function quote(SendParams calldata, address) external view returns (SendFee memory) {
        return SendFee(feePerMessage, 0);
    }

    function send(SendParams calldata params, address refundTo) external payable returns (SendReceipt memory receipt) {
        if (faults[params.dstEid] == Fault.Reverts) revert EndpointModel_Refused(params.dstEid);
        if (faults[params.dstEid] == Fault.RevertsEmpty) _revertEmpty();
        if (msg.value < feePerMessage) revert LZ_InsufficientFee(feePerMessage, msg.value, 0, 0);

        uint64 nonce = uint64(_packets.length + 1);
        bytes32 guid = keccak256(abi.encode(eid, nonce));
        _packets.push(
            Packet({
                origin: PacketOrigin(eid, bytes32(uint256(uint160(msg.sender))), nonce),
                dstEid: params.dstEid,
                receiver: address(uint160(uint256(params.receiver))),
                guid: guid,
                message: params.message,
                gasBought: _gasBought(params.options)
            })
        );
        receipt = SendReceipt(guid, nonce, SendFee(feePerMessage, 0));
        _refund(refundTo, msg.value - feePerMessage);
    }

    /* WHAT THE PATHWAY CHECK CALLS */

    function getSendLibrary(address, uint32 remoteEid) external view returns (address) {
        if (_isUnsupported[remoteEid]) revert EndpointModel_Refused(remoteEid);
        return SEND_LIBRARY;
    }

    function getReceiveLibrary(address, uint32 remoteEid) external view returns (address, bool) {
        if (_isUnsupported[remoteEid]) revert EndpointModel_Refused(remoteEid);
        return (RECEIVE_LIBRARY, _isDefaultLibrary);
    }

    function receiveLibraryTimeout(address, uint32) external view returns (address, uint256) {
        return _isDefaultLibrary ? (address(0), 0) : (_formerLibrary, _graceEnd);
    }

    function defaultReceiveLibraryTimeout(uint32) external view returns (address, uint256) {
        return _isDefaultLibrary ? (_formerLibrary, _graceEnd) : (address(0), 0);
    }

    function getConfig(
        address,
        address library_,
        uint32 remoteEid,
        uint32
    ) external view returns (bytes memory config) {
        config = _configs[library_][remoteEid];
        if (config.length != 0) return config;
        address[] memory dvns = new address[](2);
        (dvns[0], dvns[1]) = (address(0xD1), address(0xD2));
        return abi.encode(UlnModel(1, 2, 0, 0, dvns, new address[](0)));
    }

    /* WHAT A TEST CALLS */

    /// @notice What the send library, or the receive library, answers for a remote chain.
    function setConfig(bool isSend, uint32 remoteEid, bytes calldata config) external {
        _configs[isSend ? SEND_LIBRARY : RECEIVE_LIBRARY][remoteEid] = config;
    }

    function setUnsupported(uint32 remoteEid) external {
        _isUnsupported[remoteEid] = true;
    }

    /// @notice A receive library that was replaced, of the OApp or by LayerZero's default, may deliver until `graceEnd`.
    function setFormerLibrary(bool isDefault, uint32 remoteEid, uint256 graceEnd, bytes calldata config) external {
        (_isDefaultLibrary, _formerLibrary, _graceEnd) = (isDefault, address(0xF0), graceEnd);
        _configs[_formerLibrary][remoteEid] = config;
    }

    function setFee(uint256 fee) external {
        feePerMessage = fee;
    }

    function setFault(uint32 dstEid, Fault fault) external {
        faults[dstEid] = fault;
    }

    function packetCount() external view returns (uint256) {
        return _packets.length;
    }

    function packet(uint256 index) external view returns (Packet memory) {
        return _packets[index];
    }

    /// @notice Hands `message` to `receiver` on this chain as coming from `origin`: a delivery when a peer's hub sent
    /// it, a forgery otherwise.
    function inject(PacketOrigin memory origin, address receiver, bytes memory message) public {
        bytes32 guid = keccak256(abi.encode(origin, message));
        IPacketReceiver(receiver).lzReceive(origin, guid, message, msg.sender, "");
    }

    /// @notice Delivers packet `index`, which `source` sent here, with exactly the gas that was bought for it.
    function deliver(EndpointModel source, uint256 index) external {
        Packet memory sent = source.packet(index);
        IPacketReceiver(sent.receiver).lzReceive{gas: sent.gasBought}(
            sent.origin,
            sent.guid,
            sent.message,
            msg.sender,
            ""
        );
    }

    function _refund(address to, uint256 amount) private {
        if (amount == 0) return;
        (bool ok, ) = to.call{value: amount}("");
        if (!ok) revert EndpointModel_RefundFailed(to);
    }

    function _gasBought(bytes calldata options) private pure returns (uint256) {
        if (options.length != OPTIONS_BYTES) return 0;
        return uint128(bytes16(options[OPTIONS_BYTES - 16:]));
    }

    function _revertEmpty() private pure {
        // solhint-disable-next-line gas-custom-errors, reason-string
        revert();
    }
}
