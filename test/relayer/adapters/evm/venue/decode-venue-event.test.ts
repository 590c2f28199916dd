import { expect } from "chai";
import { type Interface, type LogDescription, type ParamType, Result } from "ethers";
import fc from "fast-check";

import { decodeVenueEvent } from "../../../../../relayer/adapters/evm/venue/decode-venue-event.ts";
import { scanLogs } from "../../../../../relayer/adapters/evm/venue/scan-logs.ts";
import { VENUE_ABI, venueInterface } from "../../../../../relayer/adapters/evm/venue/venue-abi.ts";
import { fineOfSize, type Size } from "../../../../../relayer/domain/venue/fine.ts";
import type { VenueEvent } from "../../../../../relayer/domain/venue/venue-event.ts";
import { RelayerError } from "../../../../../relayer/errors.ts";
import { FUZZ } from "../../../../support/fuzz.ts";
import { outcomeOf } from "../../../../support/outcome-of.ts";

interface RawLog {
  readonly topics: readonly string[];
  readonly data: string;
}

/** What events say besides: nothing that is rebuilt follows from it. */
const UNREAD: Readonly<Record<string, readonly string[]>> = {
  MarketListed: ["priceX32"],
  Deposited: ["from"],
  Withdrawn: ["to"],
  Contributed: ["from"],
  Traded: ["orderHash"],
  InsuranceMoved: ["mover"],
  Rebated: ["market"],
  TornUp: ["takenFine", "sizeFine"],
  RankedTaken: ["rankPpm"],
  FundingAccrued: ["runningSeconds"],
  SettlementDeficit: ["account"],
};
/** Names that are others here, and signs. */
const RENAMED: Readonly<Record<string, (fields: Record<string, unknown>) => Record<string, unknown>>> = {
  InsuranceMoved: ({ from, ...rest }) => ({ market: from, ...rest }),
  FundPaidOut: ({ units, ...rest }) => ({ ...rest, units: -(units as bigint) }),
  MarketSet: ({ market, params }) => {
    const { assetClass, fundSharePpm } = params as Record<string, bigint>;
    return { market, assetClass, fundSharePpm };
  },
};
/** Numbers that never need more than 53 bits, although their types have more. */
const COUNTS = new Set(["number", "seen", "markets"]);

const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => `0x${Buffer.from(raw).toString("hex")}`);

/** Any number of so many bits: small ones and large ones alike, and those in the neighbourhood of a power of two. */
function someInteger(bits: number, isSigned: boolean): fc.Arbitrary<bigint> {
  const size = fc.nat(isSigned ? bits - 1 : bits);
  return fc
    .tuple(size, fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), fc.boolean())
    .map(([width, near, any, isNear]) => {
      const value = isNear ? (1n << BigInt(width)) + near : BigInt.asUintN(width, any);
      const signed = isSigned && near < 0n ? -value : value;
      return isSigned ? BigInt.asIntN(bits, signed) : BigInt.asUintN(bits, signed);
    });
}

/** A value that the contract could put into `input`. */
function valueOf(input: ParamType): fc.Arbitrary<unknown> {
  if (input.baseType === "tuple") return fc.tuple(...(input.components ?? []).map(valueOf));
  if (input.type === "bool") return fc.boolean();
  if (input.type === "address") return fc.oneof(hexOf(20), fc.constantFrom(...ADDRESSES));
  if (input.type === "bytes32") return hexOf(32);
  // Sides hold 2^40 lots of 2^104 at the most, and nearly every size is whole lots.
  if (input.name === "sizeFine" && input.type === "int256") {
    const lots = fc.bigInt({ min: -(1n << 40n), max: 1n << 40n });
    const rest = fc.oneof(fc.constant(0n), someInteger(104, false));
    return fc.tuple(lots, rest).map(([whole, fine]) => (whole << 104n) + fine);
  }
  // Fine cash is mostly whole units.
  if (input.name === "cashFine") {
    return fc.oneof(
      someInteger(232, true),
      someInteger(60, true).map((units) => units << 136n),
    );
  }
  if (["market", "from", "to"].includes(input.name)) return fc.nat(31);
  if (COUNTS.has(input.name)) return fc.bigInt({ min: 0n, max: (1n << 32n) - 1n });
  const [, sign, bits = "256"] = /^(u?)int(\d+)$/.exec(input.type) ?? [];
  return someInteger(Number(bits), sign !== "u");
}
const ADDRESSES = fc.sample(hexOf(20), { numRuns: 40, seed: 1 });

const EVENTS = new Map(
  venueInterface.fragments.flatMap((fragment) => {
    const event = fragment.type === "event" ? venueInterface.getEvent(fragment.format("sighash")) : null;
    return event === null ? [] : [[event.name, event] as const];
  }),
);

function aLogOf(name: string, abi: Interface = venueInterface): fc.Arbitrary<RawLog> {
  const event = EVENTS.get(name);
  if (event === undefined) throw new RangeError(`no event ${name}`);
  return fc.tuple(...event.inputs.map(valueOf)).map((values) => abi.encodeEventLog(event, values));
}

/** Reads `log` as the relayer does, from an answer as it comes. */
function decode({ topics, data }: RawLog): VenueEvent | null {
  const place = {
    address: `0x${"00".repeat(20)}`,
    blockNumber: "0x1",
    logIndex: "0x0",
    blockHash: `0x${"00".repeat(32)}`,
  };
  const answer = Buffer.from(JSON.stringify({ result: [{ ...place, topics, data }] }));
  const events: (VenueEvent | null)[] = [];
  if (!scanLogs(answer, (found) => events.push(decodeVenueEvent(found)))) throw new RelayerError("RPC_MALFORMED", "");
  return events[0] ?? null;
}

/** What ethers reads from `log`, in our words. */
function byEthers({ args, fragment, name }: LogDescription): Record<string, unknown> {
  const entries = fragment.inputs.map((input) => [input.name, plain(input, args[input.name])] as const);
  const read = Object.fromEntries(entries.filter(([field]) => !(UNREAD[name] ?? []).includes(field)));
  return RENAMED[name]?.(read) ?? read;
}

function plain(input: ParamType, value: unknown): unknown {
  if (value instanceof Result) {
    return Object.fromEntries((input.components ?? []).map((part) => [part.name, plain(part, value[part.name])]));
  }
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** A size as one number again; numbers and big integers of equal value are equal here. */
function widened(event: object): Record<string, unknown> {
  const { kind: _, ...fields } = event as Record<string, unknown>;
  const { lots, restFine, ...rest } = fields as Record<string, unknown> & Partial<Size>;
  const whole = lots === undefined || restFine === undefined ? {} : { sizeFine: fineOfSize({ lots, restFine }) };
  const entries = Object.entries({ ...rest, ...whole });
  return Object.fromEntries(entries.map(([key, value]) => [key, typeof value === "number" ? BigInt(value) : value]));
}

describe("decoding the venue's events by hand", () => {
  it("has every event of the ABI", () => {
    expect(EVENTS.size).to.equal(VENUE_ABI.filter((line) => line.startsWith("event")).length);
    expect(EVENTS.size).to.be.greaterThan(20);
  });

  for (const name of EVENTS.keys()) {
    it(`reads from any ${name} what ethers reads`, () => {
      fc.assert(
        fc.property(aLogOf(name), (log) => {
          const parsed = venueInterface.parseLog(log) as LogDescription;

          const event = decode(log);

          expect(event?.kind).to.be.a("string");
          expect(widened(event as object)).to.deep.equal(widened(byEthers(parsed)));
        }),
        FUZZ,
      );
    });
  }

  it("refuses an event that was cut or grown, or has anything but hex where it is read", () => {
    const someLog = fc.constantFrom(...EVENTS.keys()).chain((name) => aLogOf(name));
    const garbled = fc.tuple(someLog, fc.nat(), fc.constantFrom("cut", "grown", "g", " ", "f"), fc.nat());
    fc.assert(
      fc.property(garbled, ([log, at, how, which]) => {
        const broken = garble(log, { at, how, which });

        const outcome = outcomeOf(() => decode(broken));

        if (how === "cut" || how === "grown") expect(outcome).to.equal("RPC_MALFORMED");
        else expect(outcome).to.be.oneOf(["RPC_MALFORMED", "read"]);
      }),
      { numRuns: FUZZ.numRuns * 3 },
    );
    const [traded] = fc.sample(aLogOf("Traded"), 1) as [RawLog];
    const spoiled = { ...traded, data: traded.data.replace(/^0x./, "0xg") };
    expect(outcomeOf(() => decode(spoiled))).to.equal("RPC_MALFORMED");
  });

  it("refuses what no venue emits: a market that cannot be, a size beyond all sides, an address that is none", () => {
    const event = EVENTS.get("Traded")!;
    const values = [ADDRESSES[0], 5, `0x${"11".repeat(32)}`, 1n << 104n, 1n, 1n, 1n];
    const logOf = (...changed: readonly (readonly [number, unknown])[]) =>
      venueInterface.encodeEventLog(
        event,
        values.toSpliced(0, 0).map((value, index) => new Map(changed).get(index) ?? value),
      );

    expect(outcomeOf(() => decode(logOf()))).to.equal("read");
    expect(outcomeOf(() => decode(logOf([1, 32])))).to.equal("RPC_MALFORMED");
    for (const size of [1n << 52n, -(1n << 52n) - 1n, 1n << 100n, -(1n << 100n)]) {
      expect(
        outcomeOf(() => decode(logOf([3, size << 104n]))),
        String(size),
      ).to.equal("RPC_MALFORMED");
    }
    const { topics, data } = logOf();
    const dirty = topics.map((topic, index) => (index === 1 ? topic.replace("0x0", "0x1") : topic));
    expect(outcomeOf(() => decode({ topics: dirty, data }))).to.equal("RPC_MALFORMED");
  });

  it("passes over events that it does not know, and those whose topics only begin alike", () => {
    const [traded] = fc.sample(aLogOf("Traded"), 1) as [RawLog];
    const alike = traded.topics.map((topic, index) =>
      index === 0 ? `${topic.slice(0, -1)}x`.replace(/x$/, "0") : topic,
    );
    const topic = EVENTS.get("Traded")!.topicHash;

    expect(decode({ topics: [`0x${"12".repeat(32)}`], data: "0x" })).to.equal(null);
    expect(alike[0]).not.to.equal(topic);
    expect(decode({ ...traded, topics: alike })).to.equal(null);
  });

  it("tells the same account for the same address, however many there are", () => {
    const [log] = fc.sample(aLogOf("Deposited"), 1) as [RawLog];
    const told = new Map<string, string>();
    for (let number = 0; number < 9_000; number += 1) {
      const address = `0x${(number * 7_919).toString(16).padStart(40, "0")}`;
      const topic = `0x${address.slice(2).padStart(64, "0")}`;
      const event = decode({ ...log, topics: log.topics.toSpliced(1, 1, topic) });
      told.set(address, event?.kind === "deposited" ? event.account : "");
    }

    expect([...told].filter(([address, account]) => address !== account)).to.deep.equal([]);
  });
});

function garble(log: RawLog, { at, how, which }: { at: number; how: string; which: number }): RawLog {
  if (how === "cut") return { ...log, data: log.data.slice(0, -64) };
  if (how === "grown") return { ...log, data: `${log.data}${"00".repeat(32)}` };
  const spoil = (text: string): string => {
    const index = 2 + (at % Math.max(text.length - 2, 1));
    return text.slice(0, index) + how + text.slice(index + 1);
  };
  if (which % 2 === 1 && log.data.length > 2) return { ...log, data: spoil(log.data) };
  const index = which % log.topics.length;
  return { ...log, topics: log.topics.map((topic, place) => (place === index ? spoil(topic) : topic)) };
}
