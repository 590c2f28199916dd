// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Rungs} from "../../../contracts/types/Rungs.sol";
import {Word} from "../../../contracts/types/Word.sol";
import {MeshModel} from "./MeshModel.sol";
import {MeshHandler} from "./MeshHandler.sol";

/// @dev Deployed from this file because the runner knows only the contracts of files that hold tests.
contract ThreeHubs is MeshHandler {}

/// @notice The properties of docs/protocol.md over three hubs, whatever anybody does. See the README beside.
contract MeshInvariantTest is Test {
    uint256 private constant HUBS = 3;
    uint8 private constant REGISTERED_MARKETS = 3;

    MeshHandler private handler;

    function setUp() public {
        handler = new ThreeHubs();
        targetContract(address(handler));
        bytes4[] memory selectors = _steps();
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /* INVARIANTS */

    /// @dev One function, because each invariant function would be given the same sequences of calls.
    function invariant_PropertiesHold() public view {
        _checkP1();
        assertEq(handler.violations(2), 0, "P2: a rung came down before its lease ended");
        assertEq(handler.violations(3), 0, "P3: hubs that have received all do not agree");
        assertEq(handler.violations(4), 0, "P4: an assertion reverted or did not tighten at once");
        assertEq(handler.violations(5), 0, "P5: content reverted, or a stranger's message did not");
        assertEq(handler.violations(7), 0, "P7: one key went too far, or a quorum was forged");
        assertEq(handler.violations(8), 0, "P8: halted beyond the budget, or a gate did more than keep a halt");
        assertEq(handler.violations(10), 0, "P10: something other than a lift loosened, or a void went too far");
        _checkPosture();
        _checkSeq();
    }

    function _checkP1() private view {
        MeshModel model = handler.ghost();
        for (uint256 i; i < HUBS; ++i) {
            for (uint8 market; market < REGISTERED_MARKETS; ++market) {
                (uint256 mesh, uint256 local) = model.words(i, market);
                assertEq(Word.unwrap(handler.hub(i).meshWord(market)), mesh, "P1: mesh word is no lane-wise maximum");
                assertEq(
                    Word.unwrap(handler.hub(i).localWord(market)),
                    local,
                    "P1: local word is no lane-wise maximum"
                );
            }
        }
    }

    function _checkPosture() private view {
        MeshModel model = handler.ghost();
        for (uint256 i; i < HUBS; ++i) {
            for (uint8 market; market < REGISTERED_MARKETS; ++market) {
                Rungs seen = handler.hub(i).postureNow().own(market);
                MeshModel.Pair memory expected = model.posture(i, market);
                assertEq(seen.breaker(), expected.breaker, "posture: breaker rung");
                assertEq(seen.margin(), expected.margin, "posture: margin rung");
            }
        }
    }

    function _checkSeq() private view {
        assertEq(handler.violations(handler.SEQ()), 0, "seq: a gap between events");
        for (uint256 i; i < HUBS; ++i) {
            assertEq(handler.hub(i).seq(), handler.seqSeen(i), "seq: an event without a number");
        }
    }

    /* REACH */

    /// @dev Invariants over steps that do nothing would hold too. This walk shows that each kind of step has effect.
    function test_Handler_ReachesEverything() public {
        bytes4[] memory steps = _steps();
        for (uint256 n; n < 900; ++n) {
            uint256 seed = uint256(keccak256(abi.encode("walk", n)));
            (bool ok, ) = address(handler).call(abi.encodeWithSelector(steps[seed % steps.length], seed));
            assertTrue(ok, "step");
        }

        bytes32[22] memory expected = [
            bytes32("time passed"),
            "asserted",
            "words sent",
            "heartbeat sent",
            "delivered",
            "forged as peer",
            "message refused",
            "stranger refused",
            "solo directive",
            "solo directive repeated",
            "solo operator limited",
            "quorum directive",
            "directive out of time",
            "directive refused",
            "lifted",
            "voided",
            "void refused",
            "gate closed",
            "budget spent",
            "budget rearmed",
            "settled by layerzero alone",
            "settled by both paths"
        ];
        for (uint256 i; i < expected.length; ++i) {
            assertGt(handler.happened(expected[i]), 0, string(abi.encodePacked(expected[i])));
        }
    }

    function _steps() private pure returns (bytes4[] memory steps) {
        steps = new bytes4[](16);
        steps[0] = MeshHandler.passTime.selector;
        steps[1] = MeshHandler.assertRungs.selector;
        steps[2] = MeshHandler.breakMessaging.selector;
        steps[3] = MeshHandler.broadcast.selector;
        steps[4] = MeshHandler.deliver.selector;
        steps[5] = MeshHandler.forgeAsPeer.selector;
        steps[6] = MeshHandler.forgeAsStranger.selector;
        steps[7] = MeshHandler.signDirective.selector;
        steps[8] = MeshHandler.replayDirective.selector;
        steps[9] = MeshHandler.forgeDirective.selector;
        steps[10] = MeshHandler.lift.selector;
        steps[11] = MeshHandler.settle.selector;
        steps[12] = MeshHandler.passDays.selector;
        steps[13] = MeshHandler.voidMarket.selector;
        steps[14] = MeshHandler.turnGate.selector;
        steps[15] = MeshHandler.rearmHaltBudget.selector;
    }
}
