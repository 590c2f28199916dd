// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPyth} from "../interfaces/IPyth.sol";
import {Behaviour} from "./ScriptedFeed.sol";

/// @title PythModel
/// @notice A pull oracle without its signatures: whoever brings an update along with the fee brings its price on chain.
/// Like Pyth's own contract it keeps the newer of two prices and takes the fee for either.
contract PythModel is IPyth {
    /// @notice Thrown when no price of `id` was ever brought on chain.
    error PythModel_PriceNotFound(bytes32 id);

    /// @notice Thrown when the fee sent along is not what the updates cost.
    error PythModel_WrongFee(uint256 value, uint256 fee);

    /// @notice Thrown when the model is told to revert.
    error PythModel_ToldToRevert();

    uint256 private constant HUGE_BYTES = 64_000;
    uint256 private constant LITTLE_BYTES = 96;

    /// @notice Wei for each update.
    uint256 public feePerUpdate;

    Behaviour private _behaviour;
    /// @dev id => price held
    mapping(bytes32 => Price) private _held;

    constructor(uint256 feePerUpdate_) {
        feePerUpdate = feePerUpdate_;
    }

    /// @notice From now on, each update costs `fee` wei.
    function charge(uint256 fee) external {
        feePerUpdate = fee;
    }

    /// @notice From now on, behaves so when a price is asked for.
    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    /// @inheritdoc IPyth
    function updatePriceFeeds(bytes[] calldata updateData) external payable {
        uint256 fee = getUpdateFee(updateData);
        if (msg.value != fee) revert PythModel_WrongFee(msg.value, fee);
        for (uint256 i; i < updateData.length; ++i) {
            (bytes32 id, Price memory newer) = abi.decode(updateData[i], (bytes32, Price));
            if (newer.publishTime > _held[id].publishTime) _held[id] = newer;
        }
    }

    /// @inheritdoc IPyth
    function getUpdateFee(bytes[] calldata updateData) public view returns (uint256) {
        return updateData.length * feePerUpdate;
    }

    /// @inheritdoc IPyth
    function getPriceUnsafe(bytes32 id) external view returns (Price memory held) {
        Behaviour behaviour = _behaviour;
        if (behaviour == Behaviour.Revert) revert PythModel_ToldToRevert();
        if (behaviour == Behaviour.BurnGas) while (true) {}
        if (behaviour == Behaviour.ReturnLittle) _returnBytes(LITTLE_BYTES);
        if (behaviour == Behaviour.ReturnHuge) _returnBytes(HUGE_BYTES);
        held = _held[id];
        if (held.publishTime == 0) revert PythModel_PriceNotFound(id);
    }

    /// @dev Returns `size` bytes that are no price: the exponent is out of all bounds.
    function _returnBytes(uint256 size) private pure {
        assembly {
            mstore(0x40, 0xff)
            return(0, size)
        }
    }
}
