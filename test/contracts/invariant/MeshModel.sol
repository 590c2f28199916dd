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
    uint256 private constant HALT_BUDGET_SECONDS = 7 days;
    uint256 private constant PERIOD_SECONDS = 2 days;

    /// @dev Stamps of lanes 1 to 7: caution, reduce-only, halted, m1 to m4. Lane 0 is not used.
    struct Stamps {
        uint256[8] at;
    }

    /// @notice A breaker rung and a margin rung.
    struct Pair {
        uint256 breaker;
        uint256 margin;
    }

    /// @dev From when to when the venue saw a market halted; `end` is 0 while it still does.
    struct Halt {
        uint256 start;
        uint256 end;
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
    /// @dev hub => market => as of when the council voided, less one: 0 if never.
    mapping(uint256 => mapping(uint256 => uint256)) private _voided;
    /// @dev hub => market => halts that the budget knows of.
    mapping(uint256 => mapping(uint256 => Halt[])) private _halts;
    /// @dev hub => market => whether the budget is spent.
    mapping(uint256 => mapping(uint256 => bool)) public isSpent;

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

    /// @param isGateOpen What the lift gate would say.
    function lift(uint256 hub, uint256 market, uint256 time, bool isGateOpen) external {
        Pair storage seen = _posture[hub][market];
        bool wasHalted = seen.breaker == BREAKER_RUNGS;
        if (wasHalted && usedSeconds(hub, market, time) >= HALT_BUDGET_SECONDS) isSpent[hub][market] = true;
        Pair memory left = allowed(hub, market, time);
        if (wasHalted && !isGateOpen && !isSpent[hub][market]) left.breaker = BREAKER_RUNGS;
        _show(hub, market, left, time);
    }

    function voidMarket(uint256 hub, uint256 market, uint256 asOf) external {
        _voided[hub][market] = asOf - 1;
    }

    function rearm(uint256 hub, uint256 market, uint256 time) external {
        delete _halts[hub][market];
        isSpent[hub][market] = false;
        if (_posture[hub][market].breaker == BREAKER_RUNGS) _halts[hub][market].push(Halt(time, 0));
        _tighten(hub, market, time);
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

    /// @notice The same, as far as the halt budget reaches.
    function allowed(uint256 hub, uint256 market, uint256 time) public view returns (Pair memory pair) {
        pair = inForce(hub, market, time);
        if (isSpent[hub][market] && pair.breaker == BREAKER_RUNGS) pair.breaker = BREAKER_RUNGS - 1;
    }

    /// @notice Whole minutes halted in this period of two days and the 15 before it, each part of a halt rounded up.
    function usedSeconds(uint256 hub, uint256 market, uint256 time) public view returns (uint256 used) {
        Halt[] storage halts = _halts[hub][market];
        for (uint256 age; age < 16; ++age) {
            uint256 from = (time / PERIOD_SECONDS - age) * PERIOD_SECONDS;
            uint256 inPeriod;
            for (uint256 n; n < halts.length; ++n) {
                uint256 start = halts[n].start > from ? halts[n].start : from;
                uint256 end = halts[n].end == 0 ? time : halts[n].end;
                if (end > from + PERIOD_SECONDS) end = from + PERIOD_SECONDS;
                if (end > start) inPeriod += ((end - start + 59) / 60) * 60;
            }
            used += inPeriod < PERIOD_SECONDS ? inPeriod : PERIOD_SECONDS;
        }
    }

    /// @notice As of when the market is void, as words say it.
    function voidBefore(uint256 hub, uint256 market) public view returns (uint256) {
        return _voided[hub][market] + 1;
    }

    /// @notice When the lease of `lane` ends on `hub`, in the longer-lived of its two words. 0 if it never began or was
    /// voided.
    function holdsUntil(uint256 hub, uint256 market, uint256 lane) public view returns (uint256) {
        uint256 mesh = _mesh[hub][market].at[lane];
        uint256 local = _local[hub][market].at[lane];
        uint256 latest = mesh > local ? mesh : local;
        return latest <= voidBefore(hub, market) ? 0 : latest + _leases[lane];
    }

    function posture(uint256 hub, uint256 market) external view returns (Pair memory) {
        return _posture[hub][market];
    }

    function leaseOf(uint256 lane) external view returns (uint256) {
        return _leases[lane];
    }

    /// @notice The words as the contracts pack them.
    function words(uint256 hub, uint256 market) external view returns (uint256 mesh, uint256 local) {
        uint256 top = voidBefore(hub, market);
        return (_packed(top, _mesh[hub][market]), _packed(top, _local[hub][market]));
    }

    /* PRIVATE */

    function _stamp(Stamps storage stamps, Pair calldata rungs, uint256 time) private {
        for (uint256 lane = 1; lane < 8; ++lane) {
            if (!_isAbove(lane, rungs) && stamps.at[lane] < time) stamps.at[lane] = time;
        }
    }

    function _tighten(uint256 hub, uint256 market, uint256 time) private {
        Pair memory tight = allowed(hub, market, time);
        Pair memory seen = _posture[hub][market];
        if (tight.breaker < seen.breaker) tight.breaker = seen.breaker;
        if (tight.margin < seen.margin) tight.margin = seen.margin;
        _show(hub, market, tight, time);
    }

    /// @dev What the venue sees from now on; a halt that begins or ends is written down.
    function _show(uint256 hub, uint256 market, Pair memory pair, uint256 time) private {
        bool wasHalted = _posture[hub][market].breaker == BREAKER_RUNGS;
        bool isHalted = pair.breaker == BREAKER_RUNGS;
        Halt[] storage halts = _halts[hub][market];
        if (!wasHalted && isHalted) halts.push(Halt(time, 0));
        if (wasHalted && !isHalted) halts[halts.length - 1].end = time;
        _posture[hub][market] = pair;
    }

    function _isAbove(uint256 lane, Pair memory rungs) private pure returns (bool) {
        return lane <= BREAKER_RUNGS ? lane > rungs.breaker : lane - BREAKER_RUNGS > rungs.margin;
    }

    function _packed(uint256 top, Stamps storage stamps) private view returns (uint256 bits) {
        bits = top;
        for (uint256 lane = 1; lane < 8; ++lane) {
            bits = bits * 2 ** 32 + stamps.at[lane];
        }
    }
}
