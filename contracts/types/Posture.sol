// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "./Rungs.sol";

using PostureLib for Posture global;

/// @notice What is in force now, for all markets, in one slot: market m is the byte at bits 8m to 8m + 7, a {Rungs}
/// with bit 7 set once the market is registered. Market 0 is the whole protocol.
type Posture is uint256;

/// @dev Markets are 0 (the whole protocol) to 31.
uint8 constant MARKETS = 32;

/// @title PostureLib
/// @notice Reads and changes a posture. The only thing a venue needs.
library PostureLib {
    uint256 private constant REGISTERED_BIT = 0x80;
    uint256 private constant RUNGS_MASK = 0x37;

    /// @notice Whether `market` exists here. False for every market from {MARKETS} on.
    function isRegistered(Posture posture, uint8 market) internal pure returns (bool) {
        return (Posture.unwrap(posture) >> (uint256(market) << 3)) & REGISTERED_BIT != 0;
    }

    /// @notice Rungs of `market` alone.
    function own(Posture posture, uint8 market) internal pure returns (Rungs) {
        // RUNGS_MASK leaves six bits.
        return Rungs.wrap(uint8((Posture.unwrap(posture) >> (uint256(market) << 3)) & RUNGS_MASK));
    }

    /// @notice Whether `market` itself is halted, whatever the whole protocol is.
    function isHalted(Posture posture, uint8 market) internal pure returns (bool) {
        return posture.own(market).isHalt();
    }

    /// @notice Rungs in force for `market`: its own joined with the protocol-wide ones.
    function at(Posture posture, uint8 market) internal pure returns (Rungs) {
        return posture.own(market).join(posture.own(0));
    }

    /// @notice `posture` with `market` registered.
    function registered(Posture posture, uint8 market) internal pure returns (Posture) {
        return Posture.wrap(Posture.unwrap(posture) | (REGISTERED_BIT << (uint256(market) << 3)));
    }

    /// @notice `posture` with the rungs of `market` replaced. Its registration is kept.
    function replaced(Posture posture, uint8 market, Rungs rungs) internal pure returns (Posture) {
        uint256 shift = uint256(market) << 3;
        uint256 cleared = Posture.unwrap(posture) & ~(RUNGS_MASK << shift);
        return Posture.wrap(cleared | (uint256(Rungs.unwrap(rungs)) << shift));
    }

    /// @notice `posture` with `market` at least as tight as `rungs`. Never loosens.
    function tightened(Posture posture, uint8 market, Rungs rungs) internal pure returns (Posture) {
        Rungs before = posture.own(market);
        uint256 change = Rungs.unwrap(before) ^ Rungs.unwrap(before.join(rungs));
        return Posture.wrap(Posture.unwrap(posture) ^ (change << (uint256(market) << 3)));
    }

    /// @notice Whether `a` and `b` are the same posture.
    function equals(Posture a, Posture b) internal pure returns (bool) {
        return Posture.unwrap(a) == Posture.unwrap(b);
    }
}
