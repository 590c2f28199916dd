import { expect } from "chai";
import fc from "fast-check";

import type { Flight, NonceCounts } from "../../../../relayer/adapters/evm/flights.ts";
import { createNonceBook } from "../../../../relayer/adapters/evm/nonce-book.ts";

const never = new AbortController().signal;
const LIMITS = { resubmissionTimeoutMs: 5_000, notInMempoolTimeoutMs: 15_000 };
const LONG_MS = 60_000;

describe("createNonceBook", () => {
  let nowMs: number;
  let counts: NonceCounts;
  let readings: number;

  beforeEach(() => {
    nowMs = 0;
    counts = { mined: 5, pending: 5 };
    readings = 0;
  });

  const open = () =>
    createNonceBook({
      ...LIMITS,
      read: () => {
        readings += 1;
        return Promise.resolve(counts);
      },
      nowMs: () => nowMs,
    });

  it("is stale until it was read", async () => {
    const book = open();
    const before = book.isStale;
    await book.refresh(never);

    expect([before, book.isStale, book.flights.firstHole()]).to.deep.equal([true, false, 5]);
  });

  it("counts what a node took, before the node counts it", async () => {
    const book = open();
    await book.refresh(never);
    book.flights.note(aFlight(5, nowMs));
    book.flights.note(aFlight(6, nowMs));
    await book.refresh(never);

    expect(book.flights.firstHole()).to.equal(7);
  });

  it("goes behind what waited before it was opened", async () => {
    counts = { mined: 5, pending: 8 };
    const book = open();
    await book.refresh(never);

    expect(book.flights.firstHole()).to.equal(8);
  });

  it("gives the same nonce until somebody says that it was sent: a failure leaves no hole", async () => {
    const book = open();
    await book.refresh(never);

    expect([book.flights.firstHole(), book.flights.firstHole()]).to.deep.equal([5, 5]);
  });

  it("fills the hole that a dropped transaction leaves, once it is surely dropped", async () => {
    const book = open();
    await book.refresh(never);
    book.flights.note(aFlight(5, nowMs));
    nowMs += 1_000;
    await book.refresh(never);
    const soon = book.flights.firstHole();
    nowMs += LONG_MS;
    await book.refresh(never);

    expect([soon, book.flights.firstHole()]).to.deep.equal([6, 5]);
  });

  it("follows a count that goes back, as a reorganisation makes it", async () => {
    counts = { mined: 9, pending: 9 };
    const book = open();
    await book.refresh(never);
    counts = { mined: 7, pending: 7 };
    await book.refresh(never);

    expect(book.flights.firstHole()).to.equal(7);
  });

  it("makes one reading of several at once, and another when it became stale meanwhile", async () => {
    const book = open();
    await Promise.all([book.refresh(never), book.refresh(never), book.refresh(never)]);
    const shared = readings;
    const early = book.refresh(never);
    await Promise.resolve();
    book.markStale();
    await Promise.all([early, book.refresh(never)]);

    expect([shared, readings, book.isStale]).to.deep.equal([1, 3, false]);
  });

  it("stays stale when it cannot be read", async () => {
    const book = createNonceBook({ ...LIMITS, read: () => Promise.reject(new TypeError("away")) });
    await book.refresh(never).catch(() => undefined);

    expect(book.isStale).to.equal(true);
  });

  it("never jams: whatever is sent, mined, dropped or lost, the next nonce ends up as the chain's first hole", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const model = new ModelPool();
        let wallMs = 0;
        const book = createNonceBook({ ...LIMITS, read: () => Promise.resolve(model.counts()), nowMs: () => wallMs });
        await book.refresh(never);

        for (const { kind, waitMs } of steps) {
          wallMs += waitMs;
          if (kind === "refresh") await book.refresh(never);
          else if (kind === "send") sendTo(model, book, wallMs);
          else model[kind]();
        }
        wallMs += LONG_MS;
        await book.refresh(never);

        expect(book.flights.firstHole()).to.equal(model.firstHole());
      }),
    );
  });
});

const step = fc.record({
  kind: fc.constantFrom("send", "send", "mine", "drop", "refresh", "restart"),
  waitMs: fc.integer({ min: 0, max: 8_000 }),
});

function aFlight(nonce: number, sentAtMs: number): Flight {
  const payload = { key: String(nonce), to: "0x", data: "0x", gasLimit: 1, isUrgent: true };
  const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
  return { nonce, payload, fees, raw: "0x", txHash: "0x", sentAtMs, openedAtMs: sentAtMs, replacements: 0 };
}

function sendTo(model: ModelPool, book: ReturnType<typeof createNonceBook>, nowMs: number): void {
  const nonce = book.flights.firstHole();
  model.take(nonce);
  book.flights.note(aFlight(nonce, nowMs));
}

/** A node's pool of one wallet, told a second time: a set of waiting nonces and a count. */
class ModelPool {
  #mined = 0;
  #waiting = new Set<number>();

  take(nonce: number): void {
    if (nonce >= this.#mined) this.#waiting.add(nonce);
  }

  mine(): void {
    while (this.#waiting.delete(this.#mined)) this.#mined += 1;
  }

  /** The oldest waiting one is forgotten; what came after it waits behind the hole. */
  drop(): void {
    this.#waiting.delete(Math.min(...this.#waiting));
  }

  /** The node starts again with an empty pool. */
  restart(): void {
    this.#waiting.clear();
  }

  firstHole(): number {
    let nonce = this.#mined;
    while (this.#waiting.has(nonce)) nonce += 1;
    return nonce;
  }

  counts(): NonceCounts {
    return { mined: this.#mined, pending: this.firstHole() };
  }
}
