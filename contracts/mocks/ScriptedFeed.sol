// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";

/// @notice What a {ScriptedFeed} does when it is read.
enum Behaviour {
    Answer,
    Revert,
    BurnGas,
    ReturnLittle,
    ReturnHuge
}

/// @title ScriptedFeed
/// @notice A Chainlink-compatible feed that says and does what it is told. Anybody may tell it.
contract ScriptedFeed is IAggregatorV3 {
    /// @notice Thrown when the feed is told to revert.
    error ScriptedFeed_ToldToRevert();

    /// @dev Less gas than a reader gives, so that the whole of it does come back.
    uint256 private constant HUGE_BYTES = 64_000;
    uint256 private constant LITTLE_BYTES = 96;

    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    /// @notice Names the pair, as Chainlink's feeds do.
    string public description;

    int256 private _answer;
    uint256 private _updatedAt;
    uint80 private _round;
    Behaviour private _behaviour;

    constructor(uint8 decimals_, string memory description_) {
        decimals = decimals_;
        description = description_;
    }

    /// @notice Publishes `answer` now.
    function publish(int256 answer) external {
        publishAt(answer, block.timestamp);
    }

    /// @notice Publishes `answer` as of `updatedAt`, which may be any time at all.
    function publishAt(int256 answer, uint256 updatedAt) public {
        (_answer, _updatedAt, _round) = (answer, updatedAt, _round + 1);
    }

    /// @notice From now on, behaves so.
    function behave(Behaviour behaviour) external {
        _behaviour = behaviour;
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Behaviour behaviour = _behaviour;
        if (behaviour == Behaviour.Revert) revert ScriptedFeed_ToldToRevert();
        if (behaviour == Behaviour.BurnGas) _burnGas();
        if (behaviour == Behaviour.ReturnLittle) _returnBytes(LITTLE_BYTES);
        if (behaviour == Behaviour.ReturnHuge) _returnBytes(HUGE_BYTES);
        return (_round, _answer, _updatedAt, _updatedAt, _round);
    }

    function _burnGas() private pure {
        while (true) {}
    }

    /// @dev Returns `size` bytes, the first five words of which look like a good answer.
    function _returnBytes(uint256 size) private view {
        (int256 answer, uint256 updatedAt) = (_answer, _updatedAt);
        assembly {
            mstore(0x00, 1)
            mstore(0x20, answer)
            mstore(0x40, updatedAt)
            mstore(0x60, updatedAt)
            mstore(0x80, 1)
            return(0, size)
        }
    }
}
