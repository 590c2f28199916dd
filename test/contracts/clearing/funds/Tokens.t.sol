// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {MarketParams} from "../../../../contracts/interfaces/IClearingMarkets.sol";
import {IInsuranceFund} from "../../../../contracts/interfaces/IInsuranceFund.sol";
import {CallbackToken} from "../../../../contracts/mocks/clearing/CallbackToken.sol";
import {FeeToken} from "../../../../contracts/mocks/clearing/FeeToken.sol";
import {MintableToken} from "../../../../contracts/mocks/clearing/MintableToken.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice A token of 18 decimals: a unit of the ledger is a million base units of it.
contract WideTokenTest is FundsWorld {
    uint256 private constant UNIT = 1e6;

    function _makeToken() internal override returns (MintableToken) {
        return new MintableToken(18);
    }

    /// @dev A unit is worth a millionth of what it is in other tests.
    function _params(uint128 lotE18) internal pure override returns (MarketParams memory params) {
        params = super._params(lotE18);
        (params.openInterestLow, params.openInterestHigh) = (
            params.openInterestLow * 1e6,
            params.openInterestHigh * 1e6
        );
        params.openInterestCap *= 1e6;
    }

    function test_Deposit_RevertWhen_NotWholeUnits() public {
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.InsuranceFund_NotWholeUnits.selector, UNIT + 1, UNIT));
        _enter(vault, ANN, UNIT + 1);
        _enter(vault, ANN, UNIT);
        assertEq(house.fundOf(BTC), UNIT_FINE);
        assertEq(vault.totalAssets(), UNIT);
    }

    /// @dev Up when entering, down when leaving.
    function testFuzz_Mint_CostsWholeUnits(uint256 shares, uint256 gift) public {
        house.contribute(BTC, bound(gift, 1, 1e12));
        shares = bound(shares, 1, vault.convertToShares(1_000 * coin));
        uint256 said = vault.previewMint(shares);
        assertEq(said % UNIT, 0);
        assertGe(said, vault.convertToAssets(shares));
        assertEq(vault.convertToAssets(shares) % UNIT, 0);
        vm.prank(traders[ANN]);
        assertEq(vault.mint(shares, traders[ANN]), said);
    }

    function testFuzz_Claim_PaysWholeUnitsOfTheFund(uint256 gift) public {
        house.contribute(BTC, bound(gift, 1, 1e12));
        uint256 shares = _enter(vault, ANN, 100 * coin);
        uint256 before = house.unitsHeld();
        _request(vault, ANN, shares);
        _pass(5 days);
        vault.payDue();
        uint256 paid = _claim(vault, ANN);
        assertEq(paid % UNIT, 0);
        assertEq((before - house.unitsHeld()) * UNIT, paid);
        assertEq(token.balanceOf(address(house)), house.unitsHeld() * UNIT);
    }
}

/// @notice A token that takes a fee is refused, whatever else the vault holds.
contract FeeTokenTest is FundsWorld {
    function _makeToken() internal override returns (MintableToken) {
        FeeToken made = new FeeToken();
        made.setFee(false);
        return made;
    }

    function test_Deposit_RevertGiven_TheTokenTakesAFee() public {
        uint256 shares = _enter(vault, ANN, 1_000 * coin);
        _request(vault, ANN, shares);
        _pass(5 days);
        vault.payDue();
        FeeToken(address(token)).setFee(true);
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceFund.InsuranceFund_WrongTransfer.selector, 100 * coin, 99 * coin)
        );
        _enter(vault, BOB, 100 * coin);
        assertEq(token.balanceOf(address(vault)), 250 * coin);
    }
}

/// @notice A token that calls back meets the guard of the vault.
contract CallbackTokenTest is FundsWorld {
    function _makeToken() internal override returns (MintableToken) {
        return new CallbackToken();
    }

    function test_Deposit_RevertWhen_TheTokenCallsBack() public {
        CallbackToken(address(token)).setCallback(address(vault), abi.encodeCall(IInsuranceFund.payDue, ()));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        _enter(vault, ANN, 100 * coin);
    }

    function test_Redeem_RevertWhen_TheTokenCallsBack() public {
        _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        _pass(5 days);
        vault.payDue();
        bytes memory again = abi.encodeCall(vault.redeem, (1, traders[ANN], traders[ANN]));
        CallbackToken(address(token)).setCallback(address(vault), again);
        uint256 shares = vault.maxRedeem(traders[ANN]);
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(traders[ANN]);
        vault.redeem(shares, traders[ANN], traders[ANN]);
    }
}
