// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILayerZeroEndpointV2} from "@layerzerolabs/lz-evm-protocol-v2/contracts/interfaces/ILayerZeroEndpointV2.sol";

import {PathwayCheck} from "../../../contracts/hub/PathwayCheck.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IPathwayCheck} from "../../../contracts/interfaces/IPathwayCheck.sol";
import {UlnModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice Which pathways a hub takes a peer over: two required DVNs in both directions, or none.
contract PathwayTest is HubFixture {
    uint32 private constant NEW_EID = 50903;
    bool private constant SEND = true;
    bool private constant RECEIVE = false;
    uint8 private constant NIL = 255;

    IPathwayCheck private check;

    function setUp() public override {
        super.setUp();
        check = hub.pathwayCheck();
    }

    /* THE HUB */

    function test_SetPeer_TakesTwoDvnsInBothDirections() public {
        _setRequired(SEND, 2);
        _setRequired(RECEIVE, 3);

        vm.prank(governance);
        hub.setPeer(NEW_EID, peer);

        assertEq(hub.peers(NEW_EID), peer);
        _expectPathway(2, 3);
    }

    function testFuzz_SetPeer_RevertWhen_EitherDirectionNeedsFewerThanTwo(uint8 sends, uint8 receives) public {
        (sends, receives) = (sends % 4, receives % 4);
        _setRequired(SEND, sends);
        _setRequired(RECEIVE, receives);
        bool isWeak = sends < 2 || receives < 2;

        if (isWeak) _expectWeak(sends, receives);
        vm.prank(governance);
        hub.setPeer(NEW_EID, peer);

        assertEq(hub.peerEids().length, isWeak ? 1 : 2, "listed");
    }

    function test_SetPeer_RevertWhen_ThePeerOfAWeakPathwayIsReplaced() public {
        endpoint.setConfig(SEND, PEER_EID, _config(1, 1));

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_WeakPathway.selector, PEER_EID, 1, 2));
        vm.prank(governance);
        hub.setPeer(PEER_EID, _asBytes32(stranger));

        assertEq(hub.peers(PEER_EID), peer, "the former stays");
    }

    function test_SetPeer_RemovesOverAnyPathway() public {
        endpoint.setUnsupported(PEER_EID);

        vm.prank(governance);
        hub.setPeer(PEER_EID, bytes32(0));

        assertEq(hub.peerEids().length, 0);
    }

    function testFuzz_SetPeer_RevertWhen_PeerIsNoAddress(bytes32 wide) public {
        vm.assume(uint256(wide) > type(uint160).max);

        vm.expectRevert(abi.encodeWithSelector(IIncidentHub.IncidentHub_InvalidPeer.selector, NEW_EID, wide));
        vm.prank(governance);
        hub.setPeer(NEW_EID, wide);
    }

    /* WHAT COUNTS */

    function test_Pathway_NilIsNone() public {
        endpoint.setConfig(SEND, NEW_EID, _config(NIL, 0));
        endpoint.setConfig(RECEIVE, NEW_EID, _config(NIL, 2));

        _expectPathway(0, 0);
    }

    function test_Pathway_OptionalDvnsDoNotCount() public {
        address[] memory dvns = _dvns(3);
        endpoint.setConfig(SEND, NEW_EID, abi.encode(UlnModel(1, 1, 3, 3, _dvns(1), dvns)));
        endpoint.setConfig(RECEIVE, NEW_EID, abi.encode(UlnModel(1, NIL, 3, 3, new address[](0), dvns)));

        _expectPathway(1, 0);
    }

    function test_Pathway_OneDvnNamedTwiceIsOne() public {
        address[] memory twice = new address[](2);
        (twice[0], twice[1]) = (address(0xD1), address(0xD1));
        endpoint.setConfig(SEND, NEW_EID, abi.encode(UlnModel(1, 2, 0, 0, twice, new address[](0))));

        _expectPathway(1, 2);
    }

    function test_Pathway_CountAboveTheListIsTheList() public {
        endpoint.setConfig(SEND, NEW_EID, _config(7, 1));
        endpoint.setConfig(RECEIVE, NEW_EID, _config(1, 7));

        _expectPathway(1, 1);
    }

    function test_Pathway_UnsupportedChainIsZero() public {
        endpoint.setUnsupported(NEW_EID);

        _expectPathway(0, 0);
    }

    /// @dev Bytes that are no configuration count as zero and break nothing.
    function testFuzz_Pathway_GarbageIsZero(bytes memory garbage) public {
        vm.assume(garbage.length != 0 && garbage.length < 224);
        endpoint.setConfig(SEND, NEW_EID, garbage);

        _expectPathway(0, 2);
    }

    function test_Pathway_GivenNoEndpointIsZero() public {
        PathwayCheck none = new PathwayCheck(ILayerZeroEndpointV2(makeAddr("no contract")));

        vm.expectRevert();
        none.requiredBy(address(hub), address(1), NEW_EID);
    }

    /* A RECEIVE LIBRARY IN ITS GRACE PERIOD */

    function testFuzz_Pathway_WeakerFormerLibraryCountsUntilItsGraceEnds(bool isDefault, uint8 former) public {
        former = former % 5;
        endpoint.setFormerLibrary(isDefault, NEW_EID, block.number + 10, _config(former, former));

        _expectPathway(2, former < 2 ? former : 2);

        vm.roll(block.number + 10);
        _expectPathway(2, 2);
    }

    /* PRIVATE */

    function _expectPathway(uint256 sends, uint256 receives) private view {
        (uint256 requiredSend, uint256 requiredReceive) = check.pathway(address(hub), NEW_EID);
        assertEq(requiredSend, sends, "send");
        assertEq(requiredReceive, receives, "receive");
    }

    function _expectWeak(uint256 sends, uint256 receives) private {
        vm.expectRevert(
            abi.encodeWithSelector(IIncidentHub.IncidentHub_WeakPathway.selector, NEW_EID, sends, receives)
        );
    }

    function _setRequired(bool isSend, uint8 count) private {
        endpoint.setConfig(isSend, NEW_EID, _config(count, count));
    }

    function _config(uint8 count, uint256 listed) private pure returns (bytes memory) {
        return abi.encode(UlnModel(1, count, 0, 0, _dvns(listed), new address[](0)));
    }

    function _dvns(uint256 count) private pure returns (address[] memory dvns) {
        dvns = new address[](count);
        for (uint160 i; i < count; ++i) {
            dvns[i] = address(0xD1 + i);
        }
    }
}
