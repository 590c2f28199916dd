// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How one market of a venue stands. All amounts are in the smallest unit of the venue's collateral token, and
/// all are of the same token; none is a share or a price. Amounts from 2^112 on make the whole report unreadable.
struct SolvencyReport {
    // Sum over accounts of how far equity lies below zero, at the price the venue would liquidate at. What insurance,
    // deleveraging or socialisation has already covered is not in it.
    uint256 negativeEquity;
    // Insurance that stands behind this market and could be drawn in this block. What has been asked to leave but not
    // left yet is still in it: an exit is seen when it happens.
    uint256 insurance;
    // What governance wants `insurance` to be. Zero: no target.
    uint256 insuranceTarget;
    // What the venue's stress scenarios would cost beyond margin. Zero: none computed.
    uint256 stressedLoss;
    // Notional of one side at the mark price.
    uint256 openInterest;
}

/// @title ISolvencySource
/// @notice How a venue tells the solvency sensor how its markets stand. All that a venue implements for it.
/// @dev Assumed of a source: nothing. It is read with bounded gas ({SolvencySensor.SOURCE_GAS}) and a bounded copy of
/// what it returns; a revert is no report. A venue that cannot tell for `market` should revert rather than report zeros,
/// for zeros say that there is nothing at risk.
interface ISolvencySource {
    /// @notice How `market` stands now. Costs at most {SolvencySensor.SOURCE_GAS}, so from running sums, not from a loop
    /// over accounts.
    function solvencyOf(uint8 market) external view returns (SolvencyReport memory);
}
