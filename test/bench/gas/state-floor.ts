import type { Connection } from "../../../scripts/venue-study/house.ts";

/** What the chain charges for state that was not touched before in the transaction (EIP-2929, EIP-2200, EIP-2028). */
const TRANSACTION = 21_000;
const COLD_SLOAD = 2_100;
const COLD_ACCOUNT = 2_600;
const CREATE_SLOT = 20_000;
const UPDATE_SLOT = 2_900;
const CALLDATA_ZERO = 4;
const CALLDATA_BYTE = 16;
const ECRECOVER = 3_000;
const ECRECOVER_ADDRESS = 1n;

interface Step {
  readonly op: string;
  readonly depth: number;
  readonly gasCost: number;
  readonly stack: readonly string[];
}

interface Slot {
  readonly original: bigint;
  current: bigint;
  isWritten: boolean;
}

/**
 * The least that a transaction could cost that reads and leaves the same state, emits the same events and recovers the
 * same signatures: computed from its trace. No arithmetic, no dispatch, no memory, no checks; each slot once.
 */
export async function stateFloor({ ethers }: Connection, hash: string): Promise<number> {
  const trace: { readonly structLogs: readonly Step[] } = await ethers.provider.send("debug_traceTransaction", [hash]);
  const transaction = await ethers.provider.getTransaction(hash);
  if (transaction === null || transaction.to === null) throw new RangeError(`${hash} calls nobody`);
  const slots = new Map<string, Slot>();
  const called = new Set<bigint>();
  const contexts: bigint[] = [BigInt(transaction.to)];
  let others = 0;
  for (const [index, step] of trace.structLogs.entries()) {
    contexts.length = step.depth;
    const at = contexts[step.depth - 1] ?? 0n;
    if (step.op === "SLOAD") load(slots, at, step, trace.structLogs[index + 1]);
    if (step.op === "SSTORE") await store(slots, at, step, () => slotBefore(ethers, transaction, at, top(step, 1)));
    if (step.op.startsWith("LOG")) others += step.gasCost;
    if (!step.op.endsWith("CALL")) continue;
    const target = top(step, 2);
    contexts.push(step.op === "DELEGATECALL" ? at : target);
    if (target === ECRECOVER_ADDRESS) others += ECRECOVER;
    else if (step.op !== "DELEGATECALL" && target !== BigInt(transaction.to)) called.add(target);
  }
  const state = [...slots.values()].reduce((sum, slot) => sum + priceOf(slot), 0);
  return TRANSACTION + calldataGas(transaction.data) + state + called.size * COLD_ACCOUNT + others;
}

function load(slots: Map<string, Slot>, at: bigint, step: Step, next: Step | undefined): void {
  const key = `${String(at)} ${String(top(step, 1))}`;
  const value = next === undefined ? 0n : top(next, 1);
  if (!slots.has(key)) slots.set(key, { original: value, current: value, isWritten: false });
}

async function store(slots: Map<string, Slot>, at: bigint, step: Step, before: () => Promise<bigint>): Promise<void> {
  const key = `${String(at)} ${String(top(step, 1))}`;
  const original = slots.get(key)?.original ?? (await before());
  slots.set(key, { original, current: top(step, 2), isWritten: true });
}

/** A slot that ends as it began has only been read. */
function priceOf({ original, current, isWritten }: Slot): number {
  if (!isWritten || original === current) return COLD_SLOAD;
  return COLD_SLOAD + (original === 0n ? CREATE_SLOT : UPDATE_SLOT);
}

async function slotBefore(
  ethers: Connection["ethers"],
  transaction: { readonly blockNumber: number | null },
  at: bigint,
  slot: bigint,
): Promise<bigint> {
  const address = ethers.zeroPadValue(ethers.toBeHex(at), 20);
  return BigInt(await ethers.provider.getStorage(address, slot, (transaction.blockNumber ?? 1) - 1));
}

/** The word that is `place`th from the top of the stack; 1 is the top. */
function top({ stack }: Step, place: number): bigint {
  const word = stack[stack.length - place] ?? "0";
  return BigInt(word.startsWith("0x") ? word : `0x${word}`);
}

function calldataGas(data: string): number {
  const bytes = data.slice(2).match(/../g) ?? [];
  return bytes.reduce((sum, byte) => sum + (byte === "00" ? CALLDATA_ZERO : CALLDATA_BYTE), 0);
}
