// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {IEstates} from "../../../contracts/interfaces/IEstates.sol";
import {IPosture} from "../../../contracts/interfaces/IPosture.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {SettablePosture} from "../../../contracts/mocks/clearing/SettablePosture.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice What of a defaulter lies in a halted market is not the defaulter's any more.
/// @dev Trader 0 is long 10,000 of BTC, of ETH and of a third market, with 1,800 of margin; 1 is short of BTC, 2 of ETH, 3 of SOL.
contract EstatesTest is ClearingWorld {
    uint256 private constant POOR = 0;
    uint8 private constant SOL = 3;
    ScriptedFeed private solFeed;

    function setUp() public override {
        super.setUp();
        solFeed = _addFeed(SOL, 100);
        house.listMarket(SOL, _params(1e16), 25_000);
        _fund(POOR, 1_800);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(BTC, POOR, 1, 10_000, 10_000);
        _trade(ETH, POOR, 2, 10_000, 1_000);
        _trade(SOL, POOR, 3, 10_000, 100);
    }

    function _makeHub() internal override returns (IPosture) {
        hub = new SettablePosture(SOL);
        return hub;
    }

    /* FORMING */

    function test_Resolve_SaysWhatBecameWhose() public {
        _setPrice(BTC, 8_000);
        _halt(ETH);
        _halt(SOL);
        address estate = _estateOf(1);
        vm.expectEmit();
        // 2,000 were lost in BTC alone, so BTC bears all that is missing, and the others lack nothing.
        emit IEstates.EstateFormed(traders[POOR], estate, (uint32(1) << ETH) | (uint32(1) << SOL), 0);
        assertEq(house.resolve(traders[POOR]), estate);
        assertTrue(house.isEstate(estate));
        assertFalse(house.isEstate(traders[POOR]));
    }

    function test_Resolve_WithoutAHaltFormsNone() public {
        _setPrice(BTC, 8_000);
        assertEq(house.resolve(traders[POOR]), address(0));
        assertEq(house.openMarkets(traders[POOR]), 0);
    }

    /// @dev Whoever keeps a lot in a market that is halted is not beyond reach with everything else.
    function test_Resolve_ProfitInTheHaltedMarketStaysBehindTheDebt() public {
        _setPrice(BTC, 7_500);
        _setPrice(ETH, 1_050);
        _halt(ETH);
        int256 before = _equityUnits(1);
        address estate = _resolveAny(traders[POOR]);

        // Lost 2,500, gained 500, had 1,800: 200 were missing, and the profit that stays is owed whole.
        assertApproxEqAbs(before - _equityUnits(1), int256(200 * ONE), 1);
        assertEq(house.standing(estate).cashFine >> 136, -int256(500 * ONE));
        assertEq(house.standing(estate).equityFine, 0);
        assertEq(_sizeOf(estate, ETH), _lots(10_000));
        _assertDone(traders[POOR]);
        assertEq(house.freeUnits(traders[POOR]), 0);
    }

    /// @dev Before, the defaulter kept the position for nothing and had whatever it won.
    function test_Resolve_TheDefaulterHasNothingOfWhatTheEstateGains() public {
        address estate = _formInEth();
        _setPrice(ETH, 1_300);
        assertEq(_equity(POOR), 0, "the defaulter gained by what others stand for");
        assertEq(house.freeUnits(traders[POOR]), 0);

        // A new deposit is the depositor's.
        _fund(POOR, 100);
        assertEq(_equityUnits(POOR), int256(100 * ONE));
        vm.prank(traders[POOR]);
        house.withdraw(100 * ONE, traders[POOR]);

        _resume(ETH);
        int256 value = house.standing(estate).equityFine;
        assertGt(value, 0);
        int256 winner = _equity(2);
        vm.expectEmit();
        emit IEstates.EstateClosed(estate, value);
        house.resolve(estate);
        _assertDoneAt(estate, value);
        assertEq(_equity(2), winner, "closing at the mark cost somebody something");

        uint256 fund = house.fundOf(0);
        vm.expectEmit();
        emit IEstates.EstateSwept(estate, uint256(value));
        house.sweepEstate(estate);
        assertEq(house.fundOf(0) - fund, uint256(value));
        _assertDone(estate);
    }

    function test_Resolve_WhatTheEstateLosesIsBorneInItsMarket() public {
        address estate = _formInEth();
        _setPrice(ETH, 800);
        _resume(ETH);
        uint256 lacked = uint256(-house.standing(estate).equityFine);
        int256 winner = _equity(2);
        house.resolve(estate);
        assertApproxEqAbs(uint256(winner - _equity(2)) / UNIT_FINE, lacked / UNIT_FINE, 1);
        _assertDone(estate);
    }

    /// @dev Of an estate in two halted markets, the one that trades first is closed, and the other is an estate again.
    function test_Resolve_AnEstateOfWhichOneMarketTradesAgain() public {
        _setPrice(BTC, 7_500);
        _setPrice(ETH, 950);
        _halt(ETH);
        _halt(SOL);
        address first = _resolveAny(traders[POOR]);
        solFeed.publish(90e8);
        _setPrice(ETH, 1_200);
        _resume(ETH);
        int256 value = house.standing(first).equityFine;
        assertGt(value, 0);
        address second = _resolveAny(first);
        assertEq(_sizeOf(second, SOL), _lots(10_000));
        assertEq(house.standing(second).equityFine, 0, "what it lacks is covered by what the other market brought");
        _assertDoneAt(first, value);
        house.sweepEstate(first);

        _resume(SOL);
        // It was halted for an hour, and so is its grace.
        _passAll(40 minutes);
        house.resolve(second);
        _assertDone(second);
    }

    /// @dev Whatever prices do before, during and after: the defaulter has nothing, nobody gains by it, nothing is lost.
    function testFuzz_Estate_NobodyGainsByIt(uint256 fall, uint256 halted, uint256 after_) public {
        _setPrice(BTC, 10_000 - bound(fall, 1_900, 4_000));
        _setPrice(ETH, bound(halted, 920, 1_080));
        _halt(ETH);
        // 1,800 of margin, and at most 800 gained in ETH.
        if (_equity(POOR) >= 0) return;
        address estate = _resolveAny(traders[POOR]);
        assertLe(house.standing(estate).equityFine, 0);
        _assertDone(traders[POOR]);

        _setPrice(ETH, bound(after_, 600, 1_450));
        _resume(ETH);
        int256[TRADERS] memory before = _equities();
        house.resolve(estate);
        for (uint256 i; i < TRADERS; ++i) assertLe(_equity(i), before[i], "somebody gained");
        int256 left = house.standing(estate).equityFine;
        assertGe(left, 0);
        if (left > 0) house.sweepEstate(estate);
        _assertDone(estate);
        _assertDone(traders[POOR]);
    }

    /* REFUSALS */

    function test_Resolve_RevertGiven_AnEstateIsClosed() public {
        address estate = _formInEth();
        _setPrice(ETH, 1_300);
        _resume(ETH);
        house.resolve(estate);
        vm.expectPartialRevert(IRecovery.Recovery_NotBankrupt.selector);
        house.resolve(estate);
    }

    function test_SweepEstate_RevertGiven_Positions() public {
        address estate = _formInEth();
        house.deposit(estate, 10_000 * ONE);
        vm.expectRevert(abi.encodeWithSelector(IEstates.Estates_NothingToSweep.selector, estate));
        house.sweepEstate(estate);
    }

    function test_SweepEstate_RevertGiven_NothingLeft() public {
        address estate = _formInEth();
        _setPrice(ETH, 800);
        _resume(ETH);
        house.resolve(estate);
        vm.expectRevert(abi.encodeWithSelector(IEstates.Estates_NothingToSweep.selector, estate));
        house.sweepEstate(estate);
    }

    function test_SweepEstate_RevertWhen_NoEstate() public {
        vm.expectRevert(abi.encodeWithSelector(IEstates.Estates_NothingToSweep.selector, traders[4]));
        house.sweepEstate(traders[4]);
    }

    /// @dev A gain in a market that is wound down is a claim, and waits for the conclusion.
    function test_SweepEstate_WaitsForClaims() public {
        address estate = _formInEth();
        _setPrice(ETH, 1_300);
        house.poke(ETH);
        for (uint256 i; i < 60; ++i) {
            _passAll(1 hours);
            house.poke(ETH);
        }
        hub.setSpent(ETH, true);
        house.closeMarket(ETH);
        house.resolve(estate);
        assertGt(house.claimOf(estate, ETH), 0);
        house.deposit(estate, 10_000 * ONE);
        vm.expectRevert(abi.encodeWithSelector(IEstates.Estates_NothingToSweep.selector, estate));
        house.sweepEstate(estate);

        house.settleAccount(traders[2], ETH);
        house.concludeSettlement(ETH);
        house.settleAccount(estate, ETH);
        house.sweepEstate(estate);
        _assertDone(estate);
    }

    /* HELPERS */

    /// @dev BTC is closed, SOL as well, ETH is halted and has lost 500.
    function _formInEth() private returns (address estate) {
        _setPrice(BTC, 7_500);
        _setPrice(ETH, 950);
        _halt(ETH);
        estate = _resolveAny(traders[POOR]);
    }

    function _halt(uint8 market) private {
        hub.set(market, HALTED, 0);
        house.poke(market);
    }

    /// @dev Twenty minutes of halt, twenty of grace.
    function _resume(uint8 market) private {
        _passAll(20 minutes);
        hub.set(market, NORMAL, 0);
        house.poke(market);
        _passAll(20 minutes);
    }

    function _passAll(uint256 elapsed) private {
        _pass(elapsed);
        (, int256 answer, , , ) = solFeed.latestRoundData();
        solFeed.publish(answer);
    }

    function _estateOf(uint64 number) private view returns (address) {
        return address(bytes20(keccak256(abi.encode(bytes20(address(house)), number))));
    }

    function _assertDone(address account) private view {
        _assertDoneAt(account, 0);
    }

    function _assertDoneAt(address account, int256 equity) private view {
        assertEq(house.openMarkets(account), 0, "P12: a position was left");
        assertEq(house.standing(account).equityFine, equity, "P12: something was left");
        _assertSound();
        int256 size = -house.reportOf(SOL).skewFine;
        for (uint256 i; i < TRADERS; ++i) size += _size(i, SOL);
        for (uint256 i; i < estates.length; ++i) size += _sizeOf(estates[i], SOL);
        assertEq(size, 0, "open interest is out of balance");
    }
}
