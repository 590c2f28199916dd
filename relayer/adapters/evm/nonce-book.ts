import { createFlights, type FlightLimits, type Flights, type NonceCounts } from "./flights.ts";

export interface NonceBookOptions extends FlightLimits {
  readonly read: (signal: AbortSignal) => Promise<NonceCounts>;
  readonly nowMs?: () => number;
}

/** The flights of one wallet on one chain, and whether what is known of them can be trusted. */
export interface NonceBook {
  readonly flights: Flights;
  /** Whether the counts have to be read again before a nonce can be trusted. */
  readonly isStale: boolean;
  /** Something did not go as the book says. */
  markStale(): void;
  /** Reads the counts. Two readings at once are one, unless the book became stale since the first began. */
  refresh(signal: AbortSignal): Promise<void>;
}

export function createNonceBook({ read, nowMs = () => performance.now(), ...limits }: NonceBookOptions): NonceBook {
  const flights = createFlights(limits);
  /** Grows with everything that makes earlier readings worthless; the book is as good as its latest reading's. */
  let epoch = 1;
  let readEpoch = 0;
  let reading: { readonly epoch: number; readonly done: Promise<void> } | null = null;

  async function readCounts(signal: AbortSignal): Promise<void> {
    const [askedAtMs, askedInEpoch] = [nowMs(), epoch];
    flights.settle(await read(signal), askedAtMs);
    readEpoch = askedInEpoch;
  }

  return {
    flights,
    get isStale() {
      return readEpoch < epoch;
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
