// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title ICursable
/// @notice The one question that CCIP's contracts ask Chainlink's `RMNRemote`, through its proxy.
interface ICursable {
    /// @notice Whether `subject` is cursed.
    function isCursed(bytes16 subject) external view returns (bool);
}

/// @title PeerCheckGauge
/// @notice Measures what others' checks cost, in the same way as {CheckGauge}.
contract PeerCheckGauge is Pausable {
    /// @notice Thrown when the subject is cursed.
    error PeerCheckGauge_Cursed();

    /// @notice Thrown when the own slot is zero.
    error PeerCheckGauge_Closed();

    ICursable private immutable _cursable;

    /// @dev A slot to itself.
    uint256 private _isOpen = 1;

    constructor(ICursable cursable) {
        _cursable = cursable;
    }

    /// @notice Gas of OpenZeppelin's `whenNotPaused`.
    function gaugePausable() external view returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        _unpaused();
        uint256 second = gasleft();
        _unpaused();
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    /// @notice Gas of Chainlink's `isCursed`.
    function gaugeCursed(bytes16 subject) external view returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        _uncursed(subject);
        uint256 second = gasleft();
        _uncursed(subject);
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    /// @notice Gas of the least that any check in a slot of its own can cost: read it, compare with zero.
    function gaugeOwnSlot() external view returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        _open();
        uint256 second = gasleft();
        _open();
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    function _unpaused() private view whenNotPaused {}

    function _uncursed(bytes16 subject) private view {
        if (_cursable.isCursed(subject)) revert PeerCheckGauge_Cursed();
    }

    function _open() private view {
        if (_isOpen == 0) revert PeerCheckGauge_Closed();
    }
}
