// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title PowersOfTwo
/// @notice Logarithm and exponential to base two, in fixed point with 64 fractional bits: `x` stands for x / 2^64.
/// @dev Base two, because it turns a half-life into a shift and an exponent, and because the integer part of either
/// function is then a position of a bit. What is left is a short series on an interval around zero, cut where its rest is
/// below the last place:
///
///     log2(m) = 2 / ln 2 * (z + z^3 / 3 + z^5 / 5 + ..),  z = (m - 1) / (m + 1),  m from 1 / sqrt 2 to sqrt 2
///     2^f     = 1 + f ln 2 + (f ln 2)^2 / 2! + ..,                                f from -1/2 to 1/2
///
/// (Abramowitz and Stegun, 4.1.27 and 4.2.1). Coefficients carry 96 fractional bits, rounded to nearest.
/// The relayer's side of this is `scripts/sensor-study/rules/powers-of-two.ts`, the same integers step by step;
/// `test/vectors/volatility-powers.json` holds both against values worked out by another method.
library PowersOfTwo {
    /// @notice One, with 64 fractional bits.
    uint256 internal constant ONE_X64 = 1 << 64;

    /// @notice Least exponent that {exp2X64} does not take for it: from here on 2^127.99.. is returned.
    int256 internal constant MAX_EXPONENT_X64 = 128 << 64;

    /// @notice Exponents below this give zero: the result is less than the last place.
    int256 internal constant MIN_EXPONENT_X64 = -64 << 64;

    uint256 private constant ONE_X127 = 1 << 127;
    uint256 private constant SQRT_TWO_X127 = 0xb504f333f9de6484597d89b3754abe9f;

    /// @notice log2(value / 2^64), 64 fractional bits. For an integer n, `log2X64(n)` is log2(n) - 64.
    /// @dev Within two units of the last place of the true value, which is 2^-63: the rest of the series is below 2^-66,
    /// what the steps drop below 2^-90, and the last shift rounds down.
    /// @param value Not zero; zero has no logarithm, and callers see to it.
    function log2X64(uint256 value) internal pure returns (int256) {
        // Every quantity is bounded by construction: mantissa 128 bits, z 94 bits and a sign, its square 93, the
        // sum 98. No product reaches 2^255, no sum overflows, and what is divided by is at least 2^127.
        unchecked {
            uint256 bit = Math.log2(value);
            uint256 mantissa = (value << (255 - bit)) >> 128;
            if (mantissa > SQRT_TWO_X127) {
                mantissa >>= 1;
                ++bit;
            }
            int256 zX96 = ((int256(mantissa) - int256(ONE_X127)) << 96) / int256(mantissa + ONE_X127);
            uint256 squareX96 = uint256(zX96 * zX96) >> 96;
            int256 fractionX64 = (zX96 * int256(_areaX96(squareX96))) >> 128;
            return ((int256(bit) - 64) << 64) + fractionX64;
        }
    }

    /// @notice 2^(exponent / 2^64), 64 fractional bits, rounded down.
    /// @dev Within one part in 2^67 (the rest of the series is below 2^-68, what the steps drop below 2^-90) and then one
    /// unit of the last place, which the last shift rounds down by. Saturates at both ends instead of reverting.
    function exp2X64(int256 exponent) internal pure returns (uint256) {
        if (exponent < MIN_EXPONENT_X64) return 0;
        if (exponent >= MAX_EXPONENT_X64) exponent = MAX_EXPONENT_X64 - 1;
        // The whole part is from -64 to 128 and the fraction from -2^63 to 2^63, so the series lies between 0.7 and 1.42
        // times 2^96, and shifted up it stays below 2^194.
        unchecked {
            int256 whole = (exponent + (1 << 63)) >> 64;
            uint256 powerX96 = _seriesX96(exponent - (whole << 64));
            if (whole > 32) return powerX96 << uint256(whole - 32);
            return powerX96 >> uint256(32 - whole);
        }
    }

    /// @dev 2 / ln 2 * (1 + w / 3 + w^2 / 5 + ..), twelve terms, with w at most 0.0295: the thirteenth is 2^-68.
    /// Assembly for its order of evaluation, which saves a third of the gas; it touches neither memory nor storage.
    function _areaX96(uint256 w) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            sum := 0x201d9afc100429ddde5a6f19
            sum := add(0x232c9d8df92921a9db261828, shr(96, mul(sum, w)))
            sum := add(0x26e0783e9a1ffcc93595e4ce, shr(96, mul(sum, w)))
            sum := add(0x2b735936e87e1a86872f0ec8, shr(96, mul(sum, w)))
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

    /// @dev 1 + f ln 2 + (f ln 2)^2 / 2! + .., sixteen terms, with f at most half: the seventeenth is 2^-68 of it.
    /// Written from the inside out; every partial sum is positive. Assembly as in {_areaX96}; `sar` keeps the sign of f.
    function _seriesX96(int256 f) private pure returns (uint256 sum) {
        assembly ("memory-safe") {
            sum := 0xe1b7421d8201
            sum := add(0x1314964d5878a9, sar(64, mul(sum, f)))
            sum := add(0x1816193166d0f96, sar(64, mul(sum, f)))
            sum := add(0x1c3bd650fc2985e3, sar(64, mul(sum, f)))
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
