// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {OperatorDesk} from "../../../contracts/clearing/desk/OperatorDesk.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {Allotment, Instruction, InstructionKind, IOperatorDesk} from "../../../contracts/interfaces/IOperatorDesk.sol";

/// @dev The file that the relayer's tests read too: what operators sign, and how it is handed to a desk.
contract InstructionVectorsTest is Test {
    /// @dev Two of 65 bytes each.
    uint256 private constant SIGNATURES_BYTES = 130;
    address private constant HUB = address(0xB0B);

    string private json;

    function setUp() public {
        json = vm.readFile("test/vectors/instruction.json");
    }

    function test_Instruction_AsTheRelayer() public {
        uint256 cases;
        for (; vm.keyExistsJson(json, _at(cases, "why")); ++cases) {
            bytes32 meshId = vm.parseJsonBytes32(json, _at(cases, "meshId"));
            vm.mockCall(HUB, abi.encodeCall(IIncidentHub.meshId, ()), abi.encode(meshId));
            OperatorDesk desk = new OperatorDesk(IIncidentHub(HUB), address(1), 1, address(this));
            Instruction memory told = _instruction(cases);
            string memory why = vm.parseJsonString(json, _at(cases, "why"));
            assertEq(desk.instructionDigest(told), vm.parseJsonBytes32(json, _at(cases, "digest")), why);
            bytes memory call_ = abi.encodeCall(IOperatorDesk.execute, (told, _signatures()));
            assertEq(keccak256(call_), vm.parseJsonBytes32(json, _at(cases, "callHash")), why);
        }
        assertGt(cases, 0);
    }

    function _instruction(uint256 i) private view returns (Instruction memory told) {
        told.decision = vm.parseJsonBytes32(json, _at(i, "decision"));
        told.operation = vm.parseJsonBytes32(json, _at(i, "operation"));
        told.deadline = uint64(_number(_at(i, "deadline")));
        told.kind = InstructionKind(vm.parseJsonUint(json, _at(i, "kind")));
        told.market = uint8(vm.parseJsonUint(json, _at(i, "market")));
        told.toMarket = uint8(vm.parseJsonUint(json, _at(i, "toMarket")));
        told.until = uint64(_number(_at(i, "until")));
        told.globalOpenInterest = uint96(_number(_at(i, "globalOpenInterest")));
        uint256[] memory eids = vm.parseJsonUintArray(json, _at(i, "eids"));
        told.allotments = new Allotment[](eids.length);
        for (uint256 n; n < eids.length; ++n) {
            string memory at = string.concat(_at(i, "units"), "[", vm.toString(n), "]");
            told.allotments[n] = Allotment(uint32(eids[n]), uint96(_number(at)));
        }
    }

    /// @dev Hexadecimal digits of an even number, most significant first.
    function _number(string memory key) private view returns (uint256 value) {
        bytes memory digits = vm.parseJsonBytes(json, key);
        for (uint256 i; i < digits.length; ++i) value = (value << 8) | uint8(digits[i]);
    }

    function _signatures() private pure returns (bytes memory signatures) {
        signatures = new bytes(SIGNATURES_BYTES);
        for (uint256 i; i < signatures.length; ++i) signatures[i] = 0x5a;
    }

    function _at(uint256 i, string memory key) private pure returns (string memory) {
        return string.concat("$[", vm.toString(i), "].", key);
    }
}
