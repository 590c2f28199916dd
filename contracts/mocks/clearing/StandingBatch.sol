// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingReports, Standing} from "../../interfaces/IClearingReports.sol";

/// @title StandingBatch
/// @notice Reads how many accounts stand in one call, as keepers do who watch them all.
contract StandingBatch {
    /// @notice The standing of each of `accounts`, in their order. Reverts when a market they are in has no price.
    function standings(
        IClearingReports house,
        address[] calldata accounts
    ) external view returns (Standing[] memory all) {
        all = new Standing[](accounts.length);
        for (uint256 i; i < accounts.length; ++i) {
            all[i] = house.standing(accounts[i]);
        }
    }
}
