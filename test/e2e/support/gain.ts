import { expect } from "chai";

import type { TestHub } from "../../localnet/support/hubs.ts";
import { DIRECTIVE, PACKET, type Scenario, expectAgreement } from "./scenario.ts";
import type { Gain, Tally } from "./tally.ts";

/** What one raise costs where it happens, among three chains. */
export const RAISE = { assertions: 1, broadcasts: 1, sent: 2 };

/** A gain of `here` on the chain of `source` and of `there` on each of the others. */
export function gainOf(
  { hubs }: Pick<Scenario, "hubs">,
  source: TestHub,
  here: Partial<Tally>,
  there: Partial<Tally>,
): Gain {
  return Object.fromEntries(hubs.map((hub) => [hub.chain.name, hub === source ? here : there]));
}

/** How a raise at `source` ends that LayerZero has delivered: one directive and one packet to every other chain, no more. */
export async function expectOneOfEach(scene: Scenario, source: TestHub, rungs: number, market = 1): Promise<void> {
  await scene.settle();
  const raise = { ...RAISE, sent: scene.hubs.length - 1 };
  expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, raise, { ...DIRECTIVE, ...PACKET }));
  await expectAgreement(scene.hubs, market, rungs);
}

/** Counts multiplied by `factor`. */
export function times<T extends Record<string, number>>(factor: number, counts: T): T {
  return Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, count * factor])) as T;
}
