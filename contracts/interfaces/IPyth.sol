// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IPyth
/// @notice The part of a Pyth price contract that is used here: prices that lie off chain, signed, until somebody pays to
/// bring one on chain.
/// @dev Assumed of it: a price gets in only with its publishers' signatures, and an update older than what is held
/// changes nothing. Shapes and units are those of Pyth's own contracts; nothing of theirs is imported.
interface IPyth {
    /// @notice A price as the contract holds it: `price` and `conf` times 10^`expo`, published at `publishTime`.
    struct Price {
        int64 price;
        uint64 conf;
        int32 expo;
        uint256 publishTime;
    }

    /// @notice The price of `id` as it is held, however old. Reverts when none was ever brought on chain.
    function getPriceUnsafe(bytes32 id) external view returns (Price memory);

    /// @notice Wei that {updatePriceFeeds} wants for `updateData`.
    function getUpdateFee(bytes[] calldata updateData) external view returns (uint256);

    /// @notice Brings the prices in `updateData` on chain.
    function updatePriceFeeds(bytes[] calldata updateData) external payable;
}
