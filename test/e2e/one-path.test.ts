import { expect } from "chai";

import { CAUTION_M1, HALTED_M3, type TestHub } from "../localnet/support/hubs.ts";
import { RAISE, gainOf } from "./support/gain.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PACKET,
  RECONCILE_SECONDS,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const PROVISIONAL_SECONDS = 600;

describe("one path alone", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;

  useScenario("one-path", { chains: 3 }, (started) => {
    scene = started;
    [source] = scene.hubs as [TestHub];
  });

  describe("when LayerZero delivers nothing", () => {
    beforeEach(() => scene.useFaults(["withhold"]));

    it("tightens every chain by one directive each, and makes the words equal by one more once it is final", async () => {
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.deliver();
      await expectPosture(scene.hubs, 1, HALTED_M4);
      const provisional = await scene.tally.gained();
      const words = new Set(await Promise.all(scene.hubs.map((hub) => hub.digest()))).size;

      await scene.finalise();
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      const there = { ...DIRECTIVE, verify1: 1 };
      expect(provisional).to.deep.equal(gainOf(scene, source, RAISE, there));
      expect(words).to.be.greaterThan(1);
      const renewed = { ...there, directives: 2, submissions: 2 };
      expect(await scene.tally.gained()).to.deep.equal({ ...provisional, "chain-b": renewed, "chain-c": renewed });
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });

    it("keeps the rungs in force past the ten minutes of a provisional entry", async () => {
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.finalise();
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      await scene.pass(PROVISIONAL_SECONDS);
      await scene.localnet.keeper.tick();

      const { "chain-b": there } = await scene.tally.gained();
      expect(there).to.deep.include({ directives: 2 }).and.to.not.have.property("lifts");
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });

    it("makes words equal again that a repeated assertion parted, with one directive each once it is quiet", async () => {
      await scene.raiseDirectly(source, 2, CAUTION_M1);
      await scene.finalise();
      await scene.pass(RENEW_SECONDS);
      await scene.settle();
      await scene.tally.mark();

      await scene.raise(source, 2, CAUTION_M1);
      await scene.finalise();
      await scene.pass(RECONCILE_SECONDS);
      await scene.settle();

      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, { assertions: 1 }, DIRECTIVE));
      await expectAgreement(scene.hubs, 2, CAUTION_M1);
    });
  });

  describe("when the relayer is dead", () => {
    it("tightens every chain by one packet each, and leaves the relayer nothing to do when it is back", async () => {
      await scene.relayer.kill();
      await scene.raise(source, 1, HALTED_M3);
      await scene.deliver();
      const dead = await scene.tally.gained();
      await expectAgreement(scene.hubs, 1, HALTED_M3);

      await scene.relayer.start();
      await scene.relayer.waitReady();
      await scene.settle();

      expect(dead).to.deep.equal(gainOf(scene, source, RAISE, PACKET));
      expect(await scene.tally.gained()).to.deep.equal(dead);
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });
});
