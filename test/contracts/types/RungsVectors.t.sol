// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Leases, LeasesLib} from "../../../contracts/types/Leases.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";

/// @dev Fields in alphabetical order, as the JSON decoder lays them out.
struct RungsVector {
    uint256 a;
    uint256 b;
    uint256 expected;
    string op;
    bool reverts;
    string why;
}

struct PostureVector {
    uint256 expected;
    uint256 market;
    string op;
    Posture posture;
    uint256 rungs;
    string why;
}

struct LeasesVector {
    uint256 expected;
    uint256 index;
    Leases leases;
    string op;
    bool reverts;
    string why;
}

/// @dev The files that the relayer's tests read too.
contract RungsVectorsTest is Test {
    /// @dev operation => cases of it that were run
    mapping(bytes32 => uint256) private ran;
    uint256 private operations;

    function test_Rungs_AsTheRelayer() public {
        RungsVector[] memory vectors = abi.decode(
            vm.parseJson(vm.readFile("test/vectors/rungs.json")),
            (RungsVector[])
        );
        for (uint256 i; i < vectors.length; ++i) {
            _count(vectors[i].op);
            try this.runRungs(vectors[i]) returns (uint256 result) {
                assertFalse(vectors[i].reverts, vectors[i].why);
                assertEq(result, vectors[i].expected, vectors[i].why);
            } catch (bytes memory reason) {
                assertTrue(vectors[i].reverts, vectors[i].why);
                assertEq(bytes4(reason), RungsLib.Rungs_OffLadder.selector, vectors[i].why);
            }
        }
        assertEq(operations, 8);
    }

    function test_Posture_AsTheRelayer() public {
        PostureVector[] memory vectors = abi.decode(
            vm.parseJson(vm.readFile("test/vectors/posture.json")),
            (PostureVector[])
        );
        for (uint256 i; i < vectors.length; ++i) {
            _count(vectors[i].op);
            assertEq(_runPosture(vectors[i]), vectors[i].expected, vectors[i].why);
        }
        assertEq(operations, 6);
    }

    function test_Leases_AsTheRelayer() public {
        LeasesVector[] memory vectors = abi.decode(
            vm.parseJson(vm.readFile("test/vectors/leases.json")),
            (LeasesVector[])
        );
        for (uint256 i; i < vectors.length; ++i) {
            LeasesVector memory given = vectors[i];
            _count(given.op);
            try this.runLeases(given) returns (uint256 result) {
                assertFalse(given.reverts, given.why);
                assertEq(result, given.expected, given.why);
            } catch (bytes memory reason) {
                assertTrue(given.reverts, given.why);
                bytes memory expected = abi.encodeWithSelector(
                    LeasesLib.Leases_Invalid.selector,
                    given.index,
                    given.expected
                );
                assertEq(reason, expected, given.why);
            }
        }
        assertEq(operations, 2);
    }

    /// @dev External, so that a revert can be caught.
    function runRungs(RungsVector memory given) external pure returns (uint256) {
        bytes32 op = keccak256(bytes(given.op));
        // Every number in the file is below 256.
        (uint8 a, uint8 b) = (uint8(given.a), uint8(given.b));
        if (op == keccak256("pair")) return Rungs.unwrap(RungsLib.pair(a, b));
        (Rungs x, Rungs y) = (Rungs.wrap(a), Rungs.wrap(b));
        if (op == keccak256("join")) return Rungs.unwrap(x.join(y));
        if (op == keccak256("meet")) return Rungs.unwrap(x.meet(y));
        if (op == keccak256("breaker")) return x.breaker();
        if (op == keccak256("margin")) return x.margin();
        if (op == keccak256("exceeds")) return x.exceeds(y) ? 1 : 0;
        if (op == keccak256("isCalm")) return x.isCalm() ? 1 : 0;
        require(op == keccak256("validate"), given.op);
        x.validate();
        return a;
    }

    function runLeases(LeasesVector memory given) external pure returns (uint256) {
        if (keccak256(bytes(given.op)) == keccak256("secondsOf")) return given.leases.secondsOf(given.index);
        require(keccak256(bytes(given.op)) == keccak256("validate"), given.op);
        given.leases.validate();
        return given.expected;
    }

    function _runPosture(PostureVector memory given) private pure returns (uint256) {
        bytes32 op = keccak256(bytes(given.op));
        (Posture posture, uint8 market) = (given.posture, uint8(given.market));
        Rungs rungs = Rungs.wrap(uint8(given.rungs));
        if (op == keccak256("isRegistered")) return posture.isRegistered(market) ? 1 : 0;
        if (op == keccak256("own")) return Rungs.unwrap(posture.own(market));
        if (op == keccak256("at")) return Rungs.unwrap(posture.at(market));
        if (op == keccak256("registered")) return Posture.unwrap(posture.registered(market));
        if (op == keccak256("replaced")) return Posture.unwrap(posture.replaced(market, rungs));
        require(op == keccak256("tightened"), given.op);
        return Posture.unwrap(posture.tightened(market, rungs));
    }

    function _count(string memory op) private {
        if (ran[keccak256(bytes(op))]++ == 0) ++operations;
    }
}
