// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice An order, signed by its trader as EIP-712 typed data under domain {name "Cordon Clearing House", version "1",
/// chainId, verifyingContract}.
struct Order {
    address trader;
    uint8 market;
    bool isBuy;
    // Only ever makes the position smaller.
    bool isReduceOnly;
    // Lots in all; filled in parts.
    uint64 lots;
    // Worst price, quote for one of the base asset, 18 decimals.
    uint128 priceE18;
    // Last second at which it may be filled.
    uint64 expiry;
    // Orders with the same nonce are one order: filled once. Those below the trader's floor are dead.
    uint64 nonce;
}

/// @notice An order and its signature: of a key, or as ERC-1271 has it.
struct SignedOrder {
    Order order;
    bytes signature;
}

/// @notice Two orders to be filled against each other at the maker's price.
struct Match {
    SignedOrder maker;
    SignedOrder taker;
    uint64 lots;
}

/// @title INovation
/// @notice Trades are matched off chain; the clearing house steps between the two once both can bear it.
interface INovation {
    /* EVENTS */

    /// @notice One side of a fill. `sizeFine` is signed: bought positive. `cashFine` is what was realised, fees taken off.
    event Traded(
        address indexed account,
        uint8 indexed market,
        bytes32 indexed orderHash,
        int256 sizeFine,
        uint256 priceX32,
        int256 cashFine,
        uint256 feeUnits
    );
    /// @notice An order was killed.
    event Cancelled(address indexed trader, uint64 nonce);
    /// @notice All orders with lower nonces were killed.
    event NonceFloorRaised(address indexed trader, uint64 floor);
    /// @notice A match of a batch was left out. `reason` is the start of what it reverted with.
    event MatchRefused(uint256 indexed index, bytes32 reason);

    /* ERRORS */

    /// @notice Thrown when no lots would be filled.
    error Novation_ZeroSize();
    /// @notice Thrown when both orders are of one trader.
    error Novation_SelfCrossing(address trader);
    /// @notice Thrown when the orders are of different markets or on the same side.
    error Novation_NotAMatch(uint8 makerMarket, uint8 takerMarket, bool makerIsBuy, bool takerIsBuy);
    /// @notice Thrown when an order is past its last second.
    error Novation_Expired(address trader, uint64 nonce, uint64 expiry);
    /// @notice Thrown when an order was cancelled, or its nonce lies below the floor of its trader.
    error Novation_Dead(address trader, uint64 nonce);
    /// @notice Thrown when more would be filled than an order has left. A replayed order has nothing left.
    error Novation_Overfilled(address trader, uint64 nonce, uint64 lots, uint64 left);
    /// @notice Thrown when the trader has not signed this order for this venue on this chain.
    error Novation_BadSignature(address trader, bytes32 orderHash);
    /// @notice Thrown when the taker does not accept the price of the maker.
    error Novation_PricesDoNotCross(uint256 makerPriceE18, uint256 takerPriceE18);
    /// @notice Thrown when the price is further from the mark than the market allows. Prices are units for a lot, 32 binary places.
    error Novation_OffMarket(uint8 market, uint256 priceX32, uint256 markX32);
    /// @notice Thrown when a reduce-only order would open or enlarge a position.
    error Novation_NotReducing(address trader, uint64 lots, uint256 sizeFine);
    /// @notice Thrown when open interest would pass the cap in force. In units.
    error Novation_OpenInterest(uint8 market, uint256 units, uint256 cap);
    /// @notice Thrown when the account has less than initial margin, and the trade did not make it safer.
    error Novation_Margin(address account, int256 equityFine, uint256 initialUnits);
    /// @notice Thrown when a position smaller than the market's minimum would be left.
    error Novation_BelowMinimum(address account, uint256 sizeFine, uint256 minimumLots);
    /// @notice Thrown when somebody calls what only a batch may.
    error Novation_OnlySelf(address caller);
    /// @notice Thrown when no match of a batch could be filled.
    error Novation_NothingFilled();
    /// @notice Thrown when a floor would not rise.
    error Novation_NonceFloor(uint64 floor, uint64 asked);

    /* ACTIONS */

    /// @notice Fills one match. Anybody may submit it. At reduce-only both sides have to be reducing; a halted market
    /// fills nothing.
    function fill(Match calldata matched) external;

    /// @notice Fills what can be filled; each match stands alone, and has an even part of the gas that is left. Reverts when
    /// none could.
    /// @return filled Matches filled.
    function fillBatch(Match[] calldata matches) external returns (uint256 filled);

    /// @notice Kills the caller's order with `nonce`, filled in part or not at all.
    function cancel(uint64 nonce) external;

    /// @notice Kills all the caller's orders with a nonce below `floor`.
    function raiseNonceFloor(uint64 floor) external;

    /* VIEWS */

    function orderHash(Order calldata order) external view returns (bytes32);

    /// @notice Lots filled under `nonce`, and whether the nonce is dead.
    function orderState(address trader, uint64 nonce) external view returns (uint64 filled, bool isDead);
}
