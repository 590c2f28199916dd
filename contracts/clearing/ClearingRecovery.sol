// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Extensible} from "./Extensible.sol";
import {Waterfall} from "./modules/Waterfall.sol";

/// @title ClearingRecovery
/// @notice The part of the clearing house that closes bankrupt accounts and finds who bears the loss.
/// @dev **Design**
/// - Runs on the storage of {ClearingHouse}, which delegates to it. Called directly it works on storage of its own, in
///   which nothing is listed and nobody has anything.
/// - Has the same immutables as the house, so that both see the same hub, prices and token.
///
/// **Trust assumptions**
/// - As {ClearingHouse}; deployed with the same setup, which the deployment checks.
contract ClearingRecovery is Waterfall, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {}
}
