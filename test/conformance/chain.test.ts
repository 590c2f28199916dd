import { expect } from "chai";

import { createDirectiveSigner } from "../../relayer/adapters/evm/directive-signer.ts";
import { eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import type { SignedDirective } from "../../relayer/domain/incident/directive.ts";
import { packEntries } from "../../relayer/domain/incident/payload.ts";
import { isRegistered, ownRungs } from "../../relayer/domain/incident/posture.ts";
import { laneOf, stampRungs, word } from "../../relayer/domain/incident/word.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { Chain } from "../../relayer/ports/chain.ts";
import type { DirectiveSigner } from "../../relayer/ports/signer.ts";
import { HALTED_M4, OPERATORS } from "../support/builders.ts";
import { FakeChain } from "../support/fake-chain.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSigner } from "../support/fake-signer.ts";
import { openInProcessChain } from "../support/in-process-chain.ts";
import { call, deployInProcessHub, type InProcessHub, MESH_ID, OPERATOR_KEYS } from "../support/in-process-hub.ts";
import { failureOf } from "../support/failure-of.ts";

const FINALITY_DEPTH = 4;
const STRANGER: Hex = hexOfInteger(0xdeadn, 20);
const never = new AbortController().signal;

/** A chain under test, with a hub that knows markets 0 and 1, and a hand on it. */
interface Bench {
  readonly chain: Chain;
  readonly signer: DirectiveSigner;
  /** A sensor asserts the highest rungs for `market`, in a block of its own. */
  assertHighest(market: number): Promise<void>;
  mine(blocks: number): Promise<void>;
  /** What is mined from now on can be undone, as a reorganisation does. */
  checkpoint(): Promise<{ undo(): Promise<void> }>;
  close(): Promise<void>;
}

describe("Chain", () => {
  describe("FakeChain", () => behavesAsChain(() => Promise.resolve(setUpFake())));

  describe("EvmChain", function () {
    this.timeout(30_000);
    behavesAsChain(setUpEvm);
  });
});

function behavesAsChain(setUp: () => Promise<Bench>): void {
  let bench: Bench;
  let chain: Chain;

  beforeEach(async () => {
    bench = await setUp();
    chain = bench.chain;
  });
  afterEach(() => bench.close());

  const head = async () => (await chain.heads(never)).latest;
  const allEvents = async () => chain.hubEvents({ from: 0, to: (await head()).number }, never);

  describe("heads and blocks", () => {
    it("tells the head and a finalised head so many blocks behind it", async () => {
      await bench.mine(FINALITY_DEPTH + 2);

      const { latest, finalised } = await chain.heads(never);

      expect(latest.number - finalised.number).to.equal(FINALITY_DEPTH);
      expect(await chain.block(latest.number, never)).to.deep.equal(latest);
      expect(await chain.block(finalised.number, never)).to.deep.equal(finalised);
    });

    it("chains blocks by their parents' hashes", async () => {
      const latest = await head();

      const parent = await chain.block(latest.number - 1, never);

      expect(latest.parentHash).to.equal(parent.hash);
      expect(latest.timestamp).to.be.above(parent.timestamp);
    });

    it("fails for a block that is not there, instead of calling it empty", async () => {
      const { number } = await head();

      const failure = await failureOf(chain.block(number + 10, never));

      expect([failure.name, failure.fate]).to.deep.equal(["BLOCK_MISSING", "retry"]);
    });
  });

  describe("heads with the events of the next block", () => {
    it("tells them where that block is the head, as hubEvents does", async () => {
      await bench.assertHighest(1);
      const { number } = await head();

      const { events } = await chain.heads(never, number);

      expect(events).to.not.deep.equal([]);
      expect(events).to.deep.equal(await chain.hubEvents({ from: number, to: number }, never));
    });

    it("tells that there are none where nothing happened", async () => {
      await bench.mine(1);

      expect((await chain.heads(never, (await head()).number)).events).to.deep.equal([]);
    });

    it("leaves them open where the head is another block", async () => {
      await bench.assertHighest(1);
      const { number } = await head();
      await bench.mine(1);

      const tooLow = await chain.heads(never, number);
      const tooHigh = await chain.heads(never, number + 2);

      expect([tooLow.events, tooHigh.events]).to.deep.equal([undefined, undefined]);
      expect([tooLow.latest.number, tooHigh.latest.number]).to.deep.equal([number + 1, number + 1]);
    });
  });

  describe("hub events", () => {
    it("come in chain order, numbered from 1 without a gap", async () => {
      await bench.assertHighest(1);
      await bench.assertHighest(0);

      const seqs = (await allEvents()).map(({ event }) => event.seq);

      expect(seqs).to.deep.equal(seqs.map((_, index) => index + 1));
    });

    it("hold an assertion with its words and posture, in the block that it was made in", async () => {
      await bench.assertHighest(1);
      const at = await head();

      const [logged, ...others] = await chain.hubEvents({ from: at.number, to: at.number }, never);

      expect(others).to.deep.equal([]);
      expect(logged).to.include({ blockNumber: at.number, blockHash: at.hash });
      const event = logged?.event;
      if (event?.kind !== "asserted") return expect.fail("not an assertion");
      expect(event).to.deep.include({ market: 1, cause: "price", local: HALTED_M4, mesh: HALTED_M4 });
      expect(laneOf(event.meshWord, 3)).to.equal(at.timestamp);
      expect(ownRungs(event.posture, 1)).to.equal(HALTED_M4);
    });

    it("are none where nothing happened", async () => {
      await bench.mine(3);
      const { number } = await head();

      expect(await chain.hubEvents({ from: number - 1, to: number }, never)).to.deep.equal([]);
    });
  });

  describe("snapshot", () => {
    it("tells the hub's state at exactly that block", async () => {
      const before = await head();
      await bench.assertHighest(1);
      const after = await head();

      const [old, present] = [await chain.snapshot(before, never), await chain.snapshot(after, never)];

      expect([laneOf(old.meshWords[1] ?? word(0n), 3), ownRungs(old.posture, 1)]).to.deep.equal([0, 0]);
      expect(laneOf(present.meshWords[1] ?? word(0n), 3)).to.equal(after.timestamp);
      expect(ownRungs(present.posture, 1)).to.equal(HALTED_M4);
      expect(present.seq).to.equal(old.seq + 1);
      expect(present.block).to.deep.equal(after);
    });

    it("agrees with the events up to its block", async () => {
      await bench.assertHighest(1);

      const { seq } = await chain.snapshot(await head(), never);

      expect(seq).to.equal((await allEvents()).at(-1)?.event.seq);
    });

    it("tells markets, limits, and which of our operators the hub accepts", async () => {
      const { posture, meshWords, localWords, limits, operators } = await chain.snapshot(await head(), never);

      expect([0, 1, 31].map((market) => isRegistered(posture, market))).to.deep.equal([true, true, false]);
      expect([meshWords.length, localWords.length]).to.deep.equal([32, 32]);
      expect(limits.quorum).to.equal(2);
      expect(operators.toSorted()).to.deep.equal([...bench.signer.operators]);
    });

    it("fails for a block that was reorganised away, instead of telling another's state", async () => {
      const checkpoint = await bench.checkpoint();
      await bench.assertHighest(1);
      const gone = await head();
      await checkpoint.undo();

      const failure = await failureOf(chain.snapshot(gone, never));

      expect(failure.fate).to.equal("retry");
      expect((await chain.block(gone.number, never)).hash).to.not.equal(gone.hash);
      expect((await allEvents()).some(({ event }) => event.kind === "asserted")).to.equal(false);
    });
  });

  describe("agreement", () => {
    it("names an endpoint that tells the state which is expected, and none that differs", async () => {
      await bench.assertHighest(1);
      const expected = await chain.snapshot(await head(), never);

      const { agreeing, differing } = await chain.agreement(expected, 1, never);

      expect([agreeing.length, differing]).to.deep.equal([1, []]);
    });

    it("names an endpoint that tells another state of that block", async () => {
      const before = await chain.snapshot(await head(), never);
      await bench.assertHighest(1);

      const { agreeing, differing } = await chain.agreement({ ...before, block: await head() }, 1, never);

      expect(agreeing).to.deep.equal([]);
      expect(differing).to.not.deep.equal([]);
    });
  });

  describe("submit", () => {
    it("brings a directive's entries into the hub's words", async () => {
      const signed = await aDirective();

      const { txHash } = await chain.submit(signed, never);
      await bench.mine(1);

      const receipt = await chain.receipt(txHash, never);
      expect(receipt?.status).to.equal("success");
      const state = await chain.snapshot(await head(), never);
      expect(ownRungs(state.posture, 1)).to.equal(HALTED_M4);
      const kinds = (await allEvents()).slice(-2).map(({ event }) => event.kind);
      expect(kinds).to.deep.equal(["directive-accepted", "merged"]);
    });

    it("may be repeated without changing anything", async () => {
      const signed = await aDirective();
      await chain.submit(signed, never);
      await bench.mine(1);
      const before = await chain.snapshot(await head(), never);

      const { txHash } = await chain.submit(signed, never);
      await bench.mine(1);

      expect((await chain.receipt(txHash, never))?.status).to.equal("success");
      expect((await chain.snapshot(await head(), never)).meshWords).to.deep.equal(before.meshWords);
    });

    it("takes many directives at once, each in a transaction of its own", async () => {
      const signed = await Promise.all([1, 2, 3].map((later) => aDirective({ lifetime: 600 + later })));

      const sent = await Promise.all(signed.map((one) => chain.submit(one, never)));
      await bench.mine(1);

      expect(new Set(sent.map(({ txHash }) => txHash)).size).to.equal(3);
      const receipts = await Promise.all(sent.map(({ txHash }) => chain.receipt(txHash, never)));
      expect(receipts.map((receipt) => receipt?.status)).to.deep.equal(["success", "success", "success"]);
    });

    it("tells when the hub reverts, at once or by the receipt", async () => {
      const expired = await aDirective({ lifetime: -60 });

      const outcome = await chain.submit(expired, never).then(
        ({ txHash }) => bench.mine(1).then(() => chain.receipt(txHash, never)),
        (error: unknown) => RelayerError.from(error).name,
      );

      expect(outcome === "TX_REVERTED" ? "reverted" : (outcome as { status: string } | null)?.status).to.equal(
        "reverted",
      );
    });

    it("has no receipt for a transaction that nobody knows", async () => {
      expect(await chain.receipt(`0x${"ee".repeat(32)}`, never)).to.equal(null);
    });
  });

  it("fails with fate retry once its signal is aborted", async () => {
    const failure = await failureOf(chain.heads(AbortSignal.abort()));

    expect(failure.fate).to.equal("retry");
  });

  async function aDirective({ lifetime = 600 } = {}): Promise<SignedDirective> {
    const { timestamp } = await head();
    const entries = packEntries([{ market: 1, word: stampRungs(HALTED_M4, timestamp) }]);
    return bench.signer.sign({ decision: `0x${"dd".repeat(32)}`, deadline: timestamp + lifetime, entries });
  }
}

function setUpFake(): Bench {
  const accounts = [...OPERATORS.slice(0, 2), STRANGER];
  const chain = new FakeChain(eid(50_901), { clock: new FakeClock(), finalityDepth: FINALITY_DEPTH, accounts });
  return {
    chain,
    signer: new FakeSigner(OPERATORS.slice(0, 2)),
    assertHighest(market) {
      chain.next((hub, time) => hub.assertRungs(market, HALTED_M4, time));
      return Promise.resolve(chain.mine(1));
    },
    mine: (blocks) => Promise.resolve(chain.mine(blocks)),
    checkpoint() {
      const { number } = chain.head;
      return Promise.resolve({ undo: () => Promise.resolve(chain.reorganise(chain.head.number - number)) });
    },
    close: () => chain.close(),
  };
}

async function setUpEvm(): Promise<Bench> {
  const signer = createDirectiveSigner(MESH_ID, OPERATOR_KEYS.slice(0, 2));
  const host = await deployInProcessHub({ chain: "chain0", operators: allOperators() });
  const chain = await openInProcessChain(host, {
    name: "chain-a",
    finality: { depth: FINALITY_DEPTH },
    operators: [...signer.operators, STRANGER],
  });
  return {
    chain,
    signer,
    assertHighest: (market) => call(host.hub, "assertRungs", [market, HALTED_M4]),
    mine: (blocks) => mine(host, blocks),
    async checkpoint() {
      const before = await host.request("eth_blockNumber", []);
      const id = await host.request("evm_snapshot", []);
      return {
        async undo() {
          const undone = Number(await host.request("eth_blockNumber", [])) - Number(before);
          await host.request("evm_revert", [id]);
          // Another time makes another hash.
          await host.request("evm_increaseTime", [7]);
          await mine(host, undone + 1);
        },
      };
    },
    async close() {
      await chain.close();
      await host.close();
    },
  };
}

function allOperators(): readonly Hex[] {
  return createDirectiveSigner(MESH_ID, OPERATOR_KEYS).operators;
}

async function mine(host: InProcessHub, blocks: number): Promise<void> {
  await host.request("hardhat_mine", [`0x${blocks.toString(16)}`]);
}
