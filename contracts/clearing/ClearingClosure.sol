// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Extensible} from "./Extensible.sol";
import {Estates} from "./modules/Estates.sol";
import {Liquidation} from "./modules/Liquidation.sol";
import {Settlement} from "./modules/Settlement.sol";

/// @title ClearingClosure
/// @notice The part of the clearing house that takes positions over, winds markets down and sweeps estates.
/// @dev **Design**
/// - Runs on the storage of {ClearingHouse}, which delegates to it, as {ClearingRecovery} does.
///
/// **Trust assumptions**
/// - As {ClearingHouse}; deployed with the same setup, which the deployment checks.
/// - The hub tells the truth about halt budgets, and is an {IIncidentState}.
contract ClearingClosure is Liquidation, Settlement, Estates, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {}
}
