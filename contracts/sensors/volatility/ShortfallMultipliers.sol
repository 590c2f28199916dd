// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ShortfallMultipliers
/// @notice Expected shortfall of a standardised return, in thousandths of its standard deviation: the mean of the worst
/// (1 - a) of outcomes.
/// @dev With q the a-quantile, f the density: normal f(q) / (1 - a); Student t with n degrees of freedom, scaled to unit
/// variance, sqrt((n - 2) / n) * f(q) / (1 - a) * (n + q^2) / (n - 1) (McNeil, Frey, Embrechts, Quantitative Risk
/// Management, 2.2.4). Rounded to nearest. `test/contracts/sensors/volatility` works them out again.
library ShortfallMultipliers {
    uint16 internal constant NORMAL_990 = 2_665;
    uint16 internal constant NORMAL_995 = 2_892;
    uint16 internal constant NORMAL_999 = 3_367;
    uint16 internal constant STUDENT4_990 = 3_692;
    uint16 internal constant STUDENT4_995 = 4_472;
    uint16 internal constant STUDENT4_999 = 6_849;
    uint16 internal constant STUDENT3_990 = 4_043;
    uint16 internal constant STUDENT3_995 = 5_146;
    uint16 internal constant STUDENT3_999 = 8_897;
}
