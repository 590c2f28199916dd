import type { Fees } from "./fee-book.ts";

/** What a transaction does. Equal keys do the same, so that one of them in the chain is enough. */
export interface Payload {
  readonly key: string;
  readonly to: string;
  readonly data: string;
  readonly gasLimit: number;
  /** Native coin that goes with it; none unless given. */
  readonly value?: bigint;
  readonly isUrgent: boolean;
}

/** A transaction that a node took and that is not mined as far as is known. */
export interface Flight {
  readonly nonce: number;
  readonly payload: Payload;
  readonly fees: Fees;
  readonly raw: string;
  readonly txHash: string;
  /** When it was first sent at this price, and when its nonce was first used for this. */
  readonly sentAtMs: number;
  readonly openedAtMs: number;
  /** How often its price was raised. */
  readonly replacements: number;
}

/** Transactions of the wallet as a node counts them: mined, and mined or waiting. */
export interface NonceCounts {
  readonly mined: number;
  readonly pending: number;
}

export interface FlightLimits {
  /** A transaction that was not mined this long after it was sent is stuck. */
  readonly resubmissionTimeoutMs: number;
  /**
   * How long a sent nonce that the node does not count counts as taken: nodes behind one URL learn of it one by one.
   * After that the transaction was dropped, and its nonce is a hole to be filled.
   */
  readonly notInMempoolTimeoutMs: number;
}

/** What stands in the way of everything behind it: the lowest nonce that is not mined. */
export type Stuck =
  | { readonly kind: "flight"; readonly flight: Flight }
  /** Nothing of ours: of an earlier life, or nothing at all below something of ours. */
  | { readonly kind: "foreign" | "hole"; readonly nonce: number };

/** Mined transactions that are remembered, because a reorganisation may undo them. */
const SETTLED_KEPT = 64;

/**
 * The nonces of one wallet on one chain, and what was sent with them. Pure bookkeeping: time and counts come in. A nonce
 * is chosen at broadcast as the first hole: a counter that runs ahead leaves a gap after one failure, and everything
 * behind a gap waits for ever.
 */
export interface Flights {
  readonly size: number;
  /** The unmined transaction that does what `key` says. */
  find(key: string): Flight | null;
  /** What is in flight with `nonce`. */
  at(nonce: number): Flight | null;
  /** What did as `key` says and was mined lately, or null. */
  findMined(key: string): Flight | null;
  /** The first nonce that is neither mined nor waiting nor in flight from here. Takes nothing. */
  firstHole(): number;
  /** An earlier life of this process sent something with `nonce`: it is none of ours to see through, and not free. */
  reserve(nonce: number, sentAtMs: number): void;
  /** A node took, or may have taken, `flight`. What was sent with its nonce before is replaced. */
  note(flight: Flight): void;
  /** The counts as a node gave them when it was asked at `askedAtMs`. */
  settle(counts: NonceCounts, askedAtMs: number): void;
  /** What has been stuck for too long, or null. */
  stuckAt(nowMs: number): Stuck | null;
}

export function createFlights({ resubmissionTimeoutMs, notInMempoolTimeoutMs }: FlightLimits): Flights {
  let counts: NonceCounts = { mined: 0, pending: 0 };
  /** Since when `counts.mined` is what it is. */
  let minedSinceMs = 0;
  /** nonce => what was last sent with it */
  const flights = new Map<number, Flight>();
  const settled = new Map<number, Flight>();
  /** nonce => when an earlier life sent something with it */
  const reserved = new Map<number, number>();

  const settleOne = (flight: Flight, { mined, pending }: NonceCounts, askedAtMs: number): void => {
    // Nodes count up to the first hole: of what waits behind one nobody can tell, and it is not sent under another nonce.
    const wasDropped = flight.nonce === pending && askedAtMs - flight.sentAtMs > notInMempoolTimeoutMs;
    if (flight.nonce >= mined && !wasDropped) return;
    flights.delete(flight.nonce);
    if (flight.nonce < mined) settled.set(flight.nonce, flight);
  };
  /** What was mined and is not any more is in flight again: a reorganisation undid it, and the same bytes are good. */
  const reopen = ({ mined }: NonceCounts): void => {
    for (const [nonce, flight] of settled) {
      if (nonce < mined) continue;
      settled.delete(nonce);
      if (!flights.has(nonce)) flights.set(nonce, flight);
    }
  };

  return {
    get size() {
      return flights.size;
    },
    find: (key) => [...flights.values()].find(({ payload }) => payload.key === key) ?? null,
    at: (nonce) => flights.get(nonce) ?? null,
    findMined: (key) => [...settled.values()].find(({ payload }) => payload.key === key) ?? null,
    firstHole() {
      let nonce = Math.max(counts.mined, counts.pending);
      while (flights.has(nonce) || reserved.has(nonce)) nonce += 1;
      return nonce;
    },
    reserve(nonce, sentAtMs) {
      reserved.set(nonce, sentAtMs);
    },
    note(flight) {
      flights.set(flight.nonce, flight);
    },
    settle(next, askedAtMs) {
      if (next.mined !== counts.mined) minedSinceMs = askedAtMs;
      counts = next;
      reopen(next);
      for (const flight of [...flights.values()]) settleOne(flight, next, askedAtMs);
      for (const [nonce, sentAtMs] of reserved) {
        // As for what is in flight: mined, counted by the node from now on, or dropped.
        if (nonce < next.pending || askedAtMs - sentAtMs > notInMempoolTimeoutMs) reserved.delete(nonce);
      }
      for (const nonce of settled.keys()) if (settled.size > SETTLED_KEPT) settled.delete(nonce);
    },
    stuckAt(nowMs) {
      const { mined, pending } = counts;
      const flight = flights.get(mined);
      if (flight !== undefined) {
        return nowMs - flight.sentAtMs > resubmissionTimeoutMs ? { kind: "flight", flight } : null;
      }
      // What is not ours may be of an earlier life of this process, and is given longer.
      if (nowMs - minedSinceMs <= notInMempoolTimeoutMs) return null;
      if (pending > mined) return { kind: "foreign", nonce: mined };
      return flights.size > 0 ? { kind: "hole", nonce: mined } : null;
    },
  };
}
