// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {MarketParams, Ramp} from "../interfaces/IClearingMarkets.sol";
import {IClearingHouse} from "../interfaces/IClearingHouse.sol";
import {IClearingPreview} from "../interfaces/IClearingPreview.sol";
import {PositionView} from "../interfaces/IClearingReports.sol";
import {IImpactPreview} from "../interfaces/IImpactPreview.sol";

/// @title ClearingPreview
/// @notice Tells the timelock what of a clearing house could be liquidated under the parameters in force, so that its cap holds
/// for them too.
/// @dev **Design**
/// - A house knows no list of its accounts, and the timelock gives a previewer {ImpactCap.PREVIEW_GAS}: so a few are watched, the
///   largest that somebody has nominated, and only those in few markets are counted.
/// - Maintenance margin counts as announced: a ramp is measured when it is decided, at today's prices, not when it has run.
/// - Open interest is that of all accounts in all markets, so the share of it that is liquidatable is a lower bound.
///
/// **Trust assumptions**
/// - The house's views are right. Who nominates can leave somebody out, and cannot make the preview fail: what cannot be
///   asked about within the gas is not counted.
contract ClearingPreview is IClearingPreview {
    /// @notice Most accounts that are watched, and most markets that one of them may be in to be counted.
    uint256 public constant WATCHED_MOST = 6;
    uint256 public constant MARKETS_MOST = 3;
    uint256 private constant MARKETS_MAX = 32;
    uint256 private constant CLASSES = 8;
    uint256 private constant PPM = 1_000_000;
    /// @dev One unit in fine cash: 2^136.
    uint256 private constant UNIT_FINE = 1 << 136;

    /// @inheritdoc IClearingPreview
    IClearingHouse public immutable house;

    address[] private _watched;

    /// @dev What is read once of a market, however many are in it.
    struct Quote {
        uint256 priceX32;
        uint256 maintenancePpm;
        uint8 assetClass;
    }

    constructor(IClearingHouse house_) {
        house = house_;
    }

    /// @inheritdoc IClearingPreview
    function watch(address account) external {
        uint256 count = _watched.length;
        for (uint256 i; i < count; ++i) {
            if (_watched[i] == account) revert ClearingPreview_NotEligible(account);
        }
        uint32 open = house.openMarkets(account);
        if (open == 0 || _isTooMany(open)) revert ClearingPreview_NotEligible(account);
        if (count < WATCHED_MOST) {
            _watched.push(account);
            emit Watched(account, address(0));
            return;
        }
        (uint256 at, uint256 least) = _smallest();
        uint256 own = house.standing(account).maintenanceUnits;
        if (own <= least) revert ClearingPreview_TooSmall(account, own, least);
        emit Watched(account, _watched[at]);
        _watched[at] = account;
    }

    /// @inheritdoc IClearingPreview
    function watched() external view returns (address[] memory) {
        return _watched;
    }

    /// @inheritdoc IImpactPreview
    function liquidatable() external view returns (uint256 liquidatableNotional, uint256 openInterest) {
        Quote[MARKETS_MAX] memory quotes;
        for (uint256 i; i < _watched.length; ++i) {
            address account = _watched[i];
            uint32 open = house.openMarkets(account);
            if (open == 0 || _isTooMany(open)) continue;
            (uint256 notional, uint256 needed) = _requirement(account, open, quotes);
            bool isShort = house.standing(account).equityFine < int256(needed * UNIT_FINE);
            if (isShort) liquidatableNotional += notional;
        }
        for (uint8 market = 1; market < MARKETS_MAX; ++market) {
            if (quotes[market].priceX32 != 0) openInterest += 2 * house.reportOf(market).openInterest;
        }
    }

    /// @dev Notional of everything that `account` holds, and maintenance margin for it once every ramp has run: units.
    function _requirement(
        address account,
        uint32 open,
        Quote[MARKETS_MAX] memory quotes
    ) private view returns (uint256 notional, uint256 needed) {
        uint256[2][CLASSES] memory sums;
        for (; open != 0; open &= open - 1) {
            // At most 31.
            uint8 market = uint8(Math.log2(open & (~open + 1)));
            Quote memory quote = _quote(market, quotes);
            PositionView memory position = house.positionOf(account, market);
            uint256 own = Math.ceilDiv(position.sizeFine * quote.priceX32, UNIT_FINE);
            notional += own;
            sums[quote.assetClass][position.isLong ? 1 : 0] += Math.ceilDiv(own * quote.maintenancePpm, PPM);
        }
        for (uint8 class; class < CLASSES; ++class) {
            uint256 smaller = Math.min(sums[class][0], sums[class][1]);
            needed += sums[class][0] + sums[class][1];
            if (smaller != 0) needed -= (smaller * house.classOffset(class)) / PPM;
        }
    }

    function _quote(uint8 market, Quote[MARKETS_MAX] memory quotes) private view returns (Quote memory quote) {
        quote = quotes[market];
        if (quote.priceX32 != 0) return quote;
        MarketParams memory params = house.marketParams(market);
        Ramp memory ramp = house.maintenanceRamp(market);
        quote.priceX32 = house.reportOf(market).priceX32;
        quote.maintenancePpm = Math.max(house.maintenancePpm(market), ramp.toPpm);
        quote.assetClass = params.assetClass;
    }

    function _smallest() private view returns (uint256 at, uint256 least) {
        least = type(uint256).max;
        for (uint256 i; i < _watched.length; ++i) {
            uint256 own = house.standing(_watched[i]).maintenanceUnits;
            if (own < least) (at, least) = (i, own);
        }
    }

    function _isTooMany(uint32 open) private pure returns (bool) {
        for (uint256 i; i < MARKETS_MOST; ++i) {
            open &= open == 0 ? 0 : open - 1;
        }
        return open != 0;
    }
}
