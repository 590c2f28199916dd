// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {TimelockHandler} from "./TimelockHandler.sol";

/// @dev Deployed from this file because the runner knows only the contracts of files that hold tests.
contract AnyoneAtTheTimelock is TimelockHandler {}

/// @notice P9 whatever anybody does: nothing is looser than it was unless its bundle waited out the delay that held when
/// it was scheduled, was not vetoed, and was prepared for the state that it changed.
contract TimelockInvariantTest is Test {
    AnyoneAtTheTimelock private handler;

    bytes32[8] private _forbidden = [
        bytes32("applied at once"),
        "a tightening refused",
        "scheduled by a stranger",
        "cancelled by a stranger",
        "loosened without its delay",
        "a bundle in its time refused",
        "bypassed",
        "too much liquidated"
    ];

    function setUp() public {
        handler = new AnyoneAtTheTimelock();
        targetContract(address(handler));
        targetSelector(FuzzSelector(address(handler), _steps()));
    }

    function invariant_LooseningWaits() public view {
        for (uint256 i; i < _forbidden.length; ++i) {
            assertEq(handler.violations(_forbidden[i]), 0, string(abi.encodePacked(_forbidden[i])));
        }
        (uint256 cap, uint256 margin, address owner, uint64 version) = handler.governed();
        assertEq(cap, handler.ghostCap(), "cap");
        assertEq(margin, handler.ghostMargin(), "margin");
        assertEq(version, handler.ghostVersion(), "version");
        assertEq(owner, handler.timelockAddress(), "owner");
        assertEq(handler.timelockDelay(), handler.ghostDelay(), "delay");
    }

    /// @dev Invariants over steps that do nothing would hold too.
    function test_Handler_ReachesEverything() public {
        bytes4[] memory steps = _steps();
        for (uint256 n; n < 400; ++n) {
            uint256 seed = uint256(keccak256(abi.encode("walk", n)));
            (bool ok, ) = address(handler).call(abi.encodeWithSelector(steps[seed % steps.length], seed));
            assertTrue(ok, "step");
        }
        bytes32[13] memory expected = [
            bytes32("time passed"),
            "venue broken or mended",
            "tightened",
            "refused at once",
            "scheduled",
            "not scheduled",
            "cancelled",
            "executed",
            "loosened",
            "not executed",
            "delay lengthened",
            "bypass refused",
            "previewed"
        ];
        for (uint256 i; i < expected.length; ++i) {
            assertGt(handler.happened(expected[i]), 0, string(abi.encodePacked(expected[i])));
        }
        invariant_LooseningWaits();
    }

    function _steps() private pure returns (bytes4[] memory steps) {
        steps = new bytes4[](10);
        steps[0] = TimelockHandler.passTime.selector;
        steps[1] = TimelockHandler.breakVenue.selector;
        steps[2] = TimelockHandler.applyNow.selector;
        steps[3] = TimelockHandler.schedule.selector;
        steps[4] = TimelockHandler.cancel.selector;
        steps[5] = TimelockHandler.execute.selector;
        steps[6] = TimelockHandler.lengthen.selector;
        steps[7] = TimelockHandler.bypass.selector;
        steps[8] = TimelockHandler.look.selector;
        steps[9] = TimelockHandler.carry.selector;
    }
}
