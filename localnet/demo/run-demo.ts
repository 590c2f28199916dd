import { Contract, Interface } from "ethers";
import path from "node:path";

import { readCompiledContract, readDeployedContract } from "../../deployments/compiled-contract.ts";
import { addressOf } from "../../deployments/network-record.ts";
import { feedName } from "../../deployments/plan/contracts.ts";
import { SetupError } from "../../deployments/setup-error.ts";
import { type FaultName, isMessagingFault } from "../faults/fault-names.ts";
import { type Minute, readMinutes } from "../replay/minutes.ts";
import { createPriceFeeder } from "../replay/price-feeder.ts";
import { type Localnet, startLocalnet } from "../start-localnet.ts";
import type { DemoOptions } from "./options.ts";
import { createHouseProbe } from "./house-probe.ts";
import { type Observer, createObserver } from "./observer.ts";
import { createProcessFaults } from "./process-faults.ts";
import { formatTime, renderStage, renderTrip } from "./render.ts";
import { replay } from "./replay.ts";
import type { DemoRun, Stage, TransactionCounts, TripReport } from "./report.ts";
import { type Scene, isOfDirective, readStage, settle } from "./scene.ts";
import { type HubReader, createHubReader } from "./stage-reader.ts";

/** The market that the recorded prices are of. */
const MARKET = 1;
/** Room before the first bar for deploying everything: every transaction is a block. */
const SETUP_SECONDS = 3_600;
const PROGRESS_EVERY = 360;

/** Runs the whole demo. The local network is gone when it returns or throws. */
export async function runDemo(options: DemoOptions, say: (line: string) => void): Promise<DemoRun> {
  const startedAt = performance.now();
  const minutes = readMinutes(options.data);
  const localnet = await startLocalnet({
    chains: options.chains,
    seed: options.seed,
    faults: options.faults.filter(isMessagingFault),
    genesisTime: (minutes[0]?.time ?? 0) - SETUP_SECONDS,
    keeper: { isStarted: false, hasHeartbeats: true },
    log: say,
  });
  const observer = createObserver(Interface.from(readCompiledContract("hub", "IncidentHub").abi));
  try {
    const scene = setScene(localnet, observer, options.faults);
    const { trips, stages } = await play({ scene, localnet, minutes, faults: options.faults, say });
    return {
      chains: localnet.record.chains.map(({ name, eid, chainId }) => ({ name, eid, chainId })),
      trips,
      stages,
      faults: options.faults,
      expects: scene.expects,
      withdrawalLimitsPpm: localnet.parameters.venue?.withdrawalLimitsPpm ?? [],
      transactions: countTransactions(localnet, observer),
      seed: options.seed,
      data: path.basename(options.data),
      durationMs: performance.now() - startedAt,
    };
  } finally {
    observer.close();
    await localnet.stop();
  }
}

function setScene(localnet: Localnet, observer: Observer, faults: readonly FaultName[]): Scene {
  const hubAbi = Interface.from(readCompiledContract("hub", "IncidentHub").abi);
  const readers = localnet.chains.map((chain, index) => {
    const record = localnet.record.chains[index];
    if (!record) throw new RangeError(`the record has no ${chain.name}`);
    return createHubReader({ chain, record, hubAbi, market: MARKET });
  });
  const [source, ...others] = readers;
  if (!source) throw new SetupError("usage", "There is no chain.", { fix: "Give --chains at least 2." });
  const { keeper, workers } = localnet;
  const expects = {
    direct: !faults.includes("relayer-dead"),
    // Dropped packets are dropped for good; later ones carry the same words.
    layerzero: !faults.includes("withhold") && !faults.includes("drop"),
  };
  const houses = readers.map((reader) => createHouseProbe(reader, localnet.parameters, MARKET));
  const price = () => readPrice(source);
  return { source, others, observer, keeper, workers, houses, price, market: MARKET, expects, down: new Set() };
}

/** The first feed's answer: all of them say the same. */
async function readPrice({ chain, record }: HubReader): Promise<bigint> {
  const { abi } = readDeployedContract("ScriptedFeed");
  const feed = new Contract(addressOf(record, feedName(MARKET, 0)), abi, chain.provider);
  const [, answer] = (await feed.getFunction("latestRoundData")()) as readonly [bigint, bigint];
  return answer;
}

interface Play {
  readonly scene: Scene;
  readonly localnet: Localnet;
  readonly minutes: readonly Minute[];
  readonly faults: readonly FaultName[];
  readonly say: (line: string) => void;
}

async function play({
  scene,
  localnet,
  minutes,
  faults,
  say,
}: Play): Promise<{ trips: TripReport[]; stages: Stage[] }> {
  const trips: TripReport[] = [];
  const stages: Stage[] = [];
  const watch = async (name: string): Promise<void> => {
    const hub = [scene.source, ...scene.others].find(({ chain }) => chain.name === name);
    if (hub)
      await scene.observer.watch({ chain: name, wsUrl: hub.chain.wsUrl, hub: addressOf(hub.record, "IncidentHub") });
  };
  await Promise.all(localnet.chains.map(({ name }) => watch(name)));
  const onChainGone = (name: string): void => {
    scene.observer.unwatch(name);
  };
  const moments = createProcessFaults({ localnet, faults, down: scene.down, onChainGone, onChainBack: watch, say });
  const onStage = (stage: Stage): void => {
    stages.push(stage);
    say(renderStage(stage));
  };

  await settle(scene);
  const first = await scene.price();
  await Promise.all(scene.houses.map((house) => house.open(first)));
  onStage(await readStage(scene, "before"));
  await moments.beforeReplay();
  say(`feeding ${minutes.length} recorded minutes to the price sources of ${scene.source.chain.name}`);
  await replay({
    scene,
    minutes,
    moments,
    feeder: createPriceFeeder({
      chain: scene.source.chain,
      record: scene.source.record,
      market: MARKET,
      decimals: decimalsOf(localnet),
    }),
    onTrip: (trip) => {
      trips.push(trip);
      say(renderTrip(trip));
    },
    onStage,
    onProgress: (minute, index) => {
      if (index % PROGRESS_EVERY === 0) say(`${formatTime(minute.time)}  minute ${index + 1} of ${minutes.length}`);
    },
  });
  return { trips, stages };
}

function decimalsOf(localnet: Localnet): readonly number[] {
  return localnet.parameters.markets.find(({ id }) => id === MARKET)?.feeds.map(({ decimals }) => decimals) ?? [];
}

function countTransactions(localnet: Localnet, { sightings }: Observer): TransactionCounts {
  const seen = (wanted: string): number => sightings.filter(({ name }) => name === wanted).length;
  const { verify1, verify2, commit, execute } = localnet.workers.totals();
  return {
    directives: sightings.filter(isOfDirective).length,
    broadcasts: seen("BroadcastSent"),
    lifts: seen("Lifted"),
    verifications: verify1 + verify2,
    commits: commit,
    executions: execute,
  };
}
