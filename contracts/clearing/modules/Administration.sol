// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {Envelope, IClearingMarkets, MarketParams, Ramp} from "../../interfaces/IClearingMarkets.sol";
import {Action} from "../../types/Matrix.sol";
import {MARKETS} from "../../types/Posture.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Custody} from "./Custody.sol";

/// @title Administration
/// @notice Markets and what governance sets of them.
abstract contract Administration is Custody, IClearingMarkets {
    /// @notice Least time between announcing and beginning a ramp, and between its beginning and end.
    uint256 public constant RAMP_NOTICE_SECONDS = 1 days;
    uint256 public constant RAMP_LEAST_SECONDS = 1 days;
    /// @notice Longest time for which an envelope holds.
    uint256 public constant ENVELOPE_MOST_SECONDS = 6 hours;
    /// @dev Octaves of the tick grid below that of the price at listing; as many again, less one, lie above.
    uint256 private constant OCTAVES_BELOW = 4;
    /// @dev Bounds below keep sums of rates below one and ranges from being empty.
    uint32 private constant PPM_MAX = 1_000_000;

    /* GOVERNANCE */

    /// @inheritdoc IClearingMarkets
    function listMarket(uint8 market, MarketParams calldata params, uint32 maintenance) external onlyOwner {
        Market storage entry = _markets[market];
        if (market == 0 || market >= MARKETS) revert ClearingMarkets_InvalidParams(market);
        if (entry.params.lotE18 != 0) revert ClearingMarkets_AlreadyListed(market);
        // Reverts when the hub does not know the market.
        marginRung(market);
        entry.ramp = Ramp(maintenance, maintenance, 0, 0);
        _setParams(market, params);

        (uint256 priceX32, ) = _read(market, Action.Open);
        // At most MAX_PRICE.
        (entry.clock.average, entry.clock.last) = (uint96(priceX32), uint96(priceX32));
        entry.clock.longAverage = uint96(priceX32);
        (entry.clock.averageAt, entry.clock.premiumAt) = (uint40(block.timestamp), uint40(block.timestamp));
        _startClock(market);
        // Below MAX_PRICE.
        entry.book.firstOctave = uint8(_firstOctave(priceX32));
        emit MarketListed(market, priceX32, entry.book.firstOctave);
        emit MaintenanceRamped(market, entry.ramp);
    }

    /// @inheritdoc IClearingMarkets
    function setMarket(uint8 market, MarketParams calldata params) external onlyOwner {
        if (_listed(market).params.lotE18 != params.lotE18) revert ClearingMarkets_InvalidParams(market);
        _setParams(market, params);
    }

    /// @inheritdoc IClearingMarkets
    function rampMaintenance(uint8 market, uint32 toPpm, uint64 startsAt, uint64 endsAt) external onlyOwner {
        Market storage entry = _listed(market);
        bool isSlow = startsAt >= block.timestamp + RAMP_NOTICE_SECONDS && endsAt >= startsAt + RAMP_LEAST_SECONDS;
        if (!isSlow || toPpm == 0 || toPpm >= entry.params.initialPpm) {
            revert ClearingMarkets_InvalidRamp(toPpm, startsAt, endsAt);
        }
        // At most a million.
        entry.ramp = Ramp(uint32(_maintenancePpm(entry)), toPpm, startsAt, endsAt);
        emit MaintenanceRamped(market, entry.ramp);
    }

    /// @inheritdoc IClearingMarkets
    function setClassOffset(uint8 assetClass, uint32 offsetPpm) external onlyOwner {
        if (assetClass >= _classOffsets.length || offsetPpm > PPM_MAX) {
            revert ClearingMarkets_InvalidOffset(assetClass, offsetPpm);
        }
        _classOffsets[assetClass] = offsetPpm;
        emit ClassOffsetSet(assetClass, offsetPpm);
    }

    /// @inheritdoc IClearingMarkets
    function setWithdrawalLimits(uint32[4] calldata limitsPpm) external onlyOwner {
        for (uint256 i; i < 4; ++i) {
            uint32 above = i == 0 ? PPM_MAX : limitsPpm[i - 1];
            if (limitsPpm[i] > above) revert ClearingMarkets_InvalidLimits();
        }
        _withdrawalLimits = limitsPpm;
        emit WithdrawalLimitsSet(limitsPpm);
    }

    /// @inheritdoc IClearingMarkets
    function setEnvelopeSetter(address setter) external onlyOwner {
        _envelopeSetter = setter;
        emit EnvelopeSetterSet(setter);
    }

    /// @inheritdoc IClearingMarkets
    function collectFees(address to) external onlyOwner nonReentrant {
        uint256 units = _fees / UNIT_FINE;
        if (units == 0) revert IClearingAccounts.ClearingAccounts_ZeroAmount();
        _fees -= units * UNIT_FINE;
        _sendOut(units, to);
        emit FeesCollected(to, units);
    }

    /// @inheritdoc IClearingMarkets
    function setEnvelope(uint8 market, Envelope calldata newEnvelope) external {
        if (msg.sender != _envelopeSetter) revert ClearingMarkets_NotEnvelopeSetter(msg.sender);
        Envelope storage current = _listed(market).envelope;
        bool holds = block.timestamp < current.until;
        bool isInTime =
            newEnvelope.until > block.timestamp && newEnvelope.until <= block.timestamp + ENVELOPE_MOST_SECONDS;
        bool isLooser = newEnvelope.openInterestCap > current.openInterestCap || newEnvelope.until < current.until;
        if (!isInTime || (holds && isLooser)) {
            revert ClearingMarkets_InvalidEnvelope(market, newEnvelope.until);
        }
        _markets[market].envelope = newEnvelope;
        emit EnvelopeSet(market, newEnvelope);
    }

    /* VIEWS */

    /// @inheritdoc IClearingMarkets
    function marketParams(uint8 market) external view returns (MarketParams memory) {
        return _markets[market].params;
    }

    /// @inheritdoc IClearingMarkets
    function maintenanceRamp(uint8 market) external view returns (Ramp memory) {
        return _markets[market].ramp;
    }

    /// @inheritdoc IClearingMarkets
    function maintenancePpm(uint8 market) external view returns (uint256) {
        return _maintenancePpm(_listed(market));
    }

    /// @inheritdoc IClearingMarkets
    function classOffset(uint8 assetClass) external view returns (uint32) {
        return _classOffsets[assetClass];
    }

    /// @inheritdoc IClearingMarkets
    function withdrawalLimits() external view returns (uint32[4] memory) {
        return _withdrawalLimits;
    }

    /// @inheritdoc IClearingMarkets
    function envelopeSetter() external view returns (address) {
        return _envelopeSetter;
    }

    /// @inheritdoc IClearingMarkets
    function envelope(uint8 market) external view returns (Envelope memory) {
        return _markets[market].envelope;
    }

    /// @inheritdoc IClearingMarkets
    function feesCollectable() external view returns (uint256 units) {
        return _fees / UNIT_FINE;
    }

    /* INTERNAL */

    function _setParams(uint8 market, MarketParams calldata params) private {
        Ramp storage ramp = _markets[market].ramp;
        uint32 maintenance = ramp.fromPpm > ramp.toPpm ? ramp.fromPpm : ramp.toPpm;
        bool isMarginSound = maintenance != 0 && maintenance < params.initialPpm && params.initialPpm <= PPM_MAX;
        bool isInterestSound = params.openInterestLow < params.openInterestHigh && params.assetClass < 8;
        if (!isMarginSound || !isInterestSound || params.lotE18 == 0 || !_areRatesSound(params)) {
            revert ClearingMarkets_InvalidParams(market);
        }
        _markets[market].params = params;
        emit MarketSet(market, params);
    }

    /// @dev Shares at most one; bands, discounts and fees well below the whole price, so that no price here reaches zero.
    function _areRatesSound(MarketParams calldata params) private pure returns (bool) {
        bool areShares =
            params.fundSharePpm <= PPM_MAX &&
                params.throttlePpm <= PPM_MAX &&
                params.fundDrawPpm <= PPM_MAX &&
                params.sharedDrawPpm <= PPM_MAX &&
                params.haircutCapPpm <= PPM_MAX;
        return areShares && _areBandsSound(params) && params.closePpm != 0 && params.closePpm <= PPM_MAX;
    }

    function _areBandsSound(MarketParams calldata params) private pure returns (bool) {
        uint32 half = PPM_MAX / 2;
        uint32 tenth = PPM_MAX / 10;
        bool areFees = params.takerFeePpm <= tenth && params.makerFeePpm <= tenth && params.liquidationFeePpm <= tenth;
        bool areDiscounts = params.discountLowPpm <= params.discountHighPpm && params.discountHighPpm <= half;
        bool areBands = params.fillBandPpm != 0 && params.fillBandPpm <= half && params.saneBandPpm != 0;
        return areFees && areDiscounts && areBands && params.fundingCapPpm <= PPM_MAX;
    }

    function _firstOctave(uint256 priceX32) private pure returns (uint256) {
        uint256 octave = Math.log2(priceX32);
        return octave > OCTAVES_BELOW ? octave - OCTAVES_BELOW : 0;
    }
}
