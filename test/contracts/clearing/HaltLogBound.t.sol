// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {IPostureMirror} from "../../../contracts/interfaces/IPostureMirror.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @notice A market that nobody has looked at for however many halts costs whoever looks a bounded amount of gas, and is
/// brought up to date in steps, to the same second.
/// @dev ETH is the market that nobody looks at. {BTC} makes entries of the log that do not concern it.
contract HaltLogBoundTest is ClearingWorld {
    /// @dev As in {Clocks}.
    uint256 private constant WALK_MOST = 128;
    /// @dev A walk of 128 entries, each a cold slot and a change of its halt, and the rest of a poke.
    uint256 private constant POKE_GAS_MOST = 600_000;

    function setUp() public override {
        super.setUp();
        hub.setMirror(IPostureMirror(address(house)));
        for (uint256 i; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(ETH, 0, 1, 10_000, 1_000);
    }

    function test_Poke_GasIsBoundedHoweverManyHaltsWentBy() public {
        uint256[3] memory gas_ = [_gasOfPoke(WALK_MOST), _gasOfPoke(2 * WALK_MOST), _gasOfPoke(4 * WALK_MOST)];
        for (uint256 i; i < gas_.length; ++i) assertLt(gas_[i], POKE_GAS_MOST);
        // Entries beyond the bound cost nothing; what is done besides the walk is left out.
        assertLe(gas_[1], gas_[0]);
        assertApproxEqAbs(gas_[2], gas_[1], 5_000);
    }

    function test_Poke_WalksTheLogInSteps() public {
        _toggle(BTC, 3 * WALK_MOST + 1);
        // Whoever is refused has looked as far as one call looks, for nothing.
        house.poke(ETH);
        _assertBehind(WALK_MOST + 1);
        house.poke(ETH);
        _assertBehind(1);
        house.poke(ETH);
        vm.prank(traders[0]);
        house.withdraw(1, traders[0]);
    }

    function test_Poke_BehindNeedsNoPrice() public {
        _toggle(BTC, WALK_MOST + 1);
        vm.warp(block.timestamp + 1 days);
        house.poke(ETH);
        // Up to date but for the price.
        vm.expectRevert();
        house.poke(ETH);
    }

    /// @dev Nothing is done by a clock that does not know of all halts: liquidation would run in one of them.
    function test_Behind_NothingIsDoneButDeposits() public {
        _toggle(BTC, WALK_MOST);
        _toggle(ETH, 1);
        bytes memory behind = abi.encodeWithSelector(IRecovery.Recovery_HaltsBehind.selector, ETH, 1);
        vm.expectRevert(behind);
        house.resolve(traders[0]);
        vm.prank(traders[2]);
        vm.expectRevert(behind);
        house.liquidate(traders[0], ETH, 1);
        vm.prank(traders[0]);
        vm.expectRevert(behind);
        house.withdraw(1, traders[0]);
        // P6.
        house.deposit(traders[0], 1);

        house.poke(ETH);
        vm.prank(traders[2]);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_Suspended.selector, ETH, 0));
        house.liquidate(traders[0], ETH, 1);
    }

    /// @dev In steps or entry by entry: halted since, grace, and the seconds that funding has run, are the same.
    function test_Poke_InStepsIsAsEntryByEntry() public {
        for (uint256 seed; seed < 3; ++seed) {
            uint256 snapshot = vm.snapshotState();
            (uint64 since, uint64 grace, uint256 running) = _play(seed, 2 * WALK_MOST, false);
            vm.revertToState(snapshot);
            (uint64 since_, uint64 grace_, uint256 running_) = _play(seed, 2 * WALK_MOST, true);
            vm.revertToState(snapshot);
            assertEq(since, since_);
            assertEq(grace, grace_);
            assertEq(running, running_);
            assertGt(running, 0);
        }
    }

    /* HELPERS */

    /// @return since, until as {haltOf} has them, and for how long the events say that funding has run
    function _play(uint256 seed, uint256 count, bool isWatched) private returns (uint64, uint64, uint256 running) {
        vm.recordLogs();
        for (uint256 i; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            hub.set(uint8(seed % 3), (seed >> 8) % 2 == 0 ? HALTED : NORMAL, 0);
            if (isWatched) house.poke(ETH);
            _pass(1 + ((seed >> 16) % 10 minutes));
        }
        for (uint256 i; i <= count / WALK_MOST; ++i) house.poke(ETH);
        running = _running();
        (uint64 since, uint64 grace) = house.haltOf(ETH);
        return (since, grace, running);
    }

    function _running() private returns (uint256 running) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRecovery.FundingAccrued.selector || logs[i].topics[1] != bytes32(uint256(ETH))) {
                continue;
            }
            (, uint256 elapsed) = abi.decode(logs[i].data, (int256, uint256));
            running += elapsed;
        }
    }

    /// @dev Of the first poke after `count` halts and ends of halts of ETH itself.
    function _gasOfPoke(uint256 count) private returns (uint256 spent) {
        uint256 snapshot = vm.snapshotState();
        _toggle(ETH, count);
        vm.cool(address(house));
        spent = gasleft();
        house.poke(ETH);
        spent -= gasleft();
        vm.revertToState(snapshot);
    }

    function _toggle(uint8 market, uint256 count) private {
        for (uint256 i; i < count; ++i) {
            hub.set(market, i % 2 == 0 ? HALTED : NORMAL, 0);
            _pass(1 minutes);
        }
    }

    function _assertBehind(uint256 left) private {
        vm.prank(traders[0]);
        vm.expectRevert(abi.encodeWithSelector(IRecovery.Recovery_HaltsBehind.selector, ETH, left));
        house.withdraw(1, traders[0]);
    }
}
