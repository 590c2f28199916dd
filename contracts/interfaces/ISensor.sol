// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../types/Rungs.sol";
import {IIncidentState} from "./IIncidentState.sol";

/// @title ISensor
/// @notice A contract that asserts rungs at the hub when its condition holds.
interface ISensor {
    /// @notice Looks at the condition of `market` and asserts if it holds. Anybody may call it, at any time.
    /// @dev A poke that finds nothing new changes nothing and does not revert. A poke reverts when the market is not
    /// set up, when the hub has not granted the sensor that market, or when the caller brought too little gas: never
    /// with the condition unseen and the transaction successful.
    /// @return asserted The rungs that were asserted; calm when the condition does not hold.
    function poke(uint8 market) external returns (Rungs asserted);

    /// @notice What this sensor last asserted for `market`, and when, in unix seconds. Both are zero before the first
    /// assertion. Other contracts judge by it whether this sensor confirms what they say.
    function lastAsserted(uint8 market) external view returns (Rungs rungs, uint64 at);

    /// @notice The hub that this sensor asserts at.
    function hub() external view returns (IIncidentState);
}
