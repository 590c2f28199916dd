// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a {MisbehavingContract} does, whatever it is asked.
enum Misbehaviour {
    Revert,
    BurnGas,
    ReturnNothing,
    ReturnLittle,
    ReturnHuge,
    RevertHuge
}

/// @title MisbehavingContract
/// @notice Stands where a hub, a sensor, a source or a feed should.
contract MisbehavingContract {
    /// @dev Costs less gas than any caller here gives, so that all of it does come back.
    uint256 private constant HUGE_BYTES = 64_000;

    Misbehaviour private _misbehaviour;

    /// @notice From now on, behaves so.
    function behave(Misbehaviour misbehaviour) external {
        _misbehaviour = misbehaviour;
    }

    fallback() external {
        Misbehaviour misbehaviour = _misbehaviour;
        if (misbehaviour == Misbehaviour.BurnGas) {
            while (true) {}
        }
        uint256 size;
        if (misbehaviour == Misbehaviour.ReturnLittle) size = 31;
        if (misbehaviour == Misbehaviour.ReturnHuge || misbehaviour == Misbehaviour.RevertHuge) size = HUGE_BYTES;
        bool reverts = misbehaviour == Misbehaviour.Revert || misbehaviour == Misbehaviour.RevertHuge;
        assembly ("memory-safe") {
            let data := mload(0x40)
            if reverts {
                revert(data, size)
            }
            return(data, size)
        }
    }
}
