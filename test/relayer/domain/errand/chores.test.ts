import { expect } from "chai";

import {
  type ChorePolicy,
  type HubFacts,
  type Trial,
  isRefreshDue,
  isWorthwhile,
  listChores,
} from "../../../../relayer/domain/errand/chores.ts";
import type { Errand } from "../../../../relayer/domain/errand/errand.ts";
import { errandId } from "../../../../relayer/domain/errand/errand.ts";
import type { Hex } from "../../../../relayer/domain/hex.ts";
import { posture, withRegistered, withRungs } from "../../../../relayer/domain/incident/posture.ts";
import { T0, rungs } from "../../../support/builders.ts";
import { AWAY, HOME } from "../../../support/packet-builders.ts";

const SENSOR: Hex = `0x${"51".repeat(20)}`;
const SILENCE: Hex = `0x${"52".repeat(20)}`;
const CALM = withRegistered(withRegistered(posture(0n), 0), 1);
const POLICY: ChorePolicy = { reassertSeconds: 600, refreshMs: 60_000, hubLowWei: 100n, topUpWei: 50n };
const HUB: HubFacts = { posture: CALM, balanceWei: 100n, dueMarkets: 0, isHeartbeatDue: false };
const CHORES = { sensors: [{ address: SENSOR, markets: [1, 2] }], silenceSensors: [SILENCE], peers: [HOME, AWAY] };
const POKE: Errand = { kind: "poke", sensor: SENSOR, market: 1 };

const list = (hub: Partial<HubFacts>) => listChores({ ...HUB, ...hub }, CHORES, POLICY).map(errandId);
const PATROL = [`poke:${SENSOR}:1`, `report-silence:${SILENCE}:${HOME}`, `report-silence:${SILENCE}:${AWAY}`];

describe("listChores", () => {
  it("looks at every sensor's registered markets and at every peer", () => {
    expect(list({})).to.deep.equal(PATROL);
  });

  it("sends what is due first, and feeds a hub that runs low before it", () => {
    expect(list({ balanceWei: 99n, dueMarkets: 2 })).to.deep.equal(["top-up", "broadcast", ...PATROL]);
    expect(list({ isHeartbeatDue: true })).to.deep.equal(["broadcast", ...PATROL]);
  });

  it("calls a broadcast a heartbeat only when it carries no market", () => {
    const kinds = [{ dueMarkets: 2, isHeartbeatDue: true }, { isHeartbeatDue: true }].map((hub) =>
      listChores({ ...HUB, ...hub }, CHORES, POLICY).find(({ kind }) => kind === "broadcast"),
    );

    expect(kinds).to.deep.equal([
      { kind: "broadcast", isHeartbeat: false },
      { kind: "broadcast", isHeartbeat: true },
    ]);
  });

  it("lifts where something is in the posture, and nowhere else", () => {
    expect(list({ posture: withRungs(CALM, 1, rungs(3, 0)) })).to.deep.equal([...PATROL, "lift:1"]);
  });
});

describe("isWorthwhile", () => {
  const trial = (of: Partial<Trial>) =>
    isWorthwhile({ errand: POKE, rungs: rungs(2, 0), last: null, hub: HUB, time: T0, ...of }, POLICY);

  it("pokes a sensor that would say more than it said last", () => {
    expect(trial({})).to.equal(true);
    expect(trial({ last: { rungs: rungs(1, 0), at: T0 } })).to.equal(true);
    expect(trial({ rungs: rungs(0, 0) })).to.equal(false);
  });

  it("has it say the same again only when that is old", () => {
    expect(trial({ last: { rungs: rungs(2, 0), at: T0 - 599 } })).to.equal(false);
    expect(trial({ last: { rungs: rungs(2, 0), at: T0 - 600 } })).to.equal(true);
  });

  it("lifts only what would come down", () => {
    const hub = { ...HUB, posture: withRungs(CALM, 1, rungs(3, 0)) };
    const lift: Errand = { kind: "lift", market: 1 };

    expect(trial({ errand: lift, hub, rungs: rungs(3, 0) })).to.equal(false);
    expect(trial({ errand: lift, hub, rungs: rungs(2, 0) })).to.equal(true);
    expect(trial({ errand: lift, hub, rungs: null })).to.equal(false);
  });

  it("refreshes a calm sensor, and nothing else", () => {
    expect(isRefreshDue(POKE, 60_000, POLICY)).to.equal(true);
    expect(isRefreshDue(POKE, 59_999, POLICY)).to.equal(false);
    expect(isRefreshDue(POKE, 60_000, { ...POLICY, refreshMs: 0 })).to.equal(false);
    expect(isRefreshDue({ kind: "lift", market: 1 }, 60_000, POLICY)).to.equal(false);
  });
});
