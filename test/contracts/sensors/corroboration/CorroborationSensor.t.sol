// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {CorroborationParameters, ICorroborationSensor} from "../../../../contracts/interfaces/ICorroborationSensor.sol";
import {ISensor} from "../../../../contracts/interfaces/ISensor.sol";
import {Behaviour} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {ScriptedSensor} from "../../../../contracts/mocks/keepers/ScriptedSensor.sol";
import {CorroborationSensor} from "../../../../contracts/sensors/corroboration/CorroborationSensor.sol";
import {Cause, SensorGrant} from "../../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../../contracts/types/Rungs.sol";
import {HubFixture} from "../../hub/HubFixture.sol";

contract CorroborationSensorTest is HubFixture {
    uint256 private constant SENSORS = 16;
    uint24 private constant WINDOW = 10 minutes;

    CorroborationSensor private corroboration;
    ScriptedSensor[] private scripted;

    function setUp() public override {
        super.setUp();
        corroboration = new CorroborationSensor(hub, address(this));
        corroboration.setMarket(MARKET, _parameters(2));
        _grantTo(address(corroboration), Cause.Corroborated, _rungs(HALTED, M4));
    }

    /* AGREEMENT */

    function test_Poke_TwoClassesHaltWhatNeitherCouldAlone() public {
        ScriptedSensor price = _add(Cause.Price);
        ScriptedSensor outflow = _add(Cause.Outflow);
        price.hold(_rungs(HALTED, M2));
        price.poke(MARKET);
        assertTrue(corroboration.poke(MARKET).isCalm());
        _expectRungs(MARKET, REDUCE_ONLY, M2);

        vm.warp(START + 5 minutes);
        outflow.hold(_rungs(REDUCE_ONLY, NORMAL));
        outflow.poke(MARKET);
        vm.expectEmit(address(corroboration));
        emit ICorroborationSensor.Agreed(MARKET, 5, _rungs(HALTED, M3));
        assertTrue(corroboration.poke(MARKET).equals(_rungs(HALTED, M3)));
        _expectRungs(MARKET, HALTED, M3);
        (Rungs last, uint64 at) = corroboration.lastAsserted(MARKET);
        assertTrue(last.equals(_rungs(HALTED, M3)));
        assertEq(at, block.timestamp);
    }

    function test_Poke_TwoSensorsOfOneClassCountOnce() public {
        for (uint256 i; i < 3; ++i) {
            _add(Cause.Price).say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);
        }
        assertTrue(corroboration.poke(MARKET).isCalm());
        assertEq(corroboration.classesOf(MARKET), 1);
    }

    function test_Poke_CountsTheWindowToItsLastSecond() public {
        _add(Cause.Price).say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);
        _add(Cause.Oracle).say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);

        vm.warp(START + WINDOW);
        assertEq(corroboration.classesOf(MARKET), 17);
        vm.warp(START + WINDOW + 1);
        assertEq(corroboration.classesOf(MARKET), 0);
        assertTrue(corroboration.poke(MARKET).isCalm());
    }

    function test_Poke_CountsEitherAxisThatGovernanceNamed() public {
        ScriptedSensor price = _add(Cause.Price);
        CorroborationParameters memory parameters = _parameters(2);
        parameters.counted = _rungs(REDUCE_ONLY, M3);
        corroboration.setMarket(MARKET, parameters);

        price.say(MARKET, Rungs.unwrap(_rungs(CAUTION, M2)), START);
        assertEq(corroboration.classesOf(MARKET), 0);
        price.say(MARKET, Rungs.unwrap(_rungs(NORMAL, M3)), START);
        assertEq(corroboration.classesOf(MARKET), 1);
        price.say(MARKET, Rungs.unwrap(_rungs(REDUCE_ONLY, NORMAL)), START);
        assertEq(corroboration.classesOf(MARKET), 1);

        // An axis at its lowest rung does not count, however severe the sensor was on it.
        parameters.counted = _rungs(REDUCE_ONLY, NORMAL);
        corroboration.setMarket(MARKET, parameters);
        price.say(MARKET, Rungs.unwrap(_rungs(NORMAL, M4)), START);
        assertEq(corroboration.classesOf(MARKET), 0);
    }

    function test_Poke_PeoplesWordIsNoClass() public {
        Cause[4] memory causes = [Cause.Code, Cause.Operator, Cause.Council, Cause.Corroborated];
        for (uint256 i; i < 4; ++i) {
            _add(causes[i]).say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);
        }
        assertEq(corroboration.classesOf(MARKET), 0);
        assertTrue(corroboration.poke(MARKET).isCalm());
    }

    function test_Poke_ASensorWithoutItsGrantDoesNotCount() public {
        ScriptedSensor price = _add(Cause.Price);
        price.say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);
        assertEq(corroboration.classesOf(MARKET), 1);

        SensorGrant memory grant = hub.sensorGrant(address(price));
        grant.markets = 1;
        vm.prank(governance);
        hub.setSensor(address(price), grant);
        assertEq(corroboration.classesOf(MARKET), 0, "a grant for another market");

        (grant.markets, grant.isActive) = (type(uint32).max, false);
        vm.prank(governance);
        hub.setSensor(address(price), grant);
        assertEq(corroboration.classesOf(MARKET), 0, "a grant withdrawn");
    }

    function test_Poke_ABadSensorNeitherCountsNorBlocks() public {
        ScriptedSensor bad = _add(Cause.Price);
        _add(Cause.Outflow).say(MARKET, Rungs.unwrap(_rungs(REDUCE_ONLY, M2)), START);
        _add(Cause.Oracle).say(MARKET, Rungs.unwrap(_rungs(REDUCE_ONLY, M2)), START);
        bad.say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);
        for (uint8 i = 1; i <= uint8(Behaviour.ReturnHuge); ++i) {
            bad.behave(Behaviour(i));
            assertEq(corroboration.classesOf(MARKET), 20);
        }
        bad.behave(Behaviour.Answer);
        bad.say(MARKET, 0x8034, START);
        assertEq(corroboration.classesOf(MARKET), 20, "rungs off the ladder");
        bad.say(MARKET, 0x34, START + 1);
        assertEq(corroboration.classesOf(MARKET), 20, "a time to come");
        bad.say(MARKET, 0x34, type(uint256).max);
        assertEq(corroboration.classesOf(MARKET), 20, "a time without end");
        assertTrue(corroboration.poke(MARKET).equals(_rungs(HALTED, M3)));
    }

    /* AGAINST A MODEL */

    struct Draw {
        uint8 cause;
        uint8 rungs;
        uint16 age;
        bool isActive;
        bool isAnswering;
    }

    /// @dev Says the rule again, pairwise and slowly: k classes are there when k sensors can be found of which no two are
    /// of one class and each of which counts.
    function testFuzz_Poke_AgreesWithAModel(Draw[8] memory draws, uint8 classes) public {
        classes = uint8(bound(classes, 2, 6));
        corroboration.setMarket(MARKET, _parameters(classes));
        uint256 counted;
        for (uint256 i; i < draws.length; ++i) {
            Draw memory draw = draws[i];
            (draw.cause, draw.age) = (draw.cause % 10, draw.age % 1200);
            _apply(draw);
            bool isNew = _counts(draw);
            for (uint256 j; j < i; ++j) {
                if (draws[j].cause == draw.cause && _counts(draws[j])) isNew = false;
            }
            if (isNew) ++counted;
        }
        bool isAgreed = counted >= classes;
        assertEq(!corroboration.poke(MARKET).isCalm(), isAgreed);
        _expectRungs(MARKET, isAgreed ? HALTED : NORMAL, isAgreed ? M3 : NORMAL);
    }

    function _apply(Draw memory draw) private {
        ScriptedSensor drawn = _add(Cause(draw.cause));
        Rungs rungs = _anyRungs(draw.rungs >> 4, draw.rungs & 15);
        drawn.say(MARKET, Rungs.unwrap(rungs), block.timestamp - draw.age);
        if (!draw.isAnswering) drawn.behave(Behaviour.Revert);
        if (draw.isActive) return;
        SensorGrant memory grant = hub.sensorGrant(address(drawn));
        grant.isActive = false;
        vm.prank(governance);
        hub.setSensor(address(drawn), grant);
    }

    function _counts(Draw memory draw) private pure returns (bool) {
        bool isMeasured = draw.cause <= 5;
        Rungs rungs = _anyRungs(draw.rungs >> 4, draw.rungs & 15);
        return isMeasured && draw.isActive && draw.isAnswering && draw.age <= WINDOW && rungs.breaker() >= REDUCE_ONLY;
    }

    /* GAS */

    /// @dev With any gas a poke either reverts or asks every sensor.
    function testFuzz_Poke_CannotBeStarved(uint256 gasGiven) public {
        for (uint256 i; i < SENSORS; ++i) {
            _add(i % 2 == 0 ? Cause.Price : Cause.Oracle).say(MARKET, Rungs.unwrap(_rungs(HALTED, M4)), START);
        }
        gasGiven = bound(gasGiven, 30_000, 500_000);
        (bool ok, ) = address(corroboration).call{gas: gasGiven}(abi.encodeCall(corroboration.poke, (MARKET)));
        assertEq(ok, hub.postureNow().own(MARKET).breaker() == HALTED);
    }

    function test_Poke_RevertWhen_TheCallerBringsTooLittleGas() public {
        _add(Cause.Price);
        bytes memory data = abi.encodeCall(corroboration.poke, (MARKET));
        (bool ok, bytes memory reason) = address(corroboration).call{gas: 36_000}(data);
        assertFalse(ok);
        assertEq(bytes4(reason), ICorroborationSensor.CorroborationSensor_GasTooLow.selector);
    }

    /* GOVERNANCE */

    function test_SetWitness_ListsAtMostSixteen() public {
        for (uint256 i; i < SENSORS; ++i) {
            _add(Cause.Price);
        }
        ScriptedSensor more = new ScriptedSensor(hub);
        vm.expectRevert(
            abi.encodeWithSelector(ICorroborationSensor.CorroborationSensor_TooManyWitnesses.selector, SENSORS)
        );
        corroboration.setWitness(more, true);

        corroboration.setWitness(scripted[0], false);
        assertEq(corroboration.witnesses().length, SENSORS - 1);
        corroboration.setWitness(more, true);
        assertEq(address(corroboration.witnesses()[SENSORS - 1]), address(more));
    }

    function test_SetWitness_RevertWhen_NotOneThatCanBeAsked() public {
        ScriptedSensor there = _add(Cause.Price);
        ScriptedSensor absent = new ScriptedSensor(hub);
        _expectInvalid(there, true);
        _expectInvalid(absent, false);
        _expectInvalid(ISensor(address(7)), true);
        _expectInvalid(corroboration, true);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        corroboration.setWitness(absent, true);
    }

    function test_SetMarket_RevertWhen_OutOfBounds() public {
        for (uint256 i; i < 4; ++i) {
            CorroborationParameters memory parameters = _parameters(2);
            if (i == 0) parameters.classes = 1;
            if (i == 1) parameters.classes = 7;
            if (i == 2) parameters.windowSeconds = 59;
            if (i == 3) parameters.windowSeconds = 1 hours + 1;
            vm.expectPartialRevert(ICorroborationSensor.CorroborationSensor_OutOfBounds.selector);
            corroboration.setMarket(MARKET, parameters);
        }
        for (uint256 i; i < 2; ++i) {
            CorroborationParameters memory parameters = _parameters(2);
            if (i == 0) parameters.counted = Rungs.wrap(0);
            if (i == 1) parameters.asserted = Rungs.wrap(0);
            vm.expectPartialRevert(ICorroborationSensor.CorroborationSensor_InvalidRungs.selector);
            corroboration.setMarket(MARKET, parameters);
        }
        vm.expectRevert(abi.encodeWithSelector(ICorroborationSensor.CorroborationSensor_UnknownMarket.selector, 32));
        corroboration.setMarket(32, _parameters(2));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        corroboration.setMarket(MARKET, _parameters(2));
    }

    function test_Poke_RevertWhen_MarketIsNotSetUp() public {
        vm.expectRevert(
            abi.encodeWithSelector(ICorroborationSensor.CorroborationSensor_UnknownMarket.selector, ABSENT)
        );
        corroboration.poke(ABSENT);
    }

    /* HELPERS */

    function _expectInvalid(ISensor witness, bool isActive) private {
        vm.expectRevert(
            abi.encodeWithSelector(ICorroborationSensor.CorroborationSensor_InvalidWitness.selector, address(witness))
        );
        corroboration.setWitness(witness, isActive);
    }

    function _parameters(uint8 classes) private pure returns (CorroborationParameters memory) {
        return CorroborationParameters(classes, WINDOW, _rungs(REDUCE_ONLY, NORMAL), _rungs(HALTED, M3));
    }

    /// @dev A sensor that is asked, with a grant up to reduce-only and M2.
    function _add(Cause cause) private returns (ScriptedSensor added) {
        added = new ScriptedSensor(hub);
        scripted.push(added);
        corroboration.setWitness(added, true);
        _grantTo(address(added), cause, _rungs(REDUCE_ONLY, M2));
    }

    function _grantTo(address to, Cause cause, Rungs ceiling) private {
        vm.prank(governance);
        hub.setSensor(to, SensorGrant(true, cause, ceiling, _rungs(CAUTION, M1), type(uint32).max));
    }
}
