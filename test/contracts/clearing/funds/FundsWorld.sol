// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {InsuranceFund} from "../../../../contracts/clearing/funds/InsuranceFund.sol";
import {FundTerms} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {ClearingWorld} from "../ClearingWorld.sol";

/// @dev Trader 0 is long 10,000 lots of BTC, worth 10,000, against trader 1, with 600 of margin. Traders 2 to 4 have
/// 1,000,000 each to pay into the funds. Two vaults: BTC's and the shared one.
abstract contract FundsWorld is ClearingWorld {
    uint256 internal constant POOR = 0;
    uint256 internal constant RICH = 1;
    uint256 internal constant ANN = 2;
    uint256 internal constant BOB = 3;
    uint256 internal constant CAT = 4;

    InsuranceFund internal vault;
    InsuranceFund internal shared;
    /// @dev One of the token, in its base units.
    uint256 internal coin;

    function setUp() public virtual override {
        super.setUp();
        coin = 10 ** token.decimals();
        vault = new InsuranceFund(house, BTC, "Insurance BTC", "iBTC");
        shared = new InsuranceFund(house, 0, "Insurance", "iALL");
        house.setVault(BTC, address(vault));
        house.setVault(0, address(shared));
        for (uint256 i = ANN; i <= CAT; ++i) {
            token.mint(traders[i], 1e6 * coin);
            vm.startPrank(traders[i]);
            token.approve(address(vault), type(uint256).max);
            token.approve(address(shared), type(uint256).max);
            vm.stopPrank();
        }
        token.mint(address(this), 1e48);
        _deposit(POOR, 600);
        _deposit(RICH, 10_000);
        _trade(BTC, POOR, RICH, 10_000, 10_000);
    }

    function _deposit(uint256 trader, uint256 coins) internal {
        house.deposit(traders[trader], (coins * coin) / house.tokenPerUnit());
    }

    /* SHARE HOLDERS */

    function _enter(InsuranceFund into, uint256 holder, uint256 assets) internal returns (uint256 shares) {
        vm.prank(traders[holder]);
        shares = into.deposit(assets, traders[holder]);
    }

    function _request(InsuranceFund from, uint256 holder, uint256 shares) internal returns (uint256 id) {
        vm.prank(traders[holder]);
        id = from.requestRedeem(shares, traders[holder], traders[holder]);
    }

    /// @dev Everything that was paid for the holder's requests.
    function _claim(InsuranceFund from, uint256 holder) internal returns (uint256 assets) {
        uint256 shares = from.maxRedeem(traders[holder]);
        vm.prank(traders[holder]);
        assets = from.redeem(shares, traders[holder], traders[holder]);
    }

    /// @dev Takes what of `missing` (at most 900 coins) the fund of BTC has, by a default.
    function _lose(uint256 missing) internal {
        // Margin is 600 of a notional of 10,000.
        _setPrice(BTC, 9_400 - missing);
        house.resolve(traders[POOR]);
    }

    function _pass(uint256 elapsed, uint256 times) internal {
        for (uint256 i; i < times; ++i) _pass(elapsed);
    }

    /* HOUSE */

    function _terms() internal pure returns (FundTerms memory terms) {
        (terms.gapPpm, terms.concentrationPpm, terms.movePpm) = (125_000, 100_000, 100_000);
    }

    function _fundUnits(uint8 market) internal view returns (uint256) {
        return house.fundOf(market) / UNIT_FINE;
    }
}
