import { expect } from "chai";
import { concat, toBeHex, zeroPadValue } from "ethers";

import { hubInterface } from "../../../../relayer/adapters/evm/hub-abi.ts";
import type { Finality } from "../../../../relayer/adapters/evm/read-blocks.ts";
import { readHeadsAndEvents } from "../../../../relayer/adapters/evm/read-heads.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { blockHash } from "../../../support/builders.ts";
import { outage, refusal, type ScriptedCall, ScriptedNode, sessionWith } from "../../../support/scripted-node.ts";

const HUB: Hex = hexOfInteger(0xabn, 20);
const EMPTY_BLOOM = `0x${"00".repeat(256)}`;
const FULL_BLOOM = `0x${"ff".repeat(256)}`;
const HEAD = 12;
const FINALITY_TAG: Finality = { tag: "finalized" };

describe("readHeadsAndEvents", () => {
  let node: ScriptedNode;
  let logs: unknown;
  let bloom: string | null;

  beforeEach(() => {
    logs = [aLog(1), aLog(2)];
    bloom = FULL_BLOOM;
    node = new ScriptedNode("scripted", answer);
  });

  function answer({ method, params: [at] }: ScriptedCall): unknown {
    if (method === "eth_getLogs") return logs;
    if (at === "latest") return aBlock(HEAD, bloom);
    return aBlock(at === "finalized" ? HEAD - 4 : Number(at), bloom);
  }

  const read = (next?: number, finality: Finality = FINALITY_TAG) =>
    readHeadsAndEvents(sessionWith(node), { finality, hub: HUB, next });
  const seqsAt = async (next?: number) => (await read(next)).heads.events?.map(({ event }) => event.seq);

  it("tells the events of the head that was expected, in chain order, from one round trip", async () => {
    logs = [aLog(2), aLog(1)];
    let answered = 0;
    node.answer = async (call) => {
      // Whoever waits for one answer before asking the next is never asked.
      await new Promise((resolve) => setImmediate(resolve));
      answered += 1;
      return answer(call);
    };
    const asked = read(HEAD);
    expect([node.calls.length, answered]).to.deep.equal([0, 0]);
    await new Promise((resolve) => setImmediate(resolve));

    expect(node.calls.length).to.equal(3);
    const { heads } = await asked;
    expect(heads.events?.map(({ event, blockHash: hash }) => [event.seq, hash])).to.deep.equal([
      [1, blockHash(HEAD, 0)],
      [2, blockHash(HEAD, 0)],
    ]);
    expect([heads.latest.number, heads.finalised.number]).to.deep.equal([HEAD, HEAD - 4]);
  });

  it("tells that there are none where the bloom filter is certain", async () => {
    [logs, bloom] = [[], EMPTY_BLOOM];

    expect(await seqsAt(HEAD)).to.deep.equal([]);
  });

  it("asks for no events where no block is expected", async () => {
    expect(await seqsAt()).to.equal(undefined);
    expect(node.methods).to.not.include("eth_getLogs");
  });

  const doubts = [
    { why: "the head is another block", next: HEAD + 1 },
    { why: "there are none and the bloom filter speaks for some", logs: [] },
    { why: "there are none and no bloom filter", logs: [], bloom: null },
    {
      why: "one stands in another block of that number",
      logs: [aLog(1), { ...aLog(2), blockHash: blockHash(HEAD, 1) }],
    },
    { why: "one is of another contract", logs: [{ ...aLog(1), address: hexOfInteger(0xcdn, 20) }] },
    { why: "one was removed", logs: [{ ...aLog(1), removed: true }] },
    { why: "one does not decode", logs: [{ ...aLog(1), data: "0x12" }] },
    { why: "the answer is no list", logs: null },
  ];
  for (const { why, next = HEAD, ...differs } of doubts) {
    it(`tells none, and the heads all the same, where ${why}`, async () => {
      if ("logs" in differs) ({ logs } = differs);
      if ("bloom" in differs) bloom = differs.bloom ?? null;

      const { heads } = await read(next);

      expect([heads.latest.number, heads.events]).to.deep.equal([HEAD, undefined]);
    });
  }

  for (const error of [refusal("block is not there"), outage()]) {
    it(`tells none, and the heads all the same, where the node does not answer for them: ${error.name}`, async () => {
      node.answer = (call) => {
        if (call.method === "eth_getLogs") throw error;
        return answer(call);
      };

      const { heads } = await read(HEAD);

      expect([heads.latest.number, heads.events]).to.deep.equal([HEAD, undefined]);
    });
  }

  describe("where finality is a depth", () => {
    it("guesses the finalised block from the expected one", async () => {
      const { heads } = await read(HEAD, { depth: 3 });

      expect([heads.finalised.number, node.calls.length]).to.deep.equal([HEAD - 3, 3]);
    });

    it("asks once more where another block is the head", async () => {
      const { heads } = await read(HEAD + 1, { depth: 3 });

      expect(heads.finalised.number).to.equal(HEAD - 3);
    });
  });
});

function aBlock(number: number, logsBloom: string | null): object {
  const [hash, parentHash] = [blockHash(number, 0), blockHash(number - 1, 0)];
  return { number: toBeHex(number), hash, parentHash, timestamp: "0x1", logsBloom, baseFeePerGas: "0x1" };
}

/** A `Lifted` of market 1 in the head. */
function aLog(seq: number): object {
  const topic = hubInterface.getEvent("Lifted")?.topicHash ?? "0x";
  return {
    address: HUB,
    topics: [topic, zeroPadValue(toBeHex(seq), 32), zeroPadValue("0x01", 32)],
    data: concat([zeroPadValue("0x00", 32), zeroPadValue("0x8080", 32)]),
    blockNumber: toBeHex(HEAD),
    blockHash: blockHash(HEAD, 0),
    logIndex: toBeHex(seq),
    transactionHash: hexOfInteger(BigInt(seq), 32),
  };
}
