// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Envelope} from "./IClearingMarkets.sol";

/// @notice What operators may instruct a venue to do. Append, never reorder: the number is signed.
enum InstructionKind {
    // Open-interest cap, and open interest of all chains, until a time.
    OpenInterestCap,
    // Most that deleveraging takes until a time.
    DeleveragingBudget,
    // Insurance from one market's fund to another's.
    InsuranceMove
}

/// @notice What one deployment is told. One that is not named is told nothing.
struct Allotment {
    uint32 eid;
    // Cap, budget, or amount to move, in units of that deployment's collateral.
    uint96 units;
}

/// @notice Operators' signed instruction to venues. Signed under the EIP-712 domain of the mesh (name "Cordon", version "1",
/// salt `meshId`, no chain), so that one signature serves every deployment that it names.
struct Instruction {
    // Hash of the decision that this follows from, so that anybody can recompute it.
    bytes32 decision;
    // Used once on each deployment.
    bytes32 operation;
    // Unix seconds after which no desk accepts it; at most 15 minutes ahead.
    uint64 deadline;
    InstructionKind kind;
    uint8 market;
    // Where insurance goes; 0 for other kinds as well.
    uint8 toMarket;
    // Unix seconds until which a cap or a budget holds; 0 for a move.
    uint64 until;
    // Open interest on all chains, in units; 0 for other kinds than a cap.
    uint96 globalOpenInterest;
    Allotment[] allotments;
}

/// @notice What governance allows one kind of instruction in one market. All zero: nothing.
struct DeskLimits {
    uint96 leastUnits;
    uint96 mostUnits;
    // Of a move, in 24 hours, decaying linearly. Other kinds do not use it.
    uint96 mostUnitsDaily;
    // How far ahead `until` may lie. A move does not use it.
    uint32 mostSeconds;
}

/// @notice All that operators have to know of one market before they instruct its venue, as of one block. Of market 0, the
/// shared fund, only what concerns moves says something.
struct DeskReport {
    // Whether the venue takes envelopes, and moves of insurance, from this desk.
    bool isSetter;
    bool isMover;
    DeskLimits capLimits;
    DeskLimits budgetLimits;
    DeskLimits moveLimits;
    // What may still be moved out of the fund now, as {IOperatorDesk.movable}.
    uint256 movable;
    // Moves out of the fund that this desk has carried out so far.
    uint256 moves;
    // Governance's cap of open interest, in units, and the envelope last set.
    uint96 governedCap;
    Envelope envelope;
    // As {IDeleveraging.deleveragingBudget}.
    uint256 budgetLeft;
    uint64 budgetUntil;
    // Of the fund: what the venue lets go in a day in parts per million, and what it keeps in any case, in units.
    uint32 movePpm;
    uint96 floorUnits;
}

/// @title IOperatorDesk
/// @notice Where a quorum of operators sets envelopes of a venue and moves its insurance, within limits of governance.
interface IOperatorDesk {
    /* EVENTS */

    /// @notice An instruction was carried out.
    /// @param units What this deployment was allotted.
    event InstructionExecuted(
        bytes32 indexed operation,
        bytes32 indexed decision,
        InstructionKind kind,
        uint8 indexed market,
        uint96 units,
        uint256 signatures
    );
    /// @notice What an instruction of this kind may say in this market was set.
    event DeskLimitsSet(InstructionKind indexed kind, uint8 indexed market, DeskLimits limits);

    /* ERRORS */

    /// @notice Thrown when a deadline has passed or lies too far ahead.
    error OperatorDesk_InvalidDeadline(uint64 deadline, uint256 time);
    /// @notice Thrown when the operation was carried out here.
    error OperatorDesk_Used(bytes32 operation);
    /// @notice Thrown when this deployment is not among those that are told something, or is twice.
    error OperatorDesk_NotNamedOnce(uint32 eid);
    /// @notice Thrown when signatures are not 65 bytes each, or fewer than the quorum.
    error OperatorDesk_NoQuorum(uint256 length, uint256 quorum);
    /// @notice Thrown when signature `index` is not by an operator, or not in ascending order of signers.
    error OperatorDesk_NotOperator(uint256 index, address signer);
    /// @notice Thrown when the allotment is outside what governance allows.
    error OperatorDesk_OutOfBounds(InstructionKind kind, uint8 market, uint96 units);
    /// @notice Thrown when a cap or a budget would hold too long.
    error OperatorDesk_TooLong(uint64 until, uint256 latest);
    /// @notice Thrown when more would be moved out of a fund within 24 hours than governance allows.
    error OperatorDesk_TooMuchDaily(uint8 market, uint96 units, uint256 left);
    /// @notice Thrown when limits contradict each other.
    error OperatorDesk_InvalidLimits(InstructionKind kind, uint8 market);

    /* ACTIONS */

    /// @notice Carries out what operators have signed. Anybody may carry it here.
    /// @param signatures 65 bytes each (r, s, v), in ascending order of the signers' addresses.
    function execute(Instruction calldata instruction, bytes calldata signatures) external;

    /* GOVERNANCE */

    /// @notice Sets what an instruction of `kind` may say in `market`.
    function setDeskLimits(InstructionKind kind, uint8 market, DeskLimits calldata limits) external;

    /* VIEWS */

    /// @notice EIP-712 digest that operators sign.
    function instructionDigest(Instruction calldata instruction) external view returns (bytes32);

    function deskLimits(InstructionKind kind, uint8 market) external view returns (DeskLimits memory);

    /// @notice Whether the operation was carried out here.
    function isUsed(bytes32 operation) external view returns (bool);

    /// @notice What may still be moved out of the fund of `market` now.
    function movable(uint8 market) external view returns (uint256 units);

    /// @notice What operators have to know of `market`, in one call and so of one block.
    /// @dev `moves` numbers what comes next: operators who name the operation of a move by it cannot, from different views
    /// of the chain, move the same insurance twice.
    function deskReport(uint8 market) external view returns (DeskReport memory report);
}
