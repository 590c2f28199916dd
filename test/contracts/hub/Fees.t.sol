// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {EndpointModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice {IIncidentHub.broadcastPaying}: told what to pay, the hub pays that; told wrong, it sends all the same.
contract FeesTest is HubFixture {
    uint32 private constant SECOND_EID = 50903;
    uint256 private constant FEE = 0.01 ether;
    uint32 private constant BIT = uint32(1) << MARKET;

    function setUp() public override {
        super.setUp();
        endpoint.setFee(FEE);
        vm.prank(governance);
        hub.setPeer(SECOND_EID, _asBytes32(makeAddr("second hub")));
        hub.broadcast();
        _assert(MARKET, _rungs(HALTED, NORMAL));
    }

    function test_QuoteFees_OneForEachPeerAndNoneWhenNothingIsDue() public {
        uint256[] memory fees = hub.quoteFees();
        assertEq(fees.length, 2, "peers");
        assertEq(fees[0], FEE);
        assertEq(fees[1], FEE);

        hub.broadcast();
        assertEq(hub.quoteFees().length, 0, "nothing due");
    }

    function test_QuoteFees_RevertGiven_TheEndpointDoesNotQuote() public {
        endpoint.setFault(PEER_EID, EndpointModel.Fault.Reverts);
        vm.mockCallRevert(address(endpoint), abi.encodeWithSelector(EndpointModel.quote.selector), "no quote");

        vm.expectRevert("no quote");
        hub.quoteFees();
    }

    /// @dev An endpoint that refunds anything would call the hub, and this hub's balance is what was quoted.
    function test_BroadcastPaying_PaysExactlyWhatItWasTold() public {
        uint256[] memory fees = hub.quoteFees();
        uint256 before = address(hub).balance;
        vm.expectCall(address(hub), FEE, "", 0);
        vm.expectCall(address(endpoint), FEE, abi.encodeWithSelector(EndpointModel.send.selector), 2);

        _expectSent(2, 0);
        hub.broadcastPaying(fees);

        assertEq(before - address(hub).balance, 2 * FEE);
    }

    function testFuzz_BroadcastPaying_SendsWhateverItIsTold(uint256[] memory fees) public {
        uint256 before = address(hub).balance;

        _expectSent(2, 0);
        hub.broadcastPaying(fees);

        assertEq(before - address(hub).balance, 2 * FEE, "the fee, no more and no less");
        assertEq(endpoint.packetCount(), 4, "each peer once");
    }

    function test_BroadcastPaying_TooLittleFallsBackToTheBalance() public {
        uint256[] memory fees = new uint256[](1);
        fees[0] = FEE - 1;
        vm.expectCall(address(endpoint), FEE - 1, abi.encodeWithSelector(EndpointModel.send.selector), 1);

        _expectSent(2, 0);
        hub.broadcastPaying(fees);
    }

    function test_BroadcastPaying_PeerThatFailsIsNamedOnce() public {
        uint256[] memory fees = hub.quoteFees();
        endpoint.setFault(PEER_EID, EndpointModel.Fault.Reverts);

        vm.expectEmit(address(hub));
        emit IIncidentHub.SendFailed(hub.seq() + 1, PEER_EID, EndpointModel.EndpointModel_Refused.selector);
        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(hub.seq() + 2, BIT, false, 1, 1);
        hub.broadcastPaying(fees);
    }

    function test_BroadcastPaying_PeerThatFailsWithoutAReasonIsNamedToo() public {
        endpoint.setFault(SECOND_EID, EndpointModel.Fault.RevertsEmpty);

        vm.expectEmit(address(hub));
        emit IIncidentHub.SendFailed(hub.seq() + 1, SECOND_EID, bytes4(0));
        hub.broadcastPaying(new uint256[](2));
    }

    function test_BroadcastPaying_RevertGiven_NothingIsDue() public {
        hub.broadcast();

        vm.expectRevert(IIncidentHub.IncidentHub_NothingDue.selector);
        hub.broadcastPaying(new uint256[](2));
    }

    /// @dev Nobody makes a send fail by leaving too little gas for the second attempt.
    function test_BroadcastPaying_RevertWhen_GasWouldStarveASend() public {
        uint256[] memory fees = hub.quoteFees();

        vm.expectPartialRevert(IIncidentHub.IncidentHub_GasTooLow.selector);
        hub.broadcastPaying{gas: 400_000}(fees);
    }

    function _expectSent(uint8 sent, uint8 failed) private {
        vm.expectEmit(address(hub));
        emit IIncidentHub.BroadcastSent(hub.seq() + 1, BIT, false, sent, failed);
    }
}
