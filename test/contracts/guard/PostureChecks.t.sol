// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";

import {PostureMirror} from "../../../contracts/guard/PostureMirror.sol";
import {IPosture} from "../../../contracts/interfaces/IPosture.sol";
import {IPostureGuard} from "../../../contracts/interfaces/IPostureGuard.sol";
import {ByteVenue} from "../../../contracts/mocks/ByteVenue.sol";
import {GuardedVenue} from "../../../contracts/mocks/GuardedVenue.sol";
import {MirroredVenue} from "../../../contracts/mocks/MirroredVenue.sol";
import {RecordingHub} from "../../../contracts/mocks/RecordingHub.sol";
import {VenueBook} from "../../../contracts/mocks/VenueBook.sol";
import {MARKETS, Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M4, NORMAL, REDUCE_ONLY, Rungs, RungsLib} from "../../../contracts/types/Rungs.sol";

/// @dev The three ways of checking, against the plain reading of the posture and so against each other.
contract PostureChecksTest is Test {
    uint8 private constant MARKET = 5;
    uint8 private constant LAST_BYTE_MARKET = 8;

    RecordingHub private hub;
    GuardedVenue private asking;
    MirroredVenue private mirroring;
    ByteVenue private keeping;

    function setUp() public {
        hub = new RecordingHub();
        asking = new GuardedVenue(IPosture(address(hub)));
        mirroring = new MirroredVenue(IPosture(address(hub)));
        keeping = new ByteVenue(IPosture(address(hub)), LAST_BYTE_MARKET);
    }

    /* AGREEMENT */

    function test_Checks_AgreeOnEveryPairOfBreakerRungs() public {
        for (uint8 own; own <= HALTED; ++own) {
            for (uint8 protocol; protocol <= HALTED; ++protocol) {
                uint8 worst = own > protocol ? own : protocol;
                for (uint8 margin; margin <= M4; ++margin) {
                    _show(_two(RungsLib.pair(own, margin), RungsLib.pair(protocol, margin)));
                    _assertChecks(MARKET, worst <= CAUTION, worst < HALTED);
                }
            }
        }
    }

    function testFuzz_Checks_AgreeWithThePlainReading(uint256 seed, uint8 market) public {
        Posture posture = _posture(seed);
        market %= MARKETS + 4;
        _show(posture);

        bool isKnown = posture.isRegistered(market);
        uint8 breaker = isKnown ? posture.at(market).breaker() : HALTED;
        _assertChecks(market, isKnown && breaker <= CAUTION, isKnown && breaker < HALTED);
    }

    function testFuzz_Checks_RefuseEveryMarketBeforeRegistration(uint8 market) public {
        _assertChecks(market, false, false);
    }

    function testFuzz_Checks_RefuseMarketsPastTheLast(uint256 seed, uint8 market) public {
        market = uint8(bound(market, MARKETS, type(uint8).max));
        _show(_posture(seed));

        _assertChecks(market, false, false);
    }

    /* REASONS */

    function test_Increase_RevertGiven_ProtocolReduceOnlyAndMarketCaution() public {
        _show(_two(RungsLib.pair(CAUTION, M4), RungsLib.pair(REDUCE_ONLY, 0)));

        // One rung above the other bit by bit would read as halted: reducing stays open.
        _assertChecks(MARKET, false, true);
        bytes memory reason = abi.encodeWithSelector(
            IPostureGuard.PostureGuard_Restricted.selector,
            MARKET,
            RungsLib.pair(REDUCE_ONLY, M4)
        );
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(reason);
            _venues()[i].increase(MARKET, 1);
        }
    }

    function test_Checks_RevertGiven_UnknownMarket() public {
        _show(_two(Rungs.wrap(0), Rungs.wrap(0)));

        bytes memory reason = abi.encodeWithSelector(IPostureGuard.PostureGuard_UnknownMarket.selector, MARKET + 1);
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(reason);
            _venues()[i].increase(MARKET + 1, 1);
            vm.expectRevert(reason);
            _venues()[i].reduce(MARKET + 1, 1);
        }
    }

    /* WHAT IS NOT CHECKED */

    function testFuzz_DepositAndTopUp_AreOpenAtEveryRung(uint256 seed, uint8 market) public {
        _show(_posture(seed));

        for (uint256 i; i < 3; ++i) {
            VenueBook venue = _venues()[i];
            venue.deposit(market, 7);
            venue.topUp(market, 7);
            (, , uint64 deposits, uint64 topUps) = venue.counts(market);
            assertEq(deposits, 1);
            assertEq(topUps, 1);
        }
    }

    /* MARGIN */

    function test_InitialMarginBps_RisesWithTheRung() public {
        uint16[5] memory factors = [10_000, 12_500, 15_000, 20_000, 30_000];
        for (uint8 rung; rung <= M4; ++rung) {
            _show(_two(RungsLib.pair(NORMAL, rung), Rungs.wrap(0)));
            assertEq(asking.initialMarginBps(MARKET), factors[rung]);
            assertEq(mirroring.initialMarginBps(MARKET), factors[rung]);
        }
    }

    function test_MarginRung_IncludesTheProtocol() public {
        _show(_two(RungsLib.pair(HALTED, M1), RungsLib.pair(NORMAL, M4)));

        assertEq(asking.marginRung(MARKET), M4);
        assertEq(mirroring.marginRung(MARKET), M4);
    }

    function test_MarginRung_RevertGiven_UnknownMarket() public {
        bytes memory reason = abi.encodeWithSelector(IPostureGuard.PostureGuard_UnknownMarket.selector, MARKET);

        vm.expectRevert(reason);
        asking.marginRung(MARKET);
        vm.expectRevert(reason);
        mirroring.initialMarginBps(MARKET);
    }

    /* MIRROR */

    function testFuzz_Mirror_HoldsWhatWasPushed(uint256 seed) public {
        Posture posture = _posture(seed);
        _show(posture);

        assertEq(Posture.unwrap(mirroring.mirroredPosture()), Posture.unwrap(posture));
    }

    function testFuzz_Mirror_StartsWithTheHubsPosture(uint256 seed) public {
        Posture posture = _posture(seed);
        hub.show(posture);
        MirroredVenue late = new MirroredVenue(IPosture(address(hub)));

        assertEq(Posture.unwrap(late.mirroredPosture()), Posture.unwrap(posture));
    }

    function test_OnPosture_RevertWhen_CallerIsNotTheHub() public {
        vm.expectRevert(abi.encodeWithSelector(PostureMirror.PostureMirror_NotHub.selector, address(this)));
        mirroring.onPosture(Posture.wrap(0));
        vm.expectRevert(abi.encodeWithSelector(ByteVenue.ByteVenue_NotHub.selector, address(this)));
        keeping.onPosture(Posture.wrap(0));
    }

    /* BUILDING */

    /// @dev A posture as a hub could hold: market 0 registered, others by chance, any rungs where registered.
    function _posture(uint256 seed) private pure returns (Posture posture) {
        posture = Posture.wrap(0).registered(0);
        for (uint8 market; market < MARKETS; ++market) {
            uint256 roll = uint256(keccak256(abi.encode(seed, market)));
            if (market != 0 && roll % 4 == 0) continue;
            posture = posture.registered(market).replaced(market, _rungs(roll >> 8));
        }
    }

    function _rungs(uint256 roll) private pure returns (Rungs) {
        return RungsLib.pair(uint8(roll % 4), uint8((roll >> 8) % 5));
    }

    function _two(Rungs own, Rungs protocol) private pure returns (Posture) {
        return Posture.wrap(0).registered(0).registered(MARKET).replaced(MARKET, own).replaced(0, protocol);
    }

    /// @dev Puts `posture` in force at the hub and in both venues that keep it.
    function _show(Posture posture) private {
        hub.show(posture);
        vm.startPrank(address(hub));
        mirroring.onPosture(posture);
        keeping.onPosture(posture);
        vm.stopPrank();
    }

    function _venues() private view returns (VenueBook[3] memory) {
        return [VenueBook(asking), mirroring, keeping];
    }

    function _assertChecks(uint8 market, bool mayIncrease, bool mayReduce) private {
        bool isKept = market != 0 && market <= LAST_BYTE_MARKET;
        for (uint256 i; i < (isKept ? 3 : 2); ++i) {
            VenueBook venue = _venues()[i];
            assertEq(_goes(venue, abi.encodeCall(VenueBook.increase, (market, 1))), mayIncrease, "increase");
            assertEq(_goes(venue, abi.encodeCall(VenueBook.reduce, (market, 0))), mayReduce, "reduce");
        }
    }

    function _goes(VenueBook venue, bytes memory action) private returns (bool ok) {
        (ok, ) = address(venue).call(action);
    }
}
