/*
 * Reads an answer of eth_getLogs as it came, byte by byte, and makes neither texts nor objects of it: of catching up with
 * a busy venue that is most of the work. It reads JSON as every node writes it. What it does not understand (escapes in a
 * text, an error, a field that is missing) it leaves to the ordinary way, which judges it.
 */

/** Where the fields of one log stand in `bytes`: places of first digits, behind `0x`. One and the same for all logs. */
export interface LogPlaces {
  readonly bytes: Uint8Array;
  address: number;
  topicCount: number;
  readonly topics: Int32Array;
  data: number;
  dataDigits: number;
  blockNumber: number;
  blockHash: number;
  logIndex: number;
  isRemoved: boolean;
  /** Fields that were seen, one bit each. */
  seen: number;
}

const TOPICS_MAX = 4;
const ADDRESS_DIGITS = 40;
const WORD_DIGITS = 64;
const COUNT_DIGITS_MAX = 13;
const [QUOTE, COLON, COMMA, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = codesOf('":,[]{}');
const [ZERO, X, T, F, BACKSLASH] = codesOf("0xtf\\");
const SPACE = 0x20;
/** Past ASCII: text in some other encoding than one byte a character. */
const ASCII_END = 0x80;

/** Value of a hex digit; negative for anything else. */
export const HEX = new Int8Array(256).fill(-1);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

/** What a field is taken for, by its name. */
type Field = "address" | "topics" | "data" | "blockNumber" | "blockHash" | "logIndex" | "removed" | "other";

const FIELDS = (["address", "topics", "data", "blockNumber", "blockHash", "logIndex", "removed"] as const).map(
  (name, bit) => ({ name, bytes: Uint8Array.from(codesOf(name)), bit: 1 << bit }),
);
/** Every one of them but `removed`, which older nodes leave out. */
const NEEDED = (1 << (FIELDS.length - 1)) - 1;
const RESULT = Uint8Array.from(codesOf("result"));
const ERROR = Uint8Array.from(codesOf("error"));

/** What is not as it should be. Thrown inside this file alone: there are no exceptions on the way that is gone. */
const UNREAD = new Error("not read");

/**
 * Calls `visit` for every log of `answer`, in its order, with places that hold until it returns.
 *
 * @returns false when the answer is not read this way; then calls that were made do not count
 */
export function scanLogs(answer: Uint8Array, visit: (log: LogPlaces) => void): boolean {
  const scan: Scan = { bytes: answer, at: 0, keyFrom: 0, keyTo: 0 };
  try {
    return scanAnswer(scan, visit);
  } catch (error) {
    if (error === UNREAD) return false;
    throw error;
  }
}

interface Scan {
  readonly bytes: Uint8Array;
  at: number;
  /** The name that was read last. */
  keyFrom: number;
  keyTo: number;
}

function scanAnswer(scan: Scan, visit: (log: LogPlaces) => void): boolean {
  let hasResult = false;
  expect(scan, OPEN);
  do {
    scanKey(scan);
    if (isKey(scan, ERROR)) return false;
    if (!isKey(scan, RESULT)) skipPlain(scan);
    else if (hasResult) return false;
    else {
      scanList(scan, visit);
      hasResult = true;
    }
  } while (isNext(scan, COMMA));
  expect(scan, CLOSE);
  skipSpace(scan);
  return hasResult && scan.at === scan.bytes.length;
}

function scanList(scan: Scan, visit: (log: LogPlaces) => void): void {
  const log: LogPlaces = {
    bytes: scan.bytes,
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
  expect(scan, OPEN_LIST);
  if (isNext(scan, CLOSE_LIST)) return;
  do {
    scanLog(scan, log);
    visit(log);
  } while (isNext(scan, COMMA));
  expect(scan, CLOSE_LIST);
}

function scanLog(scan: Scan, log: LogPlaces): void {
  log.seen = 0;
  log.isRemoved = false;
  expect(scan, OPEN);
  do {
    const field = scanField(scan, log);
    scanValue(scan, log, field);
  } while (isNext(scan, COMMA));
  expect(scan, CLOSE);
  if ((log.seen & NEEDED) !== NEEDED) throw UNREAD;
}

/** The field whose name comes next. A name that comes twice is not read: which one counts is for others to say. */
function scanField(scan: Scan, log: LogPlaces): Field {
  scanKey(scan);
  for (const { name, bytes, bit } of FIELDS) {
    if (!isKey(scan, bytes)) continue;
    if ((log.seen & bit) !== 0) throw UNREAD;
    log.seen |= bit;
    return name;
  }
  return "other";
}

function scanValue(scan: Scan, log: LogPlaces, field: Field): void {
  switch (field) {
    case "address":
      log.address = scanHex(scan, ADDRESS_DIGITS);
      return;
    case "topics":
      return scanTopics(scan, log);
    case "data":
      log.data = scanText(scan) + 2;
      log.dataDigits = scan.at - 1 - log.data;
      if (log.dataDigits < 0 || log.dataDigits % 2 !== 0 || !isHexText(scan.bytes, log.data)) throw UNREAD;
      return;
    case "blockNumber":
      log.blockNumber = scanCount(scan);
      return;
    case "blockHash":
      log.blockHash = scanHex(scan, WORD_DIGITS);
      return;
    case "logIndex":
      log.logIndex = scanCount(scan);
      return;
    case "removed":
      log.isRemoved = scanFlag(scan);
      return;
    case "other":
      return skipPlain(scan);
  }
}

function scanTopics(scan: Scan, log: LogPlaces): void {
  let count = 0;
  expect(scan, OPEN_LIST);
  do {
    if (count === TOPICS_MAX) throw UNREAD;
    log.topics[count] = scanHex(scan, WORD_DIGITS);
    count += 1;
  } while (isNext(scan, COMMA));
  expect(scan, CLOSE_LIST);
  log.topicCount = count;
}

/** `0x` and so many digits. Whether they are digits is looked at by whoever reads them. @returns where they begin */
function scanHex(scan: Scan, digits: number): number {
  const at = scanText(scan) + 2;
  if (scan.at - 1 - at !== digits || !isHexText(scan.bytes, at)) throw UNREAD;
  return at;
}

const isHexText = (bytes: Uint8Array, at: number): boolean => bytes[at - 2] === ZERO && bytes[at - 1] === X;

function scanCount(scan: Scan): number {
  const at = scanText(scan) + 2;
  const digits = scan.at - 1 - at;
  if (digits < 1 || digits > COUNT_DIGITS_MAX || !isHexText(scan.bytes, at)) throw UNREAD;
  let value = 0;
  for (let index = 0; index < digits; index += 1) {
    const digit = HEX[scan.bytes[at + index] as number] as number;
    if (digit < 0) throw UNREAD;
    value = value * 16 + digit;
  }
  return value;
}

function scanFlag(scan: Scan): boolean {
  skipSpace(scan);
  const from = scan.at;
  skipPlain(scan);
  const [first, digits] = [scan.bytes[from], scan.at - from];
  if (first === T && digits === "true".length) return true;
  if (first === F && digits === "false".length) return false;
  throw UNREAD;
}

/** A text without escapes; the scan stands behind it. @returns where its first character is */
function scanText(scan: Scan): number {
  expect(scan, QUOTE);
  const { bytes } = scan;
  const from = scan.at;
  let at = from;
  for (;;) {
    const code = bytes[at];
    if (code === QUOTE) break;
    if (code === undefined || code < SPACE || code >= ASCII_END || code === BACKSLASH) throw UNREAD;
    at += 1;
  }
  scan.at = at + 1;
  return from;
}

/** A name and its colon. */
function scanKey(scan: Scan): void {
  scan.keyFrom = scanText(scan);
  scan.keyTo = scan.at - 1;
  expect(scan, COLON);
}

const WORD = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** A text, a number, true, false or null. */
function skipPlain(scan: Scan): void {
  skipSpace(scan);
  const { bytes } = scan;
  if (bytes[scan.at] === QUOTE) {
    scanText(scan);
    return;
  }
  const from = scan.at;
  for (;;) {
    const code = bytes[scan.at];
    if (code === undefined || code <= SPACE || code === COMMA || code === CLOSE || code === CLOSE_LIST) break;
    scan.at += 1;
  }
  const word = String.fromCharCode(...bytes.subarray(from, Math.min(scan.at, from + WORD_DIGITS)));
  if (!WORD.test(word)) throw UNREAD;
}

function isKey({ bytes, keyFrom, keyTo }: Scan, word: Uint8Array): boolean {
  if (keyTo - keyFrom !== word.length) return false;
  for (let index = 0; index < word.length; index += 1) if (bytes[keyFrom + index] !== word[index]) return false;
  return true;
}

function expect(scan: Scan, code: number): void {
  if (!isNext(scan, code)) throw UNREAD;
}

/** Whether `code` comes next, space aside; goes past it when it does. */
function isNext(scan: Scan, code: number): boolean {
  skipSpace(scan);
  if (scan.bytes[scan.at] !== code) return false;
  scan.at += 1;
  return true;
}

function skipSpace(scan: Scan): void {
  const { bytes } = scan;
  for (;;) {
    const code = bytes[scan.at];
    if (code !== SPACE && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    scan.at += 1;
  }
}

function codesOf(text: string): [number, number, number, number, number, number, number] {
  return [...text].map((character) => character.charCodeAt(0)) as ReturnType<typeof codesOf>;
}
