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

    /// @dev Entries of the halt log that one call walks for a market. What is left is walked by the next {poke}.
    uint256 private constant HALTS_WALK_MOST = 128;
    uint256 private constant GRACE_MAX_SECONDS = 1 hours;
    uint256 private constant PREMIUM_SECONDS = 1 hours;
    /// @dev A premium is what funding brings in this time.
    int256 private constant FUNDING_SECONDS = 8 hours;
    /// @dev Bit 0 of every market's byte; then, as neighbours are brought together, those of 2, 4, 8 and 16 markets.
    uint256 private constant EACH_MARKET = 0x0101010101010101010101010101010101010101010101010101010101010101;
    uint256 private constant EACH_TWO = 0x0003000300030003000300030003000300030003000300030003000300030003;
    uint256 private constant EACH_FOUR = 0x0000000f0000000f0000000f0000000f0000000f0000000f0000000f0000000f;
    uint256 private constant EACH_EIGHT = 0x00000000000000ff00000000000000ff00000000000000ff00000000000000ff;
    uint256 private constant EACH_SIXTEEN = 0x0000000000000000000000000000ffff0000000000000000000000000000ffff;

    /// @inheritdoc IPostureMirror
    function onPosture(Posture posture) external {
        if (msg.sender != address(hub)) revert Clocks_NotHub(msg.sender);
        _logHalts(posture);
    }

    /// @dev Brings the market's clock and funding up to now. Refused when the log is longer than one call walks: nothing is
    /// done by a clock that is behind.
    function _accrue(uint8 market) internal {
        uint256 left = _catchUp(market);
        if (left != 0) revert IRecovery.Recovery_HaltsBehind(market, left);
    }

    /// @dev As {_accrue}, as far as one call walks the log. Funding runs by the average price and premium of the past, so that
    /// no price is needed and the caller chooses nothing.
    /// @return left Entries of the log not walked yet.
    function _catchUp(uint8 market) internal returns (uint256 left) {
        _logHalts(_posture());
        Market storage entry = _markets[market];
        if (_isClosing(entry)) return 0;
        Clock storage clock = entry.clock;
        uint256 length = _haltLog.length;
        if (clock.accruedAt == block.timestamp && clock.haltsSeen == length) return 0;

        uint256 running = _walkHalts(market, clock, length);
        left = length - clock.haltsSeen;
        if (running == 0) return left;

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
        if (length != 0 && _isHalted(_haltLog[length - 1].markets, market)) clock.haltedSince = uint40(block.timestamp);
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

    /// @dev Reverts unless {_isLive}.
    function _requireLive(uint8 market) internal view {
        if (_isLive(market)) return;
        Clock storage clock = _markets[market].clock;
        revert IRecovery.Recovery_Suspended(market, clock.haltedSince == 0 ? clock.graceUntil : 0);
    }

    /// @dev Below halted, and past the grace period; or wound down, at a price that no halt can put in doubt.
    function _isLive(uint8 market) internal view returns (bool) {
        Market storage entry = _markets[market];
        if (_isClosing(entry)) return true;
        return entry.clock.haltedSince == 0 && block.timestamp >= entry.clock.graceUntil;
    }

    /// @dev Up to now, or to the last entry walked when the log is longer than that.
    /// @return running Seconds since the clock was last accrued in which the market was not halted.
    function _walkHalts(uint8 market, Clock storage clock, uint256 length) private returns (uint256 running) {
        uint256 from = clock.accruedAt;
        uint256 seen = clock.haltsSeen;
        uint256 last = length - seen > HALTS_WALK_MOST ? seen + HALTS_WALK_MOST : length;
        for (uint256 i = seen; i < last; ++i) {
            HaltEntry memory entry = _haltLog[i];
            bool isHalted = _isHalted(entry.markets, market);
            if (clock.haltedSince == 0) {
                running += entry.at - from;
                if (isHalted) clock.haltedSince = uint40(entry.at);
            } else if (!isHalted) {
                _resume(clock, entry.at);
            }
            from = entry.at;
        }
        uint256 until = last == length ? block.timestamp : from;
        if (clock.haltedSince == 0) running += until - from;
        // The log grows by one whenever a halt begins or ends.
        (clock.haltsSeen, clock.accruedAt) = (uint32(last), uint40(until));
    }

    function _isHalted(uint32 markets, uint8 market) private pure returns (bool) {
        return (markets >> market) & 1 != 0;
    }

    /// @dev The grace period is as long as the halt, at most an hour; one that still runs is not cut short.
    function _resume(Clock storage clock, uint256 at) private {
        uint256 grace = at - clock.haltedSince;
        if (grace > GRACE_MAX_SECONDS) grace = GRACE_MAX_SECONDS;
        if (at + grace > clock.graceUntil) clock.graceUntil = uint40(at + grace);
        clock.haltedSince = 0;
    }

    function _logHalts(Posture posture) private {
        uint32 markets = _haltedMarkets(posture);
        uint256 length = _haltLog.length;
        uint32 last = length == 0 ? 0 : _haltLog[length - 1].markets;
        if (markets == last) return;
        _haltLog.push(HaltEntry(markets, uint64(block.timestamp)));
        emit IRecovery.HaltsSeen(markets, uint64(block.timestamp));
    }

    /// @dev Breaker rungs are bits 4 and 5 of a byte, both set at halted. Market 0 is joined into all. Bit 0 of each byte is
    /// brought next to that of the byte above it, then pairs, and so on: bit 8m becomes bit m.
    function _haltedMarkets(Posture posture) private pure returns (uint32) {
        uint256 bits = Posture.unwrap(posture);
        bits = (bits >> 4) & (bits >> 5) & EACH_MARKET;
        if (bits & 1 != 0) return type(uint32).max;
        bits = (bits | (bits >> 7)) & EACH_TWO;
        bits = (bits | (bits >> 14)) & EACH_FOUR;
        bits = (bits | (bits >> 28)) & EACH_EIGHT;
        bits = (bits | (bits >> 56)) & EACH_SIXTEEN;
        // The lowest 32 bits are all that is wanted.
        return uint32(bits | (bits >> 112));
    }
}
