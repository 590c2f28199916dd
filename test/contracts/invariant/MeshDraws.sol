// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {Directive} from "../../../contracts/types/Incident.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {MeshSolo} from "./MeshSolo.sol";

/// @title MeshDraws
/// @notice Words, messages and signatures drawn from a seed, well-formed and not.
abstract contract MeshDraws is MeshSolo {
    function _draw(uint256 seed, uint256 salt) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    function _anyMarket(uint256 seed) internal pure returns (uint8) {
        return uint8(_draw(seed, 1) % REGISTERED_MARKETS);
    }

    /// @dev One to five entries, some for markets that do not exist.
    function _anyEntries(uint256 i, uint256 seed) internal view returns (bytes memory entries) {
        uint256 count = 1 + (_draw(seed, 10) % 5);
        for (uint256 n; n < count; ++n) {
            uint8 market = uint8(_draw(seed, 11 + n) % (REGISTERED_MARKETS + 2));
            entries = bytes.concat(entries, _pack(market, _anyWord(i, _draw(seed, 20 + n))));
        }
    }

    /// @dev Lanes unset, in force, lapsed, a little ahead or any number. `voidBefore` too: it must be ignored.
    function _anyWord(uint256 i, uint256 seed) internal view returns (Word word) {
        for (uint256 lane; lane < 8; ++lane) {
            uint256 draw = _draw(seed, lane);
            uint256 kind = draw % 8;
            uint256 stamp = timeAt(i) - ((draw >> 8) % 25 hours);
            if (kind < 2) stamp = 0;
            else if (kind == 2) stamp = timeAt(i) + ((draw >> 8) % 600);
            else if (kind == 3) stamp = draw >> 224;
            word = word.merge(WordLib.single(lane, stamp));
        }
    }

    /// @dev Mostly a message, now and then with another version, cut, prolonged, or bytes of any kind.
    function _anyMessage(uint256 i, uint256 seed) internal view returns (bytes memory message) {
        uint256 kind = _draw(seed, 30) % 8;
        (uint64 seq, bytes memory entries) = (uint64(_draw(seed, 31)), _anyEntries(i, seed));
        message =
            kind == 1
                ? PayloadLib.packHeartbeat(seq, bytes32(_draw(seed, 36)), entries)
                : PayloadLib.packMessage(seq, entries);
        if (kind == 2) message[0] = bytes1(uint8(_draw(seed, 32)));
        if (kind == 3) message = bytes.concat(message, new bytes(1 + (_draw(seed, 33) % 40)));
        if (kind == 4) message = abi.encodePacked(_draw(seed, 34));
        if (kind == 5) message = _cut(message, _draw(seed, 35) % message.length);
    }

    function _cut(bytes memory whole, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 n; n < length; ++n) {
            part[n] = whole[n];
        }
    }

    /// @dev The first `count` operators from a place that the seed chooses, in order of their addresses.
    function _sign(
        Directive memory directive,
        uint256 count,
        uint256 seed
    ) internal view returns (bytes memory signatures) {
        uint256 skip = _draw(seed, 40) % (4 - count);
        for (uint256 n = skip; n < skip + count; ++n) {
            signatures = bytes.concat(signatures, _signCompact(operatorKeys[n], _digest(MESH_ID, directive)));
        }
    }

    /// @dev One operator twice, two out of order, a stranger, an operator and a stranger.
    function _anyForgery(Directive memory directive, uint256 seed) internal view returns (bytes memory) {
        bytes32 digest = _digest(MESH_ID, directive);
        bytes memory first = _signCompact(operatorKeys[0], digest);
        bytes memory second = _signCompact(operatorKeys[1], digest);
        bytes memory strange = _signCompact(1 + (_draw(seed, 1) % 1e18), digest);
        bytes[4] memory forgeries = [
            bytes.concat(first, first),
            bytes.concat(second, first),
            strange,
            bytes.concat(first, strange)
        ];
        return forgeries[_draw(seed, 2) % 4];
    }
}
