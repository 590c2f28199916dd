// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title CappedRatio
/// @notice The rate of a staked token, capped at a snapshot that grows by at most so much a year: the shape of Aave's
/// CAPO. Snapshot and its time belong together and have a setter each.
contract CappedRatio is Ownable {
    uint256 private constant BPS = 10_000;
    uint256 private constant YEAR = 365 days;

    uint256 public marketE18;
    uint256 public snapshotE18;
    uint256 public snapshotAt;
    uint256 public immutable growthBps;

    constructor(address owner, uint256 market, uint256 snapshot, uint256 at, uint256 growth) Ownable(owner) {
        (marketE18, snapshotE18, snapshotAt, growthBps) = (market, snapshot, at, growth);
    }

    function setSnapshot(uint256 newSnapshotE18) external onlyOwner {
        snapshotE18 = newSnapshotE18;
    }

    function setSnapshotAt(uint256 newAt) external onlyOwner {
        snapshotAt = newAt;
    }

    /// @notice The rate that a venue uses: the market's, or the cap when that is lower.
    function ratioE18() external view returns (uint256) {
        uint256 grown = (snapshotE18 * growthBps * (block.timestamp - snapshotAt)) / (BPS * YEAR);
        uint256 cap = snapshotE18 + grown;
        return marketE18 < cap ? marketE18 : cap;
    }
}
