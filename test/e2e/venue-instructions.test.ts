import { expect } from "chai";
import { Contract, type EventLog, isCallException } from "ethers";
import { z } from "zod";

import { readDeployedContract } from "../../deployments/compiled-contract.ts";
import { addressOf } from "../../deployments/network-record.ts";
import type { LocalRelayer } from "../../localnet/relayers/start-relayer.ts";
import { type Deal, type LocalHouse, createLocalHouse } from "../../localnet/venue/local-house.ts";
import { waitUntil } from "../../localnet/wait-until.ts";
import { runRelayerVerb } from "./support/relayer-verb.ts";
import { PATIENCE_MS, type Scenario, TEST_TIMEOUT_MS, expectAgreement, startScenario } from "./support/scenario.ts";

const BTC = 1;
const SHARED = 0;
const PRICE_E8 = 8_000n * 10n ** 8n;
const COIN = 1_000_000n;
/** One bitcoin, of which a lot is a ten thousandth. */
const LOTS = 10_000n;
const NOTIONAL = 8_000n * COIN;
/** Initial margin of it is 400, and fees are 5.60 for both: what more it loses when prices fall, nobody has. */
const LITTLE = 600n * COIN;
const AMPLE = 100_000n * COIN;
const [ANN, BOB, POOR] = [0, 1, 2];

/** As `InstructionKind` numbers them. */
const [CAP, BUDGET, MOVE] = [0n, 1n, 2n];
const OF_LACK_PPM = 1_250_000n;
const PPM = 1_000_000n;
/** No longer than governance lets a cap, and a budget, hold here. */
const [CAP_SECONDS, BUDGET_SECONDS] = [7_200, 3_600];
const POLICY = {
  mirror: {},
  cap: { holdSeconds: CAP_SECONDS, crowdedPpm: 500_000, leastOpenInterestUnits: 1_000_000_000 },
  budget: { holdSeconds: BUDGET_SECONDS, leastUnits: Number(COIN), ofLackPpm: Number(OF_LACK_PPM) },
  cover: { leastLossUnits: Number(COIN) },
};
/** Ends are whole multiples of half of what they hold for: from just after one, no end moves on while this lasts. */
const ALIGNED_SECONDS = CAP_SECONDS;
/** Far longer than any step of this takes: a backup that acts would be a transaction more. */
const BACKUP_DELAY_SECONDS = 60;

const InstructionsPage = z.object({
  instructions: z.array(
    z.object({
      decision: z.string(),
      kind: z.string(),
      deliveries: z.array(z.object({ state: z.string(), transactions: z.array(z.string()) })),
    }),
  ),
});
const IncidentsPage = z.object({ incidents: z.array(z.object({ id: z.string(), decisions: z.array(z.string()) })) });

/** What a desk says that it has carried out. */
interface Executed {
  readonly kind: bigint;
  readonly market: bigint;
  readonly units: bigint;
  readonly signatures: bigint;
  readonly decision: string;
}

describe("rules that instruct the desk of a house, through two nodes with a key each", function () {
  this.timeout(TEST_TIMEOUT_MS);

  let scene: Scenario;
  let houses: readonly LocalHouse[];
  let desks: readonly Contract[];
  const [first, second] = [0, 1];

  const deal = (buyer: number, seller: number): Deal => {
    return { market: BTC, buyer, seller, lots: LOTS, priceE8: PRICE_E8 };
  };
  /** With what a house refuses a deal, null where it would fill it. */
  const refusalOf = async (house: LocalHouse, asked: Deal) => {
    const matched = await house.sign(asked);
    const attempt = house.contract.getFunction("fill").staticCall(matched);
    return attempt.then(
      () => null,
      (error: unknown) => (isCallException(error) ? error.revert?.name : String(error)),
    );
  };
  const executedAt = async (index: number): Promise<readonly Executed[]> => {
    const events = (await desks[index]!.queryFilter("InstructionExecuted")) as EventLog[];
    return events.map(({ args }) => args.toObject() as unknown as Executed);
  };
  const instructionsOf = async (relayer: LocalRelayer) =>
    InstructionsPage.parse(await relayer.status("/v1/instructions")).instructions;
  const awaitStates = async (states: readonly string[]) => {
    const areThere = async () => {
      const told = (await Promise.all(scene.localnet.relayers.map(instructionsOf))).flat();
      return told.every(({ deliveries }) => deliveries.every(({ state }) => states.includes(state)));
    };
    await waitUntil(areThere, { what: `every instruction to be ${states.join(" or ")}`, timeoutMs: PATIENCE_MS });
  };
  /** Makes what happened final, and waits until so many instructions in all were carried out there and are final. */
  const awaitExecuted = async (index: number, count: number) => {
    await scene.finalise();
    await waitUntil(async () => (await executedAt(index)).length >= count, {
      what: `${count} instructions at ${scene.hubs[index]!.chain.name}`,
      timeoutMs: PATIENCE_MS,
    });
    // What was seen at a head is final when that head is: it has to be seen before that can be waited for.
    await awaitStates(["confirmed", "final"]);
    await scene.finalise();
    await awaitStates(["final"]);
    await scene.settle();
  };
  /** The node that told the desk what `executed` says. */
  const tellerOf = async ({ decision }: Executed) => {
    for (const relayer of scene.localnet.relayers) {
      if ((await instructionsOf(relayer)).some((of) => of.decision === decision)) return relayer;
    }
    throw new TypeError(`no relayer knows decision ${decision}`);
  };
  /** Anybody with the chains makes it again; and the teller's journal tells it again, twice the same bytes. */
  const holdsUp = async (executed: Executed) => {
    const teller = await tellerOf(executed);
    const config = teller.configFile;
    const verified = await runRelayerVerb("verify", "-c", config, "--decision", executed.decision);
    expect(verified).to.deep.equal({ code: 0, out: `${executed.decision}  same, byte for byte\n` });

    const { incidents } = IncidentsPage.parse(await teller.status("/v1/incidents"));
    const incident = incidents.find(({ decisions }) => decisions.includes(executed.decision))?.id ?? "";
    const args = ["replay", "-c", config, "--incident", incident] as const;
    const [told, again] = [await runRelayerVerb(...args), await runRelayerVerb(...args)];
    expect(told.code, told.out).to.equal(0);
    expect(again.out).to.equal(told.out);
    expect(told.out).to.contain(`${executed.decision}  same\n`).and.to.not.contain("different");
    for (const step of ["instructed", "sent", "carried-out", "final"]) expect(told.out).to.contain(step);
  };

  before(async () => {
    scene = await startScenario("venue-instructions", {
      chains: 2,
      relayers: 2,
      relayerMode: "full",
      relayerPolicy: POLICY,
      backupDelaySeconds: BACKUP_DELAY_SECONDS,
    });
    const { record, parameters } = scene.localnet;
    houses = scene.hubs.map(({ chain }, index) => createLocalHouse(chain, record.chains[index]!, parameters));
    const { abi } = readDeployedContract("OperatorDesk");
    desks = scene.hubs.map(({ chain }, index) => {
      return new Contract(addressOf(record.chains[index]!, "OperatorDesk"), abi, chain.provider);
    });
    const now = await scene.hubs[first]!.chain.now();
    await scene.localnet.advanceTo((Math.floor(now / ALIGNED_SECONDS) + 1) * ALIGNED_SECONDS + 1);
    await Promise.all(houses.map((house) => house.publish(BTC, PRICE_E8)));
    await scene.tally.mark();
  });

  after(() => scene.stop());

  it("cap a crowded market at what it is, by one transaction on the chain that it is on", async () => {
    const house = houses[first]!;
    await house.deposit(ANN, AMPLE);
    await house.deposit(BOB, AMPLE);
    await house.fill(deal(ANN, BOB));
    await awaitExecuted(first, 1);

    const [cap, ...others] = await executedAt(first);
    expect(others).to.deep.equal([]);
    expect(cap).to.deep.include({ kind: CAP, market: BigInt(BTC), units: NOTIONAL, signatures: 2n });
    expect(await scene.tally.gained()).to.deep.equal({ "chain-a": { submissions: 1 } });
    expect(await executedAt(second)).to.deep.equal([]);
    await house.publish(BTC, PRICE_E8);
    // What adds to it is refused, what takes from it is not.
    expect(await refusalOf(house, deal(ANN, BOB))).to.equal("Novation_OpenInterest");
    expect(await refusalOf(house, deal(BOB, ANN))).to.equal(null);
    await holdsUp(cap!);
    await expectAgreement(scene.hubs, BTC, 0);
  });

  it("bound what deleveraging may take where insurance would not pay, beside the cap: one transaction each", async () => {
    await scene.tally.mark();
    const house = houses[second]!;
    await house.publish(BTC, PRICE_E8);
    await house.deposit(ANN, AMPLE);
    await house.deposit(POOR, LITTLE);
    await house.fill(deal(POOR, ANN));
    await awaitExecuted(second, 2);

    const executed = await executedAt(second);
    expect(executed.map(({ kind }) => kind).toSorted()).to.deep.equal([CAP, BUDGET]);
    expect(executed.every(({ signatures }) => signatures === 2n)).to.equal(true);
    expect(await scene.tally.gained()).to.deep.equal({ "chain-b": { submissions: 2 } });
    const budget = executed.find(({ kind }) => kind === BUDGET)!;
    const { left, until } = await budgetAt(house);
    expect(left).to.equal(budget.units);
    expect(until > BigInt(await house.chain.now())).to.equal(true);
    // A long from 8,000 with 600, less fees, loses 3,600 in the worst scenario, at 45 % down: some 3,000 that nobody has.
    expect(budget.units > (2_900n * COIN * OF_LACK_PPM) / PPM).to.equal(true);
    expect(budget.units < (3_100n * COIN * OF_LACK_PPM) / PPM).to.equal(true);
    await holdsUp(budget);
    await expectAgreement(scene.hubs, BTC, 0);
  });

  it("move insurance to where it is short, once, when the shared fund has some", async () => {
    await scene.tally.mark();
    const house = houses[second]!;
    await house.publish(BTC, PRICE_E8);
    await house.contribute(SHARED, AMPLE);
    const before = await fundOf(house, BTC);
    await awaitExecuted(second, 3);

    const move = (await executedAt(second)).find(({ kind }) => kind === MOVE)!;
    expect(move).to.deep.include({ market: BigInt(SHARED), signatures: 2n });
    expect((await fundOf(house, BTC)) - before).to.equal(move.units << 136n);
    expect(await scene.tally.gained()).to.deep.equal({ "chain-b": { submissions: 1 } });
    await holdsUp(move);
    await expectAgreement(scene.hubs, BTC, 0);
  });
});

async function budgetAt({ contract }: LocalHouse): Promise<{ readonly left: bigint; readonly until: bigint }> {
  const [left, until] = (await contract.getFunction("deleveragingBudget")(BTC)) as [bigint, bigint];
  return { left, until };
}

/** Fine cash: 2^136 to a unit. */
async function fundOf({ contract }: LocalHouse, market: number): Promise<bigint> {
  return (await contract.getFunction("fundOf")(market)) as bigint;
}
