import { expect } from "chai";
import { computeAddress, Transaction } from "ethers";

import { hubInterface } from "../../../../relayer/adapters/evm/hub-abi.ts";
import { createRpcPool } from "../../../../relayer/adapters/evm/rpc-pool.ts";
import { createSubmitter, type Submitter } from "../../../../relayer/adapters/evm/submitter.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import type { SignedDirective } from "../../../../relayer/domain/incident/directive.ts";
import { packEntries } from "../../../../relayer/domain/incident/payload.ts";
import { aWord, T0 } from "../../../support/builders.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { outage, refusal, type ScriptedCall, ScriptedNode } from "../../../support/scripted-node.ts";

const never = new AbortController().signal;
const WALLET_KEY: Hex = `0x${"b1".repeat(32)}`;
const HUB: Hex = hexOfInteger(0xabn, 20);
const BASE_FEE = 7_000_000_000n;

const aDirective = (decision = 0xddn): SignedDirective => ({
  directive: {
    decision: hexOfInteger(decision, 32),
    deadline: T0 + 600,
    entries: packEntries([{ market: 1, word: aWord({ halted: T0 }) }]),
  },
  signatures: [
    { signer: hexOfInteger(1n, 20), signature: `0x${"11".repeat(65)}` },
    { signer: hexOfInteger(2n, 20), signature: `0x${"22".repeat(65)}` },
  ],
});
const DIRECTIVE = aDirective();
const OTHER = aDirective(0xeen);

describe("createSubmitter", () => {
  let node: ScriptedNode;
  let backup: ScriptedNode;
  let submitter: Submitter;
  /** What the chain would tell, and how it answers a raw transaction. */
  let mined: number;
  let pending: number;
  let onSend: (tx: Transaction) => unknown;
  let balance: bigint;
  let nowMs: number;
  let told: { wallet: Hex; nonce: number; txHash: Hex }[];

  beforeEach(() => {
    [mined, pending, nowMs, told] = [5, 5, 0, []];
    balance = 10n ** 18n;
    onSend = (tx) => tx.hash;
    node = new ScriptedNode("first", answer);
    backup = new ScriptedNode("second", answer);
    const pool = createRpcPool({
      nodes: [node, backup],
      maxLogRange: 1,
      verify: () => Promise.resolve(),
      nowMs: () => 0,
    });
    submitter = createSubmitter({
      ...{ chain: "chain-a", chainId: 31_000, hub: HUB, pool, walletKey: WALLET_KEY },
      onSent: (one) => void told.push(one),
      nowMs: () => nowMs,
    });
  });

  function answer({ method, params }: ScriptedCall): unknown {
    if (method === "eth_getTransactionCount") return `0x${(params[1] === "latest" ? mined : pending).toString(16)}`;
    if (method === "eth_maxPriorityFeePerGas") return "0x3b9aca00";
    if (method === "eth_sendRawTransaction") return onSend(Transaction.from(String(params[0])));
    if (method === "eth_getTransactionByHash") return null;
    if (method === "eth_getBalance") return `0x${balance.toString(16)}`;
    throw new TypeError(`${method} was not expected`);
  }

  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** As after a head was read: fees, nonce and tip are known. */
  const prepare = async () => {
    submitter.noteHead(BASE_FEE, never);
    await settle();
    node.calls.length = 0;
  };
  const sent = (of: ScriptedNode = node) =>
    of.calls
      .filter(({ method }) => method === "eth_sendRawTransaction")
      .map(({ params }) => Transaction.from(String(params[0])));

  it("makes exactly one request once a head was read", async () => {
    await prepare();

    await submitter.submit(DIRECTIVE, never);

    expect(node.methods).to.deep.equal(["eth_sendRawTransaction"]);
  });

  it("looks for the first hole behind what an earlier life has sent, though this node does not know of it", async () => {
    submitter.recall([
      { nonce: 4, ageMs: 90_000 },
      { nonce: 5, ageMs: 1_000 },
      { nonce: 6, ageMs: 500 },
    ]);
    await prepare();

    await submitter.submit(DIRECTIVE, never);

    expect(sent().map(({ nonce }) => nonce)).to.deep.equal([7]);
  });

  it("takes a recalled nonce for a hole once it would have been counted, had it not been dropped", async () => {
    submitter.recall([{ nonce: 5, ageMs: 60_001 }]);
    await prepare();

    await submitter.submit(DIRECTIVE, never);

    expect(sent().map(({ nonce }) => nonce)).to.deep.equal([5]);
  });

  it("tells of every transaction that a node took, with its nonce, and of none that was refused", async () => {
    await prepare();
    const txHash = await submitter.submit(DIRECTIVE, never);
    onSend = () => {
      throw outage();
    };
    await failureOf(submitter.submit(OTHER, never));

    const wallet = computeAddress(WALLET_KEY).toLowerCase();
    expect(told).to.deep.equal([{ wallet, nonce: 5, txHash }]);
  });

  describe("when any other call is sent", () => {
    const CALL = { to: hexOfInteger(0xcdn, 20), data: "0xabcdef", gasLimit: 50_000, value: 7n };

    it("replaces it at its nonce once it is stuck, and knows it by either hash", async () => {
      await prepare();
      const first = await submitter.send(CALL, never);
      nowMs += 20_001;

      const second = await submitter.send(CALL, never);

      expect(sent().map(({ nonce, value, gasLimit }) => [nonce, value, gasLimit])).to.deep.equal([
        [5, 7n, 50_000n],
        [5, 7n, 50_000n],
      ]);
      expect(second).to.not.equal(first);
      expect(submitter.hashesOf(first)).to.deep.equal([first, second]);
      expect(submitter.hashesOf(second)).to.deep.equal([first, second]);
    });

    it("frees its nonce in the end, and does not take that for the call", async () => {
      await prepare();
      const first = await submitter.send(CALL, never);
      // It waits in the node's pool all the time.
      pending = 6;
      nowMs += 600_001;

      submitter.noteHead(BASE_FEE, never);
      for (let turns = 0; turns < 8; turns += 1) await settle();

      const last = sent().at(-1)!;
      expect([last.nonce, last.data, last.to]).to.deep.equal([5, "0x", computeAddress(WALLET_KEY)]);
      expect(submitter.hashesOf(first)).to.deep.equal([first]);
    });

    it("is another where only the contract is another", async () => {
      await prepare();
      await submitter.send(CALL, never);
      await submitter.send({ ...CALL, to: hexOfInteger(0xcen, 20) }, never);

      expect(sent().map(({ nonce }) => nonce)).to.deep.equal([5, 6]);
    });
  });

  it("sends the directive to the hub, from the wallet, on this chain only", async () => {
    await prepare();

    const txHash = await submitter.submit(DIRECTIVE, never);

    const [tx] = sent();
    expect(tx).to.deep.include({ chainId: 31_000n, nonce: 5, type: 2, value: 0n });
    expect([tx?.to?.toLowerCase(), tx?.from, tx?.hash]).to.deep.equal([HUB, computeAddress(WALLET_KEY), txHash]);
    const [directive, signatures] = hubInterface.decodeFunctionData("submit", tx?.data ?? "0x");
    const { decision, deadline, entries } = DIRECTIVE.directive;
    expect([...directive]).to.deep.equal([decision, BigInt(deadline), entries]);
    expect(signatures).to.equal(`0x${"11".repeat(64)}${"22".repeat(64)}`);
  });

  it("offers a bounded multiple of the last base fee, and the tip", async () => {
    await prepare();
    await submitter.submit(DIRECTIVE, never);

    const [tx] = sent();
    expect([tx?.maxFeePerGas, tx?.maxPriorityFeePerGas]).to.deep.equal([
      4n * BASE_FEE + 1_000_000_000n,
      1_000_000_000n,
    ]);
  });

  it("knows no fee before a head was read, and says so", async () => {
    const failure = await failureOf(submitter.submit(DIRECTIVE, never));

    expect([failure.name, failure.fate]).to.deep.equal(["FEE_UNKNOWN", "retry"]);
    expect(sent()).to.have.length(0);
  });

  it("gives directives that come at once a nonce each, in order", async () => {
    await prepare();

    await Promise.all([1n, 2n, 3n].map((decision) => submitter.submit(aDirective(decision), never)));

    expect(sent().map(({ nonce }) => nonce)).to.deep.equal([5, 6, 7]);
  });

  it("takes a transaction that the node has already as sent", async () => {
    await prepare();
    onSend = () => {
      throw refusal("already known");
    };

    expect(await submitter.submit(DIRECTIVE, never)).to.equal(sent()[0]?.hash);
    await settle();
    onSend = (tx) => tx.hash;
    await submitter.submit(OTHER, never);
    expect(sent().at(-1)?.nonce).to.equal(6);
  });

  for (const words of [
    "nonce too low",
    "replacement transaction underpriced",
    "Nonce too high. Expected nonce to be 6",
  ]) {
    it(`reads the nonce again and sends at once: ${words}`, async () => {
      await prepare();
      onSend = (tx) => {
        if (tx.nonce !== 5) return tx.hash;
        [mined, pending] = [8, 8];
        throw refusal(words);
      };

      await submitter.submit(DIRECTIVE, never);

      expect(sent().map(({ nonce }) => nonce)).to.deep.equal([5, 8]);
    });
  }

  it("gives up on a nonce that never fits after three tries", async () => {
    await prepare();
    onSend = () => {
      throw refusal("nonce too low");
    };

    const failure = await failureOf(submitter.submit(DIRECTIVE, never));

    expect([failure.name, failure.fate]).to.deep.equal(["NONCE_CONFLICT", "retry"]);
    expect(sent()).to.have.length(3);
  });

  const refusals = [
    { words: "insufficient funds for gas * price + value", name: "WALLET_EMPTY" },
    { words: "Sender doesn't have enough funds to send tx", name: "WALLET_EMPTY" },
    { words: "max fee per gas less than block base fee", name: "FEE_TOO_LOW" },
    { words: "transaction underpriced", name: "FEE_TOO_LOW" },
    { words: "execution reverted: custom error", name: "TX_REVERTED" },
    { words: "intrinsic gas too low", name: "TX_REFUSED" },
  ];
  for (const { words, name } of refusals) {
    it(`gives a refusal its code and leaves no hole behind: ${words}`, async () => {
      await prepare();
      onSend = () => {
        throw refusal(words);
      };
      const failure = await failureOf(submitter.submit(DIRECTIVE, never));
      onSend = (tx) => tx.hash;

      await submitter.submit(DIRECTIVE, never);

      expect(failure.name).to.equal(name);
      expect(sent().at(-1)?.nonce).to.equal(5);
    });
  }

  describe("when the first node falls silent", () => {
    beforeEach(async () => {
      await prepare();
      node.answer = (call) => {
        if (call.method === "eth_sendRawTransaction") throw outage();
        return answer(call);
      };
    });

    it("gives the same bytes to the next", async () => {
      await submitter.submit(DIRECTIVE, never);

      expect(sent(backup).map(({ serialized }) => serialized)).to.deep.equal(
        sent().map(({ serialized }) => serialized),
      );
    });

    it("takes it as sent when the next knows the transaction under a used nonce", async () => {
      onSend = () => {
        throw refusal("nonce too low");
      };
      backup.answer = (call) => (call.method === "eth_getTransactionByHash" ? { hash: call.params[0] } : answer(call));

      const txHash = await submitter.submit(DIRECTIVE, never);

      expect(txHash).to.equal(sent()[0]?.hash);
    });
  });

  it("asks for the counts before the next directive after nobody answered", async () => {
    await prepare();
    const away = () => {
      throw outage();
    };
    node.answer = away;
    backup.answer = away;
    await failureOf(submitter.submit(DIRECTIVE, never));
    // It had reached a pool after all.
    pending = 6;
    node.answer = answer;
    backup.answer = answer;

    const txHash = await submitter.submit(DIRECTIVE, never);

    const tx = [...sent(), ...sent(backup)].find(({ hash }) => hash === txHash);
    expect(tx?.nonce).to.equal(6);
  });

  it("brings nonces up to date behind the scenes while something is in flight", async () => {
    await prepare();
    await submitter.submit(DIRECTIVE, never);
    node.calls.length = 0;

    submitter.noteHead(BASE_FEE, never);
    await settle();
    submitter.noteHead(BASE_FEE, never);
    await settle();

    expect(node.methods.filter((method) => method === "eth_getTransactionCount")).to.have.length(4);
  });

  it("leaves the node alone while nothing is in flight", async () => {
    await prepare();

    for (let heads = 0; heads < 5; heads++) submitter.noteHead(BASE_FEE, never);
    await settle();

    expect(node.calls).to.deep.equal([]);
  });

  describe("when the same directive is submitted again before it is mined", () => {
    it("sends the same bytes while they may still be mined", async () => {
      await prepare();
      const first = await submitter.submit(DIRECTIVE, never);
      nowMs += 20_000;

      expect(await submitter.submit(DIRECTIVE, never)).to.equal(first);
      expect(new Set(sent().map(({ serialized }) => serialized)).size).to.equal(1);
    });

    it("offers an eighth more under the same nonce once it is stuck", async () => {
      await prepare();
      await submitter.submit(DIRECTIVE, never);
      nowMs += 20_001;

      await submitter.submit(DIRECTIVE, never);

      const [first, second] = sent() as [Transaction, Transaction];
      expect([second.nonce, second.data]).to.deep.equal([first.nonce, first.data]);
      expect(second.maxFeePerGas).to.equal((first.maxFeePerGas! * 9n) / 8n + 1n);
      expect(second.maxPriorityFeePerGas).to.equal((first.maxPriorityFeePerGas! * 9n) / 8n + 1n);
    });

    it("offers more at once while the node finds it too cheap", async () => {
      await prepare();
      await submitter.submit(DIRECTIVE, never);
      nowMs += 20_001;
      // Each price is offered to both nodes at once.
      const offered = new Set<string>();
      onSend = (tx) => {
        if (offered.add(tx.hash!).size > 2) return tx.hash;
        throw refusal("replacement transaction underpriced");
      };

      await submitter.submit(DIRECTIVE, never);

      const prices = sent().map(({ maxFeePerGas }) => maxFeePerGas!);
      expect(prices).to.have.length(4);
      expect(prices.every((price, index) => index === 0 || price > prices[index - 1]!)).to.equal(true);
    });

    it("raises the price eight times and then insists on the bytes that it has", async () => {
      await prepare();
      for (let times = 0; times < 12; times++) {
        await submitter.submit(DIRECTIVE, never);
        nowMs += 20_001;
      }

      expect(new Set(sent().map(({ hash }) => hash)).size).to.equal(9);
      expect(new Set(sent().map(({ nonce }) => nonce))).to.deep.equal(new Set([5]));
    });

    it("never offers more than its limit of what a new one would", async () => {
      balance = 10n ** 24n;
      await prepare();
      const dear = 3_000_000_000_000n;
      submitter.noteHead(dear, never);
      await submitter.submit(DIRECTIVE, never, "routine");
      for (let times = 0; times < 30; times++) {
        nowMs += 20_001;
        submitter.noteHead(10_000_000n, never);
        await submitter.submit(DIRECTIVE, never, "routine");
      }

      // The price fell to where 100 gwei are the limit, and what was offered before stays: nothing dearer follows.
      expect(new Set(sent().map(({ maxFeePerGas }) => maxFeePerGas)).size).to.equal(1);
    });

    it("frees the nonce with nothing when nobody can wait for it any more", async () => {
      await prepare();
      await submitter.submit(DIRECTIVE, never);
      pending = 6;
      nowMs += 600_001;
      submitter.noteHead(BASE_FEE, never);
      await settle();
      await settle();

      const [, freed] = sent() as [Transaction, Transaction];
      expect([freed.nonce, freed.data, freed.value, freed.to]).to.deep.equal([5, "0x", 0n, computeAddress(WALLET_KEY)]);
    });
  });

  describe("when a nonce that is not of this process's sending is stuck", () => {
    it("frees it after a while, so that what is behind it is mined", async () => {
      pending = 6;
      await prepare();
      await submitter.submit(DIRECTIVE, never);
      nowMs += 60_001;
      submitter.noteHead(BASE_FEE, never);
      await settle();
      await settle();

      expect(sent().map(({ nonce, data }) => [nonce, data.length > 2])).to.deep.equal([
        [6, true],
        [5, false],
      ]);
    });
  });

  describe("when a transaction was dropped and forgotten while a later one waits", () => {
    it("fills the hole, although nobody asks for anything", async () => {
      await prepare();
      await submitter.submit(DIRECTIVE, never);
      nowMs += 50_000;
      await submitter.submit(OTHER, never);
      nowMs += 10_001;
      submitter.noteHead(BASE_FEE, never);
      await settle();
      await settle();

      expect(sent().map(({ nonce, data }) => [nonce, data.length > 2])).to.deep.equal([
        [5, true],
        [6, true],
        [5, false],
      ]);
    });
  });

  describe("when the wallet runs low", () => {
    it("keeps the rest for halts: what can wait is not sent, what is urgent is", async () => {
      balance = 10n ** 16n;
      await prepare();

      const failure = await failureOf(submitter.submit(DIRECTIVE, never, "routine"));
      await submitter.submit(OTHER, never, "urgent");

      expect([failure.name, failure.fate]).to.deep.equal(["WALLET_RESERVED", "retry"]);
      expect(sent()).to.have.length(1);
    });
  });
});
