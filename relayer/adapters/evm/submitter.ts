import { computeAddress, keccak256, SigningKey, Transaction } from "ethers";

import { type Hex, lengthOfHex } from "../../domain/hex.ts";
import { joinSignatures, type SignedDirective } from "../../domain/incident/directive.ts";
import { RelayerError } from "../../errors.ts";
import { createFeeBook, type FeeBook, type Fees } from "./fee-book.ts";
import { submitGasLimit } from "./gas-limit.ts";
import { hubInterface } from "./hub-abi.ts";
import { createNonceBook, type NonceBook, type NonceCounts } from "./nonce-book.ts";
import type { RpcPool, RpcSession } from "./rpc-pool.ts";
import { KNOWN, mapSendError } from "./send-error.ts";
import { Count, Hash, parseAnswer, Quantity } from "./wire.ts";

/** How often one submission changes its nonce before it fails. The caller repeats it later. */
const NONCE_ATTEMPTS = 3;
/** With nothing in flight the counts are read again only this often. */
const IDLE_REFRESH_MS = 30_000;
const ENTRY_BYTES = 33;
const WARM_UP_ROUNDS = 8;
const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

export interface SubmitterOptions {
  readonly chain: string;
  readonly chainId: number;
  readonly hub: Hex;
  readonly pool: RpcPool;
  /** Private key of the wallet that pays. */
  readonly walletKey: string;
  readonly nowMs?: () => number;
}

/** Sends directives from one wallet to one hub. */
export interface Submitter {
  submit(signed: SignedDirective, signal: AbortSignal): Promise<Hex>;
  /** A head was read: takes its fee, and brings nonces and tip up to date behind the scenes. */
  noteHead(baseFeePerGas: bigint | null, signal: AbortSignal): void;
}

export function createSubmitter(options: SubmitterOptions): Submitter {
  const { pool, chain, nowMs = () => performance.now() } = options;
  const key = new SigningKey(options.walletKey);
  const address = computeAddress(key);
  warmUp(key, options);

  const fees = createFeeBook(chain);
  const nonces = createNonceBook({
    read: (signal) => pool.run((session) => readCounts(session, address), signal),
    nowMs,
  });
  const wallet: Wallet = { options, key, fees, nonces };
  let lastRefreshMs = -Infinity;
  let last: Promise<unknown> = Promise.resolve();

  async function refreshBehind(signal: AbortSignal): Promise<void> {
    const isDue = nonces.isStale || nonces.hasInFlight || nowMs() - lastRefreshMs > IDLE_REFRESH_MS;
    if (!isDue) return;
    lastRefreshMs = nowMs();
    // A failure leaves the book stale, and the next submission reads it itself.
    await Promise.allSettled([nonces.refresh(signal), pool.run((session) => readTip(session, fees), signal)]);
  }

  return {
    submit(signed, signal) {
      // One at a time: a nonce that fails must not have a later one already on its way.
      const mine = last.then(() => submitWith(wallet, signed, signal));
      last = mine.catch(() => undefined);
      return mine;
    },
    noteHead(baseFeePerGas, signal) {
      fees.noteBaseFee(baseFeePerGas);
      void refreshBehind(signal);
    },
  };
}

/** All that a transaction is made of, besides the directive. */
interface Wallet {
  readonly options: SubmitterOptions;
  readonly key: SigningKey;
  readonly fees: FeeBook;
  readonly nonces: NonceBook;
}

async function submitWith(wallet: Wallet, signed: SignedDirective, signal: AbortSignal): Promise<Hex> {
  const { directive, signatures } = signed;
  const gasLimit = submitGasLimit(lengthOfHex(directive.entries) / ENTRY_BYTES, signatures.length);
  const payload = { data: encodeSubmit(signed), gasLimit };
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt(wallet, payload, signal);
    } catch (error) {
      const isLost = error instanceof RelayerError && error.name === "NONCE_CONFLICT";
      if (!isLost || attempts === NONCE_ATTEMPTS) throw error;
    }
  }
}

/** What a transaction does, and how much gas it may take. */
interface Payload {
  readonly data: string;
  readonly gasLimit: number;
}

async function attempt({ options, key, fees, nonces }: Wallet, payload: Payload, signal: AbortSignal): Promise<Hex> {
  if (nonces.isStale) await nonces.refresh(signal);
  const nonce = nonces.next();
  const raw = signTransaction(key, options, { ...payload, ...fees.fees(), nonce });
  const txHash = keccak256(raw) as Hex;
  try {
    await options.pool.run((session) => send(session, raw, txHash), signal);
    nonces.noteSent(nonce);
    return txHash;
  } catch (error) {
    // A node that fell silent may have taken it: the counts say. Taking the nonce for used would risk a gap, and what
    // waits behind a gap is never mined; taking it for free risks one of two transactions, and the caller repeats.
    nonces.markStale();
    throw error;
  }
}

/** @returns the raw transaction */
function signTransaction(
  key: SigningKey,
  { chainId, hub: to }: Pick<SubmitterOptions, "chainId" | "hub">,
  fields: Payload & Fees & { readonly nonce: number },
): string {
  const tx = Transaction.from({ type: 2, chainId, to, ...fields });
  tx.signature = key.sign(tx.unsignedHash);
  return tx.serialized;
}

/** Cold code takes ten times as long, and the first signature builds tables besides: not when a halt waits. */
function warmUp(key: SigningKey, options: SubmitterOptions): void {
  const entries: Hex = `0x${"00".repeat(ENTRY_BYTES)}`;
  const directive = { decision: ZERO_HASH, deadline: 0, entries };
  const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    // Never sent. A directive of its own each time, or the second would only be looked up.
    const data = encodeSubmit({ directive: { ...directive }, signatures: [] });
    signTransaction(key, options, { data, gasLimit: 1, nonce: 0, ...fees });
  }
}

/** One raw send, the same bytes to whichever node takes them. */
async function send(session: RpcSession, raw: string, txHash: Hex): Promise<void> {
  try {
    parseAnswer(Hash, await session.call("eth_sendRawTransaction", [raw]), "eth_sendRawTransaction");
  } catch (error) {
    const mapped = mapSendError(error);
    if (mapped === KNOWN) return;
    // Another node may have passed it on before it fell silent, and then this one calls the nonce used.
    if (mapped.name === "NONCE_CONFLICT" && (await isKnown(session, txHash))) return;
    throw mapped;
  }
}

/** The same call data goes to every chain that takes the same signatures. */
const encoded = new WeakMap<SignedDirective["directive"], Map<Hex, string>>();

function encodeSubmit(signed: SignedDirective): string {
  const { decision, deadline, entries } = signed.directive;
  const signatures = joinSignatures(signed);
  const known = encoded.get(signed.directive) ?? new Map<Hex, string>();
  encoded.set(signed.directive, known);
  const data =
    known.get(signatures) ?? hubInterface.encodeFunctionData("submit", [[decision, deadline, entries], signatures]);
  known.set(signatures, data);
  return data;
}

async function readCounts(session: RpcSession, address: string): Promise<NonceCounts> {
  const count = async (tag: string) =>
    parseAnswer(Count, await session.call("eth_getTransactionCount", [address, tag]), "eth_getTransactionCount");
  const [mined, pending] = await Promise.all([count("latest"), count("pending")]);
  return { mined, pending };
}

async function readTip(session: RpcSession, fees: FeeBook): Promise<void> {
  fees.noteTip(parseAnswer(Quantity, await session.call("eth_maxPriorityFeePerGas", []), "eth_maxPriorityFeePerGas"));
}

async function isKnown(session: RpcSession, txHash: Hex): Promise<boolean> {
  return (await session.call("eth_getTransactionByHash", [txHash])) !== null;
}
