// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Council, CouncilParameters} from "../../../contracts/governance/Council.sol";
import {GovernanceRoles} from "../../../contracts/governance/GovernanceRoles.sol";
import {GovernanceMembers, GovernanceSetup} from "../../../contracts/governance/GovernanceSetup.sol";
import {JudgeEntry, ParameterTimelock, TimelockParameters} from "../../../contracts/governance/ParameterTimelock.sol";
import {BandJudge} from "../../../contracts/governance/judges/BandJudge.sol";
import {CouncilJudge} from "../../../contracts/governance/judges/CouncilJudge.sol";
import {HubJudge} from "../../../contracts/governance/judges/HubJudge.sol";
import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IImpactPreview} from "../../../contracts/interfaces/IImpactPreview.sol";
import {Bundle, Change, IParameterTimelock} from "../../../contracts/interfaces/IParameterTimelock.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {SilenceParameters} from "../../../contracts/interfaces/ISilenceSensor.sol";
import {BandParameters, IPriceBandSensor} from "../../../contracts/interfaces/IPriceBandSensor.sol";
import {PriceAggregator} from "../../../contracts/oracle/PriceAggregator.sol";
import {BandPresets} from "../../../contracts/sensors/price-band/BandPresets.sol";
import {SilenceSensor} from "../../../contracts/sensors/silence/SilenceSensor.sol";
import {PriceBandSensor} from "../../../contracts/sensors/price-band/PriceBandSensor.sol";
import {Cause, Limits, SensorGrant} from "../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M4} from "../../../contracts/types/Rungs.sol";
import {deployHub} from "../hub/HubArtifact.sol";
import {HubBuilders} from "../hub/HubBuilders.sol";
import {GovernanceWorld} from "./GovernanceWorld.sol";
import {WholeDeployment} from "./WholeDeployment.sol";

/// @dev The parts of LayerZero's EndpointV2 that are looked at here.
interface IEndpoint {
    function delegates(address oapp) external view returns (address);

    function lazyInboundNonce(address oapp, uint32 srcEid, bytes32 sender) external view returns (uint64);

    function skip(address oapp, uint32 srcEid, bytes32 sender, uint64 nonce) external;
}

/// @notice A whole deployment, configured by its deployer and handed over: who owns what afterwards, what the deployer
/// can still do (nothing), and incidents of 2025 and 2026 replayed against it.
contract HandOverTest is GovernanceWorld, HubBuilders, WholeDeployment {
    string private constant ENDPOINT =
        "./node_modules/@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json";
    uint32 private constant EID = 50901;
    uint8 private constant MARKET = 1;
    bytes32 private constant MESH_ID = keccak256("hand-over");

    address private deployer = makeAddr("deployer");
    IEndpoint private endpoint;
    IncidentHub private hub;
    PriceAggregator private aggregator;
    PriceBandSensor private band;
    Council private council;
    AccessManager private manager;
    ParameterTimelock private timelock;
    address[] private operators;
    /// @dev Sensors, gate, treasury and public alarm.
    address[REST] private rest;

    function setUp() public {
        vm.warp(START);
        endpoint = _deployEndpoint();
        operators = _addressesOf(_sortedKeys(3));
        vm.startPrank(deployer);
        hub = deployHub(address(endpoint), deployer, MESH_ID, _defaultLeases(), _defaultLimits(), operators);
        aggregator = new PriceAggregator(deployer);
        band = new PriceBandSensor(hub, aggregator, deployer);
        council = new Council(hub, MESH_ID, deployer, _council());
        rest = _deployRest(hub, aggregator, deployer);
        _configure();
        GovernanceSetup setup = _setUpGovernance(_judges(), new IImpactPreview[](0));
        (manager, timelock) = (setup.manager(), setup.timelock());
        hub.setDelegate(address(timelock));
        hub.transferOwnership(address(timelock));
        aggregator.transferOwnership(address(timelock));
        band.transferOwnership(address(timelock));
        council.transferOwnership(address(timelock));
        for (uint256 i; i < REST; ++i) {
            Ownable(rest[i]).transferOwnership(address(timelock));
        }
        vm.stopPrank();
    }

    /* WHO OWNS WHAT */

    function test_HandOver_TheTimelockOwnsAll_AndIsTheDelegate() public view {
        address[4] memory owned = [address(hub), address(aggregator), address(band), address(council)];
        for (uint256 i; i < owned.length; ++i) {
            assertEq(Ownable(owned[i]).owner(), address(timelock), "owner");
        }
        for (uint256 i; i < REST; ++i) {
            assertEq(Ownable(rest[i]).owner(), address(timelock), "owner of the rest");
        }
        assertEq(endpoint.delegates(address(hub)), address(timelock), "delegate");
        assertEq(timelock.authority(), address(manager), "authority");
    }

    function test_HandOver_RolesAreWhatWasAsked() public view {
        _expectRole(GovernanceRoles.PROPOSER, proposer, 0);
        _expectRole(GovernanceRoles.TIGHTENER, tightener, 0);
        _expectRole(GovernanceRoles.GUARDIAN, guardian, 0);
        _expectRole(manager.ADMIN_ROLE(), root, ROOT_DELAY);
    }

    /// @dev Neither the deployer, nor the contract that set governance up, nor the timelock itself.
    function test_HandOver_NobodyElseHoldsARole() public view {
        address[4] memory others = [deployer, address(this), address(timelock), stranger];
        for (uint64 role; role < 4; ++role) {
            for (uint256 i; i < others.length; ++i) {
                (bool isMember, ) = manager.hasRole(role, others[i]);
                assertFalse(isMember, "a role was kept");
            }
        }
    }

    function test_HandOver_TheDeployerCanDoNothing() public {
        Bundle memory bundle = _bundle(timelock, address(band), _tierTwo(900));
        bytes[3] memory calls = [
            abi.encodeCall(IParameterTimelock.applyNow, (bundle)),
            abi.encodeCall(IParameterTimelock.schedule, (bundle)),
            abi.encodeCall(IParameterTimelock.cancel, (bytes32(0)))
        ];
        vm.startPrank(deployer);
        for (uint256 i; i < calls.length; ++i) {
            _expectUnauthorised(deployer, address(timelock), calls[i]);
        }
        _expectNotOwner(address(hub), abi.encodeCall(IIncidentHub.withdraw, (payable(deployer), 0)));
        _expectNotOwner(address(band), _tierTwo(900));
        vm.expectRevert();
        endpoint.skip(address(hub), EID + 1, bytes32(uint256(1)), 1);
    }

    /// @dev Not one of them listens to the deployer any more.
    function test_HandOver_TheDeployerOwnsNothing() public {
        vm.startPrank(deployer);
        bytes memory back = abi.encodeCall(Ownable.transferOwnership, (deployer));
        for (uint256 i; i < REST; ++i) {
            _expectNotOwner(rest[i], back);
        }
        _expectNotOwner(address(aggregator), back);
        _expectNotOwner(address(council), back);
    }

    /// @dev Ownership, money and what has no judge wait, whoever is asked.
    function test_ApplyNow_TakesNoOwnershipAndNoMoney() public {
        for (uint256 i; i < REST; ++i) {
            _refuse(rest[i], abi.encodeCall(Ownable.transferOwnership, (stranger)));
            _refuse(rest[i], abi.encodeCall(Ownable.renounceOwnership, ()));
        }
        _refuse(rest[9], abi.encodeWithSignature("withdraw(address,uint256)", stranger, 1));
        _refuse(rest[10], abi.encodeWithSignature("withdrawPot(address,uint256)", stranger, 1));
        _refuse(rest[8], abi.encodeWithSignature("setInterval(uint24)", 6 hours));
    }

    /// @dev Through timelock and table: a silence that counts earlier at once, one that counts later after the delay.
    function test_ApplyNow_TightensASensorByItsTable() public {
        SilenceSensor silence = SilenceSensor(rest[3]);
        SilenceParameters memory next = silence.parameters();
        next.silenceSeconds = 30 minutes;
        _applyNow(timelock, _bundle(timelock, rest[3], abi.encodeCall(silence.setParameters, (next))));
        assertEq(silence.parameters().silenceSeconds, 30 minutes);

        next.silenceSeconds = 31 minutes;
        bytes memory later = abi.encodeCall(silence.setParameters, (next));
        _refuse(rest[3], later);
        Bundle memory bundle = _bundle(timelock, rest[3], later);
        _schedule(timelock, bundle);
        _wait(DELAY);
        _execute(timelock, bundle);
        assertEq(silence.parameters().silenceSeconds, 31 minutes);
    }

    /* THE HUB'S CHANNELS */

    /// @dev A stuck channel is mended by governance: the timelock is the hub's delegate at the endpoint.
    function test_Execute_MendsAStuckChannel() public {
        bytes32 sender = bytes32(uint256(1));
        bytes memory skip = abi.encodeCall(IEndpoint.skip, (address(hub), EID + 1, sender, 1));
        Bundle memory bundle = _bundle(timelock, address(endpoint), skip);
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, bundle);

        _schedule(timelock, bundle);
        _wait(DELAY);
        _execute(timelock, bundle);
        assertEq(endpoint.lazyInboundNonce(address(hub), EID + 1, sender), 1);
    }

    /* P9 ON THE REAL CONTRACTS */

    function test_ApplyNow_TightensHubAndBandTogether() public {
        Limits memory limits = _defaultLimits();
        limits.soloCeiling = _rungs(HALTED, M4);
        Change memory first = Change(address(hub), abi.encodeCall(IIncidentHub.setLimits, (limits)));
        _applyNow(timelock, _next(timelock, _changes(first, Change(address(band), _tierTwo(1_000)))));

        assertEq(hub.limits().soloCeiling.breaker(), HALTED);
        assertEq(band.band(MARKET).tier2Bps, 1_000);
    }

    function test_ApplyNow_AddsAGuardianAtOnce_ButNoMember() public {
        _applyNow(timelock, _bundle(timelock, address(council), abi.encodeCall(council.setGuardian, (stranger, true))));
        assertTrue(council.isGuardian(stranger));

        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, _bundle(timelock, address(council), abi.encodeCall(council.setMember, (deployer, true))));
    }

    function test_Alarm_HaltsTheRealHub() public {
        address member = _addressesOf(_sortedKeys(3))[0];
        vm.prank(member);
        council.alarm(MARKET, _rungs(HALTED, M4));

        assertEq(hub.postureNow().own(MARKET).breaker(), HALTED);
        // The mesh ceiling of the council's grant.
        assertEq(hub.meshWord(MARKET).inForce(hub.leases(), block.timestamp).breaker(), CAUTION);
    }

    /* INCIDENTS */

    /// @dev Drift, April 2026: whoever held the keys removed the caps at once. Here proposer and tightener together
    /// cannot: the widest band waits two days in sight of the guardian, who vetoes it.
    function test_Incident_CapsRemovedWithoutDelay() public {
        Bundle memory bundle = _bundle(timelock, address(band), _tierTwo(2_250));
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, bundle);

        bytes32 id = _schedule(timelock, bundle);
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotReady.selector));
        _execute(timelock, bundle);

        vm.prank(guardian);
        timelock.cancel(id);
        _wait(DELAY);
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotScheduled.selector));
        _execute(timelock, bundle);
        assertEq(band.band(MARKET).tier2Bps, 1_100);
    }

    /// @dev And the root, with every role it could give itself, no sooner than its own, longer delay.
    function test_Incident_AStolenRootIsSeenInTime() public {
        bytes memory grant = abi.encodeCall(IAccessManager.grantRole, (GovernanceRoles.PROPOSER, root, 0));
        vm.startPrank(root);
        _expectRefused(address(manager), grant);
        manager.schedule(address(manager), grant, 0);
        _wait(ROOT_DELAY - 1);
        _expectRefused(address(manager), grant);
        _wait(1);
        manager.execute(address(manager), grant);
        vm.stopPrank();
        _expectRole(GovernanceRoles.PROPOSER, root, 0);
        // Even then the authority cannot be replaced: that takes a bundle.
        vm.startPrank(root);
        bytes memory replace = abi.encodeCall(IAccessManager.updateAuthority, (address(timelock), address(band)));
        manager.schedule(address(manager), replace, 0);
        _wait(ROOT_DELAY);
        _expectRefused(address(manager), replace);
        assertEq(timelock.authority(), address(manager));
    }

    /// @dev A guardian that vetoes everything cannot be governed by a bundle; the root dismisses it.
    function test_Root_DismissesAGuardian() public {
        bytes memory revoke = abi.encodeCall(IAccessManager.revokeRole, (GovernanceRoles.GUARDIAN, guardian));
        vm.startPrank(root);
        manager.schedule(address(manager), revoke, 0);
        _wait(ROOT_DELAY);
        manager.execute(address(manager), revoke);
        vm.stopPrank();

        bytes32 id = _schedule(timelock, _bundle(timelock, address(band), _tierTwo(2_250)));
        _expectUnauthorised(guardian, address(timelock), abi.encodeCall(IParameterTimelock.cancel, (id)));
    }

    /// @dev Kelp, April 2026: a forged message over a pathway with one verifier. Whatever a message says, no parameter
    /// and no pathway follows from it, and the tightening role cannot weaken a pathway either.
    function test_Incident_NoPathwayIsWeakenedAtOnce() public {
        bytes[3] memory calls = [
            abi.encodeWithSignature("setPeer(uint32,bytes32)", EID + 1, bytes32(uint256(7))),
            abi.encodeWithSignature("setDelegate(address)", stranger),
            abi.encodeWithSignature("transferOwnership(address)", stranger)
        ];
        for (uint256 i; i < calls.length; ++i) {
            _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
            _applyNow(timelock, _bundle(timelock, address(hub), calls[i]));
        }
        bytes memory config = abi.encodeWithSignature("setDelegate(address)", stranger);
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, _bundle(timelock, address(endpoint), config));
    }

    /* SET-UP */

    function test_Setup_RevertWhen_ARoleIsEmpty() public {
        TimelockParameters memory parameters = _parameters(_judges(), new IImpactPreview[](0));
        for (uint64 role; role < 4; ++role) {
            GovernanceMembers memory members = _members();
            if (role == 0) members.root = address(0);
            if (role == GovernanceRoles.PROPOSER) members.proposers = new address[](0);
            if (role == GovernanceRoles.TIGHTENER) members.tighteners = new address[](1);
            if (role == GovernanceRoles.GUARDIAN) members.guardians = new address[](0);
            vm.expectRevert(abi.encodeWithSelector(GovernanceSetup.GovernanceSetup_NoMember.selector, role));
            new GovernanceSetup(members, parameters);
        }
    }

    function test_Setup_RevertWhen_TheRootIsFasterThanTheTimelock() public {
        TimelockParameters memory parameters = _parameters(_judges(), new IImpactPreview[](0));
        GovernanceMembers memory members = _members();
        members.rootDelaySeconds = uint32(DELAY) - 1;
        bytes4 reason = GovernanceSetup.GovernanceSetup_RootTooFast.selector;
        vm.expectRevert(abi.encodeWithSelector(reason, DELAY - 1, DELAY));
        new GovernanceSetup(members, parameters);
    }

    /* PRIVATE */

    function _refuse(address target, bytes memory data) private {
        _await(abi.encodePacked(IParameterTimelock.ParameterTimelock_NotTightening.selector));
        _applyNow(timelock, _bundle(timelock, target, data));
    }

    /// @dev LayerZero's own bytecode, from its package.
    function _deployEndpoint() private returns (IEndpoint deployed) {
        bytes memory code = vm.parseJsonBytes(vm.readFile(ENDPOINT), ".bytecode");
        bytes memory creation = bytes.concat(code, abi.encode(EID, address(this)));
        assembly ("memory-safe") {
            deployed := create(0, add(creation, 32), mload(creation))
        }
        assertTrue(address(deployed) != address(0), "endpoint");
    }

    function _configure() private {
        hub.registerMarket(0);
        hub.registerMarket(MARKET);
        hub.setSensor(address(band), _openGrant());
        SensorGrant memory grant = _grant(_rungs(HALTED, M4), _rungs(CAUTION, 1));
        grant.cause = Cause.Council;
        hub.setSensor(address(council), grant);
        band.setMarket(MARKET, _widened(1_100));
    }

    function _judges() private returns (JudgeEntry[] memory judges) {
        JudgeEntry[8] memory others = _judgesOfRest(rest, address(aggregator));
        judges = new JudgeEntry[](3 + others.length);
        for (uint256 i; i < others.length; ++i) {
            judges[3 + i] = others[i];
        }
        judges[0] = _entry(address(hub), new HubJudge());
        judges[1] = _entry(address(band), new BandJudge());
        judges[2] = _entry(address(council), new CouncilJudge());
    }

    function _council() private returns (CouncilParameters memory parameters) {
        parameters.members = _addressesOf(_sortedKeys(3));
        parameters.guardians = _only(makeAddr("council guardian"));
        parameters.uses = 3;
        parameters.threshold = 2;
        parameters.voidDelaySeconds = 30 minutes;
    }

    function _widened(uint16 tier2Bps) private pure returns (BandParameters memory parameters) {
        parameters = BandPresets.standard();
        parameters.tier2Bps = tier2Bps;
        parameters.tier3Bps = 4_500;
    }

    function _tierTwo(uint16 tier2Bps) private pure returns (bytes memory) {
        return abi.encodeCall(IPriceBandSensor.setMarket, (MARKET, _widened(tier2Bps)));
    }

    function _expectRole(uint64 role, address account, uint32 executionDelay) private view {
        (bool isMember, uint32 delay) = manager.hasRole(role, account);
        assertTrue(isMember, "role");
        assertEq(delay, executionDelay, "delay");
    }

    function _expectUnauthorised(address caller, address target, bytes memory data) private {
        vm.stopPrank();
        vm.prank(caller);
        (bool ok, bytes memory reason) = target.call(data);
        assertFalse(ok);
        assertEq(reason, abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.startPrank(caller);
    }

    function _expectNotOwner(address target, bytes memory data) private {
        (bool ok, bytes memory reason) = target.call(data);
        assertFalse(ok);
        assertEq(reason, abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, deployer));
    }

    function _expectRefused(address target, bytes memory data) private {
        (bool ok, ) = address(manager).call(abi.encodeCall(IAccessManager.execute, (target, data)));
        assertFalse(ok, "too early");
    }
}
