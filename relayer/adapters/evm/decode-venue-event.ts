import { type Size, sizeOfFine, type VenueEvent } from "../../domain/exposure/venue-event.ts";
import { MARKETS } from "../../domain/incident/posture.ts";
import {
  addressOfWord,
  bigintOfWord,
  booleanAt,
  createDecoder,
  impossible,
  type KnownEvent,
  layoutOf,
  type LogFields,
  type RawLog,
} from "./log-fields.ts";
import { venueInterface } from "./venue-abi.ts";

/**
 * The venue event that `log` holds, or null when it is none that changes open interest. Venues trade more often than
 * anything else happens, so fields are taken by their place, and markets and accounts by what was read before.
 *
 * @throws RelayerError `RPC_MALFORMED` when a known event does not decode, or holds what no venue emits
 */
export function decodeVenueEvent(log: RawLog): VenueEvent | null {
  return decode(log);
}

type Reader = (fields: LogFields) => VenueEvent;

const READERS: Readonly<Record<string, Reader>> = {
  Traded({ log: { topics, data } }) {
    const { lots, restFine } = sizeOf(data);
    const account = addressOfWord(topics[1] ?? "", "account");
    return { kind: "traded", account, market: marketOf(topics[2]), lots, restFine };
  },
  Liquidated({ log: { topics, data } }) {
    const { lots, restFine } = sizeOf(data);
    const account = addressOfWord(topics[1] ?? "", "account");
    const liquidator = addressOfWord(topics[3] ?? "", "liquidator");
    return { kind: "liquidated", account, liquidator, market: marketOf(topics[2]), lots, restFine };
  },
  Defaulted: ({ log: { topics } }) => ({ kind: "defaulted", account: addressOfWord(topics[1] ?? "", "account") }),
  TornUp: (fields) => ({
    kind: "torn-up",
    market: marketOf(fields.log.topics[1]),
    isLongSide: booleanAt(fields, "isLongSide"),
    indexAfter: bigintOfWord(fields.log.data.slice(2 + 4 * 64, 2 + 5 * 64), "indexAfter"),
  }),
};

/** All of a market's topic but its last two digits. */
const MARKET_ZEROS = `0x${"0".repeat(62)}`;
const MARKET_END = /^[0-9a-f]{2}$/;

function marketOf(topic = ""): number {
  const end = topic.slice(MARKET_ZEROS.length);
  const market = topic.startsWith(MARKET_ZEROS) ? parseInt(end, 16) : MARKETS;
  if (market < MARKETS && MARKET_END.test(end)) return market;
  throw impossible("market");
}

/**
 * A size that is whole lots, and less than 2^52 of them, is these digits of its word. Those before are all 0 or all f,
 * those after all 0.
 */
const [LOTS_FROM, LOTS_TO, WORD_END] = [2 + 25, 2 + 38, 2 + 64];
const LOTS_SPAN = 2 ** 52;
const [ZERO, NINE, A, F] = [..."09af"].map((digit) => digit.charCodeAt(0)) as [number, number, number, number];

/** The first word of `data`, two's complement. Digit by digit: to cut a text in pieces takes longer. */
function sizeOf(data: string): Size {
  const first = data.charCodeAt(2);
  const isWhole = isFilled(data, [2, LOTS_FROM], first) && isFilled(data, [LOTS_TO, WORD_END], ZERO);
  const lots = isWhole ? readDigits(data) : NaN;
  if (first === ZERO && lots >= 0) return { lots, restFine: 0n };
  if (first === F && lots >= 0) return { lots: lots - LOTS_SPAN, restFine: 0n };
  const size = sizeOfFine(BigInt.asIntN(256, bigintOfWord(data.slice(2, WORD_END), "sizeFine")));
  if (!Number.isSafeInteger(size.lots)) throw impossible("sizeFine");
  return size;
}

function isFilled(data: string, [from, to]: readonly [number, number], digit: number): boolean {
  for (let index = from; index < to; index += 1) if (data.charCodeAt(index) !== digit) return false;
  return true;
}

/** NaN where there is anything but lower-case hex. */
function readDigits(data: string): number {
  let value = 0;
  for (let index = LOTS_FROM; index < LOTS_TO; index += 1) {
    const code = data.charCodeAt(index);
    if (code >= ZERO && code <= NINE) value = value * 16 + (code - ZERO);
    else if (code >= A && code <= F) value = value * 16 + (code - A + 10);
    else return NaN;
  }
  return value;
}

/** By topic. */
const EVENTS: ReadonlyMap<string, KnownEvent<VenueEvent>> = new Map(
  Object.entries(READERS).map(([name, read]) => {
    const event = venueInterface.getEvent(name);
    if (event === null) throw new RangeError(`the venue has no event ${name}`);
    return [event.topicHash, { layout: layoutOf(event), read }] as const;
  }),
);

const decode = createDecoder(EVENTS);
