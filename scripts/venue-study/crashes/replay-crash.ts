import { network } from "hardhat";

import type { Tick } from "../../sensor-study/data/read-series.ts";
import { UNIT_FINE } from "../house.ts";
import { createRandom } from "../random.ts";
import { attempt } from "./attempt.ts";
import type { Recorded } from "./crash-list.ts";
import { type Desk, openDesk } from "./desk.ts";
import { type Guard, type GuardedWorld, MARKET, startGuardedWorld } from "./guarded-world.ts";
import { drawTrader } from "./population.ts";
import { readHistory, type Totals } from "./totals.ts";

/** What a keeper does less often than every minute. */
const SLOW_MINUTES = 5;
const HALTED = 3;

export interface Scenario {
  readonly guard: Guard;
  readonly seed: number;
  /** Accounts that hold a position when the record begins. */
  readonly accounts: number;
  /** Minutes between two newcomers. */
  readonly newcomerMinutes: number;
  /** Liquidations and resolutions that get into the chain in a minute. */
  readonly calls: number;
}

export interface CrashOutcome extends Totals {
  readonly minutes: number;
  /** Largest fall from the first price, as a part of it. */
  readonly fall: number;
  readonly haltedMinutes: number;
  readonly worstBreaker: number;
  readonly worstMargin: number;
  /** Newcomers whom posture or margin kept from opening at all. */
  readonly refused: number;
  /** Accounts that nobody had resolved when the record ended, and what they lacked, in units. */
  readonly leftBankrupt: number;
  readonly leftUnits: bigint;
}

/** One crash through hub, sensors, aggregator and house, minute by minute. */
export async function replayCrash(
  { lotE18, before, minutes }: Recorded,
  { guard, seed, accounts, newcomerMinutes, calls }: Scenario,
  onMinute: (done: number) => void,
): Promise<CrashOutcome> {
  const connection = await network.create("chain0");
  try {
    const [opening] = minutes;
    const first = before[0] ?? opening;
    if (opening === undefined || first === undefined) throw new RangeError("nothing is recorded");
    const world = await startGuardedWorld(connection, lotE18, first, guard);
    for (const tick of before) {
      await world.publishTick(tick);
      await world.pokeVolatility();
      // A price counts in the house's average for as long as somebody has seen it stand.
      await world.house.getFunction("poke")(MARKET);
    }
    await world.publishTick(opening);
    const random = createRandom(seed);
    const desk = await openDesk(world, calls);
    for (let index = 0; index < accounts; index += 1) {
      await world.publishTick(opening);
      await desk.enter(drawTrader(random, index), opening.price);
    }
    const seen = { haltedMinutes: 0, worstBreaker: 0, worstMargin: 0, refused: 0 };
    for (const [minute, tick] of minutes.entries()) {
      await passMinute(world, minute, tick);
      if (minute % newcomerMinutes === 0) {
        const isIn = await desk.enter(drawTrader(random, accounts + minute), tick.price);
        seen.refused += isIn ? 0 : 1;
      }
      await desk.keep(tick.price);
      await look(world, seen);
      onMinute(minute + 1);
    }
    const lowest = Math.min(...minutes.map(({ price }) => price));
    return {
      ...(await readHistory(world)),
      ...(await leftOver(desk)),
      ...seen,
      minutes: minutes.length,
      fall: 1 - lowest / opening.price,
    };
  } finally {
    await connection.close();
  }
}

/** A price, and what keepers do for everybody with it. */
async function passMinute(world: GuardedWorld, minute: number, tick: Tick): Promise<void> {
  await world.publishTick(tick);
  await world.pokeBand();
  if (minute % SLOW_MINUTES === 0) {
    await world.pokeVolatility();
    // Anybody's to do; refused while leases run.
    await attempt(() => world.hub.getFunction("lift")(MARKET));
  }
  await world.house.getFunction("poke")(MARKET);
}

interface Seen {
  haltedMinutes: number;
  worstBreaker: number;
  worstMargin: number;
}

async function look({ hub }: GuardedWorld, seen: Seen): Promise<void> {
  const posture = (await hub.getFunction("postureNow")()) as bigint;
  const own = Number((posture >> BigInt(8 * MARKET)) & 0x7fn);
  const [breaker, margin] = [own >> 4, own & 7];
  if (breaker === HALTED) seen.haltedMinutes += 1;
  seen.worstBreaker = Math.max(seen.worstBreaker, breaker);
  seen.worstMargin = Math.max(seen.worstMargin, margin);
}

async function leftOver(desk: Desk): Promise<{ readonly leftBankrupt: number; readonly leftUnits: bigint }> {
  const bankrupt = (await desk.standings()).filter(({ equityFine }) => equityFine < 0n);
  return {
    leftBankrupt: bankrupt.length,
    leftUnits: bankrupt.reduce((sum, { equityFine }) => sum - equityFine / UNIT_FINE, 0n),
  };
}
