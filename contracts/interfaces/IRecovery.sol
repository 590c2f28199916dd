// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IRecovery
/// @notice Liquidation, and the order in which losses are borne: defaulter's margin, market fund, shared fund,
/// deleveraging, socialised loss (P12). Each stage is an event; from them alone can be computed what was taken from whom.
interface IRecovery {
    /* EVENTS */

    /// @notice `liquidator` has taken over part of a position at `priceX32`.
    event Liquidated(
        address indexed account,
        uint8 indexed market,
        address indexed liquidator,
        int256 sizeFine,
        uint256 priceX32,
        uint256 feeUnits
    );

    /// @notice Stage 1: all of the defaulter's margin is gone, and `deficitFine` is missing in all its markets together.
    event Defaulted(address indexed account, uint256 deficitFine);
    /// @notice The last event of a default that left something: positions in halted `markets` (bit m for market m) stay, and
    /// with them their part of the deficit. The account's cash afterwards is `cashFine`.
    event DefaultDeferred(address indexed account, uint32 markets, int256 cashFine);
    /// @notice Stages 2 and 3: the fund of `market`, or the shared one, has paid.
    event FundDrawn(uint8 indexed market, bool isShared, uint256 fine);
    /// @notice Stage 4: tear-up number `number` of the side. The defaulter's `sizeFine` was closed against the whole other side at
    /// `mark`; its index fell from `indexBefore` to `indexAfter`; each winner gave up `cut` times its gain per unit of index.
    event TornUp(
        uint8 indexed market,
        bool isLongSide,
        uint256 number,
        int256 mark,
        uint256 indexBefore,
        uint256 indexAfter,
        uint256 cut,
        uint256 takenFine,
        uint256 sizeFine
    );
    /// @notice Stage 5: every lot of both sides was charged `stepX32`; nobody could be found for `uncoveredFine`.
    event LossSocialised(uint8 indexed market, uint256 takenFine, uint256 uncoveredFine);
    /// @notice Income of a fund went to a loss that nobody could be found for.
    event ShortfallRepaid(uint8 indexed market, uint256 fine);
    /// @notice Funding has run for `runningSeconds` since it was last brought up to date; `funding` is its sum, as a price.
    event FundingAccrued(uint8 indexed market, int256 funding, uint256 runningSeconds);
    /// @notice Which markets are halted from `at` on: bit m for market m; all of them when the whole protocol is.
    event HaltsSeen(uint32 markets, uint64 at);

    /* ERRORS */

    /// @notice Thrown when the account has maintenance margin.
    error Recovery_NotLiquidatable(address account, int256 equityFine, uint256 maintenanceUnits);
    /// @notice Thrown when the equity of the account is not negative.
    error Recovery_NotBankrupt(address account, int256 equityFine);
    /// @notice Thrown when equity is negative: nobody takes over, {IRecovery.resolve} closes.
    error Recovery_Bankrupt(address account, int256 equityFine);
    /// @notice Thrown when there is nothing to take over, or no lots were asked for.
    error Recovery_NoPosition(address account, uint8 market);
    /// @notice Thrown when an account would take over from itself.
    error Recovery_SelfLiquidation(address account);
    /// @notice Thrown while the market is halted, or within the grace period after it.
    error Recovery_Suspended(uint8 market, uint64 until);
    /// @notice Thrown when the price is too far from its average, or its sources from each other, to take positions by.
    error Recovery_InsanePrice(uint8 market, uint256 priceX32, uint256 averageX32, uint256 confidenceX32);
    /// @notice Thrown when the part of open interest that may be liquidated in this block has been.
    error Recovery_Throttled(uint8 market, uint256 lots, uint256 left);
    /// @notice Thrown when a position smaller than the market's minimum would be left.
    error Recovery_BelowMinimum(address account, uint256 sizeFine, uint256 minimumLots);
    /// @notice Thrown when whoever takes over would be left with less than initial margin.
    error Recovery_LiquidatorMargin(address liquidator, int256 equityFine, uint256 initialUnits);

    /* ACTIONS */

    /// @notice Closes what can be closed of an account whose equity is negative, and runs the waterfall. Anybody may.
    /// Positions in markets that are halted, or within the grace period after a halt, stay, with their part of the deficit;
    /// they have to have a price. Reverts when there are no others.
    function resolve(address account) external;
}
