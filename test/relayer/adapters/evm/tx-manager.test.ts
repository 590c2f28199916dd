import { expect } from "chai";
import { Transaction } from "ethers";
import fc from "fast-check";

import { createRpcPool } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { createSubmitter, type Submitter } from "../../../../relayer/adapters/evm/submitter.ts";
import { DEFAULT_TX_SETTINGS } from "../../../../relayer/adapters/evm/tx-settings.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import type { SignedDirective } from "../../../../relayer/domain/incident/directive.ts";
import { packEntries } from "../../../../relayer/domain/incident/payload.ts";
import { aWord, T0 } from "../../../support/builders.ts";
import { refusal, type ScriptedCall, ScriptedNode } from "../../../support/scripted-node.ts";

const never = new AbortController().signal;
const HUB: Hex = hexOfInteger(0xabn, 20);
const WALLET_KEY: Hex = `0x${"b1".repeat(32)}`;
const GWEI = 1_000_000_000n;
/** As often as the application asks again for what is not on chain, and as often as heads are read meanwhile. */
const ASK_EVERY_MS = 5_000;
const ROUNDS_TO_SETTLE = 60;

/** A chain with one wallet's transactions: what waits, what is mined, and everything that can happen to either. */
class ModelChain {
  baseFee = 10n * GWEI;
  readonly sent: Transaction[] = [];
  #mined: Transaction[] = [];
  #waiting = new Map<number, Transaction>();

  answer({ method, params }: ScriptedCall): unknown {
    switch (method) {
      case "eth_getTransactionCount":
        return hex(params[1] === "latest" ? this.#mined.length : this.#pending());
      case "eth_sendRawTransaction":
        return this.#take(Transaction.from(String(params[0])));
      case "eth_getTransactionByHash":
        return [...this.#mined, ...this.#waiting.values()].find(({ hash }) => hash === params[0]) ?? null;
      case "eth_getBalance":
        return hex(10n ** 24n);
      default:
        return hex(GWEI);
    }
  }

  /** Mines what is next and pays enough. */
  mine(): void {
    for (;;) {
      const next = this.#waiting.get(this.#mined.length);
      if (next === undefined || next.maxFeePerGas! < this.baseFee) return;
      this.#waiting.delete(next.nonce);
      this.#mined.push(next);
    }
  }

  /** The oldest waiting one is forgotten; what came after it waits behind the hole. */
  drop(): void {
    this.#waiting.delete(Math.min(...this.#waiting.keys()));
  }

  /** The node starts again with an empty pool. */
  restart(): void {
    this.#waiting.clear();
  }

  /** The last blocks are undone; their transactions wait again, or are gone. */
  reorganise(depth: number, isKept: boolean): void {
    for (const tx of this.#mined.splice(Math.max(0, this.#mined.length - depth))) {
      if (isKept && !this.#waiting.has(tx.nonce)) this.#waiting.set(tx.nonce, tx);
    }
  }

  get mined(): readonly Transaction[] {
    return this.#mined;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  #pending(): number {
    let nonce = this.#mined.length;
    while (this.#waiting.has(nonce)) nonce += 1;
    return nonce;
  }

  #take(tx: Transaction): string {
    const before = this.#waiting.get(tx.nonce);
    if (tx.nonce < this.#mined.length) throw refusal("nonce too low");
    if (before?.hash === tx.hash) throw refusal("already known");
    const isDearer = (now: bigint | null, then: bigint | null) => now! * 10n >= then! * 11n;
    const replaces =
      before === undefined ||
      (isDearer(tx.maxFeePerGas, before.maxFeePerGas) &&
        isDearer(tx.maxPriorityFeePerGas, before.maxPriorityFeePerGas));
    if (!replaces) throw refusal("replacement transaction underpriced");
    this.#waiting.set(tx.nonce, tx);
    this.sent.push(tx);
    return tx.hash!;
  }
}

const step = fc.oneof(
  fc.record({ kind: fc.constant("submit" as const), directive: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constantFrom("mine" as const, "mine" as const, "drop" as const, "restart" as const) }),
  fc.record({ kind: fc.constant("reorg" as const), depth: fc.integer({ min: 1, max: 5 }), isKept: fc.boolean() }),
  fc.record({ kind: fc.constant("fee" as const), gwei: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 70_000 }) }),
  fc.record({ kind: fc.constant("head" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe("what is sent to a chain that drops, refuses, reprices and reorganises", () => {
  let chain: ModelChain;
  let submitter: Submitter;
  let nowMs: number;
  /** Directives that were asked for at least once. */
  let asked: Set<number>;
  /** What was in the chain at the last head that was read: the application asks for what it does not see there. */
  let seen: Set<number>;

  const settle = async () => {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const head = async () => {
    seen = new Set(carried());
    submitter.noteHead(chain.baseFee, never);
    await settle();
  };
  const submit = async (directive: number) => {
    asked.add(directive);
    await submitter.submit(aDirective(directive), never).catch(() => undefined);
  };
  const take = async (of: Step): Promise<void> => {
    if (of.kind === "submit") return seen.has(of.directive) ? undefined : submit(of.directive);
    if (of.kind === "head") return head();
    if (of.kind === "wait") nowMs += of.ms;
    else if (of.kind === "fee") chain.baseFee = BigInt(of.gwei) * GWEI;
    else if (of.kind === "reorg") chain.reorganise(of.depth, of.isKept);
    else chain[of.kind]();
  };
  /** Markets whose directive is in the chain, once for each time that it is. */
  const carried = () => chain.mined.flatMap(({ data }) => (data === "0x" ? [] : [directiveOf(data)]));
  /** As the application does: what is not on chain is asked for again. */
  const goOn = async () => {
    for (let round = 0; round < ROUNDS_TO_SETTLE; round++) {
      nowMs += ASK_EVERY_MS;
      await head();
      for (const directive of asked) if (!seen.has(directive)) await submit(directive);
      chain.mine();
    }
  };
  const start = () => {
    [chain, nowMs, asked, seen] = [new ModelChain(), 0, new Set(), new Set()];
    const node = new ScriptedNode("model", (call) => chain.answer(call));
    const pool = createRpcPool({ nodes: [node], maxLogRange: 1, verify: () => Promise.resolve(), nowMs: () => nowMs });
    submitter = createSubmitter({
      ...{ chain: "model", chainId: 31_000, hub: HUB, pool, walletKey: WALLET_KEY },
      nowMs: () => nowMs,
    });
  };

  it("is mined in the end, each directive once, with no nonce left open and no price beyond its limit", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        start();
        await head();
        for (const one of steps) await take(one);
        await goOn();

        expect(carried().toSorted()).to.deep.equal([...asked].toSorted());
        expect(chain.waiting).to.equal(0);
        const dearest = chain.sent.map(({ maxFeePerGas }) => maxFeePerGas!).reduce((a, b) => (a > b ? a : b), 0n);
        const limit = (4n * 400n + 50n) * GWEI * BigInt(DEFAULT_TX_SETTINGS.haltFeeLimitMultiplier);
        expect(dearest <= limit).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });

  it("brings back what was dropped, although nobody asks for it any more: the next one waits behind it", async () => {
    start();
    await head();
    await submit(1);
    await submit(2);
    chain.drop();
    asked.delete(1);

    await goOn();

    expect(chain.mined.map(({ data }) => data === "0x")).to.deep.equal([false, false]);
  });

  it("sends nothing under a second nonce that waits behind a hole, however long nobody counts it", async () => {
    start();
    await head();
    await submit(1);
    await submit(3);
    nowMs += 20_001;
    await submit(3);
    nowMs += 41_083;
    chain.drop();
    nowMs += 13_918;

    await goOn();

    expect(carried().toSorted()).to.deep.equal([1, 3]);
  });

  it("sends nothing more when what is to be replaced has been mined meanwhile", async () => {
    start();
    await head();
    await submit(3);
    nowMs += 20_001;
    chain.mine();

    await submit(3);

    expect([carried(), chain.waiting]).to.deep.equal([[3], 0]);
  });

  it("sends the same bytes again when a reorganisation has undone and forgotten them", async () => {
    start();
    await head();
    await submit(1);
    chain.mine();
    await head();
    chain.reorganise(1, false);
    await head();

    await submit(1);

    expect(new Set(chain.sent.map(({ hash }) => hash)).size).to.equal(1);
    expect(chain.waiting).to.equal(1);
  });
});

function aDirective(of: number): SignedDirective {
  return {
    directive: {
      decision: hexOfInteger(BigInt(of), 32),
      deadline: T0 + 600,
      entries: packEntries([{ market: of, word: aWord({ halted: T0 }) }]),
    },
    signatures: [{ signer: hexOfInteger(1n, 20), signature: `0x${"11".repeat(65)}` }],
  };
}

/** The decision stands in the word after the selector and the offsets of both arguments, behind that of the entries. */
function directiveOf(data: string): number {
  return Number(`0x${data.slice(2 + 8 + 2 * 64, 2 + 8 + 3 * 64)}`);
}

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
