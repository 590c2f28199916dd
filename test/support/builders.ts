import { eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import { packLeases } from "../../relayer/domain/incident/leases.ts";
import type { Limits } from "../../relayer/domain/incident/limits.ts";
import { MARKETS, type Posture, posture, withRegistered } from "../../relayer/domain/incident/posture.ts";
import { type Rungs, rungsOf } from "../../relayer/domain/incident/rungs.ts";
import { EMPTY_WORD, REGISTERED_WORD, type Word, singleLane } from "../../relayer/domain/incident/word.ts";
import type { BlockRef } from "../../relayer/domain/world/block.ts";
import type { HubState } from "../../relayer/domain/world/hub-state.ts";

/** 2023-11-14 22:13:20 UTC: a time that is easy to add to. */
export const T0 = 1_700_000_000;
export const HOUR = 3_600;

export const LEASE_SECONDS = {
  caution: 12 * HOUR,
  reduceOnly: 3 * HOUR,
  halted: HOUR,
  m1: 24 * HOUR,
  m2: 8 * HOUR,
  m3: 3 * HOUR,
  m4: HOUR,
};
export const LEASES = packLeases(LEASE_SECONDS);

export const OPERATORS: readonly Hex[] = [1, 2, 3].map((n) => hexOfInteger(BigInt(n), 20));
export const SENSOR: Hex = hexOfInteger(0x5e50n, 20);

export const LIMITS: Limits = {
  peerCeiling: rungs(3, 4),
  soloCeiling: rungs(2, 2),
  quorumCeiling: rungs(3, 4),
  quorum: 2,
};

/** The pair, which the test promises is on the ladders. */
export function rungs(breaker: number, margin: number): Rungs {
  const pair = rungsOf(breaker, margin);
  if (pair === null) throw new TypeError(`(${breaker}, ${margin}) is off the ladder`);
  return pair;
}

export const HALTED_M4 = rungs(3, 4);

const LANES = ["voidBefore", "caution", "reduceOnly", "halted", "m1", "m2", "m3", "m4"] as const;

/** A word from its lanes by name. */
export function aWord(lanes: Partial<Record<(typeof LANES)[number], number>>): Word {
  return LANES.reduce((bits, lane, index) => bits | singleLane(index, lanes[lane] ?? 0), 0n) as Word;
}

/** A registered market's word with these lanes. */
export function aMarketWord(lanes: Parameters<typeof aWord>[0]): Word {
  return aWord({ voidBefore: 1, ...lanes });
}

/** A block whose hash says which fork and number it is. */
export function aBlock(
  number: number,
  options: { fork?: number; timestamp?: number; parentFork?: number } = {},
): BlockRef {
  const { fork = 0, timestamp = T0 + number, parentFork = fork } = options;
  return { number, hash: blockHash(number, fork), parentHash: blockHash(number - 1, parentFork), timestamp };
}

export function blockHash(number: number, fork: number): Hex {
  return hexOfInteger((BigInt(fork) << 64n) | BigInt.asUintN(64, BigInt(number)), 32);
}

/** A calm hub with `markets` registered; give what differs. */
export function aHubState(differs: Partial<HubState> = {}, markets: readonly number[] = [0, 1]): HubState {
  const words = Array.from({ length: MARKETS }, (_, market) =>
    markets.includes(market) ? REGISTERED_WORD : EMPTY_WORD,
  );
  return {
    seq: 10,
    meshWords: words,
    localWords: words,
    posture: postureOf(markets),
    leases: LEASES,
    limits: LIMITS,
    operators: OPERATORS,
    ...differs,
  };
}

export function postureOf(markets: readonly number[]): Posture {
  return markets.reduce(withRegistered, posture(0n));
}

/** The words of a hub whose market 1 is `word`. */
export function wordsWith(word: Word, market = 1): readonly Word[] {
  return aHubState().meshWords.with(market, word);
}

export const EIDS = [50901, 50902, 50903, 50904, 50905].map(eid);
