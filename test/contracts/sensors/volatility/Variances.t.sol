// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PackedVariances, Variances, VariancesLib} from "../../../../contracts/sensors/volatility/Variances.sol";

contract VariancesTest is Test {
    /// @dev Half of what packing drops from a variance and from a logarithm.
    uint256 private constant VARIANCE_HALF = 1 << 17;
    uint256 private constant LOG_HALF = 1 << 20;

    function testFuzz_Packed_KeepsEveryFieldToItsPrecision(
        uint72 fast,
        uint72 middle,
        uint72 slow,
        int72 log,
        uint32 time,
        uint24 margin
    ) public pure {
        Variances memory before = Variances({
            fastX64: bound(fast, VariancesLib.MIN_VARIANCE_X64, VariancesLib.MAX_VARIANCE_X64),
            middleX64: bound(middle, VariancesLib.MIN_VARIANCE_X64, VariancesLib.MAX_VARIANCE_X64),
            slowX64: bound(slow, VariancesLib.MIN_VARIANCE_X64, VariancesLib.MAX_VARIANCE_X64),
            logPriceX64: bound(log, -64 << 64, 48 << 64),
            publishTime: time,
            marginE6: margin
        });

        Variances memory kept = before.packed().unpacked();

        assertApproxEqAbs(kept.fastX64, before.fastX64, VARIANCE_HALF, "fast");
        assertApproxEqAbs(kept.middleX64, before.middleX64, VARIANCE_HALF, "middle");
        assertApproxEqAbs(kept.slowX64, before.slowX64, VARIANCE_HALF, "slow");
        assertApproxEqAbs(kept.logPriceX64, before.logPriceX64, LOG_HALF, "logarithm");
        assertEq(kept.publishTime, time, "time");
        assertEq(kept.marginE6, margin, "margin");
    }

    function testFuzz_Unpacked_PacksToTheSameSlot(uint256 bits) public pure {
        Variances memory variances = PackedVariances.wrap(bits).unpacked();
        vm.assume(variances.fastX64 != 0 && variances.middleX64 != 0 && variances.slowX64 != 0);
        // The logarithm's 50 bits hold more than prices reach; those beyond would carry into the next field.
        vm.assume(variances.logPriceX64 <= 48 << 64);

        assertEq(PackedVariances.unwrap(variances.packed()), bits);
    }

    function test_Packed_HoldsVariancesBetweenTheLeastAndTheLargest() public pure {
        Variances memory variances;
        variances.slowX64 = VariancesLib.MAX_VARIANCE_X64 + VARIANCE_HALF;
        variances.middleX64 = VARIANCE_HALF - 1;

        Variances memory kept = variances.packed().unpacked();

        assertEq(kept.slowX64, VariancesLib.MAX_VARIANCE_X64);
        assertEq(kept.middleX64, VariancesLib.MIN_VARIANCE_X64);
        assertEq(kept.fastX64, VariancesLib.MIN_VARIANCE_X64);
    }

    function test_Packed_RoundsToNearest() public pure {
        Variances memory variances;
        variances.fastX64 = (7 << 18) + VARIANCE_HALF - 1;
        variances.middleX64 = (7 << 18) + VARIANCE_HALF;
        variances.logPriceX64 = int256(3 << 21) + int256(LOG_HALF) - 1;
        assertEq(variances.packed().unpacked().logPriceX64, 3 << 21);
        variances.logPriceX64 += 1;

        Variances memory kept = variances.packed().unpacked();

        assertEq(kept.fastX64, 7 << 18);
        assertEq(kept.middleX64, 8 << 18);
        assertEq(kept.logPriceX64, 4 << 21);
    }
}
