import { Interface } from "ethers";

import { readCompiledContract } from "../../../deployments/compiled-contract.ts";
import { type Observer, type Sighting, createObserver } from "../../../localnet/demo/observer.ts";
import { isOfDirective } from "../../../localnet/demo/scene.ts";
import type { EndpointFault } from "../../../localnet/faults/endpoint-faults.ts";
import { waitUntil } from "../../../localnet/wait-until.ts";
import { PATIENCE_MS, type Scenario, startScenario } from "../../e2e/support/scenario.ts";
import { REDUCE_ONLY_M2, type TestHub } from "../../localnet/support/hubs.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";

/** What is wrong with the last of five chains, as its only endpoint shows it. */
const FAULTS: Readonly<Record<string, EndpointFault>> = {
  slow: { name: "slow", ms: 2_500 },
  dead: { name: "hang" },
  lying: { name: "forge-head", blocks: 1_000 },
};
const OTHERS = ["chain-b", "chain-c", "chain-d"];
const CHAINS = OTHERS.length + 2;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

const nameOf = (fault: string, chain: string): string => `isolation.${fault}.${chain.slice(-1)}`;

/** Milliseconds from the trip's log to the directive's, by chain. */
type Times = ReadonlyMap<string, number>;

async function measure(wanted: ReadonlySet<string>): Promise<readonly Measurement[]> {
  const faults = Object.entries(FAULTS).filter(([fault]) => OTHERS.some((chain) => wanted.has(nameOf(fault, chain))));
  const scene = await startScenario("isolation", {
    chains: CHAINS,
    endpointsOf: (_, { name }) => [name === "chain-e" ? "faulty" : "direct"],
  });
  const observer = createObserver(Interface.from(readCompiledContract("hub", "IncidentHub").abi));
  try {
    for (const { chain, hub } of scene.hubs) {
      await observer.watch({ chain: chain.name, wsUrl: chain.wsUrl, hub: String(hub.target) });
    }
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await timeRound(scene, observer, null);
    const measured: Measurement[] = [];
    for (const [name, fault] of faults) measured.push(...(await measureFault(scene, observer, { name, fault })));
    return measured;
  } finally {
    observer.close();
    await scene.stop();
  }
}

/** Rounds with the fault and without take turns, so that what else the machine does meets both. */
async function measureFault(
  scene: Scenario,
  observer: Observer,
  { name, fault }: { name: string; fault: EndpointFault },
): Promise<readonly Measurement[]> {
  const [without, during]: [Times[], Times[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    without.push(await timeRound(scene, observer, null));
    during.push(await timeRound(scene, observer, fault));
  }
  return OTHERS.map((chain) => ({
    bench: nameOf(name, chain),
    unit: "ms",
    value: medianOf(during, chain),
    floor: medianOf(without, chain),
    peers: {},
  }));
}

async function timeRound(scene: Scenario, observer: Observer, fault: EndpointFault | null): Promise<Times> {
  const [source, ...hubs] = scene.hubs as [TestHub, ...TestHub[]];
  const bad = hubs.at(-1) as TestHub;
  const endpoint = scene.localnet.endpoint(0, bad.chain);
  await endpoint.setFault(null);
  await scene.calm();
  await endpoint.setFault(fault);
  const from = observer.sightings.length;
  const find = (chain: string, isWanted: (sighting: Sighting) => boolean) =>
    observer.sightings.slice(from).find((sighting) => sighting.chain === chain && isWanted(sighting))?.atMs;

  await scene.raise(source, 1, REDUCE_ONLY_M2);
  await waitUntil(() => OTHERS.every((chain) => find(chain, isOfDirective) !== undefined), {
    what: "a directive on every chain that is well",
    timeoutMs: PATIENCE_MS,
    pollMs: 5,
  });
  const trip = find(source.chain.name, ({ name }) => name === "Asserted") ?? Number.NaN;
  const times = new Map(OTHERS.map((chain) => [chain, (find(chain, isOfDirective) ?? Number.NaN) - trip]));
  await endpoint.setFault(null);
  return times;
}

function medianOf(rounds: readonly Times[], chain: string): number {
  const times = rounds.map((round) => round.get(chain) ?? Number.NaN).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

/** Time to tightening of every chain that is well, beside one that is not; the floor is the same with all of them well. */
export const isolationBenches: BenchGroup = {
  names: Object.keys(FAULTS).flatMap((fault) => OTHERS.map((chain) => nameOf(fault, chain))),
  measure,
};
