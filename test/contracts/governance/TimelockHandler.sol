// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Bundle, IParameterTimelock} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {ITighteningJudge} from "../../../contracts/interfaces/ITighteningJudge.sol";
import {ParameterBox} from "../../../contracts/mocks/governance/ParameterBox.sol";
import {ScriptedPreview} from "../../../contracts/mocks/governance/ScriptedPreview.sol";
import {BoxWorld} from "./BoxWorld.sol";

/// @title TimelockHandler
/// @notice What anybody can do to a timelock, each step drawn from a seed, beside a model that knows only times and
/// numbers. What the model forbids and the timelock does, or the reverse, is counted.
abstract contract TimelockHandler is BoxWorld {
    /// @dev A scheduled bundle as the model sees it.
    struct Ghost {
        // Encoded: a list of changes cannot be stored.
        bytes bundle;
        uint64 version;
        uint256 cap;
        uint256 margin;
        uint256 readyAt;
        uint256 expiresAt;
        bool isOver;
    }

    /// @dev What happened => how often.
    mapping(bytes32 => uint256) public happened;
    mapping(bytes32 => uint256) public violations;

    uint256 public ghostCap = 100;
    uint256 public ghostMargin = 100;
    uint64 public ghostVersion;
    uint256 public ghostDelay = DELAY;

    uint256 private _time = START;
    Ghost[] private _ghosts;

    constructor() {
        setUp();
    }

    modifier step() {
        vm.warp(_time);
        _;
    }

    function passTime(uint256 seed) external step {
        uint256[4] memory spans = [uint256(1 hours), 1 days, DELAY, EXPIRY];
        _time += _roll(seed, 0) % spans[_roll(seed, 1) % 4];
        _note("time passed");
    }

    function breakVenue(uint256 seed) external step {
        venue.setFault(ScriptedPreview.Fault(_roll(seed, 0) % 5 == 0 ? 1 + (_roll(seed, 1) % 4) : 0));
        _note("venue broken or mended");
    }

    function applyNow(uint256 seed) external step {
        (Bundle memory bundle, uint256 cap, uint256 margin) = _draw(seed);
        address actor = _actor(seed, tightener);
        bool isTighter = cap <= ghostCap && margin >= ghostMargin;
        bool isAllowed = actor == tightener && isTighter && bundle.version == ghostVersion + 1;

        vm.prank(actor);
        try timelock.applyNow(bundle) {
            if (!isAllowed) ++violations["applied at once"];
            _applied(cap, margin, "tightened");
        } catch {
            // Without more margin nothing becomes liquidatable, and nothing may stand in the way.
            if (isAllowed && margin == ghostMargin) ++violations["a tightening refused"];
            _note("refused at once");
        }
    }

    function schedule(uint256 seed) external step {
        _scheduleAny(seed);
    }

    /// @dev Schedules, and executes at an edge of its time with nothing else in between.
    function carry(uint256 seed) external step {
        uint256 count = _ghosts.length;
        _scheduleAny(seed);
        if (_ghosts.length == count) return;
        Ghost storage ghost = _ghosts[count];
        uint256 edge = _roll(seed, 30) % 3 == 0 ? ghost.expiresAt : ghost.readyAt;
        _time = edge - 1 + (_roll(seed, 31) % 3);
        vm.warp(_time);
        _executeGhost(ghost, seed);
    }

    function _scheduleAny(uint256 seed) private {
        (Bundle memory bundle, uint256 cap, uint256 margin) = _draw(seed);
        address actor = _actor(seed, proposer);
        vm.prank(actor);
        try timelock.schedule(bundle) {
            if (actor != proposer) ++violations["scheduled by a stranger"];
            uint256 readyAt = _time + ghostDelay;
            _ghosts.push(Ghost(abi.encode(bundle), bundle.version, cap, margin, readyAt, readyAt + EXPIRY, false));
            _note("scheduled");
        } catch {
            _note("not scheduled");
        }
    }

    function cancel(uint256 seed) external step {
        if (_ghosts.length == 0) return;
        Ghost storage ghost = _ghosts[_roll(seed, 0) % _ghosts.length];
        address actor = _actor(seed, guardian);
        bytes32 id = timelock.bundleId(abi.decode(ghost.bundle, (Bundle)));
        vm.prank(actor);
        try timelock.cancel(id) {
            if (actor != guardian) ++violations["cancelled by a stranger"];
            ghost.isOver = true;
            _note("cancelled");
        } catch {
            _note("not cancelled");
        }
    }

    function execute(uint256 seed) external step {
        if (_ghosts.length == 0) return;
        // Mostly one of the latest.
        uint256 back = _roll(seed, 0) % (_ghosts.length < 3 ? _ghosts.length : 3);
        _executeGhost(_ghosts[_ghosts.length - 1 - back], seed);
    }

    function _executeGhost(Ghost storage ghost, uint256 seed) private {
        bool isInTime = _time >= ghost.readyAt && _time < ghost.expiresAt;
        bool isAllowed = isInTime && !ghost.isOver && ghost.version == ghostVersion + 1;
        bool isPlain = venue.fault() == ScriptedPreview.Fault.None && ghost.margin <= ghostMargin;

        Bundle memory bundle = abi.decode(ghost.bundle, (Bundle));
        vm.prank(_actor(seed, stranger));
        try timelock.execute(bundle) {
            if (!isAllowed) ++violations["loosened without its delay"];
            if (ghost.cap > ghostCap || ghost.margin < ghostMargin) _note("loosened");
            ghost.isOver = true;
            _applied(ghost.cap, ghost.margin, "executed");
        } catch {
            if (isAllowed && isPlain) ++violations["a bundle in its time refused"];
            _note("not executed");
        }
    }

    /// @dev The delay grows at once, and never shrinks here.
    function lengthen(uint256 seed) external step {
        uint64 longer = uint64(ghostDelay + (_roll(seed, 0) % 6 hours));
        if (longer > 4 days) return;
        _applyNow(timelock, _own(abi.encodeCall(IParameterTimelock.setTimes, (longer, EXPIRY))));
        ++ghostVersion;
        ghostDelay = longer;
        _note("delay lengthened");
    }

    /// @dev Past the timelock: nobody may.
    function bypass(uint256 seed) external step {
        bytes[6] memory calls = [
            abi.encodeCall(ParameterBox.setCap, (_roll(seed, 1))),
            abi.encodeCall(ParameterBox.setMargin, (0)),
            abi.encodeCall(IParameterTimelock.setTimes, (1 days, EXPIRY)),
            abi.encodeCall(IParameterTimelock.setJudge, (address(box), ITighteningJudge(address(0)))),
            abi.encodeCall(IParameterTimelock.setCap, (1_000)),
            abi.encodeCall(IAccessManaged.setAuthority, (address(box)))
        ];
        uint256 choice = _roll(seed, 0) % 6;
        vm.prank(_actor(seed, root));
        (bool ok, ) = (choice < 2 ? address(box) : address(timelock)).call(calls[choice]);
        if (ok) ++violations["bypassed"];
        _note("bypass refused");
    }

    /// @dev Looking changes nothing.
    function look(uint256 seed) external step {
        (Bundle memory bundle, , ) = _draw(seed);
        try timelock.preview(bundle) {
            _note("previewed");
        } catch {
            _note("preview refused");
        }
    }

    /* INTERNAL */

    function _draw(uint256 seed) private view returns (Bundle memory bundle, uint256 cap, uint256 margin) {
        cap = _roll(seed, 10) % 3 == 0 ? ghostCap + (_roll(seed, 11) % 20) : ghostCap - (_roll(seed, 11) % 2);
        margin = _roll(seed, 12) % 3 == 0 ? ghostMargin - (_roll(seed, 13) % 4) : ghostMargin + (_roll(seed, 13) % 3);
        bundle = _two(_cap(cap), _margin(margin));
        uint64[6] memory versions = [uint64(0), 1, 1, 1, 1, 2];
        bundle.version = ghostVersion + versions[_roll(seed, 14) % 6];
    }

    function _actor(uint256 seed, address usual) private view returns (address) {
        address[5] memory others = [proposer, tightener, guardian, root, stranger];
        return _roll(seed, 20) % 3 == 0 ? others[_roll(seed, 21) % 5] : usual;
    }

    function _applied(uint256 cap, uint256 margin, bytes32 how) private {
        uint256 excessBefore = ghostMargin > 100 ? ghostMargin - 100 : 0;
        uint256 excessAfter = margin > 100 ? margin - 100 : 0;
        bool isSeen = venue.fault() == ScriptedPreview.Fault.None;
        // Each unit is a thousandth of open interest, the cap a hundredth.
        if (isSeen && excessAfter > excessBefore + 10) ++violations["too much liquidated"];
        (ghostCap, ghostMargin) = (cap, margin);
        ++ghostVersion;
        _note(how);
    }

    function _note(bytes32 what) private {
        ++happened[what];
    }

    function _roll(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }

    /* WHAT THE TEST READS */

    function governed() external view returns (uint256 cap, uint256 margin, address owner, uint64 version) {
        return (box.cap(), box.margin(), box.owner(), timelock.version());
    }

    function timelockDelay() external view returns (uint256) {
        return timelock.delay();
    }

    function timelockAddress() external view returns (address) {
        return address(timelock);
    }
}
