import { expect } from "chai";
import fc from "fast-check";

import type { VenueFigures } from "../../../../relayer/domain/risk/figures.ts";
import type { VenueEvent } from "../../../../relayer/domain/venue/venue-event.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import type { VenueCheckpoint } from "../../../../relayer/ports/checkpoints.ts";
import type { FakeCheckpoints } from "../../../support/fake-checkpoints.ts";
import { FakeMesh } from "../../../support/fake-mesh.ts";
import { FakeVenue } from "../../../support/fake-venue.ts";

const [ALICE, BOB] = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`] as const;
const PRICE = 1_000n << 32n;
const UNUSABLE = new RelayerError("CHECKPOINT_UNUSABLE", "").code;

/** Alice buys ten lots from Bob; both had paid in a thousand units, and the market's fund holds five hundred. */
const TRADE: readonly VenueEvent[] = [
  { kind: "market-set", market: 1, assetClass: 0, fundSharePpm: 0 },
  { kind: "market-listed", market: 1, firstOctave: 30 },
  { kind: "deposited", account: ALICE, units: 1_000n },
  { kind: "deposited", account: BOB, units: 1_000n },
  { kind: "contributed", market: 1, units: 500n },
  ...([1, -1] as const).map((side): VenueEvent => {
    const deal = { kind: "traded", market: 1, priceX32: PRICE, cashFine: 0n, feeUnits: 0n, restFine: 0n } as const;
    return { ...deal, account: side === 1 ? ALICE : BOB, lots: side * 10 };
  }),
];

describe("a venue's checkpoint", function () {
  this.timeout(60_000);

  let mesh: FakeMesh;
  let venue: FakeVenue;
  let kept: FakeCheckpoints<VenueCheckpoint>;

  beforeEach(async () => {
    mesh = new FakeMesh({ chains: 2 });
    venue = new FakeVenue(mesh.chain(0));
    venue.prices.set(1, PRICE);
    venue.say(1, ...TRADE);
    mesh.venues = [venue];
    await mesh.start();
    await mesh.run(8_000);
    kept = mesh.checkpoints.get(venue.eid)!;
  });
  afterEach(() => mesh.stop());

  const seen = (): readonly VenueFigures[] =>
    mesh.journal.entries.flatMap((entry) =>
      entry.kind === "observation" && entry.observation.kind === "venue-seen" ? [entry.observation.figures] : [],
    );
  const codes = () => mesh.metrics.of("failed").map(([, code]) => code);
  /** Starts anew with what is kept. @returns the first blocks of the ranges that were read of the venue from then on */
  const restart = async (): Promise<readonly number[]> => {
    const before = venue.ranges.length;
    await mesh.restart();
    await mesh.run(8_000);
    return venue.ranges.slice(before).map(({ from }) => from);
  };
  const spoil = (change: (of: VenueCheckpoint) => VenueCheckpoint): void => {
    kept.kept = change(structuredClone(kept.kept!));
  };

  it("spares a restart what was read before it, and the figures are the same", async () => {
    const { at } = kept.kept!;
    venue.say(mesh.chain(0).head.number + 1, { kind: "contributed", market: 1, units: 7n });
    const from = await restart();

    expect(Math.min(...from)).to.equal(at.number + 1);
    expect(seen().at(-1)?.markets[0]).to.deep.include({ openInterest: 10_000n, largest: 10_000n, fund: 507n });
    expect(mesh.status?.exposure()[0]?.markets[0]?.openInterest).to.equal("10000");
    expect(mesh.log.messages("info")).to.include("goes on from its checkpoint");
    expect(codes()).to.not.include(UNUSABLE);
  });

  it("is written with the first figures, and then no more often than every five minutes", async () => {
    expect(kept.writes).to.equal(1);
    await mesh.run(280_000);
    expect(kept.writes).to.equal(1);
    await mesh.run(20_000);
    expect(kept.writes).to.equal(2);
  });

  for (const [what, change] of [
    ["ahead of every block there is", (of) => ({ ...of, at: { ...of.at, number: 2 ** 40 } })],
    ["before the venue", (of) => ({ ...of, at: { ...of.at, number: 0 } })],
    ["on a block that was reorganised away", (of) => ({ ...of, at: { ...of.at, hash: "0xdead" } })],
  ] as const satisfies readonly (readonly [string, (of: VenueCheckpoint) => VenueCheckpoint])[]) {
    it(`is passed over when it is ${what}: everything is read, and it is written anew`, async () => {
      spoil(change);
      const from = await restart();

      expect(from[0]).to.equal(venue.startBlock);
      expect(codes()).to.include(UNUSABLE);
      expect(seen().at(-1)?.markets[0]?.openInterest).to.equal(10_000n);
      expect(kept.kept?.at.hash).to.equal((await mesh.chain(0).block(kept.kept!.at.number, AT_ONCE)).hash);
    });
  }

  it("is passed over when it cannot be read, and missed by nobody when it is not there", async () => {
    kept.isUnreadable = true;
    expect((await restart())[0]).to.equal(venue.startBlock);
    expect(codes()).to.include(UNUSABLE);

    kept.isUnreadable = false;
    kept.kept = null;
    expect((await restart())[0]).to.equal(venue.startBlock);
    expect(codes()).to.not.include(UNUSABLE);
  });

  it("stops nothing when it cannot be written", async () => {
    kept.isFull = true;
    await restart();

    expect(seen().length).to.be.greaterThan(1);
    expect(codes()).to.include(new RelayerError("CHECKPOINT_UNWRITABLE", "").code);
  });

  it("has the venue read anew, while the relayer runs, when somebody takes it away", async () => {
    const before = venue.ranges.length;
    kept.kept = null;
    await mesh.run(4_000);

    expect(venue.ranges[before]?.from).to.equal(venue.startBlock);
    expect(mesh.log.messages("warn")).to.include("checkpoint was taken away, reading anew");
    expect(kept.kept).to.not.equal(null);
  });

  it("is found out by sums where no view tells, before any figures", async () => {
    spoil((of) => distort(of, { of: "unseen" }));
    const from = await restart();

    expect(from).to.include(venue.startBlock);
    expect(mesh.log.messages("error")).to.deep.equal(["venue contradicts its events, reading it anew"]);
    expect(seen().map(({ markets }) => markets[0]?.largest)).to.deep.equal(seen().map(() => 10_000n));
  });

  it("never brings about other figures than reading everything does, whatever stands in it", async function () {
    this.timeout(60_000);
    await mesh.restart();
    await mesh.run(4_000);
    const genuine = structuredClone(kept.kept!);
    const change = fc.oneof(
      fc.record({ of: fc.constant("number" as const), by: fc.integer({ min: -50, max: 50 }).filter(Boolean) }),
      fc.record({ of: fc.constantFrom("cash", "shares", "basis", "fund", "funding"), by: fc.bigInt(1n, 1n << 140n) }),
      fc.record({ of: fc.constantFrom("account", "market", "twice", "side", "seen", "unseen") }),
    );
    await fc.assert(
      fc.asyncProperty(change, async (how) => {
        kept.kept = distort(genuine, how);
        await mesh.restart();
        await mesh.run(8_000);

        for (const { markets } of seen()) {
          expect(markets[0]).to.deep.include({ openInterest: 10_000n, largest: 10_000n, skew: 0n, fund: 500n });
        }
        expect(seen().length).to.be.greaterThan(0);
        expect(mesh.log.messages("error").concat(codes())).to.satisfy((said: readonly string[]) => {
          return said.includes(UNUSABLE) || said.some((text) => text.startsWith("venue contradicts its events"));
        });
      }),
      { numRuns: 40 },
    );
  });
});

const AT_ONCE = new AbortController().signal;

interface Distortion {
  readonly of: string;
  readonly by?: number | bigint;
}

/** The same, but for one thing in it. */
function distort(genuine: VenueCheckpoint, { of, by = 0n }: Distortion): VenueCheckpoint {
  const { at, book } = structuredClone(genuine);
  const [market] = book.markets;
  const [account, ...others] = book.accounts;
  const position = account?.positions[1];
  if (market === undefined || account === undefined || position === null || position === undefined) {
    throw new TypeError("there is nothing to distort");
  }
  const amount = BigInt(by);
  switch (of) {
    case "number":
      return { at: { ...at, number: at.number + Number(by) }, book };
    case "cash":
      account.cash += amount;
      break;
    case "shares":
      position.shares += amount;
      break;
    case "basis":
      position.basis += amount;
      break;
    case "fund":
      market.fund += amount;
      break;
    case "funding":
      market.funding += amount;
      break;
    case "account":
      return { at, book: { ...book, accounts: others } };
    case "market":
      return { at, book: { ...book, markets: [] } };
    case "twice":
      return { at, book: { ...book, accounts: [account, ...book.accounts] } };
    case "unseen":
      // Worth the same at the price of now, so that no view tells: only the sum of its side does.
      position.shares += 1n;
      position.basis += PRICE;
      break;
    case "side":
      position.isLong = !position.isLong;
      break;
    default:
      position.seen += 1;
  }
  return { at, book };
}
