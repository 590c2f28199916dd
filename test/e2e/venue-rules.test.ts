import { expect } from "chai";
import { isCallException } from "ethers";

import { traderWallet } from "../../localnet/chains/accounts.ts";
import { type Deal, type LocalHouse, createLocalHouse } from "../../localnet/venue/local-house.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { readExposure } from "./support/relayer-pages.ts";
import {
  DIRECTIVE,
  PATIENCE_MS,
  type Scenario,
  TEST_TIMEOUT_MS,
  expectAgreement,
  startScenario,
} from "./support/scenario.ts";

const BTC = 1;
const WHOLE = 0;
const PRICE_E8 = 8_000n * 10n ** 8n;
/** 45 % lower: as on 12 March 2020. */
const CRASHED_E8 = 4_400n * 10n ** 8n;
const COIN = 1_000_000n;
/** One bitcoin, of which a lot is a ten thousandth. */
const LOTS = 10_000n;
const NOTIONAL = 8_000n * COIN;
/** Initial margin of it is 400, and fees are 5.60 for both. */
const LITTLE = 600n * COIN;
const AMPLE = 100_000n * COIN;
const [ANN, BOB, POOR] = [0, 1, 2];

const REDUCE_ONLY_M3 = 0x23;
const HALTED_M4 = 0x34;
/** By the default steps less than a fifth covered is reduce-only and M3; a loss that nobody pays is worth a halt here. */
const POLICY = {
  mirror: {},
  coverage: {},
  shortfall: { steps: [{ at: 1, breaker: 3, margin: 4 }] },
};

/** Past the time constant of the house's price average, so that four looks make a fall of 45 % a price it may use. */
const LOOK_SECONDS = 1_800;
const LOOKS = 3;

describe("rules that read the house of every chain", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let houses: readonly LocalHouse[];
  const [first, second] = [0, 1];

  const deal = (buyer: number, seller: number, priceE8 = PRICE_E8): Deal => {
    return { market: BTC, buyer, seller, lots: LOTS, priceE8 };
  };
  const publishAll = async (priceE8 = PRICE_E8) => {
    await Promise.all(houses.map((house) => house.publish(BTC, priceE8)));
  };
  const everywhere = <Value>(value: Value) => Object.fromEntries(scene.hubs.map(({ chain }) => [chain.name, value]));
  /** Waits until the relayer has rebuilt this from the houses' events. */
  const awaitFigures = async (what: string, isThere: (of: Awaited<ReturnType<typeof readExposure>>) => boolean) => {
    const look = async () => isThere(await readExposure(scene.relayer, BTC));
    await waitUntil(look, { what, timeoutMs: PATIENCE_MS });
  };
  /** With what each house refuses a deal, null where it would fill it. */
  const refusals = async (asked: Deal) => {
    const answers = houses.map(async (house) => {
      const matched = await house.sign(asked);
      const refusal = await house.contract
        .getFunction("fill")
        .staticCall(matched)
        .then(
          () => null,
          (error: unknown) => (isCallException(error) ? error.revert?.name : String(error)),
        );
      return [house.chain.name, refusal] as const;
    });
    return Object.fromEntries(await Promise.all(answers));
  };

  before(async () => {
    scene = await startScenario("venue-rules", { chains: 3, relayerPolicy: POLICY });
    const { record, parameters } = scene.localnet;
    houses = scene.hubs.map(({ chain }, index) => createLocalHouse(chain, record.chains[index]!, parameters));
  });

  after(() => scene.stop());

  it("say nothing while every account could pay for what the scenarios cost it", async () => {
    await publishAll();
    for (const house of houses) {
      await house.deposit(ANN, AMPLE);
      await house.deposit(BOB, AMPLE);
      await house.fill(deal(ANN, BOB));
    }
    await scene.finalise();
    await awaitFigures("the positions of every house", (of) => {
      return scene.hubs.every(({ chain }) => of[chain.name]?.openInterest === NOTIONAL);
    });
    await scene.settle();

    expect(await scene.tally.gained()).to.deep.equal({});
    await expectAgreement(scene.hubs, BTC, 0);
    expect(await refusals(deal(ANN, BOB))).to.deep.equal(everywhere(null));
  });

  it("raise a rung everywhere when the insurance of one house would not pay for one account of it", async () => {
    const poorly = houses[second]!;
    await poorly.publish(BTC, PRICE_E8);
    // Nobody else is left there, so that nobody else can pay.
    await poorly.fill(deal(BOB, ANN));
    await poorly.deposit(POOR, LITTLE);
    await poorly.fill(deal(POOR, BOB));
    await scene.finalise();
    await scene.awaitDirectives(1, scene.hubs);
    await scene.settle();

    expect(await scene.tally.gained()).to.deep.equal(everywhere(DIRECTIVE));
    await expectAgreement(scene.hubs, BTC, REDUCE_ONLY_M3);
    await expectAgreement(scene.hubs, WHOLE, REDUCE_ONLY_M3);
    await publishAll();
    const [source] = scene.hubs;
    expect(await refusals(deal(ANN, BOB)), source?.chain.name).to.deep.equal(everywhere("PostureGuard_Restricted"));
    // Where they have positions, these may still be closed.
    const closing = await refusals(deal(BOB, ANN));
    expect([closing["chain-a"], closing["chain-c"]]).to.deep.equal([null, null]);
  });

  it("halt every house once a loss of one of them has fallen on nobody, by one directive more", async () => {
    const poorly = houses[second]!;
    for (let look = 0; look < LOOKS; look += 1) {
      await poorly.publish(BTC, CRASHED_E8);
      await poorly.poke(BTC);
      await scene.pass(LOOK_SECONDS);
    }
    await poorly.publish(BTC, CRASHED_E8);
    await scene.finalise();
    await scene.settle();
    await scene.tally.mark();

    await poorly.resolve(POOR);
    await scene.finalise();
    await scene.awaitDirectives(1, scene.hubs);
    await awaitFigures("the shortfall", (of) => (of["chain-b"]?.shortfall ?? 0n) > 0n);
    await scene.settle();

    expect(await scene.tally.gained()).to.deep.equal(everywhere(DIRECTIVE));
    await expectAgreement(scene.hubs, BTC, HALTED_M4);
    expect(await refusals(deal(BOB, ANN, CRASHED_E8))).to.deep.equal(everywhere("PostureGuard_Restricted"));
    // Deposits are open at every rung.
    for (const house of houses) await house.deposit(POOR, LITTLE);
    const { equityFine } = (await houses[first]!.contract.getFunction("standing")(traderWallet(POOR).address)) as {
      readonly equityFine: bigint;
    };
    expect(equityFine > 0n).to.equal(true);
  });

  it("let it go once the loss is repaid: nothing is said any more, and leases end", async () => {
    const poorly = houses[second]!;
    await poorly.contribute(BTC, AMPLE);
    await scene.finalise();
    await awaitFigures("the shortfall to be repaid", (of) => of["chain-b"]?.shortfall === 0n);

    await scene.calm();

    await expectAgreement(scene.hubs, BTC, 0);
    expect(await scene.tally.gained()).to.deep.equal({});
  });
});
