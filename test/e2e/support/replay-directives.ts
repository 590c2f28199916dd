import type { Scenario } from "./scenario.ts";
import { FAULT_SEED } from "./scenario.ts";
import { createFaultPlan } from "../../../localnet/faults/fault-plan.ts";

/**
 * Carries every directive that any hub has accepted since the mark to every hub once more, in a random order of its own
 * for each hub, as anybody may.
 * @returns how many different directives there were
 */
export async function replayDirectives({ hubs, tally }: Scenario): Promise<number> {
  const accepted = await Promise.all(
    hubs.map(async (hub) => {
      const logs = await tally.directives(hub);
      return Promise.all(logs.map(async (log) => (await log.getTransaction()).data));
    }),
  );
  const directives = [...new Set(accepted.flat())];
  const plan = createFaultPlan(FAULT_SEED, ["reorder"]);
  await Promise.all(
    hubs.map(async ({ hub, chain }) => {
      const placed = directives.map((data, index) => ({ data, nonce: BigInt(index) }));
      const shuffled = plan.shuffle(placed, ({ nonce }) => ({ srcEid: 0, dstEid: chain.eid, nonce }));
      for (const { data } of shuffled) {
        const sent = await chain.wallet("user").sendTransaction({ to: hub.target, data });
        await sent.wait();
      }
    }),
  );
  return directives.length;
}
