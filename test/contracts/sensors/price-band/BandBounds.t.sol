// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {BandParameters, IPriceBandSensor} from "../../../../contracts/interfaces/IPriceBandSensor.sol";
import {MARKETS} from "../../../../contracts/types/Posture.sol";
import {CAUTION, M1, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";
import {BandPresets} from "../../../../contracts/sensors/price-band/BandPresets.sol";
import {SensorWorld} from "./SensorWorld.sol";

contract BandBoundsTest is SensorWorld {
    BandParameters private parameters;

    function setUp() public override {
        super.setUp();
        parameters = BandPresets.standard();
    }

    function test_SetMarket_TakesThePresets() public {
        sensor.setMarket(MARKET, BandPresets.pegged());
        assertEq(keccak256(abi.encode(sensor.band(MARKET))), keccak256(abi.encode(BandPresets.pegged())));
        sensor.setMarket(MARKET, BandPresets.standard());
        assertEq(keccak256(abi.encode(sensor.band(MARKET))), keccak256(abi.encode(BandPresets.standard())));
    }

    function test_SetMarket_TakesEveryMarket() public {
        for (uint8 market; market < MARKETS; ++market) {
            sensor.setMarket(market, parameters);
            assertEq(keccak256(abi.encode(sensor.band(market))), keccak256(abi.encode(parameters)));
        }
    }

    function test_SetMarket_RevertWhen_MarketIsPastTheLast() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceBandSensor.PriceBandSensor_UnknownMarket.selector, MARKETS));
        sensor.setMarket(MARKETS, parameters);
    }

    function test_SetMarket_RevertWhen_CallerIsNotTheOwner() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(0xBAD)));
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_TiersAreCloserThanTwice() public {
        parameters.tier2Bps = 999;
        _refused("tier2Bps", 999, 1_000, 9_000);

        parameters.tier2Bps = 1_000;
        parameters.tier3Bps = 1_999;
        _refused("tier3Bps", 1_999, 2_000, 9_000);

        parameters.tier3Bps = 2_000;
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_RevertWhen_ATierIsOutOfBounds() public {
        parameters.clipBps = 49;
        parameters.tier1Bps = 49;
        _refused("tier1Bps", 49, 50, 9_000);
        parameters = BandPresets.standard();
        parameters.tier3Bps = 9_001;
        _refused("tier3Bps", 9_001, 2_000, 9_000);
    }

    function test_SetMarket_RevertWhen_AHigherTierLastsLess() public {
        parameters.tier2Seconds = parameters.tier1Seconds - 1;
        _refused("tier2Seconds", 599, 600, 2 days);
        parameters = BandPresets.standard();
        parameters.tier3Seconds = parameters.tier2Seconds - 1;
        _refused("tier3Seconds", 3_599, 3_600, 2 days);
        parameters = BandPresets.standard();
        parameters.tier1Seconds = 59;
        _refused("tier1Seconds", 59, 60, 2 days);
    }

    function test_SetMarket_RevertWhen_ThePulseIsOutOfBounds() public {
        parameters.tauSeconds = 59;
        _refused("tauSeconds", 59, 60, 1 days);
        parameters = BandPresets.standard();
        parameters.clipBps = 501;
        _refused("clipBps", 501, 10, 500);
        parameters.clipBps = 9;
        _refused("clipBps", 9, 10, 500);
        parameters = BandPresets.standard();
        parameters.seedMaxAgeSeconds = 0;
        _refused("seedMaxAgeSeconds", 0, 1, 255);
        parameters = BandPresets.standard();
        parameters.minGapSeconds = 0;
        _refused("minGapSeconds", 0, 1, 255);
    }

    function test_SetMarket_RevertWhen_TheAnchorIsOutOfBounds() public {
        parameters.anchorUpBps = 499;
        _refused("anchorUpBps", 499, 500, 20_000);
        parameters = BandPresets.standard();
        parameters.anchorDownBps = 9_001;
        _refused("anchorDownBps", 9_001, 500, 9_000);
        parameters = BandPresets.standard();
        parameters.anchorSeconds = 3_599;
        _refused("anchorSeconds", 3_599, 3_600, 2 days);
        parameters.anchorSeconds = 2 days + 1;
        _refused("anchorSeconds", 2 days + 1, 3_600, 2 days);
    }

    function test_SetMarket_RevertWhen_TheFirstTierAssertsNothing() public {
        parameters.tier1Rungs = Rungs.wrap(0);
        _refusedRungs(1, Rungs.wrap(0));
    }

    function test_SetMarket_RevertWhen_AHigherTierAssertsLess() public {
        parameters.tier2Rungs = RungsLib.pair(CAUTION, M1 - 1);
        _refusedRungs(2, parameters.tier2Rungs);
        parameters = BandPresets.standard();
        parameters.tier3Rungs = RungsLib.pair(REDUCE_ONLY, M1);
        _refusedRungs(3, parameters.tier3Rungs);
    }

    function test_SetMarket_RevertWhen_RungsAreOffTheLadder() public {
        parameters.tier3Rungs = Rungs.wrap(0x35);
        vm.expectRevert(abi.encodeWithSelector(RungsLib.Rungs_OffLadder.selector, 3, 5));
        sensor.setMarket(MARKET, parameters);
    }

    function test_SetMarket_TakesTiersOfOneAxisOnly() public {
        parameters.tier1Rungs = RungsLib.pair(NORMAL, M1);
        sensor.setMarket(MARKET, parameters);
        _seed();

        _assertRungs(_after(60, (PAR * 106) / 100), NORMAL, M1);
    }

    function _refused(string memory name, uint256 value, uint256 least, uint256 most) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceBandSensor.PriceBandSensor_OutOfBounds.selector, name, value, least, most)
        );
        sensor.setMarket(MARKET, parameters);
    }

    function _refusedRungs(uint8 tier, Rungs rungs) private {
        vm.expectRevert(abi.encodeWithSelector(IPriceBandSensor.PriceBandSensor_InvalidRungs.selector, tier, rungs));
        sensor.setMarket(MARKET, parameters);
    }
}
