import { expect } from "chai";

import { HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { type TcpProxy, startTcpProxy } from "../support/tcp-proxy.ts";
import { awaitWaitingJobs, markCarriers } from "./support/durable-work.ts";
import { RAISE, gainOf, times } from "./support/gain.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PACKET,
  RECONCILE_SECONDS,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

describe("Redis under faults", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let network: TcpProxy;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  const relayerRedis = async ({ url }: { readonly url: string }) => {
    network = await startTcpProxy(Number(new URL(url).port));
    return { url: `redis://127.0.0.1:${network.port}/0` };
  };
  useScenario("redis-faults", { chains: 3, relayerRedis }, (started) => {
    scene = started;
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  after(() => network.close());

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

      const there = { ...times(2, DIRECTIVE), ...PACKET };
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { ...RAISE, assertions: 2 }, there));
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });

  describe("when it is killed before a raise", () => {
    it("does not keep the raise from going out at once, and carries the renewal once it is back", async () => {
      await scene.useFaults(["withhold"]);
      const expectOneMoreOfEach = await markCarriers(scene.relayer, [near, far]);

      await scene.localnet.redis.kill();
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.finalise();
      await awaitJobs("nothing", (waiting) => waiting === null);
      await scene.localnet.redis.restart();
      await awaitJobs("an answer", (waiting) => waiting !== null);
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { assertions: 1 }, times(2, DIRECTIVE)));
      await expectOneMoreOfEach();
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when the network to it swallows everything in the middle of an incident and closes nothing", () => {
    it("keeps no raise from going out at once, and carries the renewal over connections that it has made anew", async () => {
      await scene.useFaults(["withhold"]);
      await scene.raiseDirectly(source, 1, REDUCE_ONLY_M2);
      const expectOneMoreOfEach = await markCarriers(scene.relayer, [near, far]);

      network.stall();
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.finalise();
      await awaitJobs("nothing", (waiting) => waiting === null);
      await network.restore();
      await awaitJobs("an answer", (waiting) => waiting !== null);
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { assertions: 2 }, times(3, DIRECTIVE)));
      await expectOneMoreOfEach();
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
        "chain-a": { ...RAISE, ...times(2, DIRECTIVE), ...PACKET },
        "chain-b": { ...times(3, DIRECTIVE), ...times(2, PACKET) },
        "chain-c": { ...RAISE, ...DIRECTIVE, ...PACKET },
      });
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });
});
