// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IParameterTimelock} from "../interfaces/IParameterTimelock.sol";
import {GovernanceRoles} from "./GovernanceRoles.sol";
import {ParameterTimelock, TimelockParameters} from "./ParameterTimelock.sol";

/// @notice Who governs from the start.
struct GovernanceMembers {
    // Administers roles, after `rootDelaySeconds`: a governor, a multisig, whatever the protocol has.
    address root;
    uint32 rootDelaySeconds;
    address[] proposers;
    address[] tighteners;
    address[] guardians;
}

/// @title GovernanceSetup
/// @notice Creates the roles and the timelock in one transaction and keeps nothing.
/// @dev **Design**
/// - Everything happens in the constructor: no moment at which the deployer holds a role, no half-wired governance.
/// - The root's own delay is at least that of the timelock: a stolen root is seen in time, while guardians still guard.
/// - The root, and no guardian, decides who guards: a guardian may veto every bundle and so cannot be governed by one.
///
/// **Trust assumptions**
/// - Contracts of the deployment are configured before this, by their deployer, and handed to `timelock` after it.
contract GovernanceSetup {
    /// @notice Thrown when a role that nothing works without has no member, or a member is the zero address.
    error GovernanceSetup_NoMember(uint64 role);

    /// @notice Thrown when the root may act sooner than the timelock.
    error GovernanceSetup_RootTooFast(uint256 rootDelaySeconds, uint256 delaySeconds);

    /// @notice The roles.
    AccessManager public immutable manager;

    /// @notice The owner-to-be of everything else.
    ParameterTimelock public immutable timelock;

    constructor(GovernanceMembers memory members, TimelockParameters memory parameters) {
        manager = new AccessManager(address(this));
        timelock = new ParameterTimelock(address(manager), parameters);
        if (members.root == address(0)) revert GovernanceSetup_NoMember(manager.ADMIN_ROLE());
        if (members.rootDelaySeconds < parameters.delaySeconds) {
            revert GovernanceSetup_RootTooFast(members.rootDelaySeconds, parameters.delaySeconds);
        }
        _open(GovernanceRoles.PROPOSER, IParameterTimelock.schedule.selector, members.proposers);
        _open(GovernanceRoles.TIGHTENER, IParameterTimelock.applyNow.selector, members.tighteners);
        _open(GovernanceRoles.GUARDIAN, IParameterTimelock.cancel.selector, members.guardians);

        manager.grantRole(manager.ADMIN_ROLE(), members.root, members.rootDelaySeconds);
        manager.renounceRole(manager.ADMIN_ROLE(), address(this));
    }

    /// @dev Without a proposer nothing can ever be loosened, without a tightener nothing at once, without a guardian
    /// nothing is vetoed.
    function _open(uint64 role, bytes4 selector, address[] memory members) private {
        if (members.length == 0) revert GovernanceSetup_NoMember(role);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(address(timelock), selectors, role);
        for (uint256 i; i < members.length; ++i) {
            if (members[i] == address(0)) revert GovernanceSetup_NoMember(role);
            manager.grantRole(role, members[i], 0);
        }
    }
}
