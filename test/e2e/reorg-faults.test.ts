import { expect } from "chai";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { waitUntil } from "../../localnet/wait-until.ts";
import { CAUTION_M1, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { awaitRead } from "./support/await-read.ts";
import { expectOneOfEach, gainOf } from "./support/gain.ts";
import { readMetric } from "./support/relayer-pages.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PATIENCE_MS,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const MAIN = path.join(import.meta.dirname, "..", "..", "relayer", "main.ts");
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

        // Counted is the history that there is: in it the nonce was used once.
        await expectOneOfEach(scene, source, HALTED_M4);
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
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, there, there));
      await expectAgreement(scene.hubs, 1, 0);
    });
  });

  describe("when a chain takes back what it had called final", () => {
    const guard = "beyond-finality.chain-a";
    const awaitGuard = (isActive: boolean) =>
      waitUntil(
        async () => (await readMetric(scene.relayer, `cordon_guard_active{guard="${guard}"}`)) === Number(isActive),
        {
          what: `the guard to be ${isActive ? "up" : "down"}`,
          timeoutMs: PATIENCE_MS,
        },
      );
    const acknowledge = () => {
      const args = ["ack", guard, "--reason", "the test reverted the chain", "--config", scene.relayer.configFile];
      return promisify(execFile)(process.execPath, [MAIN, ...args]);
    };

    it("still tightens all others on its word and extends nothing, through a kill -9, until that is acknowledged", async () => {
      await scene.useFaults(["withhold"]);
      await scene.localnet.advanceTo(await source.chain.now());
      const before = await snapshotOf(source);
      await source.assert(1, HALTED_M4);
      await scene.awaitDirectives(1, [near, far]);
      await scene.finalise();
      await awaitRead(scene);

      await revert(source, before);
      await source.chain.mine(2 * FINALITY_DEPTH);
      await awaitGuard(true);
      // What the lie has caused is final elsewhere, and brought to where it began.
      await scene.finalise();
      await scene.awaitDirectives(1, [source]);
      await scene.raise(source, 2, REDUCE_ONLY_M2);
      await scene.awaitDirectives(2, [near, far]);
      await scene.finalise();
      await scene.relayer.kill();
      await scene.relayer.start();
      await scene.relayer.waitReady();
      await scene.pass(RENEW_SECONDS);
      await awaitRead(scene);
      // Decided on together with whatever else is due: a renewal would come with it, or before.
      await scene.raise(near, 3, CAUTION_M1);
      await scene.awaitDirectives(2, [source]);
      await scene.awaitDirectives(3, [far]);
      const guarded = await scene.tally.gained();
      await awaitGuard(true);
      await acknowledge();
      await awaitGuard(false);
      await scene.awaitDirectives(3, [near]);
      await scene.finalise();
      await scene.pass(RENEW_SECONDS);
      await scene.settle();
      await expectAgreement(scene.hubs, 2, REDUCE_ONLY_M2);
      const acknowledged = await scene.tally.gained();
      await scene.pass(PROVISIONAL_SECONDS);
      await scene.localnet.keeper.tick();
      await scene.settle();

      expect(guarded).to.deep.equal({
        "chain-a": { assertions: 1, directives: 2, submissions: 2 },
        "chain-b": { assertions: 1, directives: 2, submissions: 2 },
        "chain-c": { directives: 3, submissions: 3 },
      });
      // The renewals: of the second market from the chain that is believed again, of the third as always.
      expect(acknowledged).to.deep.equal({
        "chain-a": { assertions: 1, directives: 3, submissions: 3 },
        "chain-b": { assertions: 1, directives: 3, submissions: 3 },
        "chain-c": { directives: 5, submissions: 5 },
      });
      await expectPosture(scene.hubs, 1, 0);
      await expectAgreement(scene.hubs, 2, REDUCE_ONLY_M2);
    });
  });
});
