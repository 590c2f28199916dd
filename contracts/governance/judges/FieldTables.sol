// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Direction, FieldRules} from "./FieldJudge.sol";

/// @title FieldTables
/// @notice Tables for {FieldJudge}, one a sensor; docs/governance.md gives the reason of each line. A table whose setter
/// does not match the sensor's is harmless: every change then waits.
/// @dev One letter a field, in the setter's order: `=` same, `-` no higher, `+` no lower, `r` rungs.
library FieldTables {
    /// @notice Thrown when a table holds another letter.
    error FieldTables_UnknownLetter(bytes1 letter);

    /// @notice `PriceBandSensor.setMarket`.
    function band() internal pure returns (FieldRules memory) {
        string memory fields =
            "(uint16,uint16,uint16,uint24,uint24,uint24,uint8,uint8,uint8,uint24,uint16,uint16,uint16,uint24,uint8,uint8)";
        return _table(_setMarket(fields), "band(uint8)", 1, "---===rrr==--===");
    }

    /// @notice `DrawdownSensor.setMarket`.
    function drawdown() internal pure returns (FieldRules memory) {
        string memory fields =
            "(uint16,uint16,uint16,uint16,uint16,uint16,uint8,uint8,uint8,uint24,uint24,uint16,uint16,uint8)";
        return _table(_setMarket(fields), "parametersOf(uint8)", 1, "------rrr=====");
    }

    /// @notice `OracleHealthSensor.setMarket`.
    function oracleHealth() internal pure returns (FieldRules memory) {
        string memory fields = "(uint8,uint24,uint16,uint24,uint24,uint8,uint8,uint8,uint8,uint8)";
        return _table(_setMarket(fields), "parametersOf(uint8)", 1, "+---+rrrrr");
    }

    /// @notice `CorroborationSensor.setMarket`.
    function corroboration() internal pure returns (FieldRules memory) {
        return _table(_setMarket("(uint8,uint24,uint8,uint8)"), "parametersOf(uint8)", 1, "-+=r");
    }

    /// @notice `VolatilitySensor.setMarket`.
    function volatility() internal pure returns (FieldRules memory) {
        string memory fields = "(uint16,uint24,uint16,uint16,uint16,uint16,uint16,uint24,uint24,uint16,uint16,uint8)";
        return _table(_setMarket(fields), "parametersOf(uint8)", 1, "++-----++=+=");
    }

    /// @notice `SolvencySensor.setMarket`, whose second key is the source: {SolvencyJudge} compares that.
    function solvency() internal pure returns (FieldRules memory) {
        string memory fields =
            "(uint16,uint16,uint16,uint16,uint16,uint16,uint16,uint16,uint16,uint16,uint24,uint24,uint8,uint8,uint8,uint112)";
        string memory setter = string.concat("setMarket(uint8,address,", fields, ")");
        return _table(setter, "parametersOf(uint8)", 2, "---++++++-=-rrr-");
    }

    /// @notice `SilenceSensor.setParameters`.
    function silence() internal pure returns (FieldRules memory) {
        return _table("setParameters((uint8,uint24,uint8))", "parameters()", 0, "=-r");
    }

    function _setMarket(string memory fields) private pure returns (string memory) {
        return string.concat("setMarket(uint8,", fields, ")");
    }

    function _table(
        string memory setter,
        string memory getter,
        uint256 keys,
        bytes memory letters
    ) private pure returns (FieldRules memory rules) {
        rules.setter = bytes4(keccak256(bytes(setter)));
        rules.getter = bytes4(keccak256(bytes(getter)));
        rules.keys = keys;
        rules.directions = new Direction[](letters.length);
        for (uint256 i; i < letters.length; ++i) {
            rules.directions[i] = _direction(letters[i]);
        }
    }

    function _direction(bytes1 letter) private pure returns (Direction) {
        if (letter == "=") return Direction.Same;
        if (letter == "-") return Direction.Lower;
        if (letter == "+") return Direction.Higher;
        if (letter == "r") return Direction.Rungs;
        revert FieldTables_UnknownLetter(letter);
    }
}
