// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../../contracts/clearing/book/Scale.sol";
import {FundTerms, IClearingFunds} from "../../../../contracts/interfaces/IClearingFunds.sol";
import {MarketParams} from "../../../../contracts/interfaces/IClearingMarkets.sol";
import {FundsWorld} from "./FundsWorld.sol";

/// @notice Rebates come from the fees of their own fill, rewards from what opening has brought: neither can be farmed.
/// @dev Fees 0.1 % and 0.02 %, a third of them to the fund; premium is capped at 1 % (3 % a day).
contract RewardsTest is FundsWorld {
    uint256 private constant KEEPER = ANN;

    function setUp() public override {
        super.setUp();
        FundTerms memory terms = _terms();
        (terms.rebatePpm, terms.rewardUnits) = (400_000, uint96(5 * ONE));
        house.setFundTerms(BTC, terms);
        for (uint256 i = ANN; i <= CAT; ++i) _deposit(i, 20_000);
    }

    function _params(uint128 lotE18) internal pure override returns (MarketParams memory params) {
        params = super._params(lotE18);
        (params.takerFeePpm, params.makerFeePpm, params.fundSharePpm) = (1_000, 200, 300_000);
        params.fundingCapPpm = 30_000;
    }

    /* REBATES */

    /// @dev Fills above the mark; then one at the mark: its seller gets 40 % of 12 of fees.
    function test_Fill_AgainstThePremiumGetsPartOfItsFees() public {
        _makePremium(10_100);
        vm.expectEmit(address(house));
        emit IClearingFunds.Rebated(traders[CAT], BTC, _rebateAt(12 * ONE));
        _trade(BTC, BOB, CAT, 10_000, 10_000);
        _assertSound();
    }

    function test_Fill_BelowTheMark_TheBuyerGetsIt() public {
        _makePremium(9_900);
        vm.expectEmit(true, true, false, false, address(house));
        emit IClearingFunds.Rebated(traders[BOB], BTC, 0);
        _trade(BTC, BOB, CAT, 10_000, 10_000);
        _assertSound();
    }

    function test_Fill_ThatDoesNotRelieveGetsNothing() public {
        _trade(BTC, BOB, CAT, 10_000, 10_000);
        _expectNoRebate(10_000);
        _makePremium(10_050);
        // As far from the mark as the average, on either side.
        _expectNoRebate(10_051);
        _expectNoRebate(9_949);
    }

    function test_Fill_WithoutTermsGetsNothing() public {
        house.setFundTerms(BTC, _terms());
        _makePremium(10_100);
        _expectNoRebate(10_000);
    }

    /// @dev The venue keeps something of every fill, and the fund all of its part.
    function testFuzz_Fill_RebateIsLessThanTheVenuesPart(uint32 share, uint32 fundShare, uint64 lots) public {
        FundTerms memory terms = _terms();
        terms.rebatePpm = uint32(bound(share, 0, 500_000));
        house.setFundTerms(BTC, terms);
        MarketParams memory params = _params(1e14);
        params.fundSharePpm = uint32(bound(fundShare, 0, 1_000_000));
        house.setMarket(BTC, params);
        _makePremium(10_100);

        uint256 fund = house.fundOf(BTC);
        int256 before = _equity(BOB) + _equity(CAT);
        lots = uint64(bound(lots, 1, 20_000));
        uint256 fees = _fee(lots, 1_000) + _fee(lots, 200);
        _trade(BTC, BOB, CAT, lots, 10_000);
        // Two fees, each rounded down for the fund.
        assertGe(house.fundOf(BTC) - fund + 2, (fees * UNIT_FINE * params.fundSharePpm) / 1e6);
        uint256 paid = uint256(before - _equity(BOB) - _equity(CAT)) + UNIT_FINE / 1e6;
        assertGe(paid, (fees * UNIT_FINE * params.fundSharePpm) / 1e6);
        assertGe(paid, (fees * UNIT_FINE * (1_000_000 - terms.rebatePpm)) / 1e6);
        _assertSound();
    }

    /// @dev Somebody with two accounts makes a premium and relieves it, again and again: it costs them, every time.
    function testFuzz_Fill_TradingWithOneselfDrainsNothing(uint256 seed) public {
        int256 before = _equity(BOB) + _equity(CAT);
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 price = 9_900 + (seed % 201);
            uint64 lots = uint64(1 + ((seed >> 8) % 5_000));
            (uint256 buyer, uint256 seller) = (seed >> 80) % 2 == 0 ? (BOB, CAT) : (CAT, BOB);
            _trade(BTC, buyer, seller, lots, price);
            int256 current = _equity(BOB) + _equity(CAT);
            assertLt(current, before);
            before = current;
            if ((seed >> 90) % 3 == 0) _pass(1 + ((seed >> 100) % 600));
        }
        _assertSound();
    }

    /* REWARDS */

    /// @dev 2 of 10,000 at the lower fee, at the price now: 1.8.
    function test_Resolve_RewardsWhoeverCalls() public {
        house.contribute(BTC, 1_000 * ONE);
        _setPrice(BTC, 9_000);
        int256 before = _equity(KEEPER);
        vm.expectEmit(address(house));
        emit IClearingFunds.KeeperRewarded(BTC, traders[KEEPER], 1_800_000);
        _resolve(KEEPER);
        assertEq(_equity(KEEPER) - before, int256(1_800_000 * UNIT_FINE));
        _assertSound();
    }

    function test_Resolve_RewardsAtMostWhatGovernanceAllows() public {
        house.contribute(BTC, 1_000 * ONE);
        FundTerms memory terms = _terms();
        terms.rewardUnits = uint96(ONE);
        house.setFundTerms(BTC, terms);
        _setPrice(BTC, 9_000);
        int256 before = _equity(KEEPER);
        _resolve(KEEPER);
        assertEq(_equity(KEEPER) - before, int256(ONE * UNIT_FINE));
    }

    /// @dev The deficit comes first: nothing is left of the fund.
    function test_Resolve_RewardsNothingWhenTheFundIsEmpty() public {
        _setPrice(BTC, 9_000);
        int256 before = _equity(KEEPER);
        _resolve(KEEPER);
        assertEq(_equity(KEEPER), before);
        _assertSound();
    }

    /// @dev It counts against the fund's daily cap.
    function test_Resolve_RewardsNothingBeyondTheDailyCap() public {
        house.contribute(BTC, 1_000 * ONE);
        MarketParams memory params = _params(1e14);
        params.fundDrawPpm = 400_000;
        house.setMarket(BTC, params);
        _setPrice(BTC, 8_900);
        int256 before = _equity(KEEPER);
        _resolve(KEEPER);
        assertEq(_equity(KEEPER), before);
    }

    function test_Resolve_RewardsNobodyForTheirOwnBankruptcy() public {
        house.contribute(BTC, 1_000 * ONE);
        _setPrice(BTC, 9_000);
        _resolve(POOR);
        assertEq(_equity(POOR), 0);
        _assertSound();
    }

    /// @dev Whoever bankrupts accounts of their own has paid at least as much in fees before, and lost the margin.
    function testFuzz_Resolve_BankruptingOneselfIsNoBusiness(uint64 lots, uint256 fall) public {
        house.contribute(BTC, 1_000 * ONE);
        lots = uint64(bound(lots, 1, 8_000));
        fall = bound(fall, 61, 80);
        // An account with five percent of margin; CAT takes the other side, KEEPER the reward.
        uint256 victim = 0xf00d;
        (keys[POOR], traders[POOR]) = (victim, vm.addr(victim));
        house.deposit(traders[POOR], _fee(lots, 1_000) + (lots * ONE) / 20 + 1);
        uint256 fees = house.feesCollectable() * UNIT_FINE + house.fundOf(BTC);
        _trade(BTC, POOR, CAT, lots, 10_000);
        uint256 paid = house.feesCollectable() * UNIT_FINE + house.fundOf(BTC) - fees;

        _setPrice(BTC, 10_000 - fall * 10);
        int256 keeper = _equity(KEEPER);
        _resolve(KEEPER);
        assertLe(_equity(KEEPER) - keeper, int256(paid));
    }

    /// @dev Two hours of fills at `price`.
    function _makePremium(uint256 price) private {
        for (uint256 i; i < 8; ++i) {
            _pass(15 minutes);
            _trade(BTC, BOB, CAT, 10, price);
        }
    }

    /// @dev What a fill of now gets back of `fees`, by the average so far: 10,000 parts are the cap.
    function _rebateAt(uint256 fees) private pure returns (uint256) {
        int256 premium;
        for (uint256 i; i < 8; ++i) {
            premium = (premium * 3_600 + 10_000 * 900) / 4_500;
        }
        return (fees * 400_000 * uint256(premium)) / (1e6 * 10_000);
    }

    function _expectNoRebate(uint256 price) private {
        int256 before = _equity(BOB) + _equity(CAT);
        _trade(BTC, BOB, CAT, 100, price);
        uint256 notional = (100 * ONE * price) / 10_000;
        uint256 fees = (notional * 1_000 + 999_999) / 1e6 + (notional * 200 + 999_999) / 1e6;
        assertApproxEqAbs(before - _equity(BOB) - _equity(CAT), int256(fees * UNIT_FINE), UNIT_FINE / 1e6);
    }

    function _fee(uint64 lots, uint256 ppm) private pure returns (uint256) {
        return (lots * ONE * ppm + 999_999) / 1e6;
    }

    function _resolve(uint256 caller) private {
        vm.prank(traders[caller]);
        house.resolve(traders[POOR]);
    }
}
