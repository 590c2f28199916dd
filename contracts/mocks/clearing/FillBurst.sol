// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INDEX_ONE, LOT_FINE, UNIT_FINE} from "../../clearing/book/Scale.sol";
import {INovation} from "../../interfaces/INovation.sol";

/// @title FillBurst
/// @notice Emits what a busy venue emits, and does nothing else: many fills in one transaction, for measuring readers.
contract FillBurst {
    /// @notice One side of a fill: bought positive, `gain` realised per unit of index, `feeUnits` paid.
    struct Leg {
        uint32 account;
        uint8 market;
        int64 lots;
        uint96 priceX32;
        int128 gain;
        uint32 feeUnits;
    }

    /// @notice Emits both legs of fills, as packed as `abi.encodePacked` packs them, one after the other.
    function burst(bytes calldata legs) external {
        for (uint256 at; at < legs.length; at += 45) {
            _emit(
                Leg({
                    account: uint32(bytes4(legs[at:at + 4])),
                    market: uint8(bytes1(legs[at + 4:at + 5])),
                    lots: int64(uint64(bytes8(legs[at + 5:at + 13]))),
                    priceX32: uint96(bytes12(legs[at + 13:at + 25])),
                    gain: int128(uint128(bytes16(legs[at + 25:at + 41]))),
                    feeUnits: uint32(bytes4(legs[at + 41:at + 45]))
                }),
                at
            );
        }
    }

    function _emit(Leg memory leg, uint256 number) private {
        int256 cash = int256(leg.gain) * int256(INDEX_ONE) - int256(uint256(leg.feeUnits) * UNIT_FINE);
        // Addresses as they are: digits all over.
        address account = address(uint160(uint256(keccak256(abi.encode(leg.account)))));
        emit INovation.Traded(
            account,
            leg.market,
            keccak256(abi.encode(number)),
            int256(leg.lots) * int256(LOT_FINE),
            leg.priceX32,
            cash,
            leg.feeUnits
        );
    }
}
