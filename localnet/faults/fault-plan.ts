import { id } from "ethers";

import type { MessagingFaultName } from "./fault-names.ts";

/** Names a packet by its place, so that a seed means the same faults whatever the contracts' addresses are. */
export interface PacketPlace {
  readonly srcEid: number;
  readonly dstEid: number;
  /** Counted from 1 on each pathway. */
  readonly nonce: bigint;
}

/** What is done to one packet. */
export interface PacketFaults {
  /** The executor never delivers it. It is still committed, so that later ones are not blocked. */
  readonly isDropped: boolean;
  /** Once delivered, everything is tried a second time. */
  readonly isDuplicated: boolean;
  /** Wall time that both DVNs wait for. */
  readonly delayMs: number;
  /** Executed in the order of {@link FaultPlan.shuffle} among its neighbours. */
  readonly isReordered: boolean;
  /** The second DVN verifies nothing. */
  readonly isWithheld: boolean;
  /** The first DVN verifies another payload first. */
  readonly isForged: boolean;
}

/** Decides, from a seed alone, what goes wrong. Pure: the same question has the same answer, in any order. */
export interface FaultPlan {
  readonly seed: number;
  readonly names: ReadonlySet<MessagingFaultName>;
  decide(packet: PacketPlace): PacketFaults;
  /** `items` of one pathway in the order in which to execute them: never the given one where there are several. */
  shuffle<T>(items: readonly T[], placeOf: (item: T) => PacketPlace): T[];
}

const DROP_SHARE = 0.5;
const DELAY_MIN_MS = 200;
const DELAY_MAX_MS = 1_500;

/** The plan of `seed` with the faults `names`; none of them is a network where nothing goes wrong. */
export function createFaultPlan(seed: number, names: Iterable<MessagingFaultName>): FaultPlan {
  const active = new Set(names);
  const drawFor = (purpose: string, { srcEid, dstEid, nonce }: PacketPlace) =>
    draw(`${seed}/${purpose}/${srcEid}/${dstEid}/${nonce}`);
  return {
    seed,
    names: active,
    decide: (packet) => ({
      isDropped: active.has("drop") && (packet.nonce === 1n || drawFor("drop", packet) < DROP_SHARE),
      isDuplicated: active.has("duplicate"),
      delayMs: active.has("delay") ? delayOf(drawFor("delay", packet)) : 0,
      isReordered: active.has("reorder"),
      isWithheld: active.has("withhold"),
      isForged: active.has("forge"),
    }),
    shuffle(items, placeOf) {
      const shuffled = items
        .map((item) => ({ item, rank: drawFor("reorder", placeOf(item)) }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item);
      const isUnchanged = shuffled.every((item, index) => item === items[index]);
      return isUnchanged ? shuffled.reverse() : shuffled;
    },
  };
}

function delayOf(share: number): number {
  return Math.floor(DELAY_MIN_MS + share * (DELAY_MAX_MS - DELAY_MIN_MS + 1));
}

/** A number in [0, 1) that is a function of `key`: the top 52 bits of its hash, which a double holds exactly. */
function draw(key: string): number {
  return Number(BigInt(id(key)) >> 204n) / 2 ** 52;
}
