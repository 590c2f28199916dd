// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Whom deleveraging asks first. What those cannot give is shared pro rata on profit among all, in either mode.
enum DeleveragingMode {
    // Everybody in profit, pro rata.
    ProRata,
    // Accounts on the market's list of nominees, highest rank first.
    Ranked
}

/// @title IDeleveraging
/// @notice How a market is deleveraged: by which mode, within which budget, and who is on the list of the ranked one.
/// @dev Rank is that of the exchanges (formulas.md 4.1): profit over cost of the position, times its notional over the
/// account's equity, in parts per million. It is computed when it is used, never stored.
interface IDeleveraging {
    /* EVENTS */

    /// @notice Governance has chosen a mode.
    event DeleveragingModeSet(uint8 indexed market, DeleveragingMode mode);
    /// @notice Until `until` deleveraging of `market` takes at most `units`, of which `taken` count as taken already.
    event DeleveragingBudgetSet(uint8 indexed market, uint96 units, uint96 taken, uint64 until);
    /// @notice `account` is on the list of its side, in the place of `displaced` unless that is zero.
    event Nominated(uint8 indexed market, bool isLong, address indexed account, address displaced, uint256 rankPpm);
    /// @notice Stage 4 in ranked mode: `sizeFine` of `account` was closed against the defaulter, at `priceX32`, which is the
    /// mark less what it gave for it.
    event RankedTaken(
        uint8 indexed market,
        address indexed account,
        uint256 rankPpm,
        uint256 sizeFine,
        uint256 priceX32,
        uint256 takenFine
    );

    /* ERRORS */

    /// @notice Thrown when the market shares pro rata: it has no list.
    error Deleveraging_NotRanked(uint8 market);
    /// @notice Thrown when the account has no profit in the market, no equity, or a position without a price.
    error Deleveraging_NotEligible(address account, uint8 market);
    /// @notice Thrown when the account is on the list.
    error Deleveraging_AlreadyNominated(address account, uint8 market);
    /// @notice Thrown when the list is full of accounts that rank at least as high.
    error Deleveraging_RankTooLow(address account, uint256 rankPpm, uint256 leastPpm);
    /// @notice Thrown when a budget is over already, lasts too long, or would loosen one that still holds.
    error Deleveraging_InvalidBudget(uint8 market, uint96 units, uint64 until);

    /* ACTIONS */

    /// @notice Puts `account` on the list of its side of `market`. Anybody may nominate anybody in profit. When the list is
    /// full the newcomer takes the place of whoever ranks lowest now, if it ranks higher.
    function nominate(address account, uint8 market) external;

    /* GOVERNANCE */

    /// @notice Chooses how `market` is deleveraged, at once. A list is kept while another mode is on.
    function setDeleveragingMode(uint8 market, DeleveragingMode mode) external;

    /// @notice Bounds what deleveraging may take in `market` until `until`, at most six hours ahead. Only the setter of
    /// envelopes. While a budget holds, it only falls, its end only moves back, and what was taken under it stays taken.
    function setDeleveragingBudget(uint8 market, uint96 units, uint64 until) external;

    /* VIEWS */

    function deleveragingMode(uint8 market) external view returns (DeleveragingMode);

    /// @notice What deleveraging may take in `market` now, in units; the largest number when no budget holds.
    function deleveragingBudget(uint8 market) external view returns (uint256 left, uint64 until);

    /// @notice The list of one side, at most 16 accounts, in no order.
    function nominees(uint8 market, bool isLong) external view returns (address[] memory);

    /// @notice Rank of `account` in `market` now, in parts per million; 0 when it is not eligible.
    function rankOf(address account, uint8 market) external view returns (uint256 rankPpm);
}
