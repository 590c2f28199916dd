// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Extensible} from "./Extensible.sol";
import {Nominations} from "./modules/Nominations.sol";

/// @title ClearingRoster
/// @notice The part of the clearing house that knows how each market is deleveraged, and keeps the list of those who are
/// asked first.
/// @dev **Design**
/// - Runs on the storage of {ClearingHouse}, which delegates to it, as {ClearingRecovery} does.
///
/// **Trust assumptions**
/// - As {ClearingHouse}; deployed with the same setup, which the deployment checks.
contract ClearingRoster is Nominations, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {}
}
