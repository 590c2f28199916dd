import { expect } from "chai";
import { Contract, keccak256, zeroPadValue } from "ethers";
import path from "node:path";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { addressOf, readNetworkRecord } from "../../deployments/network-record.ts";
import { ENDPOINT_ABI } from "../../deployments/tasks/layerzero-abi.ts";
import { type Difference, verifyMesh } from "../../deployments/tasks/verify.ts";
import { wireMesh } from "../../deployments/tasks/wire.ts";
import { createTransactionBatch } from "../../deployments/transaction-batch.ts";
import { CONFIG_TYPE_ULN, encodeOappUlnConfig } from "../../deployments/uln-config.ts";
import { type Localnet, startLocalnet } from "../../localnet/start-localnet.ts";

describe("a deployed mesh", function () {
  this.timeout(60_000);

  let localnet: Localnet;
  let snapshot: unknown;

  const first = () => localnet.chains[0]!;
  const govern = async (contract: string, method: string, args: readonly unknown[]) => {
    const folder = contract === "IncidentHub" ? "hub" : "oracle";
    const { abi } = readCompiledContract(folder, contract);
    const governed = new Contract(addressOf(localnet.record.chains[0]!, contract), abi, first().wallet("deployer"));
    await (await governed.getFunction(method).send(...args)).wait();
  };
  const configureUln = async (library: "sendUln" | "receiveUln", dvns: readonly string[]) => {
    const own = localnet.record.chains[0]!;
    const endpoint = new Contract(own.endpoint, ENDPOINT_ABI, first().wallet("deployer"));
    const param = { eid: 50_902, configType: CONFIG_TYPE_ULN, config: encodeOappUlnConfig(dvns, 1n) };
    const args = [addressOf(own, "IncidentHub"), own[library], [param]];
    await (await endpoint.getFunction("setConfig").send(...args)).wait();
  };
  const verify = (parameters = localnet.parameters) => verifyMesh(localnet.chains, localnet.record, parameters);
  const said = (differences: readonly Difference[]) => differences.map(({ chain, what }) => `${chain}: ${what}`);

  before(async () => {
    localnet = await startLocalnet({ chains: 2, relayers: 0, keeper: { isStarted: false } });
  });

  beforeEach(async () => {
    snapshot = await first().provider.send("evm_snapshot", []);
  });

  afterEach(async () => {
    await first().provider.send("evm_revert", [snapshot]);
  });

  after(() => localnet.stop());

  describe("when nothing was changed", () => {
    it("shows no difference to its record and parameters", async () => {
      expect(await verify()).to.deep.equal([]);
    });

    it("has a record on disk that reads back the same", () => {
      expect(readNetworkRecord(path.join(localnet.dir, "record.json"))).to.deep.equal(localnet.record);
    });

    it("records arguments, block and code of every contract", async () => {
      const { IncidentHub: hub, GuardedVenue: venue } = localnet.record.chains[0]!.contracts;

      expect(hub?.args).to.deep.include(localnet.record.meshId).and.to.deep.include(localnet.parameters.operators);
      expect(venue?.args).to.deep.equal([hub?.address]);
      const codeAt = (block: number) => first().provider.getCode(hub!.address, block);
      expect(await codeAt(hub!.block - 1)).to.equal("0x");
      expect(keccak256(await codeAt(hub!.block))).to.equal(hub?.codeHash);
    });
  });

  describe("when governance changed something", () => {
    const changes: { what: string; method: string; args: () => unknown[]; shows: string[] }[] = [
      {
        what: "the limits",
        method: "setLimits",
        args: () => [{ peerCeiling: 0x34, soloCeiling: 0x34, quorumCeiling: 0x34, quorum: 2 }],
        shows: ["chain-a: limits.soloCeiling"],
      },
      {
        what: "an operator",
        method: "setOperator",
        args: () => [first().wallet("user").address, true],
        shows: ["chain-a: operators"],
      },
      {
        what: "a grant",
        method: "setSensor",
        args: () => [
          addressOf(localnet.record.chains[0]!, "PriceBandSensor"),
          { isActive: true, cause: 0, localCeiling: 0x34, meshCeiling: 0x34, markets: 2 },
        ],
        shows: ["chain-a: grant of PriceBandSensor: markets"],
      },
      { what: "a market", method: "registerMarket", args: () => [9], shows: ["chain-a: markets"] },
      {
        what: "a peer",
        method: "setPeer",
        args: () => [50_902, zeroPadValue(first().wallet("user").address, 32)],
        shows: ["chain-a: peer chain-b"],
      },
    ];
    for (const { what, method, args, shows } of changes) {
      it(`says so: ${what}`, async () => {
        await govern("IncidentHub", method, args());

        expect(said(await verify())).to.deep.equal(shows);
      });
    }
  });

  describe("when a feed is taken away", () => {
    it("says so", async () => {
      await govern("PriceAggregator", "setFeeds", [2, [], 0]);

      expect(said(await verify())).to.deep.equal(["chain-a: market 2 feeds", "chain-a: market 2 least feeds"]);
    });
  });

  describe("when a pathway requires one DVN only", () => {
    for (const [library, direction] of [
      ["sendUln", "to"],
      ["receiveUln", "from"],
    ] as const) {
      it(`refuses it, ${direction} the peer`, async () => {
        await configureUln(library, localnet.record.chains[0]!.dvns.slice(0, 1));

        const differences = await verify();

        expect(said(differences)).to.deep.equal([
          `chain-a: DVNs ${direction} chain-b`,
          `chain-a: required DVNs ${direction} chain-b`,
        ]);
        expect(differences[1]).to.deep.include({ expected: "at least 2", actual: "1" });
      });
    }

    it("is not wired at all", async () => {
      const [a, b] = localnet.record.chains;
      const record = { ...localnet.record, chains: [{ ...a!, dvns: [a!.dvns[0]!, a!.dvns[0]!] }, b!] };

      const failure: unknown = await wireMesh([], record, localnet.parameters).catch((error: unknown) => error);

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/chain-a names 1 DVN/);
    });
  });

  describe("when another contract stands at a recorded address", () => {
    it("says so, and asks it nothing", async () => {
      const hub = addressOf(localnet.record.chains[0]!, "IncidentHub");
      await first().provider.send("anvil_setCode", [hub, "0x00"]);

      expect(said(await verify())).to.deep.equal(["chain-a: IncidentHub code hash"]);
    });
  });

  describe("when there is no connection to a chain of the record", () => {
    it("says so", async () => {
      const differences = await verifyMesh(localnet.chains.slice(0, 1), localnet.record, localnet.parameters);

      expect(said(differences)).to.deep.equal(["chain-b: connection"]);
    });
  });

  describe("when a transaction of a batch fails", () => {
    it("names the chain, the step and the contract's own error", async () => {
      const chain = first();
      const { abi } = readCompiledContract("hub", "IncidentHub");
      const hub = addressOf(localnet.record.chains[0]!, "IncidentHub");
      const batch = await createTransactionBatch({
        signer: chain.wallet("deployer"),
        provider: chain.provider,
        chain: chain.name,
      });

      batch.call({ to: hub, abi, method: "registerMarket", args: [1] });
      const failure: unknown = await batch.settle().catch((error: unknown) => error);

      expect(failure).to.have.property("exitCode", 1);
      expect(String(failure)).to.match(/chain-a \(calling registerMarket\): IncidentState_CannotRegister\(1\)/);
    });
  });
});
