import { id } from "ethers";

import type { BenchChain } from "./bench-chain.ts";

/** Every directive here changes one word. */
export const ACCEPTED = id("Merged(uint64,uint8,bytes32,uint256,uint256)");

/** One way of bringing a raise to all destinations. */
export interface Attempt<Start> {
  readonly destinations: readonly BenchChain[];
  /** Which of each chain's hubs it is brought to. */
  readonly hub: keyof BenchChain["hubs"];
  /** Sets it going. What is still under way then goes on in `rest`. */
  begin(): Promise<{ readonly start: Start; readonly rest?: Promise<unknown> }>;
}

/** How an attempt began, and when the last destination's hub had accepted it. */
export interface Delivery<Start> {
  readonly start: Start;
  readonly lastMs: number;
}

/**
 * Makes the attempt and notes when each transaction was mined: when its node announced the hub's log. Every hub must have
 * accepted exactly one directive: what fails, or sends more than it should, is no figure.
 */
export async function timeDelivery<Start>(attempt: Attempt<Start>): Promise<Delivery<Start>> {
  const { destinations, hub, begin } = attempt;
  const filterOf = ({ hubs }: BenchChain) => ({ address: hubs[hub], topic: ACCEPTED });
  const countAccepted = (chain: BenchChain) => chain.watch.countLogs(filterOf(chain));
  const before = destinations.map(countAccepted);
  const accepted = Promise.all(destinations.map((chain) => chain.watch.nextLog(filterOf(chain))));
  // Awaited below, unless beginning fails; then that failure is the one to be told.
  accepted.catch(() => undefined);

  const { start, rest } = await begin();
  const [sightings] = await Promise.all([accepted, rest]);
  const wrong = destinations.filter((chain, index) => countAccepted(chain) !== (before[index] ?? 0) + 1);
  if (wrong.length > 0) throw new RangeError(`not one directive each on ${wrong.map(({ name }) => name).join(", ")}`);
  return { start, lastMs: Math.max(...sightings.map(({ atMs }) => atMs)) };
}
