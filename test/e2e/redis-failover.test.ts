import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { type RedisGroup, startSentinelGroup } from "../../localnet/redis/start-redis-group.ts";
import { HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { awaitWaitingJobs, countSent } from "./support/durable-work.ts";
import {
  HALTED_M4,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  startScenario,
} from "./support/scenario.ts";

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
    scene = await startScenario("redis-failover", {
      chains: 3,
      relayerRedis: () => ({ sentinels: group.urls, name: group.name }),
    });
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  beforeEach(async () => {
    await group.restore();
    await scene.calm();
    await scene.useFaults(["withhold"]);
  });

  after(async () => {
    await scene.stop();
    await group.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const sentBy = (lane: string, kind: string) => countSent(scene.relayer, [near, far], { lane, kind });
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
    const [raised, renewed] = [await sentBy("emergency", "raise"), await sentBy("queue", "settle")];

    await scene.raiseDirectly(source, 1, HALTED_M4);
    await scene.finalise();
    await awaitJobs("an answer", (waiting) => waiting !== null);
    await scene.pass(RENEW_SECONDS);
    await scene.settle();

    const there = { directives: 3, submissions: 3 };
    expect(await scene.tally.gained()).to.deep.equal({
      "chain-a": { assertions: 2 },
      "chain-b": there,
      "chain-c": there,
    });
    expect(await sentBy("emergency", "raise")).to.deep.equal(raised.map((count) => count + 1));
    expect(await sentBy("queue", "settle")).to.deep.equal(renewed.map((count) => count + 1));
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

      const there = { directives: 2, submissions: 2 };
      expect(await scene.tally.gained()).to.deep.equal({
        "chain-a": { assertions: 1 },
        "chain-b": there,
        "chain-c": there,
      });
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });
});
