import { Interface } from "ethers";

/** What keepers call and read. A test holds it against the compiled contracts. */
export const ERRAND_ABI = [
  "function broadcast()",
  "function lift(uint8 market) returns (uint8 inForce)",
  "function poke(uint8 market) returns (uint8 asserted)",
  "function reportSilence(uint32 eid) returns (uint8 asserted)",
  "function lastAsserted(uint8 market) view returns (uint8 rungs, uint64 at)",
  "function broadcastDue() view returns (uint32 markets, bool isHeartbeat)",
  "function postureNow() view returns (uint256)",
  "function perform(address target, bytes data) returns (uint256 paid)",
  "function jobOf(address target, bytes4 selector) view returns (tuple(bool isActive, bool isUrgent, uint8 keyWord, uint8 hubWord, uint32 gasCap, uint32 overheadGas, uint32 repeatSeconds, uint32 refreshSeconds, uint96 perDay))",
] as const;

/** What the silence sensor says of itself: the market that it asserts on comes first. */
export const SILENCE_ABI = [
  "function parameters() view returns (tuple(uint8 market, uint24 silenceSeconds, uint8 rungs))",
] as const;

export const errandInterface = new Interface(ERRAND_ABI);
export const silenceInterface = new Interface(SILENCE_ABI);
