import { Interface } from "ethers";

const PARAMS =
  "tuple(uint128 lotE18, uint32 initialPpm, uint96 openInterestLow, uint96 openInterestHigh, uint96 openInterestCap, uint96 concentrationUnits, uint8 assetClass, uint32 fillBandPpm, uint32 saneBandPpm, uint32 takerFeePpm, uint32 makerFeePpm, uint32 fundSharePpm, uint32 fundingCapPpm, uint32 discountLowPpm, uint32 discountHighPpm, uint32 liquidationFeePpm, uint32 closePpm, uint32 throttlePpm, uint32 haircutCapPpm, uint32 fundDrawPpm, uint32 sharedDrawPpm, uint40 minimumLots)";

/** What the relayer uses of the clearing house. A test compares it, fragment by fragment, with the compiled interface. */
export const VENUE_ABI = [
  "event MarketListed(uint8 indexed market, uint256 priceX32, uint8 firstOctave)",
  `event MarketSet(uint8 indexed market, ${PARAMS} params)`,
  "event Deposited(address indexed account, address indexed from, uint256 units)",
  "event Withdrawn(address indexed account, address indexed to, uint256 units)",
  "event Contributed(uint8 indexed market, address indexed from, uint256 units)",
  "event Traded(address indexed account, uint8 indexed market, bytes32 indexed orderHash, int256 sizeFine, uint256 priceX32, int256 cashFine, uint256 feeUnits)",
  "event Liquidated(address indexed account, uint8 indexed market, address indexed liquidator, int256 sizeFine, uint256 priceX32, uint256 feeUnits)",
  "event Settled(address indexed account, uint8 indexed market, int256 cashFine, uint256 sizeFine, uint32 seen)",
  "event Defaulted(address indexed account, uint256 deficitFine)",
  "event EstateFormed(address indexed account, address indexed estate, uint32 markets, int256 cashFine)",
  "event EstateClosed(address indexed estate, int256 cashFine)",
  "event EstateSwept(address indexed estate, uint256 fine)",
  "event FundPaidIn(uint8 indexed market, uint256 units)",
  "event FundPaidOut(uint8 indexed market, uint256 units)",
  "event InsuranceMoved(uint8 indexed from, uint8 indexed to, uint256 units, address mover)",
  "event Rebated(address indexed account, uint8 indexed market, uint256 units)",
  "event KeeperRewarded(uint8 indexed market, address indexed keeper, uint256 units)",
  "event FundDrawn(uint8 indexed market, bool isShared, uint256 fine)",
  "event TornUp(uint8 indexed market, bool isLongSide, uint256 number, int256 mark, uint256 indexBefore, uint256 indexAfter, uint256 cut, uint256 takenFine, uint256 sizeFine)",
  "event RankedTaken(uint8 indexed market, address indexed account, uint256 rankPpm, uint256 sizeFine, uint256 priceX32, uint256 takenFine)",
  "event LossSocialised(uint8 indexed market, uint256 takenFine, uint256 uncoveredFine)",
  "event ShortfallRepaid(uint8 indexed market, uint256 fine)",
  "event FundingAccrued(uint8 indexed market, int256 funding, uint256 runningSeconds)",
  "event MarketClosed(uint8 indexed market, uint256 priceX32)",
  "event PositionSettled(address indexed account, uint8 indexed market, int256 cashFine, uint256 quanta)",
  "event SettlementDeficit(uint8 indexed market, address indexed account, uint256 fine)",
  "event DustSwept(uint8 indexed market, int256 cashFine)",
  "event SettlementConcluded(uint8 indexed market, uint256 claimsFine, uint256 payableFine, uint256 uncoveredFine)",
  "event ClaimPaid(address indexed account, uint8 indexed market, uint256 fine)",
  "function reportOf(uint8 market) view returns (tuple(uint256 openInterest, int256 skewFine, uint256 insurance, uint256 shortfall, uint256 priceX32))",
  "function fundOf(uint8 market) view returns (uint256 fine)",
  "function shortfallOf(uint8 market) view returns (uint256 fine)",
  "function standing(address account) view returns (tuple(int256 equityFine, int256 cashFine, uint256 initialUnits, uint256 maintenanceUnits))",
] as const;

export const venueInterface = new Interface(VENUE_ABI);

/** From a volatility sensor: the margin that it publishes. */
export const volatilityInterface = new Interface([
  "function reading(uint8 market) view returns (tuple(uint256 fastE18, uint256 middleE18, uint256 slowE18, uint256 forecastE18, uint256 marginE6, uint8 rung, uint64 publishTime))",
]);

/**
 * The house's other events, and why nothing that is rebuilt follows from them. A test holds that every event of the
 * compiled house is either understood or stands here.
 */
export const IRRELEVANT_EVENTS: Readonly<Record<string, string>> = {
  Assessed: "what an assessment came to; it moves nothing",
  Cancelled: "an order that was not filled",
  ClassOffsetSet: "margin requirements, which are not rebuilt",
  CoverCrossed: "what an assessment came to; it moves nothing",
  DeleveragingBudgetSet: "bounds what a later deleveraging takes, and that tells what it took",
  DeleveragingModeSet: "chooses who is asked, and who was tells what was taken",
  EIP712DomainChanged: "the domain of orders",
  EnvelopeSet: "bounds what later fills may do, and those tell what they did",
  EnvelopeSetterSet: "a role",
  ExitTermsSet: "bounds what a vault may take out later, and that is told",
  FeesCollected: "the venue's own fees, which are no account's and no fund's",
  FlowSensorSet: "whom flows are reported to",
  FlowUnreported: "a sensor that failed; the flow itself is told",
  FundTermsSet: "bounds what rebates, rewards and moves may be later, and those are told",
  HaltsSeen: "when clocks stood still; what they have accrued is told",
  InsuranceMoverSet: "a role",
  MaintenanceRamped: "margin requirements, which are not rebuilt",
  MatchRefused: "a fill that was not made",
  Nominated: "who may be asked, and who was tells what was taken",
  NonceFloorRaised: "orders that were not filled",
  OwnershipTransferred: "a role",
  VaultSet: "whose payments into a fund are taken, and those are told",
  WithdrawalLimitsSet: "bounds what may leave, and what left is told",
  WorstNamed: "who is looked at in an assessment; it moves nothing",
};
