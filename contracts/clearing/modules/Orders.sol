// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {INovation, Match, Order, SignedOrder} from "../../interfaces/INovation.sol";
import {Touch} from "./Touch.sol";

/// @title Orders
/// @notice Who has signed what, and how much of it is left.
/// @dev The domain names chain and contract: an order serves one venue on one chain, once.
abstract contract Orders is Touch, EIP712, INovation {
    bytes32 private constant ORDER_TYPEHASH = keccak256(
        "Order(address trader,uint8 market,bool isBuy,bool isReduceOnly,uint64 lots,uint128 priceE18,uint64 expiry,uint64 nonce)"
    );

    constructor() EIP712("Cordon Clearing House", "1") {}

    /// @inheritdoc INovation
    function cancel(uint64 nonce) external {
        _orders[msg.sender][nonce].isDead = true;
        emit Cancelled(msg.sender, nonce);
    }

    /// @inheritdoc INovation
    function raiseNonceFloor(uint64 floor) external {
        uint64 current = _nonceFloors[msg.sender];
        if (floor <= current) revert Novation_NonceFloor(current, floor);
        _nonceFloors[msg.sender] = floor;
        emit NonceFloorRaised(msg.sender, floor);
    }

    /// @inheritdoc INovation
    function orderHash(Order calldata order) external view returns (bytes32) {
        return _hash(order);
    }

    /// @inheritdoc INovation
    function orderState(address trader, uint64 nonce) external view returns (uint64 filled, bool isDead) {
        OrderState memory state = _orders[trader][nonce];
        return (state.filled, state.isDead || nonce < _nonceFloors[trader]);
    }

    /// @dev That the two orders may be filled against each other, for `matched.lots`.
    function _requireMatch(Match calldata matched) internal pure {
        Order calldata maker = matched.maker.order;
        Order calldata taker = matched.taker.order;
        if (matched.lots == 0) revert Novation_ZeroSize();
        if (maker.trader == taker.trader) revert Novation_SelfCrossing(maker.trader);
        if (maker.market != taker.market || maker.isBuy == taker.isBuy) {
            revert Novation_NotAMatch(maker.market, taker.market, maker.isBuy, taker.isBuy);
        }
        bool crosses = taker.isBuy ? taker.priceE18 >= maker.priceE18 : taker.priceE18 <= maker.priceE18;
        if (!crosses) revert Novation_PricesDoNotCross(maker.priceE18, taker.priceE18);
    }

    /// @dev Counts `lots` as filled, once the order is shown to be alive and signed.
    function _consume(SignedOrder calldata signed, uint64 lots) internal returns (bytes32 hash) {
        Order calldata order = signed.order;
        if (block.timestamp > order.expiry) revert Novation_Expired(order.trader, order.nonce, order.expiry);
        OrderState storage state = _orders[order.trader][order.nonce];
        uint64 filled = state.filled;
        if (state.isDead || order.nonce < _nonceFloors[order.trader]) revert Novation_Dead(order.trader, order.nonce);
        uint64 left = order.lots > filled ? order.lots - filled : 0;
        if (lots > left) revert Novation_Overfilled(order.trader, order.nonce, lots, left);
        hash = _hash(order);
        if (!SignatureChecker.isValidSignatureNow(order.trader, hash, signed.signature)) {
            revert Novation_BadSignature(order.trader, hash);
        }
        state.filled = filled + lots;
    }

    function _hash(Order calldata order) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ORDER_TYPEHASH, order)));
    }
}
