// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OperatorDesk} from "../../../contracts/clearing/desk/OperatorDesk.sol";
import {Allotment, Instruction, InstructionKind} from "../../../contracts/interfaces/IOperatorDesk.sol";
import {HubVenueWorld} from "./HubVenueWorld.sol";

/// @title DeskWorld
/// @notice {HubVenueWorld} with a desk that sets the house's envelopes, and instructions signed by the hub's operators.
abstract contract DeskWorld is HubVenueWorld {
    OperatorDesk internal desk;

    function setUp() public virtual override {
        super.setUp();
        desk = new OperatorDesk(incidents, address(house), EID, address(this));
        house.setEnvelopeSetter(address(desk));
    }

    /// @dev For BTC at this deployment; a cap or a budget holds for an hour.
    function _instruction(InstructionKind kind, uint96 units) internal view returns (Instruction memory told) {
        told.decision = keccak256("decision");
        told.operation = keccak256(abi.encode(kind, units, block.timestamp));
        told.deadline = uint64(block.timestamp + 15 minutes);
        (told.kind, told.market) = (kind, BTC);
        if (kind != InstructionKind.InsuranceMove) told.until = uint64(block.timestamp + 1 hours);
        told.allotments = new Allotment[](1);
        told.allotments[0] = Allotment(EID, units);
    }

    /// @dev By the first `count` operators.
    function _signed(Instruction memory told, uint256 count) internal view returns (bytes memory signatures) {
        bytes32 digest = desk.instructionDigest(told);
        for (uint256 i; i < count; ++i) {
            signatures = bytes.concat(signatures, _signWith(operatorKeys[i], digest));
        }
    }
}
