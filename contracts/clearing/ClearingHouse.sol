// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ExitTerms} from "../interfaces/IClearingFunds.sol";
import {ClearingSetup, ClearingState} from "./ClearingState.sol";
import {Extensible} from "./Extensible.sol";
import {Novation} from "./modules/Novation.sol";

/// @title ClearingHouse
/// @notice The reference venue: perpetual futures between traders, settled in one ERC-20, matched off chain and novated
/// here. Use it through {IClearingHouse}: this contract novates, and hands every other call to its extensions,
/// which run on its storage (as Comet's extension does): {ClearingTeller}, {ClearingRecovery}, {ClearingOffice},
/// {ClearingFunds}.
/// @dev **Design**
/// - The ledger is integers of one fixed point and never divides money: what one account gives, others get to the last
///   bit (docs/clearing.md).
/// - Open interest is balanced by construction; what does not divide is a dust position of the market's own.
/// - Deposits ask nobody. What adds risk asks the hub; what takes it off is refused only when halted.
/// - Deleveraging closes against a whole side by changing one index; no loop over accounts anywhere.
///
/// **Trust assumptions**
/// - The owner (governance) lists markets whose price, lot and parameters make sense, and loosens them slowly.
/// - The aggregator's price is right while enough of its sources are; a wrong one is bounded by bands, not undone.
/// - The token is an ordinary ERC-20. One that takes fees is refused, one that rebases is not supported.
/// - The extensions are the code that was deployed with this contract: they can do anything to its storage.
contract ClearingHouse is Novation, Extensible {
    constructor(ClearingSetup memory setup, address extension_) ClearingState(setup) Extensible(extension_) {
        _withdrawalLimits = [uint32(1_000_000), 200_000, 50_000, 20_000];
        _exitTerms = ExitTerms([uint32(3 days), 7 days, 14 days], [uint32(250_000), 50_000, 10_000]);
    }
}
