// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IInsuranceFund} from "../../interfaces/IInsuranceFund.sol";

using ExitQueueLib for ExitQueue global;

/// @notice All requests of one day.
struct ExitDay {
    uint256 shares;
    // Of those, paid; and what was paid for them.
    uint256 paidShares;
    uint256 paidAssets;
}

/// @notice One controller's part of a day.
struct ExitPart {
    uint256 shares;
    uint256 claimedShares;
    uint256 claimedAssets;
}

/// @notice Requests to leave, by day.
struct ExitQueue {
    // Days with requests, oldest first, and the first that is not wholly paid.
    uint64[] days_;
    uint256 first;
    mapping(uint256 day => ExitDay) totals;
    mapping(address controller => mapping(uint256 day => ExitPart)) parts;
    // controller => days of which it has not claimed everything, oldest first
    mapping(address controller => uint64[]) open;
}

/// @title ExitQueueLib
/// @notice Who waits, and what each may claim. Knows no tokens and no prices.
/// @dev Everything is a part of the day's totals: shares claimable are `paidShares * shares / all shares`, assets
/// `paidAssets * shares / all shares`, rounded down, less what was claimed. So it makes no difference who claims when,
/// nor in how many steps a day is paid; what rounding leaves, less than a base unit for each controller, stays behind.
library ExitQueueLib {
    /// @notice Most days of which a controller may have something left to claim. Bounds the loops of a claim.
    uint256 internal constant OPEN_MOST = 8;

    /// @notice Adds `shares` of `controller` to `day`, which is the last day there is, or later.
    function join(ExitQueue storage queue, address controller, uint256 day, uint256 shares) internal {
        uint256 length = queue.days_.length;
        // Days fit for longer than the chain will.
        if (length == 0 || queue.days_[length - 1] != day) queue.days_.push(uint64(day));
        queue.totals[day].shares += shares;

        ExitPart storage part = queue.parts[controller][day];
        if (part.shares == 0) {
            uint64[] storage open = queue.open[controller];
            if (open.length == OPEN_MOST) revert IInsuranceFund.InsuranceFund_TooManyRequests(controller, OPEN_MOST);
            open.push(uint64(day));
        }
        part.shares += shares;
    }

    /// @notice The oldest day not wholly paid, and the shares that wait in it. Zeros when nobody waits.
    function head(ExitQueue storage queue) internal view returns (uint256 day, uint256 shares) {
        if (queue.first == queue.days_.length) return (0, 0);
        day = queue.days_[queue.first];
        ExitDay storage totals = queue.totals[day];
        shares = totals.shares - totals.paidShares;
    }

    /// @notice Books that `shares` of the oldest day were paid with `assets`.
    function pay(ExitQueue storage queue, uint256 day, uint256 shares, uint256 assets) internal {
        ExitDay storage totals = queue.totals[day];
        totals.paidShares += shares;
        totals.paidAssets += assets;
        if (totals.paidShares == totals.shares) ++queue.first;
    }

    /// @notice What `controller` may claim of `day` now.
    function claimable(
        ExitQueue storage queue,
        address controller,
        uint256 day
    ) internal view returns (uint256 shares, uint256 assets) {
        ExitPart memory part = queue.parts[controller][day];
        if (part.shares == 0) return (0, 0);
        ExitDay memory totals = queue.totals[day];
        shares = Math.mulDiv(totals.paidShares, part.shares, totals.shares) - part.claimedShares;
        assets = Math.mulDiv(totals.paidAssets, part.shares, totals.shares) - part.claimedAssets;
    }

    /// @notice What `controller` may claim of all days.
    function claimable(
        ExitQueue storage queue,
        address controller
    ) internal view returns (uint256 all, uint256 assets) {
        uint64[] storage open = queue.open[controller];
        for (uint256 i; i < open.length; ++i) {
            (uint256 s, uint256 a) = queue.claimable(controller, open[i]);
            (all, assets) = (all + s, assets + a);
        }
    }

    /// @notice Shares of `day` that wait.
    function pending(ExitQueue storage queue, address controller, uint256 day) internal view returns (uint256) {
        ExitPart memory part = queue.parts[controller][day];
        (uint256 shares, ) = queue.claimable(controller, day);
        return part.shares - part.claimedShares - shares;
    }

    /// @notice Claims `shares`, oldest day first. The caller has asked {claimable}.
    function claimShares(
        ExitQueue storage queue,
        address controller,
        uint256 shares
    ) internal returns (uint256 assets) {
        uint64[] storage open = queue.open[controller];
        for (uint256 i; i < open.length && shares != 0; ++i) {
            (uint256 s, uint256 a) = queue.claimable(controller, open[i]);
            uint256 part = Math.min(shares, s);
            uint256 paid = part == s ? a : Math.mulDiv(a, part, s);
            _book(queue.parts[controller][open[i]], part, paid);
            (shares, assets) = (shares - part, assets + paid);
        }
        _forget(queue, controller, open);
    }

    /// @notice Claims `assets`, oldest day first. The caller has asked {claimable}.
    function claimAssets(
        ExitQueue storage queue,
        address controller,
        uint256 assets
    ) internal returns (uint256 shares) {
        uint64[] storage open = queue.open[controller];
        for (uint256 i; i < open.length && assets != 0; ++i) {
            (uint256 s, uint256 a) = queue.claimable(controller, open[i]);
            uint256 paid = Math.min(assets, a);
            uint256 part = paid == a ? s : Math.mulDiv(s, paid, a, Math.Rounding.Ceil);
            _book(queue.parts[controller][open[i]], part, paid);
            (shares, assets) = (shares + part, assets - paid);
        }
        _forget(queue, controller, open);
    }

    function _book(ExitPart storage part, uint256 shares, uint256 assets) private {
        part.claimedShares += shares;
        part.claimedAssets += assets;
    }

    /// @dev Drops the days at the front of which nothing is left. A later day is never paid before an earlier one.
    function _forget(ExitQueue storage queue, address controller, uint64[] storage open) private {
        uint256 done;
        uint256 length = open.length;
        while (done < length) {
            ExitPart storage part = queue.parts[controller][open[done]];
            (, uint256 assets) = queue.claimable(controller, open[done]);
            if (part.claimedShares != part.shares || assets != 0) break;
            ++done;
        }
        if (done == 0) return;
        for (uint256 i = done; i < length; ++i) open[i - done] = open[i];
        for (uint256 i; i < done; ++i) open.pop();
    }
}
