import { expect } from "chai";

import { waitUntil } from "../../localnet/wait-until.ts";
import { CAUTION_M1, HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { readHealth } from "./support/relayer-pages.ts";
import {
  HALTED_M4,
  PATIENCE_MS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
  startScenario,
} from "./support/scenario.ts";

describe("one chain under faults", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  before(async () => {
    scene = await startScenario("chain-faults", { chains: 3 });
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  beforeEach(() => scene.calm());

  after(() => scene.stop());

  describe("when it is down during the trip and back later", () => {
    it("catches up by one directive and one packet, and the others had not waited", async () => {
      const both = { directives: 2, submissions: 2, verify1: 2, verify2: 2, commit: 2, execute: 2 };
      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();

      await far.chain.stop();
      await scene.raiseDirectly(source, 1, HALTED_M3, [near]);
      await scene.deliver([far]);
      const meanwhile = await scene.tally.gained([far]);
      // LayerZero comes second, so that the count of directives is exact.
      scene.localnet.workers.stop();
      await far.chain.start();
      await scene.awaitDirectives(2, [far]);
      scene.localnet.workers.start();
      await scene.deliver();
      await scene.settle();

      const gain = { "chain-a": { assertions: 2, broadcasts: 2, sent: 4 }, "chain-b": both };
      expect(meanwhile).to.deep.equal(gain);
      expect(await scene.tally.gained()).to.deep.equal({ ...gain, "chain-c": both });
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });

  describe("when it hangs during the trip and answers again later", () => {
    it("delays no other chain on either path, and catches up", async () => {
      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();
      const steps = [REDUCE_ONLY_M2, HALTED_M4];

      far.chain.pause();
      for (const [index, rungs] of steps.entries()) {
        await source.assert(1, rungs);
        await scene.awaitDirectives(index + 2, [near]);
        await source.broadcast();
        await scene.localnet.workers.idle({ timeoutMs: PATIENCE_MS, except: [far.chain.name] });
      }
      // All of this while the third chain has answered nothing.
      const meanwhile = await scene.tally.gained([far]);
      const notices = async () => (await readHealth(scene.relayer, `chain:${far.chain.name}`)) !== "healthy";
      await waitUntil(notices, { what: "the relayer to notice", timeoutMs: PATIENCE_MS });
      await expectPosture([source, near], 1, HALTED_M4);
      far.chain.resume();
      await scene.deliver();
      await scene.settle();

      const all = { verify1: 3, verify2: 3, commit: 3, execute: 3 };
      const gain = {
        "chain-a": { assertions: 3, broadcasts: 3, sent: 6 },
        "chain-b": { directives: 3, submissions: 3, ...all },
      };
      expect(meanwhile).to.deep.equal(gain);
      const { "chain-c": caughtUp, ...rest } = await scene.tally.gained();
      expect(rest).to.deep.equal(gain);
      const { directives = 0, submissions, ...packets } = caughtUp ?? {};
      expect(packets).to.deep.equal(all);
      // A request that was cut off may have been taken all the same, and is then repeated: one too many for each step.
      // LayerZero may as well be first when the chain comes back: then none.
      expect(directives).to.be.within(1, 1 + 2 * steps.length);
      expect(submissions).to.equal(directives);
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });
});
