// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DeleveragingMode, IDeleveraging} from "../../interfaces/IDeleveraging.sol";
import {IClearingMarkets} from "../../interfaces/IClearingMarkets.sol";
import {Action} from "../../types/Matrix.sol";
import {Ranking} from "./Ranking.sol";

/// @title Nominations
/// @notice How a market is deleveraged, and the list of those whom the ranked mode asks first.
/// @dev The list is open and bounded: anybody may nominate anybody who is eligible, and a full list keeps the higher rank. It
/// does not promise to hold the highest ranks of all accounts, for nobody has to nominate; it promises that whoever is on it is
/// asked in the order of ranks at that moment, and that whoever nominates somebody higher gets them on it.
abstract contract Nominations is Ranking, IDeleveraging {
    /// @dev Longest list of a side. Bounds the gas of a deleveraging.
    uint256 private constant MAX_NOMINEES = 16;
    uint256 private constant BUDGET_MOST_SECONDS = 6 hours;

    /// @inheritdoc IDeleveraging
    function nominate(address account, uint8 market) external nonReentrant {
        Market storage entry = _trading(market);
        if (entry.mode != DeleveragingMode.Ranked) revert Deleveraging_NotRanked(market);
        _accrueAll(account);
        bool isLong = _positions[account][market].isLong;
        uint256[32] memory cache;
        uint256 rank = _rank(account, market, isLong, Action.Deleverage, cache);
        if (rank == 0) revert Deleveraging_NotEligible(account, market);

        address[] storage list = entry.nominees[isLong];
        (uint256 least, uint256 at) = _lowestOf(list, account, market, isLong, cache);
        if (list.length < MAX_NOMINEES) {
            list.push(account);
            emit Nominated(market, isLong, account, address(0), rank);
            return;
        }
        if (rank <= least) revert Deleveraging_RankTooLow(account, rank, least);
        emit Nominated(market, isLong, account, list[at], rank);
        list[at] = account;
    }

    /// @inheritdoc IDeleveraging
    function setDeleveragingMode(uint8 market, DeleveragingMode mode) external onlyOwner {
        _listed(market).mode = mode;
        emit DeleveragingModeSet(market, mode);
    }

    /// @inheritdoc IDeleveraging
    function setDeleveragingBudget(uint8 market, uint96 units, uint64 until) external {
        if (msg.sender != _envelopeSetter) revert IClearingMarkets.ClearingMarkets_NotEnvelopeSetter(msg.sender);
        Budget storage current = _trading(market).budget;
        bool holds = block.timestamp < current.until;
        uint96 taken = holds ? current.taken : 0;
        bool isInTime = until > block.timestamp && until <= block.timestamp + BUDGET_MOST_SECONDS;
        bool isLooser = holds && (units > current.units || until < current.until);
        if (!isInTime || units < taken || isLooser) {
            revert Deleveraging_InvalidBudget(market, units, until);
        }
        _markets[market].budget = Budget(units, taken, until);
        emit DeleveragingBudgetSet(market, units, taken, until);
    }

    /// @inheritdoc IDeleveraging
    function deleveragingMode(uint8 market) external view returns (DeleveragingMode) {
        return _markets[market].mode;
    }

    /// @inheritdoc IDeleveraging
    function deleveragingBudget(uint8 market) external view returns (uint256 left, uint64 until) {
        Budget memory budget = _markets[market].budget;
        left = block.timestamp < budget.until ? budget.units - budget.taken : type(uint256).max;
        return (left, budget.until);
    }

    /// @inheritdoc IDeleveraging
    function nominees(uint8 market, bool isLong) external view returns (address[] memory) {
        return _markets[market].nominees[isLong];
    }

    /// @inheritdoc IDeleveraging
    function rankOf(address account, uint8 market) external view returns (uint256 rankPpm) {
        uint256[32] memory cache;
        return _rank(account, market, _positions[account][market].isLong, Action.Deleverage, cache);
    }

    /// @dev The lowest rank on the list now, and where. Reverts when `account` is on it.
    function _lowestOf(
        address[] storage list,
        address account,
        uint8 market,
        bool isLong,
        uint256[32] memory cache
    ) private view returns (uint256 least, uint256 at) {
        least = type(uint256).max;
        for (uint256 i; i < list.length; ++i) {
            address listed = list[i];
            if (listed == account) revert Deleveraging_AlreadyNominated(account, market);
            uint256 rank = _rank(listed, market, isLong, Action.Deleverage, cache);
            if (rank < least) (least, at) = (rank, i);
        }
    }
}
