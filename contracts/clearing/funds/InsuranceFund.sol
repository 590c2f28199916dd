// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20, IERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IClearingHouse} from "../../interfaces/IClearingHouse.sol";
import {IInsuranceFund} from "../../interfaces/IInsuranceFund.sol";
import {MAX_UNITS, UNIT_FINE} from "../book/Scale.sol";
import {ExitQueue} from "./ExitQueue.sol";

/// @title InsuranceFund
/// @notice Shares of one insurance fund of a clearing house.
/// @dev **Design**
/// - The money is in the house's ledger, where losses draw on it without asking anybody; here are only shares of it, and
///   what was paid for shares that have left and is not claimed yet.
/// - Entered at once (ERC-4626), left by request (ERC-7540). Requested shares are locked, still shares: a loss before
///   they are paid is borne by all shares alike. All requests of a day are paid at the same prices.
/// - When a day is due is asked of the rung in force at that moment: a notice that has grown since the request counts,
///   whoever asked, and however long ago. A request cannot be taken back, and anybody may have it paid once it is due, so
///   to ask in advance is to leave early, not to keep the door open.
/// - Virtual shares, 10^12 for each base unit: what is in the fund before the first deposit, and what is contributed
///   in front of one, is not the next depositor's to lose or to win. Rounding is in favour of the fund.
///
/// **Trust assumptions**
/// - The house's books are right, and it pays what it says.
/// - The token is an ordinary ERC-20. One that takes fees is refused.
contract InsuranceFund is ERC4626, IInsuranceFund, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Requests of a day are paid together.
    uint256 private constant DAY = 1 days;
    /// @dev Days that one {payDue} looks at.
    uint256 private constant PAY_MOST = 8;
    uint8 private constant OFFSET_DECIMALS = 12;
    /// @dev After total losses shares get ever cheaper. Deposits end here, long before products overflow; then governance
    /// sets another vault.
    uint256 private constant SHARES_MOST = 1 << 160;
    bytes4 private constant ERC165_ID = 0x01ffc9a7;
    /// @dev As ERC-7540 gives them: operators, asynchronous redemption; and ERC-7575.
    bytes4 private constant OPERATOR_ID = 0xe3bc4e65;
    bytes4 private constant REDEEM_ID = 0x620ee8e4;
    bytes4 private constant VAULT_ID = 0x2f0a18c5;

    IClearingHouse private immutable _house;
    uint256 private immutable _tokenPerUnit;
    /// @inheritdoc IInsuranceFund
    uint8 public immutable market;

    /// @inheritdoc IInsuranceFund
    mapping(address controller => mapping(address operator => bool)) public isOperator;
    ExitQueue private _queue;

    constructor(
        IClearingHouse house_,
        uint8 market_,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) ERC4626(IERC20(house_.collateral())) {
        (_house, market, _tokenPerUnit) = (house_, market_, house_.tokenPerUnit());
        IERC20(house_.collateral()).forceApprove(address(house_), type(uint256).max);
    }

    /* LEAVING */

    /// @inheritdoc IInsuranceFund
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external nonReentrant returns (uint256 requestId) {
        if (shares == 0) revert InsuranceFund_ZeroShares();
        if (controller != owner) _requireOperator(controller);
        if (msg.sender != owner && !isOperator[owner][msg.sender]) _spendAllowance(owner, msg.sender, shares);
        _payDue();
        _transfer(owner, address(this), shares);
        requestId = block.timestamp / DAY;
        _queue.join(controller, requestId, shares);
        emit RedeemRequest(controller, owner, requestId, msg.sender, shares);
    }

    /// @inheritdoc IInsuranceFund
    function payDue() external nonReentrant returns (uint256) {
        return _payDue();
    }

    /// @inheritdoc IInsuranceFund
    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @notice Claims what `shares` of the controller's requests were paid with.
    function redeem(
        uint256 shares,
        address receiver,
        address controller
    ) public override nonReentrant returns (uint256 assets) {
        _requireOperator(controller);
        uint256 most = maxRedeem(controller);
        if (shares > most) revert ERC4626ExceededMaxRedeem(controller, shares, most);
        assets = _queue.claimShares(controller, shares);
        _payClaim(controller, receiver, assets, shares);
    }

    /// @notice Claims `assets` of what the controller's requests were paid with.
    function withdraw(
        uint256 assets,
        address receiver,
        address controller
    ) public override nonReentrant returns (uint256 shares) {
        _requireOperator(controller);
        uint256 most = maxWithdraw(controller);
        if (assets > most) revert ERC4626ExceededMaxWithdraw(controller, assets, most);
        shares = _queue.claimAssets(controller, assets);
        _payClaim(controller, receiver, assets, shares);
    }

    /* VIEWS */

    /// @inheritdoc IInsuranceFund
    function house() external view returns (address) {
        return address(_house);
    }

    /// @inheritdoc IInsuranceFund
    function share() external view returns (address) {
        return address(this);
    }

    /// @notice Assets of the fund in the house, in whole units. What was paid to those who left is not among them.
    function totalAssets() public view override returns (uint256) {
        return _isOwner() ? (_house.fundOf(market) / UNIT_FINE) * _tokenPerUnit : 0;
    }

    /// @notice What the house still takes in. Entering is open at every rung; nothing when another vault has the fund.
    function maxDeposit(address) public view override returns (uint256) {
        if (!_isOwner()) return 0;
        uint256 room = (MAX_UNITS - _house.unitsHeld()) * _tokenPerUnit;
        uint256 supply = totalSupply();
        return supply >= SHARES_MOST ? 0 : Math.min(room, convertToAssets(SHARES_MOST - supply));
    }

    /// @notice As {maxDeposit}, in shares.
    function maxMint(address receiver) public view override returns (uint256) {
        return convertToShares(maxDeposit(receiver));
    }

    /// @notice Shares that `controller` can claim for now.
    function maxRedeem(address controller) public view override returns (uint256 shares) {
        (shares, ) = _queue.claimable(controller);
    }

    /// @notice Assets that `controller` can claim now.
    function maxWithdraw(address controller) public view override returns (uint256 assets) {
        (, assets) = _queue.claimable(controller);
    }

    /// @notice Always reverts.
    function previewRedeem(uint256) public pure override returns (uint256) {
        revert InsuranceFund_NoPreview();
    }

    /// @notice Always reverts.
    function previewWithdraw(uint256) public pure override returns (uint256) {
        revert InsuranceFund_NoPreview();
    }

    /// @inheritdoc IInsuranceFund
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256) {
        return _queue.pending(controller, requestId);
    }

    /// @inheritdoc IInsuranceFund
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares) {
        (shares, ) = _queue.claimable(controller, requestId);
    }

    /// @inheritdoc IInsuranceFund
    function requestTotals(uint256 requestId) external view returns (uint256, uint256, uint256) {
        return (
            _queue.totals[requestId].shares,
            _queue.totals[requestId].paidShares,
            _queue.totals[requestId].paidAssets
        );
    }

    /// @inheritdoc IInsuranceFund
    function nextDue() external view returns (uint256 requestId, uint256 dueAt) {
        uint256 shares;
        (requestId, shares) = _queue.head();
        if (shares == 0) return (0, 0);
        (uint256 notice, ) = _house.exitRoom(market);
        dueAt = Math.saturatingAdd((requestId + 1) * DAY, notice);
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == ERC165_ID || id == OPERATOR_ID || id == REDEEM_ID || id == VAULT_ID;
    }

    /* INTERNAL */

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override nonReentrant {
        if (shares == 0) revert InsuranceFund_ZeroShares();
        if (assets % _tokenPerUnit != 0) revert InsuranceFund_NotWholeUnits(assets, _tokenPerUnit);
        super._deposit(caller, receiver, assets, shares);
    }

    function _transferIn(address from, uint256 assets) internal override {
        IERC20 token = IERC20(asset());
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), assets);
        uint256 moved = token.balanceOf(address(this)) - before;
        if (moved != assets) revert InsuranceFund_WrongTransfer(assets, moved);
        _house.payIn(market, assets / _tokenPerUnit);
    }

    function _payClaim(address controller, address receiver, uint256 assets, uint256 shares) private {
        _transferOut(receiver, assets);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    function _payDue() private returns (uint256 days_) {
        if (!_isOwner()) return 0;
        while (days_ < PAY_MOST && _payOldest()) ++days_;
    }

    /// @dev Pays the oldest day as far as the house lets go, each request its part. Burns before it is paid; the price is
    /// that before both, which neither changes but by what rounding leaves in the fund.
    function _payOldest() private returns (bool) {
        (uint256 day, uint256 waiting) = _queue.head();
        if (waiting == 0) return false;
        (uint256 notice, uint256 room) = _house.exitRoom(market);
        if (room == 0 || block.timestamp < (day + 1) * DAY + notice) return false;

        uint256 shares = Math.min(waiting, _convertToShares(room * _tokenPerUnit, Math.Rounding.Floor));
        uint256 assets = _convertToAssets(shares, Math.Rounding.Floor);
        if (assets == 0) return false;
        _burn(address(this), shares);
        _queue.pay(day, shares, assets);
        emit ExitPaid(day, shares, assets);
        _house.payOut(market, assets / _tokenPerUnit);
        return true;
    }

    /// @dev In whole units: up or down with `rounding`.
    function _convertToAssets(uint256 shares, Math.Rounding rounding) internal view override returns (uint256 assets) {
        assets = super._convertToAssets(shares, rounding);
        uint256 part = assets % _tokenPerUnit;
        if (part == 0) return assets;
        return rounding == Math.Rounding.Ceil ? assets + _tokenPerUnit - part : assets - part;
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return OFFSET_DECIMALS;
    }

    function _isOwner() private view returns (bool) {
        return _house.vaultOf(market) == address(this);
    }

    function _requireOperator(address controller) private view {
        if (msg.sender != controller && !isOperator[controller][msg.sender]) {
            revert InsuranceFund_NotOperator(controller, msg.sender);
        }
    }
}
