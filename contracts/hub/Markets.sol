// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IIncidentState} from "../interfaces/IIncidentState.sol";
import {HaltLedger, HaltLedgerLib} from "../types/HaltLedger.sol";
import {Leases} from "../types/Leases.sol";
import {MARKETS, Posture} from "../types/Posture.sol";
import {HALTED, Rungs} from "../types/Rungs.sol";
import {Status} from "../types/Status.sol";
import {Word, WordLib} from "../types/Word.sol";
import {PostureStore} from "./PostureStore.sol";

/// @title Markets
/// @notice What is stored of each market, and how it is read.
abstract contract Markets is PostureStore {
    /* STORAGE */

    /// @dev Four slots, none of them zero once the market is registered.
    struct MarketState {
        // Word that all deployments share.
        Word mesh;
        // Word of this chain alone.
        Word local;
        // Mesh word as other chains were last told, unless the status says that it is outdated: it is written only when the
        // mesh word changes while it counts, so that sending writes nothing here.
        Word sent;
        // How long the market was halted lately.
        HaltLedger ledger;
    }

    Leases private immutable LEASES;

    /// @dev By market.
    MarketState[MARKETS] private _markets;

    /* CONSTRUCTOR */

    constructor(Leases leases_) {
        leases_.validate();
        LEASES = leases_;
    }

    /* GOVERNANCE */

    /// @inheritdoc IIncidentState
    function registerMarket(uint8 market) external onlyGovernance {
        Posture before = postureNow();
        bool comesTooEarly = market != 0 && !before.isRegistered(0);
        if (market >= MARKETS || comesTooEarly || before.isRegistered(market)) {
            revert IncidentState_CannotRegister(market);
        }
        MarketState storage state = _markets[market];
        Word blank = WordLib.REGISTERED;
        (state.mesh, state.local, state.sent) = (blank, blank, blank);
        state.ledger = HaltLedgerLib.blank(block.timestamp);
        Posture registered = before.registered(market);
        _setPosture(registered);
        emit MarketRegistered(_nextSeq(), market, registered);
        _push();
    }

    /* VIEWS */

    /// @inheritdoc IIncidentState
    function meshWord(uint8 market) external view returns (Word) {
        return _markets[market].mesh;
    }

    /// @inheritdoc IIncidentState
    function localWord(uint8 market) external view returns (Word) {
        return _markets[market].local;
    }

    /// @inheritdoc IIncidentState
    function leases() public view returns (Leases) {
        return LEASES;
    }

    /// @inheritdoc IIncidentState
    function meshDigest() external view returns (bytes32) {
        (Word[] memory words, ) = _words();
        return keccak256(abi.encodePacked(words));
    }

    /// @inheritdoc IIncidentState
    function snapshot()
        external
        view
        returns (Word[] memory meshWords, Word[] memory localWords, Posture posture_, uint64 seq_)
    {
        (meshWords, localWords) = _words();
        (posture_, seq_) = (postureNow(), seq());
    }

    function _words() private view returns (Word[] memory mesh, Word[] memory local) {
        (mesh, local) = (new Word[](MARKETS), new Word[](MARKETS));
        for (uint256 market; market < MARKETS; ++market) {
            MarketState storage state = _markets[market];
            (mesh[market], local[market]) = (state.mesh, state.local);
        }
    }

    /* INTERNAL */

    /// @param market Below {MARKETS}, as every registered one is: it is not checked again.
    function _at(uint256 market) internal pure returns (MarketState storage state) {
        assembly ("memory-safe") {
            // Four slots each.
            state.slot := add(_markets.slot, shl(2, market))
        }
    }

    function _registered(uint8 market) internal view returns (MarketState storage state, Posture current) {
        current = postureNow();
        if (!current.isRegistered(market)) revert IncidentState_UnknownMarket(market);
        state = _at(market);
    }

    /// @dev The rungs that the words of a market hold now.
    function _inForce(MarketState storage state) internal view returns (Rungs) {
        Leases leases_ = LEASES;
        Rungs mesh = state.mesh.inForce(leases_, block.timestamp);
        return mesh.join(state.local.inForce(leases_, block.timestamp));
    }

    /// @dev The newest halted stamp of the words of a market.
    function _haltedAt(MarketState storage state) internal view returns (uint64) {
        // A lane has 32 bits.
        return uint64(state.mesh.merge(state.local).lane(HALTED));
    }

    function _meshOf(uint256 market) internal view returns (Word) {
        return _markets[market].mesh;
    }

    function _sentOf(uint256 market) internal view returns (Word) {
        return _markets[market].sent;
    }

    /// @dev Before an assertion changes the mesh word of `market`: it has to travel, now or later.
    function _dirty(Status status, uint8 market, MarketState storage state) internal returns (Status) {
        // Peers know of no later stamps than those.
        if (state.mesh.isHalfGone(LEASES, block.timestamp)) return status.unheard(market);
        if (status.isTold(market)) status = _keepSent(status, market, state);
        return status.dirtied(market);
    }

    /// @dev Before anything changes the mesh word of `market`, when that is what peers know: it is written down. Not when it
    /// no longer counts: what is written is older, and says the same.
    function _keepSent(Status status, uint8 market, MarketState storage state) internal returns (Status) {
        Word known = state.mesh;
        if (!known.isHalfGone(LEASES, block.timestamp)) state.sent = known;
        return status.updated(market);
    }
}
