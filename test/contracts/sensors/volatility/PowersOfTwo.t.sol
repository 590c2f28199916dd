// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Test} from "forge-std/Test.sol";

import {PowersOfTwo} from "../../../../contracts/libraries/fixed-point/PowersOfTwo.sol";

contract PowersOfTwoTest is Test {
    int256 private constant ONE = 1 << 64;
    /// @dev 2^-50, with 64 and with 120 fractional bits: what {PowersOfTwo.log2X64} promises.
    uint256 private constant LOG_ERROR_X64 = 1 << 14;
    uint256 private constant LOG_ERROR_X120 = 1 << 70;
    /// @dev One part in 2^51: what {PowersOfTwo.exp2X64} promises, next to one unit of the last place.
    uint256 private constant POWER_ERROR_PARTS = 1 << 51;

    /* VECTORS: VALUES BY ANOTHER METHOD */

    function test_Vectors_BothFunctionsKeepTheirBounds() public view {
        string memory json = vm.readFile("test/vectors/volatility-powers.json");
        uint256 index;
        for (; vm.keyExistsJson(json, _key(index, "op")); ++index) {
            int256 input = _input(json, index);
            int256 expectedX120 = vm.parseJsonInt(json, _key(index, "expectedX120"));
            int256 ownX64 = vm.parseJsonInt(json, _key(index, "ownX64"));
            string memory op = vm.parseJsonString(json, _key(index, "op"));
            if (keccak256(bytes(op)) == keccak256("log2")) {
                _assertLogarithm(uint256(input), ownX64, expectedX120);
            } else {
                _assertPower(input, ownX64, expectedX120);
            }
        }
        assertEq(index, 37, "vectors run");
    }

    function _assertLogarithm(uint256 value, int256 ownX64, int256 expectedX120) private pure {
        assertEq(PowersOfTwo.log2X64(value), ownX64, "log2 as in TypeScript");
        assertApproxEqAbs(ownX64 << 56, expectedX120, LOG_ERROR_X120, "log2 as it is");
    }

    function _assertPower(int256 exponent, int256 ownX64, int256 expectedX120) private pure {
        assertEq(PowersOfTwo.exp2X64(exponent), uint256(ownX64), "exp2 as in TypeScript");
        uint256 allowed = uint256(expectedX120) / POWER_ERROR_PARTS + (1 << 56);
        assertApproxEqAbs(ownX64 << 56, expectedX120, allowed, "exp2 as it is");
    }

    /// @dev The largest inputs are beyond an int256.
    function _input(string memory json, uint256 index) private pure returns (int256) {
        string memory text = vm.parseJsonString(json, _key(index, "input"));
        bytes memory raw = bytes(text);
        return raw[0] == "-" ? vm.parseInt(text) : int256(vm.parseUint(text));
    }

    /* LOGARITHM */

    function test_Log2_IsExactForPowersOfTwo() public pure {
        for (uint256 bit; bit < 256; ++bit) {
            assertEq(PowersOfTwo.log2X64(1 << bit), (int256(bit) - 64) * ONE);
        }
    }

    function testFuzz_Log2_OfAProductIsTheSum(uint128 a, uint128 b) public pure {
        uint256 x = uint256(a) + 1;
        uint256 y = uint256(b) + 1;
        vm.assume(x <= type(uint256).max / y);

        // log2X64 counts from 2^64, so the sum of two counts it twice.
        int256 sum = PowersOfTwo.log2X64(x) + PowersOfTwo.log2X64(y) + 64 * ONE;
        assertApproxEqAbs(PowersOfTwo.log2X64(x * y), sum, 3 * LOG_ERROR_X64);
    }

    function testFuzz_Log2_NeverFallsByMoreThanItsError(uint256 a, uint256 b) public pure {
        (uint256 low, uint256 high) = a < b ? (a, b) : (b, a);
        vm.assume(low != 0);

        assertLe(PowersOfTwo.log2X64(low), PowersOfTwo.log2X64(high) + int256(2 * LOG_ERROR_X64));
    }

    function testFuzz_Log2_LiesBetweenItsBits(uint256 value) public pure {
        vm.assume(value != 0);
        int256 bit = int256(Math.log2(value)) - 64;

        assertGe(PowersOfTwo.log2X64(value), bit * ONE - int256(LOG_ERROR_X64));
        assertLe(PowersOfTwo.log2X64(value), (bit + 1) * ONE + int256(LOG_ERROR_X64));
    }

    /* EXPONENTIAL */

    function test_Exp2_IsExactForWholeExponents() public pure {
        for (int256 whole = -64; whole < 128; ++whole) {
            assertEq(PowersOfTwo.exp2X64(whole * ONE), 1 << uint256(whole + 64));
        }
    }

    function test_Exp2_SaturatesAtBothEnds() public pure {
        assertEq(PowersOfTwo.exp2X64(-64 * ONE - 1), 0);
        assertEq(PowersOfTwo.exp2X64(type(int256).min), 0);
        assertEq(PowersOfTwo.exp2X64(type(int256).max), PowersOfTwo.exp2X64(128 * ONE - 1));
        assertEq(PowersOfTwo.exp2X64(128 * ONE), PowersOfTwo.exp2X64(128 * ONE - 1));
        assertGt(PowersOfTwo.exp2X64(128 * ONE - 1), 1 << 191);
    }

    function testFuzz_Exp2_UndoesLog2(uint256 value) public pure {
        value = bound(value, 1 << 64, type(uint176).max);
        uint256 back = PowersOfTwo.exp2X64(PowersOfTwo.log2X64(value));

        // An error of 2^-50 in an exponent is one of ln 2 times that in the power, and exp2X64 adds its own half.
        assertApproxEqAbs(back, value, (2 * value) / (1 << 50) + 1);
    }

    function testFuzz_Exp2_OfASumIsTheProduct(int256 a, int256 b) public pure {
        a = bound(a, 0, 60 * ONE);
        b = bound(b, 0, 60 * ONE);
        uint256 product = Math.mulDiv(PowersOfTwo.exp2X64(a), PowersOfTwo.exp2X64(b), 1 << 64);

        assertApproxEqAbs(PowersOfTwo.exp2X64(a + b), product, (3 * product) / POWER_ERROR_PARTS + 3);
    }

    function testFuzz_Exp2_OfADecayIsAWeight(uint256 span, uint256 halfLife) public pure {
        span = bound(span, 0, type(uint32).max);
        halfLife = bound(halfLife, 1 hours, 365 days);
        uint256 weight = PowersOfTwo.exp2X64(-int256((span << 64) / halfLife));

        assertLe(weight, PowersOfTwo.ONE_X64);
    }

    /* BITS */

    function testFuzz_HighestBit_IsOpenZeppelins(uint256 value, uint8 shift) public pure {
        assertEq(PowersOfTwo.highestBit(value >> shift), Math.log2(value >> shift));
    }

    function test_HighestBit_AroundEveryPowerOfTwo() public pure {
        assertEq(PowersOfTwo.highestBit(0), 0);
        for (uint256 bit = 1; bit < 256; ++bit) {
            assertEq(PowersOfTwo.highestBit(1 << bit), bit);
            assertEq(PowersOfTwo.highestBit((1 << bit) - 1), bit - 1);
        }
    }

    function _key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "].", field);
    }
}
