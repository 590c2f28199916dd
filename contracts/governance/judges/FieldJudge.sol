// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Rungs} from "../../types/Rungs.sol";
import {Judge} from "./Judge.sol";

/// @notice When a new value of a field is no looser than the one in force.
enum Direction {
    // Only when it is the same: it cannot be compared.
    Same,
    // When it is no higher.
    Lower,
    // When it is no lower.
    Higher,
    // When it is no lower rung on either axis.
    Rungs
}

/// @notice How one setter is compared with the view of what it sets. All fields are of fixed size, a word each.
struct FieldRules {
    bytes4 setter;
    // Takes the leading arguments of the setter and returns the fields in force, in the setter's order.
    bytes4 getter;
    // Leading arguments, such as the market, that say whose fields they are.
    uint256 keys;
    // One a field, in the setter's order.
    Direction[] directions;
}

/// @title FieldJudge
/// @notice Compares a setter's fields with those in force, word by word, by a table of directions.
/// @dev The table is the documentation's, as data. It is right for a sensor whose assertion, for a given memory and
/// observation, is monotone in each field that is not `Same`. Fields that are all zero are not set up and assert nothing,
/// so setting them up for the first time tightens.
contract FieldJudge is Judge {
    uint256 private constant WORD_BYTES = 32;
    uint256 private constant MAX_FIELDS = 64;

    /// @notice Thrown when there are no fields or more than `most`.
    error FieldJudge_InvalidLength(uint256 fields, uint256 most);

    FieldRules private _rules;

    constructor(FieldRules memory rules_) {
        uint256 count = rules_.directions.length;
        if (count == 0 || count > MAX_FIELDS) revert FieldJudge_InvalidLength(count, MAX_FIELDS);
        _rules = rules_;
    }

    /// @notice What is compared, and how.
    function rules() external view returns (FieldRules memory) {
        return _rules;
    }

    function _tightens(
        address target,
        bytes4 selector,
        bytes calldata arguments
    ) internal view virtual override returns (bool) {
        FieldRules memory table = _rules;
        uint256 keyBytes = table.keys * WORD_BYTES;
        uint256 fieldBytes = table.directions.length * WORD_BYTES;
        if (selector != table.setter || arguments.length != keyBytes + fieldBytes) return false;

        // What the target returns is bounded by the gas that the timelock gives.
        (bool ok, bytes memory current) = target.staticcall(abi.encodePacked(table.getter, arguments[:keyBytes]));
        if (!ok || current.length != fieldBytes) return false;
        return _compare(table.directions, current, arguments[keyBytes:]);
    }

    function _compare(
        Direction[] memory directions,
        bytes memory current,
        bytes calldata next
    ) private pure returns (bool) {
        bool isNoLooser = true;
        bool isSetUp;
        for (uint256 i; i < directions.length; ++i) {
            uint256 at = i * WORD_BYTES;
            uint256 old;
            // `current` is as long as all fields together.
            assembly ("memory-safe") {
                old := mload(add(add(current, 32), at))
            }
            if (old != 0) isSetUp = true;
            if (!_isNoLooser(directions[i], old, uint256(bytes32(next[at:at + WORD_BYTES])))) isNoLooser = false;
        }
        return isNoLooser || !isSetUp;
    }

    function _isNoLooser(Direction direction, uint256 old, uint256 fresh) private pure returns (bool) {
        if (direction == Direction.Lower) return fresh <= old;
        if (direction == Direction.Higher) return fresh >= old;
        if (direction == Direction.Same) return fresh == old;
        // What does not fit a byte is no pair of rungs; the setter would refuse it.
        if (fresh > type(uint8).max) return false;
        return !Rungs.wrap(uint8(old)).exceeds(Rungs.wrap(uint8(fresh)));
    }
}
