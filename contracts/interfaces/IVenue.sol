// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How one market of a venue stands. Amounts in units of collateral.
struct MarketReport {
    // Notional of one side at the mark.
    uint256 openInterest;
    // Longs less shorts, in fine size. What is not zero is the dust account's.
    int256 skewFine;
    // Insurance that stands behind this market: its own fund and what it may still draw of the shared one.
    uint256 insurance;
    // Loss nobody could be found for.
    uint256 shortfall;
    // Price used, units for a lot with 32 binary places.
    uint256 priceX32;
}

/// @title IVenue
/// @notice What Cordon's sensors and relayers read of a venue, whatever it is inside. With {PostureGuard}, all that a
/// protocol needs to bring its own.
interface IVenue {
    /// @notice How `market` stands. Reverts when it cannot tell: zeros would say that nothing is at risk.
    function reportOf(uint8 market) external view returns (MarketReport memory);
}
