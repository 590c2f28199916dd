// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Funds} from "./modules/Funds.sol";
import {Stress} from "./modules/Stress.sol";

/// @title ClearingFunds
/// @notice The part of the clearing house that keeps its insurance: vaults, exits, moves, stress and targets.
/// @dev **Design**
/// - Runs on the storage of {ClearingHouse}, as {ClearingRecovery} does, and is the last that is asked.
///
/// **Trust assumptions**
/// - As {ClearingHouse}; deployed with the same setup, which the deployment checks.
/// - A vault that governance has set pays out to those who own its shares, and to nobody else.
contract ClearingFunds is Funds, Stress {
    constructor(ClearingSetup memory setup) ClearingState(setup) {}
}
