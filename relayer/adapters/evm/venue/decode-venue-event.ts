import { MARKETS } from "../../../domain/incident/posture.ts";
import type { VenueEvent } from "../../../domain/venue/venue-event.ts";
import { RelayerError } from "../../../errors.ts";
import { impossible, layoutOf } from "../log-fields.ts";
import { loadData, loadTopic, toAddress, toCash, toCount, toFlag, toInt, toSize, toUint } from "./log-words.ts";
import { digitsOf, isText, packDigits, textOf } from "./digits.ts";
import type { LogPlaces } from "./log-layout.ts";
import { venueInterface } from "./venue-abi.ts";

/**
 * The venue event that stands at `log`, or null when it is none that anything rebuilt follows from. Decoded by hand, which
 * a property test holds against ethers event by event: venues trade more often than anything else happens.
 *
 * @throws RelayerError `RPC_MALFORMED` when a known event does not decode, or holds what no venue emits
 */
export function decodeVenueEvent(log: LogPlaces): VenueEvent | null {
  const known = findEvent(log);
  if (known === null) return null;
  if (log.topicCount === known.topics && log.dataDigits === known.words * WORD_DIGITS) return known.read(log);
  throw new RelayerError("RPC_MALFORMED", "a known event does not decode", { event: known.name });
}

const WORD_DIGITS = 64;
/** Digits by which an event's topic is looked up. All of it is compared. */
const NUMBER_DIGITS = 8;

interface KnownEvent {
  readonly name: string;
  readonly topic: Int32Array;
  readonly topics: number;
  readonly words: number;
  readonly read: (log: LogPlaces) => VenueEvent;
}

const addressAt = (log: LogPlaces, topic: number, field: string) => {
  loadTopic(log, topic);
  return toAddress(field);
};

const marketAt = (log: LogPlaces, topic: number, field = "market"): number => {
  loadTopic(log, topic);
  const market = toCount(field);
  if (market >= MARKETS) throw impossible(field);
  return market;
};

const sizeAt = (log: LogPlaces, word: number) => {
  loadData(log, word);
  return toSize("sizeFine");
};

const uintAt = (log: LogPlaces, word: number): bigint => {
  loadData(log, word);
  return toUint();
};

const intAt = (log: LogPlaces, word: number): bigint => {
  loadData(log, word);
  return toInt();
};

const cashAt = (log: LogPlaces, word: number): bigint => {
  loadData(log, word);
  return toCash();
};

const countAt = (log: LogPlaces, word: number, field: string): number => {
  loadData(log, word);
  return toCount(field);
};

const flagAt = (log: LogPlaces, word: number, field: string): boolean => {
  loadData(log, word);
  return toFlag(field);
};

/** Word of a member of `MarketSet`'s parameters. */
const paramAt = (log: LogPlaces, member: string): number => {
  const place = PARAMS.get(`params.${member}`);
  if (place === undefined) throw new RangeError(`MarketSet has no ${member}`);
  return countAt(log, place.index, member);
};

/** One entry an event: topics and words in the order of its line in the ABI. */
const READERS: Readonly<Record<string, (log: LogPlaces) => VenueEvent>> = {
  Traded(log) {
    const account = addressAt(log, 1, "account");
    const market = marketAt(log, 2);
    const { lots, restFine } = sizeAt(log, 0);
    const priceX32 = uintAt(log, 1);
    const cashFine = cashAt(log, 2);
    const feeUnits = uintAt(log, 3);
    return { kind: "traded", account, market, lots, restFine, priceX32, cashFine, feeUnits };
  },
  Liquidated(log) {
    const account = addressAt(log, 1, "account");
    const market = marketAt(log, 2);
    const liquidator = addressAt(log, 3, "liquidator");
    const { lots, restFine } = sizeAt(log, 0);
    const priceX32 = uintAt(log, 1);
    const feeUnits = uintAt(log, 2);
    return { kind: "liquidated", account, market, liquidator, lots, restFine, priceX32, feeUnits };
  },
  MarketListed: (log) => ({
    kind: "market-listed",
    market: marketAt(log, 1),
    firstOctave: countAt(log, 1, "firstOctave"),
  }),
  MarketSet: (log) => ({
    kind: "market-set",
    market: marketAt(log, 1),
    assetClass: paramAt(log, "assetClass"),
    fundSharePpm: paramAt(log, "fundSharePpm"),
  }),
  Deposited: (log) => ({ kind: "deposited", account: addressAt(log, 1, "account"), units: uintAt(log, 0) }),
  Withdrawn: (log) => ({ kind: "withdrawn", account: addressAt(log, 1, "account"), units: uintAt(log, 0) }),
  Contributed: (log) => ({ kind: "contributed", market: marketAt(log, 1), units: uintAt(log, 0) }),
  FundPaidIn: (log) => ({ kind: "fund-paid", market: marketAt(log, 1), units: uintAt(log, 0) }),
  FundPaidOut: (log) => ({ kind: "fund-paid", market: marketAt(log, 1), units: -uintAt(log, 0) }),
  InsuranceMoved: (log) => ({
    kind: "insurance-moved",
    market: marketAt(log, 1, "from"),
    to: marketAt(log, 2, "to"),
    units: uintAt(log, 0),
  }),
  Rebated: (log) => ({ kind: "rebated", account: addressAt(log, 1, "account"), units: uintAt(log, 0) }),
  KeeperRewarded: (log) => ({
    kind: "keeper-rewarded",
    market: marketAt(log, 1),
    keeper: addressAt(log, 2, "keeper"),
    units: uintAt(log, 0),
  }),
  Settled: (log) => ({
    kind: "settled",
    account: addressAt(log, 1, "account"),
    market: marketAt(log, 2),
    cashFine: cashAt(log, 0),
    sizeFine: uintAt(log, 1),
    seen: countAt(log, 2, "seen"),
  }),
  Defaulted: (log) => ({
    kind: "defaulted",
    account: addressAt(log, 1, "account"),
    deficitFine: uintAt(log, 0),
  }),
  EstateFormed: (log) => ({
    kind: "estate-formed",
    account: addressAt(log, 1, "account"),
    estate: addressAt(log, 2, "estate"),
    markets: countAt(log, 0, "markets"),
    cashFine: cashAt(log, 1),
  }),
  EstateClosed: (log) => ({ kind: "estate-closed", estate: addressAt(log, 1, "estate"), cashFine: cashAt(log, 0) }),
  EstateSwept: (log) => ({ kind: "estate-swept", estate: addressAt(log, 1, "estate"), fine: uintAt(log, 0) }),
  FundDrawn: (log) => ({
    kind: "fund-drawn",
    market: marketAt(log, 1),
    isShared: flagAt(log, 0, "isShared"),
    fine: uintAt(log, 1),
  }),
  TornUp: (log) => ({
    kind: "torn-up",
    market: marketAt(log, 1),
    isLongSide: flagAt(log, 0, "isLongSide"),
    number: countAt(log, 1, "number"),
    mark: intAt(log, 2),
    indexBefore: uintAt(log, 3),
    indexAfter: uintAt(log, 4),
    cut: uintAt(log, 5),
  }),
  RankedTaken: (log) => ({
    kind: "ranked-taken",
    market: marketAt(log, 1),
    account: addressAt(log, 2, "account"),
    sizeFine: uintAt(log, 1),
    priceX32: uintAt(log, 2),
    takenFine: uintAt(log, 3),
  }),
  LossSocialised: (log) => ({
    kind: "loss-socialised",
    market: marketAt(log, 1),
    takenFine: uintAt(log, 0),
    uncoveredFine: uintAt(log, 1),
  }),
  ShortfallRepaid: (log) => ({ kind: "shortfall-repaid", market: marketAt(log, 1), fine: uintAt(log, 0) }),
  FundingAccrued: (log) => ({ kind: "funding-accrued", market: marketAt(log, 1), funding: intAt(log, 0) }),
  MarketClosed: (log) => ({ kind: "market-closed", market: marketAt(log, 1), priceX32: uintAt(log, 0) }),
  PositionSettled: (log) => ({
    kind: "position-settled",
    account: addressAt(log, 1, "account"),
    market: marketAt(log, 2),
    cashFine: cashAt(log, 0),
    quanta: uintAt(log, 1),
  }),
  SettlementDeficit: (log) => ({ kind: "settlement-deficit", market: marketAt(log, 1), fine: uintAt(log, 0) }),
  DustSwept: (log) => ({ kind: "dust-swept", market: marketAt(log, 1), cashFine: cashAt(log, 0) }),
  SettlementConcluded: (log) => ({
    kind: "settlement-concluded",
    market: marketAt(log, 1),
    claimsFine: uintAt(log, 0),
    payableFine: uintAt(log, 1),
    uncoveredFine: uintAt(log, 2),
  }),
  ClaimPaid: (log) => ({
    kind: "claim-paid",
    account: addressAt(log, 1, "account"),
    market: marketAt(log, 2),
    fine: uintAt(log, 0),
  }),
};

const layoutNamed = (name: string) => {
  const event = venueInterface.getEvent(name);
  if (event === null) throw new RangeError(`the venue has no event ${name}`);
  return { topic: event.topicHash.slice(2), ...layoutOf(event) };
};

const PARAMS = layoutNamed("MarketSet").places;

/** By the first digits of the topic, as a number. */
const EVENTS: ReadonlyMap<number, KnownEvent> = new Map(
  Object.entries(READERS).map(([name, read]) => {
    const { topic, topics, words } = layoutNamed(name);
    const known = { name, topic: textOf(topic), topics, words, read };
    return [parseInt(topic.slice(0, NUMBER_DIGITS), 16) | 0, known] as const;
  }),
);

/** Neighbours are often of one kind. */
let last: KnownEvent | null = null;

function findEvent({ view, topics }: LogPlaces): KnownEvent | null {
  const from = topics[0] as number;
  if (last !== null && isText(view, from, last.topic)) return last;
  const number = (packDigits(digitsOf(view.getInt32(from))) << 16) | packDigits(digitsOf(view.getInt32(from + 4)));
  const known = EVENTS.get(number);
  if (known === undefined || !isText(view, from, known.topic)) return null;
  last = known;
  return known;
}
