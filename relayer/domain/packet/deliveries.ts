import type { Eid } from "../eid.ts";
import type { Errand } from "../errand/errand.ts";
import type { PacketBook } from "./packet-book.ts";
import { type PacketView, listPackets } from "./packet-view.ts";

export interface DeliveryPolicy {
  /** How long LayerZero's own executor is waited for, counted anew in each state. */
  readonly afterMs: number;
  /** Executions that may fail, whoever paid for them, before a packet is left to governance. */
  readonly failuresMax: number;
  /** Most gas that one execution gets. */
  readonly maxGas: number;
}

/** Gas of the endpoint's own part of an execution, besides what the sender bought for the receiver. */
const ENDPOINT_GAS = 150_000;

/**
 * What an executor of last resort has to do at `eid`, oldest nonce first: commit what is verifiable, execute what is
 * executable, and try again with more gas what failed. `failures` counts, by packet key, trials of this relayer.
 */
export function listDeliveries(
  book: PacketBook,
  at: { readonly eid: Eid; readonly nowMs: number; readonly failures: ReadonlyMap<string, number> },
  policy: DeliveryPolicy,
): readonly Errand[] {
  const isRipe = ({ packet, sinceMs, isForged }: PacketView): boolean =>
    packet.dstEid === at.eid && !isForged && sinceMs !== null && at.nowMs >= sinceMs + policy.afterMs;
  const ripe = listPackets(book).filter(isRipe);
  const inOrder = ripe.toSorted((a, b) => Number(a.packet.nonce - b.packet.nonce));
  return inOrder.flatMap(({ key, packet, state, arrival }): Errand[] => {
    if (state === "verifiable") return [{ kind: "commit", packet }];
    if (state !== "executable" && state !== "failed") return [];
    const failures = arrival.alerts + (at.failures.get(key) ?? 0);
    if (failures >= policy.failuresMax) return [];
    return [{ kind: "execute", packet, gas: gasFor(packet.gas, failures, policy.maxGas) }];
  });
}

/** Twice as much after each failure: what fails at a receiver that never reverts has run out of gas. */
function gasFor(bought: number, failures: number, maxGas: number): number {
  return Math.min((bought + ENDPOINT_GAS) * 2 ** failures, maxGas);
}
