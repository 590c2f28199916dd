// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../interfaces/IIncidentHub.sol";
import {DirectiveDigest} from "../libraries/DirectiveDigest.sol";
import {PayloadLib} from "../libraries/PayloadLib.sol";
import {Directive, Limits, Path, Refusal} from "../types/Incident.sol";
import {Posture} from "../types/Posture.sol";
import {Rungs} from "../types/Rungs.sol";
import {Status} from "../types/Status.sol";
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

    /// @dev `r`, then `s` with the parity of `v` as its topmost bit: ERC-2098.
    uint256 private constant SIGNATURE_BYTES = 64;
    /// @dev Of the two signatures that a key and a digest have, only the one with `s` up to here is taken.
    uint256 private constant HALF_CURVE_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
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
        DOMAIN_SEPARATOR = DirectiveDigest.domainOf(meshId_);
        for (uint256 i; i < operators.length; ++i) {
            _addOperator(operators[i]);
        }
        _setLimits(limits_);
    }

    /* SUBMIT */

    /// @inheritdoc IIncidentHub
    function submit(Directive calldata directive, bytes calldata signatures) external {
        bytes calldata entries = directive.entries;
        bytes32 digest = DirectiveDigest.compute(DOMAIN_SEPARATOR, directive.decision, _deadlineOf(directive), entries);
        uint256[] memory signers = _signersOf(digest, signatures, _signaturesIn(signatures));
        Intake memory intake = _intakeOf(signers.length >> 1, directive.decision);
        (bool ok, uint256 count) = PayloadLib.countEntries(entries);
        if (!ok) {
            emit MessageRefused(_nextSeq(), intake.srcEid, intake.path, Refusal.BadLength, keccak256(entries));
            return;
        }
        if (intake.path == Path.Solo && !_charge(signers, OperatorLib.weightOf(entries, count), digest)) count = 0;
        if (!_mergeEntries(entries, count, intake)) emit NothingMerged(_nextSeq(), directive.decision);
    }

    /// @inheritdoc IIncidentHub
    function directiveDigest(Directive calldata directive) external view returns (bytes32) {
        return DirectiveDigest.compute(DOMAIN_SEPARATOR, directive.decision, directive.deadline, directive.entries);
    }

    /// @dev Read as it stands: what does not fit a deadline is far ahead, and refused for that.
    function _deadlineOf(Directive calldata directive) private view returns (uint256 deadline) {
        assembly ("memory-safe") {
            deadline := calldataload(add(directive, 32))
        }
        // One that is past wraps around, to far above what is allowed.
        unchecked {
            if (deadline - block.timestamp > MAX_DEADLINE_SECONDS + SKEW_SECONDS) {
                revert IncidentHub_InvalidDeadline(deadline, block.timestamp);
            }
        }
    }

    function _signaturesIn(bytes calldata signatures) private pure returns (uint256 count) {
        // The divisor is no zero, and the product is at most the length. Of none, one less is far above the bound.
        unchecked {
            count = signatures.length / SIGNATURE_BYTES;
            if (count * SIGNATURE_BYTES != signatures.length || count - 1 >= MAX_OPERATORS) {
                revert IncidentHub_InvalidSignatures(signatures.length);
            }
        }
    }

    /// @dev Who signed, in ascending order, so that none is counted twice. One that is no operator refuses the whole
    /// directive: whoever assembled it is mistaken, and should hear so.
    /// @param count Signatures in `signatures`.
    /// @return signers Two words for each: the account, and its {Operator} as it is stored.
    function _signersOf(
        bytes32 digest,
        bytes calldata signatures,
        uint256 count
    ) private view returns (uint256[] memory signers) {
        uint256 signer;
        assembly ("memory-safe") {
            // The list, and behind it what the precompile is given: digest, v, r and s.
            signers := mload(0x40)
            let next := add(signers, 32)
            let end := add(next, shl(6, count))
            mstore(0x40, end)
            mstore(end, digest)
            // With the signer before it, that whose hash is the slot of `_operators[signer]`.
            mstore(32, _operators.slot)
            let previous := 0
            for {
                let at := signatures.offset
            } lt(next, end) {
                at := add(at, SIGNATURE_BYTES)
            } {
                let parityAndS := calldataload(add(at, 32))
                let s := shr(1, shl(1, parityAndS))
                mstore(add(end, 32), add(27, shr(255, parityAndS)))
                mstore(add(end, 64), calldataload(at))
                mstore(add(end, 96), s)
                // Nobody, who is no operator, when the precompile does not answer.
                mstore(0, 0)
                pop(staticcall(gas(), 1, end, 128, 0, 32))
                signer := mload(0)
                let operator := sload(keccak256(0, 64))
                if or(or(iszero(operator), gt(s, HALF_CURVE_ORDER)), iszero(gt(signer, previous))) {
                    break
                }
                previous := signer
                mstore(next, signer)
                mstore(add(next, 32), operator)
                next := add(next, 64)
            }
            // As many as are good.
            mstore(signers, shr(5, sub(sub(next, signers), 32)))
        }
        // What the precompile answers is an address.
        if (signers.length != count << 1) revert IncidentHub_NotOperator(signers.length >> 1, address(uint160(signer)));
    }

    /// @dev Each of `signers`, as {_signersOf} lists them, pays `weight`.
    /// @return isPaid Whether at least one of them had not paid for this directive before.
    function _charge(uint256[] memory signers, uint256 weight, bytes32 digest) private returns (bool isPaid) {
        uint256 end = signers.length;
        for (uint256 i; i != end;) {
            uint256 signer;
            Operator operator;
            assembly ("memory-safe") {
                let at := add(signers, shl(5, i))
                signer := mload(add(at, 32))
                operator := mload(add(at, 64))
            }
            unchecked {
                i += 2;
            }
            if (operator.wasCharged(digest)) continue;

            uint256 available = operator.left(block.timestamp);
            if (available < weight) revert IncidentHub_RateLimited(address(uint160(signer)), weight, available);
            _operators[address(uint160(signer))] = operator.paying(available, weight, digest, block.timestamp);
            isPaid = true;
        }
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
        uint256 registered = Posture.unwrap(postureNow()) & REGISTERED_BITS;
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

    /// @dev What so many signers may do: a quorum of them more than fewer.
    function _intakeOf(uint256 signers, bytes32 decision) private view returns (Intake memory) {
        Status status = _status();
        uint256 packed = status.limits();
        // Each cast keeps the lowest byte.
        bool isQuorum = signers >= uint8(packed);
        Rungs ceiling = Rungs.wrap(uint8(packed >> (isQuorum ? 8 : 16)));
        return Intake(status, postureNow(), isQuorum ? Path.Quorum : Path.Solo, ceiling, _eid(), decision, false);
    }

    /// @dev This chain's LayerZero endpoint id.
    function _eid() internal view virtual returns (uint32);
}
