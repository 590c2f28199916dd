// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ICouncil, Member} from "../interfaces/ICouncil.sol";

/// @title CouncilRoll
/// @notice Who sits on the council, who guards it, and how many alarms each member has left.
abstract contract CouncilRoll is ICouncil, Ownable {
    /* CONSTANTS */

    /// @notice Most members, so that reading signatures has bounded cost.
    uint256 public constant MAX_MEMBERS = 32;

    /// @notice Fewest members that void together.
    uint256 public constant MIN_THRESHOLD = 2;

    /// @notice Bounds of the number of alarms that a member is armed with.
    uint8 public constant MIN_USES = 1;
    uint8 public constant MAX_USES = 24;

    /// @notice Bounds of a void's delay, in seconds.
    uint64 public constant MIN_VOID_DELAY_SECONDS = 10 minutes;
    uint64 public constant MAX_VOID_DELAY_SECONDS = 2 days;

    /* STORAGE */

    /// @notice Alarms that a member is armed with.
    uint8 public immutable usesPerArming;

    /// @inheritdoc ICouncil
    uint8 public threshold;
    /// @inheritdoc ICouncil
    uint64 public voidDelay;

    address[] private _list;
    /// @dev account => what it is and has left.
    mapping(address => Member) private _members;
    /// @inheritdoc ICouncil
    mapping(address => bool) public isGuardian;

    /* CONSTRUCTOR */

    constructor(address[] memory members_, address[] memory guardians, uint8 uses, uint8 threshold_, uint64 delay) {
        if (uses < MIN_USES || uses > MAX_USES) revert Council_OutOfBounds("uses", uses, MIN_USES, MAX_USES);
        usesPerArming = uses;
        for (uint256 i; i < members_.length; ++i) {
            _addMember(members_[i]);
        }
        for (uint256 i; i < guardians.length; ++i) {
            _setGuardian(guardians[i], true);
        }
        _setVoidRules(threshold_, delay);
    }

    /* GOVERNANCE */

    /// @inheritdoc ICouncil
    function setMember(address account, bool isMember) external onlyOwner {
        if (isMember) _addMember(account);
        else _removeMember(account);
    }

    /// @inheritdoc ICouncil
    function setGuardian(address account, bool isGuardian_) external onlyOwner {
        _setGuardian(account, isGuardian_);
    }

    /// @inheritdoc ICouncil
    function rearm(address member) external onlyOwner {
        if (!_members[member].isMember) revert Council_NotMember(member);
        _members[member].uses = usesPerArming;
        emit Rearmed(member, usesPerArming);
    }

    /// @inheritdoc ICouncil
    function setVoidRules(uint8 newThreshold, uint64 delaySeconds) external onlyOwner {
        _setVoidRules(newThreshold, delaySeconds);
    }

    function _addMember(address account) private {
        bool isTaken = _members[account].isMember || isGuardian[account];
        if (account == address(0) || isTaken || _list.length == MAX_MEMBERS) revert Council_InvalidAccount(account);
        _members[account] = Member(true, usesPerArming, uint64(block.timestamp));
        _list.push(account);
        emit MemberSet(account, true);
    }

    function _removeMember(address account) private {
        if (!_members[account].isMember) revert Council_InvalidAccount(account);
        uint256 last = _list.length - 1;
        if (last < threshold) revert Council_InvalidThreshold(threshold, last);
        for (uint256 i; i < last; ++i) {
            if (_list[i] == account) _list[i] = _list[last];
        }
        _list.pop();
        delete _members[account];
        emit MemberSet(account, false);
    }

    /// @dev Nobody is both: a stolen quorum of the council must meet somebody else's veto.
    function _setGuardian(address account, bool isGuardian_) private {
        bool isRefused = account == address(0) || _members[account].isMember || isGuardian[account] == isGuardian_;
        if (isRefused) revert Council_InvalidAccount(account);
        isGuardian[account] = isGuardian_;
        emit GuardianSet(account, isGuardian_);
    }

    function _setVoidRules(uint8 newThreshold, uint64 delaySeconds) private {
        if (newThreshold < MIN_THRESHOLD || newThreshold > _list.length) {
            revert Council_InvalidThreshold(newThreshold, _list.length);
        }
        if (delaySeconds < MIN_VOID_DELAY_SECONDS || delaySeconds > MAX_VOID_DELAY_SECONDS) {
            revert Council_OutOfBounds("voidDelay", delaySeconds, MIN_VOID_DELAY_SECONDS, MAX_VOID_DELAY_SECONDS);
        }
        (threshold, voidDelay) = (newThreshold, delaySeconds);
        emit VoidRulesSet(newThreshold, delaySeconds);
    }

    /* VIEWS */

    /// @inheritdoc ICouncil
    function memberOf(address account) external view returns (Member memory) {
        return _members[account];
    }

    /// @inheritdoc ICouncil
    function members() external view returns (address[] memory) {
        return _list;
    }

    /// @inheritdoc ICouncil
    function readiness(uint64 seenSince) external view returns (uint256 armed, uint256 inReach) {
        for (uint256 i; i < _list.length; ++i) {
            Member memory member = _members[_list[i]];
            if (member.seenAt < seenSince) continue;
            ++inReach;
            if (member.uses != 0) ++armed;
        }
    }

    /* INTERNAL */

    function _isMember(address account) internal view returns (bool) {
        return _members[account].isMember;
    }

    /// @dev Notes that the caller, a member, is there.
    function _see() internal {
        Member storage member = _members[msg.sender];
        if (!member.isMember) revert Council_NotMember(msg.sender);
        member.seenAt = uint64(block.timestamp);
    }

    /// @dev Takes one alarm of the caller, a member.
    function _use() internal returns (uint8 left) {
        Member storage member = _members[msg.sender];
        if (member.uses == 0) revert Council_NoUsesLeft(msg.sender);
        left = --member.uses;
    }
}
