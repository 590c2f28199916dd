// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Budget, IKeeperTreasury, Job} from "../../../contracts/interfaces/IKeeperTreasury.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {Payee} from "../../../contracts/mocks/keepers/Payee.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {TreasuryFixture} from "./TreasuryFixture.sol";

/// @title TreasuryHandler
/// @notice A keeper that tries everything: any job at any time and gas price, useless calls, payees that misbehave. It
/// keeps its own books, by its own reading of the hub, and counts what breaks a rule.
abstract contract TreasuryHandler is TreasuryFixture {
    uint256 public constant FUNDED = 10 ether;
    uint8 private constant MARKET_COUNT = 3;

    struct Book {
        uint256 index;
        uint256 all;
        // What neither tightened nor was urgent.
        uint256 ordinary;
    }

    /// @notice What was paid in the hour and the day that run, over all time, and the worst of them.
    Book public hour;
    Book public day;
    uint256 public totalPaid;
    uint256 public mostInAnHour;
    uint256 public mostInADay;
    uint256 public mostOrdinaryInADay;

    /// @notice Payments that came too soon, were too large, or were made for nothing.
    uint256 public tooSoon;
    uint256 public tooLarge;
    uint256 public undeserved;

    /// @notice How often a step was paid for tightening, for use, and for a refresh; how often not at all.
    uint256[4] public kinds;

    Payee internal payee;
    /// @dev job and market => when it was paid, for anything and for use
    mapping(bytes32 => uint256[2]) private _paidAt;
    uint256 private _clock;
    uint256 private _gasPrice;
    uint256 private _baseFee;

    constructor() {
        setUp();
        vm.prank(governance);
        hub.registerMarket(2);
        vm.startPrank(governance);
        Budget memory budget = _budget();
        // Small, so that limits are reached.
        (budget.perHour, budget.perDay) = (0.06 ether, 0.15 ether);
        treasury.setBudget(budget);
        vm.stopPrank();
        payee = new Payee(treasury);
        payee.callBack(address(treasury), abi.encodeCall(treasury.perform, (address(prices), _pokeOf(0))));
        (_clock, _gasPrice, _baseFee) = (START, BASE_FEE, BASE_FEE);
    }

    /* STEPS */

    function poke(uint8 market, uint16 elapsed, bool isPayee) external {
        _pass(elapsed % 300);
        market = market % MARKET_COUNT;
        _perform(address(prices), _pokeOf(market), market, isPayee);
    }

    function pokeByOneself(uint8 market) external {
        _pass(1);
        prices.poke(market % MARKET_COUNT);
    }

    function lift(uint8 market, uint32 elapsed) external {
        _pass(elapsed % 4 hours);
        market = market % MARKET_COUNT;
        _perform(address(hub), abi.encodeCall(hub.lift, (market)), market, false);
    }

    function broadcast(uint16 elapsed) external {
        _pass(elapsed % 1_000);
        _perform(address(hub), abi.encodeCall(hub.broadcast, ()), 0, false);
    }

    function change(uint8 breaker, uint8 margin) external {
        prices.hold(_anyRungs(breaker, margin));
    }

    function price(uint64 baseFee, uint64 tip) external {
        _baseFee = baseFee % 800 gwei;
        _gasPrice = _baseFee + (tip % 800 gwei);
    }

    function misbehave(uint8 behaviour) external {
        payee.behave(Behaviour(behaviour % 5));
    }

    function collect() external {
        _pass(0);
        if (treasury.owed(address(payee)) != 0) payee.collect(payable(stranger));
    }

    /* BOOKS */

    /// @notice Everything that was paid out and taken, in wei.
    function taken() external view returns (uint256) {
        return stranger.balance + address(payee).balance + address(this).balance;
    }

    receive() external payable {}

    function _pass(uint256 elapsed) private {
        _clock += elapsed;
        vm.warp(_clock);
        vm.fee(_baseFee);
        vm.txGasPrice(_gasPrice);
        if (hour.index != _clock / 1 hours) hour = Book(_clock / 1 hours, 0, 0);
        if (day.index != _clock / 1 days) day = Book(_clock / 1 days, 0, 0);
    }

    function _perform(address target, bytes memory data, uint8 market, bool isPayee) private {
        (uint64 seq, Posture posture) = (hub.seq(), hub.postureNow());
        uint256 paid;
        if (isPayee) {
            paid = payee.perform(target, data);
        } else {
            // A broadcast that is not due reverts; nothing else does.
            (bool ok, bytes memory answer) = address(treasury).call(
                abi.encodeCall(IKeeperTreasury.perform, (target, data))
            );
            if (!ok) return;
            paid = abi.decode(answer, (uint256));
        }
        bool isUseful = hub.seq() != seq;
        bool isTightened = _isTighter(posture, hub.postureNow());
        _judge(target, data, market, paid, isUseful, isTightened);
    }

    function _judge(
        address target,
        bytes memory data,
        uint8 market,
        uint256 paid,
        bool isUseful,
        bool isTightened
    ) private {
        ++kinds[
            paid == 0
                ? 3
                : isTightened
                    ? 0
                    : isUseful
                        ? 1
                        : 2
        ];
        if (paid == 0) return;
        Job memory job = treasury.jobOf(target, bytes4(data));
        uint256[2] storage at = _paidAt[keccak256(abi.encode(target, bytes4(data), job.keyWord == 0 ? 0 : market))];
        if (!isUseful && job.refreshSeconds == 0) ++undeserved;
        if (!isUseful && _clock < at[0] + job.refreshSeconds) ++tooSoon;
        if (isUseful && !isTightened && _clock < at[1] + job.repeatSeconds) ++tooSoon;
        at[0] = _clock;
        if (isUseful) at[1] = _clock;

        uint256 most = _baseFee + (_baseFee * 2) / 10;
        if (most > _gasPrice) most = _gasPrice;
        if (most > MAX_PRICE) most = MAX_PRICE;
        if (paid > (job.gasCap * most * 11) / 10) ++tooLarge;
        _book(paid, isTightened || (isUseful && job.isUrgent));
    }

    function _book(uint256 paid, bool drawsReserve) private {
        totalPaid += paid;
        (hour.all, day.all) = (hour.all + paid, day.all + paid);
        if (!drawsReserve) day.ordinary += paid;
        if (hour.all > mostInAnHour) mostInAnHour = hour.all;
        if (day.all > mostInADay) mostInADay = day.all;
        if (day.ordinary > mostOrdinaryInADay) mostOrdinaryInADay = day.ordinary;
    }

    function _isTighter(Posture before, Posture later) private pure returns (bool) {
        for (uint8 market; market < MARKET_COUNT; ++market) {
            if (later.own(market).breaker() > before.own(market).breaker()) return true;
            if (later.own(market).margin() > before.own(market).margin()) return true;
        }
        return false;
    }
}
