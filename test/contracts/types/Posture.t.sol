// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {MARKETS, Posture} from "../../../contracts/types/Posture.sol";
import {Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";

contract PostureTest is Test {
    function testFuzz_Replaced_ChangesOneMarketOnly(uint256 seed, uint8 market, uint256 roll) public pure {
        market %= MARKETS;
        Posture before = _posture(seed);
        Posture next = before.replaced(market, _rungs(roll));

        for (uint8 other; other < MARKETS; ++other) {
            assertEq(next.isRegistered(other), before.isRegistered(other));
            assertTrue(next.own(other).equals(other == market ? _rungs(roll) : before.own(other)));
        }
    }

    function testFuzz_Registered_KeepsEverythingElse(uint256 seed, uint8 market) public pure {
        market %= MARKETS;
        Posture before = _posture(seed);
        Posture next = before.registered(market);

        for (uint8 other; other < MARKETS; ++other) {
            assertEq(next.isRegistered(other), other == market || before.isRegistered(other));
            assertTrue(next.own(other).equals(before.own(other)));
        }
    }

    function testFuzz_Tightened_NeverLoosens(uint256 seed, uint8 market, uint256 roll) public pure {
        market %= MARKETS;
        Posture before = _posture(seed);
        Posture next = before.tightened(market, _rungs(roll));

        assertFalse(before.own(market).exceeds(next.own(market)));
        assertFalse(_rungs(roll).exceeds(next.own(market)));
        assertTrue(next.own(market).equals(before.own(market).join(_rungs(roll))));
    }

    function testFuzz_At_JoinsTheProtocolWideRungs(uint256 seed, uint8 market) public pure {
        market %= MARKETS;
        Posture posture = _posture(seed);

        assertTrue(posture.at(market).equals(posture.own(market).join(posture.own(0))));
        assertFalse(posture.own(0).exceeds(posture.at(market)));
    }

    function testFuzz_IsRegistered_IsFalsePastTheLastMarket(uint256 bits, uint8 market) public pure {
        market = uint8(bound(market, MARKETS, type(uint8).max));

        assertFalse(Posture.wrap(bits).isRegistered(market));
        assertTrue(Posture.wrap(bits).own(market).isCalm());
    }

    function testFuzz_Own_IsAlwaysInItsTwoMasks(uint256 bits, uint8 market) public pure {
        assertEq(Rungs.unwrap(Posture.wrap(bits).own(market)) & ~uint8(0x37), 0);
    }

    function testFuzz_Equals_IsBitwise(uint256 a, uint256 b) public pure {
        assertEq(Posture.wrap(a).equals(Posture.wrap(b)), a == b);
        assertTrue(Posture.wrap(a).equals(Posture.wrap(a)));
    }

    function _posture(uint256 seed) private pure returns (Posture posture) {
        for (uint8 market; market < MARKETS; ++market) {
            uint256 roll = uint256(keccak256(abi.encode(seed, market)));
            if (roll % 3 == 0) continue;
            posture = posture.registered(market).replaced(market, _rungs(roll >> 16));
        }
    }

    function _rungs(uint256 seed) private pure returns (Rungs) {
        return RungsLib.pair(uint8(seed % 4), uint8((seed >> 8) % 5));
    }
}
