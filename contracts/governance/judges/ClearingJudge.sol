// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ExitTerms, FundTerms, IClearingFunds} from "../../interfaces/IClearingFunds.sol";
import {IClearingMarkets, MarketParams} from "../../interfaces/IClearingMarkets.sol";
import {Judge} from "./Judge.sol";

/// @title ClearingJudge
/// @notice Compares parameters of a clearing house: nothing may be opened afterwards that could not be before, nothing withdrawn
/// that was held, and nobody gets a smaller claim on what insures them.
/// @dev What moves money from one party to another (fees, discounts, funding, draws, haircuts), and what protects an account by
/// keeping others from closing it (sane band, throttle, close part, smallest position), has no tighter end: it has to stay as it is. Listing a market, naming who
/// sets envelopes, whose shares a fund is, who hears of flows and how a market is deleveraged, and paying fees out wait.
/// Maintenance margin that rises tightens: it has a day's notice and a day's ramp of its own, and the timelock's cap on
/// what becomes liquidatable bounds it ({ClearingPreview}).
contract ClearingJudge is Judge {
    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view override returns (bool) {
        IClearingMarkets house = IClearingMarkets(target);
        if (selector == IClearingMarkets.setMarket.selector) {
            (uint8 market, MarketParams memory next) = abi.decode(arguments, (uint8, MarketParams));
            return _marketTightens(house.marketParams(market), next);
        }
        if (selector == IClearingMarkets.rampMaintenance.selector) {
            (uint8 market, uint32 toPpm) = abi.decode(arguments, (uint8, uint32));
            return _rampTightens(house, market, toPpm);
        }
        if (selector == IClearingMarkets.setClassOffset.selector) {
            (uint8 assetClass, uint32 offsetPpm) = abi.decode(arguments, (uint8, uint32));
            return offsetPpm <= house.classOffset(assetClass);
        }
        if (selector == IClearingMarkets.setWithdrawalLimits.selector) {
            return _limitsTighten(house.withdrawalLimits(), abi.decode(arguments, (uint32[4])));
        }
        return _insuranceTightens(IClearingFunds(target), selector, arguments);
    }

    /// @dev What insures the house stays in it for longer, or should be more.
    function _insuranceTightens(
        IClearingFunds house,
        bytes4 selector,
        bytes calldata arguments
    ) private view returns (bool) {
        if (selector == IClearingFunds.setFundTerms.selector) {
            (uint8 market, FundTerms memory next) = abi.decode(arguments, (uint8, FundTerms));
            return _termsTighten(house.fundTerms(market), next);
        }
        if (selector == IClearingFunds.setExitTerms.selector) {
            return _exitsTighten(house.exitTerms(), abi.decode(arguments, (ExitTerms)));
        }
        // Nobody but governance then moves insurance. Somebody else might.
        return selector == IClearingFunds.setInsuranceMover.selector && abi.decode(arguments, (address)) == address(0);
    }

    /// @dev A larger gap is more loss for one account and more profit for another, which in the scenario of all prices at
    /// once offsets losses elsewhere: it has to stay. What is rebated or paid to keepers is somebody's either way.
    function _termsTighten(FundTerms memory current, FundTerms memory next) private pure returns (bool) {
        return
            next.gapPpm == current.gapPpm &&
            next.concentrationPpm >= current.concentrationPpm &&
            next.rebatePpm == current.rebatePpm &&
            next.movePpm <= current.movePpm &&
            next.rewardUnits == current.rewardUnits &&
            next.floorUnits >= current.floorUnits;
    }

    function _exitsTighten(ExitTerms memory current, ExitTerms memory next) private pure returns (bool) {
        for (uint256 i; i < 3; ++i) {
            if (next.noticeSeconds[i] < current.noticeSeconds[i] || next.limitsPpm[i] > current.limitsPpm[i]) {
                return false;
            }
        }
        return true;
    }

    /// @dev From wherever the ramp that runs has come to: neither that rate nor the one it was going to may be lost.
    function _rampTightens(IClearingMarkets house, uint8 market, uint32 toPpm) private view returns (bool) {
        return toPpm >= house.maintenanceRamp(market).toPpm && toPpm >= house.maintenancePpm(market);
    }

    function _limitsTighten(uint32[4] memory current, uint32[4] memory next) private pure returns (bool) {
        for (uint256 i; i < 4; ++i) {
            if (next[i] > current[i]) return false;
        }
        return true;
    }

    function _marketTightens(MarketParams memory current, MarketParams memory next) private pure returns (bool) {
        // A market that is not listed has no parameters to be tighter than.
        if (current.lotE18 == 0 || next.lotE18 != current.lotE18) return false;
        return _opensLess(current, next) && _concentratesNoMore(current, next) && _paysAlike(current, next);
    }

    /// @dev Margin is linear between the two levels of open interest: lower levels ask for more everywhere.
    function _opensLess(MarketParams memory current, MarketParams memory next) private pure returns (bool) {
        return
            next.initialPpm >= current.initialPpm &&
            next.openInterestLow <= current.openInterestLow &&
            next.openInterestHigh <= current.openInterestHigh &&
            next.openInterestCap <= current.openInterestCap &&
            next.fillBandPpm <= current.fillBandPpm &&
            next.assetClass == current.assetClass;
    }

    /// @dev Zero is no add-on at all.
    function _concentratesNoMore(MarketParams memory current, MarketParams memory next) private pure returns (bool) {
        if (current.concentrationUnits == 0) return true;
        return next.concentrationUnits != 0 && next.concentrationUnits <= current.concentrationUnits;
    }

    function _paysAlike(MarketParams memory current, MarketParams memory next) private pure returns (bool) {
        return
            next.takerFeePpm == current.takerFeePpm &&
            next.makerFeePpm == current.makerFeePpm &&
            next.fundSharePpm >= current.fundSharePpm &&
            next.fundingCapPpm == current.fundingCapPpm &&
            next.liquidationFeePpm == current.liquidationFeePpm &&
            _closesAlike(current, next);
    }

    function _closesAlike(MarketParams memory current, MarketParams memory next) private pure returns (bool) {
        return
            next.saneBandPpm == current.saneBandPpm &&
            next.discountLowPpm == current.discountLowPpm &&
            next.discountHighPpm == current.discountHighPpm &&
            next.closePpm == current.closePpm &&
            next.throttlePpm == current.throttlePpm &&
            next.minimumLots == current.minimumLots &&
            _losesAlike(current, next);
    }

    function _losesAlike(MarketParams memory current, MarketParams memory next) private pure returns (bool) {
        return
            next.haircutCapPpm == current.haircutCapPpm &&
            next.fundDrawPpm == current.fundDrawPpm &&
            next.sharedDrawPpm == current.sharedDrawPpm;
    }
}
