// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cause, SensorGrant} from "./Incident.sol";
import {Rungs} from "./Rungs.sol";

using GrantLib for Grant global;

/// @notice A {SensorGrant} as it is stored: `markets` in the upper 32 bits, then, from the least significant, `isActive`,
/// `cause`, `localCeiling` and `meshCeiling`, a byte each.
type Grant is uint256;

/// @title GrantLib
/// @notice Packs and reads grants: a trip reads one, and unpacks no more of it than it needs.
library GrantLib {
    uint256 private constant CAUSE_SHIFT = 8;
    uint256 private constant LOCAL_SHIFT = 16;
    uint256 private constant MESH_SHIFT = 24;
    uint256 private constant MARKETS_SHIFT = 224;

    /// @notice `grant` in one slot.
    function pack(SensorGrant memory grant) internal pure returns (Grant) {
        uint256 bits = (uint256(grant.markets) << MARKETS_SHIFT) | (grant.isActive ? 1 : 0);
        bits |= (uint256(grant.cause) << CAUSE_SHIFT) | (uint256(Rungs.unwrap(grant.localCeiling)) << LOCAL_SHIFT);
        return Grant.wrap(bits | (uint256(Rungs.unwrap(grant.meshCeiling)) << MESH_SHIFT));
    }

    /// @notice What {pack} was given.
    function unpack(Grant grant) internal pure returns (SensorGrant memory) {
        uint256 bits = Grant.unwrap(grant);
        bool isActive = bits & 1 != 0;
        uint32 markets = uint32(bits >> MARKETS_SHIFT);
        return SensorGrant(isActive, grant.cause(), grant.localCeiling(), grant.meshCeiling(), markets);
    }

    /// @notice Whether the grant is active and for `market`.
    function covers(Grant grant, uint8 market) internal pure returns (bool) {
        uint256 bits = Grant.unwrap(grant);
        // A market past the last shifts everything out.
        return bits & (bits >> (MARKETS_SHIFT + market)) & 1 != 0;
    }

    /// @notice Why the sensor asserts.
    function cause(Grant grant) internal pure returns (Cause) {
        return Cause(uint8(Grant.unwrap(grant) >> CAUSE_SHIFT));
    }

    /// @notice Highest rungs on this chain.
    function localCeiling(Grant grant) internal pure returns (Rungs) {
        return Rungs.wrap(uint8(Grant.unwrap(grant) >> LOCAL_SHIFT));
    }

    /// @notice Highest rungs that travel, on no axis above those on this chain.
    function meshCeiling(Grant grant) internal pure returns (Rungs) {
        return Rungs.wrap(uint8(Grant.unwrap(grant) >> MESH_SHIFT));
    }
}
