// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PostureByte, PostureByteChecks, PostureByteLib} from "../guard/PostureByte.sol";
import {PostureGuard} from "../guard/PostureGuard.sol";
import {PostureMirror} from "../guard/PostureMirror.sol";
import {IPosture} from "../interfaces/IPosture.sol";

/// @title CheckGauge
/// @notice Measures the gas that a venue's check adds, in the venue itself: for the first check of a transaction and for
/// the next.
/// @dev Measured around an internal function that does nothing but pass the check; calling it, about 30 gas, is counted.
/// What reading the gas counter costs is measured in the same call and taken off. Call by `eth_call`.
abstract contract CheckGauge {
    /// @notice Gas of the check for adding risk.
    function gaugeIncreasing(uint8 market) external view returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        _increasing(market);
        uint256 second = gasleft();
        _increasing(market);
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    /// @notice Gas of the check for taking risk off.
    function gaugeReducing(uint8 market) external view returns (uint256 cold, uint256 warm) {
        uint256 start = gasleft();
        _reducing(market);
        uint256 second = gasleft();
        _reducing(market);
        uint256 third = gasleft();
        uint256 end = gasleft();
        return (start + end - second - third, second + end - third - third);
    }

    /// @dev Passes the check for adding risk.
    function _increasing(uint8 market) internal view virtual;

    /// @dev Passes the check for taking risk off.
    function _reducing(uint8 market) internal view virtual;
}

/// @title HubCheckGauge
/// @notice The check that asks the hub.
contract HubCheckGauge is PostureGuard, CheckGauge {
    constructor(IPosture hub_) PostureGuard(hub_) {}

    function _increasing(uint8 market) internal view override whenIncreasing(market) {}

    function _reducing(uint8 market) internal view override whenReducing(market) {}
}

/// @title MirrorCheckGauge
/// @notice The check against a mirror in the venue's own slot.
contract MirrorCheckGauge is PostureMirror, CheckGauge {
    constructor(IPosture hub_) PostureMirror(hub_) {}

    function _increasing(uint8 market) internal view override whenIncreasing(market) {}

    function _reducing(uint8 market) internal view override whenReducing(market) {}
}

/// @title ByteCheckGauge
/// @notice The check against a byte in a word that the venue has loaded: what it adds to a function that has the word in
/// memory already.
contract ByteCheckGauge is PostureByteChecks {
    struct Market {
        uint120 openInterest;
        uint120 mostOpenInterest;
        PostureByte posture;
    }

    mapping(uint8 => Market) private _markets;

    constructor(IPosture hub, uint8 market) {
        _markets[market] = Market(1, type(uint120).max, PostureByteLib.at(hub.postureNow(), market));
    }

    /// @notice Gas of both checks. Loading the word is not counted: the venue does it with or without them.
    function gauge(uint8 market) external view returns (uint256 increasing, uint256 reducing) {
        Market memory entry = _markets[market];
        uint256[1] memory spent;
        _bare(spent);
        uint256 bare = spent[0];
        _increasing(entry, market, spent);
        increasing = spent[0] - bare;
        _reducing(entry, market, spent);
        reducing = spent[0] - bare;
    }

    /// @dev Writes the gas used by the modifiers after it and the body into `spent`.
    modifier metered(uint256[1] memory spent) {
        uint256 start = gasleft();
        _;
        spent[0] = start - gasleft();
    }

    function _bare(uint256[1] memory spent) private view metered(spent) {}

    function _increasing(
        Market memory entry,
        uint8 market,
        uint256[1] memory spent
    ) private view metered(spent) whenIncreasing(entry.posture, market) {}

    function _reducing(
        Market memory entry,
        uint8 market,
        uint256[1] memory spent
    ) private view metered(spent) whenReducing(entry.posture, market) {}
}
