// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearingJudge} from "../../../contracts/governance/judges/ClearingJudge.sol";
import {ExitTerms, FundTerms, IClearingFunds} from "../../../contracts/interfaces/IClearingFunds.sol";
import {IClearingMarkets, MarketParams} from "../../../contracts/interfaces/IClearingMarkets.sol";
import {DeleveragingMode, IDeleveraging} from "../../../contracts/interfaces/IDeleveraging.sol";
import {IOutflowSensor} from "../../../contracts/interfaces/IOutflowSensor.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {ClearingWorld} from "../clearing/ClearingWorld.sol";

/// @dev What of the clearing house's parameters may change at once, and what waits (P9).
contract ClearingJudgeTest is ClearingWorld {
    /// @dev As above, of `FundTerms`: gap, concentration, rebate, move, reward, floor.
    bytes private constant TERM_DIRECTIONS = "=+=-=+";
    /// @dev Places in `MarketParams`, one word each.
    uint256 private constant FIELDS = 22;
    uint256 private constant CONCENTRATION = 5;
    /// @dev By place: the direction that tightens; zero for what has to stay.
    bytes private constant DIRECTIONS = "=+---0=-===+==========";

    ClearingJudge private judge;

    function setUp() public override {
        super.setUp();
        judge = new ClearingJudge();
    }

    function test_Tightens_WhatChangesNothing() public view {
        assertTrue(_judge(house.marketParams(BTC)));
    }

    function test_Tightens_TakesEachFieldInItsOwnDirectionOnly() public view {
        for (uint256 field; field < FIELDS; ++field) {
            bytes1 direction = DIRECTIONS[field];
            if (field == CONCENTRATION) continue;
            string memory name = vm.toString(field);
            assertEq(_judge(_moved(house.marketParams(BTC), field, 1)), direction == "+", name);
            assertEq(_judge(_moved(house.marketParams(BTC), field, -1)), direction == "-", name);
        }
    }

    function test_Tightens_TakesAConcentrationAddOnThatComesOrGrows() public {
        MarketParams memory params = house.marketParams(BTC);
        params.concentrationUnits = 1_000;
        assertTrue(_judge(params), "first");
        house.setMarket(BTC, params);
        params.concentrationUnits = 999;
        assertTrue(_judge(params), "sooner");
        params.concentrationUnits = 1_001;
        assertFalse(_judge(params), "later");
        params.concentrationUnits = 0;
        assertFalse(_judge(params), "never");
    }

    function test_Tightens_NeedsEveryFieldToBeNoLooser() public view {
        MarketParams memory params = house.marketParams(BTC);
        params.initialPpm += 10_000;
        params.openInterestCap += 1;
        assertFalse(_judge(params));
    }

    function test_Tightens_LetsAMarketThatIsNotListedWait() public view {
        assertFalse(judge.tightens(address(house), abi.encodeCall(IClearingMarkets.setMarket, (3, _params(1e14)))));
        bytes memory listing = abi.encodeCall(IClearingMarkets.listMarket, (3, _params(1e14), 25_000));
        assertFalse(judge.tightens(address(house), listing));
    }

    function test_Tightens_TakesMaintenanceUpwards() public {
        assertTrue(_judgeRamp(25_000), "same");
        assertTrue(_judgeRamp(30_000), "up");
        assertFalse(_judgeRamp(24_999), "down");
        house.rampMaintenance(BTC, 40_000, uint64(block.timestamp + 1 days), uint64(block.timestamp + 2 days));
        // Less than what was announced is a loosening, though more than what holds today.
        assertFalse(_judgeRamp(39_999), "below the announced");
        assertTrue(_judgeRamp(40_000), "the announced");
    }

    function test_Tightens_CountsWhatARampDownHasNotReachedYet() public {
        house.rampMaintenance(BTC, 20_000, uint64(block.timestamp + 1 days), uint64(block.timestamp + 2 days));
        assertFalse(_judgeRamp(24_999));
        assertTrue(_judgeRamp(25_000));
    }

    function test_Tightens_TakesOffsetsAndLimitsDownwards() public {
        house.setClassOffset(0, 500_000);
        assertTrue(_judgeCall(abi.encodeCall(IClearingMarkets.setClassOffset, (0, 499_999))));
        assertFalse(_judgeCall(abi.encodeCall(IClearingMarkets.setClassOffset, (0, 500_001))));
        uint32[4] memory limits = house.withdrawalLimits();
        for (uint256 i; i < 4; ++i) {
            ++limits[i];
            assertFalse(_judgeCall(abi.encodeCall(IClearingMarkets.setWithdrawalLimits, (limits))));
            limits[i] -= 2;
            assertTrue(_judgeCall(abi.encodeCall(IClearingMarkets.setWithdrawalLimits, (limits))));
            ++limits[i];
        }
    }

    function test_Tightens_TakesEachTermOfAFundInItsOwnDirectionOnly() public {
        FundTerms memory terms = FundTerms(200_000, 500_000, 100_000, 50_000, 1_000, 2_000);
        house.setFundTerms(BTC, terms);
        assertTrue(_judgeTerms(terms), "same");
        for (uint256 field; field < TERM_DIRECTIONS.length; ++field) {
            bytes1 direction = TERM_DIRECTIONS[field];
            string memory name = vm.toString(field);
            assertEq(_judgeTerms(_movedTerms(terms, field, 1)), direction == "+", name);
            assertEq(_judgeTerms(_movedTerms(terms, field, -1)), direction == "-", name);
        }
    }

    function test_Tightens_LetsTheFirstGapWait() public view {
        assertFalse(_judgeTerms(FundTerms(200_000, 500_000, 0, 0, 0, 0)));
    }

    function test_Tightens_TakesExitsThatSlow() public {
        ExitTerms memory terms = ExitTerms([uint32(3 days), 7 days, 14 days], [uint32(250_000), 50_000, 10_000]);
        house.setExitTerms(terms);
        assertTrue(_judgeCall(abi.encodeCall(IClearingFunds.setExitTerms, (terms))), "same");
        for (uint256 i; i < 3; ++i) {
            string memory name = vm.toString(i);
            ExitTerms memory next = abi.decode(abi.encode(terms), (ExitTerms));
            next.noticeSeconds[i] = terms.noticeSeconds[i] + 1;
            assertTrue(_judgeCall(abi.encodeCall(IClearingFunds.setExitTerms, (next))), name);
            next.noticeSeconds[i] = terms.noticeSeconds[i] - 1;
            assertFalse(_judgeCall(abi.encodeCall(IClearingFunds.setExitTerms, (next))), name);
            next.noticeSeconds[i] = terms.noticeSeconds[i];
            next.limitsPpm[i] = terms.limitsPpm[i] - 1;
            assertTrue(_judgeCall(abi.encodeCall(IClearingFunds.setExitTerms, (next))), name);
            next.limitsPpm[i] = terms.limitsPpm[i] + 1;
            assertFalse(_judgeCall(abi.encodeCall(IClearingFunds.setExitTerms, (next))), name);
        }
    }

    function test_Tightens_TakesTheMoverAwayAndNamesNone() public view {
        assertTrue(_judgeCall(abi.encodeCall(IClearingFunds.setInsuranceMover, (address(0)))));
        assertFalse(_judgeCall(abi.encodeCall(IClearingFunds.setInsuranceMover, (address(1)))));
    }

    function test_Tightens_LetsVaultsSensorsModesAndWindDownsWait() public view {
        assertFalse(_judgeCall(abi.encodeCall(IClearingFunds.setVault, (BTC, address(1)))));
        assertFalse(_judgeCall(abi.encodeCall(IClearingFunds.setFlowSensor, (IOutflowSensor(address(1))))));
        assertFalse(_judgeCall(abi.encodeCall(IClearingFunds.setFlowSensor, (IOutflowSensor(address(0))))));
        assertFalse(_judgeCall(abi.encodeCall(IDeleveraging.setDeleveragingMode, (BTC, DeleveragingMode.Ranked))));
        assertFalse(_judgeCall(abi.encodeCall(IDeleveraging.setDeleveragingMode, (BTC, DeleveragingMode.ProRata))));
        assertFalse(_judgeCall(abi.encodeCall(ISettlement.closeMarket, (BTC))));
    }

    function test_Tightens_KnowsNothingElse() public view {
        assertFalse(_judgeCall(abi.encodeCall(IClearingMarkets.setEnvelopeSetter, (address(0)))));
        assertFalse(_judgeCall(abi.encodeCall(IClearingMarkets.collectFees, (address(1)))));
        assertFalse(_judgeCall(abi.encodeWithSignature("transferOwnership(address)", address(1))));
        assertFalse(_judgeCall(""));
    }

    function testFuzz_Tightens_NeverLowersInitialMargin(uint256 seed, uint256 interest) public view {
        MarketParams memory current = house.marketParams(BTC);
        MarketParams memory next = _moved(current, seed % FIELDS, seed & 1 == 0 ? int256(1) : int256(-1));
        next.openInterestHigh = uint96(bound(seed >> 8, next.openInterestLow + 1, 2 * current.openInterestHigh));
        if (!_judge(next)) return;
        interest = bound(interest, 0, 3 * uint256(current.openInterestHigh));
        assertGe(_initial(next, interest), _initial(current, interest));
    }

    /// @dev The rule of margin by open interest, in plain.
    function _initial(MarketParams memory params, uint256 interest) private pure returns (uint256) {
        if (interest >= params.openInterestHigh) return 1e6;
        if (interest <= params.openInterestLow) return params.initialPpm;
        uint256 range = params.openInterestHigh - params.openInterestLow;
        uint256 rise = (interest - params.openInterestLow) * (1e6 - params.initialPpm);
        return params.initialPpm + (rise + range - 1) / range;
    }

    function _judge(MarketParams memory next) private view returns (bool) {
        return _judgeCall(abi.encodeCall(IClearingMarkets.setMarket, (BTC, next)));
    }

    function _judgeRamp(uint32 toPpm) private view returns (bool) {
        uint64 from = uint64(block.timestamp + 3 days);
        return _judgeCall(abi.encodeCall(IClearingMarkets.rampMaintenance, (BTC, toPpm, from, from + 1 days)));
    }

    function _judgeCall(bytes memory data) private view returns (bool) {
        return judge.tightens(address(house), data);
    }

    function _judgeTerms(FundTerms memory next) private view returns (bool) {
        return _judgeCall(abi.encodeCall(IClearingFunds.setFundTerms, (BTC, next)));
    }

    function _movedTerms(FundTerms memory terms, uint256 field, int256 by) private pure returns (FundTerms memory) {
        FundTerms memory copy = abi.decode(abi.encode(terms), (FundTerms));
        assembly ("memory-safe") {
            let at := add(copy, mul(field, 32))
            mstore(at, add(mload(at), by))
        }
        return copy;
    }

    /// @dev One field one higher or lower, by its place in the struct: memory holds a word a field.
    function _moved(MarketParams memory params, uint256 field, int256 by) private pure returns (MarketParams memory) {
        MarketParams memory copy = abi.decode(abi.encode(params), (MarketParams));
        assembly ("memory-safe") {
            let at := add(copy, mul(field, 32))
            mstore(at, add(mload(at), by))
        }
        return copy;
    }
}
