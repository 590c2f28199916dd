import type { Result } from "ethers";

import type { DeskLimits, DeskReport } from "../../../domain/desk/desk-report.ts";
import type { Hex } from "../../../domain/hex.ts";
import { RelayerError } from "../../../errors.ts";
import type { RpcSession } from "../rpc-pool.ts";
import { Bytes, parseAnswer } from "../wire.ts";
import { deskInterface } from "./desk-abi.ts";

/** A session and the block that everything is read at. */
export interface AtBlock {
  readonly session: RpcSession;
  readonly blockTag: unknown;
}

/** What the desk says of `market`. A revert is a failure: the configured address is no desk, or its venue none. */
export async function readDeskReport(at: AtBlock, desk: Hex, market: number): Promise<DeskReport> {
  const [report] = (await view(at, desk, { name: "deskReport", args: [market] })) as unknown as [Result];
  return reportOf(report);
}

export async function readIsUsed(at: AtBlock, desk: Hex, operation: Hex): Promise<boolean> {
  return (await view(at, desk, { name: "isUsed", args: [operation] }))[0] === true;
}

function reportOf(of: Result): DeskReport {
  const envelope = of["envelope"] as Result;
  return {
    isSetter: of["isSetter"] as boolean,
    isMover: of["isMover"] as boolean,
    limits: {
      "open-interest-cap": limitsOf(of["capLimits"] as Result),
      "deleveraging-budget": limitsOf(of["budgetLimits"] as Result),
      "insurance-move": limitsOf(of["moveLimits"] as Result),
    },
    movable: of["movable"] as bigint,
    moves: of["moves"] as bigint,
    governedCap: of["governedCap"] as bigint,
    envelope: {
      capUnits: envelope["openInterestCap"] as bigint,
      globalUnits: envelope["globalOpenInterest"] as bigint,
      until: secondsOf(envelope["until"]),
    },
    budget: { leftUnits: of["budgetLeft"] as bigint, until: secondsOf(of["budgetUntil"]) },
    movePpm: Number(of["movePpm"] as bigint),
    floorUnits: of["floorUnits"] as bigint,
  };
}

function limitsOf(of: Result): DeskLimits {
  return {
    leastUnits: of["leastUnits"] as bigint,
    mostUnits: of["mostUnits"] as bigint,
    mostSeconds: secondsOf(of["mostSeconds"]),
  };
}

/** Ends lie hours ahead: what is beyond the safe integers was never set by a venue, and counts as the largest. */
function secondsOf(value: unknown): number {
  return Math.min(Number(value as bigint), Number.MAX_SAFE_INTEGER);
}

async function view(
  { session, blockTag }: AtBlock,
  desk: Hex,
  { name, args }: { readonly name: string; readonly args: readonly unknown[] },
): Promise<Result> {
  const data = deskInterface.encodeFunctionData(name, args);
  const raw = parseAnswer(Bytes, await session.call("eth_call", [{ to: desk, data }, blockTag]), "eth_call");
  try {
    return deskInterface.decodeFunctionResult(name, raw);
  } catch (error) {
    const text = `${session.host} answered ${name}() with something that does not decode: is the desk's address right?`;
    throw new RelayerError("RPC_MALFORMED", text, { host: session.host, view: name }, error);
  }
}
