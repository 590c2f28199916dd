// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {Price} from "../../../../contracts/interfaces/IPriceAggregator.sol";
import {BandReading} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {RecordingHub} from "../../../../contracts/mocks/RecordingHub.sol";
import {Behaviour, ScriptedFeed} from "../../../../contracts/mocks/ScriptedFeed.sol";
import {BandPresets} from "../../../../contracts/sensors/price-band/BandPresets.sol";
import {PriceBandSensor} from "../../../../contracts/sensors/price-band/PriceBandSensor.sol";
import {Action} from "../../../../contracts/types/Matrix.sol";
import {Rungs} from "../../../../contracts/types/Rungs.sol";
import {OracleWorld} from "../../oracle/OracleWorld.sol";

/// @dev The band on a market whose only feed is pulled: anybody brings a price and pokes.
contract PullFedBandTest is OracleWorld {
    uint8 private constant TIER_1 = 1;
    int64 private constant PAR_E8 = 10_000e8;

    RecordingHub private recorder;
    PriceBandSensor private sensor;

    function setUp() public override {
        super.setUp();
        _only(pulled);
        recorder = new RecordingHub();
        sensor = new PriceBandSensor(IIncidentState(address(recorder)), aggregator, address(this));
        sensor.setMarket(MARKET, BandPresets.standard());
        sensor.poke(MARKET);
    }

    function test_Poke_AssertsWhatSomebodyBrought() public {
        Rungs asserted = _bring(60, (PAR_E8 * 89) / 100, 0);

        assertTrue(asserted.equals(BandPresets.standard().tier2Rungs));
        assertEq(recorder.assertions(), 1);
    }

    /// @dev 6 % up, give or take 1.5: 4.5 % are certain.
    function test_Poke_TakesOffTheFeedsOwnConfidence() public {
        assertTrue(_bring(60, (PAR_E8 * 106) / 100, 150e8).isCalm());
        assertEq(_reading().deviationBps, 450);

        assertFalse(_bring(60, (PAR_E8 * 112) / 100, 150e8).isCalm());
    }

    /// @dev A feed that is not sure of its fall by 30 % is left out, which is the health sensor's to say.
    function test_Poke_ChangesNothing_GivenAFeedTooUnsure() public {
        BandReading memory before = _reading();

        assertTrue(_bring(60, (PAR_E8 * 70) / 100, 500e8).isCalm());
        assertEq(keccak256(abi.encode(_reading())), keccak256(abi.encode(before)));
    }

    /// @dev Of the prices signed since the last poke somebody brings the mildest. It moves the reference; one that was
    /// signed later still counts, an earlier one never again.
    function test_Poke_APickedPriceHidesNoLaterOne() public {
        vm.warp(NOW + 60);
        _pull(PAR_E8, 0, NOW + 30);
        assertTrue(sensor.poke(MARKET).isCalm());
        _pull((PAR_E8 * 60) / 100, 0, NOW + 20);
        assertTrue(sensor.poke(MARKET).isCalm());
        assertEq(_reading().priceE18, 10_000e18);

        _pull((PAR_E8 * 89) / 100, 0, NOW + 31);
        assertFalse(sensor.poke(MARKET).isCalm());
    }

    /// @dev The sensor looks at the very number that a position is liquidated at.
    function test_Poke_SeesTheNumberOfTheRiskEngine() public {
        _bring(60, (PAR_E8 * 94) / 100, 10e8);
        (bool ok, uint256 used) = _priceFor(Action.Liquidate);

        assertTrue(ok);
        assertEq(_reading().priceE18, used);
        assertEq(_reading().tier, TIER_1);
    }

    /// @dev While the sequencer's state keeps the risk engine from acting, the sensor still tightens.
    function test_Poke_TightensDuringTheSequencersGrace() public {
        ScriptedFeed uptime = new ScriptedFeed(0, "L2 Sequencer Uptime Status Feed");
        uptime.publishAt(0, NOW);
        aggregator.setSequencer(uptime, 1 hours);

        assertFalse(_bring(60, (PAR_E8 * 89) / 100, 0).isCalm());
        (bool ok, ) = _priceFor(Action.Liquidate);
        assertFalse(ok);
    }

    function test_Poke_ChangesNothing_GivenASourceThatFails() public {
        vm.warp(NOW + 60);
        for (uint8 i = 1; i < 5; ++i) {
            pyth.behave(Behaviour(i));
            assertTrue(sensor.poke(MARKET).isCalm());
        }
        assertEq(_reading().priceE18, 10_000e18);
        assertEq(recorder.assertions(), 0);
    }

    function _bring(uint256 elapsed, int64 price, uint64 conf) private returns (Rungs) {
        vm.warp(block.timestamp + elapsed);
        _pull(price, conf, block.timestamp);
        return sensor.poke(MARKET);
    }

    function _priceFor(Action action) private view returns (bool, uint256) {
        (bool ok, Price memory price) = aggregator.priceFor(MARKET, action);
        return (ok, price.priceE18);
    }

    function _reading() private view returns (BandReading memory) {
        return sensor.reading(MARKET);
    }
}
