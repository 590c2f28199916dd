// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Budget, IKeeperTreasury, Job, Spent} from "../interfaces/IKeeperTreasury.sol";

/// @title KeeperBudget
/// @notice Bounds of budgets and jobs, what is left of a limit, and what a call is worth. Knows no storage and no clock.
library KeeperBudget {
    uint256 internal constant BPS = 10_000;
    /// @dev Without a reserve the noise before an incident could use up what pays for the halt; with nothing but one,
    /// nobody would keep the sensors' histories fresh.
    uint256 internal constant MIN_RESERVE_BPS = 1_000;
    uint256 internal constant MAX_RESERVE_BPS = 9_000;
    uint256 internal constant MAX_PREMIUM_BPS = 5_000;
    uint256 internal constant MAX_TIP_BPS = 10_000;
    /// @dev A transaction costs as much before it does anything.
    uint256 internal constant MIN_GAS_CAP = 21_000;
    uint256 internal constant MAX_GAS_CAP = 10_000_000;
    uint256 internal constant MAX_OVERHEAD_GAS = 200_000;
    uint256 internal constant MIN_INTERVAL_SECONDS = 30;
    uint256 internal constant MAX_INTERVAL_SECONDS = 7 days;
    uint256 internal constant MAX_WORD = 16;

    uint256 private constant HOUR = 1 hours;
    uint256 private constant DAY = 1 days;

    /// @notice Reverts unless `budget` keeps to the bounds. `mostPerDay` is in wei.
    function validate(Budget memory budget, uint256 mostPerDay) internal pure {
        _within("perDay", budget.perDay, 0, mostPerDay);
        _within("perHour", budget.perHour, 0, budget.perDay);
        _within("reserveBps", budget.reserveBps, MIN_RESERVE_BPS, MAX_RESERVE_BPS);
        _within("premiumBps", budget.premiumBps, 0, MAX_PREMIUM_BPS);
        _within("tipBps", budget.tipBps, 0, MAX_TIP_BPS);
        _within("maxGasPrice", budget.maxGasPrice, 1, type(uint64).max);
    }

    /// @notice Reverts unless `job` keeps to the bounds.
    function validate(Job memory job) internal pure {
        _within("keyWord", job.keyWord, 0, MAX_WORD);
        _within("hubWord", job.hubWord, 0, MAX_WORD);
        _within("gasCap", job.gasCap, MIN_GAS_CAP, MAX_GAS_CAP);
        _within("overheadGas", job.overheadGas, 0, MAX_OVERHEAD_GAS);
        _within("repeatSeconds", job.repeatSeconds, MIN_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS);
        if (job.refreshSeconds != 0) {
            _within("refreshSeconds", job.refreshSeconds, MIN_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS);
        }
    }

    /// @notice `spent` as it stands at `time`: an hour or a day that is over counts for nothing.
    function at(Spent memory spent, uint256 time) internal pure returns (Spent memory) {
        // Unix hours fit 32 bits for half a million years.
        (uint32 hour, uint32 day) = (uint32(time / HOUR), dayOf(time));
        if (spent.hourIndex != hour) (spent.hour, spent.hourIndex) = (0, hour);
        if (spent.dayIndex != day) (spent.day, spent.dayIndex) = (0, day);
        return spent;
    }

    /// @notice The day that `time` lies in, counted from the unix epoch.
    function dayOf(uint256 time) internal pure returns (uint32) {
        return uint32(time / DAY);
    }

    /// @notice What is left of `limit` for a call that may or may not draw on the reserve. Rounded down.
    function left(uint256 limit, uint256 used, uint256 reserveBps, bool drawsReserve) internal pure returns (uint256) {
        uint256 open = drawsReserve ? limit : (limit * (BPS - reserveBps)) / BPS;
        return open > used ? open - used : 0;
    }

    /// @notice What a call is worth, in wei, rounded down.
    /// @param gasUsed Gas of the call itself.
    /// @param gasPrice What the keeper pays; counted up to the tip over `baseFee` and up to the highest that is repaid.
    function worth(
        uint256 gasUsed,
        uint256 gasPrice,
        uint256 baseFee,
        Job memory job,
        Budget memory budget
    ) internal pure returns (uint256) {
        uint256 gasPaid = gasUsed + job.overheadGas;
        if (gasPaid > job.gasCap) gasPaid = job.gasCap;
        uint256 price = (baseFee * (BPS + budget.tipBps)) / BPS;
        if (price > gasPrice) price = gasPrice;
        if (price > budget.maxGasPrice) price = budget.maxGasPrice;
        return (gasPaid * price * (BPS + budget.premiumBps)) / BPS;
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) {
            revert IKeeperTreasury.KeeperTreasury_OutOfBounds(parameter, value, least, most);
        }
    }
}
