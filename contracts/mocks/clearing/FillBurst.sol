// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INovation} from "../../interfaces/INovation.sol";

/// @title FillBurst
/// @notice Emits what a busy venue emits, and does nothing else: many fills in one transaction, for measuring readers.
contract FillBurst {
    uint256 private constant LOT_FINE = 1 << 104;
    uint256 private constant MARKETS = 31;

    /// @notice Emits both legs of `count` fills, numbered from `first`, among `accounts` accounts in markets 1 to 31.
    function burst(uint256 first, uint256 count, uint256 accounts) external {
        for (uint256 i = first; i < first + count; ++i) {
            // A remainder below 31, and one: fits.
            uint8 market = uint8(1 + (i % MARKETS));
            // Below 1,000 lots.
            int256 size = int256((1 + ((i * 7919) % 997)) * LOT_FINE);
            _emit(1 + (i % accounts), market, i, size);
            _emit(1 + ((i * 31 + 1) % accounts), market, i, -size);
        }
    }

    function _emit(uint256 account, uint8 market, uint256 number, int256 size) private {
        // Small numbers: no address that anybody has.
        address at = address(uint160(account));
        emit INovation.Traded(at, market, bytes32(number), size, (100 << 32) + number, -int256(number), 3);
    }
}
