import { setTimeout } from "node:timers/promises";

import { expect } from "chai";
import { Contract } from "ethers";

import { type FaultPlan, createFaultPlan } from "../../localnet/faults/fault-plan.ts";
import { STORM_MS } from "../../relayer/app/act/storm.ts";
import { forgedHash } from "../../localnet/layerzero/workers/dvn.ts";
import { ENDPOINT, RECEIVE_ULN } from "../../localnet/layerzero/workers/delivery-events.ts";
import { CAUTION_M1, HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../localnet/support/hubs.ts";
import { RAISE, gainOf, times } from "./support/gain.ts";
import { replayDirectives } from "./support/replay-directives.ts";
import {
  DIRECTIVE,
  FAULT_SEED,
  HALTED_M4,
  PACKET,
  RENEW_SECONDS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
} from "./support/scenario.ts";
import { useScenario } from "./support/use-scenario.ts";

const SEEDS = Array.from({ length: 256 }, (_, seed) => seed);
/** One packet that both DVNs vouch for twice, and whose second commit and second delivery are refused. */
const PACKET_TWICE = { ...PACKET, repeatedVerify: 2, refusedCommit: 1, refusedExecute: 1 };

describe("LayerZero under faults, beside the direct path", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let source: TestHub;
  let near: TestHub;
  let far: TestHub;
  let others: readonly TestHub[];

  useScenario("messaging-faults", { chains: 3 }, (started) => {
    scene = started;
    [source, near, far] = scene.hubs as [TestHub, TestHub, TestHub];
    others = [near, far];
  });

  /** Raises step by step: each step is a directive of its own to every other chain, and a broadcast. */
  const raiseInSteps = async (from: TestHub, market: number, steps: readonly number[]) => {
    for (const rungs of steps) {
      await scene.raiseDirectly(from, market, rungs);
      await scene.localnet.keeper.tick();
    }
  };

  describe("when every message comes twice and in random order", () => {
    it("ends in the same words, every repetition refused or without effect", async () => {
      await scene.useFaults(["duplicate", "reorder"]);
      // All packets are there before the first is taken up: the order of arrival is the plan's.
      scene.localnet.workers.stop();
      await raiseInSteps(source, 1, [CAUTION_M1, REDUCE_ONLY_M2, HALTED_M3]);
      // A raise of less, this soon after a halt, would wait on the chain that was just halted and so part from its twin.
      await setTimeout(2 * STORM_MS);
      await raiseInSteps(near, 2, [REDUCE_ONLY_M2, HALTED_M4]);
      scene.localnet.workers.start();
      await scene.deliver();
      await scene.settle();
      const words = await source.digest();

      const directives = await replayDirectives(scene);
      await scene.settle();

      expect(directives).to.equal(5);
      expect(await scene.tally.gained()).to.deep.equal({
        "chain-a": {
          assertions: 3,
          broadcasts: 3,
          directives: 2 + 5,
          submissions: 2,
          sent: 6,
          ...times(2, PACKET_TWICE),
        },
        "chain-b": {
          assertions: 2,
          broadcasts: 2,
          directives: 3 + 5,
          submissions: 3,
          sent: 4,
          ...times(3, PACKET_TWICE),
        },
        "chain-c": { directives: 5 + 5, submissions: 5, ...times(5, PACKET_TWICE) },
      });
      const heard = await heardFrom(source, far);
      expect(heard)
        .to.have.lengthOf(3)
        .and.to.not.deep.equal(heard.toSorted((a, b) => a - b));
      expect(await source.digest()).to.equal(words);
      await expectAgreement(scene.hubs, 1, HALTED_M3);
      await expectAgreement(scene.hubs, 2, HALTED_M4);
    });
  });

  describe("when packets are dropped", () => {
    it("makes the words equal by one directive more, on the chain that missed the packet alone", async () => {
      const nonce = nextNonce(source);
      const seed = SEEDS.find((of) => isDroppedOnWayToNearAlone(createFaultPlan(of, ["drop"]), nonce));
      await scene.useFaults(["drop"], seed ?? FAULT_SEED);

      await scene.raiseDirectly(source, 1, HALTED_M4);
      await scene.deliver();
      const dropped = await scene.tally.gained();
      await scene.finalise();
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      const { execute: _, ...committed } = PACKET;
      expect(dropped).to.deep.equal({
        "chain-a": RAISE,
        "chain-b": { ...DIRECTIVE, ...committed },
        "chain-c": { ...DIRECTIVE, ...PACKET },
      });
      const renewed = { ...committed, directives: 2, submissions: 2 };
      expect(await scene.tally.gained()).to.deep.equal({ ...dropped, "chain-b": renewed });
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when packets are delayed", () => {
    it("ends in the same words, with one directive and one packet for each step on every chain", async () => {
      await scene.useFaults(["delay"]);

      await raiseInSteps(source, 1, [CAUTION_M1, REDUCE_ONLY_M2, HALTED_M4]);
      await scene.deliver();
      await scene.settle();

      const there = times(3, { ...DIRECTIVE, ...PACKET });
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, times(3, RAISE), there));
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  describe("when the first DVN forges", () => {
    it("never commits the forgery, and delivers the truth", async () => {
      await scene.useFaults(["forge"]);

      await raiseInSteps(source, 1, [HALTED_M4]);
      await scene.deliver();
      await scene.settle();

      const there = { ...DIRECTIVE, ...PACKET, forged: 1, refusedCommit: 1 };
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, RAISE, there));
      await expectNoForgeryCommitted(1);
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });

    it("commits nothing at all while the second DVN is silent, and the direct path carries on alone", async () => {
      await scene.useFaults(["forge", "withhold"]);

      await raiseInSteps(source, 1, [HALTED_M4]);
      await scene.deliver();
      await scene.finalise();
      await scene.pass(RENEW_SECONDS);
      await scene.settle();

      const there = { directives: 2, submissions: 2, verify1: 1, forged: 1, refusedCommit: 1 };
      expect(await scene.tally.gained()).to.deep.equal(gainOf(scene, source, RAISE, there));
      await expectNoForgeryCommitted(0);
      await expectAgreement(scene.hubs, 1, HALTED_M4);
    });
  });

  /** Packets that `from` has sent are numbered alike on the way to each of its peers. */
  const nextNonce = ({ chain }: TestHub): bigint => {
    const sent = scene.localnet.workers.counts().get(chain.name)?.sent ?? 0;
    return BigInt(sent / others.length + 1);
  };

  const isDroppedOnWayToNearAlone = (plan: FaultPlan, nonce: bigint): boolean => {
    const [toNear, toFar] = others.map(({ chain }) =>
      plan.decide({ srcEid: source.chain.eid, dstEid: chain.eid, nonce }),
    );
    return toNear!.isDropped && !toFar!.isDropped;
  };

  /** Sequence numbers under which `to` heard of `from`, in the order in which it did. */
  const heardFrom = async (from: TestHub, to: TestHub): Promise<number[]> => {
    const heard = (await scene.tally.events(to, "Heard")).map((log) => to.hub.interface.parseLog(log)!.args);
    return heard.filter((args) => Number(args["srcEid"]) === from.chain.eid).map((args) => Number(args["srcSeq"]));
  };

  /** Of all that the first DVN vouched for on every chain, by the chain's own events. */
  const expectNoForgeryCommitted = async (commitsEach: number): Promise<void> => {
    for (const hub of others) {
      const { endpoint, receiveUln } = scene.localnet.layerzero[scene.hubs.indexOf(hub)]!;
      const heads = (await scene.tally.events(hub, "DirectiveAccepted")).map(({ blockNumber }) => blockNumber);
      const since = Math.min(...heads);
      const hashes = async (address: string, event: string, field: string) => {
        const contract = new Contract(
          address,
          event === "PayloadVerified" ? RECEIVE_ULN : ENDPOINT,
          hub.chain.provider,
        );
        const logs = await contract.queryFilter(event, since);
        return logs.map((log) => String(contract.interface.parseLog(log)?.args[field]));
      };
      const verified = new Set(await hashes(receiveUln, "PayloadVerified", "proofHash"));
      const committed = await hashes(endpoint, "PacketVerified", "payloadHash");
      const forged = [...verified].filter((hash) => [...verified].some((truth) => forgedHash(truth) === hash));

      expect(forged).to.have.lengthOf(1);
      expect(committed).to.have.lengthOf(commitsEach).and.to.not.include.members(forged);
    }
  };
});
