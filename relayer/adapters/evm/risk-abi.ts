import { Interface } from "ethers";

<<<<<<<< HEAD:relayer/adapters/evm/risk-abi.ts
const PARAMS =
  "tuple(uint128 lotE18, uint32 initialPpm, uint96 openInterestLow, uint96 openInterestHigh, uint96 openInterestCap, uint96 concentrationUnits, uint8 assetClass, uint32 fillBandPpm, uint32 saneBandPpm, uint32 takerFeePpm, uint32 makerFeePpm, uint32 fundSharePpm, uint32 fundingCapPpm, uint32 discountLowPpm, uint32 discountHighPpm, uint32 liquidationFeePpm, uint32 closePpm, uint32 throttlePpm, uint32 haircutCapPpm, uint32 fundDrawPpm, uint32 sharedDrawPpm)";

/** What the relayer uses of the clearing house. A test compares it, fragment by fragment, with the compiled interface. */
export const RISK_ABI = [
  "event MarketListed(uint8 indexed market, uint256 priceX32, uint8 firstOctave)",
  `event MarketSet(uint8 indexed market, ${PARAMS} params)`,
  "event Deposited(address indexed account, address indexed from, uint256 units)",
  "event Withdrawn(address indexed account, address indexed to, uint256 units)",
  "event Contributed(uint8 indexed market, address indexed from, uint256 units)",
========
/**
 * The events of the reference venue that change open interest. A test compares them, fragment by fragment, with the
 * compiled interfaces.
 */
export const VENUE_ABI = [
>>>>>>>> main:relayer/adapters/evm/venue-abi.ts
  "event Traded(address indexed account, uint8 indexed market, bytes32 indexed orderHash, int256 sizeFine, uint256 priceX32, int256 cashFine, uint256 feeUnits)",
  "event Liquidated(address indexed account, uint8 indexed market, address indexed liquidator, int256 sizeFine, uint256 priceX32, uint256 feeUnits)",
  "event Defaulted(address indexed account, uint256 deficitFine)",
  "event TornUp(uint8 indexed market, bool isLongSide, uint256 number, int256 mark, uint256 indexBefore, uint256 indexAfter, uint256 cut, uint256 takenFine, uint256 sizeFine)",
] as const;

<<<<<<<< HEAD:relayer/adapters/evm/risk-abi.ts
export const venueInterface = new Interface(RISK_ABI);

/** From a volatility sensor: the margin that it publishes. */
export const volatilityInterface = new Interface([
  "function reading(uint8 market) view returns (tuple(uint256 fastE18, uint256 middleE18, uint256 slowE18, uint256 forecastE18, uint256 marginE6, uint8 rung, uint64 publishTime))",
]);
========
export const venueInterface = new Interface(VENUE_ABI);
>>>>>>>> main:relayer/adapters/evm/venue-abi.ts
