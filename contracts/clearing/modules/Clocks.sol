// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPostureMirror} from "../../interfaces/IPostureMirror.sol";
import {IRecovery} from "../../interfaces/IRecovery.sol";
import {Posture} from "../../types/Posture.sol";
import {Prices} from "./Prices.sol";

/// @title Clocks
/// @notice Knows when a market was halted, to the second, and lets funding run only while it was not.
/// @dev The house keeps a log of which markets were halted from when on, protocol-wide halts joined in, so that halts that
/// overlap are one. The hub writes it in the transaction that changes the posture when governance has made the house a
/// mirror; otherwise whoever touches a market writes it then, and the halt counts from there.
abstract contract Clocks is Prices, IPostureMirror {
    /// @notice Thrown when somebody else than the hub pushes.
    error Clocks_NotHub(address caller);

    uint256 private constant GRACE_MAX_SECONDS = 1 hours;
    uint256 private constant PREMIUM_SECONDS = 1 hours;
    /// @dev A premium is what funding brings in this time.
    int256 private constant FUNDING_SECONDS = 8 hours;
    /// @dev Bit 0 of every market's byte.
    uint256 private constant EACH_MARKET = 0x0101010101010101010101010101010101010101010101010101010101010101;

    /// @inheritdoc IPostureMirror
    function onPosture(Posture posture) external {
        if (msg.sender != address(hub)) revert Clocks_NotHub(msg.sender);
        _logHalts(posture);
    }

    /// @dev Brings the market's clock and funding up to now. Funding runs by the average price and premium of the past, so
    /// that no price is needed and the caller chooses nothing.
    function _accrue(uint8 market) internal {
        _logHalts(_posture());
        Market storage entry = _markets[market];
        Clock memory clock = entry.clock;
        if (clock.accruedAt == block.timestamp && clock.haltsSeen == _haltLog.length) return;

        uint256 running = _walkHalts(market, clock);
        clock.accruedAt = uint40(block.timestamp);
        entry.clock = clock;
        if (running == 0) return;

        // A premium is below 2^31, a price below 2^91: no product here reaches 2^200.
        int256 change =
            (int256(uint256(clock.average)) * clock.premiumPpm * int256(running)) / (int256(PPM) * FUNDING_SECONDS);
        entry.book.addFunding(change);
        emit IRecovery.FundingAccrued(market, entry.book.funding, running);
    }

    /// @dev Funding begins to run now, or when the halt is over that the market was listed in.
    function _startClock(uint8 market) internal {
        _logHalts(_posture());
        Clock storage clock = _markets[market].clock;
        uint256 length = _haltLog.length;
        // Grows by one whenever a halt begins or ends.
        (clock.accruedAt, clock.haltsSeen) = (uint40(block.timestamp), uint32(length));
        if (length != 0 && _isHalted(_haltLog[length - 1].mask, market)) clock.haltedSince = uint40(block.timestamp);
    }

    /// @dev Adds what a fill says about the premium, clipped to what the cap allows.
    function _updatePremium(Market storage entry, uint256 fillX32, uint256 markX32) internal {
        int256 premium = _premium(entry, fillX32, markX32);
        Clock storage clock = entry.clock;
        int256 elapsed = int256(block.timestamp - clock.premiumAt);
        int256 whole = int256(PREMIUM_SECONDS);
        // Between two numbers of 32 bits.
        clock.premiumPpm = int32((clock.premiumPpm * whole + premium * elapsed) / (whole + elapsed));
        clock.premiumAt = uint40(block.timestamp);
    }

    /// @dev How far a fill is from the mark, in parts per million, clipped to what the cap allows.
    function _premium(Market storage entry, uint256 fillX32, uint256 markX32) internal view returns (int256 premium) {
        // A fill lies within its band of the mark, so the ratio is small.
        premium = ((int256(fillX32) - int256(markX32)) * int256(PPM)) / int256(markX32);
        int256 most = _premiumMost(entry);
        if (premium > most) premium = most;
        if (premium < -most) premium = -most;
    }

    /// @dev The premium at which funding runs at its cap.
    function _premiumMost(Market storage entry) internal view returns (int256) {
        return (int256(uint256(entry.params.fundingCapPpm)) * FUNDING_SECONDS) / 1 days;
    }

    /// @dev Below halted, and past the grace period.
    function _requireLive(uint8 market) internal view {
        Clock storage clock = _markets[market].clock;
        if (clock.haltedSince != 0) revert IRecovery.Recovery_Suspended(market, 0);
        if (block.timestamp < clock.graceUntil) revert IRecovery.Recovery_Suspended(market, clock.graceUntil);
    }

    /// @return running Seconds since the clock was last accrued in which the market was not halted.
    function _walkHalts(uint8 market, Clock memory clock) private view returns (uint256 running) {
        uint256 from = clock.accruedAt;
        uint256 length = _haltLog.length;
        for (uint256 i = clock.haltsSeen; i < length; ++i) {
            HaltEntry memory entry = _haltLog[i];
            bool isHalted = _isHalted(entry.mask, market);
            if (clock.haltedSince == 0) {
                running += entry.at - from;
                if (isHalted) clock.haltedSince = uint40(entry.at);
            } else if (!isHalted) {
                _resume(clock, entry.at);
            }
            from = entry.at;
        }
        // Grows by one whenever a halt begins or ends.
        clock.haltsSeen = uint32(length);
        if (clock.haltedSince == 0) running += block.timestamp - from;
    }

    function _isHalted(uint256 mask, uint8 market) private pure returns (bool) {
        return (mask >> (uint256(market) * 8)) & 1 != 0;
    }

    /// @dev The grace period is as long as the halt, at most an hour; one that still runs is not cut short.
    function _resume(Clock memory clock, uint256 at) private pure {
        uint256 grace = at - clock.haltedSince;
        if (grace > GRACE_MAX_SECONDS) grace = GRACE_MAX_SECONDS;
        if (at + grace > clock.graceUntil) clock.graceUntil = uint40(at + grace);
        clock.haltedSince = 0;
    }

    /// @dev Breaker rungs are bits 4 and 5 of a byte, both set at halted. Market 0 is joined into all.
    function _logHalts(Posture posture) private {
        uint256 bits = Posture.unwrap(posture);
        uint256 mask = (bits >> 4) & (bits >> 5) & EACH_MARKET;
        if (mask & 1 != 0) mask = EACH_MARKET;
        uint256 length = _haltLog.length;
        uint256 last = length == 0 ? 0 : _haltLog[length - 1].mask;
        if (mask == last) return;
        _haltLog.push(HaltEntry(mask, uint64(block.timestamp)));
        emit IRecovery.HaltsSeen(mask, uint64(block.timestamp));
    }
}
