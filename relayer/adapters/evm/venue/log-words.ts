import type { Hex } from "../../../domain/hex.ts";
import { LOT_BITS, type Size } from "../../../domain/venue/fine.ts";
import { impossible } from "../log-fields.ts";
import { digitsOf, packDigits, ZEROS } from "./digits.ts";
import type { LogPlaces } from "./log-layout.ts";

/*
 * Words of a log, read where they stand. A word is loaded into eight registers of 32 bits; then it is taken for what it is.
 * Nearly all are small numbers, and those never become big integers on the way.
 */

const WORD_DIGITS = 64;
const REGISTERS = 8;
const REGISTER_SPAN = 2 ** 32;
/** Lots and units both begin eight bits above a register: that much of it is below them, and the rest in their place. */
const REST_BITS = 8;
const REST_MASK = (1 << REST_BITS) - 1;
const SPAN_BELOW = 2 ** (32 - REST_BITS);
/** With the register above below that, they are less than 2^52. */
const HIGH_MAX = 2 ** 28;

/** Least significant first. The same memory as numbers of 64 bits. */
const registers = new Uint32Array(REGISTERS);
const limbs = new BigUint64Array(registers.buffer);

/** Loads word `index` of the log's data. */
export function loadData({ view, data }: LogPlaces, index: number): void {
  load(view, data + index * WORD_DIGITS);
}

/** Loads topic `index`. */
export function loadTopic({ view, topics }: LogPlaces, index: number): void {
  load(view, topics[index] as number);
}

/** Sixteen times four digits; that they are digits was looked at. Most of them are zeros. */
function load(view: DataView, from: number): void {
  let at = from;
  for (let register = REGISTERS - 1; register >= 0; register -= 1) {
    const [high, low] = [view.getInt32(at), view.getInt32(at + 4)];
    at += 8;
    const isZero = high === ZEROS && low === ZEROS;
    registers[register] = isZero ? 0 : (packDigits(digitsOf(high)) << 16) | packDigits(digitsOf(low));
  }
}

const at = (register: number): number => registers[register] as number;

/** Whether registers from `first` up are all `value`. */
function areAll(first: number, value: number): boolean {
  for (let register = first; register < REGISTERS; register += 1) if (registers[register] !== value) return false;
  return true;
}

/** A number below 2^53. @throws RelayerError `RPC_MALFORMED` */
export function toCount(field: string): number {
  const value = at(1) * REGISTER_SPAN + at(0);
  if (areAll(2, 0) && Number.isSafeInteger(value)) return value;
  throw impossible(field);
}

/** @throws RelayerError `RPC_MALFORMED` */
export function toFlag(field: string): boolean {
  const value = toCount(field);
  if (value > 1) throw impossible(field);
  return value === 1;
}

export function toUint(): bigint {
  if (!areAll(4, 0)) return wide();
  if (areAll(2, 0)) return limbs[0] as bigint;
  return ((limbs[1] as bigint) << 64n) | (limbs[0] as bigint);
}

export function toInt(): bigint {
  if ((at(REGISTERS - 1) | 0) >= 0) return toUint();
  return BigInt.asIntN(256, wide());
}

function wide(): bigint {
  const [first, second, third, fourth] = limbs as unknown as readonly [bigint, bigint, bigint, bigint];
  return (((((fourth << 64n) | third) << 64n) | second) << 64n) | first;
}

/** Fine cash, signed. Most of it is whole units: 2^136 each, which is registers 5 and 4 but for eight bits. */
export function toCash(): bigint {
  const isWhole = (at(4) & REST_MASK) === 0 && at(0) === 0 && at(1) === 0 && at(2) === 0 && at(3) === 0;
  const high = at(5) | 0;
  const isSmall = high < HIGH_MAX && high >= -HIGH_MAX && areAll(6, extend(high));
  return isWhole && isSmall ? BigInt(high * SPAN_BELOW + (at(4) >>> REST_BITS)) << 136n : toInt();
}

/**
 * A signed size. Whole lots are registers 4 and 3 but for eight bits; what is below them is mostly nothing.
 *
 * @throws RelayerError `RPC_MALFORMED` when no venue could have it
 */
export function toSize(field: string): Size {
  const high = at(4) | 0;
  if (high >= HIGH_MAX || high < -HIGH_MAX || !areAll(5, extend(high))) throw impossible(field);
  const lots = high * SPAN_BELOW + (at(3) >>> REST_BITS);
  const hasRest = at(0) !== 0 || at(1) !== 0 || at(2) !== 0 || (at(3) & REST_MASK) !== 0;
  return {
    lots,
    restFine: hasRest ? BigInt.asUintN(LOT_BITS, ((limbs[1] as bigint) << 64n) | (limbs[0] as bigint)) : 0n,
  };
}

/** What registers above a signed one hold when it is all of the number. */
function extend(register: number): number {
  return (register >> 31) >>> 0;
}

/*
 * Addresses come again and again: each gets a number, and a text, once. By what it is in registers, in a table of places
 * where it may stand: a text that a node has just sent is never made.
 */
const FIRST_PLACES = 1 << 12;
const ADDRESS_REGISTERS = 5;
/** As many addresses as are remembered; then it begins anew, which costs a text each. */
const ADDRESSES_MAX = 1 << 18;

interface Addresses {
  /** One more than a number; zero where nothing stands. */
  places: Int32Array;
  /** Five registers for each number. */
  keys: Uint32Array;
  texts: Hex[];
}

const createAddresses = (): Addresses => ({
  places: new Int32Array(FIRST_PLACES),
  keys: new Uint32Array((FIRST_PLACES / 2) * ADDRESS_REGISTERS),
  texts: [],
});

let known = createAddresses();

/** @throws RelayerError `RPC_MALFORMED` */
export function toAddress(field: string): Hex {
  if (at(5) !== 0 || at(6) !== 0 || at(7) !== 0) throw impossible(field);
  const { places, keys, texts } = known;
  const mask = places.length - 1;
  let place = hashAddress() & mask;
  for (;;) {
    const number = (places[place] as number) - 1;
    if (number < 0) return remember(place);
    if (isKey(keys, number * ADDRESS_REGISTERS)) return texts[number] as Hex;
    place = (place + 1) & mask;
  }
}

function hashAddress(): number {
  const mixed = Math.imul(at(0) ^ Math.imul(at(1), 0x85eb_ca6b) ^ at(2) ^ Math.imul(at(3), 0xc2b2_ae35), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15) ^ at(4)) >>> 0;
}

function isKey(keys: Uint32Array, from: number): boolean {
  for (let index = 0; index < ADDRESS_REGISTERS; index += 1) if (keys[from + index] !== registers[index]) return false;
  return true;
}

function remember(place: number): Hex {
  let digits = "";
  for (let index = ADDRESS_REGISTERS - 1; index >= 0; index -= 1) digits += at(index).toString(16).padStart(8, "0");
  const text: Hex = `0x${digits}`;
  const number = known.texts.push(text) - 1;
  known.keys.set(registers.subarray(0, ADDRESS_REGISTERS), number * ADDRESS_REGISTERS);
  known.places[place] = number + 1;
  if (known.texts.length >= ADDRESSES_MAX) known = createAddresses();
  else if (known.texts.length * 2 >= known.places.length) grow();
  return text;
}

function grow(): void {
  const { keys, texts } = known;
  const length = known.places.length * 2;
  const bigger = { places: new Int32Array(length), keys: new Uint32Array((length / 2) * ADDRESS_REGISTERS), texts };
  bigger.keys.set(keys);
  known = bigger;
  for (let number = 0; number < texts.length; number += 1) {
    registers.set(keys.subarray(number * ADDRESS_REGISTERS, (number + 1) * ADDRESS_REGISTERS));
    let place = hashAddress() & (length - 1);
    while (bigger.places[place] !== 0) place = (place + 1) & (length - 1);
    bigger.places[place] = number + 1;
  }
}
