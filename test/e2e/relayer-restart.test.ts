import { expect } from "chai";
import { rmSync } from "node:fs";
import path from "node:path";

import { CAUTION_M1, HALTED_M3, type TestHub } from "../localnet/support/hubs.ts";
import { RAISE, gainOf, times } from "./support/gain.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PACKET,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

describe("a relayer that is killed in the middle of an incident and started again", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  useScenario("relayer-restart", { chains: 3 }, (started) => {
    scene = started;
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  const startAgain = async () => {
    await scene.relayer.start();
    await scene.relayer.waitReady();
  };

  describe("when rungs were raised while it was dead", () => {
    it("brings them by one directive to each chain, and repeats nothing that had been done", async () => {
      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();
      await scene.relayer.kill();
      await scene.raise(source, 1, HALTED_M3);

      await startAgain();
      await scene.awaitDirectives(2, [near, far]);
      await scene.deliver();
      await scene.settle();

      const there = times(2, { ...DIRECTIVE, ...PACKET });
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, times(2, RAISE), there));
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });

  describe("when it was killed with a directive on its way", () => {
    it("sends at most one too many to each chain", async () => {
      // Nobody knows whether the chain that hangs has taken the directive: the one who could tell is dead.
      far.chain.pause();
      await source.assert(1, HALTED_M4);
      await scene.awaitDirectives(1, [near]);
      await scene.relayer.kill();
      far.chain.resume();

      await startAgain();
      await scene.awaitDirectives(1, [far]);
      await scene.deliver();
      await scene.settle();

      const { "chain-b": there, "chain-c": late, ...rest } = await scene.tally.gained();
      expect(rest).to.deep.equal({ "chain-a": RAISE });
      expect(there).to.deep.equal({ ...DIRECTIVE, ...PACKET });
      const { directives, submissions, ...packets } = late ?? {};
      expect(packets).to.deep.equal(PACKET);
      expect(directives).to.be.within(1, 2);
      expect(submissions).to.equal(directives);
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when Redis and its journal were lost as well", () => {
    it("rebuilds the same state from the chains, and renews what is about to lapse with one directive each", async () => {
      await scene.useFaults(["withhold"]);
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.deliver();
      await scene.finalise();
      await scene.relayer.kill();
      await scene.localnet.redis.flush();
      rmSync(path.join(path.dirname(scene.relayer.configFile), "journal"), { recursive: true });
      await scene.pass(RENEW_SECONDS);

      await startAgain();
      await scene.settle();

      const there = { ...times(2, DIRECTIVE), verify1: 1 };
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, RAISE, there));
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });
});
