// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UNIT_FINE} from "../../../contracts/clearing/book/Scale.sol";
import {InsuranceFund} from "../../../contracts/clearing/funds/InsuranceFund.sol";
import {ExitTerms, FundTerms} from "../../../contracts/interfaces/IClearingFunds.sol";
import {DeleveragingMode} from "../../../contracts/interfaces/IDeleveraging.sol";
import {MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {Standing} from "../../../contracts/interfaces/IClearingReports.sol";
import {HALTED, NORMAL} from "../../../contracts/types/Rungs.sol";
import {ClearingWorld} from "./ClearingWorld.sol";

/// @title VenueHandler
/// @notice Eight traders who do what they like with a clearing house, in two markets whose prices jump. What the house refuses
/// is part of the game; what it must not do is counted in {violations}.
abstract contract VenueHandler is ClearingWorld {
    uint256 private constant VIRTUAL_SHARES = 1e12;

    /// @notice property number => how often it did not hold
    mapping(uint256 property => uint256) internal violations;
    /// @notice name of a step => how often it came through
    mapping(bytes32 step => uint256) internal done;

    /// @dev Recorded closes of BTC, a minute apart, scaled so that the first is the price at listing.
    uint256[] private path;
    uint256 private minute;
    /// @dev The vaults of BTC's fund and of the shared one, by their market.
    InsuranceFund[2] internal vaults;

    function setUp() public virtual override {
        super.setUp();
        for (uint256 i; i < TRADERS; ++i) _fund(i, 2_000);
        house.setEnvelopeSetter(address(this));
        house.setDeleveragingMode(ETH, DeleveragingMode.Ranked);
        path = vm.parseJsonUintArray(vm.readFile("test/vectors/crash-minutes.json"), ".closes");
        house.setExitTerms(ExitTerms([uint32(1 days), 2 days, 3 days], [uint32(300_000), 100_000, 50_000]));
        FundTerms memory terms = FundTerms(0, 0, 300_000, 150_000, uint96(2 * ONE), uint96(ONE));
        for (uint8 market; market < 2; ++market) {
            if (market != 0) (terms.gapPpm, terms.concentrationPpm) = (150_000, 200_000);
            vaults[market] = new InsuranceFund(house, market, "Insurance", "INS");
            house.setVault(market, address(vaults[market]));
            house.setFundTerms(market, terms);
            for (uint256 i; i < TRADERS; ++i) {
                token.mint(traders[i], 1e6 * ONE);
                vm.prank(traders[i]);
                token.approve(address(vaults[market]), type(uint256).max);
            }
        }
    }

    function _params(uint128 lotE18) internal pure override returns (MarketParams memory params) {
        params = super._params(lotE18);
        (params.takerFeePpm, params.makerFeePpm, params.fundingCapPpm) = (500, 200, 20_000);
        (params.haircutCapPpm, params.fundDrawPpm, params.sharedDrawPpm) = (600_000, 500_000, 300_000);
        params.concentrationUnits = 1e6 * 1e6;
        params.minimumLots = 20;
    }

    /// @dev Counts steps: the whole is checked after every tenth, for what is lost stays lost.
    uint256 internal steps;

    modifier step() {
        ++steps;
        _;
    }

    /* STEPS */

    function trade(uint256 seed, uint64 lots) external step {
        uint256 buyer = seed % TRADERS;
        uint256 seller = (buyer + 1 + ((seed >> 8) % (TRADERS - 1))) % TRADERS;
        uint8 market = _market(seed >> 16);
        (, int256 answer, , , ) = feeds[market].latestRoundData();
        uint256 price = (uint256(answer) * (98 + ((seed >> 24) % 5))) / 100 / 1e8;
        try house.fill(_match(market, buyer, seller, uint64((1 + (lots % (15_000)))), price)) {
            ++done["trade"];
        } catch {}
    }

    function move(uint256 seed) external step {
        uint8 market = _market(seed);
        (, int256 answer, , , ) = feeds[market].latestRoundData();
        uint256 price = (uint256(answer) * (94 + ((seed >> 8) % 13))) / 100 / 1e8;
        if (price > 100 && price < 1_000_000) _setPrice(market, price);
    }

    /// @dev Up to ten minutes of the recorded fall, from the top again at its end.
    function follow(uint256 seed) external step {
        uint256 minutes_ = 1 + (seed % 10);
        minute = (minute + minutes_) % path.length;
        _pass(minutes_ * 1 minutes);
        vm.roll(block.number + 1);
        _setPrice(BTC, (10_000 * path[minute]) / path[0]);
        ++done["follow"];
    }

    function pass(uint256 elapsed) external step {
        _pass((1 + (elapsed % (2 hours))));
        vm.roll(block.number + 1);
    }

    function deposit(uint256 seed, uint256 amount) external step {
        _fund(seed % TRADERS, (1 + (amount % (300))));
    }

    function withdraw(uint256 seed, uint256 amount) external step {
        address trader = traders[seed % TRADERS];
        uint256 units = (1 + (amount % (500 * ONE)));
        vm.prank(trader);
        try house.withdraw(units, trader) {
            ++done["withdraw"];
        } catch {}
    }

    function contribute(uint256 seed, uint256 units) external step {
        house.contribute(uint8(seed % 3), (1 + (units % (50 * ONE))));
    }

    /// @dev Who enters, leaves or claims, costs nobody who stays: a share is worth no less.
    function enterFund(uint256 seed, uint256 units) external step {
        InsuranceFund fund = vaults[seed % 2];
        (uint256 assets, uint256 supply) = _priceOf(fund);
        address holder = traders[(seed >> 8) % TRADERS];
        vm.prank(holder);
        try fund.deposit(1 + (units % (200 * ONE)), holder) {
            ++done["enterFund"];
        } catch {}
        _checkPrice(fund, assets, supply);
    }

    function leaveFund(uint256 seed, uint256 part) external step {
        InsuranceFund fund = vaults[seed % 2];
        address holder = traders[(seed >> 8) % TRADERS];
        uint256 held = fund.balanceOf(holder);
        (uint256 assets, uint256 supply) = _priceOf(fund);
        vm.prank(holder);
        try fund.requestRedeem(held - (part % (held + 1)), holder, holder) {
            ++done["leaveFund"];
        } catch {}
        _checkPrice(fund, assets, supply);
    }

    function payDue(uint256 seed) external step {
        if (seed % 3 == 0) _pass(12 hours + ((seed >> 8) % 1 days));
        InsuranceFund fund = vaults[(seed >> 32) % 2];
        (uint256 assets, uint256 supply) = _priceOf(fund);
        done["payDue"] += fund.payDue();
        _checkPrice(fund, assets, supply);
        address holder = traders[(seed >> 40) % TRADERS];
        uint256 most = fund.maxWithdraw(holder);
        uint256 before = token.balanceOf(holder);
        vm.startPrank(holder);
        fund.redeem(fund.maxRedeem(holder), holder, holder);
        vm.stopPrank();
        if (token.balanceOf(holder) - before != most) ++violations[46];
    }

    function moveInsurance(uint256 seed, uint256 units) external step {
        (uint8 from, uint8 to) = seed % 2 == 0 ? (0, BTC) : (BTC, 0);
        try house.moveInsurance(from, to, 1 + (units % (20 * ONE))) {
            ++done["moveInsurance"];
        } catch {}
    }

    /// @dev Names somebody, and looks again at those who were named.
    function nameWorst(uint256 seed) external step {
        uint8 market = uint8((seed >> 8) % 2);
        try house.nameWorst(traders[seed % TRADERS], market) {
            ++done["nameWorst"];
        } catch {
            house.assess(market);
        }
    }

    function halt(uint256 seed) external step {
        hub.set(uint8(seed % 3), (seed >> 8) % 4 == 0 ? HALTED : NORMAL, uint8((seed >> 16) % 5));
    }

    /// @dev Settling is nobody's gain or loss, nor is a place on a list; whoever asks for it.
    function settle(uint256 seed, uint256 most) external step {
        uint256 trader = seed % TRADERS;
        house.poke(BTC);
        house.poke(ETH);
        int256[TRADERS] memory before = _equities();
        vm.startPrank(address(0xbad));
        house.settle(traders[trader], _market(seed >> 8), most % 4);
        try house.nominate(traders[trader], ETH) {
            ++done["nominate"];
        } catch {}
        vm.stopPrank();
        _requireSame(before, 0);
    }

    function budget(uint256 seed, uint96 units) external step {
        uint64 until = uint64(block.timestamp + 1 + (seed % 3 hours));
        try house.setDeleveragingBudget(_market(seed >> 8), units % uint96(200 * ONE), until) {
            ++done["budget"];
        } catch {}
    }

    /// @dev Winds ETH down, now and then, for good.
    function close(uint256 seed) external step {
        if (seed % 16 != 0) return;
        hub.setSpent(ETH, true);
        try house.closeMarket(ETH) {
            ++done["close"];
        } catch {}
    }

    /// @dev A stranger settles whoever can be, concludes, and has claims paid. Before the haircut is known nobody's equity
    /// changes by more than what does not divide; when it is, nobody gains; when claims are paid, nothing changes.
    function windDown(uint256 seed) external step {
        if (house.settlementOf(ETH).priceX32 == 0) return;
        house.poke(BTC);
        int256[TRADERS] memory before = _equities();
        vm.startPrank(address(0xbad));
        try house.settleAccount(traders[seed % TRADERS], ETH) {
            ++done["settleAccount"];
        } catch {}
        _requireSame(before, int256(1 << 72));
        before = _equities();
        try house.concludeSettlement(ETH) {
            ++done["conclude"];
            _requireHaircut(before);
        } catch {
            _requireSame(before, 0);
        }
        vm.stopPrank();
    }

    /// @dev Nobody gains by a conclusion, and all claims shrink by the same part: to a millionth of a unit.
    function _requireHaircut(int256[TRADERS] memory before) private {
        uint256 rate = house.settlementOf(ETH).rate;
        for (uint256 i; i < TRADERS; ++i) {
            uint256 claim = house.claimOf(traders[i], ETH);
            int256 given = before[i] - _equity(i);
            if (given < 0) ++violations[11];
            if (rate == 0) continue;
            // claim = whole claim times rate: what was given is the rest of the whole.
            int256 expected = int256(((claim / rate) << 72) - claim);
            if (given != expected) ++violations[11];
        }
    }

    function _requireSame(int256[TRADERS] memory before, int256 tolerance) private {
        for (uint256 i; i < TRADERS; ++i) {
            int256 change = _equity(i) - before[i];
            if (change > 0 || change < -tolerance) ++violations[11];
        }
    }

    /// @dev Equity of the liquidated stays at or above zero, and above what it was less what was closed.
    function liquidate(uint256 seed, uint64 lots) external step {
        uint256 trader = _inTrouble(seed % TRADERS);
        uint256 keeper = (trader + 1 + ((seed >> 8) % (TRADERS - 1))) % TRADERS;
        vm.prank(traders[keeper]);
        try house.liquidate(traders[trader], _market(seed >> 16), lots) {
            ++done["liquidate"];
            if (_equity(trader) < 0) ++violations[6];
        } catch {}
    }

    /// @dev Whoever is bankrupt, as soon as somebody says so; and estates whose markets trade again.
    function resolve(uint256 seed) external step {
        if (estates.length != 0) _closeEstate(estates[(seed >> 8) % estates.length]);
        for (uint256 i; i < TRADERS; ++i) {
            uint256 trader = ((seed % TRADERS) + i) % TRADERS;
            _resolve(trader);
        }
    }

    /// @dev Somebody in both markets goes bankrupt in BTC while ETH is halted.
    function strand(uint256 seed) external step {
        for (uint256 i; i < TRADERS; ++i) {
            uint256 trader = ((seed % TRADERS) + i) % TRADERS;
            int256 size = _size(trader, BTC);
            if (size == 0 || _size(trader, ETH) == 0) continue;
            hub.set(ETH, HALTED, 0);
            (, int256 answer, , , ) = feeds[BTC].latestRoundData();
            uint256 price = (uint256(answer) * (size > 0 ? 75 : 125)) / 100 / 1e8;
            if (price > 100 && price < 1_000_000) _setPrice(BTC, price);
            _resolve(trader);
            return;
        }
    }

    /// @dev Both markets trade again, their grace is over, and estates are closed.
    function resume(uint256 seed) external step {
        hub.set(0, NORMAL, 0);
        hub.set(ETH, NORMAL, 0);
        hub.set(BTC, NORMAL, 0);
        house.poke(BTC);
        _pass(2 hours);
        for (uint256 i; i < estates.length; ++i) _closeEstate(estates[(i + (seed % estates.length)) % estates.length]);
    }

    function _resolve(uint256 trader) private {
        house.poke(BTC);
        house.poke(ETH);
        if (_equity(trader) >= 0) return;
        int256[TRADERS] memory before = _equities();
        int256 remainder = house.remainderFine();
        // The reward is this contract's.
        int256 reward = -house.standing(address(this)).equityFine;
        // Estates may be asked like anybody.
        int256 taken = -_inEstates();
        try house.resolve(traders[trader]) returns (address estate) {
            ++done["resolve"];
            if (estate != address(0)) {
                estates.push(estate);
                if (house.standing(estate).equityFine > 0) ++violations[12];
                ++done["estate"];
            }
        } catch {
            return;
        }
        taken += _inEstates();
        reward += house.standing(address(this)).equityFine;
        if (reward != 0) ++done["reward"];
        // Whatever is halted: the defaulter ends with nothing.
        if (house.openMarkets(traders[trader]) != 0 || _equity(trader) != 0) ++violations[12];
        _requireGiven(trader, before, remainder - reward - taken);
    }

    function _inEstates() private view returns (int256 fine) {
        for (uint256 i; i < estates.length; ++i) fine += house.standing(estates[i]).equityFine;
    }

    /// @dev What an estate has gained is nobody's but the shared fund's; what it lacks is borne as ever.
    function _closeEstate(address estate) private {
        house.poke(BTC);
        house.poke(ETH);
        int256[TRADERS] memory before = _equities();
        try house.resolve(estate) returns (address next) {
            ++done["estateClosed"];
            if (next != address(0)) estates.push(next);
            if (house.openMarkets(estate) != 0) ++violations[12];
        } catch {}
        for (uint256 i; i < TRADERS; ++i) if (_equity(i) > before[i]) ++violations[12];
        uint256 fund = house.fundOf(0);
        uint256 shortfall = house.shortfallOf(0);
        int256 had = house.standing(estate).equityFine;
        before = _equities();
        try house.sweepEstate(estate) {
            ++done["sweep"];
            if (int256(house.fundOf(0) + shortfall - house.shortfallOf(0) - fund) != had) ++violations[13];
        } catch {}
        _requireSame(before, 0);
    }

    /// @dev What the defaulter was relieved of, others and funds have given, and nobody has gained.
    function _requireGiven(uint256 trader, int256[TRADERS] memory before, int256 remainder) private {
        int256 given = remainder - house.remainderFine();
        for (uint256 i; i < TRADERS; ++i) {
            int256 change = _equity(i) - before[i];
            given -= change;
            if (i != trader && change > 0) ++violations[11];
            if (i == trader && change < 0) ++violations[11];
        }
        if (given != 0) ++violations[13];
    }

    /// @dev What is in the vaults is what was paid to those who left and not claimed yet, to a base unit a request; and
    /// all shares are somebody's, or wait.
    function _assertFundsSound() internal view {
        for (uint256 i; i < 2; ++i) {
            (uint256 owed, uint256 held) = (0, vaults[i].balanceOf(address(vaults[i])));
            for (uint256 j; j < TRADERS; ++j) {
                owed += vaults[i].maxWithdraw(traders[j]);
                held += vaults[i].balanceOf(traders[j]);
            }
            uint256 tokens = token.balanceOf(address(vaults[i]));
            assertGe(tokens, owed, "vault: more is owed than there is");
            assertLe(tokens, owed + steps * TRADERS, "vault: tokens were left behind");
            assertEq(held, vaults[i].totalSupply(), "vault: shares");
            assertLe(vaults[i].convertToAssets(held), vaults[i].totalAssets(), "vault: worth more than the fund");
        }
    }

    function _priceOf(InsuranceFund fund) private view returns (uint256 assets, uint256 supply) {
        return (fund.totalAssets() + 1, fund.totalSupply() + VIRTUAL_SHARES);
    }

    function _checkPrice(InsuranceFund fund, uint256 assets, uint256 supply) private {
        (uint256 assetsNow, uint256 supplyNow) = _priceOf(fund);
        if (assetsNow * supply < assets * supplyNow) ++violations[47];
    }

    /// @dev Somebody below maintenance margin but not bankrupt, if there is anybody; else `drawn`.
    function _inTrouble(uint256 drawn) private view returns (uint256) {
        for (uint256 i; i < TRADERS; ++i) {
            Standing memory found = house.standing(traders[i]);
            if (found.equityFine >= 0 && found.equityFine < int256(found.maintenanceUnits * UNIT_FINE)) return i;
        }
        return drawn;
    }

    function _market(uint256 seed) private pure returns (uint8) {
        return seed % 3 == 0 ? ETH : BTC;
    }
}
