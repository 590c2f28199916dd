// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IClearingAccounts} from "../../../contracts/interfaces/IClearingAccounts.sol";
import {Standing} from "../../../contracts/interfaces/IClearingReports.sol";
import {Match} from "../../../contracts/interfaces/INovation.sol";
import {IPostureGuard} from "../../../contracts/interfaces/IPostureGuard.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {ISolvencySource} from "../../../contracts/interfaces/ISolvencySource.sol";
import {OutflowPresets} from "../../../contracts/sensors/outflow/OutflowPresets.sol";
import {OutflowSensor} from "../../../contracts/sensors/outflow/OutflowSensor.sol";
import {SolvencyPresets} from "../../../contracts/sensors/solvency/SolvencyPresets.sol";
import {SolvencySensor} from "../../../contracts/sensors/solvency/SolvencySensor.sol";
import {Cause, SensorGrant} from "../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M1, M2, M3, M4, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {HubVenueWorld} from "./HubVenueWorld.sol";

/// @notice The house between the sensors that watch it and the real hub that they assert at: what leaves it, or what insures
/// it, is what restricts it.
/// @dev It holds 100,000, of which 1 % may leave in an hour and 10 % in a day. Traders 0 and 1 hold 10,000 lots of BTC
/// against each other, the first of them with 600 of margin; 2 and 3 hold 1,000 lots. Fund of BTC: 1,000.
contract WatchedTest is HubVenueWorld {
    uint256 private constant POOR = 0;
    uint256 private constant RICH = 1;
    uint256 private constant ANN = 2;
    uint256 private constant BOB = 3;
    uint256 private constant CAT = 4;
    uint8 private constant WHOLE = 0;
    /// @dev Cautious, so that it is the local rungs that the house feels.
    uint32 private constant WHOLE_ONLY = 1;

    OutflowSensor private outflow;
    SolvencySensor private solvency;

    function setUp() public override {
        super.setUp();
        outflow = new OutflowSensor(incidents, address(house), 1, address(this));
        outflow.setMarket(WHOLE, OutflowPresets.standard(uint64(100 * ONE)));
        incidents.setSensor(address(outflow), _local(Cause.Outflow, WHOLE_ONLY));
        solvency = new SolvencySensor(incidents, address(this), uint112(ONE));
        solvency.setMarket(BTC, ISolvencySource(address(house)), SolvencyPresets.standard(uint112(ONE)));
        incidents.setSensor(address(solvency), _local(Cause.Solvency, uint32(1) << BTC));

        _fund(POOR, 600);
        _fund(RICH, 28_400);
        _fund(ANN, 30_000);
        _fund(BOB, 20_000);
        _fund(CAT, 20_000);
        house.contribute(BTC, 1_000 * ONE);
        _trade(BTC, POOR, RICH, 10_000, 10_000);
        _trade(BTC, ANN, BOB, 1_000, 10_000);
        house.setFlowSensor(outflow);
        // From the first flow that it hears of it knows what the house holds.
        _fund(CAT, 1);
    }

    /* OUTFLOW */

    function test_Withdraw_WithinTheLimit_RestrictsNobody() public {
        _withdraw(CAT, 900 * ONE);
        assertEq(_breaker(WHOLE), 0);
        assertEq(house.withdrawable(0), house.unitsHeld());
    }

    function test_Withdraw_BeyondTheHoursLimit_BringsCautionToTheHouse() public {
        _withdraw(CAT, 600 * ONE);
        _withdraw(ANN, 600 * ONE);

        assertEq(_breaker(WHOLE), CAUTION);
        // 20 % of all deposits, of which nothing was used while there was no limit.
        assertLt(house.withdrawable(0), house.unitsHeld() / 5);
        _trade(BTC, ANN, BOB, 100, 10_000);
    }

    /// @dev The whole of it: tokens, sensor, hub, mirror, house.
    function test_Withdraw_FiveLimitsAtOnce_HaltsTheHouse() public {
        _setPrice(BTC, 9_500);
        uint256 before = token.balanceOf(traders[CAT]);
        uint256 start = block.timestamp;
        _withdraw(CAT, 7_000 * ONE);

        // What was asked for is paid: the halt is for those who come next.
        assertEq(token.balanceOf(traders[CAT]), before + 7_000 * ONE);
        assertEq(_breaker(WHOLE), HALTED);
        assertEq(_breaker(BTC), HALTED);
        _expectNoFill(HALTED, M2, ANN, BOB);
        _expectNoFill(HALTED, M2, BOB, ANN);
        vm.prank(traders[ANN]);
        vm.expectPartialRevert(IRecovery.Recovery_Suspended.selector);
        house.liquidate(traders[POOR], BTC, 100);
        vm.expectPartialRevert(IClearingAccounts.ClearingAccounts_RateLimited.selector);
        vm.prank(traders[ANN]);
        house.withdraw(2_500 * ONE, traders[ANN]);
        _fund(BOB, 1_000);
        // However late the house is looked at, it knows since when.
        _pass(10 minutes);
        house.poke(BTC);
        (uint64 haltedSince, ) = house.haltOf(BTC);
        assertEq(haltedSince, start);
        _assertSound();
    }

    /// @dev The contagion damper: one chain's run is that chain's halt.
    function test_Withdraw_HaltsThisChainAndCautionsTheMesh() public {
        _withdraw(CAT, 7_000 * ONE);
        assertEq(incidents.meshWord(WHOLE).inForce(incidents.leases(), block.timestamp).breaker(), CAUTION);
        assertEq(incidents.localWord(WHOLE).inForce(incidents.leases(), block.timestamp).breaker(), HALTED);
    }

    function test_Withdraw_TheHaltEndsWithItsLeaseAndTheGraceBegins() public {
        _withdraw(CAT, 7_000 * ONE);
        _pass(1 hours + 1);
        incidents.lift(WHOLE);

        assertEq(_breaker(BTC), REDUCE_ONLY);
        house.poke(BTC);
        (uint64 haltedSince, uint64 graceUntil) = house.haltOf(BTC);
        assertEq(haltedSince, 0);
        assertGt(graceUntil, block.timestamp);
        _trade(BTC, BOB, ANN, 100, 10_000);
    }

    /* SOLVENCY */

    /// @dev 400 of 1,000 drawn by a default.
    function test_Poke_InsuranceDrawnFast_RaisesTheMarginThatTheHouseAsks() public {
        solvency.poke(BTC);
        assertEq(_breaker(BTC), 0);
        _setPrice(BTC, 9_000);
        Standing memory before = house.standing(traders[ANN]);
        house.resolve(traders[POOR]);
        assertEq(house.solvencyOf(BTC).insurance, 600 * ONE);

        solvency.poke(BTC);

        assertEq(_breaker(BTC), REDUCE_ONLY);
        assertEq(_margin(BTC), M3);
        Standing memory afterwards = house.standing(traders[ANN]);
        assertEq(afterwards.initialUnits, 2 * before.initialUnits);
        // That moves by a ramp alone.
        assertEq(afterwards.maintenanceUnits, before.maintenanceUnits);
        _expectNoFill(REDUCE_ONLY, M3, ANN, CAT);
        // Of its 1,000 lots the seller has 91 left: those of the defaulter were closed against all sellers alike.
        _trade(BTC, BOB, ANN, 50, 9_000);
        _assertSound();
    }

    /// @dev Margin comes down in the steps of the leases, not at once.
    function test_Poke_TheHousesMarginComesDownInSteps() public {
        _setPrice(BTC, 9_000);
        solvency.poke(BTC);
        uint256 base = house.standing(traders[ANN]).initialUnits;
        house.resolve(traders[POOR]);
        solvency.poke(BTC);

        uint256[4] memory spans = [uint256(3 hours), 5 hours, 16 hours, 0];
        uint256[4] memory multiplesBps = [uint256(20_000), 15_000, 12_500, 10_000];
        for (uint256 i; i < 4; ++i) {
            incidents.lift(BTC);
            assertEq(house.standing(traders[ANN]).initialUnits, (base * multiplesBps[i]) / 10_000);
            _pass(spans[i]);
        }
    }

    /* HELPERS */

    /// @dev Anything here, caution and M1 on the mesh.
    function _local(Cause cause, uint32 markets) private pure returns (SensorGrant memory grant) {
        grant = _grant(_rungs(HALTED, M4), _rungs(CAUTION, M1));
        (grant.cause, grant.markets) = (cause, markets);
    }

    function _withdraw(uint256 trader, uint256 units) private {
        vm.prank(traders[trader]);
        house.withdraw(units, traders[trader]);
    }

    function _expectNoFill(uint8 breaker, uint8 margin, uint256 buyer, uint256 seller) private {
        Match memory matched = _match(BTC, buyer, seller, 100, 9_500);
        vm.expectRevert(
            abi.encodeWithSelector(IPostureGuard.PostureGuard_Restricted.selector, BTC, _rungs(breaker, margin))
        );
        house.fill(matched);
    }

    function _breaker(uint8 market) private view returns (uint8) {
        return incidents.postureNow().at(market).breaker();
    }

    function _margin(uint8 market) private view returns (uint8) {
        return incidents.postureNow().at(market).margin();
    }
}
