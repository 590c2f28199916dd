// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Extensible} from "./Extensible.sol";
import {Accounts} from "./modules/Accounts.sol";
import {Reports} from "./modules/Reports.sol";
import {Upkeep} from "./modules/Upkeep.sol";

/// @title ClearingTeller
/// @notice The part of the clearing house that takes collateral in, pays it out, and tells how everything stands.
/// @dev **Design**
/// - Runs on the storage of {ClearingHouse}, which delegates to it, as {ClearingRecovery} does.
///
/// **Trust assumptions**
/// - As {ClearingHouse}; deployed with the same setup, which the deployment checks.
contract ClearingTeller is Accounts, Reports, Upkeep, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {}
}
