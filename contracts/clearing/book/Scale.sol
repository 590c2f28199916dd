// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The fixed points of the book. Everything below the token boundary is an integer in one of these, and products of
/// them are exact: the ledger never divides money (docs/clearing.md, "Units").

/// @dev Shares of one lot. Sizes are held as shares times the index of their side.
uint256 constant SHARES_PER_LOT = 1 << 24;

/// @dev Index of a side that was never torn up.
uint256 constant INDEX_ONE = 1 << 80;

/// @dev A tear-up that would leave a side less of its index than this closes the market instead. Bounds shares.
uint256 constant INDEX_MIN = 1 << 66;

/// @dev Size of one lot in fine size, which is shares times index.
uint256 constant LOT_FINE = SHARES_PER_LOT * INDEX_ONE;

/// @dev A price of one unit for one lot.
uint256 constant PRICE_ONE = 1 << 32;

/// @dev One unit of collateral in fine cash, which is fine size times price.
uint256 constant UNIT_FINE = LOT_FINE * PRICE_ONE;

/// @dev Largest open interest of a market, in lots. Keeps a side's shares below 2^80: 2^40 lots at {INDEX_MIN} are 2^78.
uint256 constant MAX_LOTS = (1 << 40) - 1;

/// @dev Largest price, 2^58 units for a lot. With MAX_LOTS it keeps fine cash of one market below 2^235.
uint256 constant MAX_PRICE = 1 << 90;

/// @dev Largest sum of funding and of socialised loss, each, as a price. With MAX_PRICE it keeps marks below 2^92.
uint256 constant MAX_DRIFT = 1 << 89;

/// @dev Largest sum of deposits, in units. Keeps fine cash below 2^232.
uint256 constant MAX_UNITS = 1 << 96;

/// @dev Basis points in one.
uint256 constant BPS = 10_000;

/// @dev Fine cash in a quantum, in which claims of a market that is wound down are counted: 2^-64 unit.
uint256 constant CLAIM_QUANTUM = 1 << 72;
