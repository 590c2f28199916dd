import { expect } from "chai";
import fc from "fast-check";

import {
  deployInsured,
  EXIT_LIMIT_PPM,
  EXIT_NOTICE_SECONDS,
  FUND_TERMS,
  MAINTENANCE_PPM,
  MARKETS,
  networkHelpers,
  OFFSET_PPM,
  ONE,
  PARAMS,
  PRICE_ONE,
  signOrder,
  START_PRICES,
  VAULTS,
} from "./deploy-venue.ts";
import { sizeOf, UNIT_FINE } from "./model/book.ts";
import {
  claimableOf,
  claimAll,
  createVault,
  enter,
  give,
  move,
  payDue,
  request,
  type Vault,
} from "./model/insurance.ts";
import { liquidate } from "./model/liquidation.ts";
import {
  createVenue,
  deposit,
  fill,
  listMarket,
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
const INSURANCE = ["enter", "enter", "leave", "payDue", "claim", "move"] as const;
const KINDS = [...OFTEN, ...OFTEN, "deposit", "withdraw", "contribute", "settle", ...INSURANCE] as const;
/** Whoever resolves: the wallet that has deployed. */
const KEEPER = TRADERS;
const EXIT_TERMS = { noticeSeconds: EXIT_NOTICE_SECONDS, limitPpm: EXIT_LIMIT_PPM };
/** Exits take days. */
const PATIENT = new Set<string>(["leave", "payDue"]);
const PATIENCE_SECONDS = 40_000;

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

/** The house's half and that of its vaults. */
interface Model {
  readonly venue: Venue;
  readonly vaults: Map<number, Vault>;
  readonly moved: Map<number, { passed: bigint; at: bigint }>;
}

interface Run extends Awaited<ReturnType<typeof deployInsured>> {
  model: Model;
  prices: bigint[];
  readonly done: Map<string, number>;
}

/** As the contract converts: a lot is worth one unit of quote at the price of listing. */
const toX32 = (market: (typeof MARKETS)[number], price: bigint) => (price * ONE * PRICE_ONE) / START_PRICES[market];

async function start(): Promise<Run> {
  const deployment = await networkHelpers.loadFixture(deployInsured);
  const venue = createVenue({ ...PARAMS, ...FUND_TERMS, maintenancePpm: MAINTENANCE_PPM }, OFFSET_PPM, 0n);
  for (const market of MARKETS) {
    venue.now = deployment.listedAt.get(market)!;
    listMarket(venue, market, toX32(market, START_PRICES[market]));
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

/** Somebody in trouble of the kind asked for, if there is anybody: at random such steps would hardly ever find them. */
function inTrouble({ model: { venue } }: Run, kind: string, drawn: number): number {
  const isWanted = (trader: number) => {
    const { equity, maintenance } = standingOf(venue, trader);
    return kind === "resolve" ? equity < 0n : equity >= 0n && equity < maintenance * UNIT_FINE;
  };
  return Array.from({ length: TRADERS }, (_, i) => i).find(isWanted) ?? drawn;
}

interface Halves {
  readonly model: (model: Model) => boolean;
  readonly call: () => Promise<unknown>;
}

/** Both halves of one step: what the model says, and the call. */
async function halves(run: Run, { kind, market, a: drawn, b, amount }: Step): Promise<Halves> {
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
      const matched = { ...terms, maker: a, taker: other, takerIsBuy: true, price: toX32(market, price) };
      return {
        model: ({ venue }) => fill(venue, matched),
        call: () => house.getFunction("fill")({ maker, taker, lots: terms.lots }),
      };
    }
    case "liquidate":
      return {
        model: ({ venue }) => liquidate(venue, { market, trader: a, keeper: other, lots: BigInt(amount) }),
        call: () => as(house, traders[other]!).getFunction("liquidate")(traders[a]!.address, market, amount),
      };
    case "resolve":
      return {
        model: ({ venue }) => resolve(venue, a, KEEPER),
        call: () => house.getFunction("resolve")(traders[a]!.address),
      };
    case "withdraw":
      return {
        model: ({ venue }) => withdraw(venue, a, units),
        call: () => as(house, traders[a]!).getFunction("withdraw")(units, traders[a]!.address),
      };
    case "enter":
    case "leave":
    case "payDue":
    case "claim":
    case "move":
      return insurance(run, kind, { a, amount });
    default:
      return gifts(run, kind, { market, a, amount, units });
  }
}

function gifts(
  { house, traders }: Run,
  kind: string,
  { market, a, amount, units }: { market: number; a: number; amount: number; units: bigint },
): Halves {
  if (kind === "deposit") {
    return {
      model: ({ venue }) => (deposit(venue, a, units), true),
      call: () => house.getFunction("deposit")(traders[a]!.address, units),
    };
  }
  if (kind === "contribute") {
    return {
      model: ({ venue }) => (give(venue, amount % 2 === 0 ? 0 : market, (units / 20n) * UNIT_FINE), true),
      call: () => house.getFunction("contribute")(amount % 2 === 0 ? 0 : market, units / 20n),
    };
  }
  return {
    model: () => true,
    call: () => house.getFunction("settle")(traders[a]!.address, market, amount % 3),
  };
}

/** What share holders and governance do with the funds. */
function insurance(
  { house, funds, traders, model: { vaults } }: Run,
  kind: "enter" | "leave" | "payDue" | "claim" | "move",
  { a, amount }: { a: number; amount: number },
): Halves {
  const market = amount % 2;
  const fund = as(funds.get(market)!, traders[a]!);
  const { address } = traders[a]!;
  const units = BigInt(amount) * 10_000n + 7n;
  switch (kind) {
    case "enter":
      return {
        model: (model) => enter(model.venue, model.vaults.get(market)!, a, units),
        call: () => fund.getFunction("deposit")(units, address),
      };
    case "leave": {
      const shares = ((vaults.get(market)!.shares.get(a) ?? 0n) * BigInt(amount)) / 20_000n;
      return {
        model: (model) => request(model.venue, model.vaults.get(market)!, { holder: a, shares, terms: EXIT_TERMS }),
        call: () => fund.getFunction("requestRedeem")(shares, address, address),
      };
    }
    case "payDue":
      return {
        model: (model) => (payDue(model.venue, model.vaults.get(market)!, EXIT_TERMS), true),
        call: () => fund.getFunction("payDue")(),
      };
    case "claim": {
      const assets = claimableOf(vaults.get(market)!, a);
      return {
        model: (model) => claimAll(model.vaults.get(market)!, a) === assets,
        call: async () => fund.getFunction("redeem")(await fund.getFunction("maxRedeem")(address), address, address),
      };
    }
    case "move": {
      const terms = { from: market, to: 1 - market, units: units / 20n };
      return {
        model: (model) => move(model.venue, model.moved, terms, FUND_TERMS),
        call: () => house.getFunction("moveInsurance")(terms.from, terms.to, terms.units),
      };
    }
  }
}

const as = (contract: Run["house"], wallet: Run["traders"][number]) => contract.connect(wallet) as Run["house"];

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
    run.model = tried;
    run.done.set(drawn.kind, (run.done.get(drawn.kind) ?? 0) + 1);
  }
  await compare(run, drawn.kind);
}

async function compare(run: Run, after: string): Promise<void> {
  const {
    house,
    traders,
    owner,
    model: { venue },
  } = run;
  for (const [i, address] of [...traders.map((trader) => trader.address), owner].entries()) {
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
    for (const kind of new Set(INSURANCE)) expect(done.get(kind) ?? 0, counts).to.be.greaterThan(0);
  });
});
