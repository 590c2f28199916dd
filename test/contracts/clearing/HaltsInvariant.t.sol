// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

import {Match} from "../../../contracts/interfaces/INovation.sol";
import {IRecovery} from "../../../contracts/interfaces/IRecovery.sol";
import {CAUTION, HALTED} from "../../../contracts/types/Rungs.sol";
import {HubVenueWorld} from "./HubVenueWorld.sol";

/// @notice P6 of docs/protocol.md whatever is halted and lifted when: a real hub, its guard, and the clearing house behind it.
/// @dev Is its own handler, as {VenueInvariantTest} is. The ghost keeps, for each market, whether it is halted, since when,
/// and for how long it was not, and knows no log.
contract HaltsInvariantTest is HubVenueWorld {
    uint256 private constant POOR = 0;
    uint256 private constant KEEPER = 2;

    struct Ghost {
        uint256 haltedSince;
        uint256 graceUntil;
        uint256 running;
    }

    mapping(uint8 market => Ghost) private ghosts;
    /// @dev market => seconds that the house says funding has run for
    mapping(uint8 market => uint256) private accrued;
    /// @dev what was refused or let through against the rule
    uint256 private depositsRefused;
    uint256 private reducingRefused;
    uint256 private reducingAllowed;
    uint256 private openingRefused;
    uint256 private openingAllowed;
    uint256 private liquidationsWrong;
    /// @dev what came through, for {test_Steps_ReachEveryPart}
    uint256 private liquidations;
    uint256 private suspensions;

    function setUp() public override {
        super.setUp();
        _fund(POOR, 600);
        for (uint256 i = 1; i < TRADERS; ++i) _fund(i, 100_000);
        _trade(BTC, POOR, 1, 10_000, 10_000);
        _trade(BTC, 3, 4, 10_000, 10_000);
        _trade(ETH, 3, 4, 10_000, 1_000);
        // Below maintenance margin for good: liquidations of a lot change little.
        _setPrice(BTC, 9_600);
        targetContract(address(this));
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = this.assertRungs.selector;
        selectors[1] = this.lift.selector;
        selectors[2] = this.pass.selector;
        selectors[3] = this.poke.selector;
        selectors[4] = this.deposit.selector;
        selectors[5] = this.trade.selector;
        selectors[6] = this.liquidate.selector;
        selectors[7] = this.audit.selector;
        targetSelector(FuzzSelector(address(this), selectors));
    }

    /// @dev Adds up for how long the house says that funding has run.
    modifier counted() {
        vm.recordLogs();
        _;
        _readLogs();
    }

    /* STEPS */

    function assertRungs(uint256 seed) external counted {
        _assertRungs(uint8(seed % 3), uint8((seed >> 8) % 4), uint8((seed >> 16) % 5));
        _look();
    }

    function lift(uint256 seed) external counted {
        incidents.lift(uint8(seed % 3));
        _look();
    }

    function pass(uint256 elapsed) external counted {
        elapsed = 1 + (elapsed % 70 minutes);
        for (uint8 market = BTC; market <= ETH; ++market) {
            if (!_isHalted(market)) ghosts[market].running += elapsed;
        }
        _pass(elapsed);
        vm.roll(block.number + 1);
    }

    function poke(uint256 seed) external counted {
        house.poke(seed % 2 == 0 ? BTC : ETH);
    }

    function deposit(uint256 seed) external counted {
        try house.deposit(traders[seed % TRADERS], 1) {} catch {
            ++depositsRefused;
        }
    }

    function trade(uint256 seed) external counted {
        uint8 market = seed % 2 == 0 ? BTC : ETH;
        bool isReducing = (seed >> 8) % 2 == 0;
        uint256 price = market == BTC ? 9_600 : 1_000;
        Match memory next = isReducing ? _match(market, 4, 3, 1, price) : _match(market, 3, 4, 1, price);
        uint8 breaker = incidents.postureNow().at(market).breaker();
        try house.fill(next) {
            _readLogs();
            if (isReducing && breaker == HALTED) ++reducingAllowed;
            if (!isReducing && breaker > CAUTION) ++openingAllowed;
        } catch {
            _forgetLogs();
            if (isReducing && breaker != HALTED) ++reducingRefused;
            if (!isReducing && breaker <= CAUTION) ++openingRefused;
        }
    }

    function liquidate(uint256 seed) external counted {
        house.poke(BTC);
        _readLogs();
        Ghost memory ghost = ghosts[BTC];
        bool isFrozen = ghost.haltedSince != 0 || block.timestamp < ghost.graceUntil;
        vm.prank(traders[KEEPER]);
        try house.liquidate(traders[POOR], BTC, uint64(1 + (seed % 3))) {
            _readLogs();
            if (isFrozen) ++liquidationsWrong;
            ++liquidations;
        } catch (bytes memory reason) {
            _forgetLogs();
            bool isSuspended = bytes4(reason) == IRecovery.Recovery_Suspended.selector;
            if (isSuspended != isFrozen) ++liquidationsWrong;
            if (isSuspended) ++suspensions;
        }
    }

    /// @dev Brings the house up to date and compares it with the ghost. A step, so that it is often long out of date.
    function audit() external {
        _pokeAll();
        for (uint8 market = BTC; market <= ETH; ++market) {
            Ghost memory ghost = ghosts[market];
            (uint64 since, uint64 until) = house.haltOf(market);
            assertEq(since, ghost.haltedSince, "P6: halted since");
            assertEq(until, ghost.graceUntil, "P6: grace");
            assertEq(
                accrued[market],
                ghost.running,
                "P6: funding has run for another time than the market was not halted"
            );
        }
    }

    function _pokeAll() private counted {
        house.poke(BTC);
        house.poke(ETH);
    }

    /* INVARIANT */

    function invariant_HaltsFreezeExactlyTheirSpan() public view {
        assertEq(depositsRefused, 0, "P6: a deposit was refused");
        assertEq(reducingRefused, 0, "P6: reducing was refused below halted");
        assertEq(reducingAllowed, 0, "P6: a halted market was traded");
        assertEq(openingRefused, 0, "a fill was refused at caution or below");
        assertEq(openingAllowed, 0, "P6: risk was added at reduce-only");
        assertEq(liquidationsWrong, 0, "P6: liquidation does not stand still for exactly the halt and its grace");
    }

    /// @dev Fixed draws, so that every part of the game is known to be played.
    function test_Steps_ReachEveryPart() public {
        uint256 seed = 11;
        for (uint256 i; i < 300; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 kind = seed % 8;
            if (kind == 0) this.assertRungs(seed >> 8);
            else if (kind == 1) this.lift(seed >> 8);
            else if (kind <= 3) this.pass(seed >> 8);
            else if (kind == 4) this.poke(seed >> 8);
            else if (kind == 5) this.deposit(seed >> 8);
            else if (kind == 6) this.trade(seed >> 8);
            else this.liquidate(seed >> 8);
            if (i % 10 == 0) this.audit();
        }
        invariant_HaltsFreezeExactlyTheirSpan();
        assertGt(liquidations, 0);
        assertGt(suspensions, 0);
    }

    /* GHOST */

    /// @dev After whatever may change the posture.
    function _look() private {
        for (uint8 market = BTC; market <= ETH; ++market) {
            Ghost storage ghost = ghosts[market];
            bool isHalted = _isHalted(market);
            if (isHalted && ghost.haltedSince == 0) ghost.haltedSince = block.timestamp;
            if (isHalted || ghost.haltedSince == 0) continue;
            uint256 span = block.timestamp - ghost.haltedSince;
            uint256 until = block.timestamp + (span < 1 hours ? span : 1 hours);
            if (until > ghost.graceUntil) ghost.graceUntil = until;
            ghost.haltedSince = 0;
        }
    }

    function _isHalted(uint8 market) private view returns (bool) {
        return incidents.postureNow().at(market).breaker() == HALTED;
    }

    /// @dev What a call that was refused has emitted did not happen.
    function _forgetLogs() private {
        vm.getRecordedLogs();
    }

    function _readLogs() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRecovery.FundingAccrued.selector) continue;
            (, uint256 elapsed) = abi.decode(logs[i].data, (int256, uint256));
            accrued[uint8(uint256(logs[i].topics[1]))] += elapsed;
        }
    }
}
