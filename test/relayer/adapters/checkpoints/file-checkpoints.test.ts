import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import { type LineCodec, createFileCheckpoints } from "../../../../relayer/adapters/checkpoints/file-checkpoints.ts";
import { packetCodec } from "../../../../relayer/adapters/checkpoints/packet-codec.ts";
import { venueCodec } from "../../../../relayer/adapters/checkpoints/venue-codec.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { NO_ARRIVAL, applyArrival } from "../../../../relayer/domain/packet/arrival.ts";
import { packetKey } from "../../../../relayer/domain/packet/packet.ts";
import { applyVenueEvent } from "../../../../relayer/domain/venue/apply-event.ts";
import { bookOfPlain, plainBookOf } from "../../../../relayer/domain/venue/plain-book.ts";
import { createVenueBook } from "../../../../relayer/domain/venue/venue-book.ts";
import type { Checkpoint, PacketCheckpoint, VenueCheckpoint } from "../../../../relayer/ports/checkpoints.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { aName, aPacket, alerted, attested, committed, sent } from "../../../support/packet-builders.ts";
import { printBook } from "../../../support/print-book.ts";

const KEY = new Uint8Array(32).fill(7);
const ABOUT = "venue/0xc0/1/0xab/5";
const AT = { number: 90, hash: "0x90", parentHash: "0x89", timestamp: 1_700_000_000 } as const;
const ACCOUNTS: readonly Hex[] = Array.from({ length: 2_500 }, (_, index) => hexOfInteger(BigInt(index), 20));

/** A market with a position on each side, one side torn up in part, and many who have only paid in. */
function aVenue(): VenueCheckpoint {
  const book = createVenueBook();
  const deal = {
    kind: "traded",
    market: 1,
    priceX32: 1_000n << 32n,
    cashFine: 0n,
    feeUnits: 0n,
    restFine: 0n,
  } as const;
  applyVenueEvent(book, { kind: "market-set", market: 1, assetClass: 2, fundSharePpm: 300_000 });
  applyVenueEvent(book, { kind: "market-listed", market: 1, firstOctave: 30 });
  for (const account of ACCOUNTS) applyVenueEvent(book, { kind: "deposited", account, units: 1_000n });
  applyVenueEvent(book, { ...deal, account: ACCOUNTS[0]!, lots: 10 });
  applyVenueEvent(book, { ...deal, account: ACCOUNTS[1]!, lots: -10 });
  book.markets.get(1)!.longs.tearUps.push({ mark: -5n, indexAfter: 1n << 79n, cut: 3n });
  book.markets.get(1)!.closing = { priceX32: 7n, claims: 9n, deficit: -1n, rate: null };
  book.accounts.get(ACCOUNTS[2]!)!.claims = new Map([[1, 9n]]);
  return { at: AT, book: plainBookOf(book) };
}

function someArrivals(): PacketCheckpoint {
  const arrival = [attested(1, 0), committed(1), alerted(1)].reduce(applyArrival, NO_ARRIVAL);
  const facts = {
    sent: new Map([[packetKey(aName(1)), aPacket(1)]]),
    arrivals: new Map([[packetKey(aName(1)), arrival]]),
  };
  expect(sent(1).kind).to.equal("sent");
  return { at: AT, facts };
}

describe("checkpoints in files", () => {
  let dir: string;
  let file: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cordon-checkpoints-"));
    file = join(dir, "deep", "venue-alpha");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const open = <Kept extends Checkpoint>(codec: LineCodec<Kept>, key = KEY, about = ABOUT) =>
    createFileCheckpoints({ file, key, about }, codec);

  it("gives a venue back as it was kept, to the last bit", async () => {
    const kept = aVenue();
    const before = printBook(bookOfPlain(structuredClone(kept.book))!);
    await open(venueCodec).keep(kept);

    const recalled = await open(venueCodec).recall();

    expect(recalled?.at).to.deep.equal(AT);
    expect(printBook(bookOfPlain(recalled!.book)!)).to.equal(before);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(dir, "deep"))).to.deep.equal(["venue-alpha"]);
  });

  it("gives packets back as they were kept", async () => {
    await open(packetCodec).keep(someArrivals());

    expect(await open(packetCodec).recall()).to.deep.equal(someArrivals());
  });

  it("has none where there is no file, and after it was taken away", async () => {
    const store = open(packetCodec);
    expect([await store.recall(), await store.isThere()]).to.deep.equal([null, false]);
    await store.keep(someArrivals());
    expect(await store.isThere()).to.equal(true);

    await store.forget();
    await store.forget();
    expect([await store.recall(), await store.isThere()]).to.deep.equal([null, false]);
  });

  it("refuses a file of which one byte was changed, put in or taken out", async () => {
    await open(packetCodec).keep(someArrivals());
    const whole = readFileSync(file);
    const change = fc.record({
      at: fc.integer({ min: 0, max: whole.length - 1 }),
      how: fc.constantFrom("change", "put in", "take out", "cut"),
      byte: fc.integer({ min: 0, max: 255 }),
    });

    await fc.assert(
      fc.asyncProperty(change, async ({ at, how, byte }) => {
        const [head, tail] = [whole.subarray(0, at), whole.subarray(at)];
        const put = Buffer.from([byte]);
        const parts = { change: [head, put, tail.subarray(1)], "put in": [head, put, tail] };
        const rest = { "take out": [head, tail.subarray(1)], cut: [head] };
        const spoilt = Buffer.concat({ ...parts, ...rest }[how]);
        fc.pre(!spoilt.equals(whole));
        writeFileSync(file, spoilt);

        expect((await failureOf(open(packetCodec).recall())).name).to.equal("CHECKPOINT_UNUSABLE");
      }),
      { numRuns: 300 },
    );
  });

  it("refuses what another key has sealed, and what is about another chain or venue", async () => {
    await open(venueCodec).keep(aVenue());

    for (const other of [open(venueCodec, new Uint8Array(32).fill(8)), open(venueCodec, KEY, "venue/0xc0/2/0xab/5")]) {
      expect((await failureOf(other.recall())).name).to.equal("CHECKPOINT_UNUSABLE");
    }
  });

  it("refuses what is sealed and of another version or kind", async () => {
    await open(packetCodec).keep(someArrivals());
    expect((await failureOf(open(venueCodec).recall())).name).to.equal("CHECKPOINT_UNUSABLE");

    const older = {
      *encode() {
        yield '{"version":0}';
      },
      decode: packetCodec.decode,
    };
    await open(older).keep(someArrivals());
    expect((await failureOf(open(packetCodec).recall())).name).to.equal("CHECKPOINT_UNUSABLE");
  });

  it("says so when there is no place to write to", async () => {
    writeFileSync(join(dir, "deep"), "a file where a directory should be");
    expect((await failureOf(open(venueCodec).keep(aVenue()))).name).to.equal("CHECKPOINT_UNWRITABLE");

    rmSync(join(dir, "deep"));
    mkdirSync(file, { recursive: true });
    expect((await failureOf(open(venueCodec).recall())).name).to.equal("CHECKPOINT_UNUSABLE");
  });
});

describe("a book from a checkpoint", () => {
  it("is none where parts of it cannot go together", () => {
    const { book } = aVenue();
    const [first, ...others] = book.accounts;
    const held = first!.positions[1]!;
    const wrong = [
      { ...book, markets: [...book.markets, ...book.markets] },
      { ...book, markets: [] },
      { ...book, accounts: [...book.accounts, first!] },
      { ...book, accounts: [{ ...first!, positions: [null, { ...held, seen: 2 }] }, ...others] },
      { ...book, accounts: [{ ...first!, positions: [null, { ...held, shares: 0n }] }, ...others] },
      { ...book, accounts: [{ ...first!, positions: [null, { ...held, index: 0n }] }, ...others] },
      { ...book, accounts: [{ ...first!, claims: new Map([[4, 1n]]) }, ...others] },
    ];

    expect(bookOfPlain(book)).to.not.equal(null);
    for (const plain of wrong) expect(bookOfPlain(plain)).to.equal(null);
  });
});
