import { ZeroAddress, parseEther } from "ethers";
import { CHAINS_AT_ONCE, mapAtMost } from "../../deployments/map-at-most.ts";
import { type TransactionBatch, createTransactionBatch } from "../../deployments/transaction-batch.ts";
import { dvnSigner } from "../chains/accounts.ts";
import type { LocalChain } from "../chains/start-chain.ts";
import { LAYERZERO_ARTIFACTS as ARTIFACTS } from "./artifacts.ts";
import { type LayerZeroStack, wireLayerZero } from "./wire-layerzero.ts";

/** Numbers that LayerZero's own deployments use, where nothing here depends on them. */
const TREASURY_GAS_LIMIT = 200_000;
const TREASURY_FEE_CAP = parseEther("0.1");
const NATIVE_DECIMALS_RATE = parseEther("1");
/** A DVN names itself by endpoint id modulo this on Endpoint V2 chains. */
export const VERIFIER_ID_MODULUS = 30_000;

/**
 * Deploys the real LayerZero V2 stack on every chain and connects all of them: endpoint, ULN 302 libraries, price
 * feed, executor and two DVNs, each DVN with a signer of its own.
 */
export async function deployLayerZero(chains: readonly LocalChain[]): Promise<LayerZeroStack[]> {
  const eids = chains.map((chain) => chain.eid);
  return mapAtMost(CHAINS_AT_ONCE, chains, (chain) => {
    const remoteEids = eids.filter((eid) => eid !== chain.eid);
    return deployOn(chain, remoteEids);
  });
}

async function deployOn(chain: LocalChain, remoteEids: readonly number[]): Promise<LayerZeroStack> {
  const signer = chain.wallet("deployer");
  const batch = await createTransactionBatch({ signer, provider: chain.provider, chain: chain.name });
  const owner = signer.address;
  const endpoint = batch.deploy(ARTIFACTS.EndpointV2, [chain.eid, owner]).address;
  const sendUln = batch.deploy(ARTIFACTS.SendUln302, [endpoint, TREASURY_GAS_LIMIT, TREASURY_FEE_CAP]).address;
  const receiveUln = batch.deploy(ARTIFACTS.ReceiveUln302, [endpoint]).address;
  for (const library of [sendUln, receiveUln]) {
    batch.call({ to: endpoint, abi: ARTIFACTS.EndpointV2.abi, method: "registerLibrary", args: [library] });
  }
  const priceFeed = batch.deploy(ARTIFACTS.PriceFeed).address;
  batch.call({ to: priceFeed, abi: ARTIFACTS.PriceFeed.abi, method: "initialize", args: [owner] });

  const parts = { chain, endpoint, sendUln, priceFeed };
  const executor = deployExecutor(batch, parts);
  const dvns = deployDvns(batch, parts);
  const stack = { endpoint, sendUln, receiveUln, priceFeed, executor, dvns };
  wireLayerZero(batch, stack, remoteEids);
  await batch.settle();
  return stack;
}

interface Parts {
  readonly chain: LocalChain;
  readonly endpoint: string;
  readonly sendUln: string;
  readonly priceFeed: string;
}

function deployExecutor(batch: TransactionBatch, { chain, endpoint, sendUln, priceFeed }: Parts): string {
  const admins = [chain.wallet("deployer").address, chain.wallet("executor").address];
  const feeLib = batch.deploy(ARTIFACTS.ExecutorFeeLib, [chain.eid, NATIVE_DECIMALS_RATE]).address;
  const executor = batch.deploy(ARTIFACTS.Executor).address;
  const { abi } = ARTIFACTS.Executor;
  // LayerZero puts it behind a proxy; bare it works the same.
  const args = [endpoint, ZeroAddress, [sendUln], priceFeed, admins[0], admins];
  batch.call({ to: executor, abi, method: "initialize", args });
  batch.call({ to: executor, abi, method: "setWorkerFeeLib", args: [feeLib] });
  return executor;
}

function deployDvns(batch: TransactionBatch, { chain, sendUln, priceFeed }: Parts): [string, string] {
  const feeLib = batch.deploy(ARTIFACTS.DVNFeeLib, [chain.eid, NATIVE_DECIMALS_RATE]).address;
  const verifierId = chain.eid % VERIFIER_ID_MODULUS;
  const deployDvn = (index: number): string => {
    const signers = [dvnSigner(index).address];
    const admins = [chain.wallet("deployer").address, chain.wallet(index === 0 ? "dvn1" : "dvn2").address];
    const args = [chain.eid, verifierId, [sendUln], priceFeed, signers, signers.length, admins];
    const dvn = batch.deploy(ARTIFACTS.DVN, args).address;
    batch.call({ to: dvn, abi: ARTIFACTS.DVN.abi, method: "setWorkerFeeLib", args: [feeLib] });
    return dvn;
  };
  return [deployDvn(0), deployDvn(1)];
}
