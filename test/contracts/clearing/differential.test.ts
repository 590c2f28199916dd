import { expect } from "chai";
import fc from "fast-check";

import {
  type Deployment,
  deployVenue,
  MAINTENANCE_PPM,
  MARKETS,
  networkHelpers,
  OFFSET_PPM,
  ONE,
  PARAMS,
  PRICE_ONE,
  signOrder,
  START_PRICES,
} from "./deploy-venue.ts";
import { sizeOf, UNIT_FINE } from "./model/book.ts";
import { liquidate } from "./model/liquidation.ts";
import {
  createVenue,
  deposit,
  fill,
  listMarket,
  payFund,
  remainderOf,
  resolve,
  standingOf,
  type Venue,
  withdraw,
} from "./model/venue.ts";

const RUNS = Number(process.env["DIFFERENTIAL_RUNS"] ?? 2);
const STEPS = 60;
const TRADERS = 5;
const FIRST_DEPOSIT = 2_000n * ONE;
const TIMEOUT_MS = 180_000;

const OFTEN = ["trade", "trade", "trade", "liquidate", "liquidate", "resolve"] as const;
const KINDS = [...OFTEN, ...OFTEN, "deposit", "withdraw", "contribute", "settle"] as const;

const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  market: fc.constantFrom(...MARKETS),
  a: fc.nat(TRADERS - 1),
  b: fc.nat(TRADERS - 2),
  amount: fc.integer({ min: 1, max: 20_000 }),
  /** Change of each price before the step, in percent. */
  moves: fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })),
  waits: fc.integer({ min: 2, max: 5_000 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Run extends Deployment {
  venue: Venue;
  prices: bigint[];
  readonly done: Map<string, number>;
}

/** As the contract converts: a lot is worth one unit of quote at the price of listing. */
const toX32 = (market: (typeof MARKETS)[number], price: bigint) => (price * ONE * PRICE_ONE) / START_PRICES[market];

async function start(): Promise<Run> {
  const deployment = await networkHelpers.loadFixture(deployVenue);
  const venue = createVenue({ ...PARAMS, maintenancePpm: MAINTENANCE_PPM }, OFFSET_PPM, 0n);
  for (const market of MARKETS) {
    venue.now = deployment.listedAt.get(market)!;
    listMarket(venue, market, toX32(market, START_PRICES[market]));
  }
  for (const [i, { address }] of deployment.traders.entries()) {
    await deployment.house.getFunction("deposit")(address, FIRST_DEPOSIT);
    deposit(venue, i, FIRST_DEPOSIT);
  }
  return { ...deployment, venue, prices: MARKETS.map((market) => START_PRICES[market]), done: new Map() };
}

/** Somebody in trouble of the kind asked for, if there is anybody: at random such steps would hardly ever find them. */
function inTrouble({ venue }: Run, kind: string, drawn: number): number {
  const isWanted = (trader: number) => {
    const { equity, maintenance } = standingOf(venue, trader);
    return kind === "resolve" ? equity < 0n : equity >= 0n && equity < maintenance * UNIT_FINE;
  };
  return Array.from({ length: TRADERS }, (_, i) => i).find(isWanted) ?? drawn;
}

/** Both halves of one step: what the model says, and the call. */
async function halves(run: Run, { kind, market, a: drawn, b, amount }: Step) {
  const { house, traders } = run;
  const a = kind === "resolve" || kind === "liquidate" ? inTrouble(run, kind, drawn) : drawn;
  const other = (a + 1 + b) % TRADERS;
  const units = BigInt(amount) * (ONE / 10n);
  switch (kind) {
    case "trade": {
      const price = run.prices[market - 1]! + BigInt((amount % 5) - 2);
      const terms = { market, lots: BigInt(amount), price };
      const maker = await signOrder(house, traders[a]!, { ...terms, isBuy: false });
      const taker = await signOrder(house, traders[other]!, { ...terms, isBuy: true });
      const request = { ...terms, maker: a, taker: other, takerIsBuy: true, price: toX32(market, price) };
      return {
        model: (venue: Venue) => fill(venue, request),
        call: () => house.getFunction("fill")({ maker, taker, lots: terms.lots }),
      };
    }
    case "liquidate":
      return {
        model: (venue: Venue) => liquidate(venue, { market, trader: a, keeper: other, lots: BigInt(amount) }),
        call: () => as(house, traders[other]!).getFunction("liquidate")(traders[a]!.address, market, amount),
      };
    case "resolve":
      return {
        model: (venue: Venue) => resolve(venue, a),
        call: () => house.getFunction("resolve")(traders[a]!.address),
      };
    case "withdraw":
      return {
        model: (venue: Venue) => withdraw(venue, a, units),
        call: () => as(house, traders[a]!).getFunction("withdraw")(units, traders[a]!.address),
      };
    default:
      return gifts(run, kind, { market, a, amount, units });
  }
}

function gifts(
  { house, traders }: Run,
  kind: string,
  { market, a, amount, units }: { market: number; a: number; amount: number; units: bigint },
) {
  if (kind === "deposit") {
    return {
      model: (venue: Venue) => (deposit(venue, a, units), true),
      call: () => house.getFunction("deposit")(traders[a]!.address, units),
    };
  }
  if (kind === "contribute") {
    return {
      model: (venue: Venue) => (give(venue, amount % 2 === 0 ? 0 : market, (units / 20n) * UNIT_FINE), true),
      call: () => house.getFunction("contribute")(amount % 2 === 0 ? 0 : market, units / 20n),
    };
  }
  return {
    model: () => true,
    call: () => house.getFunction("settle")(traders[a]!.address, market, amount % 3),
  };
}

/** Into the fund of a market, or the shared one. */
function give(venue: Venue, market: number, fine: bigint): void {
  if (market !== 0) {
    payFund(venue.markets.get(market)!, fine);
    return;
  }
  const repaid = fine < venue.sharedShortfall ? fine : venue.sharedShortfall;
  venue.sharedShortfall -= repaid;
  venue.sharedFund += fine - repaid;
}

const as = (house: Run["house"], wallet: Run["traders"][number]) => house.connect(wallet) as Run["house"];

async function take(run: Run, drawn: Step): Promise<void> {
  run.prices = run.prices.map((price, i) => {
    const next = (price * BigInt(100 + drawn.moves[i]!)) / 100n;
    return next < 50n ? price : next;
  });
  const at = (await networkHelpers.time.latest()) + drawn.waits;
  await networkHelpers.time.setNextBlockTimestamp(at - 1);
  await run.publish(run.prices);
  const tried = structuredClone(run.venue);
  for (const held of [run.venue, tried]) {
    held.now = BigInt(at);
    for (const market of MARKETS) held.markets.get(market)!.price = toX32(market, run.prices[market - 1]!);
  }
  const { model, call } = await halves(run, drawn);
  const isDone = model(tried);
  await networkHelpers.time.setNextBlockTimestamp(at);
  const answer = await call().then(
    () => "",
    (error: unknown) => String(error),
  );
  expect(answer === "", `${drawn.kind}: the model says ${String(isDone)}, the house ${answer}`).to.equal(isDone);
  if (isDone) {
    run.venue = tried;
    run.done.set(drawn.kind, (run.done.get(drawn.kind) ?? 0) + 1);
  }
  await compare(run, drawn.kind);
}

async function compare({ house, traders, venue }: Run, after: string): Promise<void> {
  for (const [i, { address }] of traders.entries()) {
    const [equity, cash, initial, maintenance] = (await house.getFunction("standing")(address)) as bigint[];
    expect({ equity, cash, initial, maintenance }, `trader ${String(i)} after ${after}`).to.deep.equal(
      standingOf(venue, i),
    );
    for (const [number, { book }] of venue.markets) {
      const { sizeFine } = (await house.getFunction("positionOf")(address, number)) as { sizeFine: bigint };
      const position = book.positions.get(i);
      expect(sizeFine).to.equal(position === undefined ? 0n : sizeOf(book, position));
    }
  }
  for (const [number, { fund, shortfall }] of venue.markets) {
    expect(await house.getFunction("fundOf")(number)).to.equal(fund);
    expect(await house.getFunction("shortfallOf")(number)).to.equal(shortfall);
  }
  expect(await house.getFunction("fundOf")(0)).to.equal(venue.sharedFund);
  expect(await house.getFunction("remainderFine")()).to.equal(remainderOf(venue));
}

describe("clearing house and its model", () => {
  it("agree to the last bit on whatever is done", async function () {
    this.timeout(TIMEOUT_MS);
    const done = new Map<string, number>();

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
        const run = await start();
        for (const drawn of steps) await take(run, drawn);
        for (const [kind, count] of run.done) done.set(kind, (done.get(kind) ?? 0) + count);
      }),
      { numRuns: RUNS, seed: 10, endOnFailure: true },
    );

    // A venue that refuses everything would agree too.
    expect(done.get("trade") ?? 0).to.be.greaterThan(10);
    const counts = JSON.stringify([...done]);
    expect(done.get("liquidate") ?? 0, counts).to.be.greaterThan(0);
    expect(done.get("resolve") ?? 0, counts).to.be.greaterThan(0);
  });
});
