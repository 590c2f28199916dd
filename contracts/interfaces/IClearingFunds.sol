// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutflowSensor} from "./IOutflowSensor.sol";

/// @notice What governance says of one insurance fund, and of what is paid around it. Rates in parts per million.
struct FundTerms {
    // Fall or rise of the market's price that the stress scenarios assume. Zero: no scenario, and no target.
    uint32 gapPpm;
    // Part of the open interest assumed to stand with accounts that such a gap bankrupts.
    uint32 concentrationPpm;
    // Most of a fill's fees that goes back to whoever traded against the premium.
    uint32 rebatePpm;
    // Most of the fund that is moved to another fund in a day.
    uint32 movePpm;
    // Most that closing one bankrupt position brings whoever calls, in units.
    uint96 rewardUnits;
    // What moving leaves in the fund at the least, in units.
    uint96 floorUnits;
}

/// @notice How fast share holders leave their fund, at breaker rung normal, caution and reduce-only. Nobody leaves while
/// halted.
struct ExitTerms {
    // From the end of the day of the request.
    uint32[3] noticeSeconds;
    // Most of a fund that leaves in a day, in parts per million.
    uint32[3] limitsPpm;
}

/// @notice One of the two worst accounts known of a market in one direction of the price.
struct WorstAccount {
    address account;
    // What it would lack in the scenario, in units, when it was last looked at.
    uint96 shortfallUnits;
}

/// @notice How the insurance of a market stood when it was last assessed, in units. Market 0 is the whole deployment.
struct Assessment {
    // OI * (gap - maintenance margin) * concentration; for market 0 the sum over markets (formulas.md 4.4).
    uint96 gapUnits;
    // Notional of one side.
    uint96 interestUnits;
    // Unix seconds, 0 for never.
    uint40 at;
    // 1 to 3: insurance below 75, 50, 25 % of the target.
    uint8 severity;
    // Sum of the two largest shortfalls known, in the worse direction (Cover-2).
    uint96 stressedUnits;
    // How far the equity of named accounts lay below zero, all together.
    uint96 deficitUnits;
}

/// @title IClearingFunds
/// @notice Insurance: who owns the funds, how they leave, what they should hold, and what moves between them.
/// @dev A fund is fine cash of the ledger; whoever has paid into it through its vault ({InsuranceFund}) owns shares of
/// it. What is contributed, and what fees bring, is theirs. Amounts are units, see {IClearingAccounts}.
interface IClearingFunds {
    /* EVENTS */

    /// @notice The fund of `market` belongs to the holders of `vault` from now on.
    event VaultSet(uint8 indexed market, address vault);
    /// @notice Terms of a fund were replaced.
    event FundTermsSet(uint8 indexed market, FundTerms terms);
    /// @notice Terms of leaving were replaced, for all funds.
    event ExitTermsSet(ExitTerms terms);
    /// @notice Somebody else than governance may move insurance.
    event InsuranceMoverSet(address mover);
    /// @notice Flows are reported to another sensor.
    event FlowSensorSet(IOutflowSensor sensor);
    /// @notice Holders have paid in through the vault, or were paid out.
    event FundPaidIn(uint8 indexed market, uint256 units);
    event FundPaidOut(uint8 indexed market, uint256 units);
    /// @notice Insurance was moved from one fund to another.
    event InsuranceMoved(uint8 indexed from, uint8 indexed to, uint256 units, address mover);
    /// @notice `account` is one of the two worst known of `market` when the price rises (`isRise`) or falls.
    event WorstNamed(uint8 indexed market, bool isRise, address indexed account, uint256 shortfallUnits);
    /// @notice Insurance of `market` was compared with what it should be.
    event Assessed(uint8 indexed market, Assessment assessment, uint256 insuranceUnits, uint256 targetUnits);
    /// @notice The ratio has crossed 75, 50 or 25 % since the last assessment. Severity 0: it is above all.
    event CoverCrossed(uint8 indexed market, uint8 severity, uint256 insuranceUnits, uint256 targetUnits);
    /// @notice Part of a fill's fees went back to `account`, which has traded against the premium.
    event Rebated(address indexed account, uint8 indexed market, uint256 units);
    /// @notice `keeper` was paid by the fund of `market` for closing a bankrupt position.
    event KeeperRewarded(uint8 indexed market, address indexed keeper, uint256 units);

    /* ERRORS */

    /// @notice Thrown when somebody else than the fund's vault pays in or out.
    error ClearingFunds_NotVault(uint8 market, address caller);
    /// @notice Thrown when the vault is none of this house's for `market`, or would take a fund from those who own it.
    error ClearingFunds_InvalidVault(uint8 market, address vault);
    /// @notice Thrown when terms of a fund are out of their bounds.
    error ClearingFunds_InvalidTerms(uint8 market);
    /// @notice Thrown when notice or limits are out of their bounds, or milder at a higher rung.
    error ClearingFunds_InvalidExitTerms();
    /// @notice Thrown when the sensor is no contract.
    error ClearingFunds_InvalidSensor(address sensor);
    /// @notice Thrown when more would leave a fund than may now.
    error ClearingFunds_ExitLimited(uint8 market, uint256 units, uint256 room);
    /// @notice Thrown when somebody else than governance or the mover moves insurance.
    error ClearingFunds_NotMover(address caller);
    /// @notice Thrown when neither fund is the shared one, or both are.
    error ClearingFunds_InvalidMove(uint8 from, uint8 to);
    /// @notice Thrown when more would be moved than a day allows.
    error ClearingFunds_MoveLimited(uint8 from, uint256 units, uint256 left);
    /// @notice Thrown when moving would leave the fund with less than its floor.
    error ClearingFunds_BelowFloor(uint8 from, uint256 left, uint256 floor);
    /// @notice Thrown when insurance would be moved out of a fund that stands behind a wind-down whose losses are not known.
    error ClearingFunds_WindingDown(uint8 from);
    /// @notice Thrown when the account lacks no more than those that are known.
    error ClearingFunds_NotWorse(uint8 market, address account);

    /* GOVERNANCE */

    /// @notice Hands the fund of `market` (0: the shared one) to holders of `vault`. Another vault may follow only when
    /// the one before has no shares, or the fund is worth less than a unit.
    function setVault(uint8 market, address vault) external;

    /// @notice Replaces the terms of a fund. Market 0 has no gap of its own: its scenarios use those of all markets.
    function setFundTerms(uint8 market, FundTerms calldata terms) external;

    /// @notice Replaces the terms of leaving. Notice at least a day; must not be milder at a higher rung.
    function setExitTerms(ExitTerms calldata terms) external;

    /// @notice Who may move insurance besides governance. Zero: nobody.
    function setInsuranceMover(address mover) external;

    /// @notice Where deposits and withdrawals are reported to, as flows of market 0 in base units. Zero: nowhere.
    function setFlowSensor(IOutflowSensor sensor) external;

    /* ACTIONS */

    /// @notice Takes `units` from the vault into its fund. Only the vault. Not income: it repays no shortfall.
    function payIn(uint8 market, uint256 units) external;

    /// @notice Pays `units` out of the fund to its vault, within {exitRoom}. Only the vault.
    function payOut(uint8 market, uint256 units) external;

    /// @notice Moves insurance between the shared fund and that of a market: at most `movePpm` of the sending fund in a
    /// day, which keeps at least its floor and, that of a market, what it should hold by its last assessment. In the
    /// receiving fund it is income: it repays a shortfall first. Governance or the mover. Not out of the fund of a market that
    /// is wound down, nor out of the shared one, before the conclusion.
    /// @dev At the expense of holders of the one fund and in favour of those of the other; hence the limits.
    function moveInsurance(uint8 from, uint8 to, uint256 units) external;

    /// @notice Names an account that would lack more than those known in a scenario of `market` (0: all prices move at
    /// once), and assesses. Anybody may. Reverts when it would not. Who holds nothing in `market` lacks nothing there.
    function nameWorst(address account, uint8 market) external;

    /// @notice Looks at the accounts known again, and compares insurance with its target. Anybody may.
    /// @dev An account that cannot be looked at, for a price is missing, counts with what it lacked before.
    function assess(uint8 market) external;

    /* VIEWS */

    /// @notice The token that everything is settled in.
    function collateral() external view returns (address);

    /// @notice Whose shares the fund is. Zero: nobody's.
    function vaultOf(uint8 market) external view returns (address);

    function fundTerms(uint8 market) external view returns (FundTerms memory);

    function exitTerms() external view returns (ExitTerms memory);

    function insuranceMover() external view returns (address);

    function flowSensor() external view returns (IOutflowSensor);

    /// @notice Notice in force for leaving the fund, in seconds, and what may leave it now, in units. Nothing while the
    /// fund's market is halted, owes a shortfall, a named account is bankrupt, or the market is wound down and not concluded
    /// (for the shared fund: any market). The rung is that of the market or
    /// the protocol, whichever is higher; for the shared fund the highest of all.
    function exitRoom(uint8 market) external view returns (uint256 noticeSeconds, uint256 units);

    /// @notice What `account` is worth now, and after the price of `market` (0: every price) has fallen or risen by its
    /// gap; that of a market which is wound down moves no more. In fine cash.
    function stressOf(
        address account,
        uint8 market
    ) external view returns (int256 equityFine, int256 fallenFine, int256 risenFine);

    /// @notice The two worst accounts known when the price rises, or falls.
    function worstKnown(uint8 market, bool isRise) external view returns (WorstAccount[2] memory);

    /// @notice The last assessment.
    function assessmentOf(uint8 market) external view returns (Assessment memory);

    /// @notice Cover-2 of the accounts known, at prices now: a lower bound that anybody can tighten. In units.
    function stressedLoss(uint8 market) external view returns (uint256 units);

    /// @notice What the insurance should be: the gap rule or Cover-2, whichever asks for more. In units.
    function coverTarget(uint8 market) external view returns (uint256 units);

    /// @notice Insurance that could be drawn, over {coverTarget}, in parts per million, rounded down. The greatest number
    /// there is when nothing is needed. For market 0 insurance is all funds, daily caps aside.
    function coverRatio(uint8 market) external view returns (uint256 ppm);
}
