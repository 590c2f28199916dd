/**
 * How long a sent nonce that the node does not count counts as taken: nodes behind one URL learn of it one by one. After
 * that the transaction was dropped and its nonce is a hole to be filled.
 */
const DROPPED_AFTER_MS = 15_000;

/** Transactions of the wallet as a node counts them: mined, and mined or waiting. */
export interface NonceCounts {
  readonly mined: number;
  readonly pending: number;
}

export interface NonceBookOptions {
  readonly read: (signal: AbortSignal) => Promise<NonceCounts>;
  readonly nowMs?: () => number;
}

/**
 * The nonces of one wallet on one chain. A nonce is chosen at broadcast as the first hole: a counter that runs ahead
 * leaves a gap after one failure, and everything behind a gap waits for ever.
 */
export interface NonceBook {
  /** Whether the book has to be read again before a nonce can be trusted. */
  readonly isStale: boolean;
  readonly hasInFlight: boolean;
  /** The first nonce that is neither mined nor waiting nor in flight from here. Takes nothing. */
  next(): number;
  /** A node took, or may have taken, a transaction with this nonce. */
  noteSent(nonce: number): void;
  /** Something did not go as the book says. */
  markStale(): void;
  /** Reads the counts. Two readings at once are one, unless the book became stale since the first began. */
  refresh(signal: AbortSignal): Promise<void>;
}

export function createNonceBook({ read, nowMs = () => performance.now() }: NonceBookOptions): NonceBook {
  let counts: NonceCounts | null = null;
  /** Grows with everything that makes earlier readings worthless; the book is as good as its latest reading's. */
  let epoch = 1;
  let readEpoch = 0;
  let reading: { readonly epoch: number; readonly done: Promise<void> } | null = null;
  /** nonce => when it was sent */
  const inFlight = new Map<number, number>();

  async function readCounts(signal: AbortSignal): Promise<void> {
    const [askedAtMs, askedInEpoch] = [nowMs(), epoch];
    counts = await read(signal);
    forgetSettled(inFlight, counts, askedAtMs);
    readEpoch = askedInEpoch;
  }

  return {
    get isStale() {
      return readEpoch < epoch;
    },
    get hasInFlight() {
      return inFlight.size > 0;
    },
    next() {
      let nonce = Math.max(counts?.mined ?? 0, counts?.pending ?? 0);
      // A node may count fewer waiting than it took from here moments ago.
      while (inFlight.has(nonce)) nonce += 1;
      return nonce;
    },
    noteSent(nonce) {
      inFlight.set(nonce, nowMs());
    },
    markStale() {
      epoch += 1;
    },
    refresh(signal) {
      if (reading?.epoch === epoch) return reading.done;
      const earlier = reading?.done.catch(() => undefined) ?? Promise.resolve();
      const mine = { epoch, done: earlier.then(() => readCounts(signal)) };
      const forget = () => {
        if (reading === mine) reading = null;
      };
      reading = mine;
      mine.done.then(forget, forget);
      return mine.done;
    },
  };
}

/** Mined ones are settled; so are those that no node counts although they were sent long before it was asked. */
function forgetSettled(inFlight: Map<number, number>, { mined, pending }: NonceCounts, askedAtMs: number): void {
  for (const [nonce, sentAtMs] of inFlight) {
    const wasDropped = nonce >= pending && askedAtMs - sentAtMs > DROPPED_AFTER_MS;
    if (nonce < mined || wasDropped) inFlight.delete(nonce);
  }
}
