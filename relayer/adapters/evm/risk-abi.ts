import { Interface } from "ethers";

const PARAMS =
  "tuple(uint128 lotE18, uint32 initialPpm, uint96 openInterestLow, uint96 openInterestHigh, uint96 openInterestCap, uint96 concentrationUnits, uint8 assetClass, uint32 fillBandPpm, uint32 saneBandPpm, uint32 takerFeePpm, uint32 makerFeePpm, uint32 fundSharePpm, uint32 fundingCapPpm, uint32 discountLowPpm, uint32 discountHighPpm, uint32 liquidationFeePpm, uint32 closePpm, uint32 throttlePpm, uint32 haircutCapPpm, uint32 fundDrawPpm, uint32 sharedDrawPpm, uint40 minimumLots)";

/** What the relayer uses of the clearing house. A test compares it, fragment by fragment, with the compiled interface. */
export const RISK_ABI = [
  "event MarketListed(uint8 indexed market, uint256 priceX32, uint8 firstOctave)",
  `event MarketSet(uint8 indexed market, ${PARAMS} params)`,
  "event Deposited(address indexed account, address indexed from, uint256 units)",
  "event Withdrawn(address indexed account, address indexed to, uint256 units)",
  "event Contributed(uint8 indexed market, address indexed from, uint256 units)",
  "event Traded(address indexed account, uint8 indexed market, bytes32 indexed orderHash, int256 sizeFine, uint256 priceX32, int256 cashFine, uint256 feeUnits)",
  "event Liquidated(address indexed account, uint8 indexed market, address indexed liquidator, int256 sizeFine, uint256 priceX32, uint256 feeUnits)",
  "event Settled(address indexed account, uint8 indexed market, int256 cashFine, uint256 sizeFine, uint32 seen)",
  "event Defaulted(address indexed account, uint256 deficitFine)",
  "event FundPaidIn(uint8 indexed market, uint256 units)",
  "event FundPaidOut(uint8 indexed market, uint256 units)",
  "event InsuranceMoved(uint8 indexed from, uint8 indexed to, uint256 units, address mover)",
  "event Rebated(address indexed account, uint8 indexed market, uint256 units)",
  "event KeeperRewarded(uint8 indexed market, address indexed keeper, uint256 units)",
  "event FundDrawn(uint8 indexed market, bool isShared, uint256 fine)",
  "event TornUp(uint8 indexed market, bool isLongSide, uint256 number, int256 mark, uint256 indexBefore, uint256 indexAfter, uint256 cut, uint256 takenFine, uint256 sizeFine)",
  "event LossSocialised(uint8 indexed market, uint256 takenFine, uint256 uncoveredFine)",
  "event ShortfallRepaid(uint8 indexed market, uint256 fine)",
  "event FundingAccrued(uint8 indexed market, int256 funding, uint256 runningSeconds)",
  "function reportOf(uint8 market) view returns (tuple(uint256 openInterest, int256 skewFine, uint256 insurance, uint256 shortfall, uint256 priceX32))",
  "function fundOf(uint8 market) view returns (uint256 fine)",
  "function shortfallOf(uint8 market) view returns (uint256 fine)",
  "function standing(address account) view returns (tuple(int256 equityFine, int256 cashFine, uint256 initialUnits, uint256 maintenanceUnits))",
] as const;

export const venueInterface = new Interface(RISK_ABI);

/** From a volatility sensor: the margin that it publishes. */
export const volatilityInterface = new Interface([
  "function reading(uint8 market) view returns (tuple(uint256 fastE18, uint256 middleE18, uint256 slowE18, uint256 forecastE18, uint256 marginE6, uint8 rung, uint64 publishTime))",
]);
