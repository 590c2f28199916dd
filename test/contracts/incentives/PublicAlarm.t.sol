// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Alarm, AlarmParameters, IPublicAlarm, Verdict} from "../../../contracts/interfaces/IPublicAlarm.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {ISensor} from "../../../contracts/interfaces/ISensor.sol";
import {PublicAlarm} from "../../../contracts/incentives/PublicAlarm.sol";
import {Payee} from "../../../contracts/mocks/keepers/Payee.sol";
import {ScriptedSensor} from "../../../contracts/mocks/keepers/ScriptedSensor.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {DRILL_MARKET} from "../../../contracts/sensors/drill/DrillSensor.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M1, M4, NORMAL, Rungs} from "../../../contracts/types/Rungs.sol";
import {AlarmFixture} from "./AlarmFixture.sol";

contract PublicAlarmTest is AlarmFixture {
    /* RAISE */

    function test_Raise_BringsCautionInTheSameTransaction() public {
        vm.expectEmit(address(alarm));
        emit IPublicAlarm.AlarmRaised(MARKET, raiser, BOND, REWARD, uint64(START + WINDOW));
        _raise();

        _expectRungs(MARKET, CAUTION, NORMAL);
        Alarm memory open = alarm.alarmOf(MARKET);
        assertEq(open.raiser, raiser);
        assertEq(open.raisedAt, START);
        assertEq(open.endsAt, START + WINDOW);
        assertEq(alarm.totalBonds(), BOND);
        assertEq(address(alarm).balance, POT + BOND);
    }

    function test_Raise_RevertWhen_TheBondIsNotExact() public {
        uint256[3] memory sent = [uint256(0), BOND - 1, BOND + 1];
        vm.startPrank(raiser);
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_WrongBond.selector, sent[i], BOND));
            alarm.raise{value: sent[i]}(MARKET);
        }
    }

    function test_Raise_RevertGiven_TheMarketOrTheProtocolIsNotCalm() public {
        _assert(MARKET, _rungs(NORMAL, M1));
        vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_NotCalm.selector, MARKET, _rungs(NORMAL, M1)));
        _raise();

        vm.warp(START + 2 days);
        hub.lift(MARKET);
        _assert(PROTOCOL, _rungs(CAUTION, NORMAL));
        vm.expectPartialRevert(IPublicAlarm.PublicAlarm_NotCalm.selector);
        _raise();
    }

    function test_Raise_RevertGiven_OneIsOpen() public {
        _raise();
        vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_AlreadyOpen.selector, MARKET));
        _raise();
    }

    function test_Raise_RevertWhen_TheMarketIsUnknown() public {
        vm.prank(governance);
        hub.registerMarket(DRILL_MARKET);
        uint8[3] memory unknown = [ABSENT, DRILL_MARKET, 200];
        vm.startPrank(raiser);
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_UnknownMarket.selector, unknown[i]));
            alarm.raise{value: BOND}(unknown[i]);
        }
    }

    function test_Raise_RevertGiven_NoGrantOrOneThatAllowsNothing() public {
        vm.prank(governance);
        hub.setSensor(address(alarm), _grantOf(Cause.Code, Rungs.wrap(0)));
        vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_NoEffect.selector, MARKET));
        _raise();

        SensorGrant memory withdrawn;
        vm.prank(governance);
        hub.setSensor(address(alarm), withdrawn);
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentState.IncidentState_NotGranted.selector, address(alarm), MARKET)
        );
        _raise();
    }

    /// @dev However wide its grant, the alarm brings caution and no more.
    function test_Raise_NeverGoesAboveCaution() public {
        vm.prank(governance);
        hub.setSensor(address(alarm), _grantOf(Cause.Code, _rungs(HALTED, M4)));
        _raise();
        _expectRungs(MARKET, CAUTION, NORMAL);
    }

    /* CONFIRMED */

    function test_Settle_ConfirmedPaysBondAndReward() public {
        _raise();
        vm.warp(START + 10 minutes);
        prices.hold(_rungs(CAUTION, M1));
        prices.poke(MARKET);

        vm.expectEmit(address(alarm));
        emit IPublicAlarm.AlarmSettled(MARKET, raiser, Verdict.Confirmed, prices, BOND, REWARD);
        vm.prank(settler);
        assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Confirmed));
        assertEq(raiser.balance, 10 ether + REWARD);
        assertEq(alarm.pot(), POT - REWARD);
        assertEq(alarm.totalBonds(), 0);
        assertEq(alarm.rewardedToday(), REWARD);
        assertEq(alarm.alarmOf(MARKET).raiser, address(0));
    }

    function test_Settle_TheSameSecondConfirms() public {
        _raise();
        prices.hold(_rungs(NORMAL, M1));
        prices.poke(MARKET);
        assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Confirmed));
    }

    /// @dev An assertion of the same second that came first leaves no calm market to raise an alarm on.
    function test_Raise_RevertGiven_TheSensorCameFirstInTheSameSecond() public {
        prices.hold(_rungs(NORMAL, M1));
        prices.poke(MARKET);
        vm.expectPartialRevert(IPublicAlarm.PublicAlarm_NotCalm.selector);
        _raise();
    }

    function test_Settle_TheLastSecondConfirmsAndTheNextDoesNot() public {
        _raise();
        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), START + WINDOW);
        vm.warp(START + WINDOW + 1);
        uint256 snapshot = vm.snapshotState();
        assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Confirmed));
        vm.revertToState(snapshot);

        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), START + WINDOW + 1);
        assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Late));
        assertEq(raiser.balance, 10 ether, "the bond, no reward");
        assertEq(alarm.pot(), POT);
    }

    function test_Settle_AnOlderAssertionDoesNotConfirm() public {
        prices.say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START - 1);
        _raise();
        vm.expectRevert(
            abi.encodeWithSelector(IPublicAlarm.PublicAlarm_StillOpen.selector, MARKET, uint64(START + WINDOW))
        );
        alarm.settle(MARKET);
        vm.warp(START + WINDOW + 1);
        assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Slashed));
    }

    function test_Settle_OnlyMeasuredAndGrantedAndEffectiveAssertionsConfirm() public {
        _raise();
        prices.say(MARKET, Rungs.unwrap(_rungs(HALTED, NORMAL)), START);
        SensorGrant[6] memory grants = [
            _grantOf(Cause.Code, _rungs(HALTED, M4)),
            _grantOf(Cause.Operator, _rungs(HALTED, M4)),
            _grantOf(Cause.Council, _rungs(HALTED, M4)),
            _grantOf(Cause.Price, Rungs.wrap(0)),
            _grantOf(Cause.Price, _rungs(HALTED, M4)),
            _grantOf(Cause.Price, _rungs(HALTED, M4))
        ];
        grants[4].isActive = false;
        grants[5].markets = 1;
        for (uint256 i; i < 6; ++i) {
            vm.prank(governance);
            hub.setSensor(address(prices), grants[i]);
            vm.expectPartialRevert(IPublicAlarm.PublicAlarm_StillOpen.selector);
            alarm.settle(MARKET);
        }
        vm.prank(governance);
        hub.setSensor(address(prices), _grantOf(Cause.Outflow, _rungs(CAUTION, NORMAL)));
        assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Confirmed));
    }

    function test_Settle_ASensorThatGovernanceDidNotRegisterDoesNotConfirm() public {
        _raise();
        ScriptedSensor own = new ScriptedSensor(hub);
        vm.prank(governance);
        hub.setSensor(address(own), _openGrant());
        own.hold(_rungs(HALTED, M4));
        own.poke(MARKET);
        vm.expectPartialRevert(IPublicAlarm.PublicAlarm_StillOpen.selector);
        alarm.settle(MARKET);
    }

    function test_Settle_ABadSensorNeitherConfirmsNorBlocks() public {
        ScriptedSensor good = new ScriptedSensor(hub);
        vm.startPrank(governance);
        hub.setSensor(address(good), _openGrant());
        alarm.setConfirmingSensor(good, true);
        vm.stopPrank();
        for (uint8 i = 1; i <= uint8(Behaviour.ReturnHuge); ++i) {
            _raise();
            prices.behave(Behaviour(i));
            vm.expectPartialRevert(IPublicAlarm.PublicAlarm_StillOpen.selector);
            alarm.settle(MARKET);
            good.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), block.timestamp);
            assertEq(uint8(alarm.settle(MARKET)), uint8(Verdict.Confirmed));
            vm.warp(block.timestamp + 2 days);
            hub.lift(MARKET);
        }
    }

    /// @dev With any gas: the alarm is seen to be confirmed, or the transaction fails. Nobody starves it into a slash.
    function testFuzz_Settle_CannotBeStarved(uint256 gasGiven) public {
        _raise();
        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), START + 5);
        vm.warp(START + WINDOW + 1);
        gasGiven = bound(gasGiven, 30_000, 300_000);
        (bool ok, ) = address(alarm).call{gas: gasGiven}(abi.encodeCall(alarm.settle, (MARKET)));
        if (!ok) return;
        assertEq(raiser.balance + alarm.owed(raiser), 10 ether + REWARD);
        assertEq(address(bonds).balance, 0);
    }

    function test_Settle_RevertWhen_TheCallerBringsTooLittleGas() public {
        _raise();
        vm.warp(START + WINDOW + 1);
        (bool ok, bytes memory reason) = address(alarm).call{gas: 38_000}(abi.encodeCall(alarm.settle, (MARKET)));
        assertFalse(ok);
        assertEq(bytes4(reason), IPublicAlarm.PublicAlarm_GasTooLow.selector);
    }

    /* REWARDS */

    function test_Settle_RewardsStopAtTheDaysLimitAndAtThePot() public {
        uint256[4] memory expected = [uint256(REWARD), REWARD, 0.2 ether, 0];
        for (uint8 market = 2; market < 6; ++market) {
            vm.prank(governance);
            hub.registerMarket(market);
            uint256 before = raiser.balance;
            vm.prank(raiser);
            alarm.raise{value: BOND}(market);
            prices.say(market, Rungs.unwrap(_rungs(CAUTION, M1)), START);
            alarm.settle(market);
            assertEq(raiser.balance - before, expected[market - 2]);
        }
        assertEq(alarm.rewardedToday(), REWARDS_PER_DAY);
        vm.warp(START + 1 days);
        assertEq(alarm.rewardedToday(), 0);

        uint256 rest = alarm.pot() - 7;
        vm.prank(governance);
        alarm.withdrawPot(payable(governance), rest);
        _raise();
        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), block.timestamp);
        uint256 balance = raiser.balance;
        alarm.settle(MARKET);
        assertEq(raiser.balance - balance, BOND + 7);
        assertEq(alarm.pot(), 0);
    }

    function test_SetParameters_LeavesOpenAlarmsAsTheyWere() public {
        _raise();
        vm.prank(governance);
        alarm.setParameters(AlarmParameters(2 ether, 0, 10 minutes, 0, REWARDS_PER_DAY));
        vm.warp(START + 30 minutes);
        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), block.timestamp);
        alarm.settle(MARKET);
        assertEq(raiser.balance, 10 ether + REWARD);
    }

    /* SLASHED */

    function test_Settle_SlashesToTheTreasuryAndPaysTheSettler() public {
        _raise();
        vm.warp(START + WINDOW);
        vm.expectPartialRevert(IPublicAlarm.PublicAlarm_StillOpen.selector);
        alarm.settle(MARKET);
        vm.warp(START + WINDOW + 1);
        vm.expectEmit(address(alarm));
        emit IPublicAlarm.AlarmSettled(MARKET, raiser, Verdict.Slashed, ISensor(address(0)), BOND, 0);
        vm.prank(settler);
        alarm.settle(MARKET);

        assertEq(address(bonds).balance, 0.9 ether);
        assertEq(settler.balance, 0.1 ether);
        assertEq(alarm.totalBonds(), 0);
        assertEq(alarm.pot(), POT);
        vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_NotOpen.selector, MARKET));
        alarm.settle(MARKET);
    }

    function test_Settle_ATreasuryOrARaiserThatTakesNothingDoesNotBlock() public {
        bonds.behave(Behaviour.Revert);
        _raise();
        vm.warp(START + WINDOW + 1);
        vm.prank(settler);
        alarm.settle(MARKET);
        assertEq(alarm.owed(address(bonds)), 0.9 ether);
        assertEq(settler.balance, 0.1 ether);

        vm.warp(START + 2 days);
        hub.lift(MARKET);
        Payee payee = new Payee(alarm);
        vm.deal(address(payee), BOND);
        payee.behave(Behaviour.BurnGas);
        payee.execute(address(alarm), BOND, abi.encodeCall(alarm.raise, (MARKET)));
        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), block.timestamp);
        alarm.settle(MARKET);
        assertEq(alarm.owed(address(payee)), BOND + REWARD);
        payee.execute(address(alarm), 0, abi.encodeCall(IPayouts.collect, (payable(raiser))));
        assertEq(raiser.balance, 9 ether + BOND + REWARD);
    }

    /// @dev What a griefer pays: a bond less the settler's share for each lease of caution, one market at a time.
    function test_Raise_GriefingCostsABondPerLeaseOfCaution() public {
        uint256 cautionSeconds = 12 hours;
        for (uint256 i; i < 4; ++i) {
            _raise();
            vm.warp(block.timestamp + WINDOW + 1);
            vm.prank(raiser);
            alarm.settle(MARKET);
            vm.expectPartialRevert(IPublicAlarm.PublicAlarm_NotCalm.selector);
            _raise();
            vm.warp(block.timestamp + cautionSeconds - WINDOW - 1);
            hub.lift(MARKET);
        }
        assertEq(raiser.balance, 10 ether - 4 * 0.9 ether);
        assertEq(block.timestamp, START + 4 * cautionSeconds);
    }

    function test_Raise_CannotBeReenteredFromAPayment() public {
        Payee payee = new Payee(alarm);
        vm.deal(address(payee), BOND);
        payee.execute(address(alarm), BOND, abi.encodeCall(alarm.raise, (MARKET)));
        payee.callBack(address(alarm), abi.encodeCall(alarm.settle, (MARKET)));
        prices.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M1)), block.timestamp);
        alarm.settle(MARKET);
        assertEq(address(payee).balance, BOND + REWARD);
        assertEq(address(alarm).balance, alarm.pot());
    }

    /* GOVERNANCE */

    function test_SetConfirmingSensor_ListsAtMostEight() public {
        vm.startPrank(governance);
        for (uint256 i = 1; i < 8; ++i) {
            alarm.setConfirmingSensor(new ScriptedSensor(hub), true);
        }
        ScriptedSensor more = new ScriptedSensor(hub);
        vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_TooManySensors.selector, 8));
        alarm.setConfirmingSensor(more, true);
        alarm.setConfirmingSensor(prices, false);
        assertEq(alarm.confirmingSensors().length, 7);

        address[3] memory invalid = [address(prices), address(alarm.confirmingSensors()[0]), address(7)];
        bool[3] memory isActive = [false, true, true];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPublicAlarm.PublicAlarm_InvalidSensor.selector, invalid[i]));
            alarm.setConfirmingSensor(ISensor(invalid[i]), isActive[i]);
        }
    }

    function test_SetParameters_RevertWhen_OutOfBounds() public {
        (uint96 least, uint96 most) = alarm.bondBounds();
        for (uint256 i; i < 6; ++i) {
            AlarmParameters memory parameters = _parameters();
            if (i == 0) (parameters.bond, parameters.reward) = (least - 1, 0);
            if (i == 1) parameters.bond = most + 1;
            if (i == 2) parameters.reward = parameters.bond + 1;
            if (i == 3) parameters.windowSeconds = 10 minutes - 1;
            if (i == 4) parameters.windowSeconds = 6 hours + 1;
            if (i == 5) parameters.settlerBps = 2_001;
            vm.expectPartialRevert(IPublicAlarm.PublicAlarm_OutOfBounds.selector);
            vm.prank(governance);
            alarm.setParameters(parameters);
        }
        vm.expectPartialRevert(IPublicAlarm.PublicAlarm_OutOfBounds.selector);
        new PublicAlarm(hub, address(bonds), governance, 0, 1 ether, _parameters());
    }

    function test_Governance_IsTheOwnersAlone() public {
        vm.startPrank(stranger);
        bytes memory reason = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger);
        vm.expectRevert(reason);
        alarm.setParameters(_parameters());
        vm.expectRevert(reason);
        alarm.setConfirmingSensor(prices, false);
        vm.expectRevert(reason);
        alarm.withdrawPot(payable(stranger), 1);
    }

    function test_WithdrawPot_LeavesBonds() public {
        _raise();
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.Payouts_NotEnough.selector, POT + 1, POT));
        alarm.withdrawPot(payable(governance), POT + 1);
        alarm.withdrawPot(payable(governance), POT);
        vm.stopPrank();
        assertEq(address(alarm).balance, BOND);
        assertEq(governance.balance, POT);
    }
}
