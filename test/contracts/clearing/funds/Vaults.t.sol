// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {InsuranceFund} from "../../../../contracts/clearing/funds/InsuranceFund.sol";
import {ExitTerms, FundTerms, IClearingFunds} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {IClearingAccounts} from "../../../../contracts/interfaces/IClearingAccounts.sol";
import {IClearingMarkets, MarketParams} from "../../../../contracts/interfaces/IClearingMarkets.sol";
import {IOutflowSensor} from "../../../../contracts/interfaces/IOutflowSensor.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice What governance says of funds, and what moves between them.
contract VaultsTest is FundsWorld {
    address private constant MOVER = address(0x3e5);

    /* VAULTS */

    function test_SetVault_AnotherOnlyWhenNobodyOwnsTheFund() public {
        InsuranceFund next = new InsuranceFund(house, BTC, "next", "next");
        uint256 shares = _enter(vault, ANN, 100 * coin);
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidVault.selector, BTC, address(next)));
        house.setVault(BTC, address(next));

        // Worth nothing after a loss.
        _lose(400);
        assertEq(_fundUnits(BTC), 0);
        house.setVault(BTC, address(next));
        assertEq(house.vaultOf(BTC), address(next));
        _enterNext(next);
        assertEq(vault.totalAssets(), 0);
        assertEq(vault.convertToAssets(shares), 0);
    }

    function test_SetVault_RevertWhen_NotOurs() public {
        InsuranceFund wrong = new InsuranceFund(house, ETH, "wrong", "wrong");
        vm.expectRevert(
            abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidVault.selector, BTC, address(wrong))
        );
        house.setVault(BTC, address(wrong));
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidVault.selector, BTC, address(1)));
        house.setVault(BTC, address(1));
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotListed.selector, 9));
        house.setVault(9, address(wrong));
    }

    function test_Set_RevertWhen_NotGovernance() public {
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, MOVER);
        ExitTerms memory terms = house.exitTerms();
        vm.startPrank(MOVER);
        vm.expectRevert(refusal);
        house.setVault(BTC, address(vault));
        vm.expectRevert(refusal);
        house.setFundTerms(BTC, _terms());
        vm.expectRevert(refusal);
        house.setExitTerms(terms);
        vm.expectRevert(refusal);
        house.setInsuranceMover(MOVER);
        vm.expectRevert(refusal);
        house.setFlowSensor(IOutflowSensor(address(0)));
    }

    /* TERMS */

    function test_SetFundTerms_RevertWhen_OutOfBounds() public {
        for (uint256 i; i < 6; ++i) {
            FundTerms memory terms = _terms();
            uint8 market = BTC;
            if (i == 0) terms.gapPpm = 9_999;
            if (i == 1) terms.gapPpm = 900_001;
            if (i == 2) terms.concentrationPpm = 0;
            if (i == 3) terms.rebatePpm = 500_001;
            if (i == 4) terms.movePpm = 200_001;
            if (i == 5) market = 0;
            vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidTerms.selector, market));
            house.setFundTerms(market, terms);
        }
        FundTerms memory none;
        house.setFundTerms(BTC, none);
        house.setFundTerms(0, none);
    }

    function test_SetExitTerms_RevertWhen_MilderAtAHigherRung() public {
        for (uint256 i; i < 5; ++i) {
            ExitTerms memory terms = ExitTerms([uint32(1 days), 1 days, 90 days], [uint32(1e6), 1e6, 0]);
            if (i == 0) terms.noticeSeconds[0] = 1 days - 1;
            if (i == 1) terms.noticeSeconds[2] = 90 days + 1;
            if (i == 2) (terms.noticeSeconds[1], terms.noticeSeconds[2]) = (2 days, 2 days - 1);
            if (i == 3) terms.limitsPpm[0] = 1e6 + 1;
            if (i == 4) (terms.limitsPpm[1], terms.limitsPpm[2]) = (1, 2);
            vm.expectRevert(IClearingFunds.ClearingFunds_InvalidExitTerms.selector);
            house.setExitTerms(terms);
        }
        house.setExitTerms(ExitTerms([uint32(1 days), 1 days, 90 days], [uint32(1e6), 1e6, 0]));
    }

    /* MOVES */

    function test_MoveInsurance_MovesWithinTheDay() public {
        _readyToMove();
        vm.expectEmit(address(house));
        emit IClearingFunds.InsuranceMoved(0, BTC, 100 * ONE, MOVER);
        vm.prank(MOVER);
        house.moveInsurance(0, BTC, 100 * ONE);
        assertEq(_fundUnits(0), 900 * ONE);
        assertEq(_fundUnits(BTC), 1_100 * ONE);
        _assertSound();

        // A tenth of what was there before is all for today, whoever asks.
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_MoveLimited.selector, 0, 1, 0));
        house.moveInsurance(0, BTC, 1);
        _pass(1 days);
        house.moveInsurance(0, BTC, 90 * ONE);
        house.moveInsurance(BTC, 0, 119 * ONE);
        _assertSound();
    }

    function test_MoveInsurance_LeavesTheFloor() public {
        _readyToMove();
        FundTerms memory terms = _terms();
        terms.floorUnits = uint96(950 * ONE);
        house.setFundTerms(BTC, terms);
        vm.expectRevert(
            abi.encodeWithSelector(IClearingFunds.ClearingFunds_BelowFloor.selector, BTC, 950 * ONE - 1, 950 * ONE)
        );
        house.moveInsurance(BTC, 0, 50 * ONE + 1);
        house.moveInsurance(BTC, 0, 50 * ONE);
    }

    /// @dev A market's fund keeps what it should hold: the long lacks 650 at a gap of 12.5 %.
    function test_MoveInsurance_LeavesTheTarget() public {
        _readyToMove();
        MarketParams memory params = _params(1e14);
        params.haircutCapPpm = 0;
        house.setMarket(BTC, params);
        house.nameWorst(traders[POOR], BTC);
        // 320 are drawn of it: 680 stay.
        _setPrice(BTC, 9_080);
        house.resolve(traders[POOR]);
        assertEq(_fundUnits(BTC), 680 * ONE);
        vm.expectRevert(
            abi.encodeWithSelector(IClearingFunds.ClearingFunds_BelowFloor.selector, BTC, 649 * ONE, 650 * ONE)
        );
        house.moveInsurance(BTC, 0, 31 * ONE);
        house.moveInsurance(BTC, 0, 30 * ONE);

        // The account is gone, and with it what was lacking.
        house.assess(BTC);
        house.moveInsurance(BTC, 0, 31 * ONE);
    }

    function test_MoveInsurance_RepaysAShortfallFirst() public {
        MarketParams memory params = _params(1e14);
        (params.haircutCapPpm, params.fundDrawPpm, params.sharedDrawPpm) = (0, 0, 0);
        house.setMarket(BTC, params);
        _readyToMove();
        _lose(400);
        house.moveInsurance(0, BTC, 100 * ONE);
        assertEq(house.shortfallOf(BTC), 300 * ONE * UNIT_FINE);
        assertEq(_fundUnits(BTC), 1_000 * ONE);
        _assertSound();
    }

    function test_MoveInsurance_RevertWhen_NotTheMover() public {
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_NotMover.selector, MOVER));
        vm.prank(MOVER);
        house.moveInsurance(0, BTC, 1);
    }

    function test_MoveInsurance_RevertWhen_NotBetweenASharedAndAMarkets() public {
        _readyToMove();
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidMove.selector, BTC, ETH));
        house.moveInsurance(BTC, ETH, 1);
        vm.expectRevert(abi.encodeWithSelector(IClearingFunds.ClearingFunds_InvalidMove.selector, 0, 0));
        house.moveInsurance(0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IClearingMarkets.ClearingMarkets_NotListed.selector, 9));
        house.moveInsurance(0, 9, 1);
        vm.expectRevert(IClearingAccounts.ClearingAccounts_ZeroAmount.selector);
        house.moveInsurance(0, BTC, 0);
    }

    function testFuzz_MoveInsurance_NeverMoreThanADaysPart(uint256 units, uint256 elapsed) public {
        _readyToMove();
        elapsed = bound(elapsed, 0, 1 days);
        house.moveInsurance(0, BTC, 100 * ONE);
        _pass(elapsed);
        units = bound(units, 1, 1_000 * ONE);
        try house.moveInsurance(0, BTC, units) {
            // What is free again since.
            assertLe(units, (100 * ONE * elapsed) / 1 days + 1);
        } catch {
            assertGt(units, (90 * ONE * elapsed) / 1 days);
        }
        _assertSound();
    }

    function _readyToMove() private {
        FundTerms memory terms = _terms();
        house.setFundTerms(BTC, terms);
        terms.gapPpm = 0;
        house.setFundTerms(0, terms);
        house.setInsuranceMover(MOVER);
        _enter(vault, ANN, 1_000 * coin);
        _enter(shared, ANN, 1_000 * coin);
    }

    function _enterNext(InsuranceFund next) private {
        vm.startPrank(traders[BOB]);
        token.approve(address(next), type(uint256).max);
        next.deposit(100 * coin, traders[BOB]);
        vm.stopPrank();
        assertEq(_fundUnits(BTC), 100 * ONE);
    }
}
