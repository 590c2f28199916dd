import { expect } from "chai";
import { Contract } from "ethers";
import { z } from "zod";

import { roleWallet } from "../../localnet/chains/accounts.ts";
import { createFaultPlan } from "../../localnet/faults/fault-plan.ts";
import { ENDPOINT } from "../../localnet/layerzero/workers/delivery-events.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { CAUTION_M1, HALTED_M3, type TestHub } from "../localnet/support/hubs.ts";
import { expectOneOfEach } from "./support/gain.ts";
import { readMetric } from "./support/relayer-pages.ts";
import {
  FAULT_SEED,
  HALTED_M4,
  PATIENCE_MS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const STUCK_AFTER_SECONDS = 3;
const RecoveriesPage = z.object({
  recoveries: z.array(
    z.object({ chain: z.string(), why: z.string(), nonce: z.string(), holdsUp: z.number(), call: z.string() }),
  ),
});

describe("the relayer as executor of last resort", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;

  useScenario(
    "last-resort",
    {
      chains: 3,
      relayerKeeping: { deliverAfterSeconds: 1, hasChores: false, stuckAfterSeconds: STUCK_AFTER_SECONDS },
    },
    (started) => {
      scene = started;
      [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
    },
  );

  const errandsOf = async ({ chain }: TestHub) =>
    chain.provider.getTransactionCount(roleWallet("housekeeper0").address);
  const recoveries = async () => RecoveriesPage.parse(await scene.relayer.status("/v1/recoveries")).recoveries;
  const awaitExecuted = (hub: TestHub, count: number) =>
    waitUntil(async () => (await scene.tally.gained())[hub.chain.name]?.execute === count, {
      what: `${count} packets executed on ${hub.chain.name}`,
      timeoutMs: PATIENCE_MS,
    });

  describe("when LayerZero's executor delivers nothing", () => {
    it("executes every packet itself, once, by one transaction on each chain", async () => {
      const before = await Promise.all([near, far].map(errandsOf));
      const plan = createFaultPlan(FAULT_SEED, []);
      const dropAll = { ...plan, decide: (packet: never) => ({ ...plan.decide(packet), isDropped: true }) };
      await scene.localnet.workers.setFaultPlan(dropAll);

      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.deliver();
      await awaitExecuted(near, 1);
      await awaitExecuted(far, 1);

      await expectOneOfEach(scene, source, HALTED_M4);
      const after = await Promise.all([near, far].map(errandsOf));
      expect(after.map((count, index) => count - before[index]!)).to.deep.equal([1, 1]);
    });
  });

  describe("when a nonce is never verified", () => {
    it("prints the call that frees the channel, and delivers what waited once it was made", async () => {
      const sent = scene.localnet.workers.counts().get(source.chain.name)?.sent ?? 0;
      const stuck = BigInt(sent / 2 + 1);
      const plan = createFaultPlan(FAULT_SEED, []);
      const isStuck = (of: { dstEid: number; nonce: bigint }) => of.dstEid === near.chain.eid && of.nonce === stuck;
      await scene.localnet.workers.setFaultPlan({
        ...plan,
        decide: (packet) => ({ ...plan.decide(packet), isWithheld: isStuck(packet), isDropped: true }),
      });

      await scene.raiseDirectly(source, 1, CAUTION_M1);
      await scene.localnet.keeper.tick();
      await scene.raiseDirectly(source, 1, HALTED_M3);
      await scene.deliver();
      await waitUntil(async () => (await recoveries()).some(({ holdsUp }) => holdsUp === 1), {
        what: "the stuck nonce to be shown",
        timeoutMs: PATIENCE_MS,
      });
      const [found, ...others] = await recoveries();
      const metric = `cordon_recoveries_open{chain="${near.chain.name}"}`;
      await waitUntil(async () => (await readMetric(scene.relayer, metric)) === 1, {
        what: "the stuck nonce to be counted",
        timeoutMs: PATIENCE_MS,
      });
      await makeCall(scene, near, found!.call);
      await awaitExecuted(near, 1);
      await awaitExecuted(far, 2);
      await scene.settle();

      expect(others).to.deep.equal([]);
      expect(found).to.include({ chain: near.chain.name, why: "not-verified", nonce: String(stuck), holdsUp: 1 });
      const gained = await scene.tally.gained();
      expect(gained["chain-b"]).to.deep.equal({
        directives: 2,
        submissions: 2,
        verify1: 2,
        verify2: 1,
        commit: 1,
        execute: 1,
      });
      await waitUntil(async () => (await recoveries()).length === 0, {
        what: "nothing to be left to recover",
        timeoutMs: PATIENCE_MS,
      });
      await expectAgreement(scene.hubs, 1, HALTED_M3);
    });
  });
});

/** Makes a printed call as governance would with `cast send`: function and arguments as they stand there. */
async function makeCall(scene: Scenario, hub: TestHub, printed: string): Promise<void> {
  const { endpoint } = scene.localnet.layerzero[scene.hubs.indexOf(hub)]!;
  const [, signature = "", args = ""] = /^"([^"]+)" (.*)$/.exec(printed) ?? [];
  const contract = new Contract(endpoint, ENDPOINT, hub.chain.wallet("deployer"));
  await (await contract.getFunction(signature).send(...args.split(" "))).wait();
}
