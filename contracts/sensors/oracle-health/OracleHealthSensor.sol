// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {Fault, HealthParameters, HealthReading, IOracleHealthSensor} from "../../interfaces/IOracleHealthSensor.sol";
import {IPriceAggregator, Price, SequencerStatus} from "../../interfaces/IPriceAggregator.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {MARKETS} from "../../types/Posture.sol";
import {Rungs} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";
import {Health, HealthLib} from "./Health.sol";
import {HealthBounds} from "./HealthBounds.sol";

/// @title OracleHealthSensor
/// @notice Asserts when a market's price source is not what it should be: feeds missing, old, dispersed, no price at all,
/// or a sequencer that was down a while ago.
/// @dev **Design**
/// - Looks at the same number as every other reader, and at how it came about; never at what the price is.
/// - A fault has to last over several pokes before it is asserted: a missed round is not an incident. What the
///   sequencer's feed itself says (down, or back for less than the grace) is asserted at once; a feed that cannot be
///   judged has to last like any other fault.
/// - While a fault lasts, every poke asserts it again. Nothing is ever taken back: leases let go.
/// - Never halts: {HealthBounds} end at reduce-only and M2. One chain's sources say little about other chains, so the
///   grant's mesh ceiling is best calm or caution.
///
/// **Trust assumptions**
/// - The aggregator reports honestly on feeds that may do anything. Its reverts (too little gas) become those of the
///   poke, so nobody can make a healthy feed look missing.
/// - Somebody pokes at least once in `memorySeconds`, or a fault never lasts.
/// - The owner (governance) may change parameters, within {HealthBounds}; loosening belongs behind a timelock.
contract OracleHealthSensor is IOracleHealthSensor, AssertingSensor, Ownable {
    using HealthBounds for HealthParameters;
    using HealthLib for HealthParameters;

    uint256 private constant BPS = 10_000;

    /// @inheritdoc IOracleHealthSensor
    IPriceAggregator public immutable aggregator;

    /// @dev market => its parameters
    mapping(uint8 => HealthParameters) private _parameters;
    /// @dev market => what is remembered of it
    mapping(uint8 => Health) private _healths;

    constructor(IIncidentState hub_, IPriceAggregator aggregator_, address owner) AssertingSensor(hub_) Ownable(owner) {
        aggregator = aggregator_;
    }

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        HealthParameters memory parameters = _requireParameters(market);
        (uint8 faults, uint8 certain) = _examine(market, parameters);
        Health known = _healths[market];
        if (faults == 0 && known.isClear()) return asserted;

        (Health next, uint8 lasting) = known.seen(faults, block.timestamp, parameters);
        lasting |= certain;
        asserted = parameters.rungsOf(lasting);
        _healths[market] = next;
        if (faults != known.faultsOf() || lasting != 0) emit Examined(market, faults, lasting);
        _assertRungs(market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc IOracleHealthSensor
    function setMarket(uint8 market, HealthParameters calldata newParameters) external onlyOwner {
        if (market >= MARKETS) revert OracleHealthSensor_UnknownMarket(market);
        HealthParameters memory checked = newParameters;
        checked.validate();
        _parameters[market] = checked;
        emit MarketSet(market, checked);
    }

    /* VIEWS */

    /// @inheritdoc IOracleHealthSensor
    function examine(uint8 market) external view returns (uint8 faults) {
        (faults, ) = _examine(market, _requireParameters(market));
    }

    /// @inheritdoc IOracleHealthSensor
    function reading(uint8 market) external view returns (HealthReading memory) {
        return _healths[market].toReading();
    }

    /// @inheritdoc IOracleHealthSensor
    function parametersOf(uint8 market) external view returns (HealthParameters memory) {
        return _parameters[market];
    }

    /* INTERNAL */

    /// @dev The faults of `market` now that its parameters watch for, and those of them that need not last.
    function _examine(
        uint8 market,
        HealthParameters memory parameters
    ) private view returns (uint8 faults, uint8 certain) {
        uint8 watched = parameters.watched();
        uint8 sequencerBit = _bit(Fault.Sequencer);
        if (watched & ~sequencerBit != 0) faults = _examinePrice(market, parameters);
        if (watched & sequencerBit != 0) {
            (SequencerStatus status, ) = aggregator.sequencerStatus();
            bool isKnown = status == SequencerStatus.Down || status == SequencerStatus.Grace;
            if (isKnown) certain = sequencerBit;
            if (isKnown || status == SequencerStatus.Unknown) faults |= sequencerBit;
        }
        faults &= watched;
    }

    function _examinePrice(uint8 market, HealthParameters memory parameters) private view returns (uint8 faults) {
        (bool ok, Price memory price) = aggregator.price(market);
        if (!ok) return _bit(Fault.NoPrice) | _bit(Fault.Missing);

        if (price.count < parameters.expectedCount) faults |= _bit(Fault.Missing);
        if (block.timestamp > uint256(price.publishTime) + parameters.staleSeconds) faults |= _bit(Fault.Stale);
        // Prices are at most 2^112, and confidences not much more.
        bool isDispersed = price.confidenceE18 * BPS > price.priceE18 * parameters.dispersedBps;
        if (isDispersed) faults |= _bit(Fault.Dispersed);
    }

    function _requireParameters(uint8 market) private view returns (HealthParameters memory parameters) {
        parameters = _parameters[market];
        if (parameters.persistSeconds == 0) revert OracleHealthSensor_UnknownMarket(market);
    }

    /// @dev Five faults, so the bit fits.
    function _bit(Fault fault) private pure returns (uint8) {
        return uint8(1 << uint8(fault));
    }
}
