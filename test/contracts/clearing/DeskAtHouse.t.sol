// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {FundTerms, IClearingFunds} from "../../../contracts/interfaces/IClearingFunds.sol";
import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {INovation, Match} from "../../../contracts/interfaces/INovation.sol";
import {DeskLimits, Instruction, InstructionKind, IOperatorDesk} from "../../../contracts/interfaces/IOperatorDesk.sol";
import {DeskWorld} from "./DeskWorld.sol";

/// @notice Operators' instructions through the real desk, asked of the real hub, into the real house: its money, its fills
/// and its waterfall.
/// @dev Trader 0 is long 10,000 lots with 600 of margin against trader 1, and trader 4 long 2,000; the shared fund has 1,000.
contract DeskAtHouseTest is DeskWorld {
    uint8 private constant SHARED = 0;
    uint256 private constant POOR = 0;
    uint256 private constant RICH = 1;
    uint256 private constant ANN = 2;
    uint256 private constant BOB = 3;
    uint256 private constant CAT = 4;

    function setUp() public override {
        super.setUp();
        house.setInsuranceMover(address(desk));
        house.setFundTerms(SHARED, FundTerms(0, 0, 0, 200_000, 0, uint96(500 * ONE)));
        house.setFundTerms(BTC, FundTerms(0, 0, 0, 200_000, 0, 0));
        desk.setDeskLimits(
            InstructionKind.InsuranceMove,
            SHARED,
            DeskLimits(1, uint96(400 * ONE), uint96(900 * ONE), 0)
        );
        desk.setDeskLimits(InstructionKind.InsuranceMove, BTC, DeskLimits(1, uint96(400 * ONE), uint96(900 * ONE), 0));
        desk.setDeskLimits(InstructionKind.OpenInterestCap, BTC, DeskLimits(1, type(uint96).max, 0, 2 hours));
        desk.setDeskLimits(InstructionKind.DeleveragingBudget, BTC, DeskLimits(0, type(uint96).max, 0, 2 hours));
        for (uint256 i = RICH; i < TRADERS; ++i) _fund(i, 20_000);
        _fund(POOR, 600);
        house.contribute(SHARED, 1_000 * ONE);
        _trade(BTC, POOR, RICH, 10_000, 10_000);
        _trade(BTC, CAT, RICH, 2_000, 10_000);
    }

    /* INSURANCE */

    function test_Execute_MovesInsuranceWhereItIsNeeded() public {
        Instruction memory told = _move(SHARED, BTC, 150);
        bytes memory signatures = _signed(told);
        vm.expectEmit(address(house));
        emit IClearingFunds.InsuranceMoved(SHARED, BTC, 150 * ONE, address(desk));
        desk.execute(told, signatures);

        assertEq(house.fundOf(SHARED), 850 * ONE * UNIT_FINE);
        assertEq(house.fundOf(BTC), 150 * ONE * UNIT_FINE);
        assertEq(desk.movable(SHARED), 750 * ONE);
        _assertSound();
    }

    function test_Execute_MovesItBack() public {
        _execute(_move(SHARED, BTC, 150));
        _execute(_move(BTC, SHARED, 20));
        assertEq(house.fundOf(SHARED), 870 * ONE * UNIT_FINE);
        _assertSound();
    }

    /// @dev A fifth of the fund in a day, whatever the desk would allow.
    function test_Execute_RevertGiven_TheHouseMovesLessThanTheDesk() public {
        _execute(_move(SHARED, BTC, 150));
        Instruction memory more = _move(SHARED, BTC, 60);
        bytes memory signatures = _signed(more);
        vm.expectPartialRevert(IClearingFunds.ClearingFunds_MoveLimited.selector);
        desk.execute(more, signatures);

        // What the house refused was neither used nor counted.
        assertFalse(desk.isUsed(more.operation));
        assertEq(desk.movable(SHARED), 750 * ONE);
    }

    function test_Execute_RevertGiven_TheFundsFloor() public {
        house.setFundTerms(SHARED, FundTerms(0, 0, 0, 200_000, 0, uint96(900 * ONE)));
        Instruction memory told = _move(SHARED, BTC, 150);
        bytes memory signatures = _signed(told);
        vm.expectRevert(
            abi.encodeWithSelector(IClearingFunds.ClearingFunds_BelowFloor.selector, SHARED, 850 * ONE, 900 * ONE)
        );
        desk.execute(told, signatures);
    }

    /// @dev Between two markets it goes by the shared fund, in two instructions.
    function test_Execute_RevertWhen_FromMarketToMarket() public {
        Instruction memory told = _move(BTC, ETH, 1);
        bytes memory signatures = _signed(told);
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidMove.selector, BTC, ETH));
        desk.execute(told, signatures);
    }

    function test_Execute_RevertGiven_AnotherMover() public {
        house.setInsuranceMover(traders[ANN]);
        Instruction memory told = _move(SHARED, BTC, 150);
        bytes memory signatures = _signed(told);
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotMover.selector, address(desk)));
        desk.execute(told, signatures);
    }

    /// @dev What operators have moved is what stands between a default and the winners.
    function test_Execute_MovedInsuranceCoversADefault() public {
        house.contribute(SHARED, 4_000 * ONE);
        _withoutSharedDraws();
        _execute(_move(SHARED, BTC, 400));
        _setPrice(BTC, 9_000);
        int256 before = _equity(RICH);
        house.resolve(traders[POOR]);

        assertEq(house.fundOf(BTC), 0);
        assertEq(_equity(RICH), before);
        _assertSound();
    }

    /* ENVELOPES */

    function test_Execute_ACapRefusesTheFillThatPassesIt() public {
        Instruction memory told = _inCoins(InstructionKind.OpenInterestCap, 13_000);
        _execute(told);
        _trade(BTC, ANN, BOB, 900, 10_000);
        Match memory matched = _match(BTC, ANN, BOB, 200, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(INovation.Novation_OpenInterest.selector, BTC, 13_100 * ONE, 13_000 * ONE)
        );
        house.fill(matched);
        _trade(BTC, BOB, ANN, 900, 10_000);

        _pass(1 hours);
        _trade(BTC, ANN, BOB, 3_000, 10_000);
        _assertSound();
    }

    /// @dev Half-way between the two levels half of what is missing to the whole notional is added.
    function test_Execute_GlobalOpenInterestRaisesInitialMargin() public {
        Instruction memory told = _inCoins(InstructionKind.OpenInterestCap, 1_000_000);
        told.globalOpenInterest = uint96(5_500_000 * ONE);
        assertEq(house.standing(traders[CAT]).initialUnits, 100 * ONE);
        _execute(told);
        assertEq(house.standing(traders[CAT]).initialUnits, 1_050 * ONE);
        _pass(1 hours);
        assertEq(house.standing(traders[CAT]).initialUnits, 100 * ONE);
    }

    /// @dev 400 are missing: 100 of the winner's profit, the other 300 from all who are left, half of it long.
    function test_Execute_ABudgetBoundsADeleveraging() public {
        _withoutSharedDraws();
        _execute(_inCoins(InstructionKind.DeleveragingBudget, 100));
        _setPrice(BTC, 9_000);
        int256 before = _equityUnits(CAT);
        house.resolve(traders[POOR]);

        (uint256 left, ) = house.deleveragingBudget(BTC);
        assertLe(left, 1);
        assertApproxEqAbs(before - _equityUnits(CAT), int256(150 * ONE), 2);
        _assertSound();
    }

    function test_Execute_WithoutABudgetTheWinnersGiveAll() public {
        _withoutSharedDraws();
        _setPrice(BTC, 9_000);
        int256 before = _equityUnits(CAT);
        house.resolve(traders[POOR]);
        assertApproxEqAbs(before, _equityUnits(CAT), 1);
    }

    /* HELPERS */

    function _withoutSharedDraws() private {
        MarketParams memory params = house.marketParams(BTC);
        params.sharedDrawPpm = 0;
        house.setMarket(BTC, params);
    }

    function _move(uint8 from, uint8 to, uint96 coins) private view returns (Instruction memory told) {
        told = _inCoins(InstructionKind.InsuranceMove, coins);
        (told.market, told.toMarket) = (from, to);
        told.operation = keccak256(abi.encode(from, to, coins));
    }

    function _inCoins(InstructionKind kind, uint96 coins) private view returns (Instruction memory) {
        return _instruction(kind, coins * uint96(ONE));
    }

    function _signed(Instruction memory told) private view returns (bytes memory) {
        return _signed(told, 2);
    }

    function _execute(Instruction memory told) private {
        bytes memory signatures = _signed(told);
        vm.expectEmit(true, true, true, true, address(desk));
        emit IOperatorDesk.InstructionExecuted(
            told.operation,
            told.decision,
            told.kind,
            told.market,
            told.allotments[0].units,
            2
        );
        desk.execute(told, signatures);
    }
}
