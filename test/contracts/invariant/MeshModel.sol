// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title MeshModel
/// @notice The protocol a second time, naively, as the ghost of the invariant tests: one variable a stamp, loops
/// instead of bit work, nothing packed, nothing shared with the contracts.
contract MeshModel {
    uint256 private constant BREAKER_RUNGS = 3;
    uint256 private constant MARGIN_RUNGS = 4;
    uint256 private constant SKEW_SECONDS = 300;
    uint256 private constant SOLO_SECONDS = 600;

    /// @dev Stamps of lanes 1 to 7: caution, reduce-only, halted, m1 to m4. Lane 0 is not used.
    struct Stamps {
        uint256[8] at;
    }

    /// @notice A breaker rung and a margin rung.
    struct Pair {
        uint256 breaker;
        uint256 margin;
    }

    /// @notice How an entry is read.
    struct Reading {
        Pair ceiling;
        uint256 time;
        bool isSolo;
    }

    uint256[8] private _leases = [uint256(0), 12 hours, 3 hours, 1 hours, 24 hours, 8 hours, 3 hours, 1 hours];

    /// @dev hub => market => stamps.
    mapping(uint256 => mapping(uint256 => Stamps)) private _mesh;
    mapping(uint256 => mapping(uint256 => Stamps)) private _local;
    /// @dev hub => market => what the venue sees.
    mapping(uint256 => mapping(uint256 => Pair)) private _posture;

    /* CHANGES */

    /// @param local What is asserted on the hub's chain.
    /// @param mesh What travels of it.
    function assertRungs(uint256 hub, uint256 market, Pair calldata local, Pair calldata mesh, uint256 time) external {
        _stamp(_mesh[hub][market], mesh, time);
        bool isHigher = local.breaker > mesh.breaker || local.margin > mesh.margin;
        if (isHigher) _stamp(_local[hub][market], local, time);
        _tighten(hub, market, time);
    }

    function merge(uint256 hub, uint256 market, uint256[8] calldata stamps, Reading calldata reading) external {
        for (uint256 lane = 1; lane < 8; ++lane) {
            uint256 stamp = stamps[lane];
            if (_isAbove(lane, reading.ceiling) || stamp > reading.time + SKEW_SECONDS) continue;
            uint256 latest = reading.time + SOLO_SECONDS - _leases[lane];
            if (reading.isSolo && stamp > latest) stamp = latest;
            if (stamp > _mesh[hub][market].at[lane]) _mesh[hub][market].at[lane] = stamp;
        }
        _tighten(hub, market, reading.time);
    }

    function lift(uint256 hub, uint256 market, uint256 time) external {
        _posture[hub][market] = inForce(hub, market, time);
    }

    /* VIEWS */

    /// @notice The rungs that the words of `hub` hold at `time`.
    function inForce(uint256 hub, uint256 market, uint256 time) public view returns (Pair memory pair) {
        for (uint256 rung = 1; rung <= BREAKER_RUNGS; ++rung) {
            if (holdsUntil(hub, market, rung) > time) pair.breaker = rung;
        }
        for (uint256 rung = 1; rung <= MARGIN_RUNGS; ++rung) {
            if (holdsUntil(hub, market, BREAKER_RUNGS + rung) > time) pair.margin = rung;
        }
    }

    /// @notice When the lease of `lane` ends on `hub`, in the longer-lived of its two words. 0 if it never began.
    function holdsUntil(uint256 hub, uint256 market, uint256 lane) public view returns (uint256) {
        uint256 mesh = _mesh[hub][market].at[lane];
        uint256 local = _local[hub][market].at[lane];
        uint256 latest = mesh > local ? mesh : local;
        return latest == 0 ? 0 : latest + _leases[lane];
    }

    function posture(uint256 hub, uint256 market) external view returns (Pair memory) {
        return _posture[hub][market];
    }

    function leaseOf(uint256 lane) external view returns (uint256) {
        return _leases[lane];
    }

    /// @notice The words as the contracts pack them, with the `voidBefore` that registration writes.
    function words(uint256 hub, uint256 market) external view returns (uint256 mesh, uint256 local) {
        return (_packed(_mesh[hub][market]), _packed(_local[hub][market]));
    }

    /* PRIVATE */

    function _stamp(Stamps storage stamps, Pair calldata rungs, uint256 time) private {
        for (uint256 lane = 1; lane < 8; ++lane) {
            if (!_isAbove(lane, rungs) && stamps.at[lane] < time) stamps.at[lane] = time;
        }
    }

    function _tighten(uint256 hub, uint256 market, uint256 time) private {
        Pair memory now_ = inForce(hub, market, time);
        Pair storage seen = _posture[hub][market];
        if (now_.breaker > seen.breaker) seen.breaker = now_.breaker;
        if (now_.margin > seen.margin) seen.margin = now_.margin;
    }

    function _isAbove(uint256 lane, Pair memory rungs) private pure returns (bool) {
        return lane <= BREAKER_RUNGS ? lane > rungs.breaker : lane - BREAKER_RUNGS > rungs.margin;
    }

    function _packed(Stamps storage stamps) private view returns (uint256 bits) {
        bits = 1;
        for (uint256 lane = 1; lane < 8; ++lane) {
            bits = bits * 2 ** 32 + stamps.at[lane];
        }
    }
}
