import { expect } from "chai";
import { type Interface, type LogDescription, type ParamType, Result } from "ethers";
import fc from "fast-check";

import { decodeHubEvent } from "../../../../relayer/adapters/evm/decode-event.ts";
import { hubInterface } from "../../../../relayer/adapters/evm/hub-abi.ts";
import type { RawLog } from "../../../../relayer/adapters/evm/log-fields.ts";
import { readLogList } from "../../../../relayer/adapters/evm/read-log.ts";
import { CAUSES, PATHS, REFUSALS } from "../../../../relayer/domain/incident/hub-event.ts";
import { FUZZ } from "../../../support/fuzz.ts";
import { outcomeOf } from "../../../support/outcome-of.ts";

/** Fields that a number on chain becomes a word of ours in. */
const NAMED: Readonly<Record<string, readonly string[]>> = { cause: CAUSES, path: PATHS, refusal: REFUSALS };
const RUNGS = /^(local|mesh|inForce|localCeiling|meshCeiling|peerCeiling|soloCeiling|quorumCeiling)$/;
/** A value that the contract could put into `input`. */
function valueOf(input: ParamType): fc.Arbitrary<unknown> {
  if (input.baseType === "tuple") return fc.tuple(...(input.components ?? []).map(valueOf));
  if (input.type === "bool") return fc.boolean();
  if (input.type === "address") return hexOf(20);
  const bytes = /^bytes(\d+)$/.exec(input.type);
  if (bytes !== null) return hexOf(Number(bytes[1]));
  if (RUNGS.test(input.name)) return fc.constantFrom(0x00, 0x11, 0x22, 0x34);
  const names = NAMED[input.name];
  if (names !== undefined) return fc.nat(names.length - 1);
  if (input.name === "market" || input.name === "signatures") return fc.nat(31);
  const [, sign, bits = "256"] = /^(u?)int(\d+)$/.exec(input.type) ?? [];
  // Counters stay below 2^52 for longer than any chain lives.
  const exponent = BigInt(Number(bits) > 64 ? bits : Math.min(Number(bits), 52));
  const max = (1n << (sign === "u" ? exponent : exponent - 1n)) - 1n;
  return fc.bigInt({ min: sign === "u" ? 0n : -max - 1n, max });
}

const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => `0x${Buffer.from(raw).toString("hex")}`);

/** A log of any event of `abi`. */
function aLogOf(abi: Interface): fc.Arbitrary<RawLog> {
  const fragments = abi.fragments.filter(({ type }) => type === "event");
  return fc.nat(fragments.length - 1).chain((index) => {
    const event = abi.getEvent(fragments[index]?.format("sighash") ?? "");
    if (event === null) throw new RangeError("no such event");
    return fc.tuple(...event.inputs.map(valueOf)).map((values) => abi.encodeEventLog(event, values));
  });
}

/** What ethers reads from `log`, flat, in our words. */
function byEthers({ args, fragment }: LogDescription): Record<string, unknown> {
  const entries = fragment.inputs.map((input) => [input.name, plain(input, args[input.name])]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function plain(input: ParamType, value: unknown): unknown {
  if (value instanceof Result) {
    return Object.fromEntries((input.components ?? []).map((part) => [part.name, plain(part, value[part.name])]));
  }
  if (typeof value === "string") return value.toLowerCase();
  if (typeof value !== "bigint") return value;
  return NAMED[input.name]?.[Number(value)] ?? value;
}

/** Numbers and big integers of equal value are equal here: which of the two a field is, types say. */
function widened(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, widened(part)]));
}

describe("decoding by hand", () => {
  it("reads from any event of the hub what ethers reads", () => {
    fc.assert(
      fc.property(aLogOf(hubInterface), (log) => {
        const { kind, ...fields } = decodeHubEvent(log) ?? { kind: null };

        expect(kind).to.be.a("string");
        expect(widened(fields)).to.deep.equal(widened(byEthers(hubInterface.parseLog(log) as LogDescription)));
      }),
      { numRuns: FUZZ.numRuns * 3 },
    );
  });

  it("refuses a hub event that was cut or grown, and one with anything but hex where it reads", () => {
    const garbled = fc.tuple(aLogOf(hubInterface), fc.nat(), fc.constantFrom("cut", "grown", "g", " ", "f"), fc.nat());
    fc.assert(
      fc.property(garbled, ([log, at, how, which]) => {
        const broken = garble(log, { at, how, which });

        const outcome = outcomeOf(() => decodeHubEvent(broken));

        if (how !== "f") expect(outcome).to.equal("RPC_MALFORMED");
        else expect(outcome).to.be.oneOf(["RPC_MALFORMED", "read"]);
      }),
      FUZZ,
    );
  });

  it("passes over events that it does not know", () => {
    expect(decodeHubEvent({ topics: [`0x${"12".repeat(32)}`], data: "0x" })).to.equal(null);
  });
});

describe("readLogList", () => {
  const word = hexOf(32);
  const rawLog = fc.record(
    {
      address: hexOf(20),
      topics: fc.array(word, { minLength: 1, maxLength: 4 }),
      data: fc.uint8Array({ maxLength: 70 }).map((raw) => `0x${Buffer.from(raw).toString("hex")}`),
      blockNumber: fc.nat().map((value) => `0x${value.toString(16)}`),
      blockHash: word,
      logIndex: fc.nat().map((value) => `0x${value.toString(16)}`),
      transactionHash: word,
      removed: fc.boolean(),
    },
    { requiredKeys: ["address", "topics", "data", "blockNumber", "blockHash", "logIndex", "transactionHash"] },
  );

  it("gives every field, in lower case, as numbers where they are", () => {
    fc.assert(
      fc.property(fc.array(rawLog, { maxLength: 5 }), (raw) => {
        const expected = raw.map((log) => ({
          ...log,
          blockNumber: Number(log.blockNumber),
          logIndex: Number(log.logIndex),
          removed: log.removed ?? false,
        }));

        const upper = raw.map((log) => ({ ...log, blockHash: log.blockHash.replaceAll("a", "A") }));

        expect(readLogList(upper)).to.deep.equal(expected);
      }),
      FUZZ,
    );
  });

  it("refuses a log with anything else in a field", () => {
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      address: [null, "0x", 7, `0x${"g".repeat(40)}`, `0x${"a".repeat(41)}`],
      topics: [null, [], [7], ["0x12"], "0x"],
      data: [null, "12", "0x1", 7],
      blockNumber: [null, "0x", "7", 7, "0x20000000000000", "0x1 "],
      blockHash: [null, "0x12", `0x${"g".repeat(64)}`],
      logIndex: [undefined, "0xg", -1],
      transactionHash: [undefined, "0x"],
      removed: ["true", null, 0],
    };
    const [sample] = fc.sample(rawLog, 1);
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const outcome = outcomeOf(() => readLogList([sample, { ...sample, [field]: value }]));
        expect(outcome, `${field} ${String(value)}`).to.equal("RPC_MALFORMED");
      }
    }
  });

  it("refuses what is no list", () => {
    for (const raw of [null, {}, "0x", [null], ["0x"]]) {
      expect(outcomeOf(() => readLogList(raw))).to.equal("RPC_MALFORMED");
    }
  });
});

function garble(log: RawLog, { at, how, which }: { at: number; how: string; which: number }): RawLog {
  const isTopic = log.topics.length > 1 && which % 2 === 0;
  if (how === "cut") return { ...log, topics: log.topics.slice(0, 1), data: log.data.slice(0, 64) };
  if (how === "grown") return { ...log, data: `${log.data}${"00".repeat(32)}` };
  const spoil = (text: string): string => {
    const index = 2 + (at % Math.max(text.length - 2, 1));
    return text.slice(0, index) + how + text.slice(index + 1);
  };
  if (!isTopic && log.data.length > 2) return { ...log, data: spoil(log.data) };
  const index = 1 + (at % Math.max(log.topics.length - 1, 1));
  return { ...log, topics: log.topics.map((topic, place) => (place === index ? spoil(topic) : topic)) };
}
