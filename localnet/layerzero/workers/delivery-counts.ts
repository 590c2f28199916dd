/** What happened to packets, counted from the chains' own events and receipts. */
export interface DeliveryCounts {
  /** Packets that the endpoint took from senders on this chain. The rest is counted where packets arrive. */
  readonly sent: number;
  /** First verifications of the true payload, by DVN. */
  readonly verify1: number;
  readonly verify2: number;
  readonly commit: number;
  readonly execute: number;
  /** Verifications of a payload that nobody sent. */
  readonly forged: number;
  /** Verifications that a DVN repeated. The library takes them, and nothing follows. */
  readonly repeatedVerify: number;
  /** Commits and deliveries that the contracts refused. */
  readonly refusedCommit: number;
  readonly refusedExecute: number;
  /** Deliveries that failed inside the receiver (`LzReceiveAlert`). */
  readonly alert: number;
}

export type DeliveryKind = keyof DeliveryCounts;

export const DELIVERY_KINDS = [
  "sent",
  "verify1",
  "verify2",
  "commit",
  "execute",
  "forged",
  "repeatedVerify",
  "refusedCommit",
  "refusedExecute",
  "alert",
] as const satisfies readonly DeliveryKind[];

export function noDeliveries(): Record<DeliveryKind, number> {
  return {
    sent: 0,
    verify1: 0,
    verify2: 0,
    commit: 0,
    execute: 0,
    forged: 0,
    repeatedVerify: 0,
    refusedCommit: 0,
    refusedExecute: 0,
    alert: 0,
  };
}

/** Sum over several chains. */
export function addDeliveries(all: Iterable<DeliveryCounts>): DeliveryCounts {
  const sum = noDeliveries();
  for (const counts of all) {
    for (const kind of DELIVERY_KINDS) sum[kind] += counts[kind];
  }
  return sum;
}
