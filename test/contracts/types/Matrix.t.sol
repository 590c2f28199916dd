// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {ACTIONS, Action, ActionLimit, Matrix, MatrixLib} from "../../../contracts/types/Matrix.sol";

contract MatrixTest is Test {
    function testFuzz_Pack_KeepsEveryLimit(
        uint24[ACTIONS] memory ages,
        uint16[ACTIONS] memory confidences,
        uint8 needs
    ) public pure {
        ActionLimit[ACTIONS] memory limits;
        for (uint256 i; i < ACTIONS; ++i) {
            limits[i] = ActionLimit(ages[i], confidences[i], (needs >> i) & 1 == 1);
        }
        Matrix matrix = MatrixLib.pack(limits);

        assertEq(keccak256(abi.encode(matrix.unpack())), keccak256(abi.encode(limits)));
        for (uint256 i; i < ACTIONS; ++i) {
            ActionLimit memory limit = matrix.at(Action(i));
            assertEq(limit.maxAgeSeconds, ages[i]);
            assertEq(limit.maxConfidenceBps, confidences[i]);
            assertEq(limit.needsSequencer, limits[i].needsSequencer);
        }
    }

    function test_Pack_OrdersLanesAsActions() public pure {
        ActionLimit[ACTIONS] memory limits;
        limits[uint256(Action.Lift)].maxAgeSeconds = 1;

        assertEq(Matrix.unwrap(MatrixLib.pack(limits)), 1 << (5 * 41));
    }
}
