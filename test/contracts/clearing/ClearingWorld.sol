// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {ClearingClosure} from "../../../contracts/clearing/ClearingClosure.sol";
import {ClearingHouse} from "../../../contracts/clearing/ClearingHouse.sol";
import {ClearingFunds} from "../../../contracts/clearing/ClearingFunds.sol";
import {ClearingOffice} from "../../../contracts/clearing/ClearingOffice.sol";
import {ClearingRecovery} from "../../../contracts/clearing/ClearingRecovery.sol";
import {ClearingRoster} from "../../../contracts/clearing/ClearingRoster.sol";
import {ClearingSetup} from "../../../contracts/clearing/ClearingState.sol";
import {ClearingTeller} from "../../../contracts/clearing/ClearingTeller.sol";
import {LOT_FINE, UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {IClearingHouse} from "../../../contracts/interfaces/IClearingHouse.sol";
import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {PositionView} from "../../../contracts/interfaces/IClearingReports.sol";
import {Match, Order, SignedOrder} from "../../../contracts/interfaces/INovation.sol";
import {IPosture} from "../../../contracts/interfaces/IPosture.sol";
import {FeedConfig} from "../../../contracts/interfaces/IPriceAggregator.sol";
import {MintableToken} from "../../../contracts/mocks/clearing/MintableToken.sol";
import {SettablePosture} from "../../../contracts/mocks/clearing/SettablePosture.sol";
import {ScriptedFeed} from "../../../contracts/mocks/ScriptedFeed.sol";
import {MatrixPresets} from "../../../contracts/oracle/MatrixPresets.sol";
import {PriceAggregator} from "../../../contracts/oracle/PriceAggregator.sol";

/// @title ClearingWorld
/// @notice A clearing house with two markets at 10,000 and 1,000 of a token of six decimals, in lots worth 1 of it, some
/// traders with keys, and a hub that says what it is told.
abstract contract ClearingWorld is Test {
    uint256 internal constant START = 1_700_000_000;
    uint8 internal constant BTC = 1;
    uint8 internal constant ETH = 2;
    uint256 internal constant TRADERS = 8;
    /// @dev One of the token, in units.
    uint256 internal constant ONE = 1e6;

    SettablePosture internal hub;
    PriceAggregator internal aggregator;
    MintableToken internal token;
    IClearingHouse internal house;
    ScriptedFeed[3] internal feeds;
    uint256[TRADERS] internal keys;
    address[TRADERS] internal traders;
    uint64 internal nonce;
    /// @dev Formed by {_resolveAny}.
    address[] internal estates;

    function setUp() public virtual {
        vm.warp(START);
        token = _makeToken();
        IPosture asked = _makeHub();
        aggregator = new PriceAggregator(address(this));
        _makeFeed(BTC, 10_000);
        _makeFeed(ETH, 1_000);
        house = _deploy(asked);
        house.listMarket(BTC, _params(1e14), 25_000);
        house.listMarket(ETH, _params(1e15), 25_000);
        for (uint256 i; i < TRADERS; ++i) {
            keys[i] = 0xa11ce + i;
            traders[i] = vm.addr(keys[i]);
            vm.prank(traders[i]);
            token.approve(address(house), type(uint256).max);
        }
        token.approve(address(house), type(uint256).max);
        token.mint(address(this), 1e30);
    }

    function _makeToken() internal virtual returns (MintableToken) {
        return new MintableToken(6);
    }

    function _makeHub() internal virtual returns (IPosture) {
        hub = new SettablePosture(2);
        return hub;
    }

    function _deploy(IPosture asked) internal returns (IClearingHouse) {
        ClearingSetup memory setup = ClearingSetup(asked, aggregator, token, address(this));
        ClearingFunds funds = new ClearingFunds(setup);
        ClearingOffice office = new ClearingOffice(setup, address(funds));
        ClearingRoster roster = new ClearingRoster(setup, address(office));
        ClearingClosure closure = new ClearingClosure(setup, address(roster));
        ClearingRecovery recovery = new ClearingRecovery(setup, address(closure));
        ClearingTeller teller = new ClearingTeller(setup, address(recovery));
        return IClearingHouse(address(new ClearingHouse(setup, address(teller))));
    }

    /// @dev 5 % initial, 2.5 % maintenance margin, no fees, wide bands: tests that need another value change it.
    function _params(uint128 lotE18) internal pure virtual returns (MarketParams memory params) {
        params.lotE18 = lotE18;
        params.initialPpm = 50_000;
        params.openInterestLow = 1e6 * 1e6;
        params.openInterestHigh = 10e6 * 1e6;
        params.openInterestCap = 20e6 * 1e6;
        params.fillBandPpm = 100_000;
        params.saneBandPpm = 500_000;
        params.fundSharePpm = 500_000;
        params.discountLowPpm = 5_000;
        params.discountHighPpm = 20_000;
        params.liquidationFeePpm = 5_000;
        params.closePpm = 500_000;
        params.throttlePpm = 1_000_000;
        params.haircutCapPpm = 1_000_000;
        params.fundDrawPpm = 1_000_000;
        params.sharedDrawPpm = 1_000_000;
    }

    /* ACTIONS */

    function _setPrice(uint8 market, uint256 price) internal {
        feeds[market].publish(int256(price * 1e8));
    }

    /// @dev Lets time pass, prices staying as they are.
    function _pass(uint256 elapsed) internal {
        vm.warp(block.timestamp + elapsed);
        for (uint8 market = BTC; market <= ETH; ++market) {
            (, int256 answer, , , ) = feeds[market].latestRoundData();
            feeds[market].publish(answer);
        }
    }

    /// @dev So many hours at `price`, looked at in each.
    function _holdPrice(uint8 market, uint256 price, uint256 lapse) internal {
        _setPrice(market, price);
        house.poke(market);
        for (uint256 i; i < lapse; ++i) {
            _pass(1 hours);
            house.poke(market);
        }
    }

    function _fund(uint256 trader, uint256 amount) internal {
        house.deposit(traders[trader], amount * ONE);
    }

    /// @dev Fills `lots` at a whole price, whatever `buyer` and `seller` hold.
    function _trade(uint8 market, uint256 buyer, uint256 seller, uint64 lots, uint256 price) internal {
        house.fill(_match(market, buyer, seller, lots, price));
    }

    /// @dev Resolves, and remembers the estate that was formed.
    function _resolveAny(address account) internal returns (address estate) {
        estate = house.resolve(account);
        if (estate != address(0)) estates.push(estate);
    }

    function _match(
        uint8 market,
        uint256 buyer,
        uint256 seller,
        uint64 lots,
        uint256 price
    ) internal returns (Match memory) {
        SignedOrder memory maker = _sign(seller, _order(market, seller, false, lots, price));
        SignedOrder memory taker = _sign(buyer, _order(market, buyer, true, lots, price));
        return Match(maker, taker, lots);
    }

    function _order(
        uint8 market,
        uint256 trader,
        bool isBuy,
        uint64 lots,
        uint256 price
    ) internal returns (Order memory) {
        return
            Order(
                traders[trader],
                market,
                isBuy,
                false,
                lots,
                uint128(price * 1e18),
                uint64(block.timestamp + 1 hours),
                ++nonce
            );
    }

    function _sign(uint256 trader, Order memory order) internal view returns (SignedOrder memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[trader], house.orderHash(order));
        return SignedOrder(order, abi.encodePacked(r, s, v));
    }

    /* READINGS */

    function _equity(uint256 trader) internal view returns (int256) {
        return house.standing(traders[trader]).equityFine;
    }

    function _equities() internal view returns (int256[TRADERS] memory found) {
        for (uint256 i; i < TRADERS; ++i) found[i] = _equity(i);
    }

    /// @dev In units, rounded down.
    function _equityUnits(uint256 trader) internal view returns (int256) {
        return _equity(trader) >> 136;
    }

    /// @dev Signed fine size.
    function _size(uint256 trader, uint8 market) internal view returns (int256) {
        return _sizeOf(traders[trader], market);
    }

    function _sizeOf(address account, uint8 market) internal view returns (int256) {
        PositionView memory position = house.positionOf(account, market);
        return position.isLong ? int256(position.sizeFine) : -int256(position.sizeFine);
    }

    function _lots(int256 count) internal pure returns (int256) {
        return count * int256(LOT_FINE);
    }

    /// @dev P13 and balance, to the last bit.
    function _assertSound() internal view {
        // Whoever resolves is rewarded: in these tests mostly the test itself.
        int256 value = house.remainderFine() + house.standing(address(this)).equityFine;
        for (uint256 i; i < TRADERS; ++i) {
            value += _equity(i);
        }
        for (uint256 i; i < estates.length; ++i) value += house.standing(estates[i]).equityFine;
        assertEq(value, int256(house.unitsHeld() * UNIT_FINE), "P13: value was made or lost");
        assertEq(token.balanceOf(address(house)), house.unitsHeld(), "P13: tokens do not match");
        for (uint8 market = BTC; market <= ETH; ++market) {
            int256 size = -house.reportOf(market).skewFine;
            for (uint256 i; i < TRADERS; ++i) {
                size += _size(i, market);
            }
            for (uint256 i; i < estates.length; ++i) size += _sizeOf(estates[i], market);
            assertEq(size, 0, "open interest is out of balance");
        }
    }

    function _makeFeed(uint8 market, uint256 price) private {
        feeds[market] = _addFeed(market, price);
    }

    function _addFeed(uint8 market, uint256 price) internal returns (ScriptedFeed feed) {
        feed = new ScriptedFeed(8, "test");
        feed.publish(int256(price * 1e8));
        FeedConfig[] memory configs = new FeedConfig[](1);
        configs[0] = FeedConfig(feed, 1 days, 1);
        aggregator.setFeeds(market, configs, 1);
        aggregator.setMatrix(market, MatrixPresets.fast());
    }
}
