// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BandJudge} from "../../../contracts/governance/judges/BandJudge.sol";
import {Direction, FieldJudge, FieldRules} from "../../../contracts/governance/judges/FieldJudge.sol";
import {FieldTables} from "../../../contracts/governance/judges/FieldTables.sol";
import {BandParameters, IPriceBandSensor} from "../../../contracts/interfaces/IPriceBandSensor.sol";
import {FieldBox} from "../../../contracts/mocks/governance/FieldBox.sol";
import {BandPresets} from "../../../contracts/sensors/price-band/BandPresets.sol";
import {SensorWorld} from "../sensors/price-band/SensorWorld.sol";

/// @notice The judge that reads a table, on a box with a field of each kind, and against the band's own judge.
contract FieldJudgeTest is SensorWorld {
    FieldBox private box;
    FieldJudge private judge;

    function setUp() public override {
        super.setUp();
        box = new FieldBox();
        box.set(MARKET, FieldBox.Fields(100, 100, 100, 0x21));
        judge = new FieldJudge(_rules(FieldBox.get.selector));
    }

    function test_Tightens_EachFieldInItsDirectionOnly() public view {
        assertTrue(_judge(100, 100, 100, 0x21), "nothing changes");
        assertFalse(_judge(99, 100, 100, 0x21), "same, lower");
        assertFalse(_judge(101, 100, 100, 0x21), "same, higher");
        assertTrue(_judge(100, 99, 100, 0x21), "lower, lower");
        assertFalse(_judge(100, 101, 100, 0x21), "lower, higher");
        assertFalse(_judge(100, 100, 99, 0x21), "higher, lower");
        assertTrue(_judge(100, 100, 101, 0x21), "higher, higher");
    }

    function test_Tightens_RungsOnBothAxes() public view {
        assertTrue(_judge(100, 100, 100, 0x32), "both up");
        assertFalse(_judge(100, 100, 100, 0x20), "margin down");
        assertFalse(_judge(100, 100, 100, 0x14), "breaker down, margin up");
        assertFalse(_judge(100, 100, 100, 0x30), "breaker up, margin down");
    }

    function test_Tightens_OneLooserFieldIsEnough() public view {
        assertFalse(_judge(100, 50, 99, 0x34));
    }

    function test_Tightens_TheFirstSetUp() public view {
        FieldBox.Fields memory fields = FieldBox.Fields(1, 1, 0, 0);
        assertTrue(judge.tightens(address(box), abi.encodeCall(FieldBox.set, (MARKET + 1, fields))));
    }

    function test_Tightens_NotWhatHasAnotherShape() public view {
        bytes memory whole = _call(100, 100, 100, 0x21);
        assertFalse(judge.tightens(address(box), bytes.concat(whole, hex"00")), "longer");
        bytes memory shorter = new bytes(whole.length - 1);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = whole[i];
        }
        assertFalse(judge.tightens(address(box), shorter), "shorter");
        assertFalse(judge.tightens(address(box), abi.encodeCall(FieldBox.get, (MARKET))), "another selector");
    }

    function test_Tightens_NotWhenTheViewFails() public {
        bytes memory same = _call(100, 100, 100, 0x21);
        assertFalse(new FieldJudge(_rules(FieldBox.getShort.selector)).tightens(address(box), same), "short");
        assertFalse(new FieldJudge(_rules(FieldBox.getReverting.selector)).tightens(address(box), same), "reverts");
        assertFalse(new FieldJudge(_rules(bytes4(0))).tightens(address(box), same), "missing");
        assertFalse(judge.tightens(makeAddr("no code"), same), "no code");
    }

    /// @dev A word that is no byte must not be cut down to one.
    function test_Tightens_NotWhenRungsAreNoByte() public view {
        bytes memory data = abi.encodeWithSelector(FieldBox.set.selector, MARKET, 100, 100, 100, 0x134);
        assertFalse(judge.tightens(address(box), data));
    }

    function test_Constructor_RevertWhen_ThereAreNoFields() public {
        FieldRules memory rules;
        vm.expectRevert(abi.encodeWithSelector(FieldJudge.FieldJudge_InvalidLength.selector, 0, 64));
        new FieldJudge(rules);
    }

    /* THE BAND'S TABLE */

    function test_BandTable_NamesTheSensorsOwnFunctions() public pure {
        FieldRules memory rules = FieldTables.band();
        assertEq(rules.setter, IPriceBandSensor.setMarket.selector);
        assertEq(rules.getter, IPriceBandSensor.band.selector);
        assertEq(rules.directions.length, 16);
    }

    /// @dev Two judges written apart give the same answer: any field up or down by any draw, several at once.
    function testFuzz_BandTable_AgreesWithTheBandsOwnJudge(uint256 seed) public {
        FieldJudge byTable = new FieldJudge(FieldTables.band());
        BandJudge byHand = new BandJudge();
        bytes memory words = abi.encode(BandPresets.standard());
        for (uint256 i; i < 3; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            if (roll % 3 == 0) continue;
            uint256 at = 32 * (1 + ((roll >> 8) % 16));
            uint256 value;
            assembly ("memory-safe") {
                value := mload(add(words, at))
            }
            value = (roll >> 16) % 2 == 0 ? value - 1 : value + 1;
            assembly ("memory-safe") {
                mstore(add(words, at), value)
            }
        }
        BandParameters memory next = abi.decode(words, (BandParameters));
        bytes memory data = abi.encodeCall(IPriceBandSensor.setMarket, (MARKET, next));
        assertEq(byTable.tightens(address(sensor), data), byHand.tightens(address(sensor), data));
    }

    /// @dev The number of letters is the number of fields that each setter's signature names.
    function test_Tables_HaveADirectionForEachField() public pure {
        assertEq(FieldTables.drawdown().directions.length, 14);
        assertEq(FieldTables.oracleHealth().directions.length, 10);
        assertEq(FieldTables.corroboration().directions.length, 4);
        assertEq(FieldTables.silence().directions.length, 3);
        assertEq(FieldTables.silence().keys, 0);
    }

    /* PRIVATE */

    function _rules(bytes4 getter) private pure returns (FieldRules memory rules) {
        rules = FieldRules(FieldBox.set.selector, getter, 1, new Direction[](4));
        rules.directions[1] = Direction.Lower;
        rules.directions[2] = Direction.Higher;
        rules.directions[3] = Direction.Rungs;
    }

    function _call(uint32 same, uint32 lower, uint32 higher, uint8 rungs) private pure returns (bytes memory) {
        return abi.encodeCall(FieldBox.set, (MARKET, FieldBox.Fields(same, lower, higher, rungs)));
    }

    function _judge(uint32 same, uint32 lower, uint32 higher, uint8 rungs) private view returns (bool) {
        return judge.tightens(address(box), _call(same, lower, higher, rungs));
    }
}
