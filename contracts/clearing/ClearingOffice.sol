// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Extensible} from "./Extensible.sol";
import {Administration} from "./modules/Administration.sol";

/// @title ClearingOffice
/// @notice The part of the clearing house that governance talks to.
/// @dev **Design**
/// - Runs on the storage of {ClearingHouse}, as {ClearingRecovery} does.
///
/// **Trust assumptions**
/// - As {ClearingHouse}; deployed with the same setup, which the deployment checks.
contract ClearingOffice is Administration, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {}
}
