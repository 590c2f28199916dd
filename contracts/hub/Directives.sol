// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Directive, Limits, Path, Refusal} from "../types/Incident.sol";
import {Rungs} from "../types/Rungs.sol";
import {IncidentState} from "./IncidentState.sol";

/// @title Directives
/// @notice The direct path: entries that operators signed, submitted by anybody.
/// @dev The EIP-712 domain names the mesh and no chain, so one signature serves every deployment. A replay merges what
/// is merged already. `decision` and `deadline` are signed as well: what is carried here cannot be attributed to
/// another decision, and a signature that leaks later is worth nothing.
abstract contract Directives is IncidentState, IIncidentHub {
    /* CONSTANTS */

    /// @notice How far ahead a directive's deadline may lie, in seconds, besides the skew between clocks.
    uint256 public constant MAX_DEADLINE_SECONDS = 15 minutes;

    /// @notice Fewest operators that make a quorum: one key alone never has a quorum's ceiling.
    uint256 public constant MIN_QUORUM = 2;

    /// @notice Most operators, so that reading signatures has bounded cost.
    uint256 public constant MAX_OPERATORS = 32;

    uint256 private constant SIGNATURE_BYTES = 65;
    bytes32 private constant DIRECTIVE_TYPEHASH = keccak256(
        "Directive(bytes32 decision,uint64 deadline,bytes entries)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");

    /* STORAGE */

    /// @inheritdoc IIncidentHub
    bytes32 public immutable meshId;

    bytes32 private immutable DOMAIN_SEPARATOR;

    Limits private _limits;
    uint256 private _operatorCount;
    /// @dev account => whether it may sign.
    mapping(address => bool) private _operators;

    /* CONSTRUCTOR */

    constructor(bytes32 meshId_, Limits memory limits_, address[] memory operators) {
        meshId = meshId_;
        DOMAIN_SEPARATOR = keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Cordon"), keccak256("1"), meshId_));
        for (uint256 i; i < operators.length; ++i) {
            _addOperator(operators[i]);
        }
        _setLimits(limits_);
    }

    /* SUBMIT */

    /// @inheritdoc IIncidentHub
    function submit(Directive calldata directive, bytes calldata signatures) external {
        uint256 latest = block.timestamp + MAX_DEADLINE_SECONDS + SKEW_SECONDS;
        if (directive.deadline < block.timestamp || directive.deadline > latest) {
            revert IncidentHub_InvalidDeadline(directive.deadline, block.timestamp);
        }
        uint256 signers = _countSigners(directiveDigest(directive), signatures);
        Limits memory limits_ = _limits;
        bool isQuorum = signers >= limits_.quorum;
        Path path = isQuorum ? Path.Quorum : Path.Solo;
        Rungs ceiling = isQuorum ? limits_.quorumCeiling : limits_.soloCeiling;

        (bool ok, ) = PayloadLib.countEntries(directive.entries);
        if (!ok) {
            emit MessageRefused(_nextSeq(), _eid(), path, Refusal.BadLength, keccak256(directive.entries));
            return;
        }
        emit DirectiveAccepted(_nextSeq(), directive.decision, path, signers);
        _mergeEntries(directive.entries, ceiling, _eid(), path);
    }

    /// @inheritdoc IIncidentHub
    function directiveDigest(Directive calldata directive) public view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(DIRECTIVE_TYPEHASH, directive.decision, directive.deadline, keccak256(directive.entries))
        );
        return keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR, structHash));
    }

    /// @dev Signers in ascending order, so that none is counted twice. One that is no operator refuses the whole
    /// directive: whoever assembled it is mistaken, and should hear so.
    function _countSigners(bytes32 digest, bytes calldata signatures) private view returns (uint256 count) {
        count = signatures.length / SIGNATURE_BYTES;
        bool isWhole = signatures.length % SIGNATURE_BYTES == 0;
        if (count == 0 || count > MAX_OPERATORS || !isWhole) {
            revert IncidentHub_InvalidSignatures(signatures.length);
        }
        address previous;
        for (uint256 i; i < count; ++i) {
            bytes calldata signature = signatures[i * SIGNATURE_BYTES:(i + 1) * SIGNATURE_BYTES];
            // A malformed signature recovers to the zero address, which is no operator.
            (address signer, , ) = ECDSA.tryRecover(
                digest,
                uint8(signature[64]),
                bytes32(signature[0:32]),
                bytes32(signature[32:64])
            );
            if (!_operators[signer] || signer <= previous) revert IncidentHub_NotOperator(i, signer);
            previous = signer;
        }
    }

    /* GOVERNANCE */

    /// @inheritdoc IIncidentHub
    function setOperator(address operator, bool isActive) external onlyGovernance {
        if (isActive) {
            _addOperator(operator);
            return;
        }
        if (!_operators[operator]) revert IncidentHub_InvalidOperator(operator);
        uint256 left = --_operatorCount;
        if (left < _limits.quorum) revert IncidentHub_InvalidQuorum(_limits.quorum, left);
        _operators[operator] = false;
        emit OperatorSet(_nextSeq(), operator, false);
    }

    /// @inheritdoc IIncidentHub
    function setLimits(Limits calldata newLimits) external onlyGovernance {
        _setLimits(newLimits);
    }

    function _addOperator(address operator) private {
        bool isFull = _operatorCount == MAX_OPERATORS;
        if (operator == address(0) || _operators[operator] || isFull) revert IncidentHub_InvalidOperator(operator);
        _operators[operator] = true;
        ++_operatorCount;
        emit OperatorSet(_nextSeq(), operator, true);
    }

    function _setLimits(Limits memory newLimits) private {
        newLimits.peerCeiling.validate();
        newLimits.soloCeiling.validate();
        newLimits.quorumCeiling.validate();
        if (newLimits.quorum < MIN_QUORUM || newLimits.quorum > _operatorCount) {
            revert IncidentHub_InvalidQuorum(newLimits.quorum, _operatorCount);
        }
        _limits = newLimits;
        emit LimitsSet(_nextSeq(), newLimits);
    }

    /* VIEWS */

    /// @inheritdoc IIncidentHub
    function limits() public view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc IIncidentHub
    function isOperator(address account) external view returns (bool) {
        return _operators[account];
    }

    /// @dev This chain's LayerZero endpoint id.
    function _eid() internal view virtual returns (uint32);
}
