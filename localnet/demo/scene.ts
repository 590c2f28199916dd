import { ZeroHash } from "ethers";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import type { Keeper } from "../keeper.ts";
import type { Workers } from "../layerzero/workers/start-workers.ts";
import { waitUntil } from "../wait-until.ts";
import type { HouseProbe } from "./house-probe.ts";
import type { Observer, Sighting } from "./observer.ts";
import type { Arrival, ChainAtStage, Stage } from "./report.ts";
import { type HubReader, isAgreed } from "./stage-reader.ts";

/** Everything that the demo acts on. */
export interface Scene {
  /** The chain whose price sources are fed. */
  readonly source: HubReader;
  readonly others: readonly HubReader[];
  readonly observer: Observer;
  readonly keeper: Keeper;
  readonly workers: Workers;
  /** The venue of each chain. */
  readonly houses: readonly HouseProbe[];
  /** What the source's feeds say, with eight decimals. */
  readonly price: () => Promise<bigint>;
  readonly market: number;
  readonly expects: { readonly direct: boolean; readonly layerzero: boolean };
  /** Names of chains that a fault has taken down. */
  readonly down: Set<string>;
}

/** The path that ought to be alive has this long to bring an entry to every chain. */
const ARRIVAL_TIMEOUT_MS = 15_000;
const ARRIVAL_POLL_MS = 5;
/** Wall time that the relayer is given before chain time is advanced for it. */
const AGREEMENT_PATIENCE_MS = 1_500;
const AGREEMENT_POLL_MS = 50;
/** The relayer repairs what LayerZero did not deliver after 300 s of quiet: some more are given. */
const SETTLE_STEPS = 10;
const SETTLE_STEP_SECONDS = 60;
/** Enough for what was there before to be final on a local chain. */
const FINALITY_BLOCKS = 5;
const IDLE_TIMEOUT_MS = 30_000;

export function aliveOf(scene: Scene): readonly HubReader[] {
  return [scene.source, ...scene.others].filter(({ chain }) => !scene.down.has(chain.name));
}

/** Brings every other chain's clock to that of the source. */
export async function followTime(scene: Scene): Promise<void> {
  const now = await scene.source.chain.now();
  const behind = aliveOf(scene).filter(({ chain }) => chain !== scene.source.chain);
  await Promise.all(behind.map(({ chain }) => chain.advanceTo(now)));
}

/** Advances the time on all chains. */
export async function passTime(scene: Scene, seconds: number): Promise<void> {
  const target = (await scene.source.chain.now()) + seconds;
  await Promise.all(aliveOf(scene).map(({ chain }) => chain.advanceTo(target)));
}

/** Waits for a raise to arrive everywhere, by every path that is alive, and says how long each took. */
export async function measureArrivals(scene: Scene, asserted: Sighting): Promise<readonly Arrival[]> {
  const targets = scene.others.filter(({ chain }) => !scene.down.has(chain.name));
  const measure = (): readonly Arrival[] => targets.map(({ chain }) => arrivalAt(scene, chain.name, asserted));
  const isComplete = (arrivals: readonly Arrival[]): boolean =>
    arrivals.every(
      ({ directMs, layerzeroMs }) =>
        (directMs !== null || !scene.expects.direct) && (layerzeroMs !== null || !scene.expects.layerzero),
    );
  const deadline = performance.now() + ARRIVAL_TIMEOUT_MS;
  while (!isComplete(measure()) && performance.now() < deadline) await sleep(ARRIVAL_POLL_MS);
  return measure();
}

/** A directive that arrived, and a message of the source that was sent after the assertion and read. */
function arrivalAt(scene: Scene, chain: string, asserted: Sighting): Arrival {
  const later = scene.observer.sightings.filter((seen) => seen.chain === chain && seen.atMs >= asserted.atMs);
  const direct = later.find(isOfDirective);
  const heard = later.find(
    ({ name, args }) =>
      name === "Heard" &&
      Number(args["srcEid"]) === scene.source.record.eid &&
      BigInt(args["srcSeq"]) >= BigInt(asserted.args["seq"]),
  );
  const since = (seen: Sighting | undefined): number | null =>
    seen === undefined ? null : Math.round((seen.atMs - asserted.atMs) * 10) / 10;
  return { chain, directMs: since(direct), layerzeroMs: since(heard) };
}

/** Whether the event names the decision of a directive: a message has none. */
export function isOfDirective({ args }: Sighting): boolean {
  const decision: unknown = args.toObject()["decision"];
  return decision !== undefined && decision !== ZeroHash;
}

/** What every chain holds now, and what its house lets people do. A chain that is down is shown as such. */
export async function readStage(scene: Scene, name: string): Promise<Stage> {
  const read = async (hub: HubReader): Promise<ChainAtStage> =>
    scene.down.has(hub.chain.name)
      ? { chain: hub.chain.name, meshDigest: null, rungs: await scene.source.rungs() }
      : hub.read();
  const time = await scene.source.chain.now();
  const chains = await Promise.all([scene.source, ...scene.others].map(read));
  const price = await scene.price();
  const open = scene.houses.filter(({ chain }) => !scene.down.has(chain));
  return { name, time, chains, houses: await Promise.all(open.map((house) => house.ask(price))) };
}

/**
 * Lets both paths finish: keepers send and lift, LayerZero's workers deliver, the relayer confirms. Where a fault took a
 * path away, chain time is advanced until the other has repaired it. Returns even when the chains do not agree: the
 * stage that is read next says so.
 */
export async function settle(scene: Scene): Promise<void> {
  scene.keeper.setHeartbeats(true);
  for (let step = 0; step < SETTLE_STEPS; step += 1) {
    await followTime(scene);
    await scene.keeper.tick();
    await scene.workers.idle({ timeoutMs: IDLE_TIMEOUT_MS, except: [...scene.down] });
    await scene.keeper.tick();
    if (await agreesSoon(scene)) break;
    await passTime(scene, SETTLE_STEP_SECONDS);
    await Promise.all(aliveOf(scene).map(({ chain }) => chain.mine(FINALITY_BLOCKS)));
  }
  scene.keeper.setHeartbeats(false);
}

async function agreesSoon(scene: Scene): Promise<boolean> {
  const agreed = async (): Promise<boolean> => isAgreed(await Promise.all(aliveOf(scene).map((hub) => hub.read())));
  const wait = { what: "the chains to agree", timeoutMs: AGREEMENT_PATIENCE_MS, pollMs: AGREEMENT_POLL_MS };
  return waitUntil(agreed, wait).then(
    () => true,
    () => false,
  );
}
