import { computeAddress, keccak256, SigningKey, Transaction } from "ethers";

import type { Hex } from "../../../domain/hex.ts";
import { RelayerError } from "../../../errors.ts";
import { createFeeBook, type Fees } from "../fee-book.ts";
import { createNonceBook, type NonceBook } from "../nonce-book.ts";
import { readBlock } from "../read-blocks.ts";
import type { RpcPool, RpcSession } from "../rpc-pool.ts";
import { KNOWN, mapSendError } from "../send-error.ts";
import { DEFAULT_TX_SETTINGS } from "../tx-settings.ts";
import { Count, Hash, parseAnswer, Quantity } from "../wire.ts";

/** How often one call changes its nonce before it fails. The caller repeats it later. */
const NONCE_ATTEMPTS = 3;

export interface CallSenderOptions {
  readonly chain: string;
  readonly chainId: number;
  readonly pool: RpcPool;
  /** Private key of the wallet that pays. */
  readonly walletKey: string;
}

/** What a transaction does, and how much gas it may take. */
export interface OutgoingCall {
  readonly to: Hex;
  readonly data: string;
  readonly value: bigint;
  readonly gasLimit: number;
}

/** Sends calls from one wallet, one after the other. For what can wait: fees and nonce are asked for on the way out. */
export interface CallSender {
  /** Lower case. */
  readonly address: Hex;
  /** What the next transaction would offer for one gas. */
  fees(session: RpcSession): Promise<Fees>;
  send(call: OutgoingCall, signal: AbortSignal): Promise<Hex>;
}

export function createCallSender({ chain, chainId, pool, walletKey }: CallSenderOptions): CallSender {
  const key = new SigningKey(walletKey);
  const address = computeAddress(key).toLowerCase() as Hex;
  const book = createFeeBook(chain);
  const nonces = createNonceBook({
    ...DEFAULT_TX_SETTINGS,
    read: (signal) => pool.run((session) => readCounts(session, address), signal),
  });
  let last: Promise<unknown> = Promise.resolve();

  const fees = async (session: RpcSession): Promise<Fees> => {
    const [head, tip] = await Promise.all([
      readBlock(session, "latest"),
      session
        .call("eth_maxPriorityFeePerGas", [])
        .then((raw) => parseAnswer(Quantity, raw, "eth_maxPriorityFeePerGas")),
    ]);
    book.noteBaseFee(head.baseFeePerGas ?? null);
    book.noteTip(tip);
    return book.fees();
  };

  const sendOnce = async (call: OutgoingCall, signal: AbortSignal): Promise<Hex> => {
    nonces.markStale();
    const [offered] = await Promise.all([pool.run(fees, signal), nonces.refresh(signal)]);
    const nonce = nonces.flights.firstHole();
    const transaction = Transaction.from({ type: 2, chainId, nonce, ...call, ...offered });
    transaction.signature = key.sign(transaction.unsignedHash);
    const raw = transaction.serialized;
    await broadcast(nonces, () => pool.run((session) => sendRaw(session, raw), signal));
    const txHash = keccak256(raw) as Hex;
    const sentAtMs = performance.now();
    // Errands are not replaced: the key only tells them apart.
    const payload = { ...call, key: txHash, isUrgent: false };
    nonces.flights.note({
      ...{ nonce, payload, fees: offered, raw, txHash },
      ...{ sentAtMs, openedAtMs: sentAtMs, replacements: 0 },
    });
    return txHash;
  };

  const sendWithNonce = async (call: OutgoingCall, signal: AbortSignal): Promise<Hex> => {
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await sendOnce(call, signal);
      } catch (error) {
        const isLost = error instanceof RelayerError && error.name === "NONCE_CONFLICT";
        if (!isLost || attempts === NONCE_ATTEMPTS) throw error;
      }
    }
  };

  return {
    address,
    fees,
    send(call, signal) {
      const mine = last.then(() => sendWithNonce(call, signal));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** A node that fell silent may have taken it: the counts say. */
async function broadcast(nonces: NonceBook, send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    nonces.markStale();
    throw error;
  }
}

async function sendRaw(session: RpcSession, raw: string): Promise<void> {
  try {
    parseAnswer(Hash, await session.call("eth_sendRawTransaction", [raw]), "eth_sendRawTransaction");
  } catch (error) {
    const mapped = mapSendError(error);
    if (mapped !== KNOWN) throw mapped;
  }
}

async function readCounts(session: RpcSession, address: Hex) {
  const count = async (tag: string) =>
    parseAnswer(Count, await session.call("eth_getTransactionCount", [address, tag]), "eth_getTransactionCount");
  const [mined, pending] = await Promise.all([count("latest"), count("pending")]);
  return { mined, pending };
}
