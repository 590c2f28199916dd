// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {HALTED, M4, Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";

contract RungsTest is Test {
    function testFuzz_Pair_KeepsBothRungs(uint8 breaker, uint8 margin) public pure {
        (breaker, margin) = (breaker % (HALTED + 1), margin % (M4 + 1));
        Rungs rungs = RungsLib.pair(breaker, margin);

        assertEq(rungs.breaker(), breaker);
        assertEq(rungs.margin(), margin);
        rungs.validate();
    }

    function testFuzz_Pair_RevertWhen_OffTheLadder(uint8 breaker, uint8 margin) public {
        vm.assume(breaker > HALTED || margin > M4);

        vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, breaker, margin));
        this.pair(breaker, margin);
    }

    /// @dev All 256 bytes: exactly the twenty pairs are valid.
    function test_Validate_AcceptsTheTwentyPairsOnly() public view {
        uint256 valid;
        for (uint256 bits; bits < 256; ++bits) {
            try this.validate(Rungs.wrap(uint8(bits))) {
                ++valid;
                assertLe(bits >> 4, HALTED);
                assertLe(bits & 0x0f, M4);
            } catch {}
        }
        assertEq(valid, 20);
    }

    function testFuzz_Join_IsTheHigherRungOnEachAxis(uint256 a, uint256 b) public pure {
        (Rungs x, Rungs y) = (_rungs(a), _rungs(b));
        Rungs joined = x.join(y);

        assertEq(joined.breaker(), x.breaker() > y.breaker() ? x.breaker() : y.breaker());
        assertEq(joined.margin(), x.margin() > y.margin() ? x.margin() : y.margin());
    }

    function testFuzz_Meet_IsTheLowerRungOnEachAxis(uint256 a, uint256 b) public pure {
        (Rungs x, Rungs y) = (_rungs(a), _rungs(b));
        Rungs met = x.meet(y);

        assertEq(met.breaker(), x.breaker() < y.breaker() ? x.breaker() : y.breaker());
        assertEq(met.margin(), x.margin() < y.margin() ? x.margin() : y.margin());
    }

    /// @dev The three say the same: a ceiling cuts nothing, joining it changes nothing, nothing exceeds it.
    function testFuzz_Exceeds_AgreesWithJoinAndMeet(uint256 a, uint256 b) public pure {
        (Rungs x, Rungs ceiling) = (_rungs(a), _rungs(b));

        assertEq(x.exceeds(ceiling), !x.meet(ceiling).equals(x));
        assertEq(x.exceeds(ceiling), !x.join(ceiling).equals(ceiling));
    }

    function testFuzz_Join_IsALeastUpperBound(uint256 a, uint256 b, uint256 c) public pure {
        (Rungs x, Rungs y, Rungs z) = (_rungs(a), _rungs(b), _rungs(c));

        assertTrue(x.join(y).equals(y.join(x)));
        assertTrue(x.join(y).join(z).equals(x.join(y.join(z))));
        assertTrue(x.join(x).equals(x));
        assertTrue(x.join(x.meet(y)).equals(x));
    }

    function test_IsCalm_OnlyAtTheFootOfBothLadders() public pure {
        for (uint8 breaker; breaker <= HALTED; ++breaker) {
            for (uint8 margin; margin <= M4; ++margin) {
                assertEq(RungsLib.pair(breaker, margin).isCalm(), breaker == 0 && margin == 0);
            }
        }
    }

    /// @dev External, so that a revert can be caught.
    function pair(uint8 breaker, uint8 margin) external pure returns (Rungs) {
        return RungsLib.pair(breaker, margin);
    }

    function validate(Rungs rungs) external pure {
        rungs.validate();
    }

    function _rungs(uint256 seed) private pure returns (Rungs) {
        return RungsLib.pair(uint8(seed % 4), uint8((seed >> 8) % 5));
    }
}
