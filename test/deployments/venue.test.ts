import { expect } from "chai";
import { Contract, type ContractTransactionResponse, ZeroAddress } from "ethers";

import { readDeployedContract } from "../../deployments/compiled-contract.ts";
import {
  type NetworkParameters,
  NetworkParametersSchema,
  readNetworkParameters,
} from "../../deployments/network-parameters.ts";
import { type NetworkRecord, addressOf } from "../../deployments/network-record.ts";
import { createMemoryStore } from "../../deployments/record-store.ts";
import { deployMesh } from "../../deployments/tasks/deploy.ts";
import { verifyMesh } from "../../deployments/tasks/verify.ts";
import { wireMesh } from "../../deployments/tasks/wire.ts";
import { roleWallet } from "../../localnet/chains/accounts.ts";
import { type BareChain, startBareChains, targetOf } from "./support/in-process-targets.ts";
import { referenceVenue } from "./support/reference-venue.ts";

const OFFSET_IN_FORCE = 500_000;

/** The local network's parameters and the venue, with what an action asks of a price. */
function venueParameters(): NetworkParameters {
  const local = readNetworkParameters("local");
  const action = { maxAgeSeconds: 300, maxConfidenceBps: 500, needsSequencer: false };
  const matrix = { open: action, close: action, liquidate: action, withdraw: action, deleverage: action, lift: action };
  return { ...local, network: "venue", matrix, venue: referenceVenue(local.markets.map(({ id }) => id)) };
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
    const parts = (["ClearingOffice", "ClearingTeller"] as const).flatMap(
      (name) => readDeployedContract(name).abi.fragments,
    );
    const abi = parts.filter(({ type }) => type === "function");
    const [chain] = record.chains;
    const deployer = roleWallet("deployer").connect(chains[0]!.provider);
    house = new Contract(addressOf(chain!, "ClearingHouse"), abi, deployer);
  });

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
    const { abi } = readDeployedContract("IncidentHub");
    const hub = new Contract(addressOf(record.chains[0]!, "IncidentHub"), abi, chains[0]!.provider);
    expect([...((await hub.getFunction("mirrors")()) as string[])]).to.deep.equal([house.target]);
  });

  it("is found different when somebody changes it, and mended", async () => {
    const change = async (method: string, ...args: unknown[]) => {
      await ((await house.getFunction(method)(...args)) as ContractTransactionResponse).wait();
    };
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
    const venue = referenceVenue([1, 2]);
    const { firstPrice: _, ...unpriced } = venue.markets["1"]!;

    expect(faultsOf({ matrix: undefined })).to.deep.equal(["venue"]);
    expect(faultsOf({ venue: referenceVenue([1, 9]) })).to.deep.equal(["venue.markets.9"]);
    expect(faultsOf({ venue: { ...venue, markets: { "1": unpriced } } })).to.deep.equal(["venue.markets.1.firstPrice"]);
  });

  it("are refused on a live network that names no token", () => {
    const testnet = readNetworkParameters("testnet");
    const { firstPrice: _, ...market } = referenceVenue([1]).markets["1"]!;
    const venue = { ...referenceVenue([]), envelopeSetter: ZeroAddress, markets: { "1": market } };
    const result = NetworkParametersSchema.safeParse({ ...testnet, venue });

    expect(result.error?.issues.map(({ path }) => path.join("."))).to.deep.equal(["venue.collateral.at"]);
  });
});
