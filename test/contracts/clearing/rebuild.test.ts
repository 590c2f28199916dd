import { expect } from "chai";

import { decodeRiskEvent } from "../../../relayer/adapters/evm/decode-risk-event.ts";
import { createLogRange } from "../../../relayer/adapters/evm/log-range.ts";
import { blockRefOf, readBlock } from "../../../relayer/adapters/evm/read-blocks.ts";
import { readVenueEvents, readVenueViews } from "../../../relayer/adapters/evm/read-venue.ts";
import type { RpcSession } from "../../../relayer/adapters/evm/rpc-pool.ts";
import { readVenueTo, startVenueReading } from "../../../relayer/app/risk/venue-reading.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import type { VenueReader } from "../../../relayer/ports/venue.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import { compareWithViews, type MarketViews, type StandingView } from "../../../relayer/domain/risk/check-views.ts";
import { applyEvent, createRiskEngine, refresh, type RiskEngine } from "../../../relayer/domain/risk/risk-engine.ts";
import { DEFAULT_SCENARIOS } from "../../../relayer/domain/risk/scenarios.ts";
import { computeWhole, lossesOf } from "../../../relayer/domain/risk/stress.ts";
import type { VenueEvent } from "../../../relayer/domain/risk/venue-event.ts";
import { type Deployment, deployVenue, ethers, MARKETS, networkHelpers, ONE, signOrder } from "./deploy-venue.ts";

const STEPS = 80;
const TIMEOUT_MS = 120_000;

/** A generator of our own, so that the story is the same on every machine. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

interface Story extends Deployment {
  readonly dice: (sides: number) => number;
  readonly prices: bigint[];
  readonly done: Map<string, number>;
}

async function attempt(story: Story, name: string, call: () => Promise<unknown>): Promise<void> {
  const isDone = await call().then(
    () => true,
    () => false,
  );
  if (isDone) story.done.set(name, (story.done.get(name) ?? 0) + 1);
}

/** One step: prices move and everybody in trouble is dealt with, or somebody trades, pays in or out. */
async function step(story: Story): Promise<void> {
  const { dice, house, traders, prices } = story;
  for (const [i, price] of prices.entries()) prices[i] = (price * BigInt(93 + dice(15))) / 100n;
  await networkHelpers.time.increase(60 + dice(4_000));
  await story.publish(prices);
  for (const victim of traders) {
    const keeper = traders[dice(traders.length)]!;
    const market = MARKETS[dice(MARKETS.length)]!;
    await attempt(story, "resolve", () => house.getFunction("resolve")(victim.address));
    await attempt(story, "liquidate", () =>
      (house.connect(keeper) as typeof house).getFunction("liquidate")(victim.address, market, 1 + dice(9_000)),
    );
  }
  const [a, b] = [dice(traders.length), dice(traders.length)];
  const market = MARKETS[dice(MARKETS.length)]!;
  const terms = { market, lots: BigInt(100 + dice(9_000)), price: prices[market - 1]! };
  if (a !== b) {
    const maker = await signOrder(house, traders[a]!, { ...terms, isBuy: false });
    const taker = await signOrder(house, traders[b]!, { ...terms, isBuy: true });
    await attempt(story, "trade", () => house.getFunction("fill")({ maker, taker, lots: terms.lots }));
  }
  const units = BigInt(1 + dice(200)) * ONE;
  if (dice(3) === 0) await attempt(story, "deposit", () => house.getFunction("deposit")(traders[a]!.address, units));
  if (dice(5) === 0) await attempt(story, "contribute", () => house.getFunction("contribute")(dice(2) * market, units));
  if (dice(5) === 0) {
    const own = house.connect(traders[b]!) as typeof house;
    await attempt(story, "withdraw", () => own.getFunction("withdraw")(units, traders[b]!.address));
  }
}

async function readEvents({ house }: Story, from: number, to: number): Promise<readonly VenueEvent[]> {
  const address = house.target as string;
  const logs = await ethers.provider.getLogs({ address, fromBlock: from, toBlock: to });
  return logs.flatMap(({ topics, data }) => {
    return decodeRiskEvent({ topics: topics as Hex[], data: data as Hex }) ?? [];
  });
}

async function readViews({ house, traders }: Story): Promise<{ markets: MarketViews[]; standings: StandingView[] }> {
  const markets = await Promise.all(
    MARKETS.map(async (market) => {
      const report = (await house.getFunction("reportOf")(market)) as {
        priceX32: bigint;
        openInterest: bigint;
        skewFine: bigint;
      };
      const [fundFine, shortfallFine] = (await Promise.all([
        house.getFunction("fundOf")(market),
        house.getFunction("shortfallOf")(market),
      ])) as [bigint, bigint];
      const { priceX32, openInterest, skewFine } = report;
      return { market, priceX32, openInterest, skewFine, fundFine, shortfallFine };
    }),
  );
  const standings = await Promise.all(
    traders.map(async ({ address }) => {
      const { equityFine, cashFine } = (await house.getFunction("standing")(address)) as StandingView;
      return { account: address.toLowerCase() as Hex, equityFine, cashFine };
    }),
  );
  return { markets, standings };
}

const NEVER = new AbortController().signal;

/** The relayer's own way of reading, on this chain. */
function readerOf({ house }: Story): VenueReader {
  const session: RpcSession = {
    host: "in-process",
    call: (method, params) => ethers.provider.send(method, [...params]) as Promise<unknown>,
    memory: { logRange: createLogRange(100), readsByHash: false, takesBatches: false },
  };
  const venue = (house.target as string).toLowerCase() as Hex;
  return {
    eid: eid(1),
    name: "in-process",
    startBlock: 0,
    block: async (number) => blockRefOf(await readBlock(session, number)),
    events: (range) => readVenueEvents(session, venue, range),
    views: (at, ask) => readVenueViews(session, { venue, volatilitySensor: null }, { at, ...ask }),
  };
}

const allLosses = (engine: RiskEngine) => MARKETS.map((market) => lossesOf(engine.stress, market));

describe("venue rebuilt from its events", () => {
  it("is the contract's own state to the last bit, and its stress brought forward is its stress anew", async function () {
    this.timeout(TIMEOUT_MS);
    const story: Story = {
      ...(await networkHelpers.loadFixture(deployVenue)),
      dice: createDice(7),
      prices: [10_000n, 1_000n],
      done: new Map(),
    };
    for (const { address } of story.traders) await story.house.getFunction("deposit")(address, 600n * ONE);
    const engine = createRiskEngine(DEFAULT_SCENARIOS);
    let read = 0;
    let losing = 0;
    const kinds = new Set<string>();

    for (let i = 0; i < STEPS; i++) {
      await step(story);
      if (i % 10 !== 9) continue;
      const head = await ethers.provider.getBlockNumber();
      const events = await readEvents(story, read, head);
      const findings = events.map((event) => applyEvent(engine, event));
      for (const { kind } of events) kinds.add(kind);
      read = head + 1;
      const views = await readViews(story);

      expect(findings.filter((finding) => finding !== null)).to.deep.equal([]);
      expect(compareWithViews(engine.book, views)).to.deep.equal([]);

      refresh(engine, new Map(views.markets.map(({ market, priceX32 }) => [market, priceX32])));
      const forward = allLosses(engine);
      computeWhole(engine.stress);
      expect(allLosses(engine)).to.deep.equal(forward);
      if (forward.flat().some((loss) => loss > 0n)) losing += 1;
    }

    const last = await ethers.provider.getBlockNumber();
    const reading = startVenueReading(DEFAULT_SCENARIOS);
    const venue = readerOf(story);
    const at = await venue.block(last, NEVER);
    const outcome = await readVenueTo(reading, at, { venue, maxLogRange: 100, signal: NEVER });
    if (outcome.kind !== "figures") throw new TypeError(JSON.stringify(outcome.by, (_, of: unknown) => String(of)));
    expect(outcome.figures.markets.map(({ market, stressed }) => [market, stressed])).to.deep.equal(
      MARKETS.map((market) => [market, lossesOf(engine.stress, market)]),
    );
    expect(outcome.figures.markets.some(({ insurance }) => insurance > 0n)).to.equal(true);

    const counts = JSON.stringify([...story.done]);
    for (const kind of ["trade", "liquidate", "resolve", "withdraw"]) {
      expect(story.done.get(kind) ?? 0, counts).to.be.greaterThan(0);
    }
    expect([...kinds]).to.include.members([
      "torn-up",
      "settled",
      "liquidated",
      "defaulted",
      "fund-drawn",
      "funding-accrued",
    ]);
    expect(losing).to.be.greaterThan(3);
  });
});
