import { expect } from "chai";
import { AbiCoder } from "ethers";

import { createLogRange } from "../../../../../relayer/adapters/evm/log-range.ts";
import type { RpcSession } from "../../../../../relayer/adapters/evm/rpc-pool.ts";
import { readVenueSpan } from "../../../../../relayer/adapters/evm/venue/read-venue-span.ts";
import { venueInterface } from "../../../../../relayer/adapters/evm/venue/venue-abi.ts";
import type { VenueBlock } from "../../../../../relayer/domain/venue/reduce-venue.ts";
import { failureOf } from "../../../../support/failure-of.ts";

const VENUE = `0x${"ab".repeat(20)}` as const;
const OTHER = `0x${"cd".repeat(20)}` as const;
const ACCOUNT = `0x${"a1".repeat(20)}` as const;
const hashOf = (number: number) => `0x${(number + 0xf00).toString(16).padStart(64, "0")}` as const;
const quantity = (value: number) => `0x${value.toString(16)}`;
/** A filter that says yes to everything. */
const FULL_BLOOM = `0x${"ff".repeat(256)}`;
const EMPTY_BLOOM = `0x${"00".repeat(256)}`;

type RawLog = Readonly<Record<string, unknown>>;

/** A deposit of `units`, as a node writes it. */
function aDeposit(block: number, logIndex: number, units: number, more: RawLog = {}): RawLog {
  const event = venueInterface.getEvent("Deposited");
  const account = `0x${ACCOUNT.slice(2).padStart(64, "0")}`;
  return {
    address: VENUE,
    topics: [event?.topicHash, account, account],
    data: AbiCoder.defaultAbiCoder().encode(["uint256"], [units]),
    blockNumber: quantity(block),
    blockHash: hashOf(block),
    logIndex: quantity(logIndex),
    transactionHash: hashOf(0),
    ...more,
  };
}

interface NodeOptions {
  readonly bloom?: string;
  /** Answers the request for the last block alone. */
  readonly again?: readonly RawLog[];
  /** Spans wider than that are refused. */
  readonly mostBlocks?: number;
}

/** A node that has `logs`, and answers as over a wire, or as parsed already. */
function aNode(logs: readonly RawLog[], { bloom = EMPTY_BLOOM, again = [], mostBlocks = 100 }: NodeOptions = {}) {
  const asked: unknown[] = [];
  const session = (isWire: boolean): RpcSession => ({
    host: "node",
    memory: { logRange: createLogRange(mostBlocks), readsByHash: true, takesBatches: false },
    call(method, params, read) {
      const [first] = params as [string & { blockHash?: string; fromBlock?: string; toBlock?: string }];
      if (method === "eth_getBlockByNumber") {
        const number = Number(first);
        const block = { number: first, hash: hashOf(number), parentHash: hashOf(number - 1), timestamp: "0x1" };
        return Promise.resolve({ ...block, logsBloom: bloom });
      }
      asked.push(first);
      const isAlone = first.blockHash !== undefined;
      const [from, to] = [Number(first.fromBlock), Number(first.toBlock)];
      const result = isAlone
        ? again
        : logs.filter(({ blockNumber }) => Number(blockNumber) >= from && Number(blockNumber) <= to);
      const answer = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
      return Promise.resolve((isWire ? read?.(answer) : undefined) ?? result);
    },
  });
  return { asked, wire: session(true), parsed: session(false) };
}

const unitsOf = (blocks: readonly VenueBlock[]) =>
  blocks.map(({ number, hash, events }) => [
    number,
    hash,
    events.map((event) => (event.kind === "deposited" ? Number(event.units) : event.kind)),
  ]);

const RANGE = { from: 3, to: 9 };

describe("readVenueSpan", () => {
  it("tells events by block, and how the range hangs together, from an answer as it comes or parsed", async () => {
    const node = aNode([aDeposit(4, 0, 1), aDeposit(4, 2, 2), aDeposit(9, 0, 3)]);
    for (const session of [node.wire, node.parsed]) {
      const { parentHash, last, blocks } = await readVenueSpan(session, VENUE, RANGE);

      expect([parentHash, last.number, last.hash]).to.deep.equal([hashOf(2), 9, hashOf(9)]);
      expect(unitsOf(blocks)).to.deep.equal([
        [4, hashOf(4), [1, 2]],
        [9, hashOf(9), [3]],
      ]);
    }
  });

  it("puts in order what comes in none, and reads capital letters", async () => {
    const upper = (text: unknown) => `0x${String(text).slice(2).toUpperCase()}`;
    const raw = aDeposit(4, 1, 2);
    const loud = { ...raw, topics: (raw["topics"] as string[]).map(upper), data: upper(raw["data"]) };
    const capital = { ...loud, address: upper(VENUE), blockHash: upper(hashOf(4)) };
    for (const logs of [
      [aDeposit(9, 0, 3), aDeposit(4, 1, 2), aDeposit(4, 0, 1)],
      [aDeposit(4, 0, 1), capital, aDeposit(9, 0, 3)],
    ]) {
      const { blocks } = await readVenueSpan(aNode(logs).wire, VENUE, RANGE);
      expect(unitsOf(blocks).map(([, , units]) => units)).to.deep.equal([[1, 2], [3]]);
    }
  });

  it("passes over what was removed, and over events that mean nothing", async () => {
    const strange = { topics: [hashOf(7)], data: "0x" };
    const logs = [
      aDeposit(4, 0, 1, { removed: true }),
      aDeposit(9, 1, 2, strange),
      aDeposit(9, 2, 3, { removed: false }),
    ];

    const { blocks } = await readVenueSpan(aNode(logs).wire, VENUE, RANGE);

    expect(unitsOf(blocks)).to.deep.equal([[9, hashOf(9), [3]]]);
  });

  it("narrows the span where the answer is too large, and still tells all", async () => {
    const node = aNode([aDeposit(4, 0, 1), aDeposit(9, 0, 3)], { mostBlocks: 2 });

    const { blocks } = await readVenueSpan(node.wire, VENUE, RANGE);

    expect(unitsOf(blocks).map(([number]) => number)).to.deep.equal([4, 9]);
    expect(node.asked).to.have.length(4);
  });

  it("asks again for the last block when its filter speaks for logs and none came", async () => {
    const node = aNode([aDeposit(4, 0, 1)], { bloom: FULL_BLOOM });
    await readVenueSpan(node.wire, VENUE, RANGE);
    expect(node.asked.at(-1)).to.deep.equal({ address: VENUE, blockHash: hashOf(9) });

    const hiding = aNode([aDeposit(4, 0, 1)], { bloom: FULL_BLOOM, again: [aDeposit(9, 0, 3)] });
    expect((await failureOf(readVenueSpan(hiding.wire, VENUE, RANGE))).name).to.equal("EVENTS_MISSING");
  });

  it("refuses logs that were not asked for, of a block that is another, and what is no log", async () => {
    const cases: readonly (readonly [RawLog, string])[] = [
      [aDeposit(4, 0, 1, { address: OTHER }), "RPC_MALFORMED"],
      [aDeposit(4, 0, 1, { blockNumber: "0x4", blockHash: "0x12" }), "RPC_MALFORMED"],
      [aDeposit(4, 0, 1, { data: "0x1234" }), "RPC_MALFORMED"],
      [aDeposit(4, 0, 1, { topics: [] }), "RPC_MALFORMED"],
      [aDeposit(9, 0, 1, { blockHash: hashOf(1) }), "BLOCK_REPLACED"],
    ];
    for (const [log, name] of cases) {
      const node = aNode([log]);
      for (const session of [node.wire, node.parsed]) {
        expect((await failureOf(readVenueSpan(session, VENUE, RANGE))).name, JSON.stringify(log)).to.equal(name);
      }
    }
    const twice = aNode([aDeposit(4, 0, 1), aDeposit(4, 0, 2)]);
    expect((await failureOf(readVenueSpan(twice.wire, VENUE, RANGE))).name).to.equal("RPC_MALFORMED");
    const mixed = aNode([aDeposit(4, 0, 1), aDeposit(4, 1, 2, { blockHash: hashOf(5) })]);
    expect((await failureOf(readVenueSpan(mixed.wire, VENUE, RANGE))).name).to.equal("BLOCK_REPLACED");
    const outside = aNode([aDeposit(4, 0, 1, { blockNumber: "0x4" })]);
    const wide = { ...outside.wire, call: lying(outside.wire, [aDeposit(12, 0, 1)]) };
    expect((await failureOf(readVenueSpan(wide, VENUE, RANGE))).name).to.equal("RPC_MALFORMED");
  });
});

/** Answers `logs` to whatever range was asked for. */
function lying(session: RpcSession, logs: readonly RawLog[]): RpcSession["call"] {
  return (method, params, read) => {
    if (method !== "eth_getLogs") return session.call(method, params, read);
    return Promise.resolve(read?.(Buffer.from(JSON.stringify({ result: logs }))) ?? logs);
  };
}
