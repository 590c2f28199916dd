// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC4626, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {InsuranceFund} from "../../../../contracts/clearing/funds/InsuranceFund.sol";
import {MarketParams} from "../../../../contracts/interfaces/IClearingMarkets.sol";
import {IInsuranceFund} from "../../../../contracts/interfaces/IInsuranceFund.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice What ERC-4626 promises to those who enter, and ERC-7540 to those who leave.
contract InsuranceFundTest is FundsWorld {
    address private constant NOBODY = address(0xdead);

    /* ENTERING */

    function test_Deposit_PutsTheMoneyIntoTheFund() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);

        assertEq(_fundUnits(BTC), 100 * ONE);
        assertEq(vault.totalAssets(), 100 * coin);
        assertEq(vault.balanceOf(traders[ANN]), shares);
        assertEq(token.balanceOf(address(vault)), 0);
        _assertSound();
    }

    function test_Deposit_IsOpenAtEveryRung() public {
        for (uint8 breaker; breaker < 4; ++breaker) {
            hub.set(0, breaker, 0);
            _enter(vault, ANN, coin);
        }
        assertEq(vault.totalAssets(), 4 * coin);
    }

    function test_Deposit_RepaysNoShortfall() public {
        _leaveShortfall();
        uint256 owed = house.shortfallOf(BTC);
        _enter(vault, ANN, 100 * coin);
        assertEq(house.shortfallOf(BTC), owed);
        assertEq(_fundUnits(BTC), 100 * ONE);
        _assertSound();
    }

    function testFuzz_Deposit_MintsWhatItsPreviewSays(uint256 gift, uint256 assets) public {
        _giveTo(BTC, bound(gift, 0, 1e12 * ONE));
        _enter(vault, ANN, 3 * coin + 1);
        assets = bound(assets, 1, 1e6 * coin);
        uint256 said = vault.previewDeposit(assets);
        if (said == 0) return;
        assertEq(_enter(vault, BOB, assets), said);
        // Never more than was paid for it.
        assertLe(vault.convertToAssets(said), assets);
    }

    function testFuzz_Mint_CostsWhatItsPreviewSays(uint256 gift, uint256 shares) public {
        _giveTo(BTC, bound(gift, 0, 1e5 * ONE));
        _enter(vault, ANN, 3 * coin + 1);
        shares = bound(shares, 1, vault.convertToShares(9e5 * coin));
        uint256 said = vault.previewMint(shares);
        vm.prank(traders[BOB]);
        assertEq(vault.mint(shares, traders[BOB]), said);
        assertEq(vault.balanceOf(traders[BOB]), shares);
        assertGe(said, vault.convertToAssets(shares));
    }

    /// @dev ERC-4626: what is the most has to be possible, and a little more not.
    function testFuzz_Mint_TheMostIsTheTruth(uint256 gift) public {
        _giveTo(BTC, bound(gift, 0, 1e12 * ONE));
        _enter(vault, ANN, 3 * coin);
        uint256 most = vault.maxMint(traders[BOB]);
        token.mint(traders[BOB], vault.previewMint(most));
        vm.prank(traders[BOB]);
        vault.mint(most, traders[BOB]);
        assertLe(vault.maxDeposit(traders[BOB]), vault.previewMint(1));
    }

    function test_Deposit_TheMostIsTheTruth() public {
        uint256 most = vault.maxDeposit(traders[BOB]);
        token.mint(traders[BOB], most);
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxDeposit.selector, traders[BOB], most + 1, most)
        );
        _enter(vault, BOB, most + 1);
        _enter(vault, BOB, most);
        assertEq(vault.maxDeposit(traders[BOB]), 0);
        assertEq(vault.maxMint(traders[BOB]), 0);
    }

    function test_Deposit_RevertGiven_AnotherVaultHasTheFund() public {
        InsuranceFund late = new InsuranceFund(house, BTC, "late", "late");
        assertEq(late.totalAssets(), 0);
        assertEq(late.maxDeposit(NOBODY), 0);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxDeposit.selector, traders[ANN], 1, 0));
        vm.prank(traders[ANN]);
        late.deposit(1, traders[ANN]);
    }

    function test_Deposit_RevertWhen_Zero() public {
        vm.expectRevert(IInsuranceFund.InsuranceFund_ZeroShares.selector);
        _enter(vault, ANN, 0);
    }

    /* WHO IS IN THE FUND FIRST */

    /// @dev The attack on young vaults: one base unit of shares, then a gift in front of somebody's deposit.
    function testFuzz_Contribute_InFrontOfADeposit_RobsNobody(uint256 gift, uint256 assets) public {
        gift = bound(gift, 1, 1e6 * ONE);
        assets = bound(assets, coin, 1e6 * coin);
        _enter(vault, ANN, 1);
        _giveTo(BTC, gift);
        uint256 shares = _enter(vault, BOB, assets);

        // The victim loses less than a millionth; the attacker nearly all of the gift.
        assertGe(vault.convertToAssets(shares), assets - assets / 1e6 - 1);
        assertLe(vault.convertToAssets(vault.balanceOf(traders[ANN])), 1 + gift / 2 + 1);
    }

    function test_Deposit_DoesNotOwnWhatWasThereBefore() public {
        _giveTo(BTC, 1_000 * ONE);
        uint256 shares = _enter(vault, ANN, 100 * coin);
        assertApproxEqAbs(vault.convertToAssets(shares), 100 * coin, 2);
    }

    function test_Contribute_IsAGiftToHolders() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        _giveTo(BTC, 50 * ONE);
        assertApproxEqAbs(vault.convertToAssets(shares), 150 * coin, 1);
    }

    /* LEAVING AND ERC-7540 */

    function test_Redeem_NothingLeavesAtOnce() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        assertEq(vault.maxRedeem(traders[ANN]), 0);
        assertEq(vault.maxWithdraw(traders[ANN]), 0);
        vm.startPrank(traders[ANN]);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxRedeem.selector, traders[ANN], shares, 0));
        vault.redeem(shares, traders[ANN], traders[ANN]);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxWithdraw.selector, traders[ANN], 1, 0));
        vault.withdraw(1, traders[ANN], traders[ANN]);
    }

    function test_RequestRedeem_LocksSharesThatStayShares() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        vm.expectEmit(address(vault));
        uint256 day = block.timestamp / 1 days;
        emit IInsuranceFund.RedeemRequest(traders[ANN], traders[ANN], day, traders[ANN], shares);
        assertEq(_request(vault, ANN, shares), day);

        assertEq(vault.balanceOf(traders[ANN]), 0);
        assertEq(vault.totalSupply(), shares);
        assertEq(vault.totalAssets(), 100 * coin);
        assertEq(vault.pendingRedeemRequest(day, traders[ANN]), shares);
        assertEq(vault.claimableRedeemRequest(day, traders[ANN]), 0);
    }

    function test_RequestRedeem_ByAllowanceAndByOperator() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        vm.prank(traders[ANN]);
        vault.approve(traders[BOB], shares / 2);
        vm.prank(traders[BOB]);
        uint256 day = vault.requestRedeem(shares / 2, traders[BOB], traders[ANN]);
        assertEq(vault.allowance(traders[ANN], traders[BOB]), 0);
        assertEq(vault.pendingRedeemRequest(day, traders[BOB]), shares / 2);

        vm.prank(traders[ANN]);
        vault.setOperator(traders[CAT], true);
        vm.prank(traders[CAT]);
        vault.requestRedeem(shares / 2, traders[ANN], traders[ANN]);
        assertEq(vault.pendingRedeemRequest(day, traders[ANN]), shares / 2);
    }

    function test_RequestRedeem_RevertWhen_NotAllowed() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        vm.expectRevert();
        vm.prank(traders[BOB]);
        vault.requestRedeem(shares, traders[ANN], traders[ANN]);
        // Nobody fills somebody else's list of requests.
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceFund.InsuranceFund_NotOperator.selector, traders[BOB], traders[ANN])
        );
        vm.prank(traders[ANN]);
        vault.requestRedeem(shares, traders[BOB], traders[ANN]);
        vm.expectRevert(IInsuranceFund.InsuranceFund_ZeroShares.selector);
        _request(vault, ANN, 0);
    }

    function test_RequestRedeem_RevertGiven_EightDaysOpen() public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        hub.set(0, 3, 0);
        for (uint256 i; i < 8; ++i) {
            _request(vault, ANN, shares / 10);
            _pass(1 days);
        }
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.InsuranceFund_TooManyRequests.selector, traders[ANN], 8));
        _request(vault, ANN, shares / 10);

        // Claiming makes room.
        hub.set(0, 0, 0);
        _pass(10 days);
        vault.payDue();
        _claim(vault, ANN);
        _request(vault, ANN, shares / 10);
    }

    function test_Redeem_RevertWhen_NotTheController() public {
        _leave(ANN, 100 * coin);
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceFund.InsuranceFund_NotOperator.selector, traders[ANN], traders[BOB])
        );
        vm.prank(traders[BOB]);
        vault.redeem(1, traders[BOB], traders[ANN]);
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceFund.InsuranceFund_NotOperator.selector, traders[ANN], traders[BOB])
        );
        vm.prank(traders[BOB]);
        vault.withdraw(1, traders[BOB], traders[ANN]);
    }

    function test_Withdraw_ByAnOperator_ToAnybody() public {
        _leave(ANN, 100 * coin);
        vm.prank(traders[ANN]);
        vault.setOperator(traders[BOB], true);
        vm.prank(traders[BOB]);
        vault.withdraw(40 * coin, NOBODY, traders[ANN]);
        assertEq(token.balanceOf(NOBODY), 40 * coin);
    }

    /// @dev In steps or at once, by shares or by assets: the same in the end.
    function testFuzz_Claim_InSteps_PaysAsMuchAsAtOnce(uint256 part, bool byAssets) public {
        uint256 shares = _enter(vault, ANN, 100 * coin);
        _enter(vault, BOB, 77 * coin + 1);
        _giveTo(BTC, 13);
        _request(vault, ANN, shares);
        _request(vault, BOB, vault.balanceOf(traders[BOB]));
        _pass(1 days, 12);
        vault.payDue();

        uint256 most = vault.maxWithdraw(traders[ANN]);
        uint256 before = token.balanceOf(traders[ANN]);
        vm.startPrank(traders[ANN]);
        if (byAssets) vault.withdraw(bound(part, 0, most), traders[ANN], traders[ANN]);
        else vault.redeem(bound(part, 0, vault.maxRedeem(traders[ANN])), traders[ANN], traders[ANN]);
        vault.redeem(vault.maxRedeem(traders[ANN]), traders[ANN], traders[ANN]);
        uint256 rest = vault.maxWithdraw(traders[ANN]);
        if (rest != 0) vault.withdraw(rest, traders[ANN], traders[ANN]);
        vm.stopPrank();
        assertEq(token.balanceOf(traders[ANN]) - before, most);
        assertEq(vault.maxRedeem(traders[ANN]), 0);
    }

    function testFuzz_EnterAndLeave_BringsNoProfit(uint256 gift, uint256 assets) public {
        _giveTo(BTC, bound(gift, 0, 1e6 * ONE));
        _enter(vault, BOB, 5 * coin);
        assets = bound(assets, 1, 1e4 * coin);
        if (vault.previewDeposit(assets) == 0) return;
        _request(vault, ANN, _enter(vault, ANN, assets));
        _pass(1 days, 30);
        for (uint256 i; i < 4; ++i) {
            vault.payDue();
            _pass(1 days);
        }
        assertLe(_claim(vault, ANN), assets);
    }

    function test_Previews_OfClaimsRevert() public {
        vm.expectRevert(IInsuranceFund.InsuranceFund_NoPreview.selector);
        vault.previewRedeem(1);
        vm.expectRevert(IInsuranceFund.InsuranceFund_NoPreview.selector);
        vault.previewWithdraw(1);
    }

    function test_SupportsInterface_NamesThoseOfTheStandards() public view {
        bytes4 operators = IInsuranceFund.setOperator.selector ^ IInsuranceFund.isOperator.selector;
        bytes4 requests =
            IInsuranceFund.requestRedeem.selector ^
                IInsuranceFund.pendingRedeemRequest.selector ^
                IInsuranceFund.claimableRedeemRequest.selector;
        assertTrue(vault.supportsInterface(operators));
        assertTrue(vault.supportsInterface(requests));
        // ERC-7575: that of the vault functions of ERC-4626, and `share`.
        assertTrue(vault.supportsInterface(_vaultId() ^ IInsuranceFund.share.selector));
        assertTrue(vault.supportsInterface(0x01ffc9a7));
        assertFalse(vault.supportsInterface(0xffffffff));
        assertEq(vault.share(), address(vault));
        assertEq(vault.asset(), address(token));
    }

    function _leave(uint256 holder, uint256 assets) private {
        _request(vault, holder, _enter(vault, holder, assets));
        _pass(1 days, 10);
        for (uint256 i; i < 4; ++i) {
            _pass(1 days);
            vault.payDue();
        }
    }

    function _giveTo(uint8 market, uint256 units) private {
        if (units != 0) house.contribute(market, units);
    }

    function _leaveShortfall() private {
        MarketParams memory params = _params(1e14);
        params.haircutCapPpm = 0;
        house.setMarket(BTC, params);
        _lose(400);
        assertEq(house.shortfallOf(BTC), 400 * ONE * UNIT_FINE);
    }

    function _vaultId() private pure returns (bytes4) {
        bytes4 amounts =
            IERC4626.asset.selector ^
                IERC4626.totalAssets.selector ^
                IERC4626.convertToShares.selector ^
                IERC4626.convertToAssets.selector;
        bytes4 entering =
            IERC4626.maxDeposit.selector ^
                IERC4626.previewDeposit.selector ^
                IERC4626.deposit.selector ^
                IERC4626.maxMint.selector ^
                IERC4626.previewMint.selector ^
                IERC4626.mint.selector;
        bytes4 leaving =
            IERC4626.maxWithdraw.selector ^
                IERC4626.previewWithdraw.selector ^
                IERC4626.withdraw.selector ^
                IERC4626.maxRedeem.selector ^
                IERC4626.previewRedeem.selector ^
                IERC4626.redeem.selector;
        return amounts ^ entering ^ leaving;
    }
}
