import type { LogDescription, Result } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import type { VenueEvent } from "../../domain/risk/venue-event.ts";
import { RelayerError } from "../../errors.ts";
import { venueInterface } from "./risk-abi.ts";
import type { Log } from "./wire.ts";

type Arguments = Readonly<Record<string, unknown>>;
type Decoder = (args: Arguments) => VenueEvent;

const big = (args: Arguments, name: string): bigint => args[name] as bigint;
const count = (args: Arguments, name: string): number => Number(args[name] as bigint);
const who = (args: Arguments, name: string): Hex => String(args[name]).toLowerCase() as Hex;

/** One entry an event, so that each reads like its line in the ABI. */
const DECODERS: Readonly<Record<string, Decoder>> = {
  MarketListed: (args) => ({
    kind: "market-listed",
    market: count(args, "market"),
    firstOctave: count(args, "firstOctave"),
  }),
  MarketSet: (args) => {
    const params = args["params"] as Result;
    return {
      kind: "market-set",
      market: count(args, "market"),
      assetClass: Number(params["assetClass"] as bigint),
      fundSharePpm: Number(params["fundSharePpm"] as bigint),
    };
  },
  Deposited: (args) => ({ kind: "deposited", account: who(args, "account"), units: big(args, "units") }),
  Withdrawn: (args) => ({ kind: "withdrawn", account: who(args, "account"), units: big(args, "units") }),
  Contributed: (args) => ({ kind: "contributed", market: count(args, "market"), units: big(args, "units") }),
  Traded: (args) => ({
    kind: "traded",
    account: who(args, "account"),
    market: count(args, "market"),
    sizeFine: big(args, "sizeFine"),
    priceX32: big(args, "priceX32"),
    cashFine: big(args, "cashFine"),
    feeUnits: big(args, "feeUnits"),
  }),
  Liquidated: (args) => ({
    kind: "liquidated",
    account: who(args, "account"),
    market: count(args, "market"),
    liquidator: who(args, "liquidator"),
    sizeFine: big(args, "sizeFine"),
    priceX32: big(args, "priceX32"),
    feeUnits: big(args, "feeUnits"),
  }),
  Settled: (args) => ({
    kind: "settled",
    account: who(args, "account"),
    market: count(args, "market"),
    cashFine: big(args, "cashFine"),
    sizeFine: big(args, "sizeFine"),
    seen: count(args, "seen"),
  }),
  Defaulted: (args) => ({ kind: "defaulted", account: who(args, "account"), deficitFine: big(args, "deficitFine") }),
  FundDrawn: (args) => ({
    kind: "fund-drawn",
    market: count(args, "market"),
    isShared: args["isShared"] as boolean,
    fine: big(args, "fine"),
  }),
  TornUp: (args) => ({
    kind: "torn-up",
    market: count(args, "market"),
    isLongSide: args["isLongSide"] as boolean,
    number: count(args, "number"),
    mark: big(args, "mark"),
    indexBefore: big(args, "indexBefore"),
    indexAfter: big(args, "indexAfter"),
    cut: big(args, "cut"),
  }),
  LossSocialised: (args) => ({
    kind: "loss-socialised",
    market: count(args, "market"),
    takenFine: big(args, "takenFine"),
    uncoveredFine: big(args, "uncoveredFine"),
  }),
  ShortfallRepaid: (args) => ({ kind: "shortfall-repaid", market: count(args, "market"), fine: big(args, "fine") }),
  FundingAccrued: (args) => ({
    kind: "funding-accrued",
    market: count(args, "market"),
    funding: big(args, "funding"),
  }),
};

/**
 * The venue's event, or null when it is none that positions follow from.
 *
 * @throws RelayerError `RPC_MALFORMED` when the log bears the name of an event and does not decode as one
 */
export function decodeRiskEvent(log: Pick<Log, "topics" | "data">): VenueEvent | null {
  const topics = [...log.topics];
  let parsed: LogDescription | null;
  try {
    parsed = venueInterface.parseLog({ topics, data: log.data });
  } catch (error) {
    throw new RelayerError("RPC_MALFORMED", "a log of the venue does not decode", { topic: topics[0] }, error);
  }
  const decode = parsed === null ? undefined : DECODERS[parsed.name];
  return parsed === null || decode === undefined ? null : decode(argumentsOf(parsed));
}

function argumentsOf({ fragment, args }: LogDescription): Arguments {
  return Object.fromEntries(fragment.inputs.map(({ name }, index) => [name, args[index] as unknown]));
}
