// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandJudge} from "../../../contracts/governance/judges/BandJudge.sol";
import {FieldRules} from "../../../contracts/governance/judges/FieldJudge.sol";
import {FieldTables} from "../../../contracts/governance/judges/FieldTables.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {IPriceAggregator, Price} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {BandParameters, IPriceBandSensor} from "../../../contracts/interfaces/IPriceBandSensor.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";
import {PeerBookHub} from "../../../contracts/mocks/keepers/PeerBookHub.sol";
import {Band, BandLib} from "../../../contracts/sensors/price-band/Band.sol";
import {BandPresets} from "../../../contracts/sensors/price-band/BandPresets.sol";
import {PriceBandSensor} from "../../../contracts/sensors/price-band/PriceBandSensor.sol";
import {SilenceSensor} from "../../../contracts/sensors/silence/SilenceSensor.sol";
import {SilenceParameters} from "../../../contracts/interfaces/ISilenceSensor.sol";
import {Rungs} from "../../../contracts/types/Rungs.sol";
import {TableWorld} from "./TableWorld.sol";

/// @notice One observation, from any memory: the price near a tier of the reference or near the anchor's edge. The
/// sensor's own arithmetic, and its own setter and view.
contract BandTableTest is TableWorld {
    Band private memory_;
    Price private seen;

    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.band();
    }

    function _judge() internal override returns (ITighteningJudge) {
        return new BandJudge();
    }

    function _deploy() internal override returns (address) {
        address to = address(stage);
        return address(new PriceBandSensor(IIncidentState(to), IPriceAggregator(to), address(this)));
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory fields) {
        fields = _words(abi.encode(BandPresets.standard()));
        fields[0] = 100 + (_roll(seed, 11) % 100);
        fields[1] = 3 * fields[0] + (_roll(seed, 12) % 100);
        fields[2] = 3 * fields[1] + (_roll(seed, 13) % 100);
        fields[6] = _pair(1, 1);
        fields[7] = _pair(1, 2);
        fields[8] = _pair(2, 3);
        fields[10] = 20;
        fields[11] = 500 + (_roll(seed, 14) % 1_000);
        fields[12] = 500 + (_roll(seed, 15) % 1_000);
    }

    function _past(uint256) internal override {}

    function _observe(uint256 seed, uint256 step) internal override {
        uint256 roll = _roll(seed, 80 + step);
        bool isUp = roll % 2 == 0;
        bool isAnchor = (moved == 11 || moved == 12) && roll % 8 > 1;
        if (isAnchor) isUp = moved == 11;
        uint256 span = _near(roll >> 16, isAnchor ? (isUp ? 11 : 12) : _oneOf(roll >> 64, 0, 2));
        uint256 priceE18 = (1_000e18 * (isUp ? BPS + span : BPS - span)) / BPS;

        // The reference is where the price is when it is the anchor that matters, and the other way round.
        memory_.referenceE18 = uint112(isAnchor ? priceE18 : 1_000e18);
        memory_.anchorE18 = uint112(isAnchor ? 1_000e18 : priceE18);
        memory_.breachEndsAt = uint32(NOW - 2 hours + ((roll >> 128) % 4 hours));
        memory_.breachTier = uint8((roll >> 160) % 4);
        memory_.isEscalated = memory_.breachTier != 0 && (roll >> 168) % 2 == 0;
        seen = Price(priceE18, (roll >> 176) % 4 == 0 ? priceE18 / 150 : 0, uint64(NOW), 3);
    }

    function _steps() internal pure override returns (uint256) {
        return 6;
    }

    function _poked(address sensor) internal view override returns (Rungs) {
        BandParameters memory parameters = IPriceBandSensor(sensor).band(MARKET);
        Band memory band = memory_;
        (uint8 tier, ) = BandLib.tierOf(band, seen, parameters);
        if (tier != 0) tier = BandLib.breach(band, tier, parameters, NOW);
        return BandLib.rungsOf(parameters, tier);
    }
}

/// @notice A peer that has said nothing for about as long as it may.
contract SilenceTableTest is TableWorld {
    uint32 private constant EID = 7;

    PeerBookHub private book;

    function setUp() public override {
        super.setUp();
        book = new PeerBookHub();
        book.setPeer(EID, bytes32(uint256(1)));
    }

    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.silence();
    }

    function _deploy() internal override returns (address) {
        SilenceParameters memory least = SilenceParameters(MARKET, 22 minutes, Rungs.wrap(0x01));
        return address(new SilenceSensor(IIncidentState(address(book)), address(this), least));
    }

    function _call(uint256[] memory fields) internal pure override returns (bytes memory) {
        return bytes.concat(_rules().setter, abi.encodePacked(fields));
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory fields) {
        fields = new uint256[](3);
        fields[0] = MARKET;
        fields[1] = 1 hours + (_roll(seed, 11) % 1 hours);
        fields[2] = _pair(1, 1);
    }

    function _past(uint256) internal override {
        book.hear(EID);
        _poked(sensors[0]);
        _poked(sensors[1]);
    }

    function _observe(uint256 seed, uint256 step) internal override {
        vm.warp(NOW + _near(_roll(seed, 90 + step), 1));
    }
}
