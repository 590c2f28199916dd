// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {Leases, LeasesLib} from "../../../contracts/types/Leases.sol";
import {defaultLeases, drawLeases, packLanes} from "./WordBuilder.sol";

contract LeasesTest is Test {
    uint256[8] private lanes;

    function setUp() public {
        lanes = [uint256(0), 12 hours, 3 hours, 1 hours, 24 hours, 8 hours, 3 hours, 1 hours];
    }

    function test_Validate_AcceptsTheDefaults() public pure {
        defaultLeases().validate();
    }

    function test_SecondsOf_ReadsEachLane() public view {
        for (uint256 index; index < 8; ++index) {
            assertEq(defaultLeases().secondsOf(index), lanes[index]);
        }
    }

    function testFuzz_Halved_HalvesEachLane(uint256 bits) public pure {
        Leases halved = Leases.wrap(bits).halved();
        for (uint256 index; index < 8; ++index) {
            assertEq(halved.secondsOf(index), Leases.wrap(bits).secondsOf(index) / 2);
        }
    }

    function testFuzz_Validate_AcceptsWhatTheOtherTestsDraw(uint256 seed) public pure {
        drawLeases(seed).validate();
    }

    function test_Validate_AcceptsBothBounds() public pure {
        Leases.wrap(packLanes([uint256(0), 7 days, 600, 600, 7 days, 7 days, 600, 600])).validate();
    }

    function test_Validate_RevertWhen_OutOfBounds() public {
        for (uint256 index = 1; index < 8; ++index) {
            uint256 kept = lanes[index];
            lanes[index] = 10 minutes - 1;
            // The lane above is longer now, but the shorter one comes first.
            _refused(index, 10 minutes - 1);
            lanes[index] = kept;
        }
        lanes[1] = 7 days + 1;
        _refused(1, 7 days + 1);
        lanes[1] = 12 hours;
        lanes[4] = 7 days + 1;
        _refused(4, 7 days + 1);
    }

    function test_Validate_RevertWhen_AHigherRungLastsLonger() public {
        uint256[5] memory higher = [uint256(2), 3, 5, 6, 7];
        for (uint256 i; i < 5; ++i) {
            uint256 kept = lanes[higher[i]];
            lanes[higher[i]] = lanes[higher[i] - 1] + 1;
            _refused(higher[i], lanes[higher[i]]);
            lanes[higher[i]] = kept;
        }
    }

    function test_Validate_RevertWhen_TheVoidLaneIsUsed() public {
        lanes[0] = 1;
        _refused(0, 1);
    }

    /// @dev Margin starts its own ladder: its first lease may be longer than the halt's.
    function testFuzz_Validate_AcceptsExactlyTheOrdered(uint256 seed) public view {
        uint256[8] memory drawn;
        bool isOrdered = true;
        for (uint256 index = 1; index < 8; ++index) {
            drawn[index] = 600 + (uint256(keccak256(abi.encode(seed, index))) % 3);
            if (index != 1 && index != 4 && drawn[index] > drawn[index - 1]) isOrdered = false;
        }

        try this.validate(Leases.wrap(packLanes(drawn))) {
            assertTrue(isOrdered);
        } catch {
            assertFalse(isOrdered);
        }
    }

    /// @dev External, so that a revert can be caught.
    function validate(Leases leases) external pure {
        leases.validate();
    }

    function _refused(uint256 index, uint256 lease) private {
        vm.expectRevert(abi.encodeWithSelector(LeasesLib.Leases_Invalid.selector, index, lease));
        this.validate(Leases.wrap(packLanes(lanes)));
    }
}
