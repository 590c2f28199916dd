import { type LogDescription, type Result } from "ethers";

import { eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import { CAUSES, type HubEvent, PATHS, REFUSALS, type SensorGrant } from "../../domain/incident/hub-event.ts";
import type { Limits } from "../../domain/incident/limits.ts";
import { posture } from "../../domain/incident/posture.ts";
import { type Rungs, rungsOfByte } from "../../domain/incident/rungs.ts";
import { word } from "../../domain/incident/word.ts";
import { RelayerError } from "../../errors.ts";
import { hubInterface } from "./hub-abi.ts";

/** Topics and data of a log, as a node gives them. */
export interface RawLog {
  readonly topics: readonly string[];
  readonly data: string;
}

/**
 * The hub event that `log` holds, or null when its topic is none that we know: a later hub may say more.
 *
 * @throws RelayerError `RPC_MALFORMED` when a known event does not decode, or holds what no hub emits
 */
export function decodeHubEvent(log: RawLog): HubEvent | null {
  let parsed: LogDescription | null;
  try {
    parsed = hubInterface.parseLog(log);
  } catch (error) {
    throw new RelayerError("RPC_MALFORMED", "a hub event does not decode", { topic: log.topics[0] }, error);
  }
  if (parsed === null) return null;
  const read = READERS[parsed.name];
  return read === undefined ? null : read(parsed.args);
}

/** Ceilings and quorum as the hub returns and emits them. */
export function readLimits(raw: Result): Limits {
  return {
    peerCeiling: rungsAt(raw, "peerCeiling"),
    soloCeiling: rungsAt(raw, "soloCeiling"),
    quorumCeiling: rungsAt(raw, "quorumCeiling"),
    quorum: numberAt(raw, "quorum"),
  };
}

type Reader = (args: Result) => HubEvent;

const READERS: Readonly<Record<string, Reader>> = {
  MarketRegistered: (args) => ({
    kind: "market-registered",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    posture: posture(bigintAt(args, "posture")),
  }),
  SensorSet: (args) => ({
    kind: "sensor-set",
    seq: numberAt(args, "seq"),
    sensor: hexAt(args, "sensor"),
    grant: readGrant(args["grant"] as Result),
  }),
  MirrorSet: (args) => ({
    kind: "mirror-set",
    seq: numberAt(args, "seq"),
    mirror: hexAt(args, "mirror"),
    isActive: booleanAt(args, "isActive"),
  }),
  Asserted: (args) => ({
    kind: "asserted",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    sensor: hexAt(args, "sensor"),
    cause: memberAt(args, "cause", CAUSES),
    local: rungsAt(args, "local"),
    mesh: rungsAt(args, "mesh"),
    localWord: word(bigintAt(args, "localWord")),
    meshWord: word(bigintAt(args, "meshWord")),
    posture: posture(bigintAt(args, "posture")),
  }),
  Merged: (args) => ({
    kind: "merged",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    path: memberAt(args, "path", PATHS),
    meshWord: word(bigintAt(args, "meshWord")),
    posture: posture(bigintAt(args, "posture")),
  }),
  LanesRefused: (args) => ({
    kind: "lanes-refused",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    srcEid: eid(numberAt(args, "srcEid")),
    path: memberAt(args, "path", PATHS),
    refusal: memberAt(args, "refusal", REFUSALS),
    lanes: word(bigintAt(args, "lanes")),
  }),
  Lifted: (args) => ({
    kind: "lifted",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    inForce: rungsAt(args, "inForce"),
    posture: posture(bigintAt(args, "posture")),
  }),
  Voided: (args) => ({
    kind: "voided",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    asOf: numberAt(args, "asOf"),
    meshWord: word(bigintAt(args, "meshWord")),
    localWord: word(bigintAt(args, "localWord")),
  }),
  HaltBudgetSpent: (args) => ({
    kind: "halt-budget-spent",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
  }),
  HaltBudgetRearmed: (args) => ({
    kind: "halt-budget-rearmed",
    seq: numberAt(args, "seq"),
    market: numberAt(args, "market"),
    posture: posture(bigintAt(args, "posture")),
  }),
  CouncilSet: (args) => ({ kind: "council-set", seq: numberAt(args, "seq"), council: hexAt(args, "council") }),
  LiftGateSet: (args) => ({ kind: "lift-gate-set", seq: numberAt(args, "seq"), gate: hexAt(args, "gate") }),
  MirrorFailed: (args) => ({ kind: "mirror-failed", seq: numberAt(args, "seq"), mirror: hexAt(args, "mirror") }),
  BroadcastSent: (args) => ({
    kind: "broadcast-sent",
    seq: numberAt(args, "seq"),
    markets: numberAt(args, "markets"),
    isHeartbeat: booleanAt(args, "isHeartbeat"),
    sent: numberAt(args, "sent"),
    failed: numberAt(args, "failed"),
  }),
  SendFailed: (args) => ({
    kind: "send-failed",
    seq: numberAt(args, "seq"),
    dstEid: eid(numberAt(args, "dstEid")),
    selector: hexAt(args, "selector"),
  }),
  Heard: (args) => ({
    kind: "heard",
    seq: numberAt(args, "seq"),
    srcEid: eid(numberAt(args, "srcEid")),
    srcSeq: numberAt(args, "srcSeq"),
    isHeartbeat: booleanAt(args, "isHeartbeat"),
  }),
  ConfigDiffers: (args) => ({
    kind: "config-differs",
    seq: numberAt(args, "seq"),
    srcEid: eid(numberAt(args, "srcEid")),
    theirs: hexAt(args, "theirs"),
    ours: hexAt(args, "ours"),
  }),
  MessageRefused: (args) => ({
    kind: "message-refused",
    seq: numberAt(args, "seq"),
    srcEid: eid(numberAt(args, "srcEid")),
    path: memberAt(args, "path", PATHS),
    refusal: memberAt(args, "refusal", REFUSALS),
    messageHash: hexAt(args, "messageHash"),
  }),
  DirectiveAccepted: (args) => ({
    kind: "directive-accepted",
    seq: numberAt(args, "seq"),
    decision: hexAt(args, "decision"),
  }),
  OperatorSet: (args) => ({
    kind: "operator-set",
    seq: numberAt(args, "seq"),
    operator: hexAt(args, "operator"),
    isActive: booleanAt(args, "isActive"),
  }),
  LimitsSet: (args) => ({
    kind: "limits-set",
    seq: numberAt(args, "seq"),
    limits: readLimits(args["limits"] as Result),
  }),
};

function readGrant(raw: Result): SensorGrant {
  return {
    isActive: booleanAt(raw, "isActive"),
    cause: memberAt(raw, "cause", CAUSES),
    localCeiling: rungsAt(raw, "localCeiling"),
    meshCeiling: rungsAt(raw, "meshCeiling"),
    markets: numberAt(raw, "markets"),
  };
}

function bigintAt(from: Result, key: string): bigint {
  return BigInt(from[key] as bigint);
}

/** For fields of at most 64 bits. Sequence numbers stay below 2^53 for longer than any chain lives. */
function numberAt(from: Result, key: string): number {
  const value = Number(from[key] as bigint);
  if (Number.isSafeInteger(value)) return value;
  throw impossible(key);
}

function booleanAt(from: Result, key: string): boolean {
  return from[key] === true;
}

function hexAt(from: Result, key: string): Hex {
  return (from[key] as string).toLowerCase() as Hex;
}

function rungsAt(from: Result, key: string): Rungs {
  const rungs = rungsOfByte(numberAt(from, key));
  if (rungs !== null) return rungs;
  throw impossible(key);
}

function memberAt<Member extends string>(from: Result, key: string, members: readonly Member[]): Member {
  const member = members[numberAt(from, key)];
  if (member !== undefined) return member;
  throw impossible(key);
}

function impossible(field: string): RelayerError {
  return new RelayerError("RPC_MALFORMED", `a hub event holds an impossible ${field}`, { field });
}
