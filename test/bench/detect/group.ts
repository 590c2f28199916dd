import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Contract, Interface, WebSocketProvider } from "ethers";

import { readNetworkParameters } from "../../../deployments/network-parameters.ts";
import { createShutdown } from "../../../localnet/shutdown.ts";
import { type BenchChain, startBenchChain, targetOf } from "../fanout/bench-chain.ts";
import { startThread } from "../fanout/bench-thread.ts";
import { createLadder } from "../fanout/ladder.ts";
import { createTripwire } from "../fanout/tripwire.ts";
import { medianOf } from "../clocks.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import type { DetectorData } from "./detector-thread.ts";

const ROUNDS = 14;
const WARM_UP_ROUNDS = 4;
/** Empty blocks that everybody is told of before anything is measured: a relayer has read heads for hours. */
const WARM_UP_BLOCKS = 400;
const WARM_UP_BLOCK_MS = 8;
/** Between two blocks: shorter than any chain's, and long enough that nobody is still busy with the one before. */
const BLOCK_MS = 150;
const INTERRUPTED = 130;
const ASSERTED =
  "event Asserted(uint64 indexed seq, uint8 indexed market, address indexed sensor, uint8 cause, uint8 local, uint8 mesh, uint256 localWord, uint256 meshWord, uint256 posture)";

/** From an assertion handed to a node until it is in the relayer's world: read from the chain, checked, folded. */
export const detectBenches: BenchGroup = {
  names: ["detect"],
  async measure() {
    const shutdown = createShutdown({
      log: (line) => void process.stderr.write(`${line}\n`),
      interruptExitCode: INTERRUPTED,
    });
    try {
      const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-detect-"));
      await shutdown.add("temporary files", () => rmSync(dir, { recursive: true, force: true }));
      const parameters = readNetworkParameters("local");
      const onStarted = (stop: () => Promise<void>) => shutdown.add("chain", stop);
      const chain = await startBenchChain({ index: 0, dir, parameters, onStarted });
      await shutdown.add("what listens to it", () => {
        chain.watch.close();
        chain.provider.destroy();
      });
      return [await measureOn(chain, parameters.meshId)];
    } finally {
      await shutdown.run();
    }
  },
};

/** The hub of the relayer and the other one take turns; over each, one trip is seen by a bare websocket as well. */
async function measureOn(chain: BenchChain, meshId: string): Promise<Measurement> {
  const data: DetectorData = { target: targetOf(chain), meshId };
  const detector = await startThread(new URL("./detector-thread.ts", import.meta.url), data);
  const provider = new WebSocketProvider(chain.wsUrl);
  // Announced what it subscribed to before it knows its network, the library throws where nobody can catch it.
  await provider.getNetwork();
  const contract = new Contract(chain.hubs.other, new Interface([ASSERTED]), provider);
  const listened: { found: (atMs: number) => void } = { found: () => undefined };
  await contract.on("Asserted", () => listened.found(performance.now()));
  for (let block = 0; block < WARM_UP_BLOCKS; block += 1) {
    await chain.provider.send("anvil_mine", ["0x1"]);
    await sleep(WARM_UP_BLOCK_MS);
  }
  const tripwire = createTripwire(chain);
  const [nextOurs, nextOther] = [createLadder(), createLadder()];
  const taken = { ours: [] as number[], bare: [] as number[], ethers: [] as number[] };
  try {
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
      await sleep(BLOCK_MS);
      const detected = detector.run();
      const ours = await tripwire.trip("relayed", nextOurs());
      taken.ours.push(fromClock((await detected) as bigint) - ours.postedMs);
      taken.bare.push(ours.seenMs - ours.postedMs);
      await sleep(BLOCK_MS);
      const heard = new Promise<number>((resolve) => (listened.found = resolve));
      const other = await tripwire.trip("other", nextOther());
      taken.ethers.push((await heard) - other.postedMs);
    }
  } finally {
    tripwire.close();
    await contract.removeAllListeners();
    await provider.destroy();
    await detector.stop();
  }
  const median = (values: readonly number[]) => medianOf(values.slice(WARM_UP_ROUNDS));
  return {
    bench: "detect",
    unit: "ms",
    value: median(taken.ours),
    floor: median(taken.bare),
    peers: { "ethers, websocket": median(taken.ethers) },
  };
}

/** A moment of the clock that all threads share, by this thread's `performance.now`. */
function fromClock(atNs: bigint): number {
  return performance.now() - Number(process.hrtime.bigint() - atNs) / 1e6;
}
