import { RelayerError } from "../../errors.ts";
import type { BlockRange } from "../../ports/chain.ts";

/** Requests of full width that must pass in a row before a wider one is tried: providers raise their bounds, too. */
const PASSES_TO_WIDEN = 16;

/** How many blocks one eth_getLogs to one node may span, as learned from what it refused and what it let pass. */
export interface LogRange {
  /** Blocks that the next request spans at the most. Never below one: that much every node has to serve. */
  width: number;
  /** As configured: never wider. */
  readonly most: number;
  /** Requests of full width that passed since the width last changed. */
  passes: number;
  /** Told of every change of the width. */
  readonly onLearned: (width: number) => void;
}

/** Begins with `hint`, what an earlier process learned, or with all that is configured. */
export function createLogRange(most: number, hint?: Pick<LogRange, "width" | "onLearned">): LogRange {
  const { width = most, onLearned = () => undefined } = hint ?? {};
  return { width: Math.min(most, width), most, passes: 0, onLearned };
}

function setWidth(range: LogRange, width: number): void {
  if (range.width !== width) range.onLearned(width);
  range.width = width;
}

/** What a failed request says about the width. Judged by class, not by words: every provider has its own. */
export type WidthVerdict =
  /** Too wide: ask again at once, narrower. */
  | "too-wide"
  /** Perhaps too wide for the time there is: narrower next time. Now somebody else is asked. */
  | "too-slow"
  /** Nothing: the node is away, overloaded, or lies. */
  | "unrelated";

function judgeWidth(error: unknown, blocks: number): WidthVerdict {
  if (blocks <= 1 || !(error instanceof RelayerError)) return "unrelated";
  if (error.name === "RPC_REFUSED" || error.facts["reason"] === "too-large") return "too-wide";
  return error.facts["reason"] === "timeout" ? "too-slow" : "unrelated";
}

/** A request of `blocks` did not pass. */
function narrow(range: LogRange, blocks: number): void {
  setWidth(range, Math.max(1, Math.floor(blocks / 2)));
  range.passes = 0;
}

/** A request of `blocks` passed. */
function notePass(range: LogRange, blocks: number): void {
  if (blocks < range.width || range.width >= range.most) return;
  range.passes += 1;
  if (range.passes < PASSES_TO_WIDEN) return;
  setWidth(range, Math.min(range.most, range.width * 2));
  range.passes = 0;
}

/**
 * Has `request` read `range` in spans that pass, one after the other, and learns which do: providers bound the span of
 * eth_getLogs, each in its own words, and change it.
 */
export async function readInSpans<T>(
  logRange: LogRange,
  range: BlockRange,
  request: (span: BlockRange) => Promise<T>,
): Promise<T[]> {
  const widthBefore = logRange.width;
  const parts: T[] = [];
  let from = range.from;
  while (from <= range.to) {
    const to = Math.min(range.to, from + logRange.width - 1);
    const blocks = to - from + 1;
    try {
      parts.push(await request({ from, to }));
      notePass(logRange, blocks);
      from = to + 1;
    } catch (error) {
      const verdict = judgeWidth(error, blocks);
      if (verdict !== "unrelated") narrow(logRange, blocks);
      // One block is never too wide: where even that is refused, the span was not the reason and nothing was learned.
      else if (blocks === 1) setWidth(logRange, widthBefore);
      if (verdict !== "too-wide") throw error;
    }
  }
  return parts;
}
