// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFreshnessGate, Pace} from "../interfaces/IFreshnessGate.sol";
import {ILiftGate} from "../interfaces/ILiftGate.sol";
import {IPriceAggregator, Price} from "../interfaces/IPriceAggregator.sol";
import {Action} from "../types/Matrix.sol";
import {MARKETS} from "../types/Posture.sol";

/// @title FreshnessGate
/// @notice Keeps a halt until prices have come in again: several, new, published after the halt, and the latest of them
/// young. An unfair liquidation on the first price after a halt is what it is there to prevent.
/// @dev **Design**
/// - Observing and answering are two things. {observe} reads feeds, which costs and may fail; {mayLift} reads a few slots
///   and asks nobody, so the hub can bound its gas: two slots and one for each source, about 110,000 gas with 31 of them.
/// - An observation is a publish time at which {Action.Lift} had a price: enough feeds, young, agreeing, sequencer up.
/// - Times grow strictly, with a gap in publish time and in block time, so that one burst of old updates to a pull feed
///   is one observation and not several.
/// - Fail direction: no price, no observation; no observation, no lift. Only a market for which governance named no
///   source lifts without one.
///
/// **Trust assumptions**
/// - The aggregator's price, within its own assumptions, and this chain's clock.
/// - Somebody calls {observe}: keepers do, and whoever wants the lift can.
/// - The owner (governance) names the sources; taking one away loosens and belongs behind a timelock.
contract FreshnessGate is IFreshnessGate, Ownable {
    /// @notice Bounds of the pace.
    uint256 public constant MIN_OBSERVATIONS = 2;
    uint256 public constant MAX_OBSERVATIONS = 7;
    uint256 public constant MIN_GAP_SECONDS = 1;
    uint256 public constant MAX_GAP_SECONDS = 1 hours;
    uint256 public constant MIN_AGE_SECONDS = 5;
    uint256 public constant MAX_AGE_SECONDS = 25 hours;

    uint256 private constant TIME_BITS = 32;

    /// @dev One slot. Times are unix seconds in 32 bits, as in a word.
    struct Sightings {
        // Block time of the latest observation.
        uint32 observedAt;
        // Publish times, the newest in the least significant 32 bits, each older one above it.
        uint224 publishTimes;
    }

    /// @dev One slot.
    struct Source {
        // Bit m set: the price of market m counts.
        uint32 markets;
        uint8 least;
    }

    /// @inheritdoc IFreshnessGate
    IPriceAggregator public immutable aggregator;

    Pace private _pace;
    /// @dev market => what was observed of it
    mapping(uint8 => Sightings) private _sightings;
    /// @dev market => whose prices its halts wait for
    mapping(uint8 => Source) private _sources;

    constructor(IPriceAggregator aggregator_, address owner, Pace memory pace_) Ownable(owner) {
        aggregator = aggregator_;
        _setPace(pace_);
    }

    /* ACTIONS */

    /// @inheritdoc IFreshnessGate
    function observe(uint8 market) external returns (bool isNew) {
        _requireMarket(market);
        (bool ok, Price memory price) = aggregator.priceFor(market, Action.Lift);
        if (!ok) return false;

        Sightings memory known = _sightings[market];
        uint256 gap = _pace.minGapSeconds;
        // The first one waits for nobody: both times are zero.
        bool isTooSoon = price.publishTime < _newest(known) + gap || block.timestamp < known.observedAt + gap;
        if (isTooSoon) return false;

        // The aggregator lets no publish time lie ahead of the block. Shifting drops the oldest.
        known.publishTimes = (known.publishTimes << uint224(TIME_BITS)) | uint32(price.publishTime);
        known.observedAt = uint32(block.timestamp);
        _sightings[market] = known;
        emit Observed(market, price.publishTime);
        return true;
    }

    /* GOVERNANCE */

    /// @inheritdoc IFreshnessGate
    function setSource(uint8 market, uint32 sources, uint8 least) external onlyOwner {
        _requireMarket(market);
        uint256 count;
        for (uint32 left = sources; left != 0; left >>= 1) {
            count += left & 1;
        }
        bool isWithin = sources & 1 == 0 && least <= count && (least != 0 || sources == 0);
        if (!isWithin) revert FreshnessGate_InvalidSource(sources, least);
        _sources[market] = Source(sources, least);
        emit SourceSet(market, sources, least);
    }

    /// @inheritdoc IFreshnessGate
    function setPace(Pace calldata newPace) external onlyOwner {
        _setPace(newPace);
    }

    /* VIEWS */

    /// @inheritdoc ILiftGate
    function mayLift(uint8 market, uint64 haltedAt) external view returns (bool) {
        Source memory awaited = _sources[market];
        uint256 missing = awaited.least;
        Pace memory pace_ = _pace;
        uint8 next;
        for (uint32 left = awaited.markets; missing != 0 && left != 0; (left >>= 1, ++next)) {
            if (left & 1 == 1 && _isFresh(_sightings[next], haltedAt, pace_)) --missing;
        }
        return missing == 0;
    }

    /// @inheritdoc IFreshnessGate
    function isFresh(uint8 market, uint64 since) external view returns (bool) {
        return _isFresh(_sightings[market], since, _pace);
    }

    /// @inheritdoc IFreshnessGate
    function source(uint8 market) external view returns (uint32 sources, uint8 least) {
        Source memory awaited = _sources[market];
        return (awaited.markets, awaited.least);
    }

    /// @inheritdoc IFreshnessGate
    function pace() external view returns (Pace memory) {
        return _pace;
    }

    /// @inheritdoc IFreshnessGate
    function observed(uint8 market) external view returns (uint64[7] memory publishTimes) {
        Sightings memory known = _sightings[market];
        for (uint256 i; i < MAX_OBSERVATIONS; ++i) {
            publishTimes[i] = uint64(_nth(known, i));
        }
    }

    /* INTERNAL */

    /// @dev The oldest of the observations asked for lies after `since`, hence all do; and the newest is young.
    function _isFresh(Sightings memory known, uint256 since, Pace memory pace_) private view returns (bool) {
        bool isAfter = _nth(known, uint256(pace_.observations) - 1) > since;
        return isAfter && block.timestamp <= _newest(known) + pace_.maxAgeSeconds;
    }

    function _newest(Sightings memory known) private pure returns (uint256) {
        return _nth(known, 0);
    }

    /// @dev Publish time of observation `index`, counted from the newest; 0 when there was none.
    function _nth(Sightings memory known, uint256 index) private pure returns (uint256) {
        // The cast keeps that observation and drops the older ones above it.
        return uint32(known.publishTimes >> (index * TIME_BITS));
    }

    function _setPace(Pace memory pace_) private {
        _within("observations", pace_.observations, MIN_OBSERVATIONS, MAX_OBSERVATIONS);
        _within("minGapSeconds", pace_.minGapSeconds, MIN_GAP_SECONDS, MAX_GAP_SECONDS);
        _within("maxAgeSeconds", pace_.maxAgeSeconds, MIN_AGE_SECONDS, MAX_AGE_SECONDS);
        _pace = pace_;
        emit PaceSet(pace_);
    }

    function _requireMarket(uint8 market) private pure {
        if (market >= MARKETS) revert FreshnessGate_UnknownMarket(market);
    }

    function _within(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert FreshnessGate_OutOfBounds(parameter, value, least, most);
    }
}
