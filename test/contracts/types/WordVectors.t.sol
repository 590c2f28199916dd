// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Leases} from "../../../contracts/types/Leases.sol";
import {Rungs} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";

/// @dev The file that the relayer's tests read too. Fields in alphabetical order, as the JSON decoder lays them out.
struct WordVector {
    Word a;
    Word b;
    bytes32 expected;
    uint256 index;
    Leases leases;
    string op;
    bytes32 other;
    uint256 rungs;
    uint256 time;
    string why;
}

contract WordVectorsTest is Test {
    string private constant PATH = "test/vectors/word.json";
    uint256 private constant OPERATIONS = 11;

    /// @dev operation => cases of it that were run
    mapping(bytes32 => uint256) private ran;

    function test_Word_AsTheRelayer() public {
        WordVector[] memory vectors = abi.decode(vm.parseJson(vm.readFile(PATH)), (WordVector[]));
        uint256 operations;
        for (uint256 i; i < vectors.length; ++i) {
            (bytes32 result, bytes32 other) = _run(vectors[i]);
            assertEq(result, vectors[i].expected, vectors[i].why);
            assertEq(other, vectors[i].other, vectors[i].why);
            if (ran[keccak256(bytes(vectors[i].op))]++ == 0) ++operations;
        }
        assertEq(operations, OPERATIONS);
    }

    function _run(WordVector memory given) private pure returns (bytes32 result, bytes32 other) {
        bytes32 op = keccak256(bytes(given.op));
        if (op == keccak256("split") || op == keccak256("splitAt")) {
            bool isByTime = op == keccak256("splitAt");
            (Word kept, Word rest) = isByTime ? given.a.splitAt(given.time) : given.a.split(_rungs(given));
            return (_bits(kept), _bits(rest));
        }
        if (op == keccak256("lane")) return (bytes32(given.a.lane(given.index)), 0);
        if (op == keccak256("single")) return (_bits(WordLib.single(given.index, given.time)), 0);
        if (op == keccak256("stamped")) return (_bits(WordLib.stamped(_rungs(given), given.time)), 0);
        if (op == keccak256("merge")) return (_bits(given.a.merge(given.b)), 0);
        if (op == keccak256("stampsOnly")) return (_bits(given.a.stampsOnly()), 0);
        if (op == keccak256("lapsingBy")) return (_bits(given.a.lapsingBy(given.leases, given.time)), 0);
        if (op == keccak256("inForce")) {
            return (bytes32(uint256(Rungs.unwrap(given.a.inForce(given.leases, given.time)))), 0);
        }
        if (op == keccak256("holds")) return (_flag(given.a.holds(given.index, given.leases, given.time)), 0);
        if (op == keccak256("outpaces")) return (_flag(given.a.outpaces(given.b, given.leases, given.time)), 0);
        revert(string.concat("no operation ", given.op));
    }

    function _rungs(WordVector memory given) private pure returns (Rungs) {
        return Rungs.wrap(uint8(given.rungs));
    }

    function _bits(Word word) private pure returns (bytes32) {
        return bytes32(Word.unwrap(word));
    }

    function _flag(bool isTrue) private pure returns (bytes32) {
        return bytes32(uint256(isTrue ? 1 : 0));
    }
}
