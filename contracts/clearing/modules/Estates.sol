// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEstates} from "../../interfaces/IEstates.sol";
import {Touch} from "./Touch.sol";

/// @title Estates
/// @notice What becomes of an estate when it is closed. {Waterfall} forms and closes them.
/// @dev To the shared fund, whichever market it came from: so it makes no difference which of its markets trades first.
abstract contract Estates is Touch, IEstates {
    /// @inheritdoc IEstates
    function sweepEstate(address estate) external nonReentrant {
        Account storage entry = _accounts[estate];
        bool isClosed = entry.isEstate && entry.open == 0 && entry.claims == 0;
        if (!isClosed || entry.cash <= 0) revert Estates_NothingToSweep(estate);
        // Positive.
        uint256 fine = uint256(entry.cash);
        entry.cash = 0;
        emit EstateSwept(estate, fine);
        _payFund(0, fine);
    }

    /// @inheritdoc IEstates
    function isEstate(address account) external view returns (bool) {
        return _accounts[account].isEstate;
    }
}
