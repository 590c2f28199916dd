// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PublicAlarm} from "../../../contracts/incentives/PublicAlarm.sol";
import {AlarmParameters} from "../../../contracts/interfaces/IPublicAlarm.sol";
import {Payee} from "../../../contracts/mocks/keepers/Payee.sol";
import {ScriptedSensor} from "../../../contracts/mocks/keepers/ScriptedSensor.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {CAUTION, NORMAL, Rungs} from "../../../contracts/types/Rungs.sol";
import {HubFixture} from "../hub/HubFixture.sol";

/// @title AlarmFixture
/// @notice A hub, a public alarm with a grant and a funded pot, a sensor that confirms, and a treasury that takes bonds.
abstract contract AlarmFixture is HubFixture {
    uint96 internal constant BOND = 1 ether;
    uint96 internal constant REWARD = 0.5 ether;
    uint96 internal constant REWARDS_PER_DAY = 1.2 ether;
    uint24 internal constant WINDOW = 1 hours;
    uint256 internal constant POT = 5 ether;

    PublicAlarm internal alarm;
    ScriptedSensor internal prices;
    Payee internal bonds;
    address internal raiser = makeAddr("raiser");
    address internal settler = makeAddr("settler");

    function setUp() public virtual override {
        super.setUp();
        bonds = new Payee(alarm);
        alarm = new PublicAlarm(hub, address(bonds), governance, 0.01 ether, 10 ether, _parameters());
        prices = new ScriptedSensor(hub);
        vm.deal(raiser, 10 ether);
        vm.deal(address(this), POT);
        alarm.fund{value: POT}();

        vm.startPrank(governance);
        hub.setSensor(address(alarm), _grantOf(Cause.Code, _rungs(CAUTION, NORMAL)));
        hub.setSensor(address(prices), _openGrant());
        alarm.setConfirmingSensor(prices, true);
        vm.stopPrank();
    }

    function _parameters() internal pure returns (AlarmParameters memory) {
        return AlarmParameters(BOND, REWARD, WINDOW, 1_000, REWARDS_PER_DAY);
    }

    function _grantOf(Cause cause, Rungs ceiling) internal pure returns (SensorGrant memory) {
        return SensorGrant(true, cause, ceiling, Rungs.wrap(0), type(uint32).max);
    }

    function _raise() internal {
        vm.prank(raiser);
        alarm.raise{value: BOND}(MARKET);
    }
}
