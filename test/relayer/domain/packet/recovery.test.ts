import { expect } from "chai";

import { hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { type DeliveryPolicy, listDeliveries } from "../../../../relayer/domain/packet/deliveries.ts";
import type { PacketEvent } from "../../../../relayer/domain/packet/packet.ts";
import { packetKey } from "../../../../relayer/domain/packet/packet.ts";
import { listRecoveries } from "../../../../relayer/domain/packet/recovery.ts";
import {
  AWAY,
  HOME,
  aName,
  aPacket,
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
const POLICY: DeliveryPolicy = { afterMs: 1_000, failuresMax: 3, maxGas: 1_000_000 };
const NOTHING = new Map<string, number>();

/** Packets 1 to 3 are sent in block 1; `events` follow at the destination in block 1, seen at 1,000 ms. */
const bookWith = (...events: readonly PacketEvent[]) =>
  bookOf([...started(), read(HOME, 1, [1, 2, 3].map(sent)), read(AWAY, 1, events)]);

const verifiedBy = (nonce: number) => [attested(nonce, 0), attested(nonce, 1)];

describe("listDeliveries", () => {
  const due = (events: readonly PacketEvent[], nowMs = 2_000, failures = NOTHING) =>
    listDeliveries(bookWith(...events), { eid: AWAY, nowMs, failures }, POLICY).map((errand) => {
      const nonce = "packet" in errand ? Number(errand.packet.nonce) : 0;
      return errand.kind === "execute" ? [errand.kind, nonce, errand.gas] : [errand.kind, nonce];
    });

  it("commits what is verifiable and executes what is executable, oldest nonce first", () => {
    expect(due([...verifiedBy(3), committed(2), committed(1)])).to.deep.equal([
      ["execute", 1, 450_000],
      ["execute", 2, 450_000],
      ["commit", 3],
    ]);
  });

  it("waits for LayerZero's own executor first", () => {
    expect(due([committed(1)], 1_999)).to.deep.equal([]);
    expect(due([committed(1)], 2_000)).to.have.lengthOf(1);
  });

  it("leaves alone what an earlier nonce holds up, what is executed, and what another chain receives", () => {
    expect(due([committed(2)])).to.deep.equal([]);
    expect(due([committed(1), ended("delivered", 1)])).to.deep.equal([]);
    const elsewhere = { eid: HOME, nowMs: 9_000, failures: NOTHING };
    expect(listDeliveries(bookWith(committed(1)), elsewhere, POLICY)).to.deep.equal([]);
  });

  it("gives a failed one twice the gas each time, up to the most, and then gives it up", () => {
    const failures = (count: number) => new Map([[packetKey(aName(1)), count]]);

    expect(due([committed(1), alerted(1)])).to.deep.equal([["execute", 1, 900_000]]);
    expect(due([committed(1), alerted(1)], 2_000, failures(1))).to.deep.equal([["execute", 1, 1_000_000]]);
    expect(due([committed(1), alerted(1)], 2_000, failures(2))).to.deep.equal([]);
  });

  it("never touches what the source did not send", () => {
    expect(due([committed(1, FORGED)])).to.deep.equal([]);
  });
});

describe("listRecoveries", () => {
  const open = (events: readonly PacketEvent[], nowMs = 2_000, failures = NOTHING) =>
    listRecoveries(bookWith(...events), { policy: { stuckAfterMs: 10_000, failuresMax: 3 }, nowMs, failures }).map(
      ({ call, why, nonce, holdsUp, payloadHash }) => ({ call, why, nonce: Number(nonce), holdsUp, payloadHash }),
    );
  const SKIP = { call: "skip", why: "not-verified", payloadHash: null };

  it("names the first unverified nonce once later ones are verified, and how many wait", () => {
    expect(open([committed(2), committed(3)])).to.deep.equal([{ ...SKIP, nonce: 1, holdsUp: 2 }]);
    expect(open([committed(1), committed(3)])).to.deep.equal([{ ...SKIP, nonce: 2, holdsUp: 1 }]);
  });

  it("names it when it is old, even where nothing waits yet", () => {
    expect(open([], 10_999)).to.deep.equal([]);
    expect(open([], 11_000)).to.deep.equal([{ ...SKIP, nonce: 1, holdsUp: 0 }]);
  });

  it("does not call stuck what only has to be committed", () => {
    expect(open([...verifiedBy(1), committed(2)], 99_000)).to.deep.equal([]);
  });

  it("asks to nilify what the source never sent, before anything else", () => {
    const forged = { call: "nilify", why: "forged", nonce: 1, holdsUp: 0, payloadHash: FORGED };

    expect(open([committed(1, FORGED), committed(3)])).to.deep.equal([forged, { ...SKIP, nonce: 2, holdsUp: 1 }]);
  });

  it("asks to clear what failed as often as allowed", () => {
    const payloadHash = aPacket(1).payloadHash;
    const cleared = { call: "clear", why: "failed", nonce: 1, holdsUp: 0, payloadHash };
    const ours = new Map([[packetKey(aName(1)), 3]]);

    expect(open([committed(1), alerted(1), alerted(1)])).to.deep.equal([]);
    expect(open([committed(1), alerted(1), alerted(1), alerted(1)])).to.deep.equal([cleared]);
    expect(open([committed(1)], 2_000, ours)).to.deep.equal([cleared]);
  });

  it("has nothing to say of a route that goes on", () => {
    expect(open([committed(1), ended("delivered", 1), ended("skipped", 2)])).to.deep.equal([]);
  });
});
