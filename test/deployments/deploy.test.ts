import { expect } from "chai";
import { AbiCoder, Contract, ZeroHash, keccak256 } from "ethers";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { type NetworkParameters, readNetworkParameters } from "../../deployments/network-parameters.ts";
import { type NetworkRecord, addressOf } from "../../deployments/network-record.ts";
import { createMemoryStore } from "../../deployments/record-store.ts";
import { deployMesh } from "../../deployments/tasks/deploy.ts";
import { ENDPOINT_ABI } from "../../deployments/tasks/layerzero-abi.ts";
import { type Difference, verifyMesh } from "../../deployments/tasks/verify.ts";
import { wireMesh } from "../../deployments/tasks/wire.ts";
import { CONFIG_TYPE_ULN, ULN_CONFIG, ulnConfig } from "../../deployments/uln-config.ts";
import { roleWallet } from "../../localnet/chains/accounts.ts";
import { type BareChain, targetOf, useMesh } from "./support/in-process-targets.ts";

const SET_DEFAULT_ABI = [
  `function setDefaultUlnConfigs(tuple(uint32 eid, ${ULN_CONFIG} config)[] params)`,
  "function setDefaultExecutorConfigs(tuple(uint32 eid, tuple(uint32 maxMessageSize, address executor) config)[] params)",
];

describe("deploying, wiring and verifying two chains in this process", function () {
  this.timeout(120_000);

  // One market and no venue, which has tests of its own.
  const { venue: _, sensors, markets, ...local } = readNetworkParameters("local");
  const { PriceBandSensor } = sensors;
  const parameters: NetworkParameters = { ...local, markets: markets.slice(0, 1), sensors: { PriceBandSensor } };
  let chains: BareChain[];
  let record: NetworkRecord;

  const targets = () => chains.map((chain) => targetOf(chain));
  const redeploy = (changed: NetworkRecord, given = parameters, to = targets()): Promise<unknown> =>
    deployMesh(to, given, { store: createMemoryStore(changed) }).catch((error: unknown) => error);
  const said = (differences: readonly Difference[]) => differences.map(({ chain, what }) => `${chain}: ${what}`);
  const contractOf = (folder: string, name: string, role: "deployer" | "user") => {
    const { abi } = readCompiledContract(folder, name);
    return new Contract(addressOf(record.chains[0]!, name), abi, roleWallet(role).connect(chains[0]!.provider));
  };
  const call = async (contract: Contract, method: string, ...args: unknown[]) => {
    await (await contract.getFunction(method).send(...args)).wait();
  };
  /** The record with one contract of chain-a changed. */
  const withContract = (name: string, change: object): NetworkRecord => {
    const [first, ...others] = record.chains;
    const contracts = { ...first!.contracts, [name]: { ...first!.contracts[name]!, ...change } };
    return { ...record, chains: [{ ...first!, contracts }, ...others] };
  };

  useMesh(parameters, (...deployed) => {
    [chains, record] = deployed;
  });

  describe("deploying again", () => {
    it("refuses a record of another network", async () => {
      const failure = await redeploy({ ...record, network: "other" });

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/of network "other", not of "local"/);
    });

    it("refuses parameters that a contract was not created with", async () => {
      const failure = await redeploy(record, { ...parameters, leases: { ...parameters.leases, m4: 3_000 } });

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/IncidentHub of chain-a was created with other arguments/);
    });

    it("refuses the key of somebody else", async () => {
      const [first, second] = targets();
      const deployer = roleWallet("user").connect(first!.provider);

      const failure = await redeploy(record, parameters, [{ ...first!, deployer }, second!]);

      expect(String(failure)).to.match(/chain-a was begun by 0x\w+, and the key given is that of 0x\w+/);
    });

    it("refuses a node of another chain", async () => {
      const [first, second] = targets();

      const failure = await redeploy(record, parameters, [{ ...first!, chainId: 1 }, second!]);

      expect(failure).to.have.property("exitCode", 78);
      expect(String(failure)).to.match(/The node of chain-a is of chain 31000, not 1/);
    });

    it("refuses a chain without LayerZero's endpoint", async () => {
      const [first, second] = targets();
      const layerzero = { ...first!.layerzero, endpoint: roleWallet("user").address };

      const failure = await redeploy(record, parameters, [{ ...first!, layerzero }, second!]);

      expect(String(failure)).to.match(/chain-a has no LayerZero endpoint at/);
    });

    it("refuses other code at a recorded address", async () => {
      const address = addressOf(record.chains[0]!, "PriceAggregator");
      await chains[0]!.provider.send("hardhat_setCode", [address, "0x"]);

      const failure = await redeploy(record);

      expect(String(failure)).to.match(/PriceAggregator of chain-a has no code at 0x/);
    });

    it("finishes the other chains when one fails", async () => {
      const [first, second] = targets();
      const store = createMemoryStore();
      const none = { ...first!, layerzero: { ...first!.layerzero, endpoint: roleWallet("user").address } };

      const failure: unknown = await deployMesh([none, second!], parameters, { store }).catch(
        (error: unknown) => error,
      );

      expect(failure).to.have.property("exitCode", 78);
      const contracts = store.read()!.chains.find(({ name }) => name === "chain-b")!.contracts;
      expect(Object.keys(contracts)).to.deep.equal(Object.keys(record.chains[1]!.contracts));
    });
  });

  describe("verifying", () => {
    it("compares constructor arguments with the parameters", async () => {
      const differences = await verifyMesh(chains, withContract("PriceAggregator", { args: [ZeroHash] }), parameters);

      expect(said(differences)).to.deep.equal(["chain-a: PriceAggregator argument owner"]);
    });

    it("compares constructor arguments with what the chain was sent", async () => {
      const { transaction } = record.chains[0]!.contracts["IncidentHub"]!;

      const differences = await verifyMesh(chains, withContract("PriceBandSensor", { transaction }), parameters);

      expect(said(differences)).to.deep.equal(["chain-a: PriceBandSensor creation"]);
    });

    it("compares code with what the compiler made, immutables set aside", async () => {
      const { address } = record.chains[0]!.contracts["PriceBandSensor"]!;
      const code = await chains[0]!.provider.getCode(address);
      // The second byte is the operand of the first instruction, which every contract has.
      const changed = `${code.slice(0, 4)}ff${code.slice(6)}`;
      await chains[0]!.provider.send("hardhat_setCode", [address, changed]);

      expect(said(await verifyMesh(chains, record, parameters))).to.deep.equal(["chain-a: PriceBandSensor code hash"]);
      // A record that was changed to fit deceives nobody.
      const forged = withContract("PriceBandSensor", { codeHash: keccak256(changed) });
      expect(said(await verifyMesh(chains, forged, parameters))).to.deep.equal(["chain-a: PriceBandSensor code"]);
    });
  });

  describe("wiring what governance has changed", () => {
    it("takes away sensors, peers and operators that nothing names, and sets the rest back", async () => {
      const hub = contractOf("hub", "IncidentHub", "deployer");
      const stranger = roleWallet("user").address;
      const grant = { isActive: true, cause: 0, localCeiling: 0x34, meshCeiling: 0x34, markets: 1 };
      // To a record that does not have it, the other chain is nobody's.
      const alone = { ...record, chains: record.chains.slice(0, 1) };
      await call(hub, "setSensor", stranger, grant);
      await call(hub, "setOperator", stranger, true);
      await call(hub, "setLimits", { peerCeiling: 0x34, soloCeiling: 0x34, quorumCeiling: 0x34, quorum: 4 });
      await call(hub, "setMirror", stranger, true);
      expect(said(await verifyMesh(chains, alone, parameters))).to.deep.equal([
        "chain-a: limits.quorum",
        "chain-a: limits.soloCeiling",
        "chain-a: mirrors",
        "chain-a: operators",
        "chain-a: peers of no record",
        "chain-a: sensors of no parameter",
      ]);

      const { sent, withheld } = await wireMesh(targets().slice(0, 1), alone, parameters);

      expect(withheld).to.deep.equal([]);
      // The quorum comes down before the operator goes that it would be short of.
      expect(sent.map(({ what }) => what.split("(")[0])).to.deep.equal([
        "setSensor",
        "setPeer",
        "setLimits",
        "setMirror",
        "setOperator",
      ]);
      expect(await verifyMesh(chains, alone, parameters)).to.deep.equal([]);
    });

    it("sets DVNs and executor before a peer is heard", async () => {
      const fresh = await deployMesh(targets(), parameters, { store: createMemoryStore() });

      const { sent } = await wireMesh(targets(), fresh, parameters);

      const order = sent.filter(({ chain }) => chain === "chain-a").map(({ what }) => what.split("(")[0]);
      const peer = order.indexOf("setPeer");
      expect(peer).to.be.greaterThan(order.lastIndexOf("setConfig"));
      expect(order.indexOf("setConfig")).to.be.greaterThan(order.lastIndexOf("setReceiveLibrary"));
      expect(order.filter((method) => method === "setConfig")).to.have.lengthOf(3);
    });
  });

  describe("when LayerZero changes its defaults", () => {
    it("changes nothing for a pathway that was wired", async () => {
      const { provider, layerzero, eid } = { ...chains[0]!, eid: chains[1]!.eid };
      const library = new Contract(layerzero.sendUln, SET_DEFAULT_ABI, roleWallet("deployer").connect(provider));
      await call(library, "setDefaultUlnConfigs", [{ eid, config: ulnConfig([roleWallet("user").address], 9n) }]);
      await call(library, "setDefaultExecutorConfigs", [
        { eid, config: { maxMessageSize: 77, executor: roleWallet("user").address } },
      ]);

      expect(await verifyMesh(chains, record, parameters)).to.deep.equal([]);
    });

    it("is seen that a pathway would have changed, which only looked as it should", async () => {
      const hub = addressOf(record.chains[0]!, "IncidentHub");
      const { provider, layerzero, eid } = { ...chains[0]!, eid: chains[1]!.eid };
      const endpoint = new Contract(layerzero.endpoint, ENDPOINT_ABI, roleWallet("deployer").connect(provider));
      const inherit = { ...ulnConfig([], 0n), requiredDVNCount: 0 };
      const config = AbiCoder.defaultAbiCoder().encode([ULN_CONFIG], [inherit]);
      const params = [{ eid, configType: CONFIG_TYPE_ULN, config }];
      await call(endpoint, "setConfig", hub, layerzero.receiveUln, params);

      expect(said(await verifyMesh(chains, record, parameters))).to.deep.equal([
        "chain-a: DVNs from chain-b is LayerZero's default",
      ]);
      expect((await wireMesh(targets(), record, parameters)).sent).to.have.lengthOf(1);
      expect(await verifyMesh(chains, record, parameters)).to.deep.equal([]);
    });
  });

  describe("handing over", () => {
    const owner = roleWallet("user").address;
    const handedOver = { ...parameters, owner };

    it("gives away every contract and the delegate, the hub last", async () => {
      const { sent } = await wireMesh(targets(), record, handedOver);

      const onFirst = sent.filter(({ chain }) => chain === "chain-a");
      expect(onFirst.map(({ what }) => what.split("(")[0])).to.deep.equal([
        "setDelegate",
        "transferOwnership",
        "transferOwnership",
        "transferOwnership",
      ]);
      expect(onFirst.at(-1)!.to).to.equal(addressOf(record.chains[0]!, "IncidentHub"));
      expect(await verifyMesh(chains, record, handedOver)).to.deep.equal([]);
      expect(said(await verifyMesh(chains.slice(0, 1), { ...record, chains: record.chains.slice(0, 1) }, parameters)))
        .to.include("chain-a: IncidentHub owner")
        .and.to.include("chain-a: LayerZero delegate");
    });

    it("sends nothing afterwards, and says what governance would have to", async () => {
      await wireMesh(targets(), record, handedOver);
      const limits = { ...parameters.limits, quorum: 3 };

      const { sent, withheld } = await wireMesh(targets(), record, { ...handedOver, limits });

      expect(sent).to.deep.equal([]);
      expect(withheld.map(({ chain, to }) => `${chain} ${to}`)).to.deep.equal(
        record.chains.map((chain) => `${chain.name} ${addressOf(chain, "IncidentHub")}`),
      );
      // What is withheld is calldata that the new owner can send as it is.
      const wallet = roleWallet("user").connect(chains[0]!.provider);
      await (await wallet.sendTransaction({ to: withheld[0]!.to, data: withheld[0]!.data, gasLimit: 200_000 })).wait();
      expect(said(await verifyMesh(chains, record, { ...handedOver, limits }))).to.deep.equal([
        "chain-b: limits.quorum",
      ]);
    });
  });

  describe("sending each by itself, as on a chain that charges", () => {
    it("comes to the same end", async () => {
      const paced = targets().map((target) => ({ ...target, pace: "each" as const }));
      const fresh = await deployMesh(paced, parameters, { store: createMemoryStore() });

      await wireMesh(paced, fresh, parameters);

      expect(await verifyMesh(chains, fresh, parameters)).to.deep.equal([]);
    });
  });
});
