import { expect } from "chai";
import { Contract } from "ethers";

import type { MessagingFaultName } from "../../localnet/faults/fault-names.ts";
import { type FaultPlan, type PacketPlace, createFaultPlan } from "../../localnet/faults/fault-plan.ts";
import {
  DELIVERY_KINDS,
  type DeliveryCounts,
  type DeliveryKind,
  noDeliveries,
} from "../../localnet/layerzero/workers/delivery-counts.ts";
import { ENDPOINT, RECEIVE_ULN } from "../../localnet/layerzero/workers/delivery-events.ts";
import { type Localnet, startLocalnet } from "../../localnet/start-localnet.ts";
import { CAUTION_M1, HALTED_M3, REDUCE_ONLY_M2, REGISTERED, type TestHub, openHubs } from "./support/hubs.ts";

const SEED = 3;
/** Enough to find one that drops one packet and not the next. */
const SEEDS = Array.from({ length: 64 }, (_, seed) => seed);
const LONGEST_LEASE_SECONDS = 24 * 3_600;
/** What one packet costs when nothing goes wrong. */
const ONE_PACKET = { sent: 1, verify1: 1, verify2: 1, commit: 1, execute: 1 };

describe("LayerZero workers", function () {
  this.timeout(60_000);

  let localnet: Localnet;
  let source: TestHub;
  let destination: TestHub;
  let earlier: DeliveryCounts;

  const useFaults = async (...names: MessagingFaultName[]): Promise<FaultPlan> => {
    const plan = createFaultPlan(SEED, names);
    await localnet.workers.setFaultPlan(plan);
    return plan;
  };
  const trip = async (market: number, rungs: number) => {
    await source.assert(market, rungs);
    await source.broadcast();
  };
  const gained = (): Partial<DeliveryCounts> => {
    const after = localnet.workers.totals();
    const changed = DELIVERY_KINDS.filter((kind) => after[kind] !== earlier[kind]);
    return Object.fromEntries(changed.map((kind) => [kind, after[kind] - earlier[kind]]));
  };
  const digests = () => Promise.all([source, destination].map((hub) => hub.digest()));
  const expectConverged = async () => {
    const [here, there] = await digests();
    expect(there).to.equal(here);
  };

  /** Everything delivered, every lease over, every posture down. */
  const calmDown = async () => {
    localnet.workers.start();
    if (!destination.chain.isRunning()) await destination.chain.start();
    await useFaults();
    await localnet.workers.idle();
    await localnet.advanceTo((await source.chain.now()) + LONGEST_LEASE_SECONDS);
    for (const { hub } of [source, destination]) {
      for (const market of [1, 2]) await (await hub.getFunction("lift").send(market)).wait();
    }
  };
  /** Where the next `count` packets will stand. */
  const nextPlaces = (count: number) => {
    const sent = localnet.workers.counts().get(source.chain.name)?.sent ?? 0;
    const pathway = { srcEid: source.chain.eid, dstEid: destination.chain.eid };
    return Array.from({ length: count }, (_, index) => ({ ...pathway, nonce: BigInt(sent + index + 1) }));
  };

  before(async () => {
    localnet = await startLocalnet({ chains: 2, relayers: 0, keeper: { isStarted: false } });
    const hubs = await openHubs(localnet);
    [source, destination] = [hubs[0]!, hubs[1]!];
  });

  beforeEach(async () => {
    await calmDown();
    earlier = localnet.workers.totals();
  });

  after(() => localnet.stop());

  describe("when nothing goes wrong", () => {
    it("deliver a packet with two verifications, one commit and one execution", async () => {
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(gained()).to.deep.equal(ONE_PACKET);
      expect(await destination.postureByte(1)).to.equal(REGISTERED | HALTED_M3);
      await expectConverged();
    });

    it("count what the chain itself says, where it happened", async () => {
      await trip(1, CAUTION_M1);
      await trip(1, REDUCE_ONLY_M2);
      await localnet.workers.idle();

      const here = localnet.workers.counts().get("chain-a");
      const there = localnet.workers.counts().get("chain-b") ?? noDeliveries();
      expect(here).to.deep.equal({ ...noDeliveries(), sent: await countLogs(localnet, 0, "PacketSent") });
      const verified = there.verify1 + there.verify2 + there.repeatedVerify + there.forged;
      expect(verified).to.equal(await countLogs(localnet, 1, "PayloadVerified"));
      expect(there.commit).to.equal(await countLogs(localnet, 1, "PacketVerified"));
      expect(there.execute).to.equal(await countLogs(localnet, 1, "PacketDelivered"));
      expect(there.execute).to.be.at.least(2);
    });

    it("go on after a stop from where they were", async () => {
      localnet.workers.stop();
      await trip(1, HALTED_M3);

      localnet.workers.start();
      await localnet.workers.idle();

      expect(gained()).to.deep.equal(ONE_PACKET);
      await expectConverged();
    });
  });

  describe("when packets are dropped", () => {
    it("commit all of them and deliver those that the plan lets through", async () => {
      const plan = await useFaults("drop");
      const dropped = nextPlaces(6).filter((place) => plan.decide(place).isDropped).length;

      for (const market of [1, 2]) {
        for (const rungs of [CAUTION_M1, REDUCE_ONLY_M2, HALTED_M3]) await trip(market, rungs);
      }
      await localnet.workers.idle();

      expect(dropped).to.be.within(1, 5);
      expect(gained()).to.deep.equal({ sent: 6, verify1: 6, verify2: 6, commit: 6, execute: 6 - dropped });
    });

    it("lose nothing once a later packet comes through, for it carries the whole word", async () => {
      const places = nextPlaces(2);
      const seed = SEEDS.find((of) => isDroppedThenNot(createFaultPlan(of, ["drop"]), places)) ?? 0;
      await localnet.workers.setFaultPlan(createFaultPlan(seed, ["drop"]));

      await trip(1, REDUCE_ONLY_M2);
      await localnet.workers.idle();
      const isLost = (await destination.postureByte(1)) === REGISTERED;
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(isLost).to.be.true;
      await expectConverged();
    });
  });

  describe("when every packet is duplicated", () => {
    it("see the contracts refuse the second commit and the second delivery", async () => {
      await useFaults("duplicate");
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(gained()).to.deep.equal({ ...ONE_PACKET, repeatedVerify: 2, refusedCommit: 1, refusedExecute: 1 });
      await expectConverged();
    });
  });

  describe("when packets are delayed", () => {
    it("deliver each after the delay that the plan draws", async () => {
      const plan = await useFaults("delay");
      const { delayMs } = plan.decide(nextPlaces(1)[0]!);

      const startedAt = performance.now();
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(performance.now() - startedAt).to.be.at.least(delayMs);
      expect(gained()).to.deep.equal(ONE_PACKET);
      await expectConverged();
    });
  });

  describe("when packets are reordered", () => {
    it("execute them in the plan's order, and the words end the same", async () => {
      const plan = await useFaults("reorder");
      const places = nextPlaces(3);

      // All three are there before the first is taken up, however slow the machine is.
      localnet.workers.stop();
      for (const rungs of [CAUTION_M1, REDUCE_ONLY_M2, HALTED_M3]) await trip(1, rungs);
      localnet.workers.start();
      await localnet.workers.idle();

      const planned = plan.shuffle(places, (place) => place).map(({ nonce }) => nonce);
      expect((await deliveredNonces(localnet, 1)).slice(-3)).to.deep.equal(planned);
      expect(gained()).to.deep.equal({ sent: 3, verify1: 3, verify2: 3, commit: 3, execute: 3 });
      await expectConverged();
    });
  });

  describe("when the second DVN verifies nothing", () => {
    it("deliver nothing", async () => {
      await useFaults("withhold");
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(gained()).to.deep.equal({ sent: 1, verify1: 1 });
      expect(await destination.postureByte(1)).to.equal(REGISTERED);
    });

    it("deliver the backlog once it is back", async () => {
      await useFaults("withhold");
      for (const rungs of [CAUTION_M1, HALTED_M3]) await trip(1, rungs);
      await localnet.workers.idle();

      await useFaults();
      await localnet.workers.idle();

      expect(gained()).to.deep.equal({ sent: 2, verify1: 2, verify2: 2, commit: 2, execute: 2 });
      await expectConverged();
    });
  });

  describe("when the first DVN forges", () => {
    it("see the contracts refuse the forgery and take the truth", async () => {
      await useFaults("forge");
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(gained()).to.deep.equal({ ...ONE_PACKET, forged: 1, refusedCommit: 1 });
      await expectConverged();
    });

    it("never commit the forgery, not even when the second DVN is silent", async () => {
      await useFaults("forge", "withhold");
      await trip(1, HALTED_M3);
      await localnet.workers.idle();

      expect(gained()).to.deep.equal({ sent: 1, verify1: 1, forged: 1, refusedCommit: 1 });
      expect(await destination.postureByte(1)).to.equal(REGISTERED);
    });
  });

  describe("when all goes wrong that a packet survives", () => {
    it("still deliver every packet once", async () => {
      await useFaults("duplicate", "delay", "reorder", "forge");
      for (const rungs of [CAUTION_M1, REDUCE_ONLY_M2, HALTED_M3]) await trip(1, rungs);
      await localnet.workers.idle();

      const three: Partial<Record<DeliveryKind, number>> = { sent: 3, verify1: 3, verify2: 3, commit: 3, execute: 3 };
      const refused = { forged: 3, repeatedVerify: 6, refusedCommit: 6, refusedExecute: 3 };
      expect(gained()).to.deep.equal({ ...three, ...refused });
      await expectConverged();
    });
  });

  describe("when the destination is down", () => {
    it("deliver once it is back, at the same cost", async () => {
      await destination.chain.stop();
      await trip(1, HALTED_M3);
      await localnet.workers.idle({ except: [destination.chain.name] });
      const whileDown = gained();

      await destination.chain.start();
      await localnet.workers.idle();

      expect(whileDown).to.deep.equal({ sent: 1 });
      expect(gained()).to.deep.equal(ONE_PACKET);
      await expectConverged();
    });

    it("say so when asked to wait for it", async () => {
      await destination.chain.stop();
      await trip(1, HALTED_M3);

      const failure: unknown = await localnet.workers.idle({ timeoutMs: 300 }).catch((error: unknown) => error);

      expect(failure).to.have.property("exitCode", 75);
    });
  });

  describe("when the destination hangs", () => {
    it("deliver once it answers again", async () => {
      destination.chain.pause();
      await trip(1, HALTED_M3);
      await localnet.workers.idle({ except: [destination.chain.name] });

      destination.chain.resume();
      await localnet.workers.idle();

      expect(gained()).to.deep.equal(ONE_PACKET);
      await expectConverged();
    });
  });
});

function isDroppedThenNot(plan: FaultPlan, places: readonly PacketPlace[]): boolean {
  const [first, second] = places.map((place) => plan.decide(place).isDropped);
  return first === true && second === false;
}

async function logsOf(localnet: Localnet, index: number, event: string) {
  const { endpoint, receiveUln } = localnet.layerzero[index]!;
  const [address, abi] = event === "PayloadVerified" ? [receiveUln, RECEIVE_ULN] : [endpoint, ENDPOINT];
  const contract = new Contract(address, abi, localnet.chains[index]!.provider);
  return contract.queryFilter(event, 0);
}

async function countLogs(localnet: Localnet, index: number, event: string): Promise<number> {
  return (await logsOf(localnet, index, event)).length;
}

async function deliveredNonces(localnet: Localnet, index: number): Promise<bigint[]> {
  const logs = await logsOf(localnet, index, "PacketDelivered");
  return logs.map((log) => BigInt(ENDPOINT.parseLog(log)?.args["origin"].nonce));
}
