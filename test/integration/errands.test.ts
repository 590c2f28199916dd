import { expect } from "chai";
import { type Contract, type HDNodeWallet, Wallet, parseEther } from "ethers";

import { LAYERZERO_ARTIFACTS } from "../../localnet/layerzero/artifacts.ts";
import { MESSAGING_ABI } from "../../relayer/adapters/evm/messaging/messaging-abi.ts";
import { ERRAND_ABI, SILENCE_ABI } from "../../relayer/adapters/evm/errands/errand-abi.ts";
import { type EvmChain, createEvmChain } from "../../relayer/adapters/evm/evm-chain.ts";
import { eid } from "../../relayer/domain/eid.ts";
import { type Errand, type ErrandKind } from "../../relayer/domain/errand/errand.ts";
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
import { readCompiledContract } from "../../deployments/compiled-contract.ts";
import { Interface } from "ethers";

const KEEPER_KEY: Hex = `0x${"b7".repeat(32)}`;
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
    const known = new Set(
      [...abis, ...ours].flatMap((abi) => Interface.from(abi).fragments.filter(isNamed).map(shapeOf)),
    );

    const asked = [...MESSAGING_ABI, ...ERRAND_ABI, ...SILENCE_ABI].map((line) =>
      shapeOf(Interface.from([line]).fragments[0]!),
    );

    expect(asked.filter((shape) => !known.has(shape))).to.deep.equal([]);
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
