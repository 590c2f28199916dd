import { expect } from "chai";
import { existsSync } from "node:fs";
import path from "node:path";

import type { MessagingFaultName } from "../../../localnet/faults/fault-names.ts";
import { createFaultPlan } from "../../../localnet/faults/fault-plan.ts";
import type { LocalRelayer } from "../../../localnet/relayers/start-relayer.ts";
import type { RelayersOptions } from "../../../localnet/relayers/start-relayers.ts";
import { type Localnet, type LocalnetOptions, startLocalnet } from "../../../localnet/start-localnet.ts";
import { waitUntil } from "../../../localnet/wait-until.ts";
import { REGISTERED, type TestHub, openHubs } from "../../localnet/support/hubs.ts";
import { listProcesses } from "./processes.ts";
import { hasNothingToDo } from "./relayer-pages.ts";
import { type TallyBook, createTallyBook } from "./tally.ts";

/** The longest that any condition is waited for. Never the subject of a test: machines differ. */
export const PATIENCE_MS = 90_000;
/** Of one test, several waits included. */
export const TEST_TIMEOUT_MS = 240_000;
export const FAULT_SEED = 3;
/** Markets that exist on the local network: the whole protocol, and three of its own. */
export const MARKETS = [0, 1, 2, 3];
export const HALTED_M4 = 0x34;

/** Past every lease, so that nothing of an earlier test is in force. */
const CALM_AFTER_SECONDS = 25 * 3_600;
/** As many blocks as anvil lets a block wait for its finality. */
const FINALITY_DEPTH = 4;

/** A provisional entry lives for 600 s and is renewed, once its evidence is final, when fewer than 480 s are left. */
export const RENEW_SECONDS = 130;
/** A final stamp that a chain still lacks 300 s after it was made is sent to it. */
export const RECONCILE_SECONDS = 310;

/** What one packet costs at its destination when nothing goes wrong. */
export const PACKET = { verify1: 1, verify2: 1, commit: 1, execute: 1 };
/** What one directive of one relayer costs at its destination when nothing goes wrong. */
export const DIRECTIVE = { directives: 1, submissions: 1 };

/** A local network that tests act on, one after the other. */
export interface Scenario {
  readonly localnet: Localnet;
  readonly hubs: readonly TestHub[];
  /** The first relayer, the only one unless more were asked for. */
  readonly relayer: LocalRelayer;
  readonly tally: TallyBook;
  /** Brings all clocks together, and asserts at `source` as a sensor there would. */
  raise(source: TestHub, market: number, rungs: number): Promise<void>;
  /** {@link raise}, and waits until each of `to`, all others unless given, has accepted one directive more. */
  raiseDirectly(source: TestHub, market: number, rungs: number, to?: readonly TestHub[]): Promise<void>;
  /** Has the hubs send what is due, and LayerZero deliver what the fault plan lets through. */
  deliver(except?: readonly TestHub[]): Promise<void>;
  useFaults(names: readonly MessagingFaultName[], seed?: number): Promise<void>;
  /** Waits until each hub has accepted so many directives since the mark. */
  awaitDirectives(count: number, at: readonly TestHub[]): Promise<void>;
  /** Lets time pass on every chain that runs. */
  pass(seconds: number): Promise<void>;
  /** Makes everything that happened final, on every chain that runs. */
  finalise(): Promise<void>;
  /** Waits until all mesh words are equal and no running relayer has anything left to do. */
  settle(): Promise<void>;
  /** Ends every fault and every lease, and counts from here. */
  calm(): Promise<void>;
  /** Ends everything, and looks whether anything is left. */
  stop(): Promise<void>;
}

export type ScenarioOptions = Pick<LocalnetOptions, "chains"> & RelayersOptions;

/** Starts a local network, calm, with the keeper acting only when told. */
export async function startScenario(name: string, options: ScenarioOptions): Promise<Scenario> {
  // Redis is killed and wiped here: never that of a user.
  delete process.env["REDIS_URL"];
  const logs = process.env["CORDON_E2E_LOGS"];
  const localnet = await startLocalnet({
    ...options,
    keeper: { isStarted: false, hasHeartbeats: false },
    ...(logs === undefined ? {} : { dir: path.join(logs, name) }),
  });
  try {
    const finalityDepth = options.relayerReading?.finalityDepth ?? FINALITY_DEPTH;
    const scene = createScenario(localnet, await openHubs(localnet), finalityDepth);
    await scene.calm();
    return scene;
  } catch (error) {
    await localnet.stop();
    throw error;
  }
}

function createScenario(localnet: Localnet, hubs: readonly TestHub[], finalityDepth: number): Scenario {
  const { keeper, workers } = localnet;
  const [relayer] = localnet.relayers;
  if (!relayer) throw new RangeError("a scenario has at least one relayer");
  const countDirectives = async (hub: TestHub) => (await tally.directives(hub)).length;
  const tally = createTallyBook(localnet, hubs);
  const isKept = process.env["CORDON_E2E_LOGS"] !== undefined;

  const scene: Scenario = {
    localnet,
    hubs,
    relayer,
    tally,
    async raise(source, market, rungs) {
      await localnet.advanceTo(await latestTime(hubs));
      await source.assert(market, rungs);
    },
    async raiseDirectly(source, market, rungs, to = hubs.filter((hub) => hub !== source)) {
      const before = await Promise.all(to.map(countDirectives));
      await scene.raise(source, market, rungs);
      await Promise.all(to.map((hub, index) => scene.awaitDirectives((before[index] ?? 0) + 1, [hub])));
    },
    async deliver(except = []) {
      const names = except.map(({ chain }) => chain.name);
      await keeper.tick();
      await workers.idle({ timeoutMs: PATIENCE_MS, except: names });
    },
    useFaults: (names, seed = FAULT_SEED) => workers.setFaultPlan(createFaultPlan(seed, names)),
    async awaitDirectives(count, at) {
      const areThere = async () => (await Promise.all(at.map(countDirectives))).every((n) => n >= count);
      const names = at.map(({ chain }) => chain.name).join(", ");
      await waitUntil(areThere, { what: `${count} directives on ${names}`, timeoutMs: PATIENCE_MS });
    },
    pass: async (seconds) => localnet.advanceTo((await latestTime(hubs)) + seconds),
    async finalise() {
      const running = hubs.filter(({ chain }) => chain.isRunning());
      await Promise.all(running.map(({ chain }) => chain.mine(1 + finalityDepth)));
    },
    async settle() {
      await waitUntil(() => isSettled(localnet, hubs), { what: "all hubs to agree", timeoutMs: PATIENCE_MS });
    },
    async calm() {
      await scene.useFaults([]);
      await scene.pass(CALM_AFTER_SECONDS);
      keeper.setHeartbeats(true);
      await scene.deliver();
      keeper.setHeartbeats(false);
      await keeper.tick();
      await scene.settle();
      for (const market of MARKETS) await expectPosture(hubs, market, 0);
      await tally.mark();
    },
    async stop() {
      await localnet.stop();
      expect(await listProcesses(localnet.dir)).to.deep.equal([]);
      expect(existsSync(localnet.dir)).to.equal(isKept);
    },
  };
  return scene;
}

/** The latest head among chains that run and answer. */
async function latestTime(hubs: readonly TestHub[]): Promise<number> {
  const running = hubs.filter(({ chain }) => chain.isRunning());
  return Math.max(...(await Promise.all(running.map(({ chain }) => chain.now()))));
}

async function isSettled(localnet: Localnet, hubs: readonly TestHub[]): Promise<boolean> {
  if ((await distinctDigests(hubs)) > 1) return false;
  const running = localnet.relayers.filter((relayer) => relayer.isRunning());
  return (await Promise.all(running.map((relayer) => hasNothingToDo(relayer, hubs)))).every(Boolean);
}

async function distinctDigests(hubs: readonly TestHub[]): Promise<number> {
  return new Set(await Promise.all(hubs.map((hub) => hub.digest()))).size;
}

/** How every scenario ends: equal mesh words, equal posture slots, and these rungs for `market` in both. */
export async function expectAgreement(hubs: readonly TestHub[], market: number, rungs: number): Promise<void> {
  expect(await distinctDigests(hubs), "distinct digests of the mesh words").to.equal(1);
  const postures = await Promise.all(hubs.map(({ hub }) => hub.getFunction("postureNow")()));
  expect(new Set(postures).size, "distinct postures").to.equal(1);
  await expectPosture(hubs, market, rungs);
}

/** The same rungs for `market` in the posture of each of `hubs`. */
export async function expectPosture(hubs: readonly TestHub[], market: number, rungs: number): Promise<void> {
  const bytes = await Promise.all(hubs.map(async (hub) => [hub.chain.name, await hub.postureByte(market)]));
  expect(Object.fromEntries(bytes)).to.deep.equal(
    Object.fromEntries(hubs.map(({ chain }) => [chain.name, REGISTERED | rungs])),
  );
}
