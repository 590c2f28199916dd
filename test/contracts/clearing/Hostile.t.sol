// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IClearingAccounts} from "../../../contracts/interfaces/IClearingAccounts.sol";
import {IClearingFunds} from "../../../contracts/interfaces/IClearingFunds.sol";
import {ILiquidation} from "../../../contracts/interfaces/ILiquidation.sol";
import {INovation, Match, Order, SignedOrder} from "../../../contracts/interfaces/INovation.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {BlockingToken} from "../../../contracts/mocks/clearing/BlockingToken.sol";
import {CallbackToken} from "../../../contracts/mocks/clearing/CallbackToken.sol";
import {HostileWallet} from "../../../contracts/mocks/clearing/HostileWallet.sol";
import {MintableToken} from "../../../contracts/mocks/clearing/MintableToken.sol";
import {ClearingWorld} from "./ClearingWorld.sol";
import {FundsWorld} from "./funds/FundsWorld.sol";

/// @notice Wallets that call back or burn gas when asked for a signature: refused, and nobody else's match with them.
contract HostileWalletTest is ClearingWorld {
    /// @dev Enough for two fills of three, were each given what it asks for.
    uint256 private constant BATCH_GAS = 3_000_000;

    HostileWallet private wallet;

    function setUp() public override {
        super.setUp();
        wallet = new HostileWallet();
        house.deposit(address(wallet), 1_000 * ONE);
        for (uint256 i; i < TRADERS; ++i) _fund(i, 1_000);
    }

    /// @dev Signatures are asked for by static calls: a callback cannot even take what is the wallet's own.
    function test_Fill_RevertWhen_TheWalletCallsBack() public {
        bytes[4] memory calls = [
            abi.encodeCall(IClearingAccounts.withdraw, (1, address(wallet))),
            abi.encodeCall(INovation.cancel, (1)),
            abi.encodeCall(INovation.raiseNonceFloor, (1)),
            abi.encodeCall(IClearingAccounts.poke, (BTC))
        ];
        for (uint256 i; i < calls.length; ++i) {
            wallet.setCallback(address(house), calls[i]);
            Match memory matched = _matchOfWallet();
            Order memory order = matched.maker.order;
            vm.expectRevert(
                abi.encodeWithSelector(
                    INovation.Novation_BadSignature.selector,
                    address(wallet),
                    house.orderHash(order)
                )
            );
            house.fill(matched);
        }
        assertEq(house.standing(address(wallet)).cashFine >> 136, int256(1_000 * ONE));
    }

    /// @dev A look is no harm: the order is signed, and filled.
    function test_Fill_TheWalletMayLook() public {
        wallet.setCallback(address(house), abi.encodeWithSignature("standing(address)", wallet));
        house.fill(_matchOfWallet());
        assertEq(house.openMarkets(address(wallet)), 1 << BTC);
    }

    function test_FillBatch_AWalletThatBurnsGasSpoilsItsOwnMatchAlone() public {
        Match[] memory matches = new Match[](3);
        matches[0] = _matchOfWallet();
        matches[1] = _match(BTC, 0, 1, 10, 10_000);
        matches[2] = _match(ETH, 2, 3, 10, 1_000);
        vm.expectEmit(true, false, false, false, address(house));
        emit INovation.MatchRefused(0, bytes32(0));
        assertEq(house.fillBatch{gas: BATCH_GAS}(matches), 2);
        assertEq(_size(2, ETH), _lots(10));
        assertEq(house.openMarkets(address(wallet)), 0);
        _assertSound_();
    }

    function _matchOfWallet() private returns (Match memory) {
        Order memory order = _order(BTC, 0, false, 10, 10_000);
        order.trader = address(wallet);
        return Match(SignedOrder(order, ""), _sign(4, _order(BTC, 4, true, 10, 10_000)), 10);
    }

    /// @dev The wallet is no trader of the world.
    function _assertSound_() private view {
        int256 value = house.remainderFine() + house.standing(address(wallet)).equityFine;
        for (uint256 i; i < TRADERS; ++i) value += _equity(i);
        assertEq(value >> 136, int256(house.unitsHeld()), "P13: value was made or lost");
    }
}

/// @notice A token that refuses transfers to and from some: those alone wait for it, and keep what is theirs.
contract BlockingTokenTest is FundsWorld {
    function _makeToken() internal override returns (MintableToken) {
        return new BlockingToken();
    }

    function test_Withdraw_RevertGiven_TheTokenRefuses() public {
        uint256 free = house.freeUnits(traders[RICH]);
        _block(traders[RICH], true);
        bytes memory refused = _refused(address(house), traders[RICH]);
        vm.expectRevert(refused);
        vm.prank(traders[RICH]);
        house.withdraw(free, traders[RICH]);
        assertEq(house.freeUnits(traders[RICH]), free, "something was lost");
        _assertSound();

        vm.prank(traders[RICH]);
        house.withdraw(free, traders[CAT]);
        _assertSound();
    }

    function test_Withdraw_RevertGiven_TheTokenSaysFalse() public {
        _block(traders[RICH], true);
        BlockingToken(address(token)).beSilent();
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token));
        vm.prank(traders[RICH]);
        house.withdraw(1, traders[RICH]);
        _assertSound();
    }

    function test_Deposit_RevertGiven_TheTokenRefuses() public {
        _block(address(this), true);
        uint256 held = house.unitsHeld();
        vm.expectRevert(_refused(address(this), address(house)));
        house.deposit(traders[ANN], 1);
        assertEq(house.unitsHeld(), held);

        BlockingToken(address(token)).beSilent();
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token));
        house.deposit(traders[ANN], 1);
        assertEq(house.unitsHeld(), held);
    }

    /// @dev Somebody who can be paid nothing holds up nobody's exit: a day is paid to the vault, and each claims.
    function test_Redeem_RevertGiven_TheTokenRefuses_OthersOfTheDayArePaid() public {
        _request(vault, ANN, _enter(vault, ANN, 100 * coin));
        _request(vault, BOB, _enter(vault, BOB, 100 * coin));
        _enter(vault, CAT, 800 * coin);
        _pass(5 days);
        _block(traders[ANN], true);
        assertEq(vault.payDue(), 1);
        assertApproxEqAbs(_claim(vault, BOB), 100 * coin, 1);

        uint256 shares = vault.maxRedeem(traders[ANN]);
        vm.expectRevert(_refused(address(vault), traders[ANN]));
        vm.prank(traders[ANN]);
        vault.redeem(shares, traders[ANN], traders[ANN]);
        assertEq(vault.maxRedeem(traders[ANN]), shares);
        vm.prank(traders[ANN]);
        assertApproxEqAbs(vault.redeem(shares, traders[CAT], traders[ANN]), 100 * coin, 1);
    }

    /// @dev No token moves in a default: nobody's being refused keeps a loss growing.
    function test_Resolve_MovesNoToken() public {
        _block(address(house), true);
        _setPrice(BTC, 9_000);
        house.resolve(traders[POOR]);
        assertEq(house.openMarkets(traders[POOR]), 0);
        _assertSound();
    }

    function _block(address party, bool isBlocked) private {
        BlockingToken(address(token)).setBlocked(party, isBlocked);
    }

    function _refused(address from, address to) private pure returns (bytes memory) {
        return abi.encodeWithSelector(BlockingToken.BlockingToken_Blocked.selector, from, to);
    }
}

/// @notice A token that calls back in the middle of a withdrawal meets the house's guard at every door that moves value.
contract CallbackTokenAtHouseTest is ClearingWorld {
    function _makeToken() internal override returns (MintableToken) {
        return new CallbackToken();
    }

    function test_Withdraw_RevertWhen_TheTokenCallsBack() public {
        _fund(0, 1_000);
        Match[] memory none = new Match[](1);
        bytes[12] memory calls = [
            abi.encodeCall(IClearingAccounts.deposit, (traders[0], 1)),
            abi.encodeCall(IClearingAccounts.withdraw, (1, traders[0])),
            abi.encodeCall(IClearingAccounts.contribute, (BTC, 1)),
            abi.encodeCall(IClearingAccounts.settle, (traders[0], BTC, 1)),
            abi.encodeCall(IClearingAccounts.poke, (BTC)),
            abi.encodeCall(INovation.fill, (none[0])),
            abi.encodeCall(INovation.fillBatch, (none)),
            abi.encodeCall(ILiquidation.liquidate, (traders[0], BTC, 1)),
            abi.encodeCall(IRecovery.resolve, (traders[0])),
            abi.encodeCall(ISettlement.settleAccount, (traders[0], BTC)),
            abi.encodeCall(ISettlement.concludeSettlement, (BTC)),
            abi.encodeCall(IClearingFunds.nameWorst, (traders[0], BTC))
        ];
        for (uint256 i; i < calls.length; ++i) {
            CallbackToken(address(token)).setCallback(address(house), calls[i]);
            vm.expectRevert(ReentrancyGuard.ReentrancyGuardReentrantCall.selector);
            vm.prank(traders[0]);
            house.withdraw(1, traders[0]);
        }
        CallbackToken(address(token)).setCallback(address(0), "");
        assertEq(_equityUnits(0), int256(1_000 * ONE));
        _assertSound();
    }
}

/// @notice A price of zero is no price, whoever says it.
contract ZeroPriceTest is ClearingWorld {
    uint256 private constant POOR = 0;

    function setUp() public override {
        super.setUp();
        _fund(POOR, 600);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 10_000);
        _trade(BTC, POOR, 1, 10_000, 10_000);
    }

    function test_Fill_RevertWhen_AnOrderOfPriceZero() public {
        Match memory matched = _match(BTC, POOR, 1, 1, 0);
        uint256 markX32 = house.reportOf(BTC).priceX32;
        vm.expectRevert(abi.encodeWithSelector(INovation.Novation_OffMarket.selector, BTC, 0, markX32));
        house.fill(matched);
    }

    /// @dev From the source, or so little that a lot is worth less than the least there is.
    function test_All_RevertGiven_APriceOfZero() public {
        int256[2] memory answers = [int256(0), -1];
        for (uint256 i; i < answers.length; ++i) {
            feeds[BTC].publish(answers[i]);
            _expectNoPrice();
        }
        _fund(POOR, 100);
        feeds[BTC].publish(10_000e8);
        assertEq(_equityUnits(POOR), int256(700 * ONE));
        assertEq(_size(POOR, BTC), _lots(10_000));
        _assertSound();
    }

    function _expectNoPrice() private {
        bytes memory none = abi.encodeWithSelector(IClearingAccounts.ClearingAccounts_NoPrice.selector, BTC);
        Match memory matched = _match(BTC, 1, POOR, 1, 10_000);
        vm.expectRevert(none);
        house.fill(matched);
        vm.expectRevert(none);
        vm.prank(traders[2]);
        house.liquidate(traders[POOR], BTC, 1);
        vm.expectRevert(none);
        house.resolve(traders[POOR]);
        vm.expectRevert(none);
        vm.prank(traders[POOR]);
        house.withdraw(1, traders[POOR]);
        vm.expectRevert(none);
        house.poke(BTC);
        vm.expectRevert(none);
        house.nameWorst(traders[POOR], BTC);
    }
}
