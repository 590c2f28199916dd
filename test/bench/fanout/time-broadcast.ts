import { id } from "ethers";

import type { BenchChain } from "./bench-chain.ts";

const ACCEPTED = id("DirectiveAccepted(uint64,bytes32)");

/** One way of bringing a raise to all destinations. */
export interface Attempt<Start> {
  readonly destinations: readonly BenchChain[];
  /** Which of each chain's hubs it is brought to. */
  readonly hub: keyof BenchChain["hubs"];
  /** Sets it going. What is still under way then goes on in `rest`. */
  begin(): Promise<{ readonly start: Start; readonly rest?: Promise<void> }>;
}

/** How an attempt began, and when the last destination's node had announced its transaction. */
export interface Broadcast<Start> {
  readonly start: Start;
  readonly lastMs: number;
}

/**
 * Makes the attempt and notes when every transaction was broadcast. Only then are blocks mined, and every hub must have
 * accepted exactly one directive: what fails, or sends more than it should, is no figure.
 */
export async function timeBroadcast<Start>(attempt: Attempt<Start>): Promise<Broadcast<Start>> {
  const { destinations, hub, begin } = attempt;
  const countAccepted = ({ hubs, watch }: BenchChain) => watch.countLogs({ address: hubs[hub], topic: ACCEPTED });
  const before = destinations.map(countAccepted);
  const announced = Promise.all(destinations.map(({ watch }) => watch.nextTransaction()));
  // Awaited below, unless beginning fails; then that failure is the one to be told.
  announced.catch(() => undefined);

  const { start, rest } = await begin();
  const [sightings] = await Promise.all([announced, rest]);
  await Promise.all(destinations.map((chain) => mineAccepted(chain, hub)));

  const wrong = destinations.filter((chain, index) => countAccepted(chain) !== (before[index] ?? 0) + 1);
  if (wrong.length > 0) throw new RangeError(`not one directive each on ${wrong.map(({ name }) => name).join(", ")}`);
  return { start, lastMs: Math.max(...sightings.map(({ atMs }) => atMs)) };
}

async function mineAccepted({ hubs, watch, mine }: BenchChain, hub: keyof BenchChain["hubs"]): Promise<void> {
  const accepted = watch.nextLog({ address: hubs[hub], topic: ACCEPTED });
  await mine(1);
  await accepted;
}
