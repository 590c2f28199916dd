// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IClearingAccounts} from "../../interfaces/IClearingAccounts.sol";
import {ExitTerms, FundTerms, IClearingFunds} from "../../interfaces/IClearingFunds.sol";
import {IInsuranceFund} from "../../interfaces/IInsuranceFund.sol";
import {IOutflowSensor} from "../../interfaces/IOutflowSensor.sol";
import {MARKETS, Posture} from "../../types/Posture.sol";
import {HALTED} from "../../types/Rungs.sol";
import {LimiterLib} from "../book/Limiter.sol";
import {UNIT_FINE} from "../book/Scale.sol";
import {Custody} from "./Custody.sol";

/// @title Funds
/// @notice Money of the insurance funds: in and out through their vaults, and from one to another.
abstract contract Funds is Custody, IClearingFunds {
    /// @notice Bounds of {setExitTerms}. Least notice at any rung, and most.
    uint256 public constant EXIT_NOTICE_LEAST_SECONDS = 1 days;
    uint256 public constant EXIT_NOTICE_MOST_SECONDS = 90 days;
    /// @notice Bounds of {setFundTerms}, in parts per million.
    uint256 public constant GAP_LEAST_PPM = 10_000;
    uint256 public constant GAP_MOST_PPM = 900_000;
    uint256 public constant REBATE_MOST_PPM = 500_000;
    uint256 public constant MOVE_MOST_PPM = 200_000;

    /* GOVERNANCE */

    /// @inheritdoc IClearingFunds
    function setVault(uint8 market, address vault) external onlyOwner {
        if (market != 0) _listed(market);
        FundState storage state = _funds[market];
        bool isOwned = state.vault != address(0) && IERC20(state.vault).totalSupply() != 0;
        bool isWorthIt = isOwned && _markets[market].fund >= UNIT_FINE;
        bool isOurs =
            vault.code.length != 0 &&
                IInsuranceFund(vault).house() == address(this) &&
                IInsuranceFund(vault).market() == market;
        if (isWorthIt || !isOurs) revert ClearingFunds_InvalidVault(market, vault);
        state.vault = vault;
        emit VaultSet(market, vault);
    }

    /// @inheritdoc IClearingFunds
    function setFundTerms(uint8 market, FundTerms calldata terms) external onlyOwner {
        if (market != 0) _listed(market);
        bool isGap = terms.gapPpm >= GAP_LEAST_PPM && terms.gapPpm <= GAP_MOST_PPM && terms.concentrationPpm != 0;
        bool isGapSound = market == 0 ? terms.gapPpm == 0 : terms.gapPpm == 0 || isGap;
        bool areSharesSound =
            terms.concentrationPpm <= PPM && terms.rebatePpm <= REBATE_MOST_PPM && terms.movePpm <= MOVE_MOST_PPM;
        if (!isGapSound || !areSharesSound) revert ClearingFunds_InvalidTerms(market);
        _funds[market].terms = terms;
        emit FundTermsSet(market, terms);
    }

    /// @inheritdoc IClearingFunds
    function setExitTerms(ExitTerms calldata terms) external onlyOwner {
        uint256 notice = EXIT_NOTICE_LEAST_SECONDS;
        uint256 limit = PPM;
        for (uint256 i; i < HALTED; ++i) {
            bool isSound =
                terms.noticeSeconds[i] >= notice &&
                    terms.noticeSeconds[i] <= EXIT_NOTICE_MOST_SECONDS &&
                    terms.limitsPpm[i] <= limit;
            if (!isSound) revert ClearingFunds_InvalidExitTerms();
            (notice, limit) = (terms.noticeSeconds[i], terms.limitsPpm[i]);
        }
        _exitTerms = terms;
        emit ExitTermsSet(terms);
    }

    /// @inheritdoc IClearingFunds
    function setInsuranceMover(address mover) external onlyOwner {
        _insuranceMover = mover;
        emit InsuranceMoverSet(mover);
    }

    /// @inheritdoc IClearingFunds
    function setFlowSensor(IOutflowSensor sensor) external onlyOwner {
        address to = address(sensor);
        if (to != address(0) && to.code.length == 0) revert ClearingFunds_InvalidSensor(to);
        _flowSensor = sensor;
        emit FlowSensorSet(sensor);
    }

    /* MONEY */

    /// @inheritdoc IClearingFunds
    function payIn(uint8 market, uint256 units) external nonReentrant {
        _requireVault(market);
        _takeIn(units);
        _markets[market].fund += units * UNIT_FINE;
        emit FundPaidIn(market, units);
    }

    /// @inheritdoc IClearingFunds
    function payOut(uint8 market, uint256 units) external nonReentrant {
        _requireVault(market);
        if (units == 0) revert IClearingAccounts.ClearingAccounts_ZeroAmount();
        (, uint256 limit, uint256 room) = _exitState(market);
        if (units > room) revert ClearingFunds_ExitLimited(market, units, room);
        LimiterLib.count(_funds[market].left, units, limit, DRAW_WINDOW);
        _markets[market].fund -= units * UNIT_FINE;
        emit FundPaidOut(market, units);
        _sendOut(units, msg.sender);
    }

    /// @inheritdoc IClearingFunds
    function moveInsurance(uint8 from, uint8 to, uint256 units) external nonReentrant {
        if (msg.sender != owner() && msg.sender != _insuranceMover) revert ClearingFunds_NotMover(msg.sender);
        if ((from == 0) == (to == 0)) revert ClearingFunds_InvalidMove(from, to);
        _listed(from == 0 ? to : from);
        if (units == 0) revert IClearingAccounts.ClearingAccounts_ZeroAmount();
        if (_isHeld(from)) revert ClearingFunds_WindingDown(from);

        FundState storage sender = _funds[from];
        uint256 held = _markets[from].fund / UNIT_FINE;
        (uint256 limit, uint256 left) = _share(sender.moved, held, sender.terms.movePpm);
        if (units > left) revert ClearingFunds_MoveLimited(from, units, left);
        uint256 floor = _moveFloor(from);
        if (held < units + floor) revert ClearingFunds_BelowFloor(from, held > units ? held - units : 0, floor);

        LimiterLib.count(sender.moved, units, limit, DRAW_WINDOW);
        _markets[from].fund -= units * UNIT_FINE;
        emit InsuranceMoved(from, to, units, msg.sender);
        _payFund(to, units * UNIT_FINE);
    }

    /* VIEWS */

    /// @inheritdoc IClearingFunds
    function collateral() external view returns (address) {
        return address(_collateral);
    }

    /// @inheritdoc IClearingFunds
    function vaultOf(uint8 market) external view returns (address) {
        return _funds[market].vault;
    }

    /// @inheritdoc IClearingFunds
    function fundTerms(uint8 market) external view returns (FundTerms memory) {
        return _funds[market].terms;
    }

    /// @inheritdoc IClearingFunds
    function exitTerms() external view returns (ExitTerms memory) {
        return _exitTerms;
    }

    /// @inheritdoc IClearingFunds
    function insuranceMover() external view returns (address) {
        return _insuranceMover;
    }

    /// @inheritdoc IClearingFunds
    function flowSensor() external view returns (IOutflowSensor) {
        return _flowSensor;
    }

    /// @inheritdoc IClearingFunds
    function exitRoom(uint8 market) external view returns (uint256 noticeSeconds, uint256 units) {
        (noticeSeconds, , units) = _exitState(market);
    }

    /* INTERNAL */

    /// @dev Notice and daily limit in force, and what is left of the limit; both in units.
    function _exitState(uint8 market) private view returns (uint256 notice, uint256 limit, uint256 room) {
        uint8 rung = _exitRung(market);
        if (rung >= HALTED) return (type(uint256).max, 0, 0);
        FundState storage state = _funds[market];
        notice = _exitTerms.noticeSeconds[rung];
        uint256 held = _markets[market].fund / UNIT_FINE;
        (limit, room) = _share(state.left, held, _exitTerms.limitsPpm[rung]);
        room = Math.min(room, held);
        if (_markets[market].shortfall != 0 || state.assessment.deficitUnits != 0 || _isHeld(market)) room = 0;
    }

    /// @dev Whether the fund stands behind a wind-down whose losses are not known: its own market's, for the shared one any.
    function _isHeld(uint8 market) private view returns (bool) {
        return market == 0 ? _closings != 0 : _isSettling(_markets[market]);
    }

    /// @dev The shared fund stands behind every market, so its holders wait for the worst of them.
    function _exitRung(uint8 market) private view returns (uint8 rung) {
        Posture current = _posture();
        if (market != 0) return current.at(market).breaker();
        for (uint8 each; each < MARKETS; ++each) {
            uint8 own = current.own(each).breaker();
            if (own > rung) rung = own;
        }
    }

    /// @dev What moving leaves: governance's floor, and in a market's fund what that fund should hold.
    function _moveFloor(uint8 market) private view returns (uint256 floor) {
        FundState storage state = _funds[market];
        floor = state.terms.floorUnits;
        if (market == 0) return floor;
        uint256 target = Math.max(state.assessment.gapUnits, state.assessment.stressedUnits);
        return Math.max(floor, target);
    }

    function _requireVault(uint8 market) private view {
        if (msg.sender != _funds[market].vault) revert ClearingFunds_NotVault(market, msg.sender);
    }
}
