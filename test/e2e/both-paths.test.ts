import { expect } from "chai";
import { Contract, Interface, isError } from "ethers";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { addressOf } from "../../deployments/network-record.ts";
import { type Observer, createObserver } from "../../localnet/demo/observer.ts";
import { createPriceFeeder } from "../../localnet/replay/price-feeder.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { HALTED_M3, type TestHub } from "../localnet/support/hubs.ts";
import { type HeadLog, watchHeads } from "./support/head-log.ts";
import { expectOneOfEach } from "./support/gain.ts";
import { readMetric } from "./support/relayer-pages.ts";
import { HALTED_M4, MARKETS, PATIENCE_MS, type Scenario, TEST_TIMEOUT_MS } from "./support/scenario.ts";
import { useNetwork } from "./support/use-scenario.ts";

const CHAINS = 5;
const PEERS = CHAINS - 1;
const BLOCK_SECONDS = 1;
/** The promise of the direct path. */
const BLOCKS_TO_TIGHTEN = 2;
const MARKET = 1;
const CALM_PRICE_E8 = 8_000n * 10n ** 8n;
/** Thirty per cent below: past the third tier of the band. */
const CRASH_PRICE_E8 = 5_600n * 10n ** 8n;
/** Recorded prices come by the minute. */
const MINUTE = 60;

/*
 * Blocks come every second on every chain by themselves here, and the keeper acts by itself at every one of them: nothing
 * is done by the test but to publish prices and to look.
 */
describe("both paths, five chains", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let heads: HeadLog;
  let observer: Observer;

  after(() => {
    observer.close();
    heads.close();
  });

  useNetwork("both-paths", { chains: CHAINS }, async (started) => {
    scene = started;
    const { chains, keeper } = scene.localnet;
    await Promise.all(chains.map((chain) => chain.setBlockTime(BLOCK_SECONDS)));
    keeper.start();
    heads = await watchHeads(chains);
    observer = createObserver(Interface.from(readCompiledContract("hub", "IncidentHub").abi));
    for (const { chain, hub } of scene.hubs) {
      await observer.watch({ chain: chain.name, wsUrl: chain.wsUrl, hub: String(hub.target) });
    }
  });

  beforeEach(() => scene.tally.mark());

  describe("when the band sensor of one chain trips on its price feeds", () => {
    it("tightens the last chain within two of its blocks, and every chain once by each path", async () => {
      const [source, ...others] = scene.hubs as [TestHub, ...TestHub[]];
      const { parameters, record } = scene.localnet;
      const decimals = parameters.markets.find(({ id }) => id === MARKET)!.feeds.map((feed) => feed.decimals);
      const feeder = createPriceFeeder({ chain: source.chain, record: record.chains[0]!, market: MARKET, decimals });
      const start = (await source.chain.now()) + MINUTE;

      const isCalmAsserted = await feeder.feed({ time: start, priceE8: CALM_PRICE_E8 });
      const isCrashAsserted = await feeder.feed({ time: start + MINUTE, priceE8: CRASH_PRICE_E8 });
      await awaitDelivery();

      expect([isCalmAsserted, isCrashAsserted]).to.deep.equal([false, true]);
      await expectOneOfEach(scene, source, HALTED_M3);
      const blocks = await blocksToTighten(source, others);
      expect(blocks).to.have.lengthOf(PEERS);
      for (const count of blocks) expect(count).to.be.within(1, BLOCKS_TO_TIGHTEN);
      expect(await timesMeasured()).to.deep.equal({ direct: 1, layerzero: 1 });
    });
  });

  describe("when a sensor of another chain halts the whole protocol", () => {
    it("closes every market of every venue, and leaves top-ups open", async () => {
      const source = scene.hubs[2]!;

      await scene.raise(source, 0, HALTED_M4);
      await awaitDelivery();

      await expectOneOfEach(scene, source, HALTED_M4, 0);
      for (const market of MARKETS.slice(1)) {
        const open = await Promise.all(scene.hubs.map((_, index) => listOpen(index, market)));
        expect(open, `market ${market}`).to.deep.equal(scene.hubs.map(() => ["deposit", "topUp"]));
      }
      expect(await timesMeasured()).to.deep.equal({ direct: 2, layerzero: 2 });
    });
  });

  /** Blocks come and go by themselves here, so words may be equal for a moment before the last packet has arrived. */
  const awaitDelivery = async () => {
    const isDelivered = async () => {
      const gained = Object.values(await scene.tally.gained());
      return gained.reduce((sum, { execute = 0 }) => sum + execute, 0) === PEERS;
    };
    await waitUntil(isDelivered, { what: "every packet to be executed", timeoutMs: PATIENCE_MS });
  };

  /** For every other chain: its blocks from the moment in which the trip was visible to the one with the directive. */
  const blocksToTighten = async (source: TestHub, others: readonly TestHub[]): Promise<number[]> => {
    const trip = observer.sightings.find(({ chain, name }) => chain === source.chain.name && name === "Asserted")!;
    return Promise.all(
      others.map(async (hub) => {
        const [directive] = await scene.tally.events(hub, "DirectiveAccepted");
        return directive!.blockNumber - heads.headAt(hub.chain, trip.atMs);
      }),
    );
  };

  /** How often the relayer has measured the time to the last chain, by path. */
  const timesMeasured = async () => {
    const count = (path: string) => readMetric(scene.relayer, `cordon_time_to_global_seconds_count{path="${path}"}`);
    return { direct: await count("direct"), layerzero: await count("layerzero") };
  };

  /** What the guarded venue of chain `index` lets a trader do in `market`. */
  const listOpen = async (index: number, market: number): Promise<string[]> => {
    const { abi } = readCompiledContract("mocks", "GuardedVenue");
    const { chain } = scene.hubs[index]!;
    const venue = new Contract(
      addressOf(scene.localnet.record.chains[index]!, "GuardedVenue"),
      abi,
      chain.wallet("user"),
    );
    const isOpen = async (action: string) => {
      try {
        await venue.getFunction(action).staticCall(market, 1);
        return true;
      } catch (error) {
        if (isError(error, "CALL_EXCEPTION") && error.revert?.name === "PostureGuard_Restricted") return false;
        throw error;
      }
    };
    const actions = ["increase", "reduce", "deposit", "topUp"];
    const open = await Promise.all(actions.map(isOpen));
    return actions.filter((_, at) => open[at]);
  };
});
