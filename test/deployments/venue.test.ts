import { expect } from "chai";
import { Contract, ContractFactory, type ContractTransactionResponse, type Interface, type InterfaceAbi } from "ethers";

import { readDeployedContract } from "../../deployments/compiled-contract.ts";
import {
  type NetworkParameters,
  NetworkParametersSchema,
  readNetworkParameters,
} from "../../deployments/network-parameters.ts";
import { type NetworkRecord, addressOf } from "../../deployments/network-record.ts";
import type { ContractName } from "../../deployments/plan/sources.ts";
import { createMemoryStore } from "../../deployments/record-store.ts";
import { deployMesh } from "../../deployments/tasks/deploy.ts";
import { verifyMesh } from "../../deployments/tasks/verify.ts";
import { wireMesh } from "../../deployments/tasks/wire.ts";
import { roleWallet } from "../../localnet/chains/accounts.ts";
import { type BareChain, startBareChains, targetOf } from "./support/in-process-targets.ts";
import { referenceVenue, venueSensors } from "./support/reference-venue.ts";

const OFFSET_IN_FORCE = 500_000;

/** What a house is asked and told, in whichever of its parts. */
const PARTS = ["ClearingOffice", "ClearingTeller", "ClearingFunds", "ClearingRoster"] as const;
const BTC = 1;
const KINDS = { openInterestCap: 0, deleveragingBudget: 1, insuranceMove: 2 } as const;

/** The local network's parameters and the venue, with what an action asks of a price. */
function venueParameters(): NetworkParameters {
  const local = readNetworkParameters("local");
  const action = { maxAgeSeconds: 300, maxConfidenceBps: 500, needsSequencer: false };
  const matrix = { open: action, close: action, liquidate: action, withdraw: action, deleverage: action, lift: action };
  const ids = local.markets.map(({ id }) => id);
  const sensors = { ...local.sensors, ...venueSensors(ids) };
  return { ...local, network: "venue", matrix, sensors, venue: referenceVenue(ids) };
}

describe("the reference venue as a part of a deployment", function () {
  this.timeout(240_000);

  const parameters = venueParameters();
  let chains: BareChain[];
  let record: NetworkRecord;
  let house: Contract;

  const targets = () => chains.map((chain) => targetOf(chain));

  before(async () => {
    chains = await startBareChains(["chain0", "chain1"]);
    record = await deployMesh(targets(), parameters, { store: createMemoryStore() });
    await wireMesh(targets(), record, parameters);
    const fragments = PARTS.flatMap((name) => readDeployedContract(name).abi.fragments);
    const abi = fragments.filter(({ type }) => type === "function");
    house = contractAt("ClearingHouse", abi);
  });

  const contractAt = (name: string, abi: Interface | InterfaceAbi = readDeployedContract(name as ContractName).abi) =>
    new Contract(addressOf(record.chains[0]!, name), abi, roleWallet("deployer").connect(chains[0]!.provider));
  const send = async (contract: Contract, method: string, ...args: unknown[]) => {
    await ((await contract.getFunction(method)(...args)) as ContractTransactionResponse).wait();
  };

  after(() => Promise.all(chains.map(({ provider }) => provider.close())));

  it("is as its parameters say, and a second run sends nothing", async () => {
    expect(await verifyMesh(chains, record, parameters)).to.deep.equal([]);
    expect(await wireMesh(targets(), record, parameters)).to.deep.equal({ sent: [], withheld: [] });
  });

  it("answers for every market, and hears of halts from the hub", async () => {
    for (const { id } of parameters.markets) {
      const { priceX32, openInterest } = (await house.getFunction("reportOf")(id)) as Record<string, bigint>;
      // A lot of 0.0001 at 10,000 is a million units.
      expect(priceX32).to.equal(1_000_000n << 32n);
      expect(openInterest).to.equal(0n);
    }
    const mirrors = (await contractAt("IncidentHub").getFunction("mirrors")()) as string[];
    expect([...mirrors]).to.deep.equal([house.target]);
  });

  it("tells its outflow sensor of every token, has its solvency read, and its funds' shares are sold", async () => {
    const token = contractAt("MintableToken");
    const { deployer } = record.chains[0]!;
    const vault = contractAt("InsuranceFund.1", readDeployedContract("InsuranceFund").abi);
    await send(token, "mint", deployer, 5_000_000n);
    await send(token, "approve", house.target, 3_000_000n);
    await send(token, "approve", vault.target, 2_000_000n);

    await send(house, "deposit", deployer, 3_000_000n);
    await send(vault, "deposit", 2_000_000n, deployer);

    const flows = (await contractAt("OutflowSensor").getFunction("reading")(0)) as Record<string, bigint>;
    // What came in is room above the limit, and fades from the moment on.
    expect(flows["shortRoom"]! - flows["shortLimit"]!).to.be.within(4_900_000n, 5_000_000n);
    await send(contractAt("SolvencySensor"), "poke", BTC);
    const { insurance } = (await contractAt("SolvencySensor").getFunction("reading")(BTC)) as Record<string, bigint>;
    // Half of the market's own fund may be drawn in a day.
    expect(insurance).to.equal(1_000_000n);
    expect(await vault.getFunction("totalAssets")()).to.equal(2_000_000n);
  });

  it("is found different when somebody changes it, and mended", async () => {
    const change = async (method: string, ...args: unknown[]) => send(house, method, ...args);
    const { lotE18, maintenancePpm: _, firstPrice: __, ...rest } = referenceVenue([1]).markets["1"]!;
    await change("setClassOffset", 0, OFFSET_IN_FORCE);
    await change("setEnvelopeSetter", roleWallet("user").address);
    await change("setMarket", 1, { ...rest, lotE18, initialPpm: 60_000 });

    const found = await verifyMesh(chains, record, parameters);
    expect(found.map(({ what }) => what)).to.have.members([
      "offset of class 0",
      "envelope setter",
      "market 1 at the venue: initialPpm",
    ]);
    const { sent } = await wireMesh(targets(), record, parameters);
    expect(sent).to.have.lengthOf(3);
    expect(await verifyMesh(chains, record, parameters)).to.deep.equal([]);
  });

  it("is found different in everything that is said of insurance, instructions and sensors, and mended", async () => {
    const { venue, sensors } = parameters;
    const user = roleWallet("user").address;
    const { rewardUnits: _, ...terms } = venue!.funds["1"]!.terms;
    await send(house, "setFundTerms", 1, { ...terms, rewardUnits: 7n });
    await send(house, "setFundTerms", 0, { ...venue!.funds["0"]!.terms, floorUnits: 8n });
    await send(house, "setExitTerms", { ...venue!.exit, noticeSeconds: [864_000, 864_000, 1_728_000] });
    await send(house, "setInsuranceMover", user);
    await send(house, "setDeleveragingMode", 1, 1);
    await send(house, "setFlowSensor", house.target);
    await send(contractAt("OperatorDesk"), "setDeskLimits", KINDS.insuranceMove, 2, {
      ...{ leastUnits: 1, mostUnits: 2, mostUnitsDaily: 3, mostSeconds: 0 },
    });
    // Whoever signs would be allowed what no parameter names.
    await send(contractAt("OperatorDesk"), "setDeskLimits", KINDS.openInterestCap, 0, {
      ...{ leastUnits: 1, mostUnits: 2, mostUnitsDaily: 0, mostSeconds: 4 },
    });
    await send(contractAt("OutflowSensor"), "setMarket", 0, {
      ...sensors.OutflowSensor!.markets["0"],
      ...{ shortBps: 200, shortRungs: 0x10, longRungs: 0x21, severeRungs: 0x32 },
    });
    await send(contractAt("SolvencySensor"), "setMarket", 1, contractAt("OperatorDesk").target, {
      ...sensors.SolvencySensor!.markets["1"],
      ...{ tier1Rungs: 0x11, tier2Rungs: 0x22, tier3Rungs: 0x22 },
    });

    const found = await verifyMesh(chains, record, parameters);
    expect(found.map(({ what }) => what)).to.have.members([
      "fund 1: rewardUnits",
      "fund 0: floorUnits",
      "exit terms: noticeSeconds",
      "insurance mover",
      "market 1 at the venue: deleveraging",
      "flow sensor",
      ...["mostUnits", "mostUnitsDaily"].map((field) => `desk insuranceMove of market 2: ${field}`),
      ...["leastUnits", "mostUnits", "mostSeconds"].map((field) => `desk openInterestCap of market 0: ${field}`),
      "market 0 OutflowSensor: shortBps",
      "market 1 SolvencySensor: source",
      "market 1 SolvencySensor: tier3Rungs",
    ]);
    const { sent } = await wireMesh(targets(), record, parameters);
    expect(sent).to.have.lengthOf(10);
    expect(await verifyMesh(chains, record, parameters)).to.deep.equal([]);
  });

  it("shows a vault that is another's, which nothing can take back from those who hold its shares", async () => {
    const { provider } = chains[0]!;
    const undo = await provider.remember();
    const wanted = addressOf(record.chains[0]!, "InsuranceFund.2");
    const { abi, bytecode } = readDeployedContract("InsuranceFund");
    const deployer = roleWallet("deployer").connect(provider);
    const other = await new ContractFactory(abi, bytecode, deployer).deploy(house.target, 2, "Other", "oINS");
    await other.waitForDeployment();
    await send(house, "setVault", 2, other.target);
    const token = contractAt("MintableToken");
    await send(token, "mint", deployer.address, 1_000_000n);
    await send(token, "approve", other.target, 1_000_000n);
    await send(other as Contract, "deposit", 1_000_000n, deployer.address);

    const found = await verifyMesh(chains, record, parameters);
    expect(found.map(({ what, expected, actual }) => ({ what, expected, actual }))).to.deep.equal([
      {
        what: "vault of fund 2",
        expected: wanted.toLowerCase(),
        actual: String(other.target).toLowerCase(),
      },
    ]);
    const failure: unknown = await wireMesh(targets(), record, parameters).catch((error: unknown) => error);
    expect(String(failure)).to.contain("setVault");
    await undo();
  });
});

describe("parameters of the reference venue", () => {
  const faultsOf = (changed: object): string[] => {
    const result = NetworkParametersSchema.safeParse({ ...venueParameters(), ...changed });
    return result.success ? [] : result.error.issues.map(({ path }) => path.join("."));
  };

  it("are taken as they are", () => {
    expect(faultsOf({})).to.deep.equal([]);
  });

  it("are refused without a matrix, with a market that has no price, without a first price", () => {
    const venue = referenceVenue([1, 2, 3]);
    const { firstPrice: _, ...unpriced } = venue.markets["1"]!;

    expect(faultsOf({ matrix: undefined })).to.deep.equal(["venue"]);
    expect(faultsOf({ venue: referenceVenue([1, 2, 3, 9]) })).to.deep.equal(["venue.markets.9"]);
    expect(faultsOf({ venue: { ...venue, markets: { ...venue.markets, "1": unpriced } } })).to.deep.equal([
      "venue.markets.1.firstPrice",
    ]);
  });

  it("are refused with a sensor that has nothing to watch, or may not say what it sees", () => {
    const parameters = venueParameters();
    const { OutflowSensor, SolvencySensor } = parameters.sensors;
    const sensors = (changed: object) => ({ sensors: { ...parameters.sensors, ...changed } });
    const { markets: _, ...grant } = OutflowSensor!.grant;
    const elsewhere = {
      ...SolvencySensor!,
      markets: { ...SolvencySensor!.markets, "9": SolvencySensor!.markets["1"]! },
    };

    expect(faultsOf({ venue: undefined })).to.deep.equal(["sensors.OutflowSensor", "sensors.SolvencySensor"]);
    expect(faultsOf(sensors({ OutflowSensor: { ...OutflowSensor, grant } }))).to.deep.equal([
      "sensors.OutflowSensor.grant.markets",
    ]);
    expect(faultsOf(sensors({ SolvencySensor: elsewhere }))).to.include("sensors.SolvencySensor.markets.9");
    expect(faultsOf(sensors({ OutflowSensor: { ...OutflowSensor, markets: { "1": OutflowSensor!.markets["0"] } } }))).to
      .not.be.empty;
  });

  it("are refused with funds and instructions of markets that it has not, or with a desk and somebody in its place", () => {
    const venue = referenceVenue([1, 2, 3]);
    const desk = (markets: object) => ({ venue: { ...venue, desk: { markets } } });

    expect(faultsOf({ venue: { ...venue, funds: { ...venue.funds, "9": venue.funds["1"] } } })).to.deep.equal([
      "venue.funds.9",
    ]);
    expect(faultsOf(desk({ "9": {} }))).to.deep.equal(["venue.desk.markets.9"]);
    expect(faultsOf(desk({ "0": venue.desk!.markets["1"] }))).to.deep.equal(["venue.desk.markets.0"]);
    expect(faultsOf({ venue: { ...venue, insuranceMover: roleWallet("user").address } })).to.deep.equal([
      "venue.insuranceMover",
    ]);
  });

  it("are refused on a live network that names no token", () => {
    const testnet = readNetworkParameters("testnet");
    const { firstPrice: _, ...market } = referenceVenue([1]).markets["1"]!;
    const { desk: _desk, ...bare } = referenceVenue([1]);
    const venue = { ...bare, markets: { "1": market } };
    const result = NetworkParametersSchema.safeParse({ ...testnet, venue });

    expect(result.error?.issues.map(({ path }) => path.join("."))).to.deep.equal(["venue.collateral.at"]);
  });
});
