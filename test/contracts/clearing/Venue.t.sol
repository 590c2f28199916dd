// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {VenueHandler} from "./VenueHandler.sol";

/// @dev Deployed from this file because the runner knows only the contracts of files that hold tests.
contract FiveTraders is VenueHandler {}

/// @notice P6, P11, P12 and P13 of docs/protocol.md over a whole venue, whatever anybody does.
contract VenueInvariantTest is Test {
    VenueHandler private handler;

    function setUp() public {
        handler = new FiveTraders();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = VenueHandler.trade.selector;
        selectors[1] = VenueHandler.move.selector;
        selectors[2] = VenueHandler.pass.selector;
        selectors[3] = VenueHandler.deposit.selector;
        selectors[4] = VenueHandler.withdraw.selector;
        selectors[5] = VenueHandler.contribute.selector;
        selectors[6] = VenueHandler.halt.selector;
        selectors[7] = VenueHandler.settle.selector;
        selectors[8] = VenueHandler.liquidate.selector;
        selectors[9] = VenueHandler.resolve.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev One function, because each invariant function would be given the same sequences of calls.
    function invariant_PropertiesHold() public view {
        handler.assertSound();
        assertEq(handler.violations(6), 0, "P6: a liquidation cost more than there was");
        assertEq(handler.violations(11), 0, "P11: somebody gained by a deleveraging, or settling changed something");
        assertEq(handler.violations(12), 0, "P12: a defaulter was left with something");
        assertEq(handler.violations(13), 0, "P13: what was missing is not what was given");
    }

    /// @dev A venue in which nothing came through would hold every invariant. Walks the steps with fixed draws.
    function test_Steps_ReachEveryPart() public {
        uint256 seed = 7;
        for (uint256 i; i < 400; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _step(seed % 12, seed >> 8);
        }
        invariant_PropertiesHold();
        assertGt(handler.done("trade"), 20);
        assertGt(handler.done("withdraw"), 2);
        assertGt(handler.done("liquidate"), 0);
        assertGt(handler.done("resolve"), 2);
    }

    function _step(uint256 kind, uint256 seed) private {
        if (kind < 4) handler.trade(seed, uint64(seed >> 128));
        else if (kind < 7) handler.move(seed);
        else if (kind == 7) handler.deposit(seed, seed >> 64);
        else if (kind == 8) handler.withdraw(seed, seed >> 64);
        else if (kind == 9) handler.liquidate(seed, type(uint64).max);
        else if (kind == 10) handler.resolve(seed);
        else handler.settle(seed, seed >> 64);
    }
}
