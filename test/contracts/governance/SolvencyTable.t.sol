// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FieldRules} from "../../../contracts/governance/judges/FieldJudge.sol";
import {FieldTables} from "../../../contracts/governance/judges/FieldTables.sol";
import {SolvencyJudge} from "../../../contracts/governance/judges/SolvencyJudge.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {ISolvencySensor, SolvencyParameters} from "../../../contracts/interfaces/ISolvencySensor.sol";
import {ISolvencySource, SolvencyReport} from "../../../contracts/interfaces/ISolvencySource.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";
import {SolvencyPresets} from "../../../contracts/sensors/solvency/SolvencyPresets.sol";
import {SolvencySensor} from "../../../contracts/sensors/solvency/SolvencySensor.sol";
import {TableWorld} from "./TableWorld.sol";

/// @notice Reports what it is told, or nothing.
contract TableSource is ISolvencySource {
    SolvencyReport private _report;
    bool private _isDown;

    /// @notice Thrown when there is no report.
    error TableSource_Down();

    function report(SolvencyReport calldata shown, bool isDown) external {
        (_report, _isDown) = (shown, isDown);
    }

    function solvencyOf(uint8) external view returns (SolvencyReport memory) {
        if (_isDown) revert TableSource_Down();
        return _report;
    }
}

/// @notice Each condition, near its tiers: equity, target, stressed loss, drawdown, dust, and no report at all.
contract SolvencyTableTest is TableWorld {
    uint112 private constant MOST_DUST = 1e9;
    uint256 private constant WHOLE = 1e12;

    TableSource private source;

    function setUp() public override {
        super.setUp();
        source = new TableSource();
    }

    /* WHO REPORTS */

    function test_Tightens_NoOtherSource_NotEvenTheFirst() public {
        ITighteningJudge judge = new SolvencyJudge();
        ISolvencySensor sensor = ISolvencySensor(_deploy());
        SolvencyParameters memory parameters = SolvencyPresets.standard(1_000);
        bytes memory first = abi.encodeCall(ISolvencySensor.setMarket, (MARKET, source, parameters));
        assertFalse(judge.tightens(address(sensor), first), "the first");
        sensor.setMarket(MARKET, source, parameters);
        assertTrue(judge.tightens(address(sensor), first), "the same");

        bytes memory other = abi.encodeCall(ISolvencySensor.setMarket, (MARKET, new TableSource(), parameters));
        assertFalse(judge.tightens(address(sensor), other), "another");
        assertFalse(judge.tightens(address(sensor), abi.encodeWithSignature("renounceOwnership()")), "anything else");
    }

    /* THE TABLE */

    function _rules() internal pure override returns (FieldRules memory) {
        return FieldTables.solvency();
    }

    function _judge() internal override returns (ITighteningJudge) {
        return new SolvencyJudge();
    }

    function _deploy() internal override returns (address) {
        return address(new SolvencySensor(IIncidentState(address(stage)), address(this), MOST_DUST));
    }

    function _call(uint256[] memory fields) internal view override returns (bytes memory) {
        return bytes.concat(_rules().setter, abi.encode(MARKET, source), abi.encodePacked(fields));
    }

    function _drawn(uint256 seed) internal pure override returns (uint256[] memory fields) {
        fields = _words(abi.encode(SolvencyPresets.standard(1_000)));
        fields[0] = 20 + (_roll(seed, 11) % 20);
        fields[1] = 3 * fields[0];
        fields[2] = 3 * fields[1];
        fields[3] = 6_000 + (_roll(seed, 12) % 2_000);
        fields[6] = 9_000 + (_roll(seed, 13) % 2_000);
        fields[7] = 3_500;
        fields[8] = 1_200;
        // Two minutes to ten, and half an hour.
        fields[10] = 120 + (_roll(seed, 14) % 480);
        fields[12] = _pair(1, 1);
        fields[13] = _pair(1, 2);
        fields[14] = _pair(2, 2);
    }

    function _past(uint256) internal override {
        source.report(SolvencyReport(0, WHOLE, 0, 0, WHOLE), false);
        _poked(sensors[0]);
        _poked(sensors[1]);
    }

    function _observe(uint256 seed, uint256 step) internal override {
        uint256 roll = _roll(seed, 70 + step);
        uint256 kind = _kind(roll);
        if (kind != 5) vm.warp(block.timestamp + (kind == 3 ? _near(roll >> 16, 10) : 1 minutes));
        else vm.warp(NOW + _near(roll >> 16, 11));
        SolvencyReport memory report = SolvencyReport(0, WHOLE, 0, 0, WHOLE);
        uint256 off = (roll >> 8) % 2;
        if (kind == 0) report.negativeEquity = _share(_near(roll >> 16, _oneOf(roll >> 64, 0, 2))) - off;
        // Insurance stays whole, or it would be drawn.
        if (kind == 1) report.insuranceTarget = (WHOLE * BPS) / _near(roll >> 16, _oneOf(roll >> 64, 3, 5));
        if (kind == 2) report.stressedLoss = (WHOLE * BPS) / _near(roll >> 16, _oneOf(roll >> 64, 6, 8));
        if (kind == 3) report.insurance = WHOLE - _share(_near(roll >> 32, 9));
        if (kind == 4) (report.negativeEquity, report.openInterest) = (_near(roll >> 16, 15), 1);
        source.report(report, kind == 5);
    }

    /// @dev The condition that the changed field is about; any for what concerns all.
    function _kind(uint256 roll) private view returns (uint256) {
        if (moved < 9) return moved / 3;
        if (moved < 11) return 3;
        if (moved == 11) return 5;
        return moved == 15 ? 4 : (roll >> 128) % 3;
    }

    function _share(uint256 bps) private pure returns (uint256) {
        return (WHOLE / BPS) * bps;
    }
}
