import { type Rungs, exceedsRungs, isCalm, nameRungs } from "../../relayer/domain/incident/rungs.ts";
import { FEED_DECIMALS, type Minute } from "../replay/minutes.ts";
import type { PriceFeeder } from "../replay/price-feeder.ts";
import { waitUntil } from "../wait-until.ts";
import type { Sighting } from "./observer.ts";
import type { FaultMoments } from "./process-faults.ts";
import type { Stage, TripReport } from "./report.ts";
import { type Scene, followTime, measureArrivals, passTime, readStage, settle } from "./scene.ts";

export interface ReplayOptions {
  readonly scene: Scene;
  readonly feeder: PriceFeeder;
  readonly minutes: readonly Minute[];
  readonly moments: FaultMoments;
  readonly onTrip: (trip: TripReport) => void;
  readonly onStage: (stage: Stage) => void;
  readonly onProgress: (minute: Minute, index: number) => void;
}

/** Other chains may lag by less than the 300 s that stamps may be ahead. */
const FOLLOW_EVERY = 4;
const KEEP_EVERY = 10;
const SIGHTING_TIMEOUT_MS = 5_000;
/** Seven lanes decay, and a lift may need a second look. */
const MAX_RECOVERY_STEPS = 30;

/** Feeds every minute, stops at every change of rungs to look at all chains, and then lets time pass until it is calm. */
export async function replay(options: ReplayOptions): Promise<void> {
  const { scene, feeder, minutes } = options;
  const watch = createWatch(options);
  // Chain time minus recorded time: it grows when a stage had to let time pass.
  let shift = 0;
  for (const [index, minute] of minutes.entries()) {
    options.onProgress(minute, index);
    const hasAsserted = await feeder.feed({ ...minute, time: minute.time + shift });
    if (index % FOLLOW_EVERY === 0) await followTime(scene);
    if (index % KEEP_EVERY === 0) await scene.keeper.tick();
    const hasChanged = hasAsserted || index % KEEP_EVERY === 0 ? await watch.look(minute) : false;
    if (hasChanged) shift = Math.max(shift, (await scene.source.chain.now()) - minute.time);
  }
  await recover(options, watch, minutes.at(-1));
}

/** Advances to the end of each lease in turn. */
async function recover({ scene }: ReplayOptions, watch: Watch, last: Minute | undefined): Promise<void> {
  for (let step = 0; step < MAX_RECOVERY_STEPS && last; step += 1) {
    const end = await scene.source.nextLeaseEnd();
    if (end === null && isCalm(await scene.source.rungs())) return;
    const now = await scene.source.chain.now();
    await passTime(scene, Math.max(1, (end ?? now) - now));
    await scene.keeper.tick();
    await watch.look(last);
  }
}

interface Watch {
  /** Compares the source's rungs with the last ones; on a change looks at every chain. */
  look(minute: Minute): Promise<boolean>;
}

function createWatch(options: ReplayOptions): Watch {
  const { scene, moments, onStage } = options;
  let known: Rungs | undefined;
  let hasTripped = false;
  let hasRecovered = false;
  const names = new Map<string, number>();
  const nameStage = (rungs: Rungs, direction: "up" | "down"): string => {
    const base = isCalm(rungs) ? "after" : `${direction === "up" ? "during" : "recovery"} ${nameRungs(rungs)}`;
    const count = (names.get(base) ?? 0) + 1;
    names.set(base, count);
    return count === 1 ? base : `${base} (${count})`;
  };

  return {
    async look(minute) {
      const rungs = await scene.source.rungs();
      const before = known ?? (0 as Rungs);
      known = rungs;
      if (rungs === before) return false;
      if (exceedsRungs(rungs, before)) {
        if (!hasTripped) await moments.onFirstTrip();
        hasTripped = true;
        options.onTrip(await reportTrip(scene, rungs, minute));
        await settle(scene);
        onStage(await readStage(scene, nameStage(rungs, "up")));
      } else {
        if (!hasRecovered) await moments.onRecovery();
        hasRecovered = true;
        await settle(scene);
        onStage(await readStage(scene, nameStage(rungs, "down")));
      }
      known = await scene.source.rungs();
      return true;
    },
  };
}

async function reportTrip(scene: Scene, rungs: Rungs, minute: Minute): Promise<TripReport> {
  const { chain } = scene.source;
  const time = await chain.now();
  const asserted = await waitUntil(() => lastAssertion(scene), {
    what: "the assertion to be seen from outside",
    timeoutMs: SIGHTING_TIMEOUT_MS,
  });
  await followTime(scene);
  await scene.keeper.tick();
  const arrivals = await measureArrivals(scene, asserted);
  const price = formatPrice(minute.priceE8);
  return { chain: chain.name, market: scene.market, rungs, price, time, arrivals };
}

/** The assertion that put the posture where it is. */
function lastAssertion({ source, observer, market }: Scene): Sighting | undefined {
  return observer.sightings.findLast(
    ({ chain, name, args }) => chain === source.chain.name && name === "Asserted" && Number(args["market"]) === market,
  );
}

function formatPrice(priceE8: bigint): string {
  const text = priceE8.toString().padStart(FEED_DECIMALS + 1, "0");
  return `${text.slice(0, -FEED_DECIMALS)}.${text.slice(-FEED_DECIMALS)}`.replace(/\.?0+$/, "");
}
