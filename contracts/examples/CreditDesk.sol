// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {PostureGuard} from "../guard/PostureGuard.sol";
import {IPosture} from "../interfaces/IPosture.sol";
import {IPriceAggregator, Price} from "../interfaces/IPriceAggregator.sol";
import {ISolvencySource, SolvencyReport} from "../interfaces/ISolvencySource.sol";
import {IVenue, MarketReport} from "../interfaces/IVenue.sol";
import {Action} from "../types/Matrix.sol";

/// @title CreditDesk
/// @notice The worked example of docs/integration.md: a venue with rules of its own, which lends cash against collateral without
/// interest and needs of Cordon only {PostureGuard} and {IVenue}. It is an {ISolvencySource} too, which a venue may be.
/// @dev One market, one price, running sums. Left out: interest, grace after a halt, closing in parts; {ClearingHouse} has them.
/// Trusts the hub, the aggregator, and that both tokens are ordinary ERC-20s with the same decimals.
contract CreditDesk is PostureGuard, IVenue, ISolvencySource {
    using SafeERC20 for IERC20;

    /// @notice Thrown when the desk is asked about another market than its own.
    error CreditDesk_UnknownMarket(uint8 market);
    /// @notice Thrown when there is no price that is young enough for the action.
    error CreditDesk_NoPrice(Action action);
    /// @notice Thrown when collateral would be worth less than debt and initial margin. In units of cash.
    error CreditDesk_Margin(address account, uint256 value, uint256 needed);
    /// @notice Thrown when collateral is worth debt and maintenance margin. In units of cash.
    error CreditDesk_Sound(address account, uint256 value, uint256 needed);

    /// @notice Somebody's collateral or debt is now as it says.
    event AccountSet(address indexed account, uint256 collateral, uint256 debt);
    /// @notice `debt` was closed for `paid`; insurance gave `drawn`, and for `uncovered` nobody was found.
    event Liquidated(address indexed account, uint256 debt, uint256 paid, uint256 drawn, uint256 uncovered);

    struct Account {
        uint256 collateral;
        uint256 debt;
    }

    /// @notice Margin above debt to borrow, margin below which anybody may liquidate, and their reward: basis points of debt.
    uint256 public constant INITIAL_BPS = 2_000;
    uint256 public constant MAINTENANCE_BPS = 1_000;
    uint256 public constant REWARD_BPS = 500;
    /// @notice The fall of the price that {solvencyOf} reckons with, and how much of all debt it takes to stand at maintenance
    /// margin then: basis points.
    uint256 public constant GAP_BPS = 3_000;
    uint256 public constant AT_EDGE_BPS = 1_000;
    uint256 private constant BPS = 10_000;

    uint8 public immutable market;
    IPriceAggregator private immutable _prices;
    IERC20 private immutable _collateral;
    IERC20 private immutable _cash;

    mapping(address account => Account) public accounts;
    uint256 public debtOfAll;
    uint256 public insurance;
    uint256 public shortfall;

    constructor(IPosture at, IPriceAggregator prices, uint8 market_, IERC20 base, IERC20 cash) PostureGuard(at) {
        (_prices, market, _collateral, _cash) = (prices, market_, base, cash);
    }

    /// @notice Adds collateral of the caller to `account`. Open at every rung, as the two that follow.
    function deposit(address account, uint256 amount) external {
        _set(account, accounts[account].collateral + amount, accounts[account].debt);
        _collateral.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Pays back up to `amount` of what `account` owes.
    function repay(address account, uint256 amount) external {
        uint256 paid = Math.min(amount, accounts[account].debt);
        debtOfAll -= paid;
        _set(account, accounts[account].collateral, accounts[account].debt - paid);
        _cash.safeTransferFrom(msg.sender, address(this), paid);
    }

    /// @notice Gives to what covers losses. Cash to lend is simply sent here.
    function insure(uint256 amount) external {
        insurance += amount;
        _cash.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Lends `amount` to the caller. Normal and caution only.
    function borrow(uint256 amount) external whenIncreasing(market) {
        debtOfAll += amount;
        _set(msg.sender, accounts[msg.sender].collateral, accounts[msg.sender].debt + amount);
        _requireInitial(msg.sender, Action.Open);
        _cash.safeTransfer(msg.sender, amount);
    }

    /// @notice Gives collateral back that initial margin does not need. Not while halted.
    function withdraw(uint256 amount) external whenReducing(market) {
        _set(msg.sender, accounts[msg.sender].collateral - amount, accounts[msg.sender].debt);
        if (accounts[msg.sender].debt != 0) _requireInitial(msg.sender, Action.Withdraw);
        _collateral.safeTransfer(msg.sender, amount);
    }

    /// @notice Closes the debt of an account below maintenance margin, for its collateral at a discount. Not while halted.
    function liquidate(address account) external whenReducing(market) {
        Account memory closed = accounts[account];
        uint256 value = _valueOf(closed.collateral, Action.Liquidate);
        uint256 needed = _with(closed.debt, MAINTENANCE_BPS);
        if (value >= needed) revert CreditDesk_Sound(account, value, needed);

        uint256 wanted = _with(closed.debt, REWARD_BPS);
        bool isCovered = value >= wanted;
        uint256 paid = isCovered ? closed.debt : Math.mulDiv(value, BPS, BPS + REWARD_BPS);
        uint256 seized = isCovered ? Math.mulDiv(closed.collateral, wanted, value) : closed.collateral;
        uint256 drawn = Math.min(closed.debt - paid, insurance);
        uint256 uncovered = closed.debt - paid - drawn;
        insurance -= drawn;
        shortfall += uncovered;
        debtOfAll -= closed.debt;
        _set(account, closed.collateral - seized, 0);
        emit Liquidated(account, closed.debt, paid, drawn, uncovered);
        _cash.safeTransferFrom(msg.sender, address(this), paid);
        _collateral.safeTransfer(msg.sender, seized);
    }

    /// @inheritdoc IVenue
    function reportOf(uint8 asked) external view returns (MarketReport memory report) {
        if (asked != market) revert CreditDesk_UnknownMarket(asked);
        report.openInterest = debtOfAll;
        report.insurance = insurance;
        report.shortfall = shortfall;
        report.priceX32 = _valueOf(1 << 32, Action.Close);
    }

    /// @inheritdoc ISolvencySource
    /// @dev No loop over accounts: the loss is that of one rule. What is owed and no longer backed is seen when somebody
    /// liquidates. No target.
    function solvencyOf(uint8 asked) external view returns (SolvencyReport memory report) {
        if (asked != market) revert CreditDesk_UnknownMarket(asked);
        // What a debt at maintenance margin brings after the fall, the keeper's reward taken off.
        uint256 kept = ((BPS + MAINTENANCE_BPS) * (BPS - GAP_BPS)) / (BPS + REWARD_BPS);
        report.negativeEquity = shortfall;
        report.insurance = insurance;
        report.stressedLoss = Math.ceilDiv(debtOfAll * AT_EDGE_BPS * (BPS - kept), BPS * BPS);
        report.openInterest = debtOfAll;
    }

    function _requireInitial(address account, Action action) private view {
        uint256 needed = _with(accounts[account].debt, (INITIAL_BPS * initialMarginBps(market)) / BPS);
        uint256 value = _valueOf(accounts[account].collateral, action);
        if (value < needed) revert CreditDesk_Margin(account, value, needed);
    }

    function _with(uint256 debt, uint256 bps) private pure returns (uint256) {
        return Math.ceilDiv(debt * (BPS + bps), BPS);
    }

    function _valueOf(uint256 amount, Action action) private view returns (uint256) {
        (bool ok, Price memory price) = _prices.priceFor(market, action);
        if (!ok) revert CreditDesk_NoPrice(action);
        return Math.mulDiv(amount, price.priceE18, 1e18);
    }

    function _set(address account, uint256 collateral, uint256 debt) private {
        accounts[account] = Account(collateral, debt);
        emit AccountSet(account, collateral, debt);
    }
}
