import type { Result } from "ethers";

import type { Asserted, HubFacts } from "../../../domain/errand/chores.ts";
import type { Errand } from "../../../domain/errand/errand.ts";
import type { Quote } from "../../../domain/errand/judge.ts";
import { type Hex, sliceHex } from "../../../domain/hex.ts";
import { posture } from "../../../domain/incident/posture.ts";
import { type Rungs, rungsOfByte } from "../../../domain/incident/rungs.ts";
import { RelayerError } from "../../../errors.ts";
import type { TransactionReceipt } from "../../../ports/chain.ts";
import type { Errands, Tried } from "../../../ports/errands.ts";
import { quantity, readBlock } from "../read-blocks.ts";
import { isRevert } from "../rpc-error.ts";
import type { RpcSession } from "../rpc-pool.ts";
import { Bytes, Count, parseAnswer, Quantity, Receipt } from "../wire.ts";
import { type CallSender, type CallSenderOptions, createCallSender } from "./call-sender.ts";
import { type EncodedErrand, encodeErrand } from "./encode-errand.ts";
import { errandInterface, silenceInterface } from "./errand-abi.ts";

/** A quarter more than was needed when it was tried: the state may have moved by the time it is mined. */
const GAS_MARGIN_PERCENT = 125;
/** What the treasury keeps back to book and to pay, whatever a node estimates. */
const TREASURY_GAS = 260_000;

export interface EvmErrandsOptions extends CallSenderOptions {
  /** Pays keepers; null where there is none. */
  readonly treasury: Hex | null;
}

/** Errands, and what its manager of transactions has to hear. */
export interface EvmErrands extends Errands {
  noteHead(baseFeePerGas: bigint | null, signal: AbortSignal): void;
}

/** `Errands` on JSON-RPC nodes of an EVM chain. */
export function createEvmErrands(options: EvmErrandsOptions): EvmErrands {
  const { pool, hub, treasury } = options;
  const sender = createCallSender(options);

  return {
    wallet: sender.address,

    look: (signal) => pool.run((session) => look(session, hub, sender.address), signal),

    attempt: (errand, signal) =>
      pool.run(async (session) => {
        const encoded = await encodeErrand(session, hub, errand);
        return tryErrand(session, { errand, encoded, sender, treasury });
      }, signal),

    async send(errand, quote, signal) {
      const encoded = await pool.run((session) => encodeErrand(session, hub, errand), signal);
      const isPaid = quote.rewardWei > 0n && treasury !== null;
      const call = isPaid ? throughTreasury(treasury, encoded) : encoded;
      return { txHash: await sender.send({ ...call, gasLimit: quote.gas }, signal) };
    },

    receipt: (txHash, signal) =>
      pool.run(async (session) => {
        const all = await Promise.all(sender.hashesOf(txHash).map((hash) => readReceipt(session, hash)));
        return all.find((receipt) => receipt !== null) ?? null;
      }, signal),

    noteHead: (baseFeePerGas, signal) => sender.noteHead(baseFeePerGas, signal),
  };
}

async function readReceipt(session: RpcSession, txHash: Hex): Promise<TransactionReceipt | null> {
  const raw = await session.call("eth_getTransactionReceipt", [txHash]);
  if (raw === null) return null;
  const { status, blockNumber } = parseAnswer(Receipt, raw, "eth_getTransactionReceipt");
  return { status: status === 1 ? "success" : "reverted", blockNumber };
}

/** What would happen in the next block, not what did in the last. */
const NEXT = "pending";

async function look(session: RpcSession, hub: Hex, wallet: Hex) {
  const balance = async (of: Hex) =>
    parseAnswer(Quantity, await session.call("eth_getBalance", [of, "latest"]), "eth_getBalance");
  const [due, slot, hubBalance, balanceWei, head] = await Promise.all([
    view(session, { to: hub, name: "broadcastDue", args: [] }),
    view(session, { to: hub, name: "postureNow", args: [] }),
    balance(hub),
    balance(wallet),
    readBlock(session, "latest"),
  ]);
  const facts: HubFacts = {
    posture: posture(slot[0] as bigint),
    balanceWei: hubBalance,
    dueMarkets: Number(due["markets"] as bigint),
    isHeartbeatDue: due["isHeartbeat"] === true,
  };
  return { hub: facts, time: head.timestamp, balanceWei };
}

interface Trying {
  readonly errand: Errand;
  readonly encoded: EncodedErrand;
  readonly sender: CallSender;
  readonly treasury: Hex | null;
}

async function tryErrand(session: RpcSession, { errand, encoded, sender, treasury }: Trying): Promise<Tried | null> {
  const direct = { from: sender.address, ...encoded };
  const [returned, gas, fees, last] = await Promise.all([
    unlessReverted(() => simulate(session, direct)),
    errand.kind === "execute" ? errand.gas : unlessReverted(() => estimate(session, direct)),
    sender.fees(session),
    readLast(session, errand),
  ]);
  if (returned === null || gas === null) return null;
  const gasPriceWei = fees.maxFeePerGas;
  const margin = errand.kind === "execute" ? gas : Math.ceil((gas * GAS_MARGIN_PERCENT) / 100);
  const rewardWei = await readReward(session, { encoded, sender, treasury, gasPriceWei, gas: margin });
  const quote: Quote = { gas: margin + (rewardWei > 0n ? TREASURY_GAS : 0), gasPriceWei, rewardWei };
  return { rungs: rungsIn(errand, returned), last, quote };
}

/**
 * What the treasury would pay. It repays a gas price, so it is asked at the one that will be offered, and at the head: of
 * the block to come not every node knows the base fee, above which little is repaid.
 */
async function readReward(
  session: RpcSession,
  of: Omit<Trying, "errand"> & { readonly gasPriceWei: bigint; readonly gas: number },
): Promise<bigint> {
  const { treasury, encoded, sender, gasPriceWei, gas } = of;
  if (treasury === null || encoded.value > 0n) return 0n;
  const call = { from: sender.address, ...throughTreasury(treasury, encoded) };
  const priced = { ...wireOf(call), gas: quantity(gas + TREASURY_GAS), gasPrice: quantity(gasPriceWei) };
  // No job of the treasury's, or the wallet could not pay for it either: then there is no reward.
  const raw = await unlessReverted(() => session.call("eth_call", [priced, "latest"]));
  if (raw === null) return 0n;
  return BigInt(parseAnswer(Bytes, raw, "eth_call").slice(0, 66) || "0x0");
}

function throughTreasury(treasury: Hex, { to, data }: EncodedErrand): EncodedErrand {
  return { to: treasury, data: errandInterface.encodeFunctionData("perform", [to, data]), value: 0n };
}

/** What the errand's sensor said last. One that cannot be asked has said nothing. */
async function readLast(session: RpcSession, errand: Errand): Promise<Asserted | null> {
  if (errand.kind !== "poke" && errand.kind !== "report-silence") return null;
  const market = errand.kind === "poke" ? errand.market : await readSilenceMarket(session, errand.sensor);
  // By place: ethers' results are arrays, and `at` is a method of theirs.
  const [said, at] = await view(session, { to: errand.sensor, name: "lastAsserted", args: [market] });
  const rungs = rungsOfByte(Number(said));
  return rungs === null ? null : { rungs, at: Number(at) };
}

async function readSilenceMarket(session: RpcSession, sensor: Hex): Promise<number> {
  const data = silenceInterface.encodeFunctionData("parameters");
  const raw = parseAnswer(Bytes, await session.call("eth_call", [{ to: sensor, data }, "latest"]), "eth_call");
  const [parameters] = silenceInterface.decodeFunctionResult("parameters", raw) as unknown as [Result];
  return Number(parameters["market"]);
}

function rungsIn(errand: Errand, returned: Hex): Rungs | null {
  const saysRungs = errand.kind === "lift" || errand.kind === "poke" || errand.kind === "report-silence";
  return saysRungs && returned.length >= 66 ? rungsOfByte(Number(sliceHex(returned, 31, 32))) : null;
}

interface DirectCall extends EncodedErrand {
  readonly from: Hex;
}

function wireOf({ from, to, data, value }: DirectCall) {
  return { from, to, data, value: quantity(value) };
}

async function simulate(session: RpcSession, call: DirectCall): Promise<Hex> {
  return parseAnswer(Bytes, await session.call("eth_call", [wireOf(call), NEXT]), "eth_call");
}

async function estimate(session: RpcSession, call: DirectCall): Promise<number> {
  return parseAnswer(Count, await session.call("eth_estimateGas", [wireOf(call), NEXT]), "eth_estimateGas");
}

/** Null when the contract reverts: an answer like any other. Whatever else fails is the node's failure. */
async function unlessReverted<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RelayerError && isRevert(error)) return null;
    throw error;
  }
}

async function view(
  session: RpcSession,
  { to, name, args }: { to: Hex; name: string; args: readonly unknown[] },
): Promise<Result> {
  const data = errandInterface.encodeFunctionData(name, args);
  const raw = parseAnswer(Bytes, await session.call("eth_call", [{ to, data }, NEXT]), "eth_call");
  try {
    return errandInterface.decodeFunctionResult(name, raw);
  } catch (error) {
    throw new RelayerError("RPC_MALFORMED", `${session.host} answered ${name}() oddly`, { view: name }, error);
  }
}
