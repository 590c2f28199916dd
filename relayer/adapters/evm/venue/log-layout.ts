import { digitOf, isHex, isRepeated } from "./digits.ts";

/*
 * How one log of an answer is laid out: which values may be others in the next, how long they are, and what stands between
 * them, names, address, block and all. The next log is held against that, four bytes at a time, which takes a fraction of
 * reading it.
 */

/** Where the fields of one log stand: places of first digits, behind `0x`. One and the same for all logs. */
export interface LogPlaces {
  readonly view: DataView;
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

/** Kinds of value: digits, as many as there were; a number of any length up to 13 digits; anything in quotes. */
export const HEX = 0;
export const COUNT = 1;
export const ANY = 2;

/** One value: first character to behind the last, without quotes and `0x`. */
export interface Mark {
  /** Null for one that nobody asks for. */
  readonly field: "topics" | "data" | "logIndex" | null;
  readonly from: number;
  readonly to: number;
  readonly kind: typeof HEX | typeof COUNT | typeof ANY;
}

interface Part {
  /** What stands before the value: where, and how many bytes. */
  readonly textAt: number;
  readonly textLength: number;
  readonly field: Mark["field"];
  readonly kind: Mark["kind"];
  readonly digits: number;
}

export interface Layout {
  readonly parts: readonly Part[];
  readonly endAt: number;
  readonly endLength: number;
}

const COUNT_DIGITS_MAX = 13;
const QUOTE = 0x22;

/** The layout of the log from `from` to `to`, of which `marks` are the values. */
export function readLayout(marks: readonly Mark[], from: number, to: number): Layout {
  let at = from;
  const parts = marks.map((mark): Part => {
    const part = { textAt: at, textLength: mark.from - at, field: mark.field, kind: mark.kind };
    at = mark.to;
    return { ...part, digits: mark.to - mark.from };
  });
  return { parts, endAt: at, endLength: to - at };
}

/**
 * Whether a log of this layout begins at `from`; then `log`, which has the places of the one before, has its own. Address,
 * block and first topic are those of the one before and stay where they are.
 *
 * @returns where it ends, or -1
 */
export function isMatch({ parts, endAt, endLength }: Layout, log: LogPlaces, from: number): number {
  const { view } = log;
  let at = from;
  let topic = 1;
  for (const part of parts) {
    if (!isRepeated(view, at, part.textAt, part.textLength)) return -1;
    at += part.textLength;
    const end = part.kind === HEX ? at + part.digits : findEnd(view, at, part.kind);
    if (end < 0 || end >= view.byteLength || view.getUint8(end) !== QUOTE) return -1;
    if (part.kind === HEX && !isHex(view, at, part.digits)) return -1;
    switch (part.field) {
      case "topics":
        log.topics[topic] = at;
        topic += 1;
        break;
      case "data":
        log.data = at;
        break;
      case "logIndex":
        log.logIndex = countAt(view, at, end);
        break;
      case null:
    }
    at = end;
  }
  return isRepeated(view, at, endAt, endLength) ? at + endLength : -1;
}

/** The quote behind a value whose length is its own; -1 when there is none where it could be. */
function findEnd(view: DataView, from: number, kind: Mark["kind"]): number {
  const last = Math.min(view.byteLength - 1, from + (kind === COUNT ? COUNT_DIGITS_MAX : ANY_MAX));
  for (let at = from; at <= last; at += 1) {
    const code = view.getUint8(at);
    if (code === QUOTE) return kind === COUNT && at === from ? -1 : at;
    const isFine = kind === COUNT ? digitOf(code) >= 0 : code >= 0x20 && code < 0x80 && code !== 0x5c;
    if (!isFine) return -1;
  }
  return -1;
}

const ANY_MAX = 66;

function countAt(view: DataView, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 16 + digitOf(view.getUint8(at));
  return value;
}
