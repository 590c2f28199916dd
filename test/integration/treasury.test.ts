import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { type Contract, parseEther, Wallet } from "ethers";

import { type LocalChain, startChain } from "../../localnet/chains/start-chain.ts";
import { createEvmChain, type EvmChain } from "../../relayer/adapters/evm/evm-chain.ts";
import { costOf } from "../../relayer/domain/errand/judge.ts";
import { eid } from "../../relayer/domain/eid.ts";
import type { Errand } from "../../relayer/domain/errand/errand.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import type { Tried } from "../../relayer/ports/errands.ts";
import { DEFAULT_LEASES, HIGHEST_RUNGS, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";
import { deployCompiled, send } from "../support/layerzero-mesh.ts";

const KEEPER_KEY: Hex = `0x${"b7".repeat(32)}`;
const MARKET = 1;
const CAUTION = 0x10;
const HALT = 0x34;
const never = new AbortController().signal;

const JOB = {
  ...{ isActive: true, isUrgent: false, keyWord: 1, hubWord: 0, gasCap: 1_000_000, overheadGas: 80_000 },
  ...{ repeatSeconds: 60, refreshSeconds: 60, perDay: parseEther("1") },
};
const BUDGET = {
  ...{ perHour: parseEther("1"), perDay: parseEther("1"), reserveBps: 3_000, premiumBps: 1_000, tipBps: 10_000 },
  maxGasPrice: 500_000_000_000n,
};

/** What the treasury would pay, as it is read before anything is sent, and what it then pays: on a node, with the real treasury. */
describe("the keeper treasury's reward", function () {
  this.timeout(120_000);

  let dir: string;
  let local: LocalChain;
  let chain: EvmChain;
  let treasury: Contract;
  let sensor: Contract;
  let poke: Errand;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "cordon-treasury-"));
    local = await startChain({ index: 0, dir });
    const deployer = local.wallet("deployer");
    const endpoint = await deployCompiled(deployer, "EndpointModel", [local.eid]);
    const limits = { peerCeiling: HIGHEST_RUNGS, soloCeiling: 0x22, quorumCeiling: HIGHEST_RUNGS, quorum: 2 };
    const operators = OPERATOR_KEYS.map((key) => new Wallet(key).address);
    const args = [endpoint.target, deployer.address, MESH_ID, DEFAULT_LEASES, limits, operators];
    const hub = await deployCompiled(deployer, "IncidentHub", args);
    for (const market of [0, MARKET]) await send(hub, "registerMarket", [market]);
    sensor = await deployCompiled(deployer, "ScriptedSensor", [hub.target]);
    await send(hub, "setSensor", [sensor.target, [true, 0, HALT, HALT, 0b11]]);
    treasury = await deployCompiled(deployer, "KeeperTreasury", [
      hub.target,
      deployer.address,
      parseEther("1"),
      BUDGET,
    ]);
    await setJob(JOB);
    for (const to of [String(treasury.target), new Wallet(KEEPER_KEY).address]) {
      await (await deployer.sendTransaction({ to, value: parseEther("5") })).wait();
    }
    poke = { kind: "poke", sensor: lower(sensor.target), market: MARKET };
    chain = createEvmChain({
      ...{ name: local.name, eid: eid(local.eid), chainId: local.chainId, hub: lower(hub.target), meshId: MESH_ID },
      ...{ startBlock: 0, finality: { depth: 1 }, maxLogRange: 1_000, rpcUrls: [local.rpcUrl], wsUrl: null },
      ...{ walletKey: null, operators: [], keeper: { walletKey: KEEPER_KEY, treasury: lower(treasury.target) } },
    });
  });
  after(async () => {
    await chain.close();
    await local.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const setJob = (job: typeof JOB) =>
    send(treasury, "setJob", [sensor.target, sensor.interface.getFunction("poke")!.selector, job]);
  const attempt = async (): Promise<Tried> => {
    const tried = await chain.errands!.attempt(poke, never);
    if (tried === null) throw new RangeError("the poke would revert");
    return tried;
  };
  const paidIn = async (block: number): Promise<bigint> => {
    const [event] = await treasury.queryFilter("Performed", block, block);
    return (event as unknown as { args: { paid: bigint } }).args.paid;
  };

  it("is read before it is earned, pays for the gas at the price offered, and is paid when earned", async () => {
    await send(sensor, "hold", [CAUTION]);
    const wallet = new Wallet(KEEPER_KEY).address;
    const balanceBefore = await local.provider.getBalance(wallet);

    const { quote } = await attempt();
    const { txHash } = await chain.errands!.send(poke, quote, never);
    const receipt = await local.provider.getTransactionReceipt(txHash);

    const paid = await paidIn(receipt!.blockNumber);
    const cost = receipt!.gasUsed * receipt!.gasPrice;
    expect(receipt!.status).to.equal(1);
    expect(receipt!.to).to.equal(treasury.target);
    expect(quote.rewardWei > 0n && paid > 0n).to.equal(true);
    expect((await local.provider.getBalance(wallet)) - balanceBefore).to.equal(paid - cost);
    // Offered is the most that may be paid for gas, and what is repaid of a price is bounded: a quote promises no more.
    const rateQuoted = (quote.rewardWei * 1_000n) / costOf(quote);
    const ratePaid = (paid * 1_000n) / cost;
    expect(rateQuoted <= ratePaid).to.equal(true);
  });

  it("is nothing so soon after the last payment, although the poke itself would go through", async () => {
    const tried = await attempt();

    expect(tried.quote.rewardWei).to.equal(0n);
  });

  it("is nothing where the treasury has no such job, and the poke then goes straight to the sensor", async () => {
    await setJob({ ...JOB, isActive: false });
    await send(sensor, "hold", [HALT]);

    const { quote } = await attempt();
    const { txHash } = await chain.errands!.send(poke, quote, never);

    const receipt = await local.provider.getTransactionReceipt(txHash);
    expect(quote.rewardWei).to.equal(0n);
    expect(receipt!.to).to.equal(sensor.target);
    await setJob(JOB);
  });

  it("is nothing once the day's budget is used up", async () => {
    await local.advanceBy(3_600);
    expect((await attempt()).quote.rewardWei > 0n).to.equal(true);
    await send(treasury, "setBudget", [{ ...BUDGET, perHour: 1n, perDay: 1n }]);

    expect((await attempt()).quote.rewardWei).to.equal(0n);
  });
});

function lower(address: unknown): Hex {
  return String(address).toLowerCase() as Hex;
}
