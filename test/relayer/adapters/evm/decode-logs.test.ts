import { readFileSync } from "node:fs";

import { expect } from "chai";
import { Interface, type LogDescription, type ParamType, Result } from "ethers";
import fc from "fast-check";

import { decodeHubEvent } from "../../../../relayer/adapters/evm/decode-event.ts";
import { decodeVenueEvent } from "../../../../relayer/adapters/evm/decode-venue-event.ts";
import { hubInterface } from "../../../../relayer/adapters/evm/hub-abi.ts";
import type { RawLog } from "../../../../relayer/adapters/evm/log-fields.ts";
import { readLogList } from "../../../../relayer/adapters/evm/read-log.ts";
import { VENUE_ABI, venueInterface } from "../../../../relayer/adapters/evm/venue-abi.ts";
import { fineOfSize, type Size } from "../../../../relayer/domain/exposure/venue-event.ts";
import { CAUSES, PATHS, REFUSALS } from "../../../../relayer/domain/incident/hub-event.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { FUZZ } from "../../../support/fuzz.ts";

/** Fields that a number on chain becomes a word of ours in. */
const NAMED: Readonly<Record<string, readonly string[]>> = { cause: CAUSES, path: PATHS, refusal: REFUSALS };
const RUNGS = /^(local|mesh|inForce|localCeiling|meshCeiling|peerCeiling|soloCeiling|quorumCeiling)$/;
/** What the venue's events say besides, and exposures do not need. */
const UNREAD = new Set([
  "orderHash",
  "priceX32",
  "cashFine",
  "feeUnits",
  "deficitFine",
  "number",
  "mark",
  "indexBefore",
]);
const MORE_UNREAD = new Set([...UNREAD, "cut", "takenFine"]);

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
  // Sides hold 2^40 lots of 2^104 at the most, and nearly every size is whole lots.
  if (input.name === "sizeFine" && input.type === "int256") {
    const lots = fc.bigInt({ min: -(1n << 40n), max: 1n << 40n });
    return fc
      .tuple(lots, fc.constantFrom(0n, 0n, 1n, (1n << 104n) - 1n))
      .map(([whole, rest]) => (whole << 104n) + rest);
  }
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

/** A size as one number again. */
function inFine(event: object | null): Readonly<Record<string, unknown>> | null {
  if (event === null) return null;
  if (!("restFine" in event)) return { ...event };
  const { lots, restFine, ...rest } = event as Size;
  return { ...rest, sizeFine: fineOfSize({ lots, restFine }) };
}

/** Numbers and big integers of equal value are equal here: which of the two a field is, types say. */
function widened(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, widened(part)]));
}

describe("decoding by hand", () => {
  for (const [name, abi, decode] of [
    ["hub", hubInterface, decodeHubEvent],
    ["venue", venueInterface, decodeVenueEvent],
  ] as const) {
    it(`reads from any event of the ${name} what ethers reads`, () => {
      fc.assert(
        fc.property(aLogOf(abi), (log) => {
          const parsed = abi.parseLog(log);
          const { kind, ...fields } = inFine(decode(log)) ?? { kind: null };

          expect(kind).to.be.a("string");
          const expected = Object.entries(byEthers(parsed as LogDescription));
          const read = expected.filter(([field]) => abi === hubInterface || !isUnread(parsed, field));
          expect(widened(fields)).to.deep.equal(widened(Object.fromEntries(read)));
        }),
        { numRuns: FUZZ.numRuns * 3 },
      );
    });

    it(`refuses a ${name} event that was cut or grown, and one with anything but hex where it reads`, () => {
      const garbled = fc.tuple(aLogOf(abi), fc.nat(), fc.constantFrom("cut", "grown", "g", " ", "f"), fc.nat());
      fc.assert(
        fc.property(garbled, ([log, at, how, which]) => {
          const broken = garble(log, { at, how, which });

          const outcome = outcomeOf(() => decode(broken));

          const isBroken = how === "cut" || how === "grown" || (abi === hubInterface && how !== "f");
          if (isBroken) expect(outcome).to.equal("RPC_MALFORMED");
          else expect(outcome).to.be.oneOf(["RPC_MALFORMED", "read"]);
        }),
        FUZZ,
      );
    });
  }

  it("passes over events that it does not know", () => {
    const log = { topics: [`0x${"12".repeat(32)}`], data: "0x" };

    expect([decodeHubEvent(log), decodeVenueEvent(log)]).to.deep.equal([null, null]);
  });

  it("knows the venue's events as they are compiled", () => {
    const compiled = ["INovation", "IRecovery"].flatMap((name) => {
      const file = new URL(`../../../../artifacts/contracts/interfaces/${name}.sol/${name}.json`, import.meta.url);
      const { abi } = JSON.parse(readFileSync(file, "utf8")) as { abi: [] };
      return new Interface(abi).fragments.map((fragment) => fragment.format("full"));
    });

    expect(compiled).to.include.members(new Interface(VENUE_ABI).fragments.map((fragment) => fragment.format("full")));
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

function isUnread(parsed: LogDescription | null, field: string): boolean {
  return MORE_UNREAD.has(field) || (parsed?.name === "TornUp" && field === "sizeFine");
}

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

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return "read";
  } catch (error) {
    return RelayerError.from(error).name;
  }
}
