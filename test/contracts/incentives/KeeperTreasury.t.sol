// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

import {Budget, IKeeperTreasury, Job, Outcome, Spent} from "../../../contracts/interfaces/IKeeperTreasury.sol";
import {IPayouts} from "../../../contracts/interfaces/IPayouts.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {PacketOrigin} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Payee} from "../../../contracts/mocks/keepers/Payee.sol";
import {ScriptedSensor} from "../../../contracts/mocks/keepers/ScriptedSensor.sol";
import {Behaviour} from "../../../contracts/mocks/ScriptedFeed.sol";
import {CAUTION, HALTED, M1, M2, NORMAL} from "../../../contracts/types/Rungs.sol";
import {TreasuryFixture} from "./TreasuryFixture.sol";

contract KeeperTreasuryTest is TreasuryFixture {
    address private keeper = makeAddr("keeper");

    /* WHAT IS PAID */

    function test_Perform_PaysTighteningAtOnceAndInFull() public {
        prices.hold(_rungs(HALTED, M2));
        uint256 snapshot = vm.snapshotState();
        uint256 before = gasleft();
        prices.poke(MARKET);
        uint256 direct = before - gasleft();
        vm.revertToState(snapshot);

        vm.expectEmit(true, true, true, false, address(treasury));
        emit IKeeperTreasury.Performed(keeper, address(prices), POKE, MARKET, Outcome.Tightened, 0, 0);
        (uint256 paid, uint256 gasUsed) = _poke(keeper);

        // What the call used and the overhead, at the price paid, and the premium.
        uint256 repaid = (paid * 100) / 110 / (BASE_FEE + 1 gwei);
        assertApproxEqAbs(repaid, OVERHEAD + direct, 10_000);
        assertLt(
            gasUsed - (repaid - OVERHEAD),
            150_000,
            "the treasury's own gas, every slot written for the first time"
        );
        assertEq(keeper.balance, paid);
        assertEq(treasury.spent().hour, paid);
        assertEq(treasury.spent().day, paid);
        assertEq(treasury.spentOn(address(prices), POKE), paid);
        (uint64 anyAt, uint64 usefulAt) = treasury.lastPaid(address(prices), POKE, MARKET);
        assertEq(anyAt, START);
        assertEq(usefulAt, START);
    }

    function test_Perform_PaysARepeatedAssertionOncePerInterval() public {
        prices.hold(_rungs(CAUTION, M1));
        (uint256 paid, ) = _poke(keeper);
        assertGt(paid, 0);
        for (uint256 i = 1; i < REPEAT; i += 12) {
            vm.warp(START + i);
            (paid, ) = _poke(keeper);
            assertEq(paid, 0);
        }
        vm.warp(START + REPEAT);
        (paid, ) = _poke(keeper);
        assertGt(paid, 0);
    }

    function test_Perform_PaysEachMarketByItself() public {
        vm.prank(governance);
        hub.registerMarket(2);
        (uint256 paid, ) = _perform(keeper, address(prices), _pokeOf(MARKET));
        assertGt(paid, 0);
        (paid, ) = _perform(keeper, address(prices), _pokeOf(2));
        assertGt(paid, 0);
        (paid, ) = _perform(keeper, address(prices), _pokeOf(2));
        assertEq(paid, 0);
    }

    function test_Perform_PaysARefreshOncePerLongerInterval() public {
        (uint256 paid, ) = _poke(keeper);
        assertGt(paid, 0);
        vm.warp(START + REFRESH - 1);
        (paid, ) = _poke(keeper);
        assertEq(paid, 0);
        vm.warp(START + REFRESH);
        (paid, ) = _poke(keeper);
        assertGt(paid, 0);
        assertEq(prices.pokes(), 3, "a call that is not paid is made all the same");

        // A refresh that was paid does not stand in the way of a condition.
        prices.hold(_rungs(CAUTION, M1));
        (paid, ) = _poke(keeper);
        assertGt(paid, 0);
    }

    function test_Perform_NeverPaysWhatAchievesNothingWithoutARefresh() public {
        vm.warp(START + 30 days);
        (uint256 paid, ) = _perform(keeper, address(hub), abi.encodeCall(hub.lift, (MARKET)));
        assertEq(paid, 0);
        assertEq(keeper.balance, 0);
    }

    function test_Perform_PaysALiftThatLifts() public {
        prices.hold(_rungs(CAUTION, M1));
        prices.poke(MARKET);
        vm.warp(START + 25 hours);
        (uint256 paid, ) = _perform(keeper, address(hub), abi.encodeCall(hub.lift, (MARKET)));
        assertGt(paid, 0);
        _expectRungs(MARKET, NORMAL, NORMAL);
    }

    function test_Perform_PaysABroadcastAndPassesItsFailureOn() public {
        (uint256 paid, ) = _perform(keeper, address(hub), abi.encodeCall(hub.broadcast, ()));
        assertGt(paid, 0);
        assertEq(endpoint.packetCount(), 1);

        vm.prank(keeper, keeper);
        vm.expectRevert(
            abi.encodeWithSelector(
                IKeeperTreasury.KeeperTreasury_JobFailed.selector,
                address(hub),
                hub.broadcast.selector,
                bytes4(keccak256("IncidentHub_NothingDue()"))
            )
        );
        treasury.perform(address(hub), abi.encodeCall(hub.broadcast, ()));
    }

    /// @dev What `overheadGas` should cover besides the transaction itself, once slots are in use.
    function test_Perform_CostsLittleBesidesTheCall() public {
        _poke(keeper);
        vm.warp(START + REFRESH);
        (uint256 paid, uint256 gasUsed) = _poke(keeper);
        uint256 measured = (paid * 100) / 110 / (BASE_FEE + 1 gwei) - OVERHEAD;
        assertLt(gasUsed - measured, 40_000);
    }

    /* THE PRICE OF GAS */

    function test_Perform_RepaysTheGasPriceUpToTipAndCap() public {
        uint256[4] memory asked = [BASE_FEE, BASE_FEE + 5 gwei, 10 * BASE_FEE, 1_000 gwei];
        uint256[4] memory repaid = [BASE_FEE, BASE_FEE + 5 gwei, (BASE_FEE * 12) / 10, (BASE_FEE * 12) / 10];
        for (uint256 i; i < 4; ++i) {
            uint256 snapshot = vm.snapshotState();
            vm.txGasPrice(asked[i]);
            _setGasCap(21_000);
            (uint256 paid, ) = _poke(keeper);
            assertEq(paid, (21_000 * repaid[i] * 110) / 100);
            vm.revertToState(snapshot);
        }
        vm.fee(900 gwei);
        vm.txGasPrice(900 gwei);
        _setGasCap(21_000);
        (uint256 capped, ) = _poke(keeper);
        assertEq(capped, (21_000 * uint256(MAX_PRICE) * 110) / 100);
    }

    function test_Perform_PaysNoMoreThanTheGasCap() public {
        _setGasCap(21_000);
        prices.hold(_rungs(HALTED, M2));
        (uint256 paid, ) = _poke(keeper);
        assertEq(paid, (21_000 * (BASE_FEE + 1 gwei) * 110) / 100);
    }

    /* LIMITS */

    function test_Perform_KeepsTheReserveForTightening() public {
        Budget memory budget = _budget();
        (budget.perHour, budget.perDay) = (0.001 ether, 0.001 ether);
        _setBudget(budget);
        // Noise: as many refreshes as the hour takes. Each is worth more than the hour has left in the end.
        uint256 noise;
        for (uint256 i; i < 20; ++i) {
            vm.warp(START + i * REFRESH);
            (uint256 paid, ) = _poke(keeper);
            noise += paid;
        }
        assertEq(noise, 0.0007 ether, "noise stops at the reserve");

        prices.hold(_rungs(HALTED, M2));
        (uint256 tightening, ) = _poke(keeper);
        assertEq(tightening, 0.0003 ether, "and the reserve is there when it matters");
    }

    function test_Perform_AnUrgentJobMayUseTheReserve() public {
        Budget memory budget = _budget();
        (budget.perHour, budget.perDay) = (100, 100);
        _setBudget(budget);
        (uint256 paid, ) = _perform(keeper, address(hub), abi.encodeCall(hub.broadcast, ()));
        assertEq(paid, 100);
    }

    function test_Perform_HoursAndDaysBeginAnew() public {
        Budget memory budget = _budget();
        (budget.perHour, budget.perDay) = (1_000, 1_500);
        _setBudget(budget);
        uint256 hour = (START / 1 days + 1) * 1 days;
        uint256[5] memory at = [hour, hour + 1 hours - 1, hour + 1 hours, hour + 2 hours, hour + 1 days];
        uint256[5] memory expected = [uint256(700), 0, 350, 0, 700];
        for (uint256 i; i < 5; ++i) {
            vm.warp(at[i]);
            (uint256 paid, ) = _poke(keeper);
            assertEq(paid, expected[i]);
        }
        Spent memory spent = treasury.spent();
        assertEq(spent.day, 700);
        vm.warp(hour + 2 days);
        assertEq(treasury.spent().day, 0);
        assertEq(treasury.spentOn(address(prices), POKE), 0);
    }

    function test_Perform_KeepsToTheJobsOwnLimit() public {
        Job memory job = treasury.jobOf(address(prices), POKE);
        job.perDay = 1_000;
        vm.prank(governance);
        treasury.setJob(address(prices), POKE, job);
        (uint256 paid, ) = _poke(keeper);
        assertEq(paid, 700);
        prices.hold(_rungs(CAUTION, M1));
        (paid, ) = _poke(keeper);
        assertEq(paid, 300);
        vm.warp(START + REPEAT);
        (paid, ) = _poke(keeper);
        assertEq(paid, 0);
    }

    function test_Perform_AnEmptyTreasuryPaysWhatItHas() public {
        vm.prank(governance);
        treasury.withdraw(payable(governance), 10 ether - 5);
        (uint256 paid, ) = _poke(keeper);
        assertEq(paid, 5);
        (paid, ) = _perform(keeper, address(prices), _pokeOf(0));
        assertEq(paid, 0);
        (uint64 anyAt, ) = treasury.lastPaid(address(prices), POKE, 0);
        assertEq(anyAt, 0, "a call that was not paid uses up no interval");
    }

    /* PAYEES THAT MISBEHAVE */

    function test_Perform_OwesWhatIsNotTaken() public {
        Payee payee = new Payee(treasury);
        for (uint8 i = 1; i <= uint8(Behaviour.ReturnHuge); ++i) {
            vm.warp(block.timestamp + REFRESH);
            payee.behave(Behaviour(i));
            uint256 before = treasury.owed(address(payee));
            uint256 paid = payee.perform(address(prices), _pokeOf(MARKET));
            assertGt(paid, 0);
            bool isTaken = Behaviour(i) == Behaviour.ReturnLittle || Behaviour(i) == Behaviour.ReturnHuge;
            assertEq(treasury.owed(address(payee)) - before, isTaken ? 0 : paid);
        }
        uint256 owed = treasury.owed(address(payee));
        assertEq(treasury.totalOwed(), owed);
        assertEq(treasury.available(), address(treasury).balance - owed);

        assertEq(payee.collect(payable(keeper)), owed);
        assertEq(keeper.balance, owed);
        assertEq(treasury.totalOwed(), 0);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.Payouts_NothingOwed.selector, address(payee)));
        payee.collect(payable(keeper));
    }

    function test_Collect_RevertWhen_NotTaken() public {
        Payee payee = new Payee(treasury);
        payee.behave(Behaviour.Revert);
        uint256 paid = payee.perform(address(prices), _pokeOf(MARKET));
        vm.expectRevert(abi.encodeWithSelector(IPayouts.Payouts_NotTaken.selector, address(payee), paid));
        payee.collect(payable(address(payee)));
        assertEq(treasury.owed(address(payee)), paid);
    }

    function test_Perform_CannotBeReentered() public {
        Payee payee = new Payee(treasury);
        payee.callBack(address(treasury), abi.encodeCall(treasury.perform, (address(prices), _pokeOf(0))));
        uint256 paid = payee.perform(address(prices), _pokeOf(MARKET));
        assertGt(paid, 0);
        assertEq(prices.pokes(), 1, "the poke within the payment did not happen");
        assertEq(address(payee).balance, paid);
        assertEq(treasury.spent().day, paid);
    }

    /// @dev A job whose callee hands control to a keeper in the middle of the measured call.
    function test_Perform_CannotBeNested() public {
        Payee inner = new Payee(treasury);
        inner.callBack(address(treasury), abi.encodeCall(treasury.perform, (address(prices), _pokeOf(MARKET))));
        vm.startPrank(governance);
        treasury.setJob(address(inner), Payee.run.selector, _job(false, 0));
        vm.stopPrank();

        _perform(keeper, address(inner), abi.encodeCall(inner.run, ()));
        assertEq(bytes4(inner.answer()), ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
        assertEq(prices.pokes(), 0);
        assertEq(address(inner).balance, 0);
    }

    /// @dev With any gas a call is made and paid in full, or nothing happens.
    function testFuzz_Perform_PaysInFullOrReverts(uint256 gasGiven) public {
        uint256 snapshot = vm.snapshotState();
        (uint256 full, ) = _poke(keeper);
        vm.revertToState(snapshot);

        gasGiven = bound(gasGiven, 30_000, 400_000);
        vm.prank(keeper, keeper);
        bytes memory data = abi.encodeCall(treasury.perform, (address(prices), _pokeOf(MARKET)));
        (bool ok, ) = address(treasury).call{gas: gasGiven}(data);
        if (ok) assertApproxEqRel(keeper.balance, full, 0.01 ether);
        else assertEq(prices.pokes(), 0);
    }

    function test_Perform_RevertWhen_TheCallerBringsTooLittleGas() public {
        bytes memory data = abi.encodeCall(treasury.perform, (address(prices), _pokeOf(MARKET)));
        (bool ok, bytes memory reason) = address(treasury).call{gas: 200_000}(data);
        assertFalse(ok);
        assertEq(bytes4(reason), IKeeperTreasury.KeeperTreasury_GasTooLow.selector);
    }

    /* JOBS */

    function test_Perform_RevertWhen_NotAJob() public {
        bytes memory data = abi.encodeCall(prices.hold, (_rungs(CAUTION, M1)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IKeeperTreasury.KeeperTreasury_NotAJob.selector,
                address(prices),
                prices.hold.selector
            )
        );
        treasury.perform(address(prices), data);
        vm.expectRevert(
            abi.encodeWithSelector(IKeeperTreasury.KeeperTreasury_NotAJob.selector, address(prices), bytes4(0))
        );
        treasury.perform(address(prices), "");
    }

    function test_Perform_PaysOnlyForThisHubWhereOneIsNamed() public {
        Job memory job = _job(false, REFRESH);
        (job.hubWord, job.keyWord) = (2, 1);
        ScriptedSensor other = new ScriptedSensor(hub);
        vm.prank(governance);
        treasury.setJob(address(other), POKE, job);

        bytes memory data = abi.encodePacked(POKE, uint256(MARKET), uint256(uint160(address(hub))));
        (uint256 paid, ) = _perform(keeper, address(other), data);
        assertGt(paid, 0);
        bytes[3] memory others = [
            abi.encodePacked(POKE, uint256(MARKET), uint256(uint160(address(this)))),
            abi.encodePacked(POKE, uint256(MARKET), (1 << 160) | uint256(uint160(address(hub)))),
            _pokeOf(MARKET)
        ];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IKeeperTreasury.KeeperTreasury_NotForThisHub.selector, address(other), POKE)
            );
            treasury.perform(address(other), others[i]);
        }
    }

    /// @dev Executing a verified message: the model's `inject` has its receiver in the same word as an endpoint's
    /// `lzReceive`.
    function test_Perform_PaysTheExecutionOfAMessageForThisHubAlone() public {
        Job memory job = _job(true, 0);
        (job.keyWord, job.hubWord) = (1, 4);
        vm.prank(governance);
        treasury.setJob(address(endpoint), endpoint.inject.selector, job);
        PacketOrigin memory origin = PacketOrigin(PEER_EID, peer, 1);
        bytes memory message = PayloadLib.packHeartbeat(1, bytes32(0), "");

        bytes memory data = abi.encodeCall(endpoint.inject, (origin, address(hub), message));
        (uint256 paid, ) = _perform(keeper, address(endpoint), data);
        assertGt(paid, 0);
        (, uint64 usefulAt) = treasury.lastPaid(address(endpoint), endpoint.inject.selector, PEER_EID);
        assertEq(usefulAt, START);

        // A receiver that moves the hub's sequence number by other means does not get its execution paid.
        data = abi.encodeCall(endpoint.inject, (origin, stranger, message));
        vm.expectPartialRevert(IKeeperTreasury.KeeperTreasury_NotForThisHub.selector);
        treasury.perform(address(endpoint), data);
    }

    function test_SetJob_RevertWhen_OutOfBounds() public {
        for (uint256 i; i < 8; ++i) {
            Job memory job = _job(false, 60);
            if (i == 0) job.keyWord = 17;
            if (i == 1) job.hubWord = 17;
            if (i == 2) job.gasCap = 20_999;
            if (i == 3) job.gasCap = 10_000_001;
            if (i == 4) job.overheadGas = 200_001;
            if (i == 5) job.repeatSeconds = 29;
            if (i == 6) job.refreshSeconds = 29;
            if (i == 7) job.refreshSeconds = 7 days + 1;
            vm.expectPartialRevert(IKeeperTreasury.KeeperTreasury_OutOfBounds.selector);
            vm.prank(governance);
            treasury.setJob(address(prices), POKE, job);
        }
        address[2] memory targets = [address(treasury), address(7)];
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IKeeperTreasury.KeeperTreasury_InvalidTarget.selector, targets[i]));
            vm.prank(governance);
            treasury.setJob(targets[i], POKE, _job(false, 60));
        }
    }

    function test_SetBudget_RevertWhen_OutOfBounds() public {
        for (uint256 i; i < 7; ++i) {
            Budget memory budget = _budget();
            if (i == 0) budget.perDay = MOST_PER_DAY + 1;
            if (i == 1) budget.perHour = budget.perDay + 1;
            if (i == 2) budget.reserveBps = 999;
            if (i == 3) budget.reserveBps = 9_001;
            if (i == 4) budget.premiumBps = 5_001;
            if (i == 5) budget.tipBps = 10_001;
            if (i == 6) budget.maxGasPrice = 0;
            vm.expectPartialRevert(IKeeperTreasury.KeeperTreasury_OutOfBounds.selector);
            _setBudget(budget);
        }
    }

    function test_Governance_IsTheOwnersAlone() public {
        vm.startPrank(stranger);
        bytes memory reason = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger);
        vm.expectRevert(reason);
        treasury.setBudget(_budget());
        vm.expectRevert(reason);
        treasury.setJob(address(prices), POKE, _job(false, 60));
        vm.expectRevert(reason);
        treasury.withdraw(payable(stranger), 1);
    }

    function test_Withdraw_LeavesWhatIsOwed() public {
        Payee payee = new Payee(treasury);
        payee.behave(Behaviour.Revert);
        uint256 paid = payee.perform(address(prices), _pokeOf(MARKET));
        uint256 free = 10 ether - paid;
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.Payouts_NotEnough.selector, free + 1, free));
        treasury.withdraw(payable(keeper), free + 1);
        treasury.withdraw(payable(keeper), free);
        vm.stopPrank();
        assertEq(keeper.balance, free);
        payee.collect(payable(keeper));
    }

    /* HELPERS */

    function _setGasCap(uint32 gasCap) private {
        Job memory job = treasury.jobOf(address(prices), POKE);
        job.gasCap = gasCap;
        vm.prank(governance);
        treasury.setJob(address(prices), POKE, job);
    }

    function _setBudget(Budget memory budget) private {
        vm.prank(governance);
        treasury.setBudget(budget);
    }

    function _poke(address by) private returns (uint256 paid, uint256 gasUsed) {
        return _perform(by, address(prices), _pokeOf(MARKET));
    }

    function _perform(address by, address target, bytes memory data) private returns (uint256 paid, uint256 gasUsed) {
        vm.prank(by, by);
        uint256 before = gasleft();
        paid = treasury.perform(target, data);
        gasUsed = before - gasleft();
    }
}
