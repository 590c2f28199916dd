// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title FieldBox
/// @notice A field for each direction of comparison, by key; and views that go wrong.
contract FieldBox {
    struct Fields {
        uint32 same;
        uint32 lower;
        uint32 higher;
        uint8 rungs;
    }

    mapping(uint8 => Fields) private _fields;

    /// @notice Thrown by a view that reverts.
    error FieldBox_Refused();

    function set(uint8 key, Fields calldata fields) external {
        _fields[key] = fields;
    }

    function get(uint8 key) external view returns (Fields memory) {
        return _fields[key];
    }

    function getShort(uint8) external pure returns (uint256) {
        return 0;
    }

    function getReverting(uint8) external pure returns (Fields memory) {
        revert FieldBox_Refused();
    }
}
