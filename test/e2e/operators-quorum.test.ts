import { expect } from "chai";
import { dataLength } from "ethers";
import { readFileSync } from "node:fs";
import { z } from "zod";

import { roleWallet } from "../../localnet/chains/accounts.ts";
import type { FaultyEndpoint } from "../../localnet/faults/faulty-endpoint.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { CAUTION_M1, type TestHub } from "../localnet/support/hubs.ts";
import { RAISE, expectOneOfEach } from "./support/gain.ts";
import {
  HALTED_M4,
  PACKET,
  PATIENCE_MS,
  type Scenario,
  type ScenarioOptions,
  TEST_TIMEOUT_MS,
  expectAgreement,
  expectPosture,
} from "./support/scenario.ts";
import { proposeForgery } from "./support/thief.ts";
import { useScenario } from "./support/use-scenario.ts";

const [SOLO_PATH, QUORUM_PATH] = [1, 2];
const SIGNATURE_BYTES = 65;
const LIAR = 2;
const BACKUP_DELAY_SECONDS = 5;

const ConfigFile = z.object({ quorum: z.object({ listen: z.object({ port: z.number() }) }) });

describe("three nodes of a quorum of two, each with a key, a wallet and a view of its own", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let liar: FaultyEndpoint;
  let source: TestHub;
  let others: readonly TestHub[];

  beforeEach(async () => {
    await liar.setFault(null);
    for (const relayer of scene.localnet.relayers.filter((of) => !of.isRunning())) {
      await relayer.start();
      await relayer.waitReady();
    }
  });

  const options: ScenarioOptions = {
    chains: 3,
    relayers: 3,
    backupDelaySeconds: BACKUP_DELAY_SECONDS,
    endpointsOf: (relayer, chain) => [relayer === LIAR && chain.name === "chain-a" ? "faulty" : "direct"],
  };
  useScenario("operators-quorum", options, (started) => {
    scene = started;
    const [first, ...rest] = scene.hubs as [TestHub, TestHub, TestHub];
    [source, others] = [first, rest];
    liar = scene.localnet.endpoint(LIAR, source.chain);
  });

  /** Of every directive that `hub` has accepted: how many signed it, and by which paths it merged anything. */
  const listAccepted = async (hub: TestHub) => {
    const [accepted, merged] = await Promise.all(
      ["DirectiveAccepted", "Merged"].map((name) => scene.tally.events(hub, name)),
    );
    return Promise.all(
      accepted!.map(async (log) => {
        const { data } = await log.getTransaction();
        const { signatures } = hub.hub.interface.decodeFunctionData("submit", data).toObject() as {
          signatures: string;
        };
        const own = merged!.filter(({ transactionHash }) => transactionHash === log.transactionHash);
        const paths = own.map((each) => Number(hub.hub.interface.parseLog(each)!.args["path"]));
        return { signers: dataLength(signatures) / SIGNATURE_BYTES, paths: [...new Set(paths)] };
      }),
    );
  };
  const awaitHalt = () =>
    waitUntil(async () => (await Promise.all(others.map((hub) => hub.postureByte(1)))).every((byte) => byte === 0xb4), {
      what: "the quorum to halt every chain",
      timeoutMs: PATIENCE_MS,
    });
  const urlsExcept = (operator: number) =>
    new Map(
      scene.localnet.relayers.flatMap(({ configFile }, index) => {
        const { quorum } = ConfigFile.parse(JSON.parse(readFileSync(configFile, "utf8")));
        return index === operator ? [] : [[index, `http://127.0.0.1:${quorum.listen.port}`] as const];
      }),
    );
  /** Signatures that a node was asked for, by what it answered. */
  const answeredBy = async (index: number) => {
    const page = await scene.localnet.relayers[index]!.metrics();
    const lines = page.split("\n").filter((line) => /^cordon_co_signatures_total.*side="answered"/.test(line));
    const sum = (of: readonly string[]) => of.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
    const isSigned = (line: string) => line.includes('outcome="signed"');
    return { signed: sum(lines.filter(isSigned)), refused: sum(lines.filter((line) => !isSigned(line))) };
  };
  const countSent = async (hub: TestHub) =>
    Promise.all(
      (["relayer0", "relayer1", "relayer2"] as const).map((role) =>
        hub.chain.provider.getTransactionCount(roleWallet(role).address),
      ),
    );

  describe("when a sensor halts a market, LayerZero delivers nothing, and one node is dead", () => {
    it("halts it everywhere by two signatures, after reduce-only by one", async () => {
      await scene.localnet.relayers[LIAR]!.kill();
      await scene.raise(source, 1, HALTED_M4);
      await awaitHalt();
      await scene.deliver();
      await scene.settle();

      const gained = await scene.tally.gained();
      expect(gained["chain-a"]).to.deep.equal(RAISE);
      for (const hub of others) {
        const accepted = await listAccepted(hub);
        expect(accepted[0]).to.deep.equal({ signers: 1, paths: [SOLO_PATH] });
        expect(accepted).to.deep.include({ signers: 2, paths: [QUORUM_PATH] });
        // Halts are raced: each of the two sends alone and with the other, unless it sees the other's in time.
        const { directives, submissions, ...rest } = gained[hub.chain.name] ?? {};
        expect(directives).to.be.within(2, 4);
        expect([submissions, rest]).to.deep.equal([directives, PACKET]);
      }
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when the endpoint of one node hides the assertion from it", () => {
    it("refuses to sign, and the other two halt every chain", async () => {
      const before = await answeredBy(LIAR);
      await liar.setFault({ name: "conceal" });
      await scene.raise(source, 1, HALTED_M4);
      await awaitHalt();
      await waitUntil(async () => (await answeredBy(LIAR)).refused > before.refused, {
        what: "the node that is lied to to answer",
        timeoutMs: PATIENCE_MS,
      });

      expect((await answeredBy(LIAR)).signed).to.equal(before.signed);

      await liar.setFault(null);
      await scene.deliver();
      await scene.settle();
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when the key of one node is stolen", () => {
    for (const [cut, reason] of [
      ["true", "not-reproducible"],
      ["forged", "other-hash"],
    ] as const) {
      it(`gets nobody to sign a halt that follows from nothing, with a ${cut} cut`, async () => {
        await scene.localnet.relayers[LIAR]!.kill();

        const theft = { operator: LIAR, urls: urlsExcept(LIAR), market: 1, rungs: HALTED_M4, cut };
        const answers = await proposeForgery(scene.localnet, scene.hubs, theft);

        expect(answers).to.deep.equal([
          { kind: "refused", reason },
          { kind: "refused", reason },
        ]);
        expect(await scene.tally.gained()).to.deep.equal({});
        await expectAgreement(scene.hubs, 1, 0);
      });
    }

    it("gets nobody to sign anything while a halt is in force: nothing to loosen can be said", async () => {
      await scene.raise(source, 1, HALTED_M4);
      await awaitHalt();
      await scene.deliver();
      await scene.settle();
      await scene.localnet.relayers[LIAR]!.kill();

      const theft = { operator: LIAR, urls: urlsExcept(LIAR), market: 1, rungs: 0, cut: "true" as const };
      const answers = await proposeForgery(scene.localnet, scene.hubs, theft);

      expect(answers.map(({ kind }) => kind)).to.deep.equal(["refused", "refused"]);
      await expectPosture(scene.hubs, 1, HALTED_M4);
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when a sensor raises a rung that can wait", () => {
    it("is carried by one transaction to each chain, of whichever node's turn it is", async () => {
      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();

      await expectOneOfEach(scene, source, CAUTION_M1);
    });

    it("is carried by a backup, still by one transaction, when that node was killed", async () => {
      // Whose turn it is for this market and this rung is always the same: the count of the first time tells.
      const before = await countSent(others[0]!);
      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();
      await scene.settle();
      const after = await countSent(others[0]!);
      const primary = after.findIndex((count, index) => count > (before[index] ?? 0));
      await scene.calm();
      await scene.localnet.relayers[primary]!.kill();

      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.deliver();

      await expectOneOfEach(scene, source, CAUTION_M1);
      expect((await countSent(others[0]!))[primary]).to.equal(after[primary]);
    });
  });
});
