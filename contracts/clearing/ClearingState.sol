// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {PostureGuard} from "../guard/PostureGuard.sol";
import {Assessment, ExitTerms, FundTerms, WorstAccount} from "../interfaces/IClearingFunds.sol";
import {Envelope, IClearingMarkets, MarketParams, Ramp} from "../interfaces/IClearingMarkets.sol";
import {DeleveragingMode} from "../interfaces/IDeleveraging.sol";
import {IOutflowSensor} from "../interfaces/IOutflowSensor.sol";
import {IPosture} from "../interfaces/IPosture.sol";
import {IPriceAggregator} from "../interfaces/IPriceAggregator.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {Book} from "./book/Book.sol";
import {Limiter} from "./book/Limiter.sol";
import {Position} from "./book/Position.sol";

/// @notice What a deployment of the clearing house never changes.
struct ClearingSetup {
    IPosture hub;
    IPriceAggregator prices;
    IERC20 collateral;
    address owner;
}

/// @title ClearingState
/// @notice All storage of the clearing house, and nothing else. Modules hold none, so that the house and what it
/// delegates to agree on every slot.
abstract contract ClearingState is PostureGuard, Ownable, ReentrancyGuardTransient {
    /// @dev Tokens of more decimals are counted in units of several base units.
    uint8 internal constant UNIT_DECIMALS_MAX = 12;

    struct Account {
        // Fine cash. Less than zero while profit of positions covers it.
        int256 cash;
        // One bit a market in which a position is held.
        uint32 open;
        // One bit a market that is settled and owes the account something.
        uint32 claims;
        // Nobody's: what of a defaulter could not be closed, see {Waterfall}.
        bool isEstate;
    }

    /// @dev Four slots.
    struct Clock {
        // Average price over time, with 32 binary places.
        uint96 average;
        uint40 averageAt;
        // Average of how far fills were from the mark, in parts per million.
        int32 premiumPpm;
        uint40 premiumAt;
        uint40 accruedAt;
        // Unix seconds since when the market is halted, 0 if it is not.
        uint40 haltedSince;
        uint40 graceUntil;
        // Entries of the halt log walked.
        uint32 haltsSeen;
        // Block of the last liquidation and the fine size taken in it.
        uint64 throttleBlock;
        uint192 throttleSize;
        // The price last seen, which counts for as long as no other is; and the average over a day.
        uint96 last;
        uint96 longAverage;
    }

    /// @dev Most that deleveraging takes while an envelope says so. One slot.
    struct Budget {
        uint96 units;
        uint96 taken;
        uint64 until;
    }

    /// @dev A market that is wound down. Claims are counted in quanta of 2^72 of fine cash, see {Settlement}.
    struct Closing {
        // Zero while the market trades.
        uint96 priceX32;
        bool isConcluded;
        // Quanta of all claims.
        uint256 claims;
        // Fine cash that debtors could not pay.
        uint256 deficit;
        // Fine cash that a quantum brings.
        uint256 rate;
    }

    struct Market {
        Book book;
        Clock clock;
        MarketParams params;
        Ramp ramp;
        Envelope envelope;
        // Fine cash of its insurance fund, and what it has drawn of it and of the shared one.
        uint256 fund;
        uint256 shortfall;
        Limiter fundDrawn;
        Limiter sharedDrawn;
        Budget budget;
        Closing closing;
        DeleveragingMode mode;
        // side => accounts that may be asked first
        mapping(bool isLong => address[]) nominees;
    }

    /// @dev Which markets are halted from a time on: bit m for market m. One slot, for the hub gives a mirror little gas.
    struct HaltEntry {
        uint32 markets;
        uint64 at;
    }

    struct OrderState {
        uint64 filled;
        bool isDead;
    }

    /// @dev What belongs to an insurance fund besides its money.
    struct FundState {
        address vault;
        FundTerms terms;
        Limiter left;
        Limiter moved;
        // The two worst accounts known: when the price falls, and when it rises.
        WorstAccount[2][2] worstKnown;
        Assessment assessment;
    }

    IERC20 internal immutable _collateral;
    IPriceAggregator internal immutable _aggregator;
    uint8 internal immutable _unitDecimals;
    uint256 internal immutable _tokenPerUnit;

    /// @dev market => all of it. Market 0 holds the shared fund and is never traded.
    mapping(uint8 market => Market) internal _markets;
    /// @dev account => cash and where it has positions
    mapping(address account => Account) internal _accounts;
    mapping(address account => mapping(uint8 market => Position)) internal _positions;
    mapping(address trader => mapping(uint64 nonce => OrderState)) internal _orders;
    /// @dev trader => nonces below are dead
    mapping(address trader => uint64) internal _nonceFloors;
    HaltEntry[] internal _haltLog;
    uint256 internal _units;
    /// @dev Fine cash of fees not collected yet.
    uint256 internal _fees;
    Limiter internal _withdrawn;
    /// @dev Indexed by breaker rung.
    uint32[4] internal _withdrawalLimits;
    uint32[8] internal _classOffsets;
    address internal _envelopeSetter;
    /// @dev account => market => quanta of its claim
    mapping(address account => mapping(uint8 market => uint256)) internal _claims;
    /// @dev market => its fund's vault, terms and assessment; 0 is the shared one
    mapping(uint8 market => FundState) internal _funds;
    ExitTerms internal _exitTerms;
    address internal _insuranceMover;
    IOutflowSensor internal _flowSensor;
    /// @dev Markets that are wound down and not concluded.
    uint8 internal _closings;
    /// @dev Estates formed so far.
    uint64 internal _estates;

    constructor(ClearingSetup memory setup) PostureGuard(setup.hub) Ownable(setup.owner) {
        uint8 decimals = IERC20Metadata(address(setup.collateral)).decimals();
        (_collateral, _aggregator) = (setup.collateral, setup.prices);
        _unitDecimals = decimals < UNIT_DECIMALS_MAX ? decimals : UNIT_DECIMALS_MAX;
        _tokenPerUnit = 10 ** (decimals - _unitDecimals);
    }

    function _listed(uint8 market) internal view returns (Market storage entry) {
        entry = _markets[market];
        if (entry.params.lotE18 == 0) revert IClearingMarkets.ClearingMarkets_NotListed(market);
    }

    /// @dev Listed, and not wound down.
    function _trading(uint8 market) internal view returns (Market storage entry) {
        entry = _listed(market);
        if (_isClosing(entry)) revert ISettlement.Settlement_Closed(market);
    }

    /// @dev Wound down, and the haircut not known yet: its fund, and the shared one, still stand behind what debtors owe.
    function _isSettling(Market storage entry) internal view returns (bool) {
        return _isClosing(entry) && !entry.closing.isConcluded;
    }

    function _isClosing(Market storage entry) internal view returns (bool) {
        return entry.closing.priceX32 != 0;
    }
}
