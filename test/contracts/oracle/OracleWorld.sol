// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {IAggregatorV3} from "../../../contracts/interfaces/IAggregatorV3.sol";
import {FeedConfig, Price} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {IPyth} from "../../../contracts/interfaces/IPyth.sol";
import {PythModel} from "../../../contracts/mocks/PythModel.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {MatrixPresets} from "../../../contracts/oracle/MatrixPresets.sol";
import {PriceAggregator} from "../../../contracts/oracle/PriceAggregator.sol";
import {PullFeed} from "../../../contracts/oracle/PullFeed.sol";
import {Action} from "../../../contracts/types/Matrix.sol";

/// @dev One market with two pushed feeds and a pulled one, all at par, and the preset row for feeds that are never silent
/// for long. Any two of the feeds make a price.
abstract contract OracleWorld is Test {
    uint8 internal constant MARKET = 1;
    uint32 internal constant MAX_AGE = 1 hours;
    uint256 internal constant NOW = 1_600_000_000;
    uint256 internal constant PAR = 10_000;
    uint256 internal constant FEE = 7 wei;
    bytes32 internal constant PRICE_ID = keccak256("BTC / USD");

    PriceAggregator internal aggregator;
    ScriptedFeed[2] internal pushed;
    PythModel internal pyth;
    PullFeed internal pulled;

    function setUp() public virtual {
        vm.warp(NOW);
        aggregator = new PriceAggregator(address(this));
        pyth = new PythModel(FEE);
        pulled = new PullFeed(pyth, PRICE_ID);
        for (uint256 i; i < 2; ++i) {
            pushed[i] = new ScriptedFeed(8, "BTC / USD");
        }
        _publish(PAR);
        aggregator.setFeeds(MARKET, _configs(), 2);
        aggregator.setMatrix(MARKET, MatrixPresets.fast());
    }

    function _configs() internal view returns (FeedConfig[] memory configs) {
        configs = new FeedConfig[](3);
        configs[0] = FeedConfig(pushed[0], MAX_AGE, 1);
        configs[1] = FeedConfig(pushed[1], MAX_AGE, 1);
        configs[2] = FeedConfig(pulled, MAX_AGE, 1);
    }

    /// @dev All three say `dollars`, now and without doubt.
    function _publish(uint256 dollars) internal {
        pushed[0].publish(int256(dollars * 1e8));
        pushed[1].publish(int256(dollars * 1e8));
        _pull(int64(int256(dollars * 1e8)), 0, block.timestamp);
    }

    /// @dev Brings a price of eight places on chain, as anybody can.
    function _pull(int64 price, uint64 conf, uint256 publishTime) internal {
        vm.deal(address(this), FEE);
        pulled.update{value: FEE}(_updates(IPyth.Price(price, conf, -8, publishTime)));
    }

    function _updates(IPyth.Price memory newer) internal pure returns (bytes[] memory updates) {
        updates = new bytes[](1);
        updates[0] = abi.encode(PRICE_ID, newer);
    }

    function _isThere(Action action) internal view returns (bool ok) {
        (ok, ) = aggregator.priceFor(MARKET, action);
    }

    function _countFor(Action action) internal view returns (uint8) {
        (, Price memory price) = aggregator.priceFor(MARKET, action);
        return price.count;
    }

    function _only(IAggregatorV3 feed) internal {
        FeedConfig[] memory one = new FeedConfig[](1);
        one[0] = FeedConfig(feed, MAX_AGE, 1);
        aggregator.setFeeds(MARKET, one, 1);
    }
}
