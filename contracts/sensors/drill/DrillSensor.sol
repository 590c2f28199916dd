// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IDrillSensor} from "../../interfaces/IDrillSensor.sol";
import {IIncidentState} from "../../interfaces/IIncidentState.sol";
import {ISensor} from "../../interfaces/ISensor.sol";
import {HALTED, M4, Rungs, RungsLib} from "../../types/Rungs.sol";
import {AssertingSensor} from "../AssertingSensor.sol";

/// @dev The market of drills: the last one, the same on every chain. Venues give it no trading market.
uint8 constant DRILL_MARKET = 31;

/// @title DrillSensor
/// @notice Halts the drill market once a day, when anybody asks.
/// @dev **Design**
/// - The assertion is a real one, at the highest rungs of both axes: it is stamped, pushed to mirrors, carried over
///   LayerZero and by directives, merged on every chain, and decays by its leases. Only nobody reads that market.
/// - It can name no other market, whatever the grant says, and market 0 is not touched.
/// - The least interval leaves the drill market's halted time within the hub's budget for a halted lease of up to
///   1 h, so that a drill is never read as reduce-only because the budget was spent by drills.
///
/// **Trust assumptions**
/// - Governance grants this sensor market 31 alone, with cause Code: drills are no evidence for anything.
/// - No venue is set up on market 31.
contract DrillSensor is IDrillSensor, AssertingSensor, Ownable {
    /// @notice At one hour halted each, 120 hours of any 30 days, of the 168 that the budget allows.
    uint256 public constant MIN_INTERVAL_SECONDS = 6 hours;
    uint256 public constant MAX_INTERVAL_SECONDS = 30 days;

    /// @inheritdoc IDrillSensor
    uint24 public intervalSeconds;

    /// @inheritdoc IDrillSensor
    uint64 public nextDrillAt;

    constructor(IIncidentState hub_, address owner, uint24 intervalSeconds_) AssertingSensor(hub_) Ownable(owner) {
        _setInterval(intervalSeconds_);
    }

    /// @inheritdoc ISensor
    function poke(uint8 market) external returns (Rungs asserted) {
        if (market != DRILL_MARKET) revert DrillSensor_NotDrillMarket(market);
        if (block.timestamp < nextDrillAt) return asserted;

        nextDrillAt = uint64(block.timestamp) + intervalSeconds;
        emit Drilled(msg.sender);
        asserted = RungsLib.pair(HALTED, M4);
        _assertRungs(DRILL_MARKET, asserted);
    }

    /// @inheritdoc IDrillSensor
    function setInterval(uint24 newIntervalSeconds) external onlyOwner {
        _setInterval(newIntervalSeconds);
    }

    function _setInterval(uint24 newIntervalSeconds) private {
        if (newIntervalSeconds < MIN_INTERVAL_SECONDS || newIntervalSeconds > MAX_INTERVAL_SECONDS) {
            revert DrillSensor_OutOfBounds(newIntervalSeconds, MIN_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS);
        }
        intervalSeconds = newIntervalSeconds;
        emit DrillIntervalSet(newIntervalSeconds);
    }
}
