// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {IEstates} from "../../../contracts/interfaces/IEstates.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice Accounts in two markets of which one is halted, or takes from them what the other needs.
/// @dev Trader 0 is long 10,000 of each market with 600 of margin; 1 is short of BTC, 2 of ETH.
contract CrossMarginTest is ClearingWorld {
    uint256 private constant POOR = 0;

    function setUp() public override {
        super.setUp();
        _fund(POOR, 1_200);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(BTC, POOR, 1, 10_000, 10_000);
        _trade(ETH, POOR, 2, 10_000, 1_000);
    }

    /* ONE MARKET HALTED */

    function test_Resolve_ClosesLiveMarketsWhileAnotherIsHalted() public {
        // Lost 1,000 and 600 of 1,200: 400 are missing, 250 of them in BTC.
        _setPrice(BTC, 9_000);
        _setPrice(ETH, 940);
        _halt(ETH);
        int256 before = _equityUnits(1);
        int256 other = _equity(2);
        address estate = _resolveAny(traders[POOR]);

        assertEq(_size(POOR, BTC), 0, "the live market was not closed");
        assertEq(_sizeOf(estate, ETH), _lots(10_000), "a position in a halted market was closed");
        assertApproxEqAbs(before - _equityUnits(1), int256(250 * ONE), 1);
        assertEq(_equity(2), other, "a winner of the halted market was asked");
        assertApproxEqAbs(house.standing(estate).equityFine >> 136, -int256(150 * ONE), 1);
        assertEq(house.openMarkets(traders[POOR]), 0, "P12: the defaulter was left with something");
        assertEq(_equity(POOR), 0, "P12: the defaulter was left with something");
        _assertSound();
    }

    function test_Resolve_TellsWhichMarketsItLeaves() public {
        _setPrice(BTC, 9_000);
        _setPrice(ETH, 940);
        _halt(ETH);
        vm.recordLogs();
        address estate = house.resolve(traders[POOR]);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 seen;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IEstates.EstateFormed.selector) continue;
            ++seen;
            (uint32 markets, int256 cashFine) = abi.decode(logs[i].data, (uint32, int256));
            assertEq(address(uint160(uint256(logs[i].topics[2]))), estate);
            assertEq(markets, uint32(1) << ETH);
            assertEq(cashFine, house.standing(estate).cashFine);
        }
        assertEq(seen, 1);
    }

    function test_Resolve_TakesTheRestOnceTheHaltIsOver() public {
        test_Resolve_ClosesLiveMarketsWhileAnotherIsHalted();
        address estate = estates[0];
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_Suspended.selector, ETH, 0));
        house.resolve(estate);

        _resume();
        int256 before = _equityUnits(2);
        house.resolve(estate);
        assertApproxEqAbs(before - _equityUnits(2), int256(150 * ONE), 1);
        assertEq(house.standing(estate).equityFine, 0);
        assertEq(house.openMarkets(estate), 0);
        _assertSound();
    }

    function test_Resolve_WaitsForThePriceOfAHaltedMarket() public {
        _setPrice(BTC, 8_000);
        _halt(ETH);
        vm.warp(block.timestamp + 1 hours);
        _setPrice(BTC, 8_000);
        vm.expectRevert();
        house.resolve(traders[POOR]);
    }

    /* A CUT THAT WAS NEEDED ELSEWHERE */

    /// @dev Trader 3 is short of BTC, where it wins 1,200, and long of ETH, where it loses 2,200: with 1,000 of margin just solvent.
    function _makeHedged() private {
        house.deposit(traders[4], 20_000 * ONE);
        vm.prank(traders[3]);
        house.withdraw(9_000 * ONE, traders[3]);
        _trade(BTC, 4, 3, 10_000, 10_000);
        _trade(ETH, 3, 4, 10_000, 1_000);
    }

    function test_Resolve_AWinnerWhoNeededTheProfitElsewhereGoesThroughTheSameWaterfall() public {
        _makeHedged();
        _setPrice(BTC, 8_800);
        _setPrice(ETH, 780);
        assertGe(_equityUnits(3), 0, "solvent before the cut");
        house.resolve(traders[POOR]);
        int256 after_ = _equityUnits(3);
        assertLt(after_, 0, "the cut took what backed the loss in ETH");
        _assertSound();

        // Its loss lies in ETH, and so does what it costs: shorts of ETH give it from their profit.
        int256 winner = _equityUnits(2) + _equityUnits(4);
        house.resolve(traders[3]);
        assertEq(_equity(3), 0);
        assertEq(house.openMarkets(traders[3]), 0);
        assertApproxEqAbs(winner - _equityUnits(2) - _equityUnits(4), -after_, 3);
        assertEq(house.shortfallOf(0) + house.shortfallOf(BTC) + house.shortfallOf(ETH), 0, "a loss was left lying");
        _assertSound();
    }

    /// @dev The loss elsewhere is realised already: no position shows it. It still has a market that bears it.
    function test_Resolve_AWinnerWithADebtAndNoOtherPosition() public {
        _makeHedged();
        _setPrice(BTC, 8_800);
        _setPrice(ETH, 780);
        _trade(ETH, 4, 3, 10_000, 780);
        assertLt(house.standing(traders[3]).cashFine, 0);
        house.resolve(traders[POOR]);
        int256 deficit = -_equityUnits(3);
        assertGt(deficit, 0);

        int256 others = _equityUnits(1) + _equityUnits(2) + _equityUnits(4);
        house.resolve(traders[3]);
        assertEq(_equity(3), 0);
        uint256 left = house.shortfallOf(0) / UNIT_FINE;
        assertApproxEqAbs(others - _equityUnits(1) - _equityUnits(2) - _equityUnits(4) + int256(left), deficit, 3);
        _assertSound();
    }

    /* SANE PRICES */

    /// @dev What a crash costs in time: minutes until its price may take positions, for a band of a fifth.
    function test_SanePrice_WaitAfterACrash() public {
        assertEq(_wait(8_100), 0, "19 % is within the band");
        assertEq(_wait(7_500), 9, "25 %");
        assertEq(_wait(6_000), 30, "40 %");
        assertEq(_wait(5_000), 43, "50 %");
    }

    /// @dev A price that is seen for an instant moves nothing, however long nobody had looked before.
    function test_SanePrice_OneLookAtAWrongPriceIsNotBelievedAfterAQuietDay() public {
        _band();
        _pass(1 days);
        _setPrice(BTC, 5_000);
        house.poke(BTC);
        vm.expectPartialRevert(IRecovery.Recovery_InsanePrice.selector);
        house.resolve(traders[POOR]);
    }

    function _wait(uint256 price) private returns (uint256 elapsed) {
        uint256 snapshot = vm.snapshotState();
        _band();
        _setPrice(BTC, price);
        house.poke(BTC);
        while (_isInsane()) {
            _pass(1 minutes);
            house.poke(BTC);
            ++elapsed;
        }
        vm.revertToState(snapshot);
    }

    function _isInsane() private returns (bool) {
        vm.prank(traders[4]);
        try house.liquidate(traders[POOR], BTC, 1) {
            return false;
        } catch (bytes memory reason) {
            return bytes4(reason) == IRecovery.Recovery_InsanePrice.selector;
        }
    }

    function _band() private {
        MarketParams memory params = _params(1e14);
        params.saneBandPpm = 200_000;
        house.setMarket(BTC, params);
    }

    /// @dev Twenty minutes of halt, twenty of grace.
    function _resume() private {
        _pass(20 minutes);
        hub.set(ETH, NORMAL, 0);
        house.poke(ETH);
        _pass(20 minutes);
    }

    function _halt(uint8 market) private {
        hub.set(market, HALTED, 0);
        house.poke(market);
    }
}
