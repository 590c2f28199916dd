import { expect } from "chai";

import { type NetworkParameters, readNetworkParameters } from "../../deployments/network-parameters.ts";
import type { NetworkRecord } from "../../deployments/network-record.ts";
import { planContracts } from "../../deployments/plan/contracts.ts";
import { type RecordStore, createMemoryStore } from "../../deployments/record-store.ts";
import { deployMesh } from "../../deployments/tasks/deploy.ts";
import type { DeploymentTarget } from "../../deployments/tasks/deployment-target.ts";
import { verifyMesh } from "../../deployments/tasks/verify.ts";
import { wireMesh } from "../../deployments/tasks/wire.ts";
import { roleWallet } from "../../localnet/chains/accounts.ts";
import { type Death, createDyingRun } from "./support/dying-run.ts";
import { type BareChain, startBareChains, targetOf } from "./support/in-process-targets.ts";

/** Every transaction of the wiring in the deep profile, a few otherwise. Creations are always taken one by one. */
const WIRING_STRIDE = Number(process.env["CORDON_FUZZ_RUNS"] ?? 0) >= 10_000 ? 1 : 23;

/** One market, so that dying at every step stays quick; what is deployed and set is of every kind all the same. */
function smallParameters(): NetworkParameters {
  const local = readNetworkParameters("local");
  const only = <Each>(all: Readonly<Record<string, Each>>) => ({ "1": all["1"]! });
  const { SolvencySensor: whole, ...sensors } = local.sensors;
  const SolvencySensor = { ...whole!, grant: { ...whole!.grant, markets: [1] }, markets: only(whole!.markets) };
  const { markets, funds, desk, ...venue } = local.venue!;
  return {
    ...local,
    markets: local.markets.slice(0, 1),
    sensors: { ...sensors, SolvencySensor },
    venue: { ...venue, markets: only(markets), funds: only(funds), desk: { markets: only(desk!.markets) } },
  };
}

describe("a deployment that is interrupted", function () {
  this.timeout(240_000);

  const parameters = smallParameters();
  const deployer = roleWallet("deployer").address;
  let chains: BareChain[];
  let undo: (() => Promise<void>)[];

  const remember = async () => {
    undo = await Promise.all(chains.map(({ provider }) => provider.remember()));
  };
  const restore = async () => {
    await Promise.all(undo.map((takeBack) => takeBack()));
    await remember();
  };
  const sentBy = () => Promise.all(chains.map(({ provider }) => provider.getTransactionCount(deployer)));

  before(async () => {
    chains = await startBareChains(["chain0", "chain1"]);
    await remember();
  });

  afterEach(restore);

  after(() => Promise.all(chains.map(({ provider }) => provider.close())));

  interface Work {
    (targets: readonly DeploymentTarget[], store: RecordStore): Promise<NetworkRecord>;
  }
  const deploy: Work = (targets, store) => deployMesh(targets, parameters, { store });
  const deployAndWire: Work = async (targets, store) => {
    const record = await deploy(targets, store);
    await wireMesh(targets, record, parameters);
    return record;
  };
  const run = (work: Work, store: RecordStore, used = chains) =>
    work(
      used.map((chain) => targetOf(chain)),
      store,
    );
  /** @returns whether it came so far as to die there. */
  const runUntil = async (
    work: Work,
    store: RecordStore,
    { used, ...death }: Death & { used: readonly BareChain[] },
  ) => {
    const dying = createDyingRun(death);
    const targets = used.map((chain) => targetOf(chain, dying.provider(chain.provider)));
    // However a task words it: a process that has ended says nothing.
    await work(targets, dying.store(store)).catch(() => {});
    return dying.hasDied();
  };
  const addressesOf = ({ chains: recorded }: NetworkRecord) =>
    recorded.map(({ contracts }) => Object.entries(contracts).map(([name, { address }]) => `${name} ${address}`));
  /** What must be the same however often a run was interrupted. */
  const outcomeOf = async (record: NetworkRecord) => ({
    addresses: addressesOf(record),
    pending: record.chains.map(({ pending }) => pending),
    sent: await sentBy(),
  });

  /** Dies at every `stride`th moment of a kind, goes on, and compares. @returns how often it died. */
  const dieEverywhere = async (
    work: Work,
    used: BareChain[],
    moments: Pick<Death, "of" | "when"> & { stride: number },
  ) => {
    const whole = await outcomeOf(await run(work, createMemoryStore(), used));
    let deaths = 0;
    for (let at = 0; ; at += moments.stride) {
      await restore();
      const store = createMemoryStore();
      if (!(await runUntil(work, store, { ...moments, at, used }))) return deaths;
      deaths += 1;

      const record = await run(work, store, used);

      // The same addresses from as many transactions: nothing was created twice, and nothing was sent twice.
      expect(await outcomeOf(record), `died ${moments.when} ${moments.of} ${at}`).to.deep.equal(whole);
      if (work === deployAndWire) expect(await verifyMesh(used, record, parameters)).to.deep.equal([]);
    }
  };

  it("sends nothing when it is run again", async () => {
    const store = createMemoryStore();
    const first = await run(deployAndWire, store);
    const sent = await sentBy();
    const targets = chains.map((chain) => targetOf(chain));

    const again = await deploy(targets, store);
    const report = await wireMesh(targets, again, parameters);

    expect(report).to.deep.equal({ sent: [], withheld: [] });
    expect(await sentBy()).to.deep.equal(sent);
    expect(again).to.deep.equal(first);
    expect(await verifyMesh(chains, again, parameters)).to.deep.equal([]);
  });

  const contracts = planContracts(parameters).length;
  for (const when of ["before", "after"] as const) {
    it(`creates every contract once, though it died ${when} any of the transactions`, async () => {
      const deaths = await dieEverywhere(deploy, chains.slice(0, 1), { of: "transaction", when, stride: 1 });

      expect(deaths).to.equal(contracts);
    });

    it(`creates every contract once, though it died ${when} any of the entries in its record`, async () => {
      const deaths = await dieEverywhere(deploy, chains.slice(0, 1), { of: "record", when, stride: 1 });

      // The one of what is about to be sent, and one for each contract.
      expect(deaths).to.equal(1 + contracts);
    });

    it(`is wired in the end, though it died ${when} a transaction`, async () => {
      const deaths = await dieEverywhere(deployAndWire, chains, { of: "transaction", when, stride: WIRING_STRIDE });

      expect(deaths).to.be.greaterThan(3);
    });
  }

  it("waits for what it had sent, and sends it no second time, when that is not yet mined", async () => {
    const [chain] = chains;
    const { provider } = chain!;
    const store = createMemoryStore();
    const before = await provider.getTransactionCount(deployer);
    await provider.send("evm_setAutomine", [false]);
    await runUntil(deploy, store, { of: "transaction", at: 2, when: "after", used: [chain!] });
    expect(await provider.getTransactionCount(deployer, "pending")).to.equal(before + 3);
    expect(await provider.getTransactionCount(deployer)).to.equal(before);

    const resumed = run(deploy, store, [chain!]);
    await provider.send("evm_setAutomine", [true]);
    await provider.send("evm_mine", []);
    const record = await resumed;

    expect(Object.keys(record.chains[0]!.contracts)).to.have.lengthOf(contracts);
    expect(await provider.getTransactionCount(deployer)).to.equal(before + contracts);
  });

  it("names what may be under way when a nonce went to something else, and goes on once that is settled", async () => {
    const [chain] = chains;
    const store = createMemoryStore();
    await runUntil(deploy, store, { of: "transaction", at: 0, when: "before", used: [chain!] });
    const wallet = roleWallet("deployer").connect(chain!.provider);
    const useNonce = async () => (await wallet.sendTransaction({ to: wallet.address, gasLimit: 21_000 })).wait();
    const planned = store.read()!.chains[0]!.pending["IncidentHub"]!;
    await useNonce();

    const failure: unknown = await run(deploy, store, [chain!]).catch((error: unknown) => error);

    // What depends on the hub was to be sent with its old address, and may be on its way.
    expect(failure).to.have.property("exitCode", 75);
    expect(String(failure)).to.match(/may be under way \(nonce \d+, 0x[0-9a-f]{64}\)/);
    for (let used = 1; used < contracts; used += 1) await useNonce();
    const record = await run(deploy, store, [chain!]);
    expect(record.chains[0]!.pending).to.deep.equal({});
    expect(record.chains[0]!.contracts["IncidentHub"]!.address).to.not.equal(planned.address);
    expect(await chain!.provider.getCode(planned.address)).to.equal("0x");
  });
});
