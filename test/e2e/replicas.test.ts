import { expect } from "chai";

import { roleWallet } from "../../localnet/chains/accounts.ts";
import { CAUTION_M1, type TestHub } from "../localnet/support/hubs.ts";
import { RAISE, expectOneOfEach, gainOf } from "./support/gain.ts";
import { DIRECTIVE, HALTED_M4, PACKET, type Scenario, TEST_TIMEOUT_MS, expectAgreement } from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const WALLETS = ["relayer0", "relayer1", "relayer2"] as const;

/** The same operators' keys, each replica with a wallet, a journal and a Redis prefix of its own, none knowing of the others. */
for (const replicas of [2, 3]) {
  describe(`${replicas} replicas of one operator`, function () {
    this.timeout(TEST_TIMEOUT_MS);

    let scene: Scenario;
    let source: TestHub;
    let others: readonly TestHub[];

    useScenario(`replicas-${replicas}`, { chains: 3, relayers: replicas, areReplicas: true }, (started) => {
      scene = started;
      const [first, ...rest] = scene.hubs as [TestHub, ...TestHub[]];
      [source, others] = [first, rest];
    });

    const noncesAt = ({ chain }: TestHub) =>
      Promise.all(WALLETS.map((role) => chain.provider.getTransactionCount(roleWallet(role).address)));

    it("race a halt: one directive of each at most, and the same words", async () => {
      const before = await Promise.all(others.map(noncesAt));
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.deliver();
      await scene.settle();

      const { "chain-a": sent, ...gained } = await scene.tally.gained();
      expect(sent).to.deep.equal(RAISE);
      for (const [index, hub] of others.entries()) {
        const { directives, submissions, ...packets } = gained[hub.chain.name] ?? {};
        expect(packets).to.deep.equal(PACKET);
        // Who hears of another's directive before it has sent its own sends none.
        expect(directives).to.be.within(1, replicas);
        expect(submissions).to.equal(directives);
        const each = (await noncesAt(hub)).map((nonce, wallet) => nonce - (before[index]?.[wallet] ?? 0));
        for (const count of each) expect(count).to.be.within(0, 1);
      }
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });

    it("are one by one as good as all: killed but for the last, each chain gets one directive of that one", async () => {
      const [last, ...dead] = scene.localnet.relayers.toReversed();
      await Promise.all(dead.map((relayer) => relayer.kill()));
      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();
      const alone = await scene.tally.gained();
      // Who comes back finds everything done.
      await Promise.all(dead.map((relayer) => relayer.start()));
      await Promise.all(dead.map((relayer) => relayer.waitReady()));

      expect(last?.isRunning()).to.equal(true);
      expect(alone).to.deep.equal(gainOf(scene, source, RAISE, { ...DIRECTIVE, ...PACKET }));
      await expectOneOfEach(scene, source, CAUTION_M1);
    });
  });
}
