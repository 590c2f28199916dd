import { expect } from "chai";
import { type Contract, type HDNodeWallet, Interface, Wallet, parseEther, toQuantity } from "ethers";

import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { LAYERZERO_ARTIFACTS } from "../../localnet/layerzero/artifacts.ts";
import { MESSAGING_ABI } from "../../relayer/adapters/evm/messaging/messaging-abi.ts";
import { ERRAND_ABI, SILENCE_ABI } from "../../relayer/adapters/evm/errands/errand-abi.ts";
import { type EvmChain, createEvmChain } from "../../relayer/adapters/evm/evm-chain.ts";
import { eid } from "../../relayer/domain/eid.ts";
import type { Errand } from "../../relayer/domain/errand/errand.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import { EMPTY_PACKET_BOOK, type PacketBook } from "../../relayer/domain/packet/packet-book.ts";
import { listPackets } from "../../relayer/domain/packet/packet-view.ts";
import { reducePackets } from "../../relayer/domain/packet/reduce-packets.ts";
import { createInProcessNode, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";
import { commit, receive, readPackets, verifyBy } from "../support/layerzero-delivery.ts";
import {
  MESH_START_SECONDS,
  type MeshChain,
  deployCompiled,
  send,
  startLayerZeroMesh,
} from "../support/layerzero-mesh.ts";

const KEEPER_KEY: Hex = `0x${"b7".repeat(32)}`;
const BASE_FEE_WEI = 1_000_000_000n;
const MARKET = 1;
const CAUTION = 0x10;
const HALT = 0x34;
const never = new AbortController().signal;

const JOB = {
  isActive: true,
  isUrgent: false,
  keyWord: 1,
  hubWord: 0,
  gasCap: 1_000_000,
  overheadGas: 80_000,
  repeatSeconds: 60,
  refreshSeconds: 60,
  perDay: parseEther("1"),
};
const BUDGET = {
  perHour: parseEther("1"),
  perDay: parseEther("1"),
  reserveBps: 3_000,
  premiumBps: 1_000,
  tipBps: 10_000,
  maxGasPrice: 500_000_000_000n,
};

/** What the adapters see and do, on the real contracts of LayerZero and of the project. */
describe("messages and errands on a chain", function () {
  this.timeout(120_000);

  let home: MeshChain;
  let away: MeshChain;
  let treasury: Contract;
  let sensor: Contract;
  let chains: readonly [EvmChain, EvmChain];
  let undo: () => Promise<void>;

  before(async () => {
    const operators = OPERATOR_KEYS.map((key) => new Wallet(key).address);
    [home, away] = (await startLayerZeroMesh({ chains: ["chain0", "chain1"], operators })) as [MeshChain, MeshChain];
    const deployer = home.wallet("deployer");
    const hub = await home.hub.getAddress();
    sensor = await deployCompiled(deployer, "ScriptedSensor", [hub]);
    const grant = [true, 0, HALT, HALT, 0b11];
    await send(home.hub, "setSensor", [await sensor.getAddress(), grant]);
    treasury = await deployCompiled(deployer, "KeeperTreasury", [hub, deployer.address, parseEther("1"), BUDGET]);
    const poke = sensor.interface.getFunction("poke")!.selector;
    await send(treasury, "setJob", [await sensor.getAddress(), poke, JOB]);
    await give(deployer, await treasury.getAddress(), "1");
    for (const chain of [home, away]) await give(chain.wallet("deployer"), new Wallet(KEEPER_KEY).address, "5");
  });

  beforeEach(async () => {
    // Anew each time: what a test sends is undone after it, and the count of a wallet's nonces with it.
    const at = (await treasury.getAddress()).toLowerCase() as Hex;
    chains = [await openChain(home, at), await openChain(away, null)];
    const [undoHome, undoAway] = [await home.provider.remember(), await away.provider.remember()];
    undo = async () => {
      await undoHome();
      await undoAway();
    };
  });

  afterEach(() => undo());

  after(() => Promise.all([home.provider.close(), away.provider.close()]));

  const trip = async (rungs: number) => {
    await send(home.hub, "assertRungs", [MARKET, rungs]);
    const [packet] = readPackets(await send(home.hub, "broadcast", []));
    return packet!;
  };
  /** The whole of both chains, as a follower would read it. */
  const readBook = async (): Promise<PacketBook> => {
    let book = EMPTY_PACKET_BOOK;
    for (const chain of chains) {
      const { eid: of, messaging } = chain;
      const { latest: to } = await chain.heads(never);
      const genesis = await chain.block(0, never);
      const peers = chains.filter((other) => other !== chain).map((other) => other.eid);
      const found = await messaging.pathways(peers, to, never);
      const pathways = found.map((pathway) => ({ ...pathway, inboundNonce: 0n, held: [] }));
      const events = await messaging.packetEvents({ from: 1, to: to.number }, to, never);
      book = reducePackets(book, { kind: "packets-started", eid: of, at: genesis, events: [], pathways, atMs: 0 });
      book = reducePackets(book, { kind: "packets-read", eid: of, to, events, atMs: 1 });
    }
    return book;
  };
  const states = async () => listPackets(await readBook()).map(({ state }) => state);
  const sentPackets = async () => listPackets(await readBook()).map(({ packet }) => packet);
  const perform = async (chain: EvmChain, errand: Errand) => {
    const tried = await chain.errands!.attempt(errand, never);
    if (tried === null) throw new RangeError(`${errand.kind} would revert`);
    const { txHash } = await chain.errands!.send(errand, tried.quote, never);
    return { tried, receipt: await chain.errands!.receipt(txHash, never) };
  };

  it("sees a packet in each state that the contracts bring it to", async () => {
    const packet = await trip(CAUTION);
    const seen = [await states()];
    await verifyBy(0, away, packet);
    seen.push(await states());
    await verifyBy(1, away, packet);
    seen.push(await states());
    await commit(away, packet);
    seen.push(await states());
    await receive(away, packet);
    seen.push(await states());

    expect(seen.flat()).to.deep.equal(["sent", "verifying", "verifiable", "executable", "executed"]);
  });

  it("reads of a packet what LayerZero's own workers read", async () => {
    const { guid, message, header, payloadHash, nonce, gasLimit } = await trip(HALT);

    const [ours] = await sentPackets();

    expect(ours).to.include({ guid, message, header, payloadHash, nonce, gas: Number(gasLimit) });
  });

  it("commits and executes what nobody did, each once", async () => {
    const packet = await trip(HALT);
    for (const dvn of [0, 1] as const) await verifyBy(dvn, away, packet);
    const [ours] = await sentPackets();
    const { errands } = chains[1];
    const execute: Errand = { kind: "execute", packet: ours!, gas: ours!.gas + 150_000 };

    const early = await errands!.attempt(execute, never);
    const committed = await perform(chains[1], { kind: "commit", packet: ours! });
    const executed = await perform(chains[1], execute);

    expect(early).to.equal(null);
    expect([committed.receipt?.status, executed.receipt?.status]).to.deep.equal(["success", "success"]);
    expect(await states()).to.deep.equal(["executed"]);
    expect(await away.hub.getFunction("meshDigest")()).to.equal(await home.hub.getFunction("meshDigest")());
    expect(await errands!.attempt({ kind: "commit", packet: ours! }, never)).to.equal(null);
    expect(await errands!.attempt(execute, never)).to.equal(null);
  });

  it("reads at a start what the endpoint holds, and how the library judges", async () => {
    const packets = [await trip(CAUTION), await trip(HALT)] as const;
    for (const packet of packets) {
      for (const dvn of [0, 1] as const) await verifyBy(dvn, away, packet);
      await commit(away, packet);
    }
    await receive(away, packets[0]);
    const { latest } = await chains[1].heads(never);

    const [pathway] = await chains[1].messaging.pathways([chains[0].eid], latest, never);

    const { nonce, payloadHash } = packets[1];
    expect(pathway).to.deep.include({ inboundNonce: nonce, held: [{ nonce, payloadHash }] });
    expect(pathway).to.include({ confirmations: 1n, optionalThreshold: 0 });
    const dvns = away.layerzero.dvns.map((address) => address.toLowerCase());
    expect(pathway?.requiredDvns.toSorted()).to.deep.equal(dvns.toSorted());
  });

  it("tells of a peer that there is none", async () => {
    const { latest } = await chains[1].heads(never);

    expect(await chains[1].messaging.pathways([eid(40_000)], latest, never)).to.deep.equal([]);
  });

  it("pokes a sensor through the treasury, which leaves the wallet no poorer once its slots are in use", async () => {
    const address = (await sensor.getAddress()).toLowerCase() as Hex;
    const poke: Errand = { kind: "poke", sensor: address, market: MARKET };
    const wallet = new Wallet(KEEPER_KEY).address;
    const errands = chains[0].errands!;
    // A chain in this process tells a call that there is no base fee, and then nothing is repaid: told here instead.
    const pokePaid = async () => {
      const tried = await errands.attempt(poke, never);
      const { txHash } = await errands.send(poke, { ...tried!.quote, gas: 1_000_000, rewardWei: 1n }, never);
      return { tried, receipt: await errands.receipt(txHash, never) };
    };
    await send(sensor, "hold", [CAUTION]);
    await pokePaid();
    await send(sensor, "say", [MARKET, CAUTION, MESH_START_SECONDS]);
    home.provider.setNextBlockTime(MESH_START_SECONDS + 50_000);
    await home.provider.send("hardhat_setNextBlockBaseFeePerGas", [toQuantity(BASE_FEE_WEI)]);
    await send(sensor, "hold", [HALT]);
    const before = await home.provider.getBalance(wallet);

    const { tried, receipt } = await pokePaid();

    expect(receipt?.status).to.equal("success");
    expect(tried?.rungs).to.equal(HALT);
    expect(tried?.last).to.deep.equal({ rungs: CAUTION, at: MESH_START_SECONDS });
    expect((await home.provider.getBalance(wallet)) >= before).to.equal(true);
  });

  it("knows what is due at a hub, does it, and then finds nothing due", async () => {
    await send(home.hub, "assertRungs", [MARKET, CAUTION]);
    const errands = chains[0].errands!;
    const broadcast: Errand = { kind: "broadcast", isHeartbeat: false };
    const before = await errands.look(never);

    const lift = await errands.attempt({ kind: "lift", market: MARKET }, never);
    await perform(chains[0], broadcast);
    const after = await errands.look(never);
    await perform(chains[0], { kind: "top-up", wei: 1_000n });

    expect(before.hub.dueMarkets).to.equal(1 << MARKET);
    expect(lift?.rungs).to.equal(CAUTION);
    expect([after.hub.dueMarkets, after.hub.isHeartbeatDue]).to.deep.equal([0, false]);
    expect(await errands.attempt(broadcast, never)).to.equal(null);
    expect((await errands.look(never)).hub.balanceWei).to.equal(after.hub.balanceWei + 1_000n);
  });

  it("names functions and events as the compiled contracts do", () => {
    const compiled = [
      LAYERZERO_ARTIFACTS.EndpointV2.abi,
      LAYERZERO_ARTIFACTS.ReceiveUln302.abi,
      readCompiledContract("hub", "IncidentHub").abi,
      readCompiledContract("incentives", "KeeperTreasury").abi,
      readCompiledContract("sensors/silence", "SilenceSensor").abi,
    ];
    const known = new Set(compiled.flatMap((abi) => Interface.from(abi).fragments.filter(isNamed).map(shapeOf)));
    const ours = [...MESSAGING_ABI, ...ERRAND_ABI, ...SILENCE_ABI].flatMap((line) => Interface.from([line]).fragments);

    expect(ours.map(shapeOf).filter((shape) => !known.has(shape))).to.deep.equal([]);
  });
});

function isNamed({ type }: Interface["fragments"][number]): boolean {
  return type === "function" || type === "event";
}

/** Signature, and for events which parameters are indexed: what encoding depends on. */
function shapeOf(fragment: Interface["fragments"][number]): string {
  const indexed = fragment.inputs.map(({ indexed: is }) => (is === true ? "i" : "-")).join("");
  return `${fragment.type} ${fragment.format("sighash")} ${indexed}`;
}

async function give(from: HDNodeWallet, to: string, ether: string): Promise<void> {
  await (await from.sendTransaction({ to, value: parseEther(ether) })).wait();
}

async function openChain(mesh: MeshChain, treasury: Hex | null): Promise<EvmChain> {
  const { chainId } = await mesh.provider.getNetwork();
  return createEvmChain({
    name: `chain-${mesh.eid}`,
    eid: eid(mesh.eid),
    chainId: Number(chainId),
    hub: (await mesh.hub.getAddress()).toLowerCase() as Hex,
    meshId: MESH_ID,
    startBlock: 0,
    finality: { depth: 1 },
    maxLogRange: 1_000,
    rpcUrls: ["http://in-process.invalid"],
    wsUrl: null,
    walletKey: null,
    operators: [],
    keeper: { walletKey: KEEPER_KEY, treasury },
    createNode: () => createInProcessNode({ request: (method, params) => mesh.provider.send(method, [...params]) }),
  });
}
