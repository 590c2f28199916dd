import { expect } from "chai";

import { HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { type TcpProxy, startTcpProxy } from "../support/tcp-proxy.ts";
import { awaitWaitingJobs, countSent } from "./support/durable-work.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PACKET,
  RECONCILE_SECONDS,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  startScenario,
} from "./support/scenario.ts";

describe("Redis under faults", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let network: TcpProxy;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  before(async () => {
    scene = await startScenario("redis-faults", {
      chains: 3,
      relayerRedis: async ({ url }) => {
        network = await startTcpProxy(Number(new URL(url).port));
        return { url: `redis://127.0.0.1:${network.port}/0` };
      },
    });
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  beforeEach(() => scene.calm());

  after(async () => {
    await scene.stop();
    await network.close();
  });

  const sentBy = (lane: string, kind: string) => countSent(scene.relayer, [near, far], { lane, kind });
  const awaitJobs = (what: string, isMet: (waiting: number | null) => boolean) =>
    awaitWaitingJobs(scene.relayer, what, isMet);

  describe("when it loses every key while a chain waits for its directive", () => {
    it("loses nothing: the chain gets it once it is back, once, and so does the next raise", async () => {
      await far.chain.stop();
      await scene.raiseDirectly(source, 1, REDUCE_ONLY_M2, [near]);
      await awaitJobs("a waiting job", (waiting) => waiting !== null && waiting > 0);

      await scene.localnet.redis.flush();
      await awaitJobs("no job", (waiting) => waiting === 0);
      await far.chain.start();
      await scene.awaitDirectives(1, [far]);
      await scene.raiseDirectly(source, 1, HALTED_M3);
      await scene.deliver();
      await scene.settle();

      const there = { directives: 2, submissions: 2, ...PACKET };
      expect(await scene.tally.gained()).to.deep.equal({
        "chain-a": { assertions: 2, broadcasts: 1, sent: 2 },
        "chain-b": there,
        "chain-c": there,
      });
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });

  describe("when it is killed before a raise", () => {
    it("does not keep the raise from going out at once, and carries the renewal once it is back", async () => {
      await scene.useFaults(["withhold"]);
      const [raised, renewed] = [await sentBy("emergency", "raise"), await sentBy("queue", "settle")];

      await scene.localnet.redis.kill();
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.finalise();
      await awaitJobs("nothing", (waiting) => waiting === null);
      await scene.localnet.redis.restart();
      await awaitJobs("an answer", (waiting) => waiting !== null);
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      expect(await scene.tally.gained()).to.deep.equal({
        "chain-a": { assertions: 1 },
        "chain-b": { directives: 2, submissions: 2 },
        "chain-c": { directives: 2, submissions: 2 },
      });
      expect(await sentBy("emergency", "raise")).to.deep.equal(raised.map((count) => count + 1));
      expect(await sentBy("queue", "settle")).to.deep.equal(renewed.map((count) => count + 1));
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when the network to it swallows everything in the middle of an incident and closes nothing", () => {
    it("keeps no raise from going out at once, and carries the renewal over connections that it has made anew", async () => {
      await scene.useFaults(["withhold"]);
      await scene.raiseDirectly(source, 1, REDUCE_ONLY_M2);
      const [raised, renewed] = [await sentBy("emergency", "raise"), await sentBy("queue", "settle")];

      network.stall();
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.finalise();
      await awaitJobs("nothing", (waiting) => waiting === null);
      await network.restore();
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
    });
  });

  describe("when it is away for the whole incident", () => {
    after(async () => {
      if (!scene.localnet.redis.isRunning()) await scene.localnet.redis.restart();
    });

    it("makes no difference to what happens on the chains", async () => {
      await scene.localnet.redis.kill();

      await scene.raiseDirectly(source, 1, REDUCE_ONLY_M2);
      await scene.deliver();
      // A minute later, so that the lower rungs were asserted twice, at times that differ.
      await scene.pass(60);
      await scene.raiseDirectly(far, 1, HALTED_M4, [source, near]);
      await scene.finalise();
      await scene.pass(RECONCILE_SECONDS);
      await scene.settle();
      await scene.deliver();
      await scene.settle();

      expect(await scene.tally.gained()).to.deep.equal({
        "chain-a": { assertions: 1, broadcasts: 1, sent: 2, directives: 2, submissions: 2, ...PACKET },
        "chain-b": { directives: 3, submissions: 3, verify1: 2, verify2: 2, commit: 2, execute: 2 },
        "chain-c": { assertions: 1, broadcasts: 1, sent: 2, ...DIRECTIVE, ...PACKET },
      });
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });
});
