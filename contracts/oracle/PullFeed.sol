// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IConfidentFeed} from "../interfaces/IConfidentFeed.sol";
import {IPullFeed} from "../interfaces/IPullFeed.sol";
import {IPyth} from "../interfaces/IPyth.sol";

/// @title PullFeed
/// @notice Lets one price of a pull oracle be read like a Chainlink feed, with its confidence.
/// @dev **Design**
/// - Has no owner, no storage and no balance: it translates. Age, sign and width are the aggregator's to judge.
/// - 18 decimals whatever the source's exponent is, so an exponent that changes does not move the price. The price is
///   rounded towards zero, its confidence up.
/// - The fee is what the source asks for in the same transaction, and what exceeds it goes back to whoever sent it.
///
/// **Trust assumptions**
/// - The source checks signatures and never replaces a price by an older one.
/// - Whoever updates may choose the moment: of all prices signed since the one that is held, any may be brought on
///   chain. Maximum ages and publish times that only grow bound what can be gained by it.
contract PullFeed is IPullFeed {
    /// @dev Exponent of the answers given: 10^-18.
    int256 private constant DECIMALS = 18;
    /// @dev Beyond these a 64-bit price either is nothing at all with 18 decimals, or overflows. 10^36 times 2^64 is
    /// below 2^184.
    int256 private constant LEAST_EXPO = -36;
    int256 private constant MOST_EXPO = 18;

    /// @inheritdoc IPullFeed
    IPyth public immutable source;

    /// @inheritdoc IPullFeed
    bytes32 public immutable priceId;

    constructor(IPyth source_, bytes32 priceId_) {
        if (address(source_).code.length == 0 || priceId_ == 0) {
            revert PullFeed_InvalidSource(address(source_), priceId_);
        }
        (source, priceId) = (source_, priceId_);
    }

    /* ACTIONS */

    /// @inheritdoc IPullFeed
    function update(bytes[] calldata updateData) external payable {
        uint256 fee = source.getUpdateFee(updateData);
        if (msg.value < fee) revert PullFeed_FeeTooLow(msg.value, fee);

        source.updatePriceFeeds{value: fee}(updateData);
        emit Updated(msg.sender, fee, source.getPriceUnsafe(priceId).publishTime);

        uint256 refund = msg.value - fee;
        if (refund == 0) return;
        // Whoever re-enters here finds neither storage nor balance.
        (bool isTaken, ) = msg.sender.call{value: refund}("");
        if (!isTaken) revert PullFeed_RefundFailed(msg.sender, refund);
    }

    /* VIEWS */

    /// @inheritdoc IAggregatorV3
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        (answer, , updatedAt) = latestReading();
        // A round is a publish time. What does not fit is far ahead of time and left out for that by its reader.
        roundId = uint80(updatedAt);
        return (roundId, answer, updatedAt, updatedAt, roundId);
    }

    /// @inheritdoc IConfidentFeed
    function latestReading() public view returns (int256 answer, uint256 confidence, uint256 updatedAt) {
        IPyth.Price memory held = source.getPriceUnsafe(priceId);
        if (held.expo < LEAST_EXPO || held.expo > MOST_EXPO) revert PullFeed_ExponentOutOfRange(held.expo);

        int256 places = DECIMALS + held.expo;
        if (places >= 0) {
            // At most 36, so both products stay below 2^184.
            uint256 factor = 10 ** uint256(places);
            return (held.price * int256(factor), held.conf * factor, held.publishTime);
        }
        // At most 18.
        uint256 divisor = 10 ** uint256(-places);
        return (held.price / int256(divisor), (held.conf + divisor - 1) / divisor, held.publishTime);
    }

    /// @inheritdoc IPullFeed
    function updateFee(bytes[] calldata updateData) external view returns (uint256) {
        return source.getUpdateFee(updateData);
    }

    /// @inheritdoc IAggregatorV3
    function decimals() external pure returns (uint8) {
        return uint8(uint256(DECIMALS));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IConfidentFeed).interfaceId || interfaceId == type(IERC165).interfaceId;
    }
}
