// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title TripFloor
/// @notice The least that a trip can cost: reads and writes the slots that {IncidentHub} reads and writes for an
/// assertion, emits an event of the same size, and does nothing else. For comparison of gas only.
/// @dev What it leaves out: every check but that the caller has a grant, ceilings, stamps that are ahead, a market that is
/// not calm, mirrors.
contract TripFloor {
    uint256 private constant EACH_LANE = 0x0000000100000001000000010000000100000001000000010000000100000001;
    /// @dev Topic of the event: of no meaning, but not cheaper than another.
    uint256 private constant TOPIC = 0x4173736572746564417373657274656441737365727465644173736572746564;

    uint256 private _posture = 0x8080;
    uint256 private _status = 1;
    /// @dev sensor => what it may assert
    mapping(address => uint256) private _grants;
    uint256[32] private _mesh;

    constructor() {
        _grants[msg.sender] = 1;
        (_mesh[0], _mesh[1]) = (1 << 224, 1 << 224);
    }

    function assertRungs(uint8 market, uint8 rungs) external {
        assembly ("memory-safe") {
            mstore(0, caller())
            mstore(32, _grants.slot)
            if iszero(sload(keccak256(0, 64))) {
                revert(0, 0)
            }

            // As many lanes from the top of each axis as its rung says.
            let breakerBits := shl(5, shr(4, rungs))
            let marginBits := shl(5, and(rungs, 7))
            let lanes := shl(sub(224, breakerBits), sub(shl(breakerBits, 1), 1))
            lanes := or(lanes, shl(sub(128, marginBits), sub(shl(marginBits, 1), 1)))
            let slot := add(_mesh.slot, market)
            let word := or(and(sload(slot), not(lanes)), and(mul(timestamp(), EACH_LANE), lanes))
            sstore(slot, word)

            let posture := or(sload(_posture.slot), shl(shl(3, market), rungs))
            sstore(_posture.slot, posture)
            let status := add(or(sload(_status.slot), shl(add(64, market), 1)), 1)
            sstore(_status.slot, status)

            let data := mload(0x40)
            mstore(data, 0)
            mstore(add(data, 0x20), rungs)
            mstore(add(data, 0x40), rungs)
            mstore(add(data, 0x60), 0)
            mstore(add(data, 0x80), word)
            mstore(add(data, 0xa0), posture)
            log4(data, 0xc0, TOPIC, status, market, caller())
        }
    }
}
