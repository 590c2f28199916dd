import { id } from "ethers";

import type { BenchChain } from "./bench-chain.ts";

const ACCEPTED = id("DirectiveAccepted(uint64,bytes32,uint8,uint256)");

/** One way of bringing a raise to all destinations. */
export interface Attempt {
  readonly destinations: readonly BenchChain[];
  /** Which of each chain's hubs it is brought to. */
  readonly hub: keyof BenchChain["hubs"];
  /** Sets it going. `startMs` is the moment to count from; what is still under way by then goes on in `rest`. */
  begin(): Promise<{ readonly startMs: number; readonly rest?: Promise<void> }>;
}

/**
 * Milliseconds from the start of `attempt` until the last destination's node has announced its transaction. Then the
 * blocks are mined, and every hub must have accepted one directive: an attempt that cheats or fails is no figure.
 */
export async function timeBroadcast({ destinations, hub, begin }: Attempt): Promise<number> {
  const acceptedOn = ({ hubs, watch }: BenchChain) => watch.countLogs({ address: hubs[hub], topic: ACCEPTED });
  const before = destinations.map(acceptedOn);
  const announced = Promise.all(destinations.map(({ watch }) => watch.nextTransaction()));
  // Awaited below, unless beginning fails; then that failure is the one to be told.
  announced.catch(() => undefined);

  const { startMs, rest } = await begin();
  const [sightings] = await Promise.all([announced, rest]);
  await Promise.all(destinations.map((chain) => mineAccepted(chain, hub)));

  const surplus = destinations.filter((chain, index) => acceptedOn(chain) !== (before[index] ?? 0) + 1);
  if (surplus.length > 0) throw new RangeError(`not one directive each on ${surplus.map(({ name }) => name).join(", ")}`);
  return Math.max(...sightings.map(({ atMs }) => atMs)) - startMs;
}

async function mineAccepted({ hubs, watch, mine }: BenchChain, hub: Attempt["hub"]): Promise<void> {
  const accepted = watch.nextLog({ address: hubs[hub], topic: ACCEPTED });
  await mine(1);
  await accepted;
}
