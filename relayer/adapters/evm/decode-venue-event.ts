import type { VenueEvent } from "../../domain/exposure/venue-event.ts";
import { MARKETS } from "../../domain/incident/posture.ts";
import {
  addressAt,
  bigintAt,
  booleanAt,
  fieldsOf,
  impossible,
  layoutOf,
  type LogFields,
  numberAt,
  type RawLog,
  signedAt,
} from "./log-fields.ts";
import { venueInterface } from "./venue-abi.ts";

/**
 * The venue event that `log` holds, or null when it is none that changes open interest. Decoded by hand: venues trade
 * more often than anything else happens.
 *
 * @throws RelayerError `RPC_MALFORMED` when a known event does not decode, or holds what no venue emits
 */
export function decodeVenueEvent(log: RawLog): VenueEvent | null {
  const known = EVENTS.get(log.topics[0] ?? "");
  return known === undefined ? null : known.read(fieldsOf(log, known.layout));
}

type Reader = (fields: LogFields) => VenueEvent;

const READERS: Readonly<Record<string, Reader>> = {
  Traded: (fields) => ({
    kind: "traded",
    account: addressAt(fields, "account"),
    market: marketAt(fields),
    sizeFine: signedAt(fields, "sizeFine"),
  }),
  Liquidated: (fields) => ({
    kind: "liquidated",
    account: addressAt(fields, "account"),
    liquidator: addressAt(fields, "liquidator"),
    market: marketAt(fields),
    sizeFine: signedAt(fields, "sizeFine"),
  }),
  Defaulted: (fields) => ({ kind: "defaulted", account: addressAt(fields, "account") }),
  TornUp: (fields) => ({
    kind: "torn-up",
    market: marketAt(fields),
    isLongSide: booleanAt(fields, "isLongSide"),
    indexAfter: bigintAt(fields, "indexAfter"),
  }),
};

function marketAt(fields: LogFields): number {
  const market = numberAt(fields, "market");
  if (market < MARKETS) return market;
  throw impossible("market");
}

/** By topic. */
const EVENTS = new Map(
  Object.entries(READERS).map(([name, read]) => {
    const event = venueInterface.getEvent(name);
    if (event === null) throw new RangeError(`the venue has no event ${name}`);
    return [event.topicHash, { layout: layoutOf(event), read }] as const;
  }),
);
