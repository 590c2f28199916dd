import { digitOf, isHex } from "./digits.ts";
import { ANY, COUNT, HEX, isMatch, type Layout, type LogPlaces, type Mark, readLayout } from "./log-layout.ts";

/*
 * Reads an answer of eth_getLogs as it came, byte by byte, and makes neither texts nor objects of it: of catching up with
 * a busy venue that is most of the work. It reads JSON as every node writes it. What it does not understand (escapes in a
 * text, an error, a field that is missing, capital letters) it leaves to the ordinary way, which judges it.
 *
 * Logs of one answer are alike: the same names in the same order, and values of the same length. So each is held against
 * the one before (log-layout.ts), and only one that differs is read word for word, as all are described here.
 */

const TOPICS_MAX = 4;
const ADDRESS_DIGITS = 40;
const WORD_DIGITS = 64;
const COUNT_DIGITS_MAX = 13;
const WORD_LENGTH_MAX = 32;

/** By character: whether it stands for itself in a text. Not quotes, backslashes, control characters, and past ASCII. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, code) => (code >= 0x20 && code < 0x80 ? 1 : 0));
PLAIN[0x22] = 0;
PLAIN[0x5c] = 0;

const codesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const FIELDS = (["address", "topics", "data", "blockNumber", "blockHash", "logIndex", "removed"] as const).map(
  (name, bit) => ({ name, bytes: codesOf(name), bit: 1 << bit }),
);
type Field = (typeof FIELDS)[number]["name"] | "other";
/** Every one of them but `removed`, which older nodes leave out. */
const NEEDED = (1 << (FIELDS.length - 1)) - 1;
const RESULT = codesOf("result");
const ERROR = codesOf("error");

/** What is not as it should be. Thrown inside this file alone: there is no other way out of so many calls. */
const UNREAD = new Error("not read");

interface Scan {
  readonly bytes: Uint8Array;
  readonly log: LogPlaces;
  at: number;
  /** The name that was read last. */
  keyFrom: number;
  keyTo: number;
  /** Where the first digit of the last number stands. */
  valueFrom: number;
  /** Values of the log that is being read that may be others in the next. */
  marks: Mark[];
}

/**
 * Calls `visit` for every log of `answer`, in its order, with places that hold until it returns.
 *
 * @returns false when the answer is not read this way; then calls that were made do not count
 */
export function scanLogs(answer: Uint8Array, visit: (log: LogPlaces) => void): boolean {
  const log: LogPlaces = {
    view: new DataView(answer.buffer, answer.byteOffset, answer.byteLength),
    address: 0,
    topicCount: 0,
    topics: new Int32Array(TOPICS_MAX),
    data: 0,
    dataDigits: 0,
    blockNumber: 0,
    blockHash: 0,
    logIndex: 0,
    isRemoved: false,
    seen: 0,
  };
  try {
    return scanAnswer({ bytes: answer, log, at: 0, keyFrom: 0, keyTo: 0, valueFrom: 0, marks: [] }, visit);
  } catch (error) {
    if (error === UNREAD) return false;
    throw error;
  }
}

function scanAnswer(scan: Scan, visit: (log: LogPlaces) => void): boolean {
  let hasResult = false;
  expect(scan, "{");
  do {
    scanKey(scan);
    if (isKey(scan, ERROR)) return false;
    if (!isKey(scan, RESULT)) skipPlain(scan);
    else if (hasResult) return false;
    else {
      scanList(scan, visit);
      hasResult = true;
    }
  } while (isNext(scan, ","));
  expect(scan, "}");
  skipSpace(scan);
  return hasResult && scan.at === scan.bytes.length;
}

function scanList(scan: Scan, visit: (log: LogPlaces) => void): void {
  expect(scan, "[");
  if (isNext(scan, "]")) return;
  let layout: Layout | null = null;
  do {
    skipSpace(scan);
    const end = layout === null ? -1 : isMatch(layout, scan.log, scan.at);
    if (end < 0) layout = scanLog(scan);
    else scan.at = end;
    visit(scan.log);
  } while (isNext(scan, ","));
  expect(scan, "]");
}

/** @returns what the next log will be held against */
function scanLog(scan: Scan): Layout {
  const { log, at } = scan;
  log.seen = 0;
  log.isRemoved = false;
  scan.marks = [];
  expect(scan, "{");
  do scanValue(scan, scanField(scan));
  while (isNext(scan, ","));
  expect(scan, "}");
  if ((log.seen & NEEDED) !== NEEDED) throw UNREAD;
  return readLayout(scan.marks, at, scan.at);
}

/** The field whose name comes next. A name that comes twice is not read: which one counts is for others to say. */
function scanField(scan: Scan): Field {
  scanKey(scan);
  for (const { name, bytes, bit } of FIELDS) {
    if (!isKey(scan, bytes)) continue;
    if ((scan.log.seen & bit) !== 0) throw UNREAD;
    scan.log.seen |= bit;
    return name;
  }
  return "other";
}

function scanValue(scan: Scan, field: Field): void {
  const { log } = scan;
  switch (field) {
    case "address":
      log.address = scanHex(scan, ADDRESS_DIGITS);
      return;
    case "topics":
      return scanTopics(scan);
    case "data":
      log.data = scanHex(scan, null);
      log.dataDigits = scan.at - 1 - log.data;
      scan.marks.push({ field, from: log.data, to: scan.at - 1, kind: HEX });
      return;
    case "blockNumber":
      log.blockNumber = scanCount(scan);
      return;
    case "blockHash":
      log.blockHash = scanHex(scan, WORD_DIGITS);
      return;
    case "logIndex":
      log.logIndex = scanCount(scan);
      scan.marks.push({ field, from: scan.valueFrom, to: scan.at - 1, kind: COUNT });
      return;
    case "removed":
      log.isRemoved = scanFlag(scan);
      return;
    case "other":
      return skipPlain(scan);
  }
}

function scanTopics(scan: Scan): void {
  const { log } = scan;
  log.topicCount = 0;
  expect(scan, "[");
  do {
    if (log.topicCount === TOPICS_MAX) throw UNREAD;
    const from = scanHex(scan, WORD_DIGITS);
    // The first says which event it is, and with another the rest is another, too.
    if (log.topicCount > 0) scan.marks.push({ field: "topics", from, to: scan.at - 1, kind: HEX });
    log.topics[log.topicCount] = from;
    log.topicCount += 1;
  } while (isNext(scan, ","));
  expect(scan, "]");
}

/** `0x` and so many digits, or an even number of them. @returns where they begin */
function scanHex(scan: Scan, digits: number | null): number {
  const from = scanText(scan) + 2;
  const count = scan.at - 1 - from;
  const isWhole = digits === null ? count >= 0 && count % 2 === 0 : count === digits;
  if (!isWhole || !isHexText(scan.bytes, from) || !isHex(scan.log.view, from, count)) throw UNREAD;
  return from;
}

/** Whether `0x` stands before `at`. */
const isHexText = (bytes: Uint8Array, at: number): boolean => bytes[at - 2] === 0x30 && bytes[at - 1] === 0x78;

function scanCount(scan: Scan): number {
  const from = scanText(scan) + 2;
  const digits = scan.at - 1 - from;
  if (digits < 1 || digits > COUNT_DIGITS_MAX || !isHexText(scan.bytes, from)) throw UNREAD;
  scan.valueFrom = from;
  let value = 0;
  for (let at = from; at < scan.at - 1; at += 1) {
    const digit = digitOf(scan.bytes[at] ?? 0);
    if (digit < 0) throw UNREAD;
    value = value * 16 + digit;
  }
  return value;
}

function scanFlag(scan: Scan): boolean {
  const word = scanWord(scan);
  if (word === "true" || word === "false") return word === "true";
  throw UNREAD;
}

/** A text without escapes; the scan stands behind it. @returns where its first character is */
function scanText(scan: Scan): number {
  expect(scan, '"');
  const { bytes } = scan;
  const from = scan.at;
  let at = from;
  while (PLAIN[bytes[at] ?? 0] === 1) at += 1;
  if (bytes[at] !== 0x22) throw UNREAD;
  scan.at = at + 1;
  return from;
}

/** A name and its colon. */
function scanKey(scan: Scan): void {
  scan.keyFrom = scanText(scan);
  scan.keyTo = scan.at - 1;
  expect(scan, ":");
}

const WORD = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** A text, a number, true, false or null, of a name that is not asked for. */
function skipPlain(scan: Scan): void {
  skipSpace(scan);
  if (scan.bytes[scan.at] !== 0x22) {
    scanWord(scan);
    return;
  }
  const from = scanText(scan);
  const to = scan.at - 1;
  const isHash = to - from === WORD_DIGITS + 2 && isHexText(scan.bytes, from + 2);
  scan.marks.push({ field: null, from: isHash ? from + 2 : from, to, kind: isHash ? HEX : ANY });
}

function scanWord(scan: Scan): string {
  skipSpace(scan);
  let word = "";
  for (;;) {
    const character = String.fromCharCode(scan.bytes[scan.at] ?? 0);
    if (!/[\w.+-]/.test(character) || word.length > WORD_LENGTH_MAX) break;
    word += character;
    scan.at += 1;
  }
  if (!WORD.test(word)) throw UNREAD;
  return word;
}

function isKey({ bytes, keyFrom, keyTo }: Scan, word: Uint8Array): boolean {
  if (keyTo - keyFrom !== word.length) return false;
  for (let index = 0; index < word.length; index += 1) if (bytes[keyFrom + index] !== word[index]) return false;
  return true;
}

function expect(scan: Scan, character: string): void {
  if (!isNext(scan, character)) throw UNREAD;
}

/** Whether `character` comes next, space aside; goes past it when it does. */
function isNext(scan: Scan, character: string): boolean {
  skipSpace(scan);
  if (scan.bytes[scan.at] !== character.charCodeAt(0)) return false;
  scan.at += 1;
  return true;
}

function skipSpace(scan: Scan): void {
  const { bytes } = scan;
  for (;;) {
    const code = bytes[scan.at];
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    scan.at += 1;
  }
}
