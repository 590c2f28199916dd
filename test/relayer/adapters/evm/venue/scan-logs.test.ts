import { expect } from "chai";
import fc from "fast-check";

import { readLogList } from "../../../../../relayer/adapters/evm/read-log.ts";
import type { LogPlaces } from "../../../../../relayer/adapters/evm/venue/log-layout.ts";
import { scanLogs } from "../../../../../relayer/adapters/evm/venue/scan-logs.ts";
import { FUZZ } from "../../../../support/fuzz.ts";

const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => `0x${Buffer.from(raw).toString("hex")}`);
const count = fc.nat().map((value) => `0x${value.toString(16)}`);

/** As nodes write one, with fields that they add. */
const rawLog = fc.record(
  {
    address: hexOf(20),
    topics: fc.array(hexOf(32), { minLength: 1, maxLength: 4 }),
    data: fc.uint8Array({ maxLength: 70 }).map((raw) => `0x${Buffer.from(raw).toString("hex")}`),
    blockNumber: count,
    blockHash: hexOf(32),
    logIndex: count,
    transactionHash: hexOf(32),
    transactionIndex: count,
    removed: fc.boolean(),
    blockTimestamp: fc.oneof(count, fc.constant(null), fc.nat()),
  },
  { requiredKeys: ["address", "topics", "data", "blockNumber", "blockHash", "logIndex", "transactionHash"] },
);
type RawLog = typeof rawLog extends fc.Arbitrary<infer Log> ? Log : never;

/** The fields of `log` in another order: nodes do not agree on one. */
const shuffled = fc.tuple(rawLog, fc.infiniteStream(fc.nat())).map(([log, order]) => {
  const entries = Object.entries(log).map((entry) => [order.next().value as number, entry] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, entry]) => entry)) as RawLog;
});

const answerOf = (logs: readonly object[], around: object = { jsonrpc: "2.0", id: 7 }) => ({ ...around, result: logs });

function plain({ view, ...log }: LogPlaces) {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const text = (from: number, digits: number) => `0x${bytes.toString("latin1", from, from + digits)}`;
  return {
    address: text(log.address, 40),
    topics: [...log.topics.subarray(0, log.topicCount)].map((from) => text(from, 64)),
    data: text(log.data, log.dataDigits),
    blockNumber: log.blockNumber,
    blockHash: text(log.blockHash, 64),
    logIndex: log.logIndex,
    removed: log.isRemoved,
  };
}

/** What is read of a log, as it stands there: hex is looked at by whoever decodes it. */
function pick({ address, topics, data, blockNumber, blockHash, logIndex, removed = false }: RawLog) {
  const place = { blockNumber: Number(blockNumber), logIndex: Number(logIndex) };
  return { address, topics, data, blockHash, removed, ...place };
}

/** Null when the answer is not read this way. */
function scan(text: string): readonly ReturnType<typeof plain>[] | null {
  const logs: ReturnType<typeof plain>[] = [];
  return scanLogs(Buffer.from(text), (log) => logs.push(plain(log))) ? logs : null;
}

describe("scanLogs", () => {
  it("finds in any answer what parsing it finds, whatever the order of fields and the space between them", () => {
    fc.assert(
      fc.property(fc.array(shuffled, { maxLength: 4 }), fc.constantFrom(undefined, 1, "\t"), (logs, indent) => {
        const expected = readLogList(logs).map(({ transactionHash: _, ...log }) => log);

        expect(scan(JSON.stringify(answerOf(logs), null, indent))).to.deep.equal(expected);
      }),
      FUZZ,
    );
  });

  it("reads nothing that is not JSON, wherever one character is missing or another", () => {
    const spoiled = fc.tuple(
      shuffled,
      fc.nat(),
      fc.constantFrom("", '"', "\\", "{", "}", "[", "]", ",", ":", "é", "\n"),
    );
    fc.assert(
      fc.property(spoiled, ([log, at, by]) => {
        const text = JSON.stringify(answerOf([log, log]));
        const place = at % text.length;
        const broken = text.slice(0, place) + by + text.slice(place + 1);

        const found = scan(broken);

        if (found === null) return;
        const { result } = JSON.parse(broken) as { result: readonly RawLog[] };
        expect(found).to.deep.equal(result.map(pick));
      }),
      { numRuns: FUZZ.numRuns * 20 },
    );
  });

  it("leaves errors, escapes, repeated and missing fields, and what is cut off to the ordinary way", () => {
    const [log] = fc.sample(shuffled, 1) as [RawLog];
    const text = JSON.stringify(answerOf([log]));
    const { blockHash: _, ...short } = log;
    for (const left of [
      "",
      "[]",
      "null",
      "{}",
      JSON.stringify({ id: 1, error: { code: -32000, message: "busy" } }),
      JSON.stringify({ id: 1, error: "busy", result: [log] }),
      JSON.stringify(answerOf([], { error: null })),
      JSON.stringify({ result: null }),
      JSON.stringify(answerOf([short])),
      JSON.stringify(answerOf([{ ...log, topics: [] }])),
      JSON.stringify(answerOf([{ ...log, topics: [...Array<string>(5).fill(log.blockHash)] }])),
      JSON.stringify(answerOf([{ ...log, blockNumber: "0x20000000000000" }])),
      JSON.stringify(answerOf([{ ...log, data: "0x1" }])),
      JSON.stringify(answerOf([{ ...log, more: {} }])),
      text.replace('"data"', '"d\\u0061ta"'),
      text.replace('"data"', '"data":"0x","data"'),
      text.slice(0, -1),
      `${text}]`,
      text.replace('"result"', '"result":[],"result"'),
    ]) {
      expect(scan(left), left).to.equal(null);
    }
    expect(scan(text)).to.have.length(1);
  });
});
