// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Alarm, Verdict} from "../../../contracts/interfaces/IPublicAlarm.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {Payee} from "../../../contracts/mocks/keepers/Payee.sol";
import {Rungs} from "../../../contracts/types/Rungs.sol";
import {AlarmFixture} from "./AlarmFixture.sol";

/// @title AlarmHandler
/// @notice Raisers, settlers and a sensor, in any order and at any time; some take no payments. Counts what breaks a rule
/// by its own record of who raised when and when the sensor asserted.
abstract contract AlarmHandler is AlarmFixture {
    uint8 private constant MARKET_COUNT = 3;

    /// @notice Wei that went in, and that governance took out.
    uint256 public paidIn = POT;
    uint256 public rewards;
    uint256 public rewardsOfDay;
    uint256 public mostRewardsInADay;

    /// @notice Alarms raised on a market that was not calm, and verdicts that the record does not bear out.
    uint256 public raisedNotCalm;
    uint256 public wrongVerdicts;

    /// @notice How often each verdict was reached, and how often alarms were raised.
    uint256[3] public verdicts;
    uint256 public raised;

    Payee internal payee;
    uint256 private _clock;
    uint256 private _day;
    /// @dev market => when the sensor last asserted it, 0 if never
    mapping(uint8 => uint256) private _assertedAt;

    constructor() {
        setUp();
        vm.prank(governance);
        hub.registerMarket(2);
        payee = new Payee(alarm);
        vm.deal(address(payee), 1_000 ether);
        paidIn += 1_000 ether;
        _clock = START;
    }

    /* STEPS */

    function raise(uint8 market, uint16 elapsed) external {
        _pass(elapsed);
        market = market % MARKET_COUNT;
        bool isCalm = hub.postureNow().at(market).isCalm();
        uint256 sent = alarm.parameters().bond;
        try payee.execute(address(alarm), sent, abi.encodeCall(alarm.raise, (market))) {
            ++raised;
            if (!isCalm) ++raisedNotCalm;
        } catch {}
    }

    function settle(uint8 market, uint16 elapsed) external {
        _pass(elapsed);
        market = market % MARKET_COUNT;
        Alarm memory open = alarm.alarmOf(market);
        uint256 potBefore = alarm.pot();
        try alarm.settle(market) returns (Verdict verdict) {
            ++verdicts[uint8(verdict)];
            if (verdict != _expected(open, _assertedAt[market])) ++wrongVerdicts;
            rewards += potBefore - alarm.pot();
            rewardsOfDay += potBefore - alarm.pot();
            if (rewardsOfDay > mostRewardsInADay) mostRewardsInADay = rewardsOfDay;
        } catch {
            // Nothing is refused that could be settled.
            bool couldBe = _assertedAt[market] >= open.raisedAt || _clock > open.endsAt;
            if (open.raiser != address(0) && couldBe) ++wrongVerdicts;
        }
    }

    function confirm(uint8 market, uint8 breaker, uint8 margin, uint16 elapsed) external {
        _pass(elapsed);
        market = market % MARKET_COUNT;
        Rungs rungs = _anyRungs(breaker, margin);
        prices.hold(rungs);
        prices.poke(market);
        if (!rungs.isCalm()) _assertedAt[market] = _clock;
    }

    function lift(uint32 elapsed) external {
        _pass(elapsed % 30 hours);
        for (uint8 market; market < MARKET_COUNT; ++market) {
            hub.lift(market);
        }
    }

    function misbehave(uint8 behaviour, uint8 treasuryBehaviour) external {
        payee.behave(Behaviour(behaviour % 5));
        bonds.behave(Behaviour(treasuryBehaviour % 5));
    }

    function collect() external {
        if (alarm.owed(address(payee)) != 0) payee.collect(payable(stranger));
    }

    /* BOOKS */

    /// @notice Everything that is outside of the alarm, in wei.
    function outside() external view returns (uint256) {
        return address(payee).balance + address(bonds).balance + stranger.balance + address(this).balance;
    }

    receive() external payable {}

    function _pass(uint256 elapsed) private {
        _clock += elapsed;
        vm.warp(_clock);
        if (_day != _clock / 1 days) (_day, rewardsOfDay) = (_clock / 1 days, 0);
    }

    function _expected(Alarm memory open, uint256 at) private view returns (Verdict) {
        if (at >= open.raisedAt && at <= open.endsAt) return Verdict.Confirmed;
        if (at > open.endsAt) return Verdict.Late;
        // Slashed before the window's end is no verdict at all.
        return _clock > open.endsAt ? Verdict.Slashed : Verdict.Late;
    }
}
