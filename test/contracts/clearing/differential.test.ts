import { expect } from "chai";
import fc from "fast-check";

import { ONE } from "../../../scripts/venue-study/house.ts";
import { MAINTENANCE_PPM, PARAMS } from "../../support/venue-terms.ts";
import {
  deployInsured,
  FUND_TERMS,
  MARKETS,
  networkHelpers,
  OFFSET_PPM,
  RANKED,
  START_PRICES,
  VAULTS,
} from "./deploy-venue.ts";
import { addressOf, halves, INSURANCE, type Kind, type Run, type Step, toX32, TRADERS } from "./differential-steps.ts";
import { sizeOf } from "./model/book.ts";
import { claimableOf, createVault } from "./model/insurance.ts";
import { createVenue, deposit, listMarket, remainderOf, standingOf } from "./model/venue.ts";

const RUNS = Number(process.env["DIFFERENTIAL_RUNS"] ?? 2);
const STEPS = 60;
const LAST_STEPS = 40;
const FIRST_DEPOSIT = 2_000n * ONE;
const TIMEOUT_MS = 180_000;

const OFTEN = ["trade", "trade", "trade", "liquidate", "liquidate", "resolve"] as const;
const SELDOM = ["deposit", "withdraw", "contribute", "settle", "nominate", "nominate", "budget", ...INSURANCE] as const;
const WIND_DOWN = ["settleAccount", "settleAccount", "settleAccount", "resolve", "conclude", "trade"] as const;
const HALTS = ["halt", "resume", "resume", "resume", "sweep"] as const;
const LEAVING = ["leave", "payDue", "payDue", "move", "sweep"] as const;
/** Exits take days. */
const PATIENT = new Set<string>(["leave", "payDue"]);
const PATIENCE_SECONDS = 40_000;

const stepOf = (...kinds: readonly Kind[]) =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    market: fc.constantFrom(...MARKETS),
    a: fc.nat(TRADERS - 1),
    b: fc.nat(TRADERS - 2),
    amount: fc.integer({ min: 1, max: 20_000 }),
    /** Change of each price before the step, in percent. */
    moves: fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })),
    waits: fc.integer({ min: 2, max: 5_000 }),
  });

/** A life of both markets; then one is wound down while the other goes on. */
const lifeOf = (before: readonly Kind[], after: readonly Kind[]) =>
  fc
    .tuple(
      fc.array(stepOf(...before), { minLength: STEPS, maxLength: STEPS }),
      fc.array(stepOf("close"), { minLength: 1, maxLength: 1 }),
      fc.array(stepOf(...after), { minLength: LAST_STEPS, maxLength: LAST_STEPS }),
    )
    .map((parts) => parts.flat());

const calm = lifeOf([...OFTEN, ...OFTEN, ...SELDOM], WIND_DOWN);
/** Markets, and the whole protocol, are halted now and then, and owners of the funds want out. */
const troubled = lifeOf([...OFTEN, ...OFTEN, "deposit", "contribute", "enter", ...HALTS], [...WIND_DOWN, ...LEAVING]);

async function start(): Promise<Run> {
  const deployment = await networkHelpers.loadFixture(deployInsured);
  const venue = createVenue({ ...PARAMS, ...FUND_TERMS, maintenancePpm: MAINTENANCE_PPM }, OFFSET_PPM, 0n);
  for (const market of MARKETS) {
    venue.now = deployment.listedAt.get(market)!;
    listMarket(venue, market, { price: toX32(market, START_PRICES[market]), isRanked: market === RANKED });
  }
  for (const [i, { address }] of deployment.traders.entries()) {
    await deployment.house.getFunction("deposit")(address, FIRST_DEPOSIT);
    deposit(venue, i, FIRST_DEPOSIT);
  }
  const model = {
    venue,
    vaults: new Map(VAULTS.map((market) => [market, createVault(market)])),
    moved: new Map(VAULTS.map((market) => [market, { passed: 0n, at: 0n }])),
  };
  return { ...deployment, model, prices: MARKETS.map((market) => START_PRICES[market]), done: new Map() };
}

async function take(run: Run, drawn: Step): Promise<void> {
  run.prices = run.prices.map((price, i) => {
    const next = (price * BigInt(100 + drawn.moves[i]!)) / 100n;
    return next < 50n ? price : next;
  });
  const patience = PATIENT.has(drawn.kind) ? PATIENCE_SECONDS : 0;
  const at = (await networkHelpers.time.latest()) + drawn.waits + patience;
  await networkHelpers.time.setNextBlockTimestamp(at - 1);
  await run.publish(run.prices);
  const tried = structuredClone(run.model);
  for (const { venue: held } of [run.model, tried]) {
    held.now = BigInt(at);
    for (const number of MARKETS) {
      const market = held.markets.get(number)!;
      if (market.closing === undefined) market.price = toX32(number, run.prices[number - 1]!);
    }
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
    run.model = tried;
    run.done.set(drawn.kind, (run.done.get(drawn.kind) ?? 0) + 1);
  }
  await compare(run, drawn.kind);
}

async function compare(run: Run, after: string): Promise<void> {
  const {
    house,
    traders,
    model: { venue },
  } = run;
  for (const i of [...Array.from({ length: traders.length + 1 }, (_, each) => each), ...venue.estates]) {
    const address = addressOf(run, i);
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
  await compareFunds(run, after);
}

async function compareFunds({ funds, traders, model: { vaults } }: Run, after: string): Promise<void> {
  for (const [market, fund] of funds) {
    const vault = vaults.get(market)!;
    expect(await fund.getFunction("totalSupply")(), `supply after ${after}`).to.equal(vault.supply);
    for (const [i, { address }] of traders.entries()) {
      expect(await fund.getFunction("balanceOf")(address), `shares after ${after}`).to.equal(vault.shares.get(i) ?? 0n);
      expect(await fund.getFunction("maxWithdraw")(address), `claims after ${after}`).to.equal(claimableOf(vault, i));
    }
  }
}

describe("clearing house and its model", () => {
  it("agree to the last bit on whatever is done", async function () {
    this.timeout(TIMEOUT_MS);
    const done = new Map<string, number>();

    await fc.assert(
      fc.asyncProperty(calm, async (steps) => {
        const run = await start();
        for (const drawn of steps) await take(run, drawn);
        for (const [kind, count] of run.done) done.set(kind, (done.get(kind) ?? 0) + count);
      }),
      { numRuns: RUNS, seed: 12, endOnFailure: true },
    );

    // A venue that refuses everything would agree too.
    expect(done.get("trade") ?? 0).to.be.greaterThan(10);
    const counts = JSON.stringify([...done]);
    expect(done.get("liquidate") ?? 0, counts).to.be.greaterThan(0);
    expect(done.get("resolve") ?? 0, counts).to.be.greaterThan(0);
    expect(done.get("nominate") ?? 0, counts).to.be.greaterThan(0);
    expect(done.get("budget") ?? 0, counts).to.be.greaterThan(0);
    expect(done.get("settleAccount") ?? 0, counts).to.be.greaterThan(0);
    for (const kind of new Set(INSURANCE)) expect(done.get(kind) ?? 0, counts).to.be.greaterThan(0);
  });

  it("agree to the last bit with halts, and with exits while a market is wound down", async function () {
    this.timeout(TIMEOUT_MS);
    const done = new Map<string, number>();

    await fc.assert(
      fc.asyncProperty(troubled, async (steps) => {
        const run = await start();
        for (const drawn of steps) await take(run, drawn);
        for (const [kind, count] of run.done) done.set(kind, (done.get(kind) ?? 0) + count);
      }),
      { numRuns: RUNS, seed: 12, endOnFailure: true },
    );

    const counts = JSON.stringify([...done]);
    for (const kind of ["trade", "halt", "resume", "payDue", "close"]) {
      expect(done.get(kind) ?? 0, counts).to.be.greaterThan(0);
    }
  });

  for (const [later, isSwept] of [
    [12, true],
    [-15, false],
  ] as const) {
    it(`agree on an estate whose market ${isSwept ? "rises" : "falls"} until it trades again`, async function () {
      this.timeout(TIMEOUT_MS);
      const run = await start();
      const step = (kind: Kind, given: Partial<Step> = {}): Promise<void> =>
        take(run, { kind, market: 1, a: 0, b: 0, amount: 8_000, moves: [0, 0], waits: 60, ...given });

      await step("trade");
      await step("trade", { market: RANKED });
      await step("trade", { market: RANKED, a: 2, amount: 4_000 });
      await step("halt", { amount: RANKED });
      await step("resolve", { moves: [-35, 1] });
      expect(run.model.venue.estates).to.have.length(1);
      await step("resume", { moves: [0, later], waits: 1_800 });
      await step("resolve", { b: 1, waits: 4_000 });
      await step("sweep");

      expect(run.done.get("resolve")).to.equal(2);
      expect(run.done.get("sweep") ?? 0).to.equal(isSwept ? 1 : 0);
    });
  }
});
