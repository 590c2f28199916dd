// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingAccounts} from "./IClearingAccounts.sol";
import {IClearingFunds} from "./IClearingFunds.sol";
import {IClearingMarkets} from "./IClearingMarkets.sol";
import {IClearingReports} from "./IClearingReports.sol";
import {IDeleveraging} from "./IDeleveraging.sol";
import {IEstates} from "./IEstates.sol";
import {ILiquidation} from "./ILiquidation.sol";
import {INovation} from "./INovation.sol";
import {IRecovery} from "./IRecovery.sol";
import {ISettlement} from "./ISettlement.sol";
import {ISolvencySource} from "./ISolvencySource.sol";
import {IVenue} from "./IVenue.sol";

/// @title IClearingHouse
/// @notice The reference venue, whole. One address answers all of it.
interface IClearingHouse is
    IClearingAccounts,
    IClearingFunds,
    IClearingMarkets,
    IClearingReports,
    IDeleveraging,
    IEstates,
    ILiquidation,
    INovation,
    IRecovery,
    ISettlement,
    ISolvencySource,
    IVenue
{}
