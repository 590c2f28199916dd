import { expect } from "chai";

import type { LocalRelayer } from "../../../localnet/relayers/start-relayer.ts";
import { waitUntil } from "../../../localnet/wait-until.ts";
import type { TestHub } from "../../localnet/support/hubs.ts";
import { readMetric } from "./relayer-pages.ts";
import { PATIENCE_MS } from "./scenario.ts";

/** Transactions of one kind that `relayer` has sent by one lane, for each of `hubs`. */
async function countSent(
  relayer: LocalRelayer,
  hubs: readonly TestHub[],
  { lane, kind }: { lane: string; kind: string },
): Promise<readonly number[]> {
  const sample = (chain: string) => `cordon_transactions_total{chain="${chain}",kind="${kind}",lane="${lane}"}`;
  const sent = await Promise.all(hubs.map(({ chain }) => readMetric(relayer, sample(chain.name))));
  return sent.map((count) => count ?? 0);
}

/**
 * Counts what `relayer` has sent to `hubs`.
 * @returns expects one raise more by the emergency lane, and one renewal more by the queue, for each
 */
export async function markCarriers(relayer: LocalRelayer, hubs: readonly TestHub[]): Promise<() => Promise<void>> {
  const count = () =>
    Promise.all([
      countSent(relayer, hubs, { lane: "emergency", kind: "raise" }),
      countSent(relayer, hubs, { lane: "queue", kind: "settle" }),
    ]);
  const before = await count();
  return async () => {
    expect(await count()).to.deep.equal(before.map((of) => of.map((each) => each + 1)));
  };
}

/** Waits until the jobs that wait in Redis are as `isMet` says; null is what the relayer sees when Redis does not answer. */
export function awaitWaitingJobs(
  relayer: LocalRelayer,
  what: string,
  isMet: (waiting: number | null) => boolean,
): Promise<unknown> {
  return waitUntil(async () => isMet(await readMetric(relayer, 'cordon_queue_jobs{state="waiting"}')), {
    what: `${what} in Redis, as the relayer sees it`,
    timeoutMs: PATIENCE_MS,
  });
}
