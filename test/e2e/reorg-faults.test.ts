import { expect } from "chai";

import { type TestHub } from "../localnet/support/hubs.ts";
import { DIRECTIVE, HALTED_M4, PACKET, type Scenario, TEST_TIMEOUT_MS, expectAgreement } from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const PROVISIONAL_SECONDS = 600;
/** More than the deepest reorganisation that is none beyond finality. */
const FINALITY_DEPTH = 8;

describe("chains that are reorganised", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  useScenario("reorg-faults", { chains: 3, relayerReading: { finalityDepth: FINALITY_DEPTH } }, (started) => {
    scene = started;
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
  });

  const snapshotOf = ({ chain }: TestHub): Promise<unknown> => chain.provider.send("evm_snapshot", []);
  const revert = ({ chain }: TestHub, to: unknown) => chain.provider.send("evm_revert", [to]);

  describe("when a reorganisation takes a directive back", () => {
    for (const depth of [1, 5]) {
      it(`sends it there again, ${depth} deep, and nowhere else`, async () => {
        await scene.localnet.advanceTo(await source.chain.now());
        const before = await snapshotOf(near);
        if (depth > 1) await near.chain.mine(depth - 1);
        await source.assert(1, HALTED_M4);
        await scene.awaitDirectives(1, [near, far]);

        await revert(near, before);
        await near.chain.mine(depth);
        await scene.awaitDirectives(1, [near]);
        await scene.deliver();
        await scene.settle();

        // Counted is the history that there is: in it the nonce was used once.
        const there = { ...DIRECTIVE, ...PACKET };
        expect(await scene.tally.gained()).to.deep.equal({
          "chain-a": { assertions: 1, broadcasts: 1, sent: 2 },
          "chain-b": there,
          "chain-c": there,
        });
        await expectAgreement(scene.hubs, 1, HALTED_M4);
      });
    }
  });

  describe("when a reorganisation takes the trip back", () => {
    it("leaves what it has caused to lapse within ten minutes, the same on every chain", async () => {
      await scene.localnet.advanceTo(await source.chain.now());
      const before = await snapshotOf(source);
      await scene.raiseDirectly(source, 1, HALTED_M4);

      await revert(source, before);
      await scene.finalise();
      await scene.awaitDirectives(1, [source]);
      await scene.settle();
      await expectAgreement(scene.hubs, 1, HALTED_M4);
      await scene.pass(PROVISIONAL_SECONDS);
      await scene.localnet.keeper.tick();
      await scene.settle();

      const there = { ...DIRECTIVE, lifts: 1 };
      expect(await scene.tally.gained()).to.deep.equal({ "chain-a": there, "chain-b": there, "chain-c": there });
      await expectAgreement(scene.hubs, 1, 0);
    });
  });
});
