// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Grant, GrantLib} from "../../../contracts/types/Grant.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {RungsLib} from "../../../contracts/types/Rungs.sol";
import {Status} from "../../../contracts/types/Status.sol";

/// @notice Grants and the status: what is packed by hand comes out as it went in, and touches nothing beside it.
contract PackedSlotsTest is Test {
    /* GRANT */

    function testFuzz_Grant_UnpacksWhatWasPacked(
        bool isActive,
        uint8 cause,
        uint8[4] memory rungs,
        uint32 markets
    ) public pure {
        SensorGrant memory grant = SensorGrant({
            isActive: isActive,
            cause: Cause(cause % (uint8(type(Cause).max) + 1)),
            localCeiling: RungsLib.pair(rungs[0] % 4, rungs[1] % 5),
            meshCeiling: RungsLib.pair(rungs[2] % 4, rungs[3] % 5),
            markets: markets
        });

        assertEq(abi.encode(GrantLib.pack(grant).unpack()), abi.encode(grant));
    }

    function testFuzz_Grant_CoversItsMarketsWhileActive(bool isActive, uint32 markets, uint8 market) public pure {
        SensorGrant memory grant = GrantLib.pack(_grantOf(isActive, markets)).unpack();
        bool isCovered = isActive && market < 32 && (grant.markets >> market) & 1 == 1;

        assertEq(GrantLib.pack(grant).covers(market), isCovered);
    }

    function test_Grant_NoneCoversNothing() public pure {
        for (uint256 market; market < 256; ++market) {
            assertFalse(Grant.wrap(0).covers(uint8(market)));
        }
    }

    /* STATUS */

    function testFuzz_Status_FieldsDoNotTouch(uint256 bits, uint8 market, uint48 time, uint32 limits) public pure {
        market %= 32;
        Status status = Status.wrap(bits);

        Status spent = status.withSpent(market);
        assertTrue(spent.isSpent(market) && !status.withUnspent(market).isSpent(market), "spent");
        _expectSame(status, status.isSpent(market) ? spent : spent.withUnspent(market), "spent");
        _expectSame(status, status.withMirrors(uint8(time)).withMirrors(status.mirrors()), "mirrors");
        assertEq(status.withMirrors(uint8(time)).mirrors(), uint8(time), "mirrors");
        _expectSame(status, status.withPeers(uint8(time)).withPeers(status.peers()), "peers");
        assertEq(status.withPeers(uint8(time)).peers(), uint8(time), "peers");
        _expectSame(status, status.withHeartbeatAt(time).withHeartbeatAt(uint48(status.heartbeatAt())), "heartbeat");
        assertEq(status.withHeartbeatAt(time).heartbeatAt(), time, "heartbeat");
        _expectSame(status, status.withLimits(limits).withLimits(status.limits()), "limits");
        assertEq(status.withLimits(limits).limits(), limits, "limits");
    }

    function testFuzz_Status_WhatPeersKnow(uint256 bits, uint8 market, uint32 markets) public pure {
        market %= 32;
        uint32 bit = uint32(1 << market);
        Status status = Status.wrap(bits);
        bool isTold = status.outdated() & bit != 0 && status.dirty() & bit == 0;

        assertEq(status.isTold(market), isTold, "told");
        _expectKnown(status.dirtied(market), status.dirty() | bit, status.outdated(), bits);
        _expectKnown(status.unheard(market), status.dirty() | bit, status.outdated() | bit, bits);
        _expectKnown(status.updated(market), status.dirty(), status.outdated() & ~bit, bits);
        _expectKnown(status.told(markets), status.dirty() & ~markets, status.outdated() | markets, bits);
    }

    function _expectKnown(Status status, uint32 dirty, uint32 outdated, uint256 before) private pure {
        assertEq(status.dirty(), dirty, "dirty");
        assertEq(status.outdated(), outdated, "outdated");
        uint256 both = uint256(type(uint64).max) << 64;
        assertEq(Status.unwrap(status) & ~both, before & ~both, "the rest");
    }

    function testFuzz_Status_CountsEvents(uint256 bits) public pure {
        vm.assume(uint64(bits) != type(uint64).max);
        Status status = Status.wrap(bits);

        assertEq(status.counted().seq(), status.seq() + 1, "seq");
        assertEq(Status.unwrap(status.counted()) >> 64, bits >> 64, "the rest");
    }

    function _grantOf(bool isActive, uint32 markets) private pure returns (SensorGrant memory) {
        return SensorGrant(isActive, Cause.Council, RungsLib.pair(3, 4), RungsLib.pair(3, 4), markets);
    }

    function _expectSame(Status a, Status b, string memory what) private pure {
        assertEq(bytes32(Status.unwrap(a)), bytes32(Status.unwrap(b)), what);
    }
}
