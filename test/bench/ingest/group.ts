import type { BlockRange } from "../../../relayer/ports/chain.ts";
import { cpuNsOfAsync, medianOf } from "../clocks.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import { type Contestant, createEthers, createFloor, createOurs, type Outcome } from "./contestants.ts";
import { CHAIN_ID, startVenueLogs, type VenueLogs } from "./venue-logs.ts";

const BLOCKS = 8;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 3;
/** The peer is so much slower that it reads a part of the blocks, and fewer times. */
const PEER_BLOCKS = 2;
const PEER_ROUNDS = 2;

/** Processor time for one log of a real chain, from the request to positions and exposures. */
export const ingestBenches: BenchGroup = {
  names: ["ingest"],
  async measure() {
    const logs = await startVenueLogs(BLOCKS);
    try {
      return [await measureOn(logs)];
    } finally {
      await logs.stop();
    }
  },
};

async function measureOn(world: VenueLogs): Promise<Measurement> {
  const { blocks, logsInBlock } = world;
  const [ours, floor, ethers] = [createOurs(world), createFloor(world), createEthers(world, CHAIN_ID)];
  await checkSame([ours, floor], { blocks, logs: BLOCKS * logsInBlock });
  const few = { from: blocks.from, to: blocks.from + PEER_BLOCKS - 1 };
  await checkSame([ours, ethers], { blocks: few, logs: PEER_BLOCKS * logsInBlock });

  const taken = { ours: [] as number[], floor: [] as number[] };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    taken.floor.push(await cpuNsOfAsync(() => floor(blocks)));
    taken.ours.push(await cpuNsOfAsync(() => ours(blocks)));
  }
  const peer: number[] = [];
  while (peer.length < PEER_ROUNDS) peer.push(await cpuNsOfAsync(() => ethers(few)));

  const perLog = (roundsNs: readonly number[], of: number) => medianOf(roundsNs) / (of * logsInBlock) / 1_000;
  return {
    bench: "ingest",
    unit: "us",
    value: perLog(taken.ours.slice(WARM_UP_ROUNDS), BLOCKS),
    floor: perLog(taken.floor.slice(WARM_UP_ROUNDS), BLOCKS),
    peers: { "ethers, queryFilter": perLog(peer, PEER_BLOCKS) },
  };
}

/** Whoever misses a log, or reads it otherwise, is no figure. */
async function checkSame(
  contestants: readonly Contestant[],
  { blocks, logs }: { readonly blocks: BlockRange; readonly logs: number },
): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const read of contestants) outcomes.push(await read(blocks));
  const isSame = outcomes.every((outcome) => outcome.logs === logs && outcome.bought === outcomes[0]?.bought);
  if (!isSame) throw new RangeError(`read otherwise: ${outcomes.map((outcome) => String(outcome.logs)).join(", ")}`);
}
