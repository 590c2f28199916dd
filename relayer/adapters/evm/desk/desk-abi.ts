import { Interface } from "ethers";

const LIMITS = "tuple(uint96 leastUnits, uint96 mostUnits, uint96 mostUnitsDaily, uint32 mostSeconds)";
const ENVELOPE = "tuple(uint96 openInterestCap, uint96 globalOpenInterest, uint64 until)";
const REPORT = `tuple(bool isSetter, bool isMover, ${LIMITS} capLimits, ${LIMITS} budgetLimits, ${LIMITS} moveLimits, uint256 movable, uint256 moves, uint96 governedCap, ${ENVELOPE} envelope, uint256 budgetLeft, uint64 budgetUntil, uint32 movePpm, uint96 floorUnits)`;
const INSTRUCTION =
  "tuple(bytes32 decision, bytes32 operation, uint64 deadline, uint8 kind, uint8 market, uint8 toMarket, uint64 until, uint96 globalOpenInterest, tuple(uint32 eid, uint96 units)[] allotments)";

/** What the relayer uses of the operators' desk. A test compares it with the compiled interface. */
export const DESK_ABI = [
  `function execute(${INSTRUCTION} instruction, bytes signatures)`,
  `function deskReport(uint8 market) view returns (${REPORT} report)`,
  "function isUsed(bytes32 operation) view returns (bool)",
] as const;

export const deskInterface = new Interface(DESK_ABI);
