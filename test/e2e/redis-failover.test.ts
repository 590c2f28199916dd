import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { type RedisGroup, startSentinelGroup } from "../../localnet/redis/start-redis-group.ts";
import { HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { awaitWaitingJobs, markCarriers } from "./support/durable-work.ts";
import { gainOf, times } from "./support/gain.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

/** One master, two replicas, three Sentinels. LayerZero delivers nothing here: renewals are the queue's alone. */
describe("Redis with Sentinels, whose master goes in the middle of an incident", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let group: RedisGroup;
  let dir: string;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  before(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), "cordon-sentinels-"));
    group = await startSentinelGroup(dir);
  });

  beforeEach(() => group.restore());

  const relayerRedis = () => ({ sentinels: group.urls, name: group.name });
  useScenario("redis-failover", { chains: 3, relayerRedis }, (started) => {
    scene = started;
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  beforeEach(() => scene.useFaults(["withhold"]));

  after(async () => {
    await group.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const awaitJobs = (what: string, isMet: (waiting: number | null) => boolean) =>
    awaitWaitingJobs(scene.relayer, what, isMet);

  /** Raises while one chain is down, so that a job is waiting when the master goes. */
  const killMasterInMiddle = async () => {
    await far.chain.stop();
    await scene.raiseDirectly(source, 1, REDUCE_ONLY_M2, [near]);
    await awaitJobs("a waiting job", (waiting) => waiting !== null && waiting > 0);
    await group.killMaster();
  };
  /** The raise that follows, and a renewal: who carried which of them. */
  const expectDurableWork = async () => {
    await far.chain.start();
    await scene.awaitDirectives(1, [far]);
    const expectOneMoreOfEach = await markCarriers(scene.relayer, [near, far]);

    await scene.raiseDirectly(source, 1, HALTED_M4);
    await scene.finalise();
    await awaitJobs("an answer", (waiting) => waiting !== null);
    await scene.pass(RENEW_SECONDS);
    await scene.settle();

    expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { assertions: 2 }, times(3, DIRECTIVE)));
    await expectOneMoreOfEach();
    await expectAgreement(scene.hubs, 1, HALTED_M4);
  };

  describe("when it never comes back", () => {
    it("goes on with the master that the Sentinels name: raises at once, renewals by the queue", async () => {
      await killMasterInMiddle();
      await awaitJobs("an answer of the new master", (waiting) => waiting !== null);

      await expectDurableWork();
    });
  });

  describe("when it comes back as a replica", () => {
    it("goes on with the new master", async () => {
      await killMasterInMiddle();
      await group.restore();

      await expectDurableWork();
    });
  });

  describe("when there is no master left for a while", () => {
    it("keeps no raise from going out at once, and loses nothing", async () => {
      await group.killAll();
      await scene.raiseDirectly(source, 1, HALTED_M3);
      await scene.finalise();
      await awaitJobs("nothing", (waiting) => waiting === null);
      await group.restore();
      await awaitJobs("an answer", (waiting) => waiting !== null);
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { assertions: 1 }, times(2, DIRECTIVE)));
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });
});
