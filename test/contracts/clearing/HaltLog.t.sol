// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {HubVenueWorld} from "./HubVenueWorld.sol";

/// @notice A halt of the hub reaches the venue's log in the transaction that asserts it, within the gas that a mirror is given.
contract HaltLogTest is HubVenueWorld {
    uint8 private constant LAST = 31;

    function test_OnPosture_FirstHaltIsLoggedToTheSecond() public {
        vm.expectEmit(address(house));
        emit IRecovery.HaltsSeen(uint32(1) << BTC, uint64(block.timestamp));
        _assertRungs(BTC, HALTED, NORMAL);

        uint256 at = block.timestamp;
        _pass(10 minutes);
        house.poke(BTC);
        (uint64 since, ) = house.haltOf(BTC);
        assertEq(since, at, "the halt counts from the assertion");
    }

    function test_OnPosture_TheWholeProtocolIsEveryMarket() public {
        vm.expectEmit(address(house));
        emit IRecovery.HaltsSeen(type(uint32).max, uint64(block.timestamp));
        _assertRungs(0, HALTED, NORMAL);
    }

    function test_OnPosture_LiftIsLoggedToTheSecond() public {
        uint256 at = block.timestamp;
        _assertRungs(BTC, HALTED, NORMAL);
        _pass(1 hours);
        incidents.lift(BTC);
        _pass(7 minutes);
        house.poke(BTC);

        (uint64 since, uint64 grace) = house.haltOf(BTC);
        assertEq(since, 0);
        assertEq(grace, at + 2 hours, "an hour of halt, an hour of grace");
    }

    function test_OnPosture_OtherRungsAreNoEntry() public {
        vm.recordLogs();
        _assertRungs(BTC, 2, 4);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) assertTrue(logs[i].topics[0] != IRecovery.HaltsSeen.selector);
    }

    /// @dev The most that the log ever has to hold: 31 markets listed, halted one after another, each an entry.
    function test_OnPosture_IsNeverRefusedWith31Markets() public {
        _listAll();
        vm.recordLogs();
        for (uint8 market = 1; market <= LAST; ++market) {
            vm.cool(address(house));
            _assertRungs(market, HALTED, NORMAL);
            _pass(1 minutes);
        }
        vm.cool(address(house));
        _assertRungs(0, HALTED, NORMAL);

        (uint256 seen, uint256 failed) = _counts();
        assertEq(failed, 0, "a mirror was given too little gas");
        assertEq(seen, LAST + 1, "every halt is an entry");

        uint256 from = block.timestamp;
        _pass(1 minutes);
        for (uint8 market = 1; market <= LAST; ++market) {
            _accrueBlind(market);
            (uint64 since, ) = house.haltOf(market);
            assertEq(since, from - (uint256(LAST) + 1 - market) * 1 minutes, "halted since its own assertion");
        }
    }

    /// @dev Poking needs a price of each.
    function _accrueBlind(uint8 market) private {
        if (market > ETH) _feedOf[market].publish(100e8);
        house.poke(market);
    }

    mapping(uint8 market => ScriptedFeed) private _feedOf;

    function _listAll() private {
        for (uint8 market = ETH + 1; market <= LAST; ++market) {
            incidents.registerMarket(market);
            _feedOf[market] = _addFeed(market, 100);
            house.listMarket(market, _params(1e16), 25_000);
        }
    }

    function _counts() private returns (uint256 seen, uint256 failed) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IRecovery.HaltsSeen.selector) ++seen;
            if (logs[i].topics[0] == IIncidentState.MirrorFailed.selector) ++failed;
        }
    }
}
