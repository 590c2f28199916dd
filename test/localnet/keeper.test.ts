import { expect } from "chai";

import { type Localnet, startLocalnet } from "../../localnet/start-localnet.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { CAUTION_M1, HALTED_M3, REDUCE_ONLY_M2, REGISTERED, type TestHub, openHubs } from "./support/hubs.ts";

const HALTED_LEASE_SECONDS = 3_600;
const REDUCE_ONLY_LEASE_SECONDS = 10_800;
const LONGEST_LEASE_SECONDS = 24 * 3_600;
const HEARTBEAT_SECONDS = 600;

describe("createKeeper", function () {
  this.timeout(60_000);

  let localnet: Localnet;
  let source: TestHub;
  let destination: TestHub;

  /** Time passes on both chains, and nobody makes a block. */
  const pass = async (seconds: number) => {
    for (const { chain } of [source, destination]) await chain.provider.send("evm_increaseTime", [seconds]);
  };
  const countsOf = ({ chain }: TestHub) => localnet.keeper.counts().get(chain.name) ?? { broadcasts: -1, lifts: -1 };
  const settle = async () => {
    await localnet.keeper.tick();
    await localnet.workers.idle();
  };

  beforeEach(async () => {
    localnet = await startLocalnet({ chains: 2, relayers: 0, keeper: { isStarted: false, hasHeartbeats: false } });
    const hubs = await openHubs(localnet);
    [source, destination] = [hubs[0]!, hubs[1]!];
  });

  afterEach(() => localnet.stop());

  describe("when ticked", () => {
    it("sends what a sensor asserted, once", async () => {
      await source.assert(1, HALTED_M3);

      await settle();
      await settle();

      expect(countsOf(source)).to.deep.equal({ broadcasts: 1, lifts: 0 });
      expect(countsOf(destination)).to.deep.equal({ broadcasts: 0, lifts: 0 });
      expect(await destination.digest()).to.equal(await source.digest());
    });

    it("sends a rung that was raised after a heartbeat fell due, and heartbeats only when they are on", async () => {
      await source.assert(1, CAUTION_M1);
      await settle();
      await pass(HEARTBEAT_SECONDS);
      await settle();
      const withoutNews = countsOf(source).broadcasts;
      await source.assert(1, REDUCE_ONLY_M2);
      await settle();
      const withNews = countsOf(source).broadcasts;

      localnet.keeper.setHeartbeats(true);
      await settle();

      expect({ withoutNews, withNews }).to.deep.equal({ withoutNews: 1, withNews: 2 });
      expect(countsOf(source).broadcasts).to.equal(2);
      expect(countsOf(destination).broadcasts).to.equal(1);
    });

    it("brings the posture down in stages as leases lapse, on every chain", async () => {
      await source.assert(1, HALTED_M3);
      await settle();

      const stages: number[][] = [];
      for (const seconds of [HALTED_LEASE_SECONDS, REDUCE_ONLY_LEASE_SECONDS, LONGEST_LEASE_SECONDS]) {
        await pass(seconds);
        await settle();
        stages.push(await Promise.all([source, destination].map((hub) => hub.postureByte(1))));
      }

      const [reduceOnly, caution, calm] = [REGISTERED | 0x23, REGISTERED | 0x12, REGISTERED];
      expect(stages).to.deep.equal([
        [reduceOnly, reduceOnly],
        [caution, caution],
        [calm, calm],
      ]);
      expect([source, destination].map((hub) => countsOf(hub).lifts)).to.deep.equal([3, 3]);
    });

    it("serves the other chains when one is down", async () => {
      await destination.chain.stop();
      await source.assert(1, HALTED_M3);

      await localnet.keeper.tick();

      expect(countsOf(source)).to.deep.equal({ broadcasts: 1, lifts: 0 });
    });
  });

  describe("when started", () => {
    it("sends by itself at the block that makes it due", async () => {
      localnet.keeper.start();
      await source.assert(1, HALTED_M3);

      await waitUntil(async () => (await destination.postureByte(1)) === (REGISTERED | HALTED_M3), {
        what: "the rung to arrive",
        timeoutMs: 5_000,
      });

      expect(countsOf(source).broadcasts).to.equal(1);
    });
  });
});
