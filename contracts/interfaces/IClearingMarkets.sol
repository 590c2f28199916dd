// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What governance says of one market. Rates in parts per million of notional unless named otherwise, notional in
/// units of collateral.
struct MarketParams {
    // Base asset in a lot, 18 decimals. Fixed once the market is listed.
    uint128 lotE18;
    // Initial margin of a small position while open interest is at most `openInterestLow`.
    uint32 initialPpm;
    // Where initial margin begins to rise, and where it reaches the whole notional. Linear between (dYdX's OIMF).
    uint96 openInterestLow;
    uint96 openInterestHigh;
    // No trade brings open interest past this.
    uint96 openInterestCap;
    // Notional at which concentration adds the whole notional to initial margin, in proportion. Zero: no add-on.
    uint96 concentrationUnits;
    // Markets of one class, 0 to 7, offset each other: see {IClearingMarkets.setClassOffset}.
    uint8 assetClass;
    // How far from the mark a fill may be.
    uint32 fillBandPpm;
    // How far from its average over time a price may be, and how much its sources may differ, for somebody to lose a
    // position by it.
    uint32 saneBandPpm;
    // Fees of a fill, rounded up.
    uint32 takerFeePpm;
    uint32 makerFeePpm;
    // Part of the fees that goes to the market's insurance fund.
    uint32 fundSharePpm;
    // Most funding in a day, either way.
    uint32 fundingCapPpm;
    // Discount to the mark at which a liquidator takes over, when the account has just fallen below maintenance margin,
    // and when nothing is left.
    uint32 discountLowPpm;
    uint32 discountHighPpm;
    // What liquidation brings the market's fund.
    uint32 liquidationFeePpm;
    // Most of a position that one liquidation closes while half of maintenance margin is still there.
    uint32 closePpm;
    // Most of the open interest that is liquidated in a block.
    uint32 throttlePpm;
    // Most of a winner's profit that one deleveraging takes.
    uint32 haircutCapPpm;
    // Most of the market's fund, and of the shared fund, that this market draws in a day.
    uint32 fundDrawPpm;
    uint32 sharedDrawPpm;
    // Smallest position that a fill or a liquidation leaves behind, in lots. Zero: any.
    uint40 minimumLots;
}

/// @notice A limit that a directive sets and the venue executes by itself. It can only tighten, and lapses.
struct Envelope {
    // No trade brings open interest past this, in units. Counts only while below the cap of the market.
    uint96 openInterestCap;
    // Open interest on all chains, in units. Initial margin grows with it when it is the larger one.
    uint96 globalOpenInterest;
    // Unix seconds from which it no longer holds.
    uint64 until;
}

/// @notice Maintenance margin on its way from one rate to another.
struct Ramp {
    uint32 fromPpm;
    uint32 toPpm;
    uint64 startsAt;
    uint64 endsAt;
}

/// @title IClearingMarkets
/// @notice Listing markets and their parameters.
interface IClearingMarkets {
    /* EVENTS */

    /// @notice The parameters of a market were replaced.
    event MarketSet(uint8 indexed market, MarketParams params);
    /// @notice The market exists from now on, with its tick grid around `priceX32`, units for a lot with 32 binary places.
    event MarketListed(uint8 indexed market, uint256 priceX32, uint8 firstOctave);
    /// @notice Maintenance margin was set on its way.
    event MaintenanceRamped(uint8 indexed market, Ramp ramp);
    /// @notice The offset of an asset class was set.
    event ClassOffsetSet(uint8 indexed assetClass, uint32 offsetPpm);
    /// @notice Somebody else may set envelopes.
    event EnvelopeSetterSet(address setter);
    /// @notice An envelope was set.
    event EnvelopeSet(uint8 indexed market, Envelope envelope);
    /// @notice What may leave in an hour at each breaker rung was set.
    event WithdrawalLimitsSet(uint32[4] limitsPpm);
    /// @notice Fees were paid out.
    event FeesCollected(address indexed to, uint256 units);

    /* ERRORS */

    /// @notice Thrown when parameters contradict each other, are out of range, or would change the lot of a listed market; or the
    /// market is 0 or past the last.
    error ClearingMarkets_InvalidParams(uint8 market);
    /// @notice Thrown when the market is listed.
    error ClearingMarkets_AlreadyListed(uint8 market);
    /// @notice Thrown when the market is not listed.
    error ClearingMarkets_NotListed(uint8 market);
    /// @notice Thrown when maintenance margin would reach initial margin, start before the notice is over, or move faster
    /// than a ramp may.
    error ClearingMarkets_InvalidRamp(uint32 toPpm, uint64 startsAt, uint64 endsAt);
    /// @notice Thrown when there is no such asset class, or the offset is more than one.
    error ClearingMarkets_InvalidOffset(uint8 assetClass, uint32 offsetPpm);
    /// @notice Thrown when a limit is larger than that of a milder rung, or than one.
    error ClearingMarkets_InvalidLimits();
    /// @notice Thrown when somebody else than the setter sets an envelope.
    error ClearingMarkets_NotEnvelopeSetter(address caller);
    /// @notice Thrown when an envelope is over already, lasts longer than allowed, or would loosen or shorten one that still
    /// holds.
    error ClearingMarkets_InvalidEnvelope(uint8 market, uint64 until);

    /* GOVERNANCE */

    /// @notice Lists `market`, which the hub must know. Its price source must have a price.
    /// @param maintenancePpm Maintenance margin from the start; below `params.initialPpm`.
    function listMarket(uint8 market, MarketParams calldata params, uint32 maintenancePpm) external;

    /// @notice Replaces the parameters of a listed market, at once.
    function setMarket(uint8 market, MarketParams calldata params) external;

    /// @notice Moves maintenance margin to `toPpm`, linearly from `startsAt` to `endsAt`, either way. It has to begin at
    /// least a day from now and take at least a day (formulas.md 4.2, "Step discipline").
    function rampMaintenance(uint8 market, uint32 toPpm, uint64 startsAt, uint64 endsAt) external;

    /// @notice In asset class `assetClass`, margin of the smaller direction counts only `1 - offset`.
    function setClassOffset(uint8 assetClass, uint32 offsetPpm) external;

    /// @notice Most of all deposits that may leave in an hour at each breaker rung. Must not grow with the rung; a
    /// million at rung 0 is no limit.
    function setWithdrawalLimits(uint32[4] calldata limitsPpm) external;

    /// @notice Who may set envelopes. Zero: nobody.
    function setEnvelopeSetter(address setter) external;

    /// @notice Pays the venue's fees to `to`.
    function collectFees(address to) external;

    /// @notice Sets an envelope. Only the setter. While the one before still holds, the cap only falls and the
    /// end only moves back.
    function setEnvelope(uint8 market, Envelope calldata envelope) external;

    /* VIEWS */

    function marketParams(uint8 market) external view returns (MarketParams memory);

    function maintenanceRamp(uint8 market) external view returns (Ramp memory);

    /// @notice Maintenance margin now, in parts per million of notional.
    function maintenancePpm(uint8 market) external view returns (uint256);

    function classOffset(uint8 assetClass) external view returns (uint32);

    function withdrawalLimits() external view returns (uint32[4] memory);

    function envelopeSetter() external view returns (address);

    /// @notice The envelope last set. It holds while now is before `until`.
    function envelope(uint8 market) external view returns (Envelope memory);

    /// @notice Fees that {collectFees} would pay, in whole units.
    function feesCollectable() external view returns (uint256 units);
}
