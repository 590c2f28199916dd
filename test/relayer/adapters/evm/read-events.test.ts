import { expect } from "chai";
import { concat, keccak256, toBeHex, zeroPadValue } from "ethers";

import { hubInterface } from "../../../../relayer/adapters/evm/hub-abi.ts";
import { readHubEvents } from "../../../../relayer/adapters/evm/read-events.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { blockHash } from "../../../support/builders.ts";
import { failureOf } from "../../../support/failure-of.ts";
import { outage, refusal, type ScriptedCall, ScriptedNode, sessionWith } from "../../../support/scripted-node.ts";

const HUB: Hex = hexOfInteger(0xabn, 20);
const NO_BLOOM = `0x${"00".repeat(256)}`;

interface RawLog {
  readonly blockNumber: string;
  readonly [field: string]: unknown;
}

describe("readHubEvents", () => {
  let logs: RawLog[];
  let node: ScriptedNode;
  let bloom: string;

  beforeEach(() => {
    logs = [];
    bloom = NO_BLOOM;
    node = new ScriptedNode("scripted", answer);
  });

  function answer({ method, params }: ScriptedCall): unknown {
    if (method === "eth_getBlockByNumber") return aRawBlock(Number(params[0]), bloom);
    const { fromBlock, toBlock, blockHash: hash } = params[0] as Record<string, string>;
    if (hash !== undefined) return logs.filter((log) => log["blockHash"] === hash);
    return logs.filter(({ blockNumber }) => +blockNumber >= Number(fromBlock) && +blockNumber <= Number(toBlock));
  }

  const read = (from: number, to: number, logRange?: number) =>
    readHubEvents(sessionWith(node, logRange), HUB, { from, to });
  const asksForLogs = () =>
    node.calls
      .filter(({ method }) => method === "eth_getLogs")
      .map(({ params }) => params[0] as Record<string, string>)
      .map(({ fromBlock, toBlock }) => [Number(fromBlock), Number(toBlock)]);

  it("puts events into chain order, whatever order the node gives them in", async () => {
    logs = [aLog(3, { at: 12, index: 0 }), aLog(2, { at: 10, index: 4 }), aLog(1, { at: 10, index: 1 })];

    const events = await read(10, 12);

    expect(events.map(({ event }) => event.seq)).to.deep.equal([1, 2, 3]);
    expect(events[0]).to.deep.include({ blockNumber: 10, logIndex: 1, blockHash: blockHash(10, 0) });
  });

  it("leaves out removed logs and events that it does not know", async () => {
    const foreign = { ...aLog(2, { at: 11 }), topics: [keccak256("0x01")] };
    logs = [{ ...aLog(1, { at: 11 }), removed: true }, foreign, aLog(3, { at: 11 })];

    expect((await read(10, 12)).map(({ event }) => event.seq)).to.deep.equal([3]);
  });

  describe("when the node lags or lies", () => {
    it("does not take an empty answer from a node that lacks the last block", async () => {
      node.answer = ({ method }) => (method === "eth_getLogs" ? [] : null);

      expect((await failureOf(read(10, 12))).name).to.equal("BLOCK_MISSING");
    });

    it("does not take an empty answer where the block's bloom filter and a second look say otherwise", async () => {
      logs = [aLog(1, { at: 12 })];
      bloom = bloomWith(HUB);
      node.answer = (call) => {
        const isRange = call.method === "eth_getLogs" && !("blockHash" in (call.params[0] as object));
        return isRange ? [] : answer(call);
      };

      const failure = await failureOf(read(10, 12));

      expect([failure.name, failure.fate]).to.deep.equal(["EVENTS_MISSING", "retry"]);
    });

    it("takes an empty answer where the bloom filter only seemed to say otherwise", async () => {
      bloom = bloomWith(HUB);

      expect(await read(10, 12)).to.deep.equal([]);
    });

    it("looks no second time where the bloom filter is certain", async () => {
      await read(10, 12);

      expect(asksForLogs()).to.have.length(1);
    });

    it("notices that the last block was replaced while it was read", async () => {
      logs = [{ ...aLog(1, { at: 12 }), blockHash: blockHash(12, 1) }];

      expect((await failureOf(read(10, 12))).name).to.equal("BLOCK_REPLACED");
    });

    const strays = [
      { why: "of another contract", differs: { address: hexOfInteger(0xcdn, 20) } },
      { why: "of another block", differs: { blockNumber: "0x9" } },
    ];
    for (const { why, differs } of strays) {
      it(`refuses logs that were not asked for: ${why}`, async () => {
        node.answer = (call) =>
          call.method === "eth_getLogs" ? [{ ...aLog(1, { at: 11 }), ...differs }] : answer(call);

        expect((await failureOf(read(10, 12))).name).to.equal("RPC_MALFORMED");
      });
    }

    const garbage = [
      { why: "not a list", answer: {} },
      { why: "null", answer: null },
      { why: "a log without a block hash", answer: [{ ...aLog(1, { at: 11 }), blockHash: undefined }] },
      { why: "data that does not decode", answer: [{ ...aLog(1, { at: 11 }), data: "0x12" }] },
      { why: "a rung that is on no ladder", answer: [aLog(1, { at: 11, inForce: 0x47 })] },
    ];
    for (const { why, answer: given } of garbage) {
      it(`calls what it cannot read malformed: ${why}`, async () => {
        node.answer = (call) => (call.method === "eth_getLogs" ? given : answer(call));

        expect((await failureOf(read(10, 12))).name).to.equal("RPC_MALFORMED");
      });
    }
  });

  describe("when the node bounds the span", () => {
    const bounded = (most: number) => {
      node.answer = (call) => {
        const { fromBlock, toBlock } = call.params[0] as Record<string, string>;
        if (call.method === "eth_getLogs" && Number(toBlock) - Number(fromBlock) >= most)
          throw refusal("block range is too wide");
        return answer(call);
      };
    };

    it("asks within its own bound to begin with", async () => {
      await read(10, 34, 10);

      expect(asksForLogs()).to.deep.equal([
        [10, 19],
        [20, 29],
        [30, 34],
      ]);
    });

    it("halves the span until it passes, skips nothing, and remembers", async () => {
      bounded(3);
      logs = [10, 13, 14, 17, 21].map((at, index) => aLog(index + 1, { at }));
      const session = sessionWith(node, 12);

      const events = await readHubEvents(session, HUB, { from: 10, to: 21 });

      expect(events.map(({ event }) => event.seq)).to.deep.equal([1, 2, 3, 4, 5]);
      expect(session.memory.logRange.width).to.equal(3);
    });

    it("learns nothing when even one block is refused, and fails", async () => {
      bounded(0);
      const session = sessionWith(node, 12);

      expect((await failureOf(readHubEvents(session, HUB, { from: 10, to: 21 }))).name).to.equal("RPC_REFUSED");
      expect(session.memory.logRange.width).to.equal(12);
    });

    it("finds a bound of one block, and reads everything by it", async () => {
      bounded(1);
      logs = [10, 13, 21].map((at, index) => aLog(index + 1, { at }));
      const session = sessionWith(node, 12);

      const events = await readHubEvents(session, HUB, { from: 10, to: 21 });

      expect(events.map(({ event }) => event.seq)).to.deep.equal([1, 2, 3]);
      expect(session.memory.logRange.width).to.equal(1);
    });

    it("tries a wider span once the learned one has passed for long, and never more than is configured", async () => {
      bounded(2);
      const session = sessionWith(node, 12);
      await readHubEvents(session, HUB, { from: 10, to: 21 });

      bounded(100);
      await readHubEvents(session, HUB, { from: 0, to: 400 });

      expect(session.memory.logRange.width).to.equal(12);
      const widths = asksForLogs().map(([from = 0, to = 0]) => to - from + 1);
      expect(Math.max(...widths)).to.equal(12);
    });

    it("asks for less next time when a wide span took too long, but not the same node again now", async () => {
      node.answer = (call) => {
        if (call.method === "eth_getLogs") throw new RelayerError("RPC_UNAVAILABLE", "late", { reason: "timeout" });
        return answer(call);
      };
      const session = sessionWith(node, 12);

      expect((await failureOf(readHubEvents(session, HUB, { from: 10, to: 21 }))).name).to.equal("RPC_UNAVAILABLE");
      expect([session.memory.logRange.width, asksForLogs().length]).to.deep.equal([6, 1]);
    });

    it("narrows where an answer was larger than can be read", async () => {
      node.answer = (call) => {
        const { fromBlock, toBlock } = call.params[0] as Record<string, string>;
        if (call.method === "eth_getLogs" && Number(toBlock) - Number(fromBlock) >= 4)
          throw new RelayerError("RPC_MALFORMED", "too large", { reason: "too-large" });
        return answer(call);
      };
      const session = sessionWith(node, 12);

      await readHubEvents(session, HUB, { from: 10, to: 21 });

      expect(session.memory.logRange.width).to.equal(3);
    });

    it("does not take an outage for a bound", async () => {
      node.answer = (call) => {
        if (call.method === "eth_getLogs") throw outage();
        return answer(call);
      };
      const session = sessionWith(node, 12);

      expect((await failureOf(readHubEvents(session, HUB, { from: 10, to: 21 }))).name).to.equal("RPC_UNAVAILABLE");
      expect(session.memory.logRange.width).to.equal(12);
    });
  });
});

function aRawBlock(number: number, logsBloom: string): object {
  return {
    number: toBeHex(number),
    hash: blockHash(number, 0),
    parentHash: blockHash(number - 1, 0),
    timestamp: "0x1",
    logsBloom,
    baseFeePerGas: "0x1",
  };
}

/** A `Lifted` of market 1. */
function aLog(seq: number, where: { at: number; index?: number; inForce?: number }): RawLog {
  const { at, index = seq, inForce = 0 } = where;
  const topic = hubInterface.getEvent("Lifted")?.topicHash ?? "0x";
  return {
    address: HUB,
    topics: [topic, zeroPadValue(toBeHex(seq), 32), zeroPadValue("0x01", 32)],
    data: concat([zeroPadValue(toBeHex(inForce), 32), zeroPadValue("0x8080", 32)]),
    blockNumber: toBeHex(at),
    blockHash: blockHash(at, 0),
    logIndex: toBeHex(index),
    transactionHash: hexOfInteger(BigInt(seq), 32),
  };
}

/** The bloom filter of a block with one item, told a second time on one big number. */
function bloomWith(item: Hex): string {
  const hash = keccak256(item);
  const bits = [0, 1, 2].map((pair) => BigInt(`0x${hash.slice(2 + 4 * pair, 6 + 4 * pair)}`) % 2_048n);
  const bloom = bits.reduce((filter, bit) => filter | (1n << bit), 0n);
  return hexOfInteger(bloom, 256);
}
