import type { EventFragment, ParamType } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import { RelayerError } from "../../errors.ts";

/** Topics and data of a log, as a node gives them. */
export interface RawLog {
  readonly topics: readonly string[];
  readonly data: string;
}

/** Where each field of an event stands. Every event that the relayer follows is made of static fields: one word each. */
export interface LogLayout {
  /** How many topics, the event's own hash included. */
  readonly topics: number;
  /** How many words of data. */
  readonly words: number;
  /** Field name, members of a tuple as `tuple.member`, to topic or word. */
  readonly places: ReadonlyMap<string, { readonly isTopic: boolean; readonly index: number }>;
}

const STATIC = /^(u?int\d+|address|bool|bytes\d+)$/;
const UPPER = /[A-Z]/;
const WORD_DIGITS = 64;
const WORD = /^[0-9a-f]{64}$/;
const ADDRESS_WORD = /^0x0{24}[0-9a-f]{40}$/;
/** A word up to 2^52 - 1, and how many of its digits may be others than zero. */
const SMALL_WORD = /^0{51}[0-9a-f]{13}$/;
const SMALL_DIGITS = 13;

/** @throws RangeError for an event with a field that is not static */
export function layoutOf(event: EventFragment): LogLayout {
  const places = new Map<string, { isTopic: boolean; index: number }>();
  let [topics, words] = [1, 0];
  const place = (input: ParamType, name: string): void => {
    if (input.baseType === "tuple") {
      for (const member of input.components ?? []) place(member, `${name}.${member.name}`);
      return;
    }
    if (!STATIC.test(input.type)) throw new RangeError(`${event.name}.${name} is not one word`);
    const isTopic = input.indexed === true;
    places.set(name, { isTopic, index: isTopic ? topics : words });
    if (isTopic) topics += 1;
    else words += 1;
  };
  for (const input of event.inputs) place(input, input.name);
  return { topics, words, places };
}

/** A log and its layout: what fields are read from. */
export interface LogFields {
  readonly log: RawLog;
  readonly layout: LogLayout;
}

/** One event that is known: how to read it. */
export interface KnownEvent<Event> {
  readonly layout: LogLayout;
  readonly read: (fields: LogFields) => Event;
}

/**
 * Makes a decoder of the events in `known`, by topic: null for one that is not among them. Nodes write hex in lower
 * case; one that does not is read all the same, a little later. The decoder throws `RPC_MALFORMED`.
 */
export function createDecoder<Event>(known: ReadonlyMap<string, KnownEvent<Event>>): (log: RawLog) => Event | null {
  // Neighbours are often of one kind, and comparing two texts is quicker than hashing one.
  let last: readonly [string, KnownEvent<Event>] | null = null;
  const find = (topic: string): KnownEvent<Event> | null => {
    if (last !== null && last[0] === topic) return last[1];
    const event = known.get(topic);
    if (event === undefined) return null;
    last = [topic, event];
    return event;
  };
  const decode = (log: RawLog): Event | null => {
    const event = find(log.topics[0] ?? "");
    try {
      if (event !== null) return event.read(fieldsOf(log, event.layout));
    } catch (error) {
      if (!hasUpperCase(log)) throw error;
    }
    return hasUpperCase(log) ? decode(toLowerCase(log)) : null;
  };
  return decode;
}

function hasUpperCase({ topics, data }: RawLog): boolean {
  return UPPER.test(data) || topics.some((topic) => UPPER.test(topic));
}

function toLowerCase({ topics, data }: RawLog): RawLog {
  return { topics: topics.map((topic) => topic.toLowerCase()), data: data.toLowerCase() };
}

/**
 * `log` to be read by `layout`.
 *
 * @throws RelayerError `RPC_MALFORMED` when it has other topics or more or less data than the event
 */
export function fieldsOf(log: RawLog, layout: LogLayout): LogFields {
  if (log.topics.length !== layout.topics || log.data.length !== 2 + layout.words * WORD_DIGITS) {
    throw new RelayerError("RPC_MALFORMED", "a known event does not decode", { topic: log.topics[0] });
  }
  return { log, layout };
}

export function bigintAt(fields: LogFields, name: string): bigint {
  const digits = digitsAt(fields, name);
  if (digits.length !== WORD_DIGITS || !WORD.test(digits)) throw impossible(name);
  return BigInt(`0x${digits}`);
}

/** For fields of at most 64 bits. Sequence numbers stay below 2^52 for longer than any chain lives. */
export function numberAt(fields: LogFields, name: string): number {
  const digits = digitsAt(fields, name);
  if (!SMALL_WORD.test(digits)) throw impossible(name);
  return Number(`0x${digits.slice(-SMALL_DIGITS)}`);
}

export function booleanAt(fields: LogFields, name: string): boolean {
  const value = numberAt(fields, name);
  if (value > 1) throw impossible(name);
  return value === 1;
}

/**
 * Addresses come again and again: each is checked and cut out once. By their last digits as a number, because hashing a
 * text that a node has just sent takes longer than all the rest; two with the same digits only lose the short cut.
 */
const addresses = new Map<number, { readonly word: string; readonly address: Hex }>();
const ADDRESSES_MAX = 65_536;
const KEY_FROM = 2 + WORD_DIGITS - 7;

export function addressAt(fields: LogFields, name: string): Hex {
  const word = `0x${digitsAt(fields, name)}`;
  const key = parseInt(word.slice(KEY_FROM), 16);
  const known = addresses.get(key);
  if (known !== undefined && known.word === word) return known.address;
  if (!ADDRESS_WORD.test(word)) throw impossible(name);
  const address: Hex = `0x${word.slice(26)}`;
  if (addresses.size >= ADDRESSES_MAX) addresses.clear();
  addresses.set(key, { word, address });
  return address;
}

/** The first `bytes` bytes of the word: `bytes32`, or less. */
export function bytesAt(fields: LogFields, name: string, bytes: number): Hex {
  const digits = digitsAt(fields, name);
  if (!WORD.test(digits)) throw impossible(name);
  return `0x${digits.slice(0, 2 * bytes)}`;
}

export function impossible(field: string): RelayerError {
  return new RelayerError("RPC_MALFORMED", `an event holds an impossible ${field}`, { field });
}

function digitsAt({ log, layout }: LogFields, name: string): string {
  const place = layout.places.get(name);
  if (place === undefined) throw new RelayerError("UNEXPECTED", `no event has the field ${name}`, { name });
  if (place.isTopic) return log.topics[place.index]?.slice(2) ?? "";
  const from = 2 + place.index * WORD_DIGITS;
  return log.data.slice(from, from + WORD_DIGITS);
}
