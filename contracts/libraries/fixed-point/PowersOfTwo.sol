// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title PowersOfTwo
/// @notice Logarithm and exponential to base two, in fixed point with 64 fractional bits: `x` stands for x / 2^64.
/// @dev Base two, because it turns a half-life into an exponent, and because the integer part of either function is then
/// the position of a bit. What is left is a short series on an interval around zero:
///
///     log2(m) = 2 / ln 2 * (z + z^3 / 3 + z^5 / 5 + ..),  z = (m - 1) / (m + 1),  m from 1 / sqrt 2 to sqrt 2
///     2^f     = 1 + f ln 2 + (f ln 2)^2 / 2! + ..,                                f from -1/2 to 1/2
///
/// (Abramowitz and Stegun, Handbook of Mathematical Functions, 4.1.27 and 4.2.1). Coefficients carry 96 fractional bits,
/// rounded to nearest. They are cut where their rest is below 2^-50, a tenth of what a double holds: enough by far for a
/// sample of the market, and every term costs gas four times in a poke. The series are in assembly for its order of
/// evaluation, a third cheaper here; it reads and writes nothing but its own variables.
/// `scripts/sensor-study/rules/powers-of-two.ts` is the same in TypeScript, integer by integer, and
/// `test/vectors/volatility-powers.json` holds both against values worked out by another method.
library PowersOfTwo {
    /// @notice One, with 64 fractional bits.
    uint256 internal constant ONE_X64 = 1 << 64;

    /// @notice From this exponent on, {exp2X64} returns what it returns just below it.
    int256 internal constant MAX_EXPONENT_X64 = 128 << 64;

    /// @notice Below this exponent, {exp2X64} returns zero: the result is less than the last place.
    int256 internal constant MIN_EXPONENT_X64 = -64 << 64;

    uint256 private constant ONE_X127 = 1 << 127;
    uint256 private constant SQRT_TWO_X127 = 0xb504f333f9de6484597d89b3754abe9f;

    /// @notice log2(value / 2^64), 64 fractional bits. For an integer n, `log2X64(n)` is log2(n) - 64.
    /// @dev Within 2^-50 of the true value: the rest of the series is below 0.51 * 2^-50, what the steps drop below 2^-63.
    /// @param value Not zero; zero has no logarithm, and callers see to it.
    function log2X64(uint256 value) internal pure returns (int256) {
        // Every quantity is bounded by construction: mantissa 128 bits, z 94 bits and a sign, its square 92, the sum
        // 98. No product reaches 2^255, no sum overflows, and what is divided by is at least 2^127.
        unchecked {
            uint256 bit = highestBit(value);
            uint256 mantissa = (value << (255 - bit)) >> 128;
            if (mantissa > SQRT_TWO_X127) {
                mantissa >>= 1;
                ++bit;
            }
            int256 zX96 = ((int256(mantissa) - int256(ONE_X127)) << 96) / int256(mantissa + ONE_X127);
            int256 fractionX64 = (zX96 * int256(_areaX96(uint256(zX96 * zX96) >> 96))) >> 128;
            return ((int256(bit) - 64) << 64) + fractionX64;
        }
    }

    /// @notice 2^(exponent / 2^64), 64 fractional bits.
    /// @dev Within one part in 2^51 (the rest of the series is below 2^-51 of it, what the steps drop below 2^-90), and
    /// one unit of the last place, by which the last shift rounds down. Saturates at both ends instead of reverting.
    function exp2X64(int256 exponent) internal pure returns (uint256) {
        // The whole part is from -64 to 128 and the fraction from -2^63 to 2^63, so the series lies between 0.7 and 1.42
        // times 2^96, and shifted up it stays below 2^194.
        unchecked {
            if (exponent < MIN_EXPONENT_X64) return 0;
            if (exponent >= MAX_EXPONENT_X64) exponent = MAX_EXPONENT_X64 - 1;
            int256 whole = (exponent + (1 << 63)) >> 64;
            uint256 powerX96 = _powerX96(exponent - (whole << 64));
            if (whole > 32) return powerX96 << uint256(whole - 32);
            return powerX96 >> uint256(32 - whole);
        }
    }

    /// @notice Position of the highest bit of `value`, counted from zero; zero for zero.
    /// @dev OpenZeppelin's `Math.log2` in half of its gas: comparisons are used as numbers, without a jump.
    function highestBit(uint256 value) internal pure returns (uint256 bit) {
        // The last line looks up what is left, four bits, in a table of their highest bits.
        assembly ("memory-safe") {
            bit := shl(7, lt(0xffffffffffffffffffffffffffffffff, value))
            bit := or(bit, shl(6, lt(0xffffffffffffffff, shr(bit, value))))
            bit := or(bit, shl(5, lt(0xffffffff, shr(bit, value))))
            bit := or(bit, shl(4, lt(0xffff, shr(bit, value))))
            bit := or(bit, shl(3, lt(0xff, shr(bit, value))))
            bit := or(bit, shl(2, lt(0xf, shr(bit, value))))
            bit := or(bit, byte(shr(bit, value), 0x0000010102020202030303030303030300000000000000000000000000000000))
        }
    }

    /// @dev 2 / ln 2 * (1 + w / 3 + w^2 / 5 + ..), nine terms from the last to the first, with w at most 0.0295.
    function _areaX96(uint256 w) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            sum := 0x2b735936e87e1a86872f0ec8
            sum := add(0x313e762d299ffbedcc688838, shr(96, mul(sum, w)))
            sum := add(0x38d1ead1a62ec039c4789d2c, shr(96, mul(sum, w)))
            sum := add(0x4326a1265008b4a15c8e8b35, shr(96, mul(sum, w)))
            sum := add(0x5212c4f5f00aa3e1aa038db2, shr(96, mul(sum, w)))
            sum := add(0x6985d8a9eb7b64fd91724877, shr(96, mul(sum, w)))
            sum := add(0x93bb62877cdff3c9653998a7, shr(96, mul(sum, w)))
            sum := add(0xf6384ee1d01feba4fe0aa916, shr(96, mul(sum, w)))
            sum := add(0x2e2a8eca5705fc2eefa1ffb42, shr(96, mul(sum, w)))
        }
    }

    /// @dev 1 + f ln 2 + (f ln 2)^2 / 2! + .., thirteen terms from the last to the first, with f from -1/2 to 1/2. Every
    /// partial sum is positive; `sar` keeps the sign of f.
    function _powerX96(int256 f) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            sum := 0x1c3bd650fc2985e3
            sum := add(0x1e8cac7351bb24c0f, sar(64, mul(sum, f)))
            sum := add(0x1e4cf5158b8ec9f6fe, sar(64, mul(sum, f)))
            sum := add(0x1b5253d395e7c3da4a7, sar(64, mul(sum, f)))
            sum := add(0x162c0223a5c823fd8ffe, sar(64, mul(sum, f)))
            sum := add(0xffe5fe2c458634358a8e, sar(64, mul(sum, f)))
            sum := add(0xa184897c363c3b7a58545, sar(64, mul(sum, f)))
            sum := add(0x5761ff9e299cc441c5fda7, sar(64, mul(sum, f)))
            sum := add(0x276556df749cee539977c17, sar(64, mul(sum, f)))
            sum := add(0xe35846b82505fc599d3b15e, sar(64, mul(sum, f)))
            sum := add(0x3d7f7bff058b1d50de2d60de, sar(64, mul(sum, f)))
            sum := add(0xb17217f7d1cf79abc9e3b398, sar(64, mul(sum, f)))
            sum := add(0x1000000000000000000000000, sar(64, mul(sum, f)))
        }
    }
}
