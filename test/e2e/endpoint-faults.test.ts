import { expect } from "chai";

import type { EndpointFault, ForgedLog } from "../../localnet/faults/endpoint-faults.ts";
import type { FaultyEndpoint } from "../../localnet/faults/faulty-endpoint.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import type { Rungs } from "../../relayer/domain/incident/rungs.ts";
import { stampRungs } from "../../relayer/domain/incident/word.ts";
import { CAUTION_M1, HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { RAISE, expectOneOfEach, gainOf, times } from "./support/gain.ts";
import { readMetric } from "./support/relayer-pages.ts";
import {
  DIRECTIVE,
  HALTED_M4,
  PACKET,
  PATIENCE_MS,
  type Scenario,
  type ScenarioOptions,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const PROVISIONAL_SECONDS = 600;
const LAG_BLOCKS = 3;

/** Of the first chain the relayer has two endpoints, of which the preferred one is faulty; of the last it has only a faulty one. */
describe("endpoints under faults", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let lone: TestHub;
  let preferred: FaultyEndpoint;
  let only: FaultyEndpoint;

  beforeEach(() => Promise.all([preferred.setFault(null), only.setFault(null)]));

  const endpointsOf: ScenarioOptions["endpointsOf"] = (_, { name }) =>
    name === "chain-a" ? ["faulty", "direct"] : [name === "chain-c" ? "faulty" : "direct"];
  useScenario("endpoint-faults", { chains: 3, endpointsOf }, (started) => {
    scene = started;
    [source, near, lone] = scene.hubs as [TestHub, TestHub, TestHub];
    preferred = scene.localnet.endpoint(0, source.chain);
    only = scene.localnet.endpoint(0, lone.chain);
  });

  const awaitFailures = (chain: string, code: string) =>
    waitUntil(async () => (await readMetric(scene.relayer, failuresOf(chain, code))) ?? 0, {
      what: `${code} of ${chain}`,
      timeoutMs: PATIENCE_MS,
    });
  const there = { ...DIRECTIVE, ...PACKET };

  describe("when the preferred of two is bad", () => {
    const faults: readonly EndpointFault[] = [
      { name: "lag", blocks: LAG_BLOCKS },
      { name: "forge-head", blocks: 1_000 },
      { name: "hide-logs" },
      { name: "limit", retryAfterSeconds: 5 },
      { name: "hang" },
      { name: "slow", ms: 1_000 },
      { name: "error" },
      { name: "wrong-chain" },
    ];
    for (const fault of faults) {
      it(`is told by the other what happens there, and tightens it by the other: ${fault.name}`, async () => {
        await preferred.setFault(fault);

        await scene.raiseDirectly(source, 1, CAUTION_M1);
        await scene.deliver();
        // No halt: so many of them, each a day long, would spend the market's budget of halted time.
        await scene.raiseDirectly(near, 2, REDUCE_ONLY_M2);
        await scene.deliver();
        await preferred.setFault(null);
        await scene.settle();

        expect(await scene.tally.gained()).to.deep.equal({
          "chain-a": { ...RAISE, ...there },
          "chain-b": { ...RAISE, ...there },
          "chain-c": times(2, there),
        });
        await expectAgreement(scene.hubs, 1, CAUTION_M1);
        await expectAgreement(scene.hubs, 2, REDUCE_ONLY_M2);
      });
    }
  });

  describe("when the only one of a destination answers nothing that could be used", () => {
    const faults: readonly (readonly [EndpointFault, string])[] = [
      [{ name: "limit", retryAfterSeconds: 5 }, "CRD-204"],
      [{ name: "hang" }, "CRD-203"],
      [{ name: "error" }, "CRD-205"],
      [{ name: "wrong-chain" }, "CRD-212"],
    ];
    for (const [fault, code] of faults) {
      it(`is tightened by LayerZero alone, and by directive again afterwards: ${fault.name}`, async () => {
        await only.setFault(fault);
        await awaitFailures(lone.chain.name, code);
        await scene.raiseDirectly(source, 1, REDUCE_ONLY_M2, [near]);
        await scene.deliver();
        const meanwhile = await scene.tally.gained();
        await only.setFault(null);
        await scene.settle();
        await scene.raiseDirectly(source, 1, HALTED_M4);
        await scene.deliver();
        await scene.settle();

        expect(meanwhile).to.deep.equal({
          "chain-a": RAISE,
          "chain-b": there,
          "chain-c": PACKET,
        });
        const { "chain-c": late, ...rest } = await scene.tally.gained();
        expect(rest).to.deep.equal({ "chain-a": times(2, RAISE), "chain-b": times(2, there) });
        const { directives, submissions, ...packets } = late ?? {};
        expect(packets).to.deep.equal(times(2, PACKET));
        // When it answers again, the next attempt at the first directive may come before the look at what LayerZero did.
        expect(directives).to.be.within(1, 2);
        expect(submissions).to.equal(directives);
        await expectAgreement(scene.hubs, 1, HALTED_M4);
      });
    }
  });

  describe("when the only one of a source hides its events", () => {
    it("is found out by the state that it shows, and every chain gets one directive", async () => {
      await only.setFault({ name: "hide-logs" });

      await scene.raiseDirectly(lone, 1, HALTED_M3);
      await scene.deliver();

      await expectOneOfEach(scene, lone, HALTED_M3);
    });
  });

  describe("when the only one of a source lags", () => {
    it("says what happened as many blocks later, and every chain gets one directive", async () => {
      await scene.localnet.advanceTo(await lone.chain.now());
      await only.setFault({ name: "lag", blocks: LAG_BLOCKS });

      await lone.assert(1, HALTED_M3);
      // What happens elsewhere afterwards goes everywhere, and the assertion is not known of by then.
      await scene.raiseDirectly(source, 2, CAUTION_M1);
      const meanwhile = await scene.tally.gained();
      await lone.chain.mine(LAG_BLOCKS);
      await scene.awaitDirectives(2, [near]);
      await only.setFault(null);
      await scene.deliver();
      await scene.settle();

      expect(meanwhile).to.deep.equal({
        "chain-a": { assertions: 1 },
        "chain-b": DIRECTIVE,
        "chain-c": { assertions: 1, ...DIRECTIVE },
      });
      const both = { ...RAISE, ...there };
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, near, times(2, there), both));
      await expectAgreement(scene.hubs, 1, HALTED_M3);
      await expectAgreement(scene.hubs, 2, CAUTION_M1);
    });
  });

  describe("when the only one of a source shows an assertion that never was", () => {
    it("tightens every chain by one directive, for ten minutes, the same on all", async () => {
      await scene.localnet.advanceTo(await lone.chain.now());
      const found = `cordon_findings_total{chain="${lone.chain.name}",kind="disagreement"}`;
      const before = (await readMetric(scene.relayer, found)) ?? 0;
      await only.setFault({ name: "forge-log", log: await forgeAssertion(lone, 1, HALTED_M4) });
      await lone.chain.mine();
      await scene.awaitDirectives(1, [source, near]);
      // Its state says otherwise, and that is what is believed: nothing will be extended.
      await waitUntil(async () => ((await readMetric(scene.relayer, found)) ?? 0) > before, {
        what: "the forgery to be found out",
        timeoutMs: PATIENCE_MS,
      });
      await only.setFault(null);
      await scene.finalise();
      await scene.awaitDirectives(1, [lone]);
      await scene.settle();
      await expectAgreement(scene.hubs, 1, HALTED_M4);

      await scene.pass(PROVISIONAL_SECONDS);
      await scene.localnet.keeper.tick();
      await scene.settle();

      const each = { ...DIRECTIVE, lifts: 1 };
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, lone, each, each));
      await expectAgreement(scene.hubs, 1, 0);
    });
  });

  /** The event by which the hub of `at` would assert `rungs` in its next block. */
  const forgeAssertion = async ({ hub, chain }: TestHub, market: number, rungs: number): Promise<ForgedLog> => {
    const [now, head] = await Promise.all([chain.now(), chain.provider.getBlockNumber()]);
    const { seq_: seq, posture_: posture } = (await hub.getFunction("snapshot")()) as {
      seq_: bigint;
      posture_: bigint;
    };
    const word = stampRungs(rungs as Rungs, now);
    const sensor = chain.wallet("user").address;
    const raised = posture | (BigInt(rungs) << BigInt(8 * market));
    const values = [seq + 1n, market, sensor, 0, rungs, rungs, 0n, word, raised];
    return { address: String(hub.target), ...hub.interface.encodeEventLog("Asserted", values), blockNumber: head + 1 };
  };
});

function failuresOf(chain: string, code: string): string {
  return `cordon_failures_total{where="${chain}",code="${code}"}`;
}
