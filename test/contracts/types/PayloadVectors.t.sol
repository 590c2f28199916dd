// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Origin} from "@layerzerolabs/lz-evm-oapp-v2/contracts/oapp/OApp.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {EndpointModel} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Entry, Limits, Path, Refusal} from "../../../contracts/types/Incident.sol";
import {RungsLib} from "../../../contracts/types/Rungs.sol";
import {Word} from "../../../contracts/types/Word.sol";
import {deployHub} from "../hub/HubArtifact.sol";
import {defaultLeases} from "./WordBuilder.sol";

/// @dev The file that the relayer's tests read too. Entries are read by the codec, messages by the hub itself.
contract PayloadVectorsTest is Test {
    uint32 private constant PEER_EID = 50_902;
    bytes32 private constant PEER = bytes32(uint256(0xBEE));

    string private json;
    EndpointModel private endpoint;
    IncidentHub private hub;

    function setUp() public {
        vm.warp(1_700_000_600);
        json = vm.readFile("test/vectors/payload.json");
        address[] memory operators = new address[](2);
        (operators[0], operators[1]) = (address(0xA1), address(0xA2));
        endpoint = new EndpointModel(50_901);
        hub = deployHub(address(endpoint), address(this), "mesh", defaultLeases(), _limits(), operators);
        hub.setPeer(PEER_EID, PEER);
    }

    function test_Payload_AsTheRelayer() public {
        uint256 entries;
        uint256 messages;
        for (uint256 i; vm.keyExistsJson(json, _at(i, "op")); ++i) {
            if (_isText(i, "op", "entries")) {
                ++entries;
                _checkEntries(i);
            } else {
                ++messages;
                _checkMessage(i);
            }
        }
        assertGt(entries, 0);
        assertGt(messages, 0);
    }

    function _checkEntries(uint256 i) private view {
        bytes memory packed = vm.parseJsonBytes(json, _at(i, "packed"));
        (bool ok, uint256 count) = this.countEntries(packed);
        assertEq(ok, _isText(i, "refused", ""), _why(i));
        if (!ok) return;

        (uint256[] memory markets, bytes32[] memory words) = _entriesOf(i);
        assertEq(count, markets.length, _why(i));
        for (uint256 n; n < count; ++n) {
            (uint8 market, Word word) = this.entryAt(packed, n);
            assertEq(market, markets[n], _why(i));
            assertEq(bytes32(Word.unwrap(word)), words[n], _why(i));
        }
        assertEq(_pack(markets, words), packed, _why(i));
    }

    function _checkMessage(uint256 i) private {
        bytes memory packed = vm.parseJsonBytes(json, _at(i, "packed"));
        vm.recordLogs();
        vm.prank(address(endpoint));
        hub.lzReceive(Origin(PEER_EID, PEER, uint64(i)), bytes32(i), packed, address(0), "");
        // What the hub makes of a message is the first thing that it says.
        Vm.Log[] memory said = vm.getRecordedLogs();
        Vm.Log memory first = said[0];

        if (!_isText(i, "refused", "")) {
            bool isVersion = _isText(i, "refused", "unknown-version");
            Refusal refusal = isVersion ? Refusal.UnknownVersion : Refusal.BadLength;
            assertEq(first.topics[0], IIncidentHub.MessageRefused.selector, _why(i));
            assertEq(first.data, abi.encode(Path.LayerZero, refusal, keccak256(packed)), _why(i));
            return;
        }
        // The file writes it as eight bytes of hex.
        uint64 seq = uint64(bytes8(vm.parseJsonBytes(json, _at(i, "seq"))));
        bool isHeartbeat = !_isText(i, "configHash", "");
        assertEq(first.topics[0], IIncidentHub.Heard.selector, _why(i));
        assertEq(first.data, abi.encode(seq, isHeartbeat), _why(i));
        (uint256[] memory markets, bytes32[] memory words) = _entriesOf(i);
        bytes memory entries = _pack(markets, words);
        if (isHeartbeat) {
            bytes32 theirs = vm.parseJsonBytes32(json, _at(i, "configHash"));
            assertEq(said[1].topics[0], IIncidentHub.ConfigDiffers.selector, _why(i));
            assertEq(said[1].data, abi.encode(theirs, hub.configHash()), _why(i));
            assertEq(PayloadLib.packHeartbeat(seq, theirs, entries), packed, _why(i));
        } else {
            assertEq(PayloadLib.packMessage(seq, entries), packed, _why(i));
        }
    }

    /// @dev External, so that bytes arrive as calldata.
    function countEntries(bytes calldata packed) external pure returns (bool, uint256) {
        return PayloadLib.countEntries(packed);
    }

    function entryAt(bytes calldata packed, uint256 index) external pure returns (uint8, Word) {
        return PayloadLib.entryAt(packed, index);
    }

    function _entriesOf(uint256 i) private view returns (uint256[] memory markets, bytes32[] memory words) {
        markets = vm.parseJsonUintArray(json, _at(i, "markets"));
        words = vm.parseJsonBytes32Array(json, _at(i, "words"));
    }

    function _pack(uint256[] memory markets, bytes32[] memory words) private pure returns (bytes memory packed) {
        for (uint256 n; n < markets.length; ++n) {
            Entry memory entry = Entry(uint8(markets[n]), Word.wrap(uint256(words[n])));
            packed = bytes.concat(packed, PayloadLib.packEntry(entry));
        }
    }

    function _at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".[", vm.toString(i), "].", field);
    }

    function _why(uint256 i) private view returns (string memory) {
        return vm.parseJsonString(json, _at(i, "why"));
    }

    function _isText(uint256 i, string memory field, string memory text) private view returns (bool) {
        return keccak256(bytes(vm.parseJsonString(json, _at(i, field)))) == keccak256(bytes(text));
    }

    function _limits() private pure returns (Limits memory) {
        return
            Limits({
                peerCeiling: RungsLib.pair(3, 4),
                soloCeiling: RungsLib.pair(2, 2),
                quorumCeiling: RungsLib.pair(3, 4),
                quorum: 2
            });
    }
}
