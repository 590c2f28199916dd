// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Directive, Limits, Path, Refusal} from "../types/Incident.sol";
import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";
import {IncidentState} from "./IncidentState.sol";
import {Operator, OperatorLib} from "./SoloBudget.sol";

/// @title Directives
/// @notice The direct path: entries that operators signed, submitted by anybody.
/// @dev The EIP-712 domain names the mesh and no chain, so one signature serves every deployment. A replay merges what
/// is merged already. `decision` and `deadline` are signed as well: what is carried here cannot be attributed to
/// another decision, and a signature that leaks later is worth nothing.
abstract contract Directives is IncidentState, IIncidentHub {
    /* CONSTANTS */

    /// @notice How far ahead a directive's deadline may lie, in seconds, besides the skew between clocks.
    uint256 internal constant MAX_DEADLINE_SECONDS = 15 minutes;

    /// @dev Fewest operators that make a quorum: one key alone never has a quorum's ceiling.
    uint256 internal constant MIN_QUORUM = 2;

    /// @dev Most operators, so that reading signatures has bounded cost.
    uint256 internal constant MAX_OPERATORS = 32;

    uint256 private constant SIGNATURE_BYTES = 65;
    /// @dev Of the two signatures that a key and a digest have, only the one with `s` up to here is taken.
    uint256 private constant HALF_CURVE_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    bytes32 private constant DIRECTIVE_TYPEHASH = keccak256(
        "Directive(bytes32 decision,uint64 deadline,bytes entries)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
    /// @dev Bit 7 of every market's byte: those of a posture that tell which markets there are.
    uint256 private constant REGISTERED_BITS = (type(uint256).max / 0xff) * 0x80;

    /* STORAGE */

    /// @inheritdoc IIncidentHub
    bytes32 public immutable meshId;

    bytes32 private immutable DOMAIN_SEPARATOR;

    uint256 private _operatorCount;
    /// @dev Sum of a hash of each operator and of each hub of the mesh, so that the order in which they came does not
    /// matter. Only governance chooses what is in it.
    uint256 private _members;
    /// @dev account => whether it may sign, and how much alone.
    mapping(address => Operator) private _operators;

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
        uint256 deadline = directive.deadline;
        if (deadline < block.timestamp || deadline > block.timestamp + MAX_DEADLINE_SECONDS + SKEW_SECONDS) {
            revert IncidentHub_InvalidDeadline(deadline, block.timestamp);
        }
        uint256 signers = _signaturesIn(signatures);
        (bool isQuorum, Rungs ceiling) = _authorityOf(signers);
        Path path = isQuorum ? Path.Quorum : Path.Solo;
        bytes calldata entries = directive.entries;
        (bool ok, uint256 count) = PayloadLib.countEntries(entries);

        uint256 weight = isQuorum || !ok ? 0 : OperatorLib.weightOf(entries, count);
        bool counts = _countSigners(directiveDigest(directive), signatures, weight) || isQuorum;
        if (!ok) {
            emit MessageRefused(_nextSeq(), _eid(), path, Refusal.BadLength, keccak256(entries));
            return;
        }
        emit DirectiveAccepted(_nextSeq(), directive.decision, path, signers);
        if (counts) _mergeEntries(entries, ceiling, _eid(), path);
    }

    /// @inheritdoc IIncidentHub
    function directiveDigest(Directive calldata directive) public view returns (bytes32 digest) {
        bytes calldata entries = directive.entries;
        bytes32 decision = directive.decision;
        uint256 deadline = directive.deadline;
        (bytes32 domain, bytes32 typeHash) = (DOMAIN_SEPARATOR, DIRECTIVE_TYPEHASH);
        assembly ("memory-safe") {
            // All of it behind the free memory pointer, which is left where it is.
            let data := mload(0x40)
            calldatacopy(data, entries.offset, entries.length)
            let entriesHash := keccak256(data, entries.length)
            mstore(data, typeHash)
            mstore(add(data, 32), decision)
            mstore(add(data, 64), deadline)
            mstore(add(data, 96), entriesHash)
            // 0x1901, the domain, the hash of the struct: written from the last to the first, each over the zeros of the next.
            mstore(add(data, 66), keccak256(data, 128))
            mstore(add(data, 34), domain)
            mstore(add(data, 2), 0x1901)
            digest := keccak256(add(data, 32), 66)
        }
    }

    function _signaturesIn(bytes calldata signatures) private pure returns (uint256 count) {
        count = signatures.length / SIGNATURE_BYTES;
        bool isWhole = signatures.length % SIGNATURE_BYTES == 0;
        if (count == 0 || count > MAX_OPERATORS || !isWhole) {
            revert IncidentHub_InvalidSignatures(signatures.length);
        }
    }

    /// @dev Signers in ascending order, so that none is counted twice. One that is no operator refuses the whole
    /// directive: whoever assembled it is mistaken, and should hear so.
    /// @param weight What each signer pays; 0 for a quorum.
    /// @return isPaid Whether at least one of them had not paid for this directive before.
    function _countSigners(bytes32 digest, bytes calldata signatures, uint256 weight) private returns (bool isPaid) {
        address previous;
        uint256 count = signatures.length / SIGNATURE_BYTES;
        for (uint256 i; i < count; ++i) {
            address signer = _signerAt(digest, signatures, i);
            Operator operator = _operators[signer];
            if (!operator.isActive() || signer <= previous) revert IncidentHub_NotOperator(i, signer);
            previous = signer;
            if (weight == 0 || operator.wasCharged(digest)) continue;
            _charge(signer, operator, weight, digest);
            isPaid = true;
        }
    }

    /// @return signer Zero, which is no operator, when signature `index` is malformed or the higher of the two that the
    /// key and the digest have.
    function _signerAt(bytes32 digest, bytes calldata signatures, uint256 index) private view returns (address signer) {
        assembly ("memory-safe") {
            // The caller has checked that 65 bytes for each signature are there. The precompile takes digest, v, r and s,
            // and answers nothing when they are malformed.
            let at := add(signatures.offset, mul(index, SIGNATURE_BYTES))
            let data := mload(0x40)
            mstore(data, digest)
            mstore(add(data, 32), byte(0, calldataload(add(at, 64))))
            calldatacopy(add(data, 64), at, 64)
            mstore(0, 0)
            if iszero(gt(mload(add(data, 96)), HALF_CURVE_ORDER)) {
                pop(staticcall(gas(), 1, data, 128, 0, 32))
            }
            signer := mload(0)
        }
    }

    function _charge(address signer, Operator operator, uint256 weight, bytes32 digest) private {
        uint256 available = operator.left(block.timestamp);
        if (available < weight) revert IncidentHub_RateLimited(signer, weight, available);
        _operators[signer] = operator.paying(available, weight, digest, block.timestamp);
    }

    /* GOVERNANCE */

    /// @inheritdoc IIncidentHub
    function setOperator(address operator, bool isActive) external onlyGovernance {
        if (isActive) {
            _addOperator(operator);
            return;
        }
        if (!_operators[operator].isActive()) revert IncidentHub_InvalidOperator(operator);
        uint256 left = --_operatorCount;
        uint256 quorum = limits().quorum;
        if (left < quorum) revert IncidentHub_InvalidQuorum(quorum, left);
        _operators[operator] = Operator.wrap(0);
        _removeMember(_operatorHash(operator));
        emit OperatorSet(_nextSeq(), operator, false);
    }

    /// @inheritdoc IIncidentHub
    function setLimits(Limits calldata newLimits) external onlyGovernance {
        _setLimits(newLimits);
    }

    function _addOperator(address operator) private {
        bool isFull = _operatorCount == MAX_OPERATORS;
        if (operator == address(0) || _operators[operator].isActive() || isFull) {
            revert IncidentHub_InvalidOperator(operator);
        }
        _operators[operator] = OperatorLib.active(block.timestamp);
        ++_operatorCount;
        _addMember(_operatorHash(operator));
        emit OperatorSet(_nextSeq(), operator, true);
    }

    function _setLimits(Limits memory newLimits) private {
        newLimits.peerCeiling.validate();
        newLimits.soloCeiling.validate();
        newLimits.quorumCeiling.validate();
        if (newLimits.quorum < MIN_QUORUM || newLimits.quorum > _operatorCount) {
            revert IncidentHub_InvalidQuorum(newLimits.quorum, _operatorCount);
        }
        _setPackedLimits(
            (uint32(Rungs.unwrap(newLimits.peerCeiling)) << 24) |
                (uint32(Rungs.unwrap(newLimits.soloCeiling)) << 16) |
                (uint32(Rungs.unwrap(newLimits.quorumCeiling)) << 8) |
                newLimits.quorum
        );
        emit LimitsSet(_nextSeq(), newLimits);
    }

    /* CONFIGURATION HASH */

    /// @inheritdoc IIncidentHub
    function configHash() public view returns (bytes32) {
        uint256 registered = Posture.unwrap(posture()) & REGISTERED_BITS;
        return keccak256(abi.encode(meshId, leases(), _packedLimits(), registered, _members));
    }

    /// @dev A member's hash comes in. Sums wrap: any member can be taken out again.
    function _addMember(bytes32 hash) internal {
        unchecked {
            _members += uint256(hash);
        }
    }

    /// @dev Takes out what {_addMember} put in.
    function _removeMember(bytes32 hash) internal {
        unchecked {
            _members -= uint256(hash);
        }
    }

    function _operatorHash(address operator) private pure returns (bytes32) {
        return keccak256(abi.encode("operator", operator));
    }

    /* VIEWS */

    /// @inheritdoc IIncidentHub
    function limits() public view returns (Limits memory) {
        uint32 packed = _packedLimits();
        // Each cast keeps the lowest byte.
        return
            Limits({
                peerCeiling: _peerCeiling(),
                soloCeiling: Rungs.wrap(uint8(packed >> 16)),
                quorumCeiling: Rungs.wrap(uint8(packed >> 8)),
                quorum: uint8(packed)
            });
    }

    /// @inheritdoc IIncidentHub
    function isOperator(address account) external view returns (bool) {
        return _operators[account].isActive();
    }

    /// @inheritdoc IIncidentHub
    function soloEntries(address account) external view returns (uint256) {
        Operator operator = _operators[account];
        return operator.isActive() ? operator.left(block.timestamp) : 0;
    }

    function _peerCeiling() internal view returns (Rungs) {
        // The cast keeps the topmost byte.
        return Rungs.wrap(uint8(_packedLimits() >> 24));
    }

    /// @dev Whether so many signers are a quorum, and how high they may go.
    function _authorityOf(uint256 signers) private view returns (bool isQuorum, Rungs ceiling) {
        uint32 packed = _packedLimits();
        // Each cast keeps the lowest byte.
        isQuorum = signers >= uint8(packed);
        ceiling = Rungs.wrap(uint8(packed >> (isQuorum ? 8 : 16)));
    }

    /// @dev This chain's LayerZero endpoint id.
    function _eid() internal view virtual returns (uint32);
}
