// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How the wind-down of a market stands.
struct SettlementView {
    // Units for a lot with 32 binary places; zero while the market trades.
    uint96 priceX32;
    bool isConcluded;
    // Claims registered and not yet paid, in fine cash, before any haircut.
    uint256 claimsFine;
    // What debtors could not pay, in fine cash, until the market is concluded.
    uint256 deficitFine;
    // What is paid of a claim, in units of 2^-72: 2^72 is all of it. Known once concluded.
    uint256 rate;
}

/// @title ISettlement
/// @notice Winding down one market, in three steps: it is closed at a fixed price; everybody is settled, debtors pay and
/// gains become claims; once nobody is left, one haircut is fixed and claims are paid.
/// @dev Nobody is paid before everybody is settled, so no order of calls pays anybody more than another. Claims never expire.
interface ISettlement {
    /* EVENTS */

    /// @notice The market trades no longer. Every position in it is worth what it is at `priceX32`, for good.
    event MarketClosed(uint8 indexed market, uint256 priceX32);
    /// @notice A position was closed at the settlement price: `cashFine` was paid by a debtor, or a claim of `quanta` times
    /// 2^72 of fine cash registered.
    event PositionSettled(address indexed account, uint8 indexed market, int256 cashFine, uint256 quanta);
    /// @notice What a bankrupt account could not pay in this market.
    event SettlementDeficit(uint8 indexed market, address indexed account, uint256 fine);
    /// @notice With no position left, what sizes that do not divide have left over went to the market's fund; where it is
    /// negative it is missing, as what debtors could not pay.
    event DustSwept(uint8 indexed market, int256 cashFine);
    /// @notice Everybody is settled. Of claims of `claimsFine`, `payableFine` are paid; the market's fund and the shared one
    /// have paid what {IRecovery.FundDrawn} says, and `uncoveredFine` are a shortfall.
    event SettlementConcluded(uint8 indexed market, uint256 claimsFine, uint256 payableFine, uint256 uncoveredFine);
    /// @notice A claim was paid into the account's cash.
    event ClaimPaid(address indexed account, uint8 indexed market, uint256 fine);

    /* ERRORS */

    /// @notice Thrown when the market is being wound down, and asked for what a trading one does.
    error Settlement_Closed(uint8 market);
    /// @notice Thrown when the market trades.
    error Settlement_NotClosed(uint8 market);
    /// @notice Thrown when neither the market's halt budget nor that of the whole protocol is spent.
    error Settlement_BudgetNotSpent(uint8 market);
    /// @notice Thrown when a debtor cannot pay: {IRecovery.resolve} divides its deficit over all its markets.
    error Settlement_Bankrupt(address account, int256 equityFine);
    /// @notice Thrown when there is nothing to settle, or nothing to pay yet.
    error Settlement_NothingDue(address account, uint8 market);
    /// @notice Thrown while positions are left to be settled.
    error Settlement_PositionsLeft(uint8 market, uint256 longsFine, uint256 shortsFine);
    /// @notice Thrown when the market is concluded.
    error Settlement_Concluded(uint8 market);

    /* ACTIONS */

    /// @notice Winds `market` down, for good, at its average price over a day. Only governance, and only once the hub says
    /// that the halt budget of the market, or of the whole protocol, is spent.
    function closeMarket(uint8 market) external;

    /// @notice Settles the position of `account` in a closed market; after the conclusion, pays its claim. Anybody may call
    /// it for anybody, at any time.
    function settleAccount(address account, uint8 market) external;

    /// @notice Fixes the haircut, once every position is settled. What debtors could not pay is drawn from the market's fund,
    /// then from the shared one within its daily cap; the rest is taken from claims, the same part of each.
    function concludeSettlement(uint8 market) external;

    /* VIEWS */

    function settlementOf(uint8 market) external view returns (SettlementView memory);

    /// @notice What `account` is owed by a closed market, in fine cash: before the conclusion without the haircut.
    function claimOf(address account, uint8 market) external view returns (uint256 fine);
}
