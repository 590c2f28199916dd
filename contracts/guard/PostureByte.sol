// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureGuard} from "../interfaces/IPostureGuard.sol";
import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";

using PostureByteLib for PostureByte global;

/// @notice One market's posture in one byte, for a venue to keep in a word that it loads anyway: the {Rungs} in force,
/// the protocol-wide ones joined in, with bit 7 set. Zero, which is what a word holds before it was first written,
/// allows nothing.
type PostureByte is uint8;

/// @title PostureByteLib
/// @notice Makes and reads posture bytes.
/// @dev Warning: whoever keeps bytes has to rewrite that of *every* market when the posture of market 0 changes, for it
/// is joined into all of them.
library PostureByteLib {
    uint8 private constant KNOWN_BIT = 0x80;

    /// @notice The byte to keep for `market`. Zero when the market is not registered.
    function at(Posture posture, uint8 market) internal pure returns (PostureByte) {
        if (!posture.isRegistered(market)) return PostureByte.wrap(0);
        return PostureByte.wrap(KNOWN_BIT | Rungs.unwrap(posture.at(market)));
    }

    /// @notice Rungs in force. Reverts when the byte was never written. `market` is for the error only.
    function requireKnown(PostureByte kept, uint8 market) internal pure returns (Rungs) {
        if (PostureByte.unwrap(kept) < KNOWN_BIT) revert IPostureGuard.PostureGuard_UnknownMarket(market);
        return Rungs.wrap(PostureByte.unwrap(kept) & ~KNOWN_BIT);
    }
}

/// @title PostureByteChecks
/// @notice The checks of a venue that keeps posture bytes.
abstract contract PostureByteChecks {
    uint256 private constant KNOWN_BIT = 0x80;
    /// @dev Breaker rungs where {Rungs} has them. A byte without {KNOWN_BIT} compares as its breaker rung does; flipping
    /// the bit takes it off where it is set, and puts it on top of everything where it is missing.
    uint256 private constant REDUCE_ONLY_BITS = 0x20;
    uint256 private constant HALTED_BITS = 0x30;

    /// @dev For what adds risk: the byte was written and the breaker is at most at caution.
    modifier whenIncreasing(PostureByte kept, uint8 market) {
        if (uint256(PostureByte.unwrap(kept)) ^ KNOWN_BIT >= REDUCE_ONLY_BITS) _refuse(kept, market);
        _;
    }

    /// @dev For what takes risk off: the byte was written and the breaker is below halted.
    modifier whenReducing(PostureByte kept, uint8 market) {
        if (uint256(PostureByte.unwrap(kept)) ^ KNOWN_BIT >= HALTED_BITS) _refuse(kept, market);
        _;
    }

    function _refuse(PostureByte kept, uint8 market) private pure {
        revert IPostureGuard.PostureGuard_Restricted(market, kept.requireKnown(market));
    }
}
