// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IncidentHub} from "../../../contracts/hub/IncidentHub.sol";
import {IIncidentHub} from "../../../contracts/interfaces/IIncidentHub.sol";
import {IIncidentState} from "../../../contracts/interfaces/IIncidentState.sol";
import {PayloadLib} from "../../../contracts/libraries/PayloadLib.sol";
import {EndpointModel, Packet, PacketOrigin} from "../../../contracts/mocks/hub/EndpointModel.sol";
import {Directive} from "../../../contracts/types/Incident.sol";
import {Posture} from "../../../contracts/types/Posture.sol";
import {CAUTION, HALTED, M1, M4, NORMAL, REDUCE_ONLY, Rungs} from "../../../contracts/types/Rungs.sol";
import {Word} from "../../../contracts/types/Word.sol";
import {MeshModel} from "./MeshModel.sol";
import {MeshDraws} from "./MeshDraws.sol";

/// @title MeshHandler
/// @notice What anybody can do to three hubs, each call drawn from a seed. After each step the hubs are compared with
/// the model; a property that does not hold is counted under its number.
abstract contract MeshHandler is MeshDraws {
    /// @dev The number under which gaps in the count of events are kept.
    uint256 public constant SEQ = 100;
    uint256 private constant STORED_DIRECTIVES = 8;

    /// @dev property number (docs/protocol.md) => how often it did not hold.
    mapping(uint256 => uint256) public violations;
    /// @dev What happened => how often, so that a test can see that nothing is out of reach.
    mapping(bytes32 => uint256) public happened;

    struct SignedDirective {
        Directive directive;
        bytes signatures;
        uint256 signers;
    }

    struct View {
        Word[REGISTERED_MARKETS] mesh;
        Word[REGISTERED_MARKETS] local;
        Posture posture;
    }

    struct Span {
        uint256 start;
        // 0 while it runs.
        uint256 end;
    }

    SignedDirective[] private _stored;
    /// @dev hub => market => halts since the budget was last rearmed.
    mapping(uint256 => mapping(uint8 => Span[])) private _halts;
    /// @dev hub => market => when somebody last tried to lift.
    mapping(uint256 => mapping(uint8 => uint256)) private _liftedAt;
    /// @dev hub => market => longest time that a halt waited for somebody to lift.
    mapping(uint256 => mapping(uint8 => uint256)) public longestWait;

    /* STEPS */

    /// @dev Looks at every hub before and after. Only a lift may bring a rung down, and only one whose lease has ended.
    modifier step(bool isLift) {
        View[HUBS] memory before = _viewAll();
        vm.recordLogs();
        _;
        if (!_readLogs()) ++violations[SEQ];
        _compare(before, isLift);
    }

    function passTime(uint256 seed) external step(false) {
        uint256[4] memory spans = [uint256(15), 3 minutes, 20 minutes, 5 hours];
        time += _draw(seed, 0) % spans[_draw(seed, 1) % 4];
        _note("time passed");
    }

    /// @dev Up to a day and a half, with somebody who lifts every market afterwards.
    function passDays(uint256 seed) external step(true) {
        time += _draw(seed, 0) % 36 hours;
        for (uint256 i; i < HUBS; ++i) {
            for (uint8 market; market < REGISTERED_MARKETS; ++market) {
                _lift(i, market);
            }
        }
    }

    function assertRungs(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        uint8 market = _anyMarket(seed);
        Rungs asked = _anyRungs(uint8(_draw(seed, 3)), uint8(_draw(seed, 4)));
        (address sensor, Rungs local, Rungs mesh) = _anySensor(_draw(seed, 2), asked);
        uint256 now_ = _visit(i);

        vm.prank(sensor);
        try hubs[i].assertRungs(market, asked) {
            _note("asserted");
        } catch {
            ++violations[4];
        }
        model.assertRungs(i, market, _pairOf(local), _pairOf(mesh), now_);
        // P4 ends where the budget of P8 does.
        if (model.isSpent(i, market)) local = local.meet(_rungs(REDUCE_ONLY, M4));
        if (local.exceeds(hubs[i].postureNow().own(market))) ++violations[4];
    }

    /// @dev As of any second, allowed and not.
    function voidMarket(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        uint256 now_ = timeAt(i);
        _void(i, _anyMarket(seed), now_ + 10 minutes - (_draw(seed, 2) % 3 hours));
    }

    /// @dev Gates close more often than they open: what they would let go must not depend on them.
    function turnGate(uint256 seed) external step(false) {
        gates[_draw(seed, 0) % HUBS].set(_anyMarket(seed), _draw(seed, 2) % 3 == 0);
    }

    function rearmHaltBudget(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        uint8 market = _anyMarket(seed);
        if (_draw(seed, 2) % 4 != 0 && !model.isSpent(i, market)) return;
        uint256 now_ = _visit(i);

        vm.prank(GOVERNANCE);
        hubs[i].rearmHaltBudget(market);

        if (model.isSpent(i, market)) _note("budget rearmed");
        model.rearm(i, market, now_);
        delete _halts[i][market];
        if (_isHalted(i, market)) _halts[i][market].push(Span(now_, 0));
        longestWait[i][market] = 0;
    }

    /// @dev Paths that refuse, hubs without money, and both mended again.
    function breakMessaging(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        endpoints[i].setFault(_eidOf(_draw(seed, 1) % HUBS), EndpointModel.Fault(_draw(seed, 2) % 3));
        vm.deal(address(hubs[i]), _draw(seed, 3) % 3 == 0 ? 0 : 1 ether);
    }

    function broadcast(uint256 seed) external step(false) {
        _broadcast(_draw(seed, 0) % HUBS);
    }

    /// @dev Any packet, any number of times, in any order.
    function deliver(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        uint256 count = endpoints[i].packetCount();
        if (count != 0) _deliver(i, _draw(seed, 1) % count);
    }

    /// @dev What dishonest DVNs could do: any content in the name of a peer.
    function forgeAsPeer(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        bytes memory message = _anyMessage(i, seed);
        _inject(i, (i + 1 + (_draw(seed, 1) % 2)) % HUBS, message);
        _note("forged as peer");
    }

    /// @dev What a hub that is no peer could do: nothing.
    function forgeAsStranger(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        uint256 j = _draw(seed, 1) % HUBS;
        bytes32 sender = _draw(seed, 2) % 2 == 0 ? bytes32(_draw(seed, 3)) : _asBytes32(address(hubs[i]));
        bytes memory message = _anyMessage(i, seed);
        _visit(i);

        try endpoints[i].inject(PacketOrigin(_eidOf(j), sender, 1), address(hubs[i]), message) {
            ++violations[5];
        } catch {
            _note("stranger refused");
        }
    }

    function signDirective(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        bytes memory entries = _anyEntries(i, seed);
        uint64 deadline = uint64(timeAt(i) + 1300 - (_draw(seed, 1) % 1500));
        Directive memory directive = Directive(bytes32(seed), deadline, entries);
        uint256 signers = 1 + (_draw(seed, 2) % 3);
        SignedDirective memory signed = SignedDirective(directive, _sign(directive, signers, seed), signers);
        if (_stored.length < STORED_DIRECTIVES) _stored.push(signed);
        else _stored[_draw(seed, 3) % STORED_DIRECTIVES] = signed;
        _submit(i, signed);
        // Two relayers carry it to the same hub.
        if (_draw(seed, 4) % 2 == 0) _submit(i, signed);
    }

    /// @dev One signature serves every chain: what was signed for one hub is carried to any, at any time.
    function replayDirective(uint256 seed) external step(false) {
        if (_stored.length == 0) return;
        _submit(_draw(seed, 0) % HUBS, _stored[_draw(seed, 1) % _stored.length]);
    }

    /// @dev A quorum made of one key, of strangers' keys, or out of order, is none.
    function forgeDirective(uint256 seed) external step(false) {
        uint256 i = _draw(seed, 0) % HUBS;
        _visit(i);
        bytes memory entries = _anyEntries(i, seed);
        Directive memory directive = Directive(bytes32(seed), uint64(block.timestamp + 600), entries);
        bytes memory signatures = _anyForgery(directive, seed);

        try hubs[i].submit(directive, signatures) {
            ++violations[7];
        } catch {
            _note("directive refused");
        }
    }

    function lift(uint256 seed) external step(true) {
        _lift(_draw(seed, 0) % HUBS, _anyMarket(seed));
    }

    /// @dev P3: once each hub has received what the others hold, by whatever path, all are equal. LayerZero comes first;
    /// what it did not carry goes by directive or by a repeated message.
    function settle(uint256 seed) external step(false) {
        // Until the slowest clock is within the skew of what the fastest has stamped.
        time += clockOffsets[HUBS - 1] + 1;
        _voidAlike();
        for (uint256 i; i < HUBS; ++i) {
            for (uint256 j; j < HUBS; ++j) {
                endpoints[i].setFault(_eidOf(j), EndpointModel.Fault.None);
            }
            vm.deal(address(hubs[i]), 1 ether);
            uint256 first = endpoints[i].packetCount();
            _broadcast(i);
            for (uint256 n = first; n < endpoints[i].packetCount(); ++n) {
                _deliver(i, n);
            }
        }
        _note(_areEqual() ? bytes32("settled by layerzero alone") : bytes32("settled by both paths"));

        uint256 start = _draw(seed, 0) % 6;
        for (uint256 n; n < 6; ++n) {
            uint256 from = ((start + n) % 6) / 2;
            uint256 to = (from + 1 + ((start + n) % 2)) % HUBS;
            _copyWords(from, to, _draw(seed, 1 + n) % 2 == 0);
        }
        if (!_areEqual()) ++violations[3];
    }

    /* PARTS OF STEPS */

    function _anySensor(uint256 seed, Rungs asked) private pure returns (address sensor, Rungs local, Rungs mesh) {
        if (seed % 3 == 0) return (GRADED_SENSOR, asked, asked.meet(_rungs(CAUTION, M1)));
        if (seed % 3 == 1) return (OPEN_SENSOR, asked, asked);
        local = asked.meet(_rungs(HALTED, NORMAL));
        return (COUNCIL_ALARM, local, local);
    }

    function _lift(uint256 i, uint8 market) private {
        uint256 now_ = _visit(i);
        Rungs before = hubs[i].postureNow().own(market);
        bool wasSpent = model.isSpent(i, market);
        model.lift(i, market, now_, gates[i].isOpen(market));
        MeshModel.Pair memory left = model.posture(i, market);
        _noteWait(i, market, now_);

        try hubs[i].lift(market) returns (Rungs inForce) {
            if (!inForce.equals(before)) _note("lifted");
            if (!wasSpent && model.isSpent(i, market)) _note("budget spent");
        } catch (bytes memory reason) {
            // P8: a gate keeps a halt, and nothing else, and not beyond the budget.
            bool isKept = bytes4(reason) == IIncidentState.IncidentState_GateClosed.selector;
            bool isSame = left.breaker == before.breaker() && left.margin == before.margin();
            if (!isKept || !isSame || !before.isHalt() || model.isSpent(i, market)) ++violations[8];
            _note("gate closed");
        }
        _noteHalts(i, market, now_);
        if (_haltedWithin(i, market, now_) > 7 days + longestWait[i][market]) ++violations[8];
        (uint256 used, bool isSpent) = hubs[i].haltBudget(market);
        bool isCounted = used == model.usedSeconds(i, market, now_) && isSpent == model.isSpent(i, market);
        if (!isCounted || used < _haltedWithin(i, market, now_)) ++violations[8];
    }

    function _void(uint256 i, uint8 market, uint256 asOf) private {
        uint256 now_ = _visit(i);
        bool isAllowed = asOf < now_ && asOf > model.voidBefore(i, market);
        vm.prank(COUNCIL);
        try hubs[i].voidMarket(market, uint64(asOf)) {
            if (!isAllowed) ++violations[10];
            model.voidMarket(i, market, asOf);
            _note("voided");
        } catch {
            if (isAllowed) ++violations[10];
            _note("void refused");
        }
    }

    /// @dev A council speaks to every deployment.
    function _voidAlike() private {
        for (uint8 market; market < REGISTERED_MARKETS; ++market) {
            uint256 latest;
            for (uint256 i; i < HUBS; ++i) {
                if (model.voidBefore(i, market) > latest) latest = model.voidBefore(i, market);
            }
            for (uint256 i; i < HUBS; ++i) {
                if (model.voidBefore(i, market) < latest) _void(i, market, latest);
            }
        }
    }

    function _broadcast(uint256 i) private {
        _visit(i);
        (uint32 markets, bool isHeartbeat) = hubs[i].broadcastDue();
        uint256 before = endpoints[i].packetCount();
        try hubs[i].broadcast() {
            _note(isHeartbeat ? bytes32("heartbeat sent") : bytes32("words sent"));
        } catch (bytes memory reason) {
            bool isNotDue = bytes4(reason) == IIncidentHub.IncidentHub_NothingDue.selector;
            if (!isNotDue || markets != 0 || isHeartbeat) ++violations[4];
        }
        for (uint256 n = before; n < endpoints[i].packetCount(); ++n) {
            _checkFullWords(i, endpoints[i].packet(n).message, isHeartbeat ? 42 : 10);
        }
    }

    /// @dev State travels, not events: each entry is the whole word of the sender.
    function _checkFullWords(uint256 i, bytes memory message, uint256 header) private {
        for (uint256 at = header; at < message.length; at += PayloadLib.ENTRY_BYTES) {
            (uint256 word, ) = model.words(i, uint8(message[at]));
            if (uint256(_wordAt(message, at + 1)) != word) ++violations[3];
        }
    }

    function _deliver(uint256 from, uint256 index) private {
        Packet memory sent = endpoints[from].packet(index);
        uint256 to = sent.dstEid - FIRST_EID;
        _visit(to);
        try endpoints[to].deliver(endpoints[from], index) {
            _mergeMessage(to, sent.message);
            _note("delivered");
        } catch {
            ++violations[5];
        }
    }

    function _inject(uint256 to, uint256 from, bytes memory message) private {
        _visit(to);
        PacketOrigin memory origin = PacketOrigin(_eidOf(from), _asBytes32(address(hubs[from])), 1);
        try endpoints[to].inject(origin, address(hubs[to]), message) {
            _mergeMessage(to, message);
        } catch {
            ++violations[5];
        }
    }

    function _submit(uint256 i, SignedDirective memory signed) private {
        uint256 now_ = _visit(i);
        View memory before = _viewAll()[i];
        bool isSolo = signed.signers < 2;
        bool isReplay = isSolo && _hasCharged(i, signed.directive, signed.signatures);
        bool isLimited =
            isSolo &&
                !isReplay &&
                _weightOf(signed.directive.entries) >
                    hubs[i].soloEntries(_signerOf(signed.directive, signed.signatures));
        bool isTimely = signed.directive.deadline >= now_ && signed.directive.deadline <= now_ + 1200;
        bool isTaken = isTimely && !isLimited;
        try hubs[i].submit(signed.directive, signed.signatures) {
            if (!isTaken) ++violations[7];
        } catch {
            if (isTaken) ++violations[5];
            _note(isTimely ? bytes32("solo operator limited") : bytes32("directive out of time"));
            return;
        }
        if (isReplay) {
            // It must change nothing, so the model is told nothing.
            _note("solo directive repeated");
            return;
        }
        if (isSolo) _charge(i, signed.directive, signed.signatures);
        MeshModel.Pair memory ceiling = isSolo ? MeshModel.Pair(2, 2) : MeshModel.Pair(3, 4);
        _mergeEntries(i, signed.directive.entries, 0, MeshModel.Reading(ceiling, now_, isSolo));
        if (isSolo) _checkSolo(i, before, now_);
        _note(isSolo ? bytes32("solo directive") : bytes32("quorum directive"));
    }

    /// @dev P7: what one key changed is within its ceiling and gone in ten minutes.
    function _checkSolo(uint256 i, View memory before, uint256 now_) private {
        for (uint8 market; market < REGISTERED_MARKETS; ++market) {
            Word word = hubs[i].meshWord(market);
            for (uint256 lane; lane < 8; ++lane) {
                if (word.lane(lane) == before.mesh[market].lane(lane)) continue;
                bool isWithin = lane == 1 || lane == 2 || lane == 4 || lane == 5;
                bool isShort = word.lane(lane) + model.leaseOf(lane) <= now_ + 600;
                if (!isWithin || !isShort) ++violations[7];
            }
        }
    }

    /// @dev Carries the words of one hub to another, by a quorum or as a peer's message.
    function _copyWords(uint256 from, uint256 to, bool isDirect) private {
        bytes memory entries;
        for (uint8 market; market < REGISTERED_MARKETS; ++market) {
            entries = bytes.concat(entries, _pack(market, hubs[from].meshWord(market)));
        }
        if (!isDirect) {
            _inject(to, from, PayloadLib.packMessage(hubs[from].seq(), entries));
            return;
        }
        Directive memory directive = Directive(bytes32("settle"), uint64(timeAt(to) + 600), entries);
        _submit(to, SignedDirective(directive, _sign(directive, 2, 0), 2));
    }

    /* WHAT THE MODEL IS TOLD */

    /// @dev Reads a message as the page of the protocol says, without {PayloadLib}.
    function _mergeMessage(uint256 to, bytes memory message) private {
        bool isHeartbeat = message.length >= 10 && message[1] & 0x01 != 0;
        uint256 header = isHeartbeat ? 42 : 10;
        bool isReadable =
            message.length >= header && (message.length - header) % 33 == 0 && message.length <= header + 32 * 33;
        if (!isReadable || message[0] != 0x02) {
            _note("message refused");
            return;
        }
        _mergeEntries(to, message, header, MeshModel.Reading(MeshModel.Pair(3, 4), timeAt(to), false));
    }

    function _mergeEntries(uint256 to, bytes memory packed, uint256 at, MeshModel.Reading memory reading) private {
        for (; at < packed.length; at += 33) {
            uint8 market = uint8(packed[at]);
            if (market >= REGISTERED_MARKETS) continue;
            uint256[8] memory stamps;
            for (uint256 lane; lane < 8; ++lane) {
                for (uint256 n; n < 4; ++n) {
                    stamps[lane] = stamps[lane] * 256 + uint8(packed[at + 1 + lane * 4 + n]);
                }
            }
            model.merge(to, market, stamps, reading);
        }
    }

    /* COMPARISON */

    function _compare(View[HUBS] memory before, bool isLift) private {
        View[HUBS] memory current = _viewAll();
        for (uint256 i; i < HUBS; ++i) {
            for (uint8 market; market < REGISTERED_MARKETS; ++market) {
                Rungs seen = current[i].posture.own(market);
                bool keptMesh = _keeps(before[i].mesh[market], current[i].mesh[market]);
                bool keptLocal = _keeps(before[i].local[market], current[i].local[market]);
                bool isLoosened = before[i].posture.own(market).exceeds(seen) && !isLift;
                if (!keptMesh || !keptLocal || isLoosened) ++violations[10];
                _checkHeld(i, market, seen);
                _noteHalts(i, market, timeAt(i));
            }
        }
    }

    function _keeps(Word before, Word current) private pure returns (bool) {
        for (uint256 lane; lane < 8; ++lane) {
            if (current.lane(lane) < before.lane(lane)) return false;
        }
        return true;
    }

    /// @dev P2: every rung whose lease has not ended, and which the council has not voided, is in the posture; a halt
    /// only while its budget lasts.
    function _checkHeld(uint256 i, uint8 market, Rungs seen) private {
        MeshModel.Pair memory held = model.allowed(i, market, timeAt(i));
        if (seen.breaker() < held.breaker || seen.margin() < held.margin) ++violations[2];
    }

    /* P8: WHAT VENUES SAW */

    function _isHalted(uint256 i, uint8 market) private view returns (bool) {
        return hubs[i].postureNow().isHalted(market);
    }

    /// @dev Written down from the posture alone, whatever model and ledger say.
    function _noteHalts(uint256 i, uint8 market, uint256 now_) private {
        Span[] storage halts = _halts[i][market];
        bool isRunning = halts.length != 0 && halts[halts.length - 1].end == 0;
        if (_isHalted(i, market) && !isRunning) halts.push(Span(now_, 0));
        if (!_isHalted(i, market) && isRunning) halts[halts.length - 1].end = now_;
    }

    /// @dev How long nobody had lifted `market`, when somebody does and it is halted.
    function _noteWait(uint256 i, uint8 market, uint256 now_) private {
        Span[] storage halts = _halts[i][market];
        if (_isHalted(i, market) && halts.length != 0) {
            uint256 start = halts[halts.length - 1].start;
            uint256 waited = now_ - (start > _liftedAt[i][market] ? start : _liftedAt[i][market]);
            if (waited > longestWait[i][market]) longestWait[i][market] = waited;
        }
        _liftedAt[i][market] = now_;
    }

    function _haltedWithin(uint256 i, uint8 market, uint256 now_) private view returns (uint256 total) {
        Span[] storage halts = _halts[i][market];
        for (uint256 n; n < halts.length; ++n) {
            uint256 start = halts[n].start > now_ - 30 days ? halts[n].start : now_ - 30 days;
            uint256 end = halts[n].end == 0 ? now_ : halts[n].end;
            if (end > start) total += end - start;
        }
    }

    function _areEqual() private view returns (bool) {
        return hubs[0].meshDigest() == hubs[1].meshDigest() && hubs[1].meshDigest() == hubs[2].meshDigest();
    }

    function _viewAll() private view returns (View[HUBS] memory views) {
        for (uint256 i; i < HUBS; ++i) {
            for (uint8 market; market < REGISTERED_MARKETS; ++market) {
                views[i].mesh[market] = hubs[i].meshWord(market);
                views[i].local[market] = hubs[i].localWord(market);
            }
            views[i].posture = hubs[i].postureNow();
        }
    }

    function _note(bytes32 what) private {
        ++happened[what];
    }

    function _pairOf(Rungs rungs) private pure returns (MeshModel.Pair memory) {
        return MeshModel.Pair(rungs.breaker(), rungs.margin());
    }

    function _wordAt(bytes memory data, uint256 at) private pure returns (bytes32 word) {
        for (uint256 n; n < 32; ++n) {
            word |= bytes32(data[at + n]) >> (n * 8);
        }
    }

    /* WHAT THE TEST READS */

    function hub(uint256 i) external view returns (IncidentHub) {
        return hubs[i];
    }

    function ghost() external view returns (MeshModel) {
        return model;
    }
}
