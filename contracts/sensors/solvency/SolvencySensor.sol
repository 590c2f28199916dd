// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {ISolvencySensor, SolvencyParameters, SolvencyReading} from "../../interfaces/ISolvencySensor.sol";
import {ISolvencySource, SolvencyReport} from "../../interfaces/ISolvencySource.sol";
import {BoundedRead} from "../../libraries/BoundedRead.sol";
import {MARKETS} from "../../types/Posture.sol";
import {CAUTION, NORMAL, Rungs, RungsLib} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";
import {SolvencyBounds} from "./SolvencyBounds.sol";
import {SolvencyReader} from "./SolvencyReader.sol";
import {FundMemory, SolvencyRule} from "./SolvencyRule.sol";

/// @title SolvencySensor
/// @notice Asserts when a venue reports negative equity, insurance that goes fast, or insurance below its target or below
/// the stressed loss.
/// @dev **Design**
/// - The highest insurance of the window that runs and of the one before are remembered here, so that the speed of a
///   drawdown is judged on the sensor's own observations, at constant cost. A drop within one window is always seen,
///   one that took two windows never.
/// - A report that cannot be read changes nothing and asserts nothing by itself. When none could be read for
///   `blindSeconds` the market goes to caution: whoever breaks the venue's report buys half an hour, not silence.
/// - No tier halts. A halt stops liquidation, which is what mends insolvency; to halt takes a second class of sensor.
/// - After two windows in which nobody poked, nothing is remembered and the first report starts anew: from what insurance
///   was long ago nothing follows about speed. The conditions on its level hold all the same.
///
/// **Trust assumptions**
/// - The venue is not trusted to answer, to be cheap or to be brief. It is believed in what it says: a venue that lies
///   about its equity is not found out here.
/// - Somebody pokes at least once in `drawdownSeconds`.
/// - The owner (governance) may change sources and parameters, within {SolvencyBounds}.
contract SolvencySensor is ISolvencySensor, AssertingSensor, Ownable {
    using SolvencyBounds for SolvencyParameters;
    using SolvencyRule for FundMemory;
    using SolvencyRule for SolvencyParameters;

    /// @notice Gas that a source may use.
    uint256 public constant SOURCE_GAS = 300_000;

    /// @dev The latest report that could be read. One slot.
    struct Latest {
        uint112 insurance;
        uint8 tier;
        uint8 conditions;
        uint64 reportedAt;
    }

    struct Market {
        ISolvencySource source;
        SolvencyParameters parameters;
        FundMemory fund;
        Latest latest;
    }

    /// @inheritdoc ISolvencySensor
    uint112 public immutable mostDust;

    /// @dev market => its source, its parameters and what is remembered of it
    mapping(uint8 => Market) private _markets;

    /// @param mostDust_ Largest `dust` that can ever be set, in units of collateral.
    constructor(IIncidentState hub_, address owner, uint112 mostDust_) AssertingSensor(hub_) Ownable(owner) {
        mostDust = mostDust_;
    }

    /* ACTIONS */

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        Market storage entry = _markets[market];
        ISolvencySource source = entry.source;
        if (address(source) == address(0)) revert SolvencySensor_UnknownMarket(market);
        uint256 needed = BoundedRead.gasNeeded(SOURCE_GAS);
        if (gasleft() < needed) revert SolvencySensor_GasTooLow(gasleft(), needed);

        (bool ok, SolvencyReport memory report) = SolvencyReader.read(source, market, SOURCE_GAS);
        asserted = ok ? _look(market, entry, report) : _miss(market, entry);
        _assertRungs(market, asserted);
    }

    /* GOVERNANCE */

    /// @inheritdoc ISolvencySensor
    function setMarket(
        uint8 market,
        ISolvencySource source,
        SolvencyParameters calldata parameters
    ) external onlyOwner {
        if (market >= MARKETS) revert SolvencySensor_UnknownMarket(market);
        if (address(source).code.length == 0) revert SolvencySensor_InvalidSource(address(source));
        SolvencyParameters memory checked = parameters;
        checked.validate(mostDust);

        Market storage entry = _markets[market];
        if (entry.source != source) {
            // Amounts of another source may be of another fund, or in other units.
            delete entry.fund;
            entry.latest = Latest(0, 0, 0, uint64(block.timestamp));
            entry.source = source;
        }
        entry.parameters = checked;
        emit SolvencyMarketSet(market, source, checked);
    }

    /* VIEWS */

    /// @inheritdoc ISolvencySensor
    function sourceOf(uint8 market) external view returns (ISolvencySource) {
        return _markets[market].source;
    }

    /// @inheritdoc ISolvencySensor
    function parametersOf(uint8 market) external view returns (SolvencyParameters memory) {
        return _markets[market].parameters;
    }

    /// @inheritdoc ISolvencySensor
    function reading(uint8 market) external view returns (SolvencyReading memory) {
        Latest memory latest = _markets[market].latest;
        FundMemory memory fund = _markets[market].fund;
        return
            SolvencyReading({
                insurance: latest.insurance,
                peak: fund.peakOf(),
                tier: latest.tier,
                conditions: latest.conditions,
                reportedAt: latest.reportedAt
            });
    }

    /* INTERNAL */

    function _look(uint8 market, Market storage entry, SolvencyReport memory report) private returns (Rungs) {
        SolvencyParameters memory parameters = entry.parameters;
        FundMemory memory fund = entry.fund;
        fund = fund.remembered(report.insurance, block.timestamp, parameters.drawdownSeconds);
        uint256 peak = fund.peakOf();
        (uint8 tier, uint8 conditions) = SolvencyRule.tierOf(report, peak, parameters);

        if (tier != 0 || entry.latest.tier != 0) emit SolvencySeen(market, tier, conditions, report, peak);
        entry.fund = fund;
        // The reader lets no insurance of 2^112 or more pass.
        entry.latest = Latest(uint112(report.insurance), tier, conditions, uint64(block.timestamp));
        return parameters.rungsOf(tier);
    }

    function _miss(uint8 market, Market storage entry) private returns (Rungs asserted) {
        uint64 since = entry.latest.reportedAt;
        if (block.timestamp < since + entry.parameters.blindSeconds) return asserted;

        emit SolvencyUnseen(market, since);
        return RungsLib.pair(CAUTION, NORMAL);
    }
}
