// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {Directive, Limits} from "../../../contracts/types/Incident.sol";
import {HALTED, M2, M4, NORMAL, REDUCE_ONLY} from "../../../contracts/types/Rungs.sol";
import {Word, WordLib} from "../../../contracts/types/Word.sol";
import {HubFixture} from "./HubFixture.sol";

/// @notice P7: how much a single key may cause. A bucket of 64 entries for each operator, one more every 30 minutes.
contract SoloBudgetTest is HubFixture {
    uint256 private constant CAPACITY = 64;
    uint256 private constant REFILL = 30 minutes;
    uint256 private constant PROTOCOL_WEIGHT = 32;

    uint256 private salt;

    /* WHO PAYS */

    function test_Submit_OneSignaturePaysForEachEntry() public {
        _submitFresh(bytes.concat(_entry(MARKET), _entry(ABSENT), _entry(MARKET)), 1);

        assertEq(hub.soloEntries(operators[0]), CAPACITY - 3, "unknown markets and repetitions count");
        assertEq(hub.soloEntries(operators[1]), CAPACITY, "another operator");
    }

    function test_Submit_AnEntryOfTheWholeProtocolWeighsAsAllMarkets() public {
        _submitFresh(bytes.concat(_entry(PROTOCOL), _entry(MARKET)), 1);

        assertEq(hub.soloEntries(operators[0]), CAPACITY - PROTOCOL_WEIGHT - 1);
    }

    /// @dev An honest node reports one incident on every market and on the whole protocol at once.
    function test_Submit_AFullBucketIsOneIncidentEverywhere() public {
        bytes memory entries;
        for (uint8 market; market < 32; ++market) {
            entries = bytes.concat(entries, _entry(market));
        }

        _submitFresh(entries, 1);

        _expectRungs(PROTOCOL, REDUCE_ONLY, M2);
        _expectRungs(MARKET, REDUCE_ONLY, M2);
        assertEq(hub.soloEntries(operators[0]), CAPACITY - 63);
    }

    function test_Submit_QuorumPaysNothing() public {
        for (uint256 i; i < 3; ++i) {
            _submitFresh(_entry(PROTOCOL), 2);
        }

        assertEq(hub.soloEntries(operators[0]), CAPACITY);
        assertEq(hub.soloEntries(operators[1]), CAPACITY);
    }

    function test_Submit_EverySignerBelowAQuorumPays() public {
        _setQuorum(3);

        _submitFresh(_entry(MARKET), 2);

        assertEq(hub.soloEntries(operators[0]), CAPACITY - 1);
        assertEq(hub.soloEntries(operators[1]), CAPACITY - 1);
        assertEq(hub.soloEntries(operators[2]), CAPACITY);
    }

    function test_Submit_WithoutEntriesOrWithUnreadableOnesNobodyPays() public {
        _submitFresh("", 1);
        _submitFresh(hex"0102", 1);

        assertEq(hub.soloEntries(operators[0]), CAPACITY);
    }

    function test_SoloEntries_ZeroForOneWhoIsNoOperator() public {
        assertEq(hub.soloEntries(stranger), 0);
        vm.prank(governance);
        hub.setOperator(stranger, true);
        assertEq(hub.soloEntries(stranger), CAPACITY, "full from the start");
        vm.prank(governance);
        hub.setOperator(stranger, false);
        assertEq(hub.soloEntries(stranger), 0, "no longer");
    }

    /* THE BOUND */

    function test_Submit_RevertGiven_TheBucketIsTooEmpty() public {
        _submitFresh(_entry(PROTOCOL), 1);
        _submitFresh(_entry(PROTOCOL), 1);
        bytes32 digest = hub.meshDigest();
        Directive memory directive = _fresh(_entry(MARKET));
        bytes memory signature = _sign(directive, 1);

        vm.expectRevert(
            abi.encodeWithSelector(IIncidentHub.IncidentHub_RateLimited.selector, operators[0], uint256(1), uint256(0))
        );
        hub.submit(directive, signature);
        assertEq(hub.meshDigest(), digest, "digest");

        vm.warp(START + REFILL - 1);
        assertEq(hub.soloEntries(operators[0]), 0, "a second early");
        vm.warp(START + REFILL);
        assertEq(hub.soloEntries(operators[0]), 1, "refilled");
        _submitFresh(_entry(MARKET), 1);
    }

    function test_Submit_RevertGiven_OneOfTheSignersIsTooPoor() public {
        _setQuorum(3);
        _submitFresh(_entry(PROTOCOL), 1);
        _submitFresh(_entry(PROTOCOL), 1);
        Directive memory directive = _fresh(_entry(MARKET));
        bytes memory signatures = _sign(directive, 2);

        vm.expectRevert(
            abi.encodeWithSelector(IIncidentHub.IncidentHub_RateLimited.selector, operators[0], uint256(1), uint256(0))
        );
        hub.submit(directive, signatures);

        assertEq(hub.soloEntries(operators[1]), CAPACITY, "the other has not paid");
    }

    /// @dev Whatever one key signs, and whenever: never more than a full bucket and what was refilled.
    function testFuzz_Submit_OneKeyNeverExceedsCapacityAndRefill(uint256 seed) public {
        uint256 spent;
        uint256 time = START;
        for (uint256 i; i < 24; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            time += roll % 3 == 0 ? 0 : (roll >> 8) % 3 hours;
            vm.warp(time);
            uint256 count = (roll >> 64) % 33;
            bytes memory entries;
            for (uint256 n; n < count; ++n) {
                entries = bytes.concat(entries, _entry(MARKET));
            }
            Directive memory directive = _fresh(entries);
            uint256 left = hub.soloEntries(operators[0]);
            bytes memory signature = _sign(directive, 1);
            try hub.submit(directive, signature) {
                spent += count;
                assertLe(count, left, "taken beyond the view");
            } catch {
                assertGt(count, left, "refused below the view");
            }
            assertLe(spent, CAPACITY + (time - START) / REFILL, "bound");
        }
    }

    /// @dev A part of a refill is kept when something is paid in between.
    function testFuzz_SoloEntries_RefillDoesNotDependOnWhenOnePays(uint16 first, uint16 second) public {
        _submitFresh(_entry(PROTOCOL), 1);
        uint256 pays = START + bound(first, 0, 10 hours);
        uint256 looks = pays + bound(second, 0, 5 hours);
        vm.warp(pays);
        _submitFresh(_entry(MARKET), 1);

        vm.warp(looks);

        assertEq(hub.soloEntries(operators[0]), CAPACITY - PROTOCOL_WEIGHT - 1 + (looks - START) / REFILL);
    }

    function test_SoloEntries_NeverAboveTheCapacity() public {
        _submitFresh(_entry(MARKET), 1);
        vm.warp(START + 3650 days);

        assertEq(hub.soloEntries(operators[0]), CAPACITY);
        _submitFresh(_entry(MARKET), 1);
        assertEq(hub.soloEntries(operators[0]), CAPACITY - 1, "a long rest is no more than a full bucket");
    }

    /// @dev In seconds: from a full bucket a stolen key holds the whole protocol for twenty minutes of the first sixteen
    /// hours, and after that for ten minutes of every sixteen hours.
    function test_Submit_AStolenKeyHoldsTheProtocolForSecondsThatAreBounded() public {
        uint256 held;
        for (uint256 time = START; time < START + 64 hours; time += 10 minutes) {
            vm.warp(time);
            Directive memory directive = _fresh(_entry(PROTOCOL));
            bytes memory signature = _sign(directive, 1);
            try hub.submit(directive, signature) {} catch {}
            hub.lift(PROTOCOL);
            if (!hub.postureNow().own(PROTOCOL).isCalm()) held += 10 minutes;
        }

        assertEq(held, 50 minutes, "twice at first, then after 16, 32 and 48 hours");
    }

    /* REPETITION */

    /// @dev Anybody may repeat a directive: it must not empty the bucket of whoever signed it.
    function test_Submit_RepetitionIsNotPaidAgainAndChangesNothing() public {
        Directive memory directive = _fresh(_entry(MARKET));
        bytes memory signature = _sign(directive, 1);
        hub.submit(directive, signature);
        bytes32 digest = hub.meshDigest();

        for (uint256 time = START; time <= directive.deadline; time += 60) {
            vm.warp(time);
            vm.prank(stranger);
            hub.submit(directive, signature);
        }

        assertEq(hub.meshDigest(), digest, "not prolonged");
        assertEq(hub.soloEntries(operators[0]), CAPACITY - 1, "paid once");
    }

    function test_Submit_SixDirectivesAreRemembered() public {
        Directive[7] memory directives;
        bytes[7] memory signatures;
        for (uint256 i; i < 7; ++i) {
            directives[i] = _fresh(_entry(MARKET));
            signatures[i] = _sign(directives[i], 1);
            hub.submit(directives[i], signatures[i]);
        }

        for (uint256 i = 6; i > 0; --i) {
            hub.submit(directives[i], signatures[i]);
        }
        assertEq(hub.soloEntries(operators[0]), CAPACITY - 7, "six are free");

        hub.submit(directives[0], signatures[0]);
        assertEq(hub.soloEntries(operators[0]), CAPACITY - 8, "the seventh has been forgotten");
    }

    /// @dev Below a larger quorum: who has paid for a directive does not pay again when another joins it.
    function test_Submit_ASecondSignerPaysForItself() public {
        _setQuorum(3);
        Directive memory directive = _fresh(_entry(MARKET));
        hub.submit(directive, _sign(directive, 1));

        hub.submit(directive, _sign(directive, 2));

        assertEq(hub.soloEntries(operators[0]), CAPACITY - 1);
        assertEq(hub.soloEntries(operators[1]), CAPACITY - 1);
    }

    function test_Submit_QuorumCountsForADirectiveThatOneHasPaid() public {
        Directive memory directive = _fresh(_pack(MARKET, WordLib.stamped(_rungs(HALTED, M4), START)));
        hub.submit(directive, _sign(directive, 1));
        _expectRungs(MARKET, REDUCE_ONLY, M2);

        hub.submit(directive, _sign(directive, 2));

        _expectRungs(MARKET, HALTED, M4);
    }

    /* PRIVATE */

    function _submitFresh(bytes memory entries, uint256 signatures) private {
        Directive memory directive = _fresh(entries);
        hub.submit(directive, _sign(directive, signatures));
    }

    /// @dev Unlike any other.
    function _fresh(bytes memory entries) private returns (Directive memory directive) {
        directive = _directive(entries);
        directive.decision = keccak256(abi.encode(++salt));
    }

    function _entry(uint8 market) private view returns (bytes memory) {
        return _pack(market, WordLib.stamped(_rungs(REDUCE_ONLY, M2), block.timestamp));
    }

    function _setQuorum(uint8 quorum) private {
        Limits memory limits = _defaultLimits();
        limits.quorum = quorum;
        vm.prank(governance);
        hub.setLimits(limits);
    }
}
