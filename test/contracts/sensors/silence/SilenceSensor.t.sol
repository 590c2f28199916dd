// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {IIncidentState} from "../../../../contracts/interfaces/IIncidentState.sol";
import {ISilenceSensor, SilenceParameters} from "../../../../contracts/interfaces/ISilenceSensor.sol";
import {PeerBookHub} from "../../../../contracts/mocks/keepers/PeerBookHub.sol";
import {SilenceSensor} from "../../../../contracts/sensors/silence/SilenceSensor.sol";
import {Cause, SensorGrant} from "../../../../contracts/types/Incident.sol";
import {CAUTION, HALTED, M1, M2, M3, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../../contracts/types/Rungs.sol";

contract SilenceSensorTest is Test {
    uint256 private constant NOW = 1_700_000_000;
    uint24 private constant SILENCE = 30 minutes;
    uint32 private constant EID_A = 50_901;
    uint32 private constant EID_B = 50_902;
    uint32 private constant EID_C = 50_903;
    bytes32 private constant PEER = keccak256("peer");

    PeerBookHub private book;
    SilenceSensor private sensor;
    Rungs private expected;

    function setUp() public {
        vm.warp(NOW);
        expected = RungsLib.pair(CAUTION, M1);
        book = new PeerBookHub();
        book.setPeer(EID_A, PEER);
        book.setPeer(EID_B, PEER);
        book.grantAll(_grant(Rungs.wrap(0)));
        sensor = new SilenceSensor(
            IIncidentState(address(book)),
            address(this),
            SilenceParameters(0, SILENCE, expected)
        );
    }

    /* POKE */

    function test_Poke_AssertsNothingWhileAllAreHeard() public {
        for (uint256 i; i < 12; ++i) {
            book.hear(EID_A);
            book.hear(EID_B);
            vm.warp(block.timestamp + 10 minutes);
            assertTrue(sensor.poke(0).isCalm());
        }
        assertEq(book.assertions(), 0);
    }

    function test_Poke_AssertsOnceOnePeerIsSilent() public {
        sensor.poke(0);
        vm.warp(NOW + 5 minutes);
        book.hear(EID_A);
        vm.warp(NOW + 20 minutes);
        book.hear(EID_B);

        vm.warp(NOW + 5 minutes + SILENCE - 1);
        assertTrue(sensor.poke(0).isCalm());
        vm.warp(NOW + 5 minutes + SILENCE);
        vm.expectEmit(address(sensor));
        emit ISilenceSensor.PeerSilent(EID_A, uint64(NOW + 5 minutes));
        assertTrue(sensor.poke(0).equals(expected));
        assertEq(book.latestMarket(), 0);
        assertTrue(book.latestRungs().equals(expected));
        (Rungs last, uint64 at) = sensor.lastAsserted(0);
        assertTrue(last.equals(expected));
        assertEq(at, block.timestamp);

        book.hear(EID_A);
        assertTrue(sensor.poke(0).isCalm());
    }

    function test_Poke_APeerNeverHeardCountsFromTheFirstLook() public {
        vm.warp(NOW + 7 days);
        vm.expectEmit(address(sensor));
        emit ISilenceSensor.PeerAwaited(EID_A, uint64(NOW + 7 days));
        assertTrue(sensor.poke(0).isCalm());
        assertEq(sensor.silentSince(EID_A), NOW + 7 days);

        vm.warp(NOW + 7 days + SILENCE);
        assertTrue(sensor.poke(0).equals(expected));
    }

    function test_Poke_APeerThatJoinsIsNotSilentAtOnce() public {
        sensor.poke(0);
        vm.warp(NOW + 1 days);
        book.hear(EID_A);
        book.hear(EID_B);
        book.setPeer(EID_C, PEER);
        assertTrue(sensor.poke(0).isCalm());

        vm.warp(NOW + 1 days + SILENCE);
        book.hear(EID_A);
        book.hear(EID_B);
        assertTrue(sensor.poke(0).equals(expected));
    }

    function test_Poke_WithoutPeersAssertsNothing() public {
        book.forget();
        vm.warp(NOW + 365 days);
        assertTrue(sensor.poke(0).isCalm());
    }

    function test_Poke_RevertWhen_AnotherMarket() public {
        vm.expectRevert(abi.encodeWithSelector(ISilenceSensor.SilenceSensor_UnknownMarket.selector, 1));
        sensor.poke(1);
    }

    function test_Poke_RevertGiven_AGrantThatTravels() public {
        sensor.poke(0);
        vm.warp(NOW + SILENCE);
        book.grantAll(_grant(RungsLib.pair(NORMAL, M1)));
        vm.expectRevert(
            abi.encodeWithSelector(ISilenceSensor.SilenceSensor_GrantTravels.selector, RungsLib.pair(NORMAL, M1))
        );
        sensor.poke(0);
    }

    /// @dev Whatever is heard and whenever somebody looks: asserted if and only if some peer has said nothing since the
    /// later of its last message and the first look.
    function testFuzz_Poke_AgreesWithAModel(uint8[24] memory steps, uint16[24] memory gaps) public {
        uint256[2] memory heard;
        uint256 firstLook;
        for (uint256 i; i < steps.length; ++i) {
            vm.warp(block.timestamp + (gaps[i] % 40 minutes));
            uint256 step = steps[i] % 4;
            if (step < 2) {
                book.hear(step == 0 ? EID_A : EID_B);
                heard[step] = block.timestamp;
                continue;
            }
            if (firstLook == 0) firstLook = block.timestamp;
            bool isSilent;
            for (uint256 peer; peer < 2; ++peer) {
                uint256 since = heard[peer] > firstLook ? heard[peer] : firstLook;
                if (block.timestamp - since >= SILENCE) isSilent = true;
            }
            assertEq(!sensor.poke(0).isCalm(), isSilent);
        }
    }

    /* REPORT */

    function test_ReportSilence_LooksAtOnePeer() public {
        sensor.reportSilence(EID_A);
        assertEq(sensor.silentSince(EID_B), 0);
        vm.warp(NOW + SILENCE);
        assertTrue(sensor.reportSilence(EID_B).isCalm());
        assertTrue(sensor.reportSilence(EID_A).equals(expected));
        assertEq(book.assertions(), 1);
    }

    function test_ReportSilence_RevertWhen_NotAPeer() public {
        vm.expectRevert(abi.encodeWithSelector(ISilenceSensor.SilenceSensor_NotPeer.selector, EID_C));
        sensor.reportSilence(EID_C);
    }

    /* GOVERNANCE */

    function test_AwaitPeer_CountsAnew() public {
        sensor.poke(0);
        vm.warp(NOW + SILENCE);
        book.hear(EID_A);
        sensor.awaitPeer(EID_B);
        assertTrue(sensor.poke(0).isCalm());
        vm.warp(NOW + 2 * SILENCE);
        assertTrue(sensor.poke(0).equals(expected));

        vm.expectRevert(abi.encodeWithSelector(ISilenceSensor.SilenceSensor_NotPeer.selector, EID_C));
        sensor.awaitPeer(EID_C);
        vm.prank(address(7));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(7)));
        sensor.awaitPeer(EID_A);
    }

    function test_SetParameters_SetsAllOfThem() public {
        SilenceParameters memory parameters = SilenceParameters(3, 1 hours, RungsLib.pair(REDUCE_ONLY, M2));
        vm.expectEmit(address(sensor));
        emit ISilenceSensor.SilenceParametersSet(parameters);
        sensor.setParameters(parameters);
        assertEq(keccak256(abi.encode(sensor.parameters())), keccak256(abi.encode(parameters)));

        sensor.poke(3);
        vm.warp(NOW + 1 hours);
        sensor.poke(3);
        assertEq(book.latestMarket(), 3);
    }

    /// @dev Never a halt by silence alone: every pair above reduce-only and M2 is refused.
    function testFuzz_SetParameters_RevertWhen_AboveTheCeiling(uint8 breaker, uint8 margin) public {
        Rungs rungs = RungsLib.pair(breaker % 4, margin % 5);
        bool isRefused = rungs.isCalm() || rungs.breaker() == HALTED || rungs.margin() >= M3;
        if (isRefused) {
            vm.expectRevert(abi.encodeWithSelector(ISilenceSensor.SilenceSensor_InvalidRungs.selector, rungs));
        }
        sensor.setParameters(SilenceParameters(0, SILENCE, rungs));
    }

    function test_SetParameters_RevertWhen_OutOfBounds() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                ISilenceSensor.SilenceSensor_OutOfBounds.selector,
                "silenceSeconds",
                22 minutes - 1,
                22 minutes,
                6 hours
            )
        );
        sensor.setParameters(SilenceParameters(0, 22 minutes - 1, expected));
        vm.expectPartialRevert(ISilenceSensor.SilenceSensor_OutOfBounds.selector);
        sensor.setParameters(SilenceParameters(0, 6 hours + 1, expected));
        vm.expectRevert(abi.encodeWithSelector(ISilenceSensor.SilenceSensor_UnknownMarket.selector, 32));
        sensor.setParameters(SilenceParameters(32, SILENCE, expected));
        vm.prank(address(7));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(7)));
        sensor.setParameters(SilenceParameters(0, SILENCE, expected));
    }

    function _grant(Rungs meshCeiling) private pure returns (SensorGrant memory) {
        return SensorGrant(true, Cause.Messaging, RungsLib.pair(REDUCE_ONLY, M2), meshCeiling, 1);
    }
}
