import { eid, type Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { Rungs } from "../incident/rungs.ts";
import { EMPTY_WORD, rungsStamped, word } from "../incident/word.ts";
import type { BlockId, CutPoint, InFlight } from "./decision.ts";

/** What of a decision's text is needed to make it again. */
export interface WrittenDecision {
  readonly cut: readonly CutPoint[];
  readonly inputs: Hex;
  readonly policyHash: Hex;
  readonly operators: readonly Hex[];
  readonly inFlight: readonly InFlight[];
  /** Markets that its directives and instructions speak of. */
  readonly markets: readonly number[];
  /** What it asks for first, and where. Null where it only renews or repairs: that is no news. */
  readonly subject: DecisionSubject | null;
}

export interface DecisionSubject {
  readonly eid: Eid;
  readonly market: number;
  /** The rungs that it raises; calm where it only instructs desks. */
  readonly rungs: Rungs;
}

type Raw = Readonly<Record<string, unknown>>;

/** Reads a decision's canonical text, or null when it is none. Whether it is true is found by making it again. */
export function readDecision(text: string): WrittenDecision | null {
  const raw = parse(text);
  if (raw === null) return null;
  const { inputs, policyHash, operators } = raw;
  const cut = listOf(raw["cut"]).map(readCut);
  const inFlight = listOf(raw["inFlight"]).map(readInFlight);
  const isWhole = isHex(inputs) && isHex(policyHash) && Array.isArray(operators) && operators.every(isHex);
  if (!isWhole || cut.includes(null) || inFlight.includes(null)) return null;
  return {
    cut: cut.filter((point) => point !== null),
    inputs,
    policyHash,
    operators: operators as readonly Hex[],
    inFlight: inFlight.filter((flight) => flight !== null),
    markets: readMarkets(raw),
    subject: readSubject(raw),
  };
}

function readMarkets(raw: Raw): readonly number[] {
  const entries = listOf(raw["directives"]).flatMap((directive) => listOf(directive["entries"]));
  // Beside a market 0 is the whole protocol; of an instruction it is the shared fund, which is no market's story.
  const told = listOf(raw["instructions"]).flatMap(({ market, toMarket }) => [market, toMarket].filter(Number));
  return [...new Set([...entries.map(({ market }) => market), ...told].map(Number))].sort((a, b) => a - b);
}

function readSubject(raw: Raw): DecisionSubject | null {
  const [raise] = listOf(raw["directives"]).filter(({ kind }) => kind === "raise");
  const [told] = listOf(raw["instructions"]);
  const at = listOf(raise?.["destinations"] ?? told?.["allotments"])[0]?.["eid"];
  const entry = listOf(raise?.["entries"])[0] ?? told;
  const market = Number(entry?.["market"]) || Number(entry?.["toMarket"] ?? 0);
  if (typeof at !== "number" || !Number.isSafeInteger(market)) return null;
  const bits = entry?.["word"];
  return { eid: eid(at), market, rungs: rungsStamped(isHex(bits) ? word(BigInt(bits)) : EMPTY_WORD) };
}

function readCut(raw: Raw): CutPoint | null {
  const [latest, finalised] = [readBlock(raw["latest"]), readBlock(raw["finalised"])];
  const { eid: of, isCaughtUp, isSuspect, venue } = raw;
  if (latest === null || finalised === null || typeof of !== "number" || typeof isCaughtUp !== "boolean") return null;
  const doubt = isSuspect === true ? { isSuspect } : {};
  return { eid: eid(of), latest, finalised, isCaughtUp, ...doubt, venue: readBlock(venue) };
}

function readBlock(value: unknown): BlockId | null {
  const { number, hash } = asRaw(value);
  return typeof number === "number" && isHex(hash) ? { number, hash } : null;
}

function readInFlight(raw: Raw): InFlight | null {
  const { eid: of } = raw;
  const entries = listOf(raw["entries"]).flatMap(({ market, word: bits }) =>
    typeof market === "number" && isHex(bits) ? [{ market, word: word(BigInt(bits)) }] : [],
  );
  return typeof of === "number" ? { eid: eid(of), entries } : null;
}

function parse(text: string): Raw | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Raw) : null;
  } catch {
    return null;
  }
}

function isHex(value: unknown): value is Hex {
  return typeof value === "string" && /^0x[0-9a-f]+$/.test(value);
}

function listOf(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.map(asRaw) : [];
}

function asRaw(value: unknown): Raw {
  return typeof value === "object" && value !== null ? (value as Raw) : {};
}
