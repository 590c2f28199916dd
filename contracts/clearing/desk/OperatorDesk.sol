// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Envelope, IClearingMarkets} from "../../interfaces/IClearingMarkets.sol";
import {FundTerms, IClearingFunds} from "../../interfaces/IClearingFunds.sol";
import {IDeleveraging} from "../../interfaces/IDeleveraging.sol";
import {IIncidentHub} from "../../interfaces/IIncidentHub.sol";
import {IInsuranceMoves} from "../../interfaces/IInsuranceMoves.sol";
import {
    Allotment,
    DeskLimits,
    DeskReport,
    Instruction,
    InstructionKind,
    IOperatorDesk
} from "../../interfaces/IOperatorDesk.sol";
import {Limiter, LimiterLib} from "../book/Limiter.sol";

/// @title OperatorDesk
/// @notice Carries out what a quorum of operators instructs a venue to do: the venue knows it as its setter of envelopes.
/// @dev **Design**
/// - Has no operators of its own: who may sign, and how many are a quorum, is asked of the hub at every instruction.
/// - The EIP-712 domain names the mesh and no chain, as the hub's does: one signature serves every deployment that it names,
///   each with an amount of its own; another is not moved by it.
/// - A cap or a budget only tightens while one holds, and lapses; a move is bounded each and in a day. A limit that was
///   never set allows nothing.
///
/// **Trust assumptions**
/// - A quorum of operators may do all that the limits allow. One key may do nothing, whatever the hub says of quorums.
/// - The owner (governance) sets limits, and loosens them slowly.
contract OperatorDesk is IOperatorDesk, Ownable {
    uint256 private constant MAX_DEADLINE_SECONDS = 15 minutes;
    /// @dev As the hub's: between clocks of chains.
    uint256 private constant SKEW_SECONDS = 300;
    uint256 private constant MIN_QUORUM = 2;
    uint256 private constant SIGNATURE_BYTES = 65;
    uint256 private constant MOVE_WINDOW = 1 days;
    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
    bytes32 private constant ALLOTMENT_TYPEHASH = keccak256("Allotment(uint32 eid,uint96 units)");
    bytes32 private constant INSTRUCTION_TYPEHASH = keccak256(
        "Instruction(bytes32 decision,bytes32 operation,uint64 deadline,uint8 kind,uint8 market,uint8 toMarket,uint64 until,uint96 globalOpenInterest,Allotment[] allotments)Allotment(uint32 eid,uint96 units)"
    );

    /// @notice Says who may sign.
    IIncidentHub public immutable hub;
    /// @notice What is instructed. Answers {IClearingMarkets}, {IDeleveraging}, {IClearingFunds} and {IInsuranceMoves}.
    address public immutable venue;
    /// @notice This deployment's LayerZero endpoint id.
    uint32 public immutable eid;

    bytes32 private immutable _domainSeparator;

    /// @dev kind => market => what it may say
    mapping(InstructionKind kind => mapping(uint8 market => DeskLimits)) private _limits;
    /// @dev operation => whether it was carried out
    mapping(bytes32 operation => bool) private _used;
    /// @dev market => units moved out of its fund lately
    mapping(uint8 market => Limiter) private _moved;
    /// @dev market => moves out of its fund that were carried out
    mapping(uint8 market => uint256) private _moves;

    constructor(IIncidentHub hub_, address venue_, uint32 eid_, address owner_) Ownable(owner_) {
        (hub, venue, eid) = (hub_, venue_, eid_);
        bytes32 meshId = hub_.meshId();
        _domainSeparator = keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Cordon"), keccak256("1"), meshId));
    }

    /// @inheritdoc IOperatorDesk
    function execute(Instruction calldata instruction, bytes calldata signatures) external {
        uint64 deadline = instruction.deadline;
        if (deadline < block.timestamp || deadline > block.timestamp + MAX_DEADLINE_SECONDS + SKEW_SECONDS) {
            revert OperatorDesk_InvalidDeadline(deadline, block.timestamp);
        }
        if (_used[instruction.operation]) revert OperatorDesk_Used(instruction.operation);
        _used[instruction.operation] = true;
        uint256 signers = _requireQuorum(instructionDigest(instruction), signatures);
        uint96 units = _allotted(instruction.allotments);
        _requireBounds(instruction, units);
        emit InstructionExecuted(
            instruction.operation,
            instruction.decision,
            instruction.kind,
            instruction.market,
            units,
            signers
        );
        _carryOut(instruction, units);
    }

    /// @inheritdoc IOperatorDesk
    function setDeskLimits(InstructionKind kind, uint8 market, DeskLimits calldata limits) external onlyOwner {
        bool isMove = kind == InstructionKind.InsuranceMove;
        bool isSound = limits.leastUnits <= limits.mostUnits && (isMove || limits.mostUnitsDaily == 0);
        if (!isSound || (isMove && limits.mostSeconds != 0)) revert OperatorDesk_InvalidLimits(kind, market);
        _limits[kind][market] = limits;
        emit DeskLimitsSet(kind, market, limits);
    }

    /// @inheritdoc IOperatorDesk
    function instructionDigest(Instruction calldata instruction) public view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](instruction.allotments.length);
        for (uint256 i; i < hashes.length; ++i) {
            hashes[i] = keccak256(abi.encode(ALLOTMENT_TYPEHASH, instruction.allotments[i]));
        }
        // In two parts, for all at once are too many for the stack.
        bytes memory head = abi.encode(
            INSTRUCTION_TYPEHASH,
            instruction.decision,
            instruction.operation,
            instruction.deadline,
            instruction.kind,
            instruction.market
        );
        bytes memory tail = abi.encode(
            instruction.toMarket,
            instruction.until,
            instruction.globalOpenInterest,
            keccak256(abi.encodePacked(hashes))
        );
        return MessageHashUtils.toTypedDataHash(_domainSeparator, keccak256(bytes.concat(head, tail)));
    }

    /// @inheritdoc IOperatorDesk
    function deskLimits(InstructionKind kind, uint8 market) external view returns (DeskLimits memory) {
        return _limits[kind][market];
    }

    /// @inheritdoc IOperatorDesk
    function isUsed(bytes32 operation) external view returns (bool) {
        return _used[operation];
    }

    /// @inheritdoc IOperatorDesk
    function movable(uint8 market) external view returns (uint256 units) {
        return _movable(market);
    }

    /// @inheritdoc IOperatorDesk
    function deskReport(uint8 market) external view returns (DeskReport memory report) {
        report.isSetter = IClearingMarkets(venue).envelopeSetter() == address(this);
        report.isMover = IClearingFunds(venue).insuranceMover() == address(this);
        report.capLimits = _limits[InstructionKind.OpenInterestCap][market];
        report.budgetLimits = _limits[InstructionKind.DeleveragingBudget][market];
        report.moveLimits = _limits[InstructionKind.InsuranceMove][market];
        (report.movable, report.moves) = (_movable(market), _moves[market]);
        report.governedCap = IClearingMarkets(venue).marketParams(market).openInterestCap;
        report.envelope = IClearingMarkets(venue).envelope(market);
        (report.budgetLeft, report.budgetUntil) = IDeleveraging(venue).deleveragingBudget(market);
        FundTerms memory terms = IClearingFunds(venue).fundTerms(market);
        (report.movePpm, report.floorUnits) = (terms.movePpm, terms.floorUnits);
    }

    /// @dev Signers in ascending order, so that none is counted twice. One that is no operator refuses the whole.
    function _requireQuorum(bytes32 digest, bytes calldata signatures) private view returns (uint256 signers) {
        uint256 quorum = hub.limits().quorum;
        if (quorum < MIN_QUORUM) quorum = MIN_QUORUM;
        signers = signatures.length / SIGNATURE_BYTES;
        if (signers < quorum || signatures.length % SIGNATURE_BYTES != 0) {
            revert OperatorDesk_NoQuorum(signatures.length, quorum);
        }
        address previous;
        for (uint256 i; i < signers; ++i) {
            uint256 at = i * SIGNATURE_BYTES;
            (address signer, , ) = ECDSA.tryRecover(digest, signatures[at:at + SIGNATURE_BYTES]);
            if (signer <= previous || !hub.isOperator(signer)) revert OperatorDesk_NotOperator(i, signer);
            previous = signer;
        }
    }

    function _allotted(Allotment[] calldata allotments) private view returns (uint96 units) {
        uint256 found;
        for (uint256 i; i < allotments.length; ++i) {
            if (allotments[i].eid != eid) continue;
            units = allotments[i].units;
            ++found;
        }
        if (found != 1) revert OperatorDesk_NotNamedOnce(eid);
    }

    function _requireBounds(Instruction calldata instruction, uint96 units) private {
        (InstructionKind kind, uint8 market) = (instruction.kind, instruction.market);
        DeskLimits memory limits = _limits[kind][market];
        if (units < limits.leastUnits || units > limits.mostUnits || limits.mostUnits == 0) {
            revert OperatorDesk_OutOfBounds(kind, market, units);
        }
        if (kind != InstructionKind.InsuranceMove) {
            uint256 latest = block.timestamp + limits.mostSeconds;
            if (instruction.until > latest) revert OperatorDesk_TooLong(instruction.until, latest);
            return;
        }
        uint256 left = _movable(market);
        if (units > left) revert OperatorDesk_TooMuchDaily(market, units, left);
        LimiterLib.count(_moved[market], units, limits.mostUnitsDaily, MOVE_WINDOW);
        ++_moves[market];
    }

    function _movable(uint8 market) private view returns (uint256) {
        uint256 limit = _limits[InstructionKind.InsuranceMove][market].mostUnitsDaily;
        return LimiterLib.left(_moved[market], limit, MOVE_WINDOW);
    }

    function _carryOut(Instruction calldata instruction, uint96 units) private {
        uint8 market = instruction.market;
        if (instruction.kind == InstructionKind.OpenInterestCap) {
            Envelope memory envelope = Envelope(units, instruction.globalOpenInterest, instruction.until);
            IClearingMarkets(venue).setEnvelope(market, envelope);
        } else if (instruction.kind == InstructionKind.DeleveragingBudget) {
            IDeleveraging(venue).setDeleveragingBudget(market, units, instruction.until);
        } else {
            IInsuranceMoves(venue).moveInsurance(market, instruction.toMarket, units);
        }
    }
}
