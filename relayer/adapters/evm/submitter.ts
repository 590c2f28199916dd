import type { Hex } from "../../domain/hex.ts";
import type { SignedDirective } from "../../domain/incident/directive.ts";
import { RelayerError } from "../../errors.ts";
import { type AccountKey, createAccountKey } from "./account-key.ts";
import { batched } from "./batched.ts";
import { createFeeBook, type FeeBook, type Fees } from "./fee-book.ts";
import type { Flight, NonceCounts, Payload } from "./flights.ts";
import { submitGasLimit } from "./gas-limit.ts";
import { createNonceBook, type NonceBook } from "./nonce-book.ts";
import type { RpcPool, RpcSession } from "./rpc-pool.ts";
import { KNOWN, mapSendError } from "./send-error.ts";
import { ENTRY_BYTES, payloadOf, signCall, voidPayload } from "./signed-call.ts";
import { DEFAULT_TX_SETTINGS, REPLACED_FOR_MS, type TxSettings } from "./tx-settings.ts";
import { Count, Hash, parseAnswer, Quantity } from "./wire.ts";

/** With nothing in flight the counts are read again only this often. */
const IDLE_REFRESH_MS = 30_000;
const WARM_UP_ROUNDS = 8;
/** How often a replacement that a node finds too cheap offers more before the caller hears of it. */
const RAISES_AT_ONCE = 4;
/** What a halt of four markets with a quorum of three takes, for the reserve. */
const HALT_GAS = submitGasLimit(4, 3);
/** Hashes of replaced transactions that are remembered. */
const SIBLINGS_KEPT = 512;
const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

export interface SubmitterOptions {
  readonly chain: string;
  readonly chainId: number;
  readonly hub: Hex;
  readonly pool: RpcPool;
  /** Private key of the wallet that pays. */
  readonly walletKey: string;
  readonly settings?: TxSettings;
  /** A transaction was sent again at a higher price, or its nonce was freed. */
  readonly onReplaced?: (why: "stuck" | "freed") => void;
  /** A node took a transaction. */
  readonly onSent?: (sent: { readonly wallet: Hex; readonly nonce: number; readonly txHash: Hex }) => void;
  readonly nowMs?: () => number;
}

/** Whether a transaction may use the wallet's reserve, and the higher limit of fees. */
export type Urgency = "urgent" | "routine";

/** A call to another contract than the hub. What is the same call while it is not mined is the same transaction. */
export type OutgoingCall = Omit<Payload, "key" | "isUrgent">;

/** Sends from one wallet, directives to one hub before all, and sees to it that each nonce is mined. */
export interface Submitter {
  /** Lower case. */
  readonly address: Hex;
  /** What is offered, as the last heads stand. */
  readonly fees: FeeBook;
  /** The same directive while it is not mined is the same transaction: sent again, and dearer once it is stuck. */
  submit(signed: SignedDirective, signal: AbortSignal, urgency?: Urgency): Promise<Hex>;
  /** The same for any call. It can wait: it leaves the wallet's reserve alone. */
  send(call: OutgoingCall, signal: AbortSignal): Promise<Hex>;
  /** Hashes under which what was sent as `txHash` may be in the chain: a dearer one may have taken its place. */
  hashesOf(txHash: Hex): readonly Hex[];
  /** Nonces that an earlier life of this process has used so long ago: the first hole is looked for behind them. */
  recall(sent: readonly { readonly nonce: number; readonly ageMs: number }[]): void;
  /** A head was read: takes its fee, and brings nonces, tip and balance up to date behind the scenes. */
  noteHead(baseFeePerGas: bigint | null, signal: AbortSignal): void;
}

export function createSubmitter(options: SubmitterOptions): Submitter {
  const { pool, chain, settings = DEFAULT_TX_SETTINGS, nowMs = () => performance.now() } = options;
  const key = createAccountKey(options.walletKey);
  const { address } = key;
  warmUp(key, options);

  const fees = createFeeBook(chain, settings);
  const nonces = createNonceBook({
    ...settings,
    read: (signal) => pool.run((session) => readStanding(session, wallet), signal),
    nowMs,
  });
  const wallet: Wallet = { options, settings, key, address, fees, nonces, nowMs, balance: null, siblings: new Map() };
  let lastRefreshMs = -Infinity;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: a nonce that fails must not have a later one already on its way. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };

  async function refreshBehind(signal: AbortSignal): Promise<void> {
    const isDue = nonces.isStale || nonces.flights.size > 0 || nowMs() - lastRefreshMs > IDLE_REFRESH_MS;
    if (!isDue) return;
    lastRefreshMs = nowMs();
    // A failure leaves the book stale, and the next submission reads it itself.
    await nonces.refresh(signal).catch(() => undefined);
    if (!nonces.isStale && nonces.flights.stuckAt(nowMs()) !== null) {
      // What is stuck is tried again at the next head, whether this helped or not.
      await inTurn(() => unjam(wallet, signal)).catch(() => undefined);
    }
  }

  return {
    address: address.toLowerCase() as Hex,
    fees,
    submit(signed, signal, urgency = "urgent") {
      const payload = payloadOf(signed, options.hub, urgency === "urgent");
      return inTurn(() => submitWith(wallet, payload, signal));
    },
    send(call, signal) {
      const key = `${call.to}/${String(call.value ?? 0n)}/${call.data}`;
      return inTurn(() => submitWith(wallet, { ...call, key, isUrgent: false }, signal));
    },
    recall(sent) {
      for (const { nonce, ageMs } of sent) nonces.flights.reserve(nonce, nowMs() - ageMs);
    },
    hashesOf: (txHash) => wallet.siblings.get(txHash) ?? [txHash],
    noteHead(baseFeePerGas, signal) {
      fees.noteBaseFee(baseFeePerGas);
      void refreshBehind(signal);
    },
  };
}

/** All that a transaction is made of, besides what it does. */
interface Wallet {
  readonly options: SubmitterOptions;
  readonly settings: TxSettings;
  readonly key: AccountKey;
  readonly address: string;
  readonly fees: FeeBook;
  readonly nonces: NonceBook;
  readonly nowMs: () => number;
  /** Null while it was not read. */
  balance: bigint | null;
  /** hash => every hash that its nonce was used under for the same call, this one among them */
  readonly siblings: Map<Hex, readonly Hex[]>;
}

async function submitWith(wallet: Wallet, payload: Payload, signal: AbortSignal): Promise<Hex> {
  const { nonces, settings } = wallet;
  requireReserve(wallet, payload);
  // Whoever asks again for what was mined may have seen it undone.
  if (nonces.flights.findMined(payload.key) !== null) nonces.markStale();
  let wasFlying = false;
  for (let attempts = 1; ; attempts += 1) {
    try {
      if (nonces.isStale) await nonces.refresh(signal);
      const landed = nonces.flights.findMined(payload.key);
      // It was mined while it was to be replaced.
      if (wasFlying && landed !== null) return landed.txHash as Hex;
      const flying = nonces.flights.find(payload.key);
      wasFlying ||= flying !== null;
      return await (flying === null ? sendNew(wallet, payload, signal) : sendAgain(wallet, flying, signal));
    } catch (error) {
      const { name } = RelayerError.from(error);
      const isLost = name === "NONCE_CONFLICT" || name === "REPLACEMENT_REFUSED";
      if (!isLost || attempts >= settings.safeAbortNonceTooLowCount) throw error;
    }
  }
}

/** What can wait leaves enough for halts. */
function requireReserve({ balance, fees, settings, options }: Wallet, { isUrgent }: Payload): void {
  if (isUrgent || balance === null) return;
  const reserve = BigInt(settings.gasReserveHalts * HALT_GAS) * fees.price();
  if (balance >= reserve) return;
  const text = `the wallet's rest on ${options.chain} is kept for halts; fund it`;
  throw new RelayerError("WALLET_RESERVED", text, { chain: options.chain, balance, reserve });
}

function sendNew(wallet: Wallet, payload: Payload, signal: AbortSignal): Promise<Hex> {
  const { nonces, fees, nowMs } = wallet;
  const place = { nonce: nonces.flights.firstHole(), openedAtMs: nowMs(), replacements: 0 };
  return fly(wallet, { ...place, payload, fees: fees.fees() }, signal);
}

/** The same bytes while the transaction may still be mined; a higher price once it is stuck. */
function sendAgain(wallet: Wallet, flight: Flight, signal: AbortSignal): Promise<Hex> {
  const isStuck = wallet.nowMs() - flight.sentAtMs > wallet.settings.resubmissionTimeoutMs;
  return isStuck ? replace(wallet, flight, signal) : rebroadcast(wallet, flight, signal);
}

async function rebroadcast({ options, nonces }: Wallet, { raw, txHash }: Flight, signal: AbortSignal): Promise<Hex> {
  try {
    await options.pool.spread((session) => send(session, { raw, txHash: txHash as Hex }), signal);
    return txHash as Hex;
  } catch (error) {
    nonces.markStale();
    throw error;
  }
}

/** Raises the price within its bounds of count, time and price; beyond them the bytes stay as they are. */
async function replace(wallet: Wallet, flight: Flight, signal: AbortSignal): Promise<Hex> {
  const { settings, options, nowMs, address } = wallet;
  const isOld = nowMs() - flight.openedAtMs > REPLACED_FOR_MS;
  if (!isOld && flight.replacements >= settings.replacementsMax) return insist(wallet, flight, signal);
  // What nobody waits for any more is not worth its gas: only its nonce has to be mined.
  const payload = isOld ? voidPayload(address, flight.nonce) : flight.payload;
  const sent = await outbid(wallet, { ...flight, payload, replacements: flight.replacements + 1 }, signal);
  if (sent === null) return insist(wallet, flight, signal);
  options.onReplaced?.(isOld ? "freed" : "stuck");
  return sent;
}

/** The same bytes once more, and then not before they count as stuck again. */
function insist(wallet: Wallet, flight: Flight, signal: AbortSignal): Promise<Hex> {
  wallet.nonces.flights.note({ ...flight, sentAtMs: wallet.nowMs() });
  return rebroadcast(wallet, flight, signal);
}

/** Sees to what keeps everything behind it from being mined. */
async function unjam(wallet: Wallet, signal: AbortSignal): Promise<void> {
  const { nonces, nowMs, address, fees, options } = wallet;
  const stuck = nonces.flights.stuckAt(nowMs());
  if (stuck === null) return;
  if (stuck.kind === "flight") return void (await replace(wallet, stuck.flight, signal));
  const { nonce } = stuck;
  const place = { nonce, openedAtMs: nowMs(), replacements: 0, payload: voidPayload(address, nonce) };
  await outbid(wallet, { ...place, fees: fees.fees() }, signal);
  options.onReplaced?.("freed");
}

type Bid = Omit<Flight, "raw" | "txHash" | "sentAtMs">;

/** Offers more than `bid` until a node takes it; null where that would be too much. */
async function outbid(wallet: Wallet, bid: Bid, signal: AbortSignal): Promise<Hex | null> {
  let fees: Fees | null = wallet.fees.raise(bid.fees, bid.payload.isUrgent);
  for (let raises = 1; fees !== null; raises += 1) {
    try {
      return await fly(wallet, { ...bid, fees }, signal);
    } catch (error) {
      const isTooCheap = RelayerError.from(error).name === "REPLACEMENT_REFUSED";
      if (!isTooCheap || raises >= RAISES_AT_ONCE) throw error;
      fees = wallet.fees.raise(fees, bid.payload.isUrgent);
    }
  }
  return null;
}

async function fly(wallet: Wallet, bid: Bid, signal: AbortSignal): Promise<Hex> {
  const { options, key, nonces, nowMs, siblings } = wallet;
  const { nonce, payload, fees } = bid;
  const signed = signCall(key, payload, { ...fees, nonce, chainId: options.chainId });
  const sentAtMs = nowMs();
  try {
    await options.pool.spread((session) => send(session, signed), signal);
    const { raw, txHash } = signed;
    noteSiblings(siblings, nonces.flights.at(nonce), { payload, txHash });
    nonces.flights.note({ ...bid, raw, txHash, sentAtMs });
    options.onSent?.({ wallet: wallet.address.toLowerCase() as Hex, nonce, txHash });
    return txHash;
  } catch (error) {
    // A node that fell silent may have taken it: the counts say. Taking the nonce for used would risk a gap, and what
    // waits behind a gap is never mined; taking it for free risks one of two transactions, and the caller repeats.
    nonces.markStale();
    throw error;
  }
}

/** What frees a nonce does not do what was sent with it before, and is no sibling of it. */
function noteSiblings(
  siblings: Map<Hex, readonly Hex[]>,
  before: Flight | null,
  { payload, txHash }: Pick<Flight, "payload"> & { readonly txHash: Hex },
): void {
  if (before === null || before.payload.key !== payload.key || before.txHash === txHash) return;
  const former = before.txHash as Hex;
  const all = [...(siblings.get(former) ?? [former]), txHash];
  for (const hash of all) siblings.set(hash, all);
  for (const hash of siblings.keys()) if (siblings.size > SIBLINGS_KEPT) siblings.delete(hash);
}

/** Cold code takes ten times as long, and the first signature builds tables besides: not when a halt waits. */
function warmUp(key: AccountKey, { hub, chainId }: SubmitterOptions): void {
  const entries: Hex = `0x${"00".repeat(ENTRY_BYTES)}`;
  const directive = { decision: ZERO_HASH, deadline: 0, entries };
  const fields = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n, nonce: 0, chainId };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    // Never sent. A directive of its own each time, or the second would only be looked up.
    signCall(key, payloadOf({ directive: { ...directive }, signatures: [] }, hub, true), fields);
  }
}

/** One raw send: the same bytes go to several nodes at once, and one that has them already has taken them. */
async function send(session: RpcSession, signed: Pick<Flight, "raw" | "txHash">): Promise<void> {
  try {
    parseAnswer(Hash, await session.call("eth_sendRawTransaction", [signed.raw]), "eth_sendRawTransaction");
  } catch (error) {
    const mapped = mapSendError(error);
    if (mapped === KNOWN) return;
    // Another node may have passed it on before it fell silent, and then this one calls the nonce used.
    if (mapped.name === "NONCE_CONFLICT" && (await isKnown(session, signed.txHash as Hex))) return;
    throw mapped;
  }
}

/** The counts, and with them what is as good a little older: the tip and the balance stay as they were where they fail. */
async function readStanding(session: RpcSession, wallet: Wallet): Promise<NonceCounts> {
  const once = batched(session);
  const [counts] = await Promise.all([
    readCounts(once, wallet.address),
    readTip(once, wallet.fees).catch(() => undefined),
    readBalance(once, wallet).catch(() => undefined),
  ]);
  return counts;
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

async function readBalance(session: RpcSession, wallet: Wallet): Promise<void> {
  const raw = await session.call("eth_getBalance", [wallet.address, "latest"]);
  wallet.balance = parseAnswer(Quantity, raw, "eth_getBalance");
}

async function isKnown(session: RpcSession, txHash: Hex): Promise<boolean> {
  return (await session.call("eth_getTransactionByHash", [txHash])) !== null;
}
