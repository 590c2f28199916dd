import { expect } from "chai";
import fc from "fast-check";

import { hexOfInteger } from "../../../../relayer/domain/hex.ts";
import type { PacketEvent } from "../../../../relayer/domain/packet/packet.ts";
import { inboundNonce, listPackets } from "../../../../relayer/domain/packet/packet-view.ts";
import { PACKETS_KEPT } from "../../../../relayer/domain/packet/reduce-packets.ts";
import {
  AWAY,
  HOME,
  aBlock,
  aName,
  aPacket,
  aPathway,
  alerted,
  attested,
  bookOf,
  committed,
  ended,
  read,
  sent,
  started,
} from "../../../support/packet-builders.ts";

const FORGED = hexOfInteger(0xf0n, 32);

/** States by nonce, after `events` at the destination, one a block, of packets 1 to `count`. */
function statesAfter(events: readonly PacketEvent[], { count = 1, pathway = aPathway() } = {}): readonly string[] {
  const nonces = Array.from({ length: count }, (_, index) => index + 1);
  const arrivals = events.map((event, index) => read(AWAY, index + 1, [event]));
  const book = bookOf([...started(pathway), read(HOME, 1, nonces.map(sent)), ...arrivals]);
  return listPackets(book).map(({ state }) => state);
}

describe("reducePackets", () => {
  describe("in the order in which LayerZero goes on", () => {
    const steps: readonly [string, PacketEvent[]][] = [
      ["sent", []],
      ["verifying", [attested(1, 0)]],
      ["verifiable", [attested(1, 0), attested(1, 1)]],
      ["executable", [attested(1, 0), attested(1, 1), committed(1)]],
      ["failed", [committed(1), alerted(1)]],
      ["executed", [committed(1), alerted(1), ended("delivered", 1)]],
      ["skipped", [ended("skipped", 1)]],
      ["skipped", [committed(1), ended("nilified", 1), ended("burnt", 1)]],
    ];
    for (const [state, events] of steps) {
      it(`is ${state} after ${events.map(({ kind }) => kind).join(", ") || "nothing"}`, () => {
        expect(statesAfter(events)).to.deep.equal([state]);
      });
    }
  });

  it("counts a DVN's word only for what the source sent, and only with enough confirmations", () => {
    const hasty: PacketEvent = { ...attested(1, 1), confirmations: 4n } as PacketEvent;

    expect(statesAfter([attested(1, 0), attested(1, 1, FORGED)])).to.deep.equal(["verifying"]);
    expect(statesAfter([attested(1, 0), hasty])).to.deep.equal(["verifying"]);
  });

  it("asks for as many optional DVNs as the receiver does", () => {
    const pathway = aPathway({ requiredDvns: [], optionalDvns: aPathway().requiredDvns, optionalThreshold: 1 });

    expect(statesAfter([], { pathway })).to.deep.equal(["sent"]);
    expect(statesAfter([attested(1, 1)], { pathway })).to.deep.equal(["verifiable"]);
  });

  it("holds a packet up behind one that nobody verified, until that is verified or given up", () => {
    const later = [committed(2), committed(3)];

    expect(statesAfter(later, { count: 3 })).to.deep.equal(["sent", "verified", "verified"]);
    expect(statesAfter([...later, committed(1)], { count: 3 })).to.deep.equal(Array(3).fill("executable"));
    expect(statesAfter([...later, ended("skipped", 1)], { count: 3 })).to.deep.equal([
      "skipped",
      "executable",
      "executable",
    ]);
  });

  it("lets a nilified packet hold up nobody, and has it verified anew from the beginning", () => {
    const nilified = [committed(1, FORGED), committed(2), ended("nilified", 1)];

    expect(statesAfter(nilified, { count: 2 })).to.deep.equal(["sent", "executable"]);
    expect(statesAfter([...nilified, attested(1, 0)], { count: 2 })).to.deep.equal(["verifying", "executable"]);
    expect(statesAfter([...nilified, committed(1)], { count: 2 })).to.deep.equal(["executable", "executable"]);
  });

  it("takes what the endpoint holds at the start for verified, and what it does not for executed", () => {
    const held = [{ nonce: 2n, payloadHash: aPacket(2).payloadHash }];

    expect(statesAfter([], { count: 3, pathway: aPathway({ inboundNonce: 2n, held }) })).to.deep.equal([
      "executed",
      "executable",
      "sent",
    ]);
  });

  it("believes no chain about what is another's to say", () => {
    const book = bookOf([...started(), read(HOME, 1, [sent(1), committed(1), ended("delivered", 1)])]);

    expect(listPackets(book).map(({ state }) => state)).to.deep.equal(["sent"]);
  });

  it("tells what the endpoint holds apart from what the source sent", () => {
    const forged = bookOf([...started(), read(HOME, 1, [sent(1)]), read(AWAY, 1, [committed(1, FORGED)])]);

    expect(listPackets(forged).map(({ isForged }) => isForged)).to.deep.equal([true]);
  });

  it("undoes what a reorg undoes, and only that", () => {
    const before = [...started(), read(HOME, 1, [sent(1)]), read(AWAY, 1, [committed(1)])];
    const after = [...before, read(AWAY, 2, [ended("delivered", 1)])];
    const rewound = { kind: "packets-rewound", eid: AWAY, ancestor: aBlock(1), atMs: 9 } as const;

    expect(listPackets(bookOf(after)).map(({ state }) => state)).to.deep.equal(["executed"]);
    expect(listPackets(bookOf([...after, rewound])).map(({ state }) => state)).to.deep.equal(["executable"]);
    expect(bookOf([...after, rewound]).chains.get(AWAY)).to.deep.equal(bookOf(before).chains.get(AWAY));
  });

  it("takes no blocks that do not follow, and no events from outside of them", () => {
    const book = bookOf([...started(), read(HOME, 3, [sent(1)])]);
    const outside = { ...read(HOME, 5, [sent(2)]), to: aBlock(4) };

    expect(bookOf([read(HOME, 3, [sent(2)]), read(HOME, 2, [sent(2)]), outside], book)).to.equal(book);
  });

  it("keeps the time at which a packet came into its state", () => {
    const book = bookOf([
      ...started(),
      read(HOME, 1, [sent(1)], 10),
      read(AWAY, 1, [attested(1, 0)], 20),
      read(AWAY, 2, [], 30),
    ]);

    expect(listPackets(book).map(({ sinceMs, firstMs }) => [sinceMs, firstMs])).to.deep.equal([[20, 10]]);
  });

  it("forgets the oldest of those that are settled for good, and counts them as passed all the same", () => {
    const count = PACKETS_KEPT + 50;
    const nonces = Array.from({ length: count }, (_, index) => index + 1);
    const delivered = nonces.flatMap((nonce) => [committed(nonce), ended("delivered", nonce)]);
    const finals = [HOME, AWAY].map((eid) => ({ kind: "packets-final", eid, number: 1, atMs: 2 }) as const);
    const book = bookOf([...started(), read(HOME, 1, nonces.map(sent)), read(AWAY, 1, delivered), ...finals]);

    expect(listPackets(book).map(({ packet }) => Number(packet.nonce))).to.deep.equal(nonces.slice(50));
    expect(inboundNonce(book, aName(1))).to.equal(BigInt(count));
    expect(book.chains.get(AWAY)?.latest.arrivals.size).to.equal(PACKETS_KEPT);
  });

  it("ends in the same book whether blocks came at once or were undone and read again", () => {
    const anEvent = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 1, 2, 3, 4, 5, 6))
      .map(([nonce, kind]) => {
        const of = [
          attested(nonce, 0),
          attested(nonce, 1),
          committed(nonce),
          alerted(nonce),
          ended("delivered", nonce),
          ended("skipped", nonce),
          ended("nilified", nonce),
        ];
        return of[kind]!;
      });
    const story = fc.record({
      blocks: fc.array(fc.array(anEvent, { maxLength: 3 }), { minLength: 2, maxLength: 8 }),
      final: fc.nat(7),
      back: fc.nat(7),
    });
    fc.assert(
      fc.property(story, ({ blocks, final, back }) => {
        const reads = blocks.map((events, index) => read(AWAY, index + 1, events));
        const finality = { kind: "packets-final", eid: AWAY, number: Math.min(final, back), atMs: 0 } as const;
        const rewind = { kind: "packets-rewound", eid: AWAY, ancestor: aBlock(back), atMs: 0 } as const;
        const start = [...started(), read(HOME, 1, [1, 2, 3, 4].map(sent))];

        const straight = bookOf([...start, ...reads, finality]);
        const winding = bookOf([...start, ...reads, finality, rewind, ...reads.slice(back)]);

        expect(listPackets(winding).map(({ state }) => state)).to.deep.equal(
          listPackets(straight).map(({ state }) => state),
        );
        expect(winding.chains.get(AWAY)).to.deep.equal(straight.chains.get(AWAY));
      }),
    );
  });
});
