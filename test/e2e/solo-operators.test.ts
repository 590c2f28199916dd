import { expect } from "chai";
import { Wallet, dataLength, isError } from "ethers";

import { operatorWallet } from "../../localnet/chains/accounts.ts";
import { REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { awaitRead } from "./support/await-read.ts";
import { RAISE, expectOneOfEach } from "./support/gain.ts";
import {
  HALTED_M4,
  PACKET,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
} from "./support/scenario.ts";
import { submitForgery } from "./support/stolen-key.ts";
import { useScenario } from "./support/use-scenario.ts";

const SOLO_SECONDS = 600;
const SIGNATURE_BYTES = 65;
const FINALITY_BLOCKS = 5;

describe("two relayers with one operator key each", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;
  let others: readonly TestHub[];

  useScenario("solo-operators", { chains: 3, relayers: 2, hasQuorum: false }, (started) => {
    scene = started;
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
    others = [near, far];
  });

  /** Signatures, in bytes, of every directive that `hub` has accepted. */
  const listSignatureBytes = async (hub: TestHub) => {
    const logs = await scene.tally.events(hub, "DirectiveAccepted");
    const calls = await Promise.all(logs.map(async (log) => (await log.getTransaction()).data));
    return calls.map((data) =>
      dataLength(hub.hub.interface.decodeFunctionData("submit", data)["signatures"] as string),
    );
  };

  describe("when a sensor halts a market", () => {
    it("bring reduce-only at once, one transaction each at most, and LayerZero brings the halt", async () => {
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await expectPosture(others, 1, REDUCE_ONLY_M2);

      await scene.deliver();
      await scene.settle();

      const gained = await scene.tally.gained();
      for (const hub of others) {
        const { directives, submissions, ...packets } = gained[hub.chain.name] ?? {};
        expect(packets).to.deep.equal(PACKET);
        expect(directives).to.be.within(1, scene.localnet.relayers.length);
        expect(submissions).to.equal(directives);
        for (const bytes of await listSignatureBytes(hub)) expect(bytes).to.equal(SIGNATURE_BYTES);
      }
      expect(gained["chain-a"]).to.deep.equal(RAISE);
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });

    it("still do so when one of them is dead, with exactly one transaction to each chain", async () => {
      const [, second] = scene.localnet.relayers;
      await second!.kill();
      await scene.raiseDirectly(source, 1, HALTED_M4);
      await expectPosture(others, 1, REDUCE_ONLY_M2);

      await scene.deliver();
      await second!.start();
      await second!.waitReady();

      await expectOneOfEach(scene, source, HALTED_M4);
    });
  });

  describe("when one operator key is stolen", () => {
    const forge = (at: TestHub, signers: readonly Pick<Wallet, "signTypedData">[]) =>
      submitForgery(at, { meshId: scene.localnet.record.meshId, signers, market: 1, rungs: HALTED_M4 });

    it("causes no more than reduce-only and M2, on all chains together for no more than ten minutes", async () => {
      await forge(near, [operatorWallet(2)]);
      await expectPosture([near], 1, REDUCE_ONLY_M2);
      const forged = await scene.tally.gained();
      // What one chain holds for final the relayers carry to the others: as it is, to end when it ends there.
      await scene.pass(1);
      await awaitRead(scene);
      await near.chain.mine(FINALITY_BLOCKS);
      await scene.settle();
      const spread = await scene.tally.gained();
      await expectAgreement(scene.hubs, 1, REDUCE_ONLY_M2);

      await scene.pass(SOLO_SECONDS);
      await scene.localnet.keeper.tick();
      await scene.settle();

      // Refused are the lanes above the ceiling.
      expect(forged).to.deep.equal({ "chain-b": { directives: 1, refusals: 1 } });
      expect(spread["chain-b"]).to.deep.equal(forged["chain-b"]);
      for (const name of ["chain-a", "chain-c"]) {
        const { directives, submissions, ...rest } = spread[name] ?? {};
        expect(directives).to.be.within(1, scene.localnet.relayers.length);
        expect(submissions).to.equal(directives);
        expect(rest).to.deep.equal({});
      }
      const gained = await scene.tally.gained();
      for (const { chain } of scene.hubs) {
        expect(gained[chain.name]).to.deep.equal({ ...spread[chain.name], lifts: 1 });
      }
      await expectAgreement(scene.hubs, 1, 0);
    });

    it("makes no quorum of itself, nor with a stranger's", async () => {
      const thief = operatorWallet(2);
      const stranger = Wallet.createRandom();

      for (const signers of [[thief, thief], [thief, stranger], [stranger, thief], [stranger]]) {
        const failure: unknown = await forge(near, signers).catch((error: unknown) => error);
        const data = isError(failure, "CALL_EXCEPTION") ? failure.data : null;
        expect(near.hub.interface.parseError(data ?? "0x")?.name).to.equal("IncidentHub_NotOperator");
      }

      expect(await scene.tally.gained()).to.deep.equal({});
      await expectAgreement(scene.hubs, 1, 0);
    });
  });
});
