// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IFreshnessGate, Pace} from "../../../contracts/interfaces/IFreshnessGate.sol";
import {IPriceAggregator} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {FreshnessGate} from "../../../contracts/oracle/FreshnessGate.sol";
import {MatrixPresets} from "../../../contracts/oracle/MatrixPresets.sol";
import {MARKETS} from "../../../contracts/types/Posture.sol";
import {OracleWorld} from "./OracleWorld.sol";

contract FreshnessGateTest is OracleWorld {
    uint256 private constant GAP = 10;
    uint256 private constant AGE = 60;
    uint64 private constant HALTED_AT = uint64(NOW);
    /// @dev What a hub is advised to give.
    uint256 private constant HUB_GAS = 200_000;

    FreshnessGate private gate;

    function setUp() public override {
        super.setUp();
        gate = new FreshnessGate(aggregator, address(this), Pace(3, uint16(GAP), uint24(AGE)));
        gate.setSource(MARKET, uint32(1) << MARKET, 1);
    }

    /* OPENING */

    function test_MayLift_AfterThreeNewPrices() public {
        for (uint256 i; i < 3; ++i) {
            assertFalse(gate.mayLift(MARKET, HALTED_AT));
            assertTrue(_observeAfter(GAP));
        }

        assertTrue(gate.mayLift(MARKET, HALTED_AT));
        assertTrue(gate.isFresh(MARKET, HALTED_AT));
    }

    function test_MayLift_CountsNothingFromBeforeTheHalt() public {
        for (uint256 i; i < 3; ++i) {
            _observeAfter(GAP);
        }
        uint64 haltedAt = uint64(block.timestamp);
        assertFalse(gate.mayLift(MARKET, haltedAt));

        _observeAfter(GAP);
        _observeAfter(GAP);
        assertFalse(gate.mayLift(MARKET, haltedAt));
        _observeAfter(GAP);
        assertTrue(gate.mayLift(MARKET, haltedAt));
    }

    /// @dev A price published in the second of the halt is one that may have caused it.
    function test_MayLift_AfterMeansStrictlyAfter() public {
        for (uint256 i; i < 3; ++i) {
            _observeAfter(GAP);
        }
        uint64 first = uint64(NOW + GAP);

        assertTrue(gate.mayLift(MARKET, first - 1));
        assertFalse(gate.mayLift(MARKET, first));
    }

    function test_MayLift_OnlyWhileTheNewestIsYoung() public {
        for (uint256 i; i < 3; ++i) {
            _observeAfter(GAP);
        }
        uint256 newest = block.timestamp;

        vm.warp(newest + AGE);
        assertTrue(gate.mayLift(MARKET, HALTED_AT));
        vm.warp(newest + AGE + 1);
        assertFalse(gate.mayLift(MARKET, HALTED_AT));
    }

    function test_MayLift_AsksForAsManyAsThePaceSays() public {
        gate.setPace(Pace(7, 1, 60));
        for (uint256 i; i < 7; ++i) {
            assertFalse(gate.mayLift(MARKET, HALTED_AT));
            _observeAfter(1);
        }
        assertTrue(gate.mayLift(MARKET, HALTED_AT));

        uint64[7] memory times = gate.observed(MARKET);
        for (uint256 i; i < 7; ++i) {
            assertEq(times[i], NOW + 7 - i);
        }
    }

    /* WHICH MARKETS */

    function test_MayLift_WithoutASource() public view {
        assertTrue(gate.mayLift(31, HALTED_AT));
        assertTrue(gate.mayLift(0, HALTED_AT));
    }

    /// @dev The whole protocol waits for two of its three markets.
    function test_MayLift_OfTheProtocol_WaitsForEnoughOfItsMarkets() public {
        _addMarket(2);
        _addMarket(31);
        uint32 sources = (uint32(1) << MARKET) | (uint32(1) << 2) | (uint32(1) << 31);
        gate.setSource(0, sources, 2);
        for (uint256 i; i < 3; ++i) {
            assertFalse(gate.mayLift(0, HALTED_AT));
            _observeAfter(GAP);
            gate.observe(31);
        }
        assertTrue(gate.mayLift(0, HALTED_AT));

        gate.setSource(0, sources, 3);
        assertFalse(gate.mayLift(0, HALTED_AT));
        assertFalse(gate.isFresh(2, HALTED_AT));
    }

    function test_MayLift_FitsTheHubsGas_GivenEveryMarket() public {
        gate.setSource(0, type(uint32).max - 1, 31);
        for (uint8 market = 2; market < MARKETS; ++market) {
            _addMarket(market);
        }
        for (uint256 i; i < 3; ++i) {
            _observeAfter(GAP);
            for (uint8 market = 2; market < MARKETS; ++market) {
                gate.observe(market);
            }
        }
        uint256 left = gasleft();
        assertTrue(gate.mayLift{gas: HUB_GAS}(0, HALTED_AT));
        // Warm here: what a cold read costs more is 2,000 for each of 33 slots and 2,500 for the account.
        assertLt(left - gasleft() + 33 * 2_000 + 2_500, (HUB_GAS * 3) / 5);
    }

    /* OBSERVING */

    function test_Observe_TakesNoPriceTwice() public {
        assertTrue(_observeAfter(GAP));
        vm.warp(block.timestamp + GAP);

        assertFalse(gate.observe(MARKET));
        assertEq(gate.observed(MARKET)[1], 0);
    }

    function test_Observe_WaitsForTheGap() public {
        assertTrue(_observeAfter(GAP));
        assertFalse(_observeAfter(GAP - 1));
        assertTrue(_observeAfter(1));
    }

    /// @dev Three signed updates of the last minute, brought in one block, are one observation.
    function test_Observe_ABurstOfUpdatesIsOne() public {
        _only(pulled);
        vm.warp(NOW + 60);
        uint256 taken;
        for (uint256 i = 1; i <= 3; ++i) {
            _pull(int64(int256(PAR * 1e8)), 0, NOW + 20 * i);
            if (gate.observe(MARKET)) ++taken;
        }

        assertEq(taken, 1);
        assertFalse(gate.mayLift(MARKET, HALTED_AT));
    }

    /// @dev Prices published close together do not become more by being observed far apart.
    function test_Observe_PublishTimesHaveToLieApartToo() public {
        _only(pulled);
        for (uint256 i = 1; i <= 3; ++i) {
            vm.warp(NOW + i * GAP);
            _pull(int64(int256(PAR * 1e8)), 0, NOW + i);
            gate.observe(MARKET);
        }

        assertEq(gate.observed(MARKET)[0], NOW + 1);
        assertEq(gate.observed(MARKET)[1], 0);
    }

    function test_Observe_TakesNothing_GivenNoPriceToLiftOn() public {
        vm.warp(NOW + GAP);
        _publish(PAR);
        pushed[0].behave(Behaviour.Revert);
        pushed[1].behave(Behaviour.BurnGas);
        assertFalse(gate.observe(MARKET));

        // Wide: two against two percent and a half.
        pushed[0].behave(Behaviour.Answer);
        pushed[0].publish(int256(PAR * 1e8 * 105) / 100);
        assertFalse(gate.observe(MARKET));

        pushed[1].behave(Behaviour.Answer);
        assertTrue(gate.observe(MARKET));
    }

    function test_Observe_EmitsWhatItSaw() public {
        vm.warp(NOW + GAP);
        _publish(PAR);
        vm.expectEmit();
        emit IFreshnessGate.Observed(MARKET, uint64(NOW + GAP));
        gate.observe(MARKET);
    }

    function test_Observe_RevertWhen_MarketIsPastTheLast() public {
        vm.expectRevert(abi.encodeWithSelector(IFreshnessGate.FreshnessGate_UnknownMarket.selector, MARKETS));
        gate.observe(MARKETS);
    }

    function test_Observe_RevertWhen_GasIsTooLow() public {
        vm.expectPartialRevert(IPriceAggregator.PriceAggregator_GasTooLow.selector);
        gate.observe{gas: 150_000}(MARKET);
    }

    /* WHATEVER HAPPENS */

    /// @dev Along any path of prices, failures and observations the gate is open exactly when the definition says so.
    function testFuzz_MayLift_AlongAnyPath(uint256 seed) public {
        uint64[] memory times = new uint64[](24);
        uint256 count;
        for (uint256 i; i < 24; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            vm.warp(block.timestamp + (roll % 40));
            pyth.behave(Behaviour.Answer);
            if ((roll >> 16) % 4 != 0) _publish(PAR);
            pushed[0].behave((roll >> 24) % 5 == 0 ? Behaviour.Revert : Behaviour.Answer);
            pyth.behave((roll >> 32) % 5 == 0 ? Behaviour.Revert : Behaviour.Answer);
            if (gate.observe(MARKET)) times[count++] = gate.observed(MARKET)[0];
            uint64 haltedAt = uint64(block.timestamp - ((roll >> 40) % 90));

            bool isOpen = count >= 3 && times[count - 3] > haltedAt && block.timestamp - times[count - 1] <= AGE;
            assertEq(gate.mayLift(MARKET, haltedAt), isOpen);
            for (uint256 k = 1; k < count; ++k) {
                assertGe(times[k], times[k - 1] + GAP);
            }
        }
    }

    /// @dev P10: time alone, with nothing observed, never opens it.
    function testFuzz_MayLift_TimeAloneNeverOpens(uint8 observations, uint64 haltedAt, uint32 passed) public {
        for (uint256 i; i < observations % 5; ++i) {
            _observeAfter(GAP);
        }
        haltedAt = uint64(bound(haltedAt, NOW - 60, NOW + 60));
        bool wasOpen = gate.mayLift(MARKET, haltedAt);
        vm.warp(block.timestamp + passed);

        if (gate.mayLift(MARKET, haltedAt)) assertTrue(wasOpen);
    }

    /* GOVERNANCE */

    function test_SetSource_IsReadBack() public {
        vm.expectEmit();
        emit IFreshnessGate.SourceSet(3, 6, 2);
        gate.setSource(3, 6, 2);
        (uint32 sources, uint8 least) = gate.source(3);
        assertEq(sources, 6);
        assertEq(least, 2);

        gate.setSource(3, 0, 0);
        assertTrue(gate.mayLift(3, HALTED_AT));
    }

    function test_SetSource_RevertWhen_ItMakesNoSense() public {
        uint32[4] memory sources = [uint32(6), 6, 0, 7];
        uint8[4] memory least = [0, 3, 1, 1];
        for (uint256 i; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IFreshnessGate.FreshnessGate_InvalidSource.selector, sources[i], least[i])
            );
            gate.setSource(3, sources[i], least[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IFreshnessGate.FreshnessGate_UnknownMarket.selector, MARKETS));
        gate.setSource(MARKETS, 2, 1);
    }

    function test_SetPace_IsReadBack() public {
        Pace memory pace = Pace(4, 20, 90);
        vm.expectEmit();
        emit IFreshnessGate.PaceSet(pace);
        gate.setPace(pace);

        assertEq(keccak256(abi.encode(gate.pace())), keccak256(abi.encode(pace)));
        assertEq(address(gate.aggregator()), address(aggregator));
    }

    function test_SetPace_RevertWhen_OutOfBounds() public {
        _refused(Pace(1, 10, 60), "observations", 1, 2, 7);
        _refused(Pace(8, 10, 60), "observations", 8, 2, 7);
        _refused(Pace(3, 0, 60), "minGapSeconds", 0, 1, 1 hours);
        _refused(Pace(3, 3_601, 60), "minGapSeconds", 3_601, 1, 1 hours);
        _refused(Pace(3, 10, 4), "maxAgeSeconds", 4, 5, 25 hours);
        _refused(Pace(3, 10, 25 hours + 1), "maxAgeSeconds", 25 hours + 1, 5, 25 hours);
    }

    function test_Setters_RevertWhen_CallerIsNotTheOwner() public {
        bytes memory reason = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD));
        vm.startPrank(address(0xBAD));
        vm.expectRevert(reason);
        gate.setSource(MARKET, 0, 0);
        vm.expectRevert(reason);
        gate.setPace(Pace(3, 10, 60));
    }

    /* BUILDING */

    function _observeAfter(uint256 elapsed) private returns (bool) {
        vm.warp(block.timestamp + elapsed);
        _publish(PAR);
        return gate.observe(MARKET);
    }

    function _addMarket(uint8 market) private {
        aggregator.setFeeds(market, _configs(), 2);
        aggregator.setMatrix(market, MatrixPresets.fast());
    }

    function _refused(Pace memory pace, string memory name, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(
            abi.encodeWithSelector(IFreshnessGate.FreshnessGate_OutOfBounds.selector, name, value, least, most)
        );
        gate.setPace(pace);
    }
}
