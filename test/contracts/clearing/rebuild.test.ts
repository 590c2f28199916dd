import { expect } from "chai";
import type { EventLog } from "ethers";

import { createLogRange } from "../../../relayer/adapters/evm/log-range.ts";
import { blockRefOf, readBlock } from "../../../relayer/adapters/evm/read-blocks.ts";
import type { RpcSession } from "../../../relayer/adapters/evm/rpc-pool.ts";
import { readVenueSpan } from "../../../relayer/adapters/evm/venue/read-venue-span.ts";
import { readVenueViews } from "../../../relayer/adapters/evm/venue/read-venue-views.ts";
import {
  goBackTo,
  readVenueTo,
  recheckReading,
  startVenueReading,
  type VenueReading,
} from "../../../relayer/app/risk/venue-reading.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import { createExposure } from "../../../relayer/domain/exposure/exposure.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import type { VenueFigures } from "../../../relayer/domain/risk/figures.ts";
import { DEFAULT_SCENARIOS } from "../../../relayer/domain/risk/scenarios.ts";
import type { VenueReader } from "../../../relayer/ports/venue.ts";
import { ONE } from "../../../scripts/venue-study/house.ts";
import { printBook } from "../../support/print-book.ts";
import { type Deployment, deployVenue, ethers, MARKETS, networkHelpers, RANKED, signOrder } from "./deploy-venue.ts";

const STEPS = 80;
const LAST_STEPS = 6;
const HALTED = 3;
const DAY = 86_400;
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
  /** The relayer's own way of reading, on this chain. */
  readonly venue: VenueReader;
  readonly reading: VenueReading;
  /** Kinds of events that were read. */
  readonly kinds: Set<string>;
}

async function begin(seed: number): Promise<Story> {
  const deployment = await networkHelpers.loadFixture(deployVenue);
  for (const { address } of deployment.traders) await deployment.house.getFunction("deposit")(address, 600n * ONE);
  const kinds = new Set<string>();
  return {
    ...deployment,
    dice: createDice(seed),
    prices: [10_000n, 1_000n],
    done: new Map(),
    venue: readerOf(deployment, kinds),
    reading: startVenueReading(DEFAULT_SCENARIOS, { exposure: createExposure(1), chain: 0 }),
    kinds,
  };
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

const NEVER = new AbortController().signal;

function readerOf({ house }: Deployment, kinds: Set<string>): VenueReader {
  const session: RpcSession = {
    host: "in-process",
    // The answer as it would come over a wire.
    async call(method, params, read) {
      const result = (await ethers.provider.send(method, [...params])) as unknown;
      return read?.(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, result }))) ?? result;
    },
    memory: { logRange: createLogRange(100), readsByHash: false, takesBatches: false },
  };
  const venue = (house.target as string).toLowerCase() as Hex;
  return {
    eid: eid(1),
    name: "in-process",
    startBlock: 0,
    block: async (number) => blockRefOf(await readBlock(session, number)),
    async span(range) {
      const span = await readVenueSpan(session, venue, range);
      for (const { events } of span.blocks) for (const { kind } of events) kinds.add(kind);
      return span;
    },
    views: (at, ask) => readVenueViews(session, { venue, volatilitySensor: null }, { at, ...ask }),
  };
}

/** Reads up to the head and holds it against every view of every market and account, and against everything summed anew. */
async function readUp(story: Story): Promise<VenueFigures> {
  const { venue, reading } = story;
  const at = await venue.block(await ethers.provider.getBlockNumber(), NEVER);
  const ask = { venue, maxLogRange: 100, accountsChecked: 100, signal: NEVER };
  const outcome = await readVenueTo(reading, at, ask);
  if (outcome.kind !== "figures") throw new TypeError(print(outcome.by));
  expect(recheckReading(reading), "sums").to.deep.equal([]);
  return outcome.figures;
}

const print = (value: unknown) => JSON.stringify(value, (_, of: unknown) => (typeof of === "bigint" ? String(of) : of));

/** Undoes everything since the last reading but one, and reads it again: the same book. */
async function readAgain(story: Story): Promise<void> {
  const { reading } = story;
  const stop = reading.stops.at(-2);
  if (stop === undefined) return;
  const before = printBook(reading.column.book);
  expect(goBackTo(reading, stop)).to.equal(true);
  await readUp(story);
  expect(printBook(reading.column.book)).to.equal(before);
}

const sumOfLosses = ({ markets }: VenueFigures) =>
  markets.flatMap(({ stressed }) => stressed).reduce((a, b) => a + b, 0n);

describe("venue rebuilt from its events", () => {
  it("is the contract's own state to the last bit, and its stress brought forward is its stress anew", async function () {
    this.timeout(TIMEOUT_MS);
    const story = await begin(7);
    let losing = 0;
    for (let i = 0; i < STEPS; i++) {
      await step(story);
      if (i % 10 !== 9) continue;
      const figures = await readUp(story);
      await readAgain(story);
      expect(figures.markets.map(({ market }) => market)).to.deep.equal([...MARKETS]);
      if (sumOfLosses(figures) > 0n) losing += 1;
    }

    // Once more from nothing.
    const fresh = {
      ...story,
      reading: startVenueReading(DEFAULT_SCENARIOS, { exposure: createExposure(1), chain: 0 }),
    };
    const figures = await readUp(fresh);
    expect(printBook(fresh.reading.column.book)).to.equal(printBook(story.reading.column.book));
    expect(figures.markets.some(({ insurance }) => insurance > 0n)).to.equal(true);
    const counts = JSON.stringify([...story.done]);
    for (const kind of ["trade", "liquidate", "resolve", "withdraw"]) {
      expect(story.done.get(kind) ?? 0, counts).to.be.greaterThan(0);
    }
    const seldom = ["torn-up", "settled", "liquidated", "defaulted", "fund-drawn", "funding-accrued"];
    expect([...story.kinds]).to.include.members(seldom);
    expect(losing).to.be.greaterThan(3);
  });

  it("goes on through deleveraging by rank, a wind-down, and the payment of claims", async function () {
    this.timeout(TIMEOUT_MS);
    const story = await begin(11);
    const { house, traders } = story;
    const forEverybody = async (name: string, ...more: readonly unknown[]) => {
      for (const { address } of traders) await attempt(story, name, () => house.getFunction(name)(address, ...more));
    };
    for (let i = 0; i < STEPS; i++) {
      await forEverybody("nominate", RANKED);
      await step(story);
      if (i % 10 === 9) await readUp(story);
    }
    expect([...story.kinds]).to.include("ranked-taken");

    await house.getFunction("closeMarket")(RANKED);
    const closed = await readUp(story);
    expect(closed.markets.map(({ market }) => market)).to.deep.equal([...MARKETS]);
    for (let i = 0; i < LAST_STEPS; i++) {
      await step(story);
      await forEverybody("settleAccount", RANKED);
      await readUp(story);
      await attempt(story, "conclude", () => house.getFunction("concludeSettlement")(RANKED));
      await readUp(story);
      await readAgain(story);
    }
    const figures = await readUp(story);

    const counts = JSON.stringify([...story.done]);
    expect(story.done.get("conclude") ?? 0, counts).to.equal(1);
    const settlement = ["market-closed", "position-settled", "dust-swept", "settlement-concluded", "claim-paid"];
    expect([...story.kinds]).to.include.members(settlement);
    expect(figures.markets.find(({ market }) => market === RANKED)).to.deep.include({ openInterest: 0n, largest: 0n });
  });

  it("keeps what a default leaves in a halted market, and closes it when that trades again", async function () {
    this.timeout(TIMEOUT_MS);
    const story = await begin(13);
    const { house, publish, traders } = story;
    const hub = await ethers.getContractAt("SettablePosture", await hubOf(story));
    const [poor, ...others] = traders;
    for (const market of MARKETS) {
      // Prices age by the wall clock meanwhile.
      await publish(story.prices);
      const terms = { market, lots: 4_000n, price: story.prices[market - 1]! };
      const maker = await signOrder(house, others[market]!, { ...terms, isBuy: false });
      const taker = await signOrder(house, poor!, { ...terms, isBuy: true });
      await house.getFunction("fill")({ maker, taker, lots: terms.lots });
    }
    await readUp(story);
    const resolve = async (account: string, prices: readonly bigint[]) => {
      await networkHelpers.time.increase(DAY);
      await publish(prices);
      await house.getFunction("resolve")(account);
      return readUp(story);
    };

    await hub.getFunction("set")(RANKED, HALTED, 0);
    const halted = await resolve(poor!.address, [8_000n, 970n]);
    expect([...story.kinds]).to.include.members(["defaulted", "estate-formed"]);
    expect(halted.markets.map(({ openInterest }) => openInterest > 0n)).to.deep.equal([false, true]);
    await readAgain(story);

    await hub.getFunction("set")(RANKED, 0, 0);
    await house.getFunction("poke")(RANKED);
    const [formed] = await house.queryFilter("EstateFormed");
    const estate = (formed as EventLog).args[1] as string;
    // Above where it was bought: the estate has something left, which the shared fund takes.
    const over = await resolve(estate, [8_000n, 1_050n]);
    await house.getFunction("sweepEstate")(estate);
    await readUp(story);
    await readAgain(story);
    expect([...story.kinds]).to.include.members(["estate-closed", "estate-swept"]);
    expect(over.markets.map(({ openInterest }) => openInterest)).to.deep.equal([0n, 0n]);
  });
});

async function hubOf({ house }: Story): Promise<string> {
  const guard = await ethers.getContractAt("ClearingHouse", house.target as string);
  return (await guard.getFunction("hub")()) as string;
}
