import type { Result } from "ethers";

import { eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import {
  CAUSES,
  type HubEvent,
  type Merged,
  type Path,
  PATHS,
  REFUSALS,
  type SensorGrant,
} from "../../domain/incident/hub-event.ts";
import type { Limits } from "../../domain/incident/limits.ts";
import { posture } from "../../domain/incident/posture.ts";
import { type Rungs, rungsOfByte } from "../../domain/incident/rungs.ts";
import { word } from "../../domain/incident/word.ts";
import { hubInterface } from "./hub-abi.ts";
import {
  addressAt,
  bigintAt,
  booleanAt,
  bytesAt,
  createDecoder,
  impossible,
  layoutOf,
  type LogFields,
  numberAt,
  type RawLog,
} from "./log-fields.ts";

/**
 * The hub event that `log` holds, or null when its topic is none that we know: a later hub may say more. Decoded by
 * hand, fifty times as fast as by ethers, which a property test holds it against: catching up is mostly this.
 *
 * @throws RelayerError `RPC_MALFORMED` when a known event does not decode, or holds what no hub emits
 */
export function decodeHubEvent(log: RawLog): HubEvent | null {
  return decode(log);
}

/** Ceilings and quorum as the hub's view returns them. */
export function readLimits(raw: Result): Limits {
  const rungs = (name: string) => requireRungs(Number(raw[name] as bigint), name);
  return {
    peerCeiling: rungs("peerCeiling"),
    soloCeiling: rungs("soloCeiling"),
    quorumCeiling: rungs("quorumCeiling"),
    quorum: Number(raw["quorum"] as bigint),
  };
}

type Reader = (fields: LogFields) => HubEvent;

/** What stands for none where an entry came in a message. */
const NO_DECISION = `0x${"00".repeat(32)}`;

const READERS: Readonly<Record<string, Reader>> = {
  MarketRegistered: (fields) => ({
    kind: "market-registered",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    posture: posture(bigintAt(fields, "posture")),
  }),
  SensorSet: (fields) => ({
    kind: "sensor-set",
    seq: numberAt(fields, "seq"),
    sensor: addressAt(fields, "sensor"),
    grant: readGrant(fields),
  }),
  MirrorSet: (fields) => ({
    kind: "mirror-set",
    seq: numberAt(fields, "seq"),
    mirror: addressAt(fields, "mirror"),
    isActive: booleanAt(fields, "isActive"),
  }),
  Asserted: (fields) => ({
    kind: "asserted",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    sensor: addressAt(fields, "sensor"),
    cause: memberAt(fields, "cause", CAUSES),
    local: rungsAt(fields, "local"),
    mesh: rungsAt(fields, "mesh"),
    localWord: word(bigintAt(fields, "localWord")),
    meshWord: word(bigintAt(fields, "meshWord")),
    posture: posture(bigintAt(fields, "posture")),
  }),
  Merged: (fields) => {
    const decision = bytesAt(fields, "decision", 32);
    return decision === NO_DECISION ? readMerged(fields, "layerzero", null) : readMerged(fields, "quorum", decision);
  },
  SoloMerged: (fields) => readMerged(fields, "solo", bytesAt(fields, "decision", 32)),
  LanesRefused: (fields) => ({
    kind: "lanes-refused",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    srcEid: eid(numberAt(fields, "srcEid")),
    path: memberAt(fields, "path", PATHS),
    refusal: memberAt(fields, "refusal", REFUSALS),
    lanes: word(bigintAt(fields, "lanes")),
  }),
  Lifted: (fields) => ({
    kind: "lifted",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    inForce: rungsAt(fields, "inForce"),
    posture: posture(bigintAt(fields, "posture")),
  }),
  Voided: (fields) => ({
    kind: "voided",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    asOf: numberAt(fields, "asOf"),
    meshWord: word(bigintAt(fields, "meshWord")),
    localWord: word(bigintAt(fields, "localWord")),
  }),
  HaltBudgetSpent: (fields) => ({
    kind: "halt-budget-spent",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
  }),
  HaltBudgetRearmed: (fields) => ({
    kind: "halt-budget-rearmed",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    posture: posture(bigintAt(fields, "posture")),
  }),
  CouncilSet: (fields) => ({
    kind: "council-set",
    seq: numberAt(fields, "seq"),
    council: addressAt(fields, "council"),
  }),
  LiftGateSet: (fields) => ({ kind: "lift-gate-set", seq: numberAt(fields, "seq"), gate: addressAt(fields, "gate") }),
  MirrorFailed: (fields) => ({
    kind: "mirror-failed",
    seq: numberAt(fields, "seq"),
    mirror: addressAt(fields, "mirror"),
  }),
  BroadcastSent: (fields) => ({
    kind: "broadcast-sent",
    seq: numberAt(fields, "seq"),
    markets: numberAt(fields, "markets"),
    isHeartbeat: booleanAt(fields, "isHeartbeat"),
    sent: numberAt(fields, "sent"),
    failed: numberAt(fields, "failed"),
  }),
  SendFailed: (fields) => ({
    kind: "send-failed",
    seq: numberAt(fields, "seq"),
    dstEid: eid(numberAt(fields, "dstEid")),
    selector: bytesAt(fields, "selector", 4),
  }),
  Heard: (fields) => ({
    kind: "heard",
    seq: numberAt(fields, "seq"),
    srcEid: eid(numberAt(fields, "srcEid")),
    srcSeq: numberAt(fields, "srcSeq"),
    isHeartbeat: booleanAt(fields, "isHeartbeat"),
  }),
  ConfigDiffers: (fields) => ({
    kind: "config-differs",
    seq: numberAt(fields, "seq"),
    srcEid: eid(numberAt(fields, "srcEid")),
    theirs: bytesAt(fields, "theirs", 32),
    ours: bytesAt(fields, "ours", 32),
  }),
  MessageRefused: (fields) => ({
    kind: "message-refused",
    seq: numberAt(fields, "seq"),
    srcEid: eid(numberAt(fields, "srcEid")),
    path: memberAt(fields, "path", PATHS),
    refusal: memberAt(fields, "refusal", REFUSALS),
    messageHash: bytesAt(fields, "messageHash", 32),
  }),
  NothingMerged: (fields) => ({
    kind: "nothing-merged",
    seq: numberAt(fields, "seq"),
    decision: bytesAt(fields, "decision", 32),
  }),
  OperatorSet: (fields) => ({
    kind: "operator-set",
    seq: numberAt(fields, "seq"),
    operator: addressAt(fields, "operator"),
    isActive: booleanAt(fields, "isActive"),
  }),
  LimitsSet: (fields) => ({
    kind: "limits-set",
    seq: numberAt(fields, "seq"),
    limits: readLimitsSet(fields),
  }),
};

function readMerged(fields: LogFields, path: Path, decision: Hex | null): Merged {
  return {
    kind: "merged",
    seq: numberAt(fields, "seq"),
    market: numberAt(fields, "market"),
    path,
    decision,
    meshWord: word(bigintAt(fields, "meshWord")),
    posture: posture(bigintAt(fields, "posture")),
  };
}

function readGrant(fields: LogFields): SensorGrant {
  return {
    isActive: booleanAt(fields, "grant.isActive"),
    cause: memberAt(fields, "grant.cause", CAUSES),
    localCeiling: rungsAt(fields, "grant.localCeiling"),
    meshCeiling: rungsAt(fields, "grant.meshCeiling"),
    markets: numberAt(fields, "grant.markets"),
  };
}

function readLimitsSet(fields: LogFields): Limits {
  return {
    peerCeiling: rungsAt(fields, "limits.peerCeiling"),
    soloCeiling: rungsAt(fields, "limits.soloCeiling"),
    quorumCeiling: rungsAt(fields, "limits.quorumCeiling"),
    quorum: numberAt(fields, "limits.quorum"),
  };
}

function rungsAt(fields: LogFields, name: string): Rungs {
  return requireRungs(numberAt(fields, name), name);
}

function requireRungs(byte: number, name: string): Rungs {
  const rungs = rungsOfByte(byte);
  if (rungs !== null) return rungs;
  throw impossible(name);
}

function memberAt<Member extends string>(fields: LogFields, name: string, members: readonly Member[]): Member {
  const member = members[numberAt(fields, name)];
  if (member !== undefined) return member;
  throw impossible(name);
}

/** By topic. */
const EVENTS = new Map(
  Object.entries(READERS).map(([name, read]) => {
    const event = hubInterface.getEvent(name);
    if (event === null) throw new RangeError(`the hub has no event ${name}`);
    return [event.topicHash, { layout: layoutOf(event), read }] as const;
  }),
);

const decode = createDecoder(EVENTS);
